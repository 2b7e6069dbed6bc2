"""Kernels slid over images: named, parsed, and applied by sums of shifted slices.

What needs torch is imported at its first use, so that settings can name a kernel without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .kernels import KERNELS, Kernel, KernelText, output_size, read_kernel, taps

if TYPE_CHECKING:
    from .sliding import correlate

__all__ = ["KERNELS", "Kernel", "KernelText", "correlate", "output_size", "read_kernel", "taps"]


def __getattr__(name: str) -> Any:
    if name == "correlate":
        return import_module(".sliding", __name__).correlate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
