"""What hadamard, doubling and drawings say of networks that were hardly trained: nothing."""

from pathlib import Path

import pytest

from convlab import lab
from convlab.measure import Outcome

HARDLY = {"training.steps": 1}
IDENTITIES = {"C211", "C214r", "C214t"}  # they hold at every step, and say so


@pytest.mark.parametrize("name", ["hadamard", "doubling", "drawings"])
def test_no_claim_holds_of_networks_that_are_hardly_trained(name: str, tmp_path: Path) -> None:
    record = lab.run(lab.plan(name, HARDLY), root=tmp_path)
    held = {v.id for v in record.verdicts if v.outcome is Outcome.HOLDS}
    assert held <= IDENTITIES


@pytest.mark.parametrize(
    ("name", "literal"), [("hadamard", "C213"), ("doubling", "C214"), ("drawings", "C212")]
)
def test_a_claim_is_not_refuted_by_networks_that_are_hardly_trained(
    name: str, literal: str, tmp_path: Path
) -> None:
    record = lab.run(lab.plan(name, HARDLY), root=tmp_path)
    (verdict,) = (v for v in record.verdicts if v.id == literal)
    assert verdict.outcome is Outcome.INVALID
    assert "control" in verdict.measured


def test_the_errors_of_a_picture_do_not_depend_on_its_values(tmp_path: Path) -> None:
    """A least-squares floor scales with both rectangles: the prediction is for all of them."""
    floors = []
    for first, second in ((2, 3), (0.5, 40)):
        settings = {**HARDLY, "seeds": 1, "first": first, "second": second}
        record = lab.run(lab.plan("drawings", settings), root=tmp_path)
        floors.append(record.measurements.get("least squares", drawing="overlapping").center)
    assert floors == pytest.approx([0.660442, 0.660442], abs=1e-6)
