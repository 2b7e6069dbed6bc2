"""Drawn faces: two eyes, a nose and a mouth in four slots, and how they are put together wrongly.

Parts of N faces are (N, PARTS, GLYPH, GLYPH), and an order (N, SLOTS) says which part stands in
each slot. Images are (N, 1, SIDE, SIDE): black wherever no part stands. All greys are multiples
of 1/64, so that sums of them are exact.
"""

from __future__ import annotations

from itertools import permutations

import torch
from torch import Generator, Tensor

SIDE, GLYPH = 28, 5  # pixels
GREYS = 64
EYE = """
...##
###..
.###.
#.#.#
.###.
"""
NOSE = """
..#..
..#..
.##..
.#.##
.####
"""
MOUTH = """
#...#
##.##
.###.
..#..
.....
"""
SLOTS = ((1, 2), (1, 13), (10, 8), (19, 8))  # top and left: eyes, nose and mouth
REACH = 3  # pixels that a face may stand further down and right
EMPTY, SCRAP = len(SLOTS), len(SLOTS) + 1  # in an order: no part, and a part's pixels shuffled
IN_PLACE = tuple(range(len(SLOTS)))
# Orders in which no part stands where it belongs. Some may be shown in training, others never are.
DERANGED = tuple(
    order for order in permutations(IN_PLACE) if all(i != slot for slot, i in enumerate(order))
)
SHUFFLED = [(7 * pixel) % 25 for pixel in range(GLYPH**2)]  # 7 shares no factor with 25
SHOWN_ORDERS, NEW_ORDERS = DERANGED[::2], DERANGED[1::2]


def _glyph(text: str) -> Tensor:
    return torch.tensor([[float(pixel == "#") for pixel in line] for line in text.split()])


def glyphs() -> Tensor:
    """The four parts (PARTS, GLYPH, GLYPH); the right eye is the left one in a mirror."""
    eye = _glyph(EYE)
    return torch.stack([eye, eye.flip(1), _glyph(NOSE), _glyph(MOUTH)])


def drawn_parts(count: int, generator: Generator) -> Tensor:
    """The parts of so many faces: each has a brightness, and each of its pixels some noise."""
    shape = count, len(SLOTS), GLYPH, GLYPH
    bright = 0.6 + 0.4 * torch.rand(*shape[:2], 1, 1, generator=generator)
    noise = 0.1 * torch.randn(shape, generator=generator)
    return (GREYS * (bright * glyphs() + noise)).round().clamp(0, GREYS) / GREYS


def in_place(count: int) -> Tensor:
    return torch.tensor(IN_PLACE).expand(count, -1)


def missing(count: int, generator: Generator) -> Tensor:
    """One of the parts is missing, and its slot is empty."""
    order = in_place(count).clone()
    order[torch.arange(count), _some_slot(count, generator)] = EMPTY
    return order


def scrapped(count: int, generator: Generator) -> Tensor:
    """One of the parts is missing, and in its slot stands something that is none."""
    order = in_place(count).clone()
    order[torch.arange(count), _some_slot(count, generator)] = SCRAP
    return order


def duplicated(count: int, generator: Generator) -> Tensor:
    """One of the parts is missing, and in its slot stands another part a second time."""
    order, slot = in_place(count).clone(), _some_slot(count, generator)
    other = torch.randint(1, len(SLOTS), (count,), generator=generator)
    order[torch.arange(count), slot] = (slot + other) % len(SLOTS)
    return order


def _some_slot(count: int, generator: Generator) -> Tensor:
    return torch.randint(len(SLOTS), (count,), generator=generator)


def jumbled(
    count: int, generator: Generator, orders: tuple[tuple[int, ...], ...] = NEW_ORDERS
) -> Tensor:
    """All parts are there, and none of them where it belongs."""
    return torch.tensor(orders)[torch.randint(len(orders), (count,), generator=generator)]


def composed(parts: Tensor, order: Tensor, offsets: Tensor) -> Tensor:
    """The images of parts in that order; `offsets` (N, SLOTS, 2) move slots down and right."""
    count = len(parts)
    nothing, scrap = parts.new_zeros(count, 1, GLYPH, GLYPH), _shuffled(parts)
    things = torch.cat([parts, nothing, scrap], dim=1)
    placed = things[torch.arange(count).view(-1, 1), order]
    corner = (torch.tensor(SLOTS) + offsets).view(count, -1, 2, 1, 1)
    pixel = torch.arange(GLYPH)
    rows, columns = corner[:, :, 0] + pixel.view(-1, 1), corner[:, :, 1] + pixel
    images = parts.new_zeros(count, 1, SIDE, SIDE)
    images[torch.arange(count).view(-1, 1, 1, 1), 0, rows, columns] = placed
    return images


def _shuffled(parts: Tensor) -> Tensor:
    """The pixels of a part of each face, another by its noise, in one order for all."""
    which = (GREYS * parts.sum((1, 2, 3))).long() % len(SLOTS)
    pixels = parts[torch.arange(len(parts)), which].flatten(1)
    return pixels[:, SHUFFLED].view(-1, 1, GLYPH, GLYPH)


def drawn_offsets(count: int, generator: Generator, reach: int = REACH) -> Tensor:
    """Each part is up to a pixel off to either side, and the face up to `reach` down and right."""
    face = torch.randint(reach + 1, (count, 1, 2), generator=generator)
    part = torch.randint(-1, 2, (count, len(SLOTS)), generator=generator)
    return face + torch.stack([torch.zeros_like(part), part], dim=-1)
