"""Red and green squares: which is on the left is the class, and tells the rows as well.

After Kayhan and van Gemert, On translation invariance in CNNs, 2020. Of their 32 x 32 pixels,
squares of 4 x 4 stand on rows about 7 where red is on the left, and about 23 where green is. Half
an image lower or higher, the places tell the wrong class and the colours still the right one.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from convlab.data import shift_images
from convlab.streams import Data, Stream
from convlab.workbench import Workbench

SIDE, SQUARE = 32, 4  # pixels
CENTERS = 7, 23  # rows of the squares' upper edges, by class
DEVIATIONS = 4, 3  # rows up and down from the center, of each square by itself
LEFT = 10  # columns in which the left square may begin
GAP = SQUARE + 1  # columns from the one square's left edge to the other's, at least


def scenes(count: int, generator: Generator) -> Data:
    """So many images (N, 3, SIDE, SIDE), of either class in turn: 0 has red on the left."""
    y = torch.arange(count) % 2
    up, down = DEVIATIONS
    rows = torch.randint(-up, down + 1, (2, count), generator=generator)
    rows += torch.tensor(CENTERS)[y]
    left = torch.randint(LEFT, (count,), generator=generator)
    room = SIDE - SQUARE - GAP - left  # columns in which the right square may begin
    right = left + GAP + (room * torch.rand(count, generator=generator)).long()
    x = torch.zeros(count, 3, SIDE, SIDE)
    _draw(x, y, rows[0], left)
    _draw(x, 1 - y, rows[1], right)
    return Data(x, y)


def _draw(x: Tensor, channel: Tensor, row: Tensor, column: Tensor) -> None:
    """A square in each image, of the channel 0 (red) or 1 (green)."""
    image = torch.arange(len(x)).view(-1, 1, 1)
    square = torch.arange(SQUARE)
    down, across = row.view(-1, 1, 1) + square.view(-1, 1), column.view(-1, 1, 1) + square
    x[image, channel.view(-1, 1, 1), down, across] = 1


def exchanged(x: Tensor) -> Tensor:
    """Each image with its squares where those of the other class stood: half an image away."""
    return shift_images(x, SIDE // 2, 0)


def of_seeds(workbench: Workbench, stream: Stream, seeds: int, count: int) -> Data:
    """Images (S, N, 3, SIDE, SIDE) and classes (S, N): those that each seed draws by itself."""
    each = [scenes(count, workbench.generator(stream, seed)) for seed in range(seeds)]
    return Data(torch.stack([drawn.x for drawn in each]), torch.stack([drawn.y for drawn in each]))
