"""The types of numbers in which a locally connected layer computes: as a convolution does."""

from __future__ import annotations

import torch
from torch import Tensor

WIDER = {  # sums of many numbers of half precision are wrong in half precision
    torch.float16: torch.float32,
    torch.bfloat16: torch.float32,
    torch.complex32: torch.complex64,
}


def widened(tensor: Tensor) -> Tensor:
    """The same numbers in a type that can hold their sums."""
    return tensor.to(WIDER.get(tensor.dtype, tensor.dtype))


def is_autocast(device: str) -> bool:
    """Whether autocast is on for devices of this type."""
    return torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)


def autocast(tensor: Tensor, device: str) -> Tensor:
    """In the type that autocast gives the operands of a convolution on such a device."""
    if not tensor.is_floating_point() or tensor.dtype == torch.float64:
        return tensor
    return tensor.to(torch.get_autocast_dtype(device))


def check_types(x: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Raise RuntimeError, as a convolution does, where types or devices of two tensors differ."""
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor.device != x.device:
            raise RuntimeError(
                f"the input is on {x.device}, but the {name} is on {tensor.device}: move one, "
                "such as the layer by layer.to(x.device)"
            )
        if tensor is not None and tensor.dtype != x.dtype:
            raise RuntimeError(
                f"the input is {x.dtype}, but the {name} is {tensor.dtype}: convert one, such as "
                "the layer by layer.to(x.dtype)"
            )
