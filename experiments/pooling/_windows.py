"""Windows over images (C, H, W), how they are pooled, and which outputs a shift leaves alone."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, relu

from convlab.data import PHOTOGRAPHS, photograph
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._pooled import AVERAGE, COMPARED, FEATURES, MAX, NOISE, NONE, POSTS_WIDTH, SEEN, WIDTHS

LEVEL = 1 / 256  # a grey: sums of nine products of multiples of it are exact in float32
MAPS = 2  # of each photograph, by kernels of their own

Key = tuple[str, str, int]  # image, arm and k


def shares(images: Mapping[str, Tensor]) -> dict[Key, float]:
    """The share of outputs that stay the same when an image moves by a pixel."""
    found = {}
    for image, pixels in images.items():
        for k in WIDTHS:
            outputs = pooled(pixels, MAX, k)
            found[image, MAX, k] = share_unchanged(outputs)
            if image == FEATURES:
                found[SEEN, MAX, k] = share_unchanged(outputs, seen=True)
        if image in COMPARED:
            average = pooled(pixels, AVERAGE, POSTS_WIDTH)
            found[image, AVERAGE, POSTS_WIDTH] = share_unchanged(average)
            found[image, NONE, 1] = share_unchanged(pixels)
    return found


def pooled(images: Tensor, arm: str, k: int, stride: int = 1) -> Tensor:
    """The outputs (..., h, w) of all windows of k x k pixels of images (..., H, W)."""
    if arm == NONE:
        return images
    return max_pool2d(images, k, stride) if arm == MAX else avg_pool2d(images, k, stride)


def share_unchanged(outputs: Tensor, *, seen: bool = False) -> float:
    """The share of outputs (..., h, w) that are the same when the image moves right by a pixel.

    The windows lie at every pixel, so that what moves into one window was in its neighbour. With
    `seen`, of those that are not 0 both before and after.
    """
    new, old = outputs[..., :-1], outputs[..., 1:]
    unchanged = int((new == old).sum())
    zeros = int(((new == 0) & (old == 0)).sum()) if seen else 0
    return (unchanged - zeros) / (new.numel() - zeros)


def photographs() -> dict[str, Tensor]:
    """By name, (1, H, W), of whole greys."""
    return {name: LEVEL * (255 * photograph(name)).round()[None] for name in PHOTOGRAPHS}


def drawn_images(
    known: Mapping[str, Tensor], side: int, workbench: Workbench, seed: int
) -> dict[str, Tensor]:
    """Noise, and of known photographs: with their ties broken by noise, and feature maps."""
    data = workbench.generator(Stream.DATA, seed)
    weights = workbench.generator(Stream.WEIGHTS, seed)
    images = {NOISE: noise((1, side, side), data)}
    images |= {without_ties(n): x + LEVEL * noise(x.shape, data) for n, x in known.items()}
    return images | {FEATURES: torch.cat([feature_maps(x, weights) for x in known.values()])}


def without_ties(name: str) -> str:
    return f"{name}, ties broken"


def noise(shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Independent pixels, uniform in [0, 1) in float64: no two of them are equal."""
    return torch.rand(shape, dtype=torch.float64, generator=generator)


def feature_maps(image: Tensor, generator: Generator) -> Tensor:
    """What a 3 x 3 convolution and a ReLU make of an image (1, H, W): maps (MAPS, H - 2, W - 2).

    Weights and biases are those of an untrained `nn.Conv2d`, rounded to multiples of LEVEL.
    """
    weight, bias = torch.empty(MAPS, 1, 3, 3), torch.empty(MAPS)
    for drawn in (weight, bias):  # as torch draws them for 9 inputs
        nn.init.uniform_(drawn, -1 / 3, 1 / 3, generator=generator)
    kernels, offsets = (LEVEL * (each.to(image) / LEVEL).round() for each in (weight, bias))
    return relu(conv2d(image[None], kernels, offsets))[0]


def share_of_same_outputs(k: int, move: tuple[int, int]) -> float:
    """The share of a bright pixel's positions from which the move changes no output, stride k."""
    side = 3 * k
    images = torch.eye(side**2).view(-1, 1, side, side)  # one for each position
    before, after = (max_pool2d(each, k) for each in (images, images.roll(move, dims=(2, 3))))
    return float((before == after).flatten(1).all(dim=1).double().mean())
