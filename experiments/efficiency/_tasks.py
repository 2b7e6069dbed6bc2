"""What there is to learn: images split into those to train on and to test on, for each seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Generator, Tensor

from convlab.data import Dataset, split
from convlab.measure import Varies
from convlab.streams import Data, Draw

WRITERS = "digits"  # the dataset that is known to be in the order of its writers


@dataclass(frozen=True)
class Task:
    """Images to learn. `shuffled`: each seed moves the pixels of all its images in one way.

    A network that reads pixels in no order, such as an mlp, learns them as well as before.
    """

    dataset: Dataset
    shuffled: bool = False

    def check(self) -> None:
        """Raise UsageError where the images cannot be split, before anything is measured."""
        split(self.dataset, Generator())

    @property
    def count(self) -> int:
        """How many training images a seed has; every split leaves as many."""
        return len(split(self.dataset, Generator())[0].y)

    @property
    def overlap(self) -> float:
        """Test images per training image of splits that share images; 0 where one is for all."""
        return 0 if self.is_fixed else (len(self.dataset.y) - self.count) / self.count

    @property
    def is_fixed(self) -> bool:
        """Whether all seeds train on the same images, and are tested on the same."""
        return bool(self.dataset.published_test) and not self.shuffled

    def training(self, part: slice = slice(None)) -> Draw:
        """Part of a seed's training images in a random order: its first 50 begin its first 100."""
        return partial(self._draw_training, part)

    def varies(self, images: int) -> Varies:
        """What differs between seeds that learn from so many images: all of them may be shared."""
        return "weights" if self.is_fixed and images >= self.count else "weights and data"

    def test(self) -> Data | Draw:
        """The test images of each seed, or for all seeds those that are published as such."""
        return self._draw_test(Generator()) if self.is_fixed else self._draw_test

    def _draw_training(self, part: slice, generator: Generator) -> Data:
        train, _, order, pixels = self._drawn(generator)
        return Data(self._moved(train.x[order[part]], pixels), train.y[order[part]])

    def _draw_test(self, generator: Generator) -> Data:
        _, test, _, pixels = self._drawn(generator)
        return Data(self._moved(test.x, pixels), test.y)

    def _drawn(self, generator: Generator) -> tuple[Dataset, Dataset, Tensor, Tensor]:
        """What a seed draws: its split, an order of its training images, and one of the pixels.

        The pixels come last, so that the shuffled images are those of the others.
        """
        train, test = split(self.dataset, generator)
        order = torch.randperm(len(train.y), generator=generator)
        pixels = torch.randperm(train.x[0, 0].numel(), generator=generator)
        return train, test, order, pixels

    def _moved(self, x: Tensor, pixels: Tensor) -> Tensor:
        """The images (N, C, H, W) with their pixels in that order, if this task shuffles them."""
        return x.flatten(2)[:, :, pixels].view_as(x) if self.shuffled else x


def other_writers(digits: Dataset) -> Dataset:
    """The digits split as scikit-learn's example does: trained on the first half of the file.

    The file is in the order of its writers, so that the second half is written by other hands.
    """
    return replace(digits, published_test=len(digits.y) - len(digits.y) // 2)
