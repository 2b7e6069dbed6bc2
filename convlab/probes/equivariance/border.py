"""How deep the border of an image disturbs equivariance, and how much at each depth."""

from __future__ import annotations

import torch
from torch import Tensor

from .distance import norm, relative
from .placement import Placement, Shift, Stride, shift_image
from .undisturbed import Network, undisturbed


def border_width(
    network: Network, x: Tensor, shift: Shift, *, stride: Stride | None = None
) -> int:
    """How many outputs deep the border is in which f(T x) differs from T f(x); 0 if nowhere.

    Both have a border: f(T x) at the ends of the image, T f(x) where the shift has moved them.
    The depth is counted from the nearest of these, along the axes that are shifted. Outputs are
    compared, and errors raised, as in `equivariance`; ValueError too where the shift is no whole
    number of outputs.

        >>> images = torch.randn(1, 1, 8, 8)
        >>> border_width(torch.nn.Conv2d(1, 1, kernel_size=5, padding=2), images, (0, 4))
        2
    """
    after, expected, depths = _by_depth(network, x, shift, stride)
    differs = (after != expected).flatten(0, 1).any(dim=0)
    return int(depths[differs].max()) if differs.any() else 0


def errors_by_depth(
    network: Network, x: Tensor, shift: Shift, *, stride: Stride | None = None
) -> Tensor:
    """The relative error of f(T x) = T f(x) of outputs 1, 2 … deep from the border: (D,).

    In float64, each relative to the norm of T f(x) at the same depth, which is as `border_width`
    counts it; errors as there. Raises ValueError for a shift by nothing, which has no border.

        >>> images = torch.randn(1, 1, 8, 8)
        >>> errors_by_depth(torch.nn.Conv2d(1, 1, 5, padding=2), images, (0, 4)).ceil().tolist()
        [1.0, 1.0]
    """
    after, expected, depths = _by_depth(network, x, shift, stride)
    if not any(by % side for by, side in zip(shift, x.shape[2:], strict=True)):
        raise ValueError(f"the shift {shift} moves nothing, so that there is no border: take more")
    rings = [depths == depth for depth in range(1, int(depths.max()) + 1)]
    pairs = [(after[..., ring], expected[..., ring]) for ring in rings]
    errors = [relative(reached, wanted, norm(wanted)) for reached, wanted in pairs]
    return torch.tensor(errors, dtype=torch.float64)


def _by_depth(
    network: Network, x: Tensor, shift: Shift, stride: Stride | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Outputs after a shift and what they should be (N, O, *some), and their depths (*some)."""
    run = undisturbed(network)
    with torch.no_grad():
        y, after = run(x), run(shift_image(x, shift))
    placement = Placement.of(network, x, y, stride)
    by, *others = placement.shifts(shift)
    if others:
        raise ValueError(f"a shift by {shift} pixels moves {tuple(y.shape)} outputs by a part")
    reached, left = placement.partners(after, y, by)
    depths, _ = placement.partners(placement.depths(by)[None, None], y, by)
    return reached, placement.move(left, by), depths[0, 0]
