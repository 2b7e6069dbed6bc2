"""What the tests of timed experiments share: a clock that follows a law."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from convlab import timing

Law = Callable[[str], float]
Clock = Callable[[Law], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the clock: each step runs once, and its time is the law's for its name, in seconds."""

    def follow(law: Law) -> None:
        def seconds(
            functions: Mapping[str, Callable[[], object]], *, repeats: int, **_: object
        ) -> dict[str, NDArray[np.float64]]:
            for function in functions.values():
                function()
            return {name: np.full(repeats, law(name)) for name in functions}

        monkeypatch.setattr(timing, "seconds", seconds)

    return follow
