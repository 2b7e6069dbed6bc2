"""Where the two rectangles of a scene lie, as settings: checked without torch."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

SIDE = 100  # pixels of an image, as in the post's experiment


def _within(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    top, bottom, left, right = box
    if not (0 <= top < bottom <= SIDE and 0 <= left < right <= SIDE):
        raise ValueError(
            f"{list(box)} is no rectangle in an image of {SIDE} x {SIDE} pixels: write "
            f"[top, bottom, left, right] with 0 <= top < bottom <= {SIDE} and "
            f"0 <= left < right <= {SIDE}"
        )
    return box


# First and last row, first and last column; the last ones are no longer in it.
Box = Annotated[tuple[int, int, int, int], AfterValidator(_within)]
Scene = tuple[Box, Box]


def _with_a_product(scene: Scene) -> Scene:
    first, second = scene
    top, _, left, _ = map(max, first, second)
    _, bottom, _, right = map(min, first, second)
    if top >= bottom or left >= right:
        raise ValueError(
            f"{list(first)} and {list(second)} do not overlap: their product is 0, of which no "
            "error is a share"
        )
    return scene


Overlapping = Annotated[Scene, AfterValidator(_with_a_product)]

REFERENCE: Scene = ((20, 70, 20, 70), (40, 90, 40, 90))
SCENES: dict[str, Scene] = {
    "overlapping": REFERENCE,
    "identical": ((20, 70, 20, 70), (20, 70, 20, 70)),
    "nested": ((20, 80, 20, 80), (35, 65, 35, 65)),
    "disjoint": ((10, 45, 10, 45), (55, 90, 55, 90)),
}
WHERE = "[top, bottom, left, right] in pixels, of the first and of the second rectangle"
