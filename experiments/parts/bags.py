"""Can a network whose windows hold no two parts tell a face from its parts in other places?

Where all around the parts is of one grey, a face and its jumbled parts have the same windows,
elsewhere; and what pools over all positions, by a maximum or a mean, is blind to where. So both
must have the same logits, whatever the weights. Whole numbers in float64 show that to the last
bit, for random parts, orders and networks. Windows that hold two parts at once, or a ground of
noise, are the controls: there the logits differ.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn

from convlab.figures import lines, points
from convlab.measure import Answer, Claim, Control, Measurements, at, below, equal, exactly
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._face_names import APART, DIFFERENCE, MAXIMUM, MEAN, NOISE, ONE_GREY, SAME, WINDOWS
from ._faces import GLYPH, SIDE, SLOTS, composed, drawn_offsets, in_place, jumbled

CHANNELS = 6  # of the random networks


class Config(BaseModel):
    """How many networks are compared."""

    model_config = FROZEN

    draws: int = Field(100, ge=1, description="of parts, order, ground and network")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for ground in (ONE_GREY, NOISE):
        for window in WINDOWS:
            found = differences(window, ground, config.draws, workbench)
            samples = {DIFFERENCE: exactly(float(torch.cat(list(found.values())).max()))}
            for pooling, each in found.items():
                samples[SAME[pooling]] = exactly(float((each == 0).double().mean()))
            measurements.add(
                "Random networks in whole numbers, on a face and on its jumbled parts",
                {"ground": ground, "window": window},
                samples,
            )
    return measurements


def differences(window: int, ground: str, draws: int, workbench: Workbench) -> dict[str, Tensor]:
    """By pooling, how much the logits of a face and of its jumbled parts differ in each draw."""
    generator = workbench.generator(Stream.DATA)
    found: dict[str, list[Tensor]] = {MEAN: [], MAXIMUM: []}
    for _ in range(draws):
        pair, network = pair_on(ground, generator), network_of(window, generator)
        with torch.no_grad():
            maps = network(pair)  # (2, CHANNELS, SIDE, SIDE)
        for pooling, logits in logits_of(maps, generator).items():
            found[pooling].append((logits[0] - logits[1]).abs().max())
    return {pooling: torch.stack(each) for pooling, each in found.items()}


def pair_on(ground: str, generator: Generator) -> Tensor:
    """A face of random parts and the same jumbled, (2, 1, SIDE, SIDE), on a ground of 1 to 9."""
    grey = _whole((1, 1, 1, 1), generator)
    parts = _whole((1, len(SLOTS), GLYPH, GLYPH), generator) + 9
    offsets = drawn_offsets(1, generator)
    orders = in_place(1), jumbled(1, generator)
    images = torch.cat([composed(parts, order, offsets) for order in orders])
    behind = grey if ground == ONE_GREY else _whole((1, 1, SIDE, SIDE), generator)
    return torch.where(images > 0, images, behind)


def network_of(window: int, generator: Generator) -> nn.Module:
    """Two convolutions whose outputs see windows of so many pixels, the second of one pixel."""
    first = nn.Conv2d(1, CHANNELS, window, padding=window // 2, padding_mode="circular")
    layers = nn.Sequential(first, nn.ReLU(), nn.Conv2d(CHANNELS, CHANNELS, 1), nn.ReLU()).double()
    for parameter in layers.parameters():
        parameter.data = _signed(tuple(parameter.shape), generator)
    return layers


def logits_of(maps: Tensor, generator: Generator) -> dict[str, Tensor]:
    """Two logits of each image by each pooling; a mean is a sum here, which is whole."""
    weight = _signed((CHANNELS, 2), generator)
    return {MEAN: maps.sum((2, 3)) @ weight, MAXIMUM: maps.amax((2, 3)) @ weight}


def _whole(shape: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.randint(1, 10, shape, generator=generator).double()


def _signed(shape: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.randint(-9, 10, shape, generator=generator).double()


CLAIMS = (
    Claim(
        id="C324o1",
        source="ours",
        sentence="Networks whose windows of 5 pixels hold no two parts, and which pool over all "
        "positions, give a face and its jumbled parts on one grey the same logits",
        of=at(DIFFERENCE, ground=ONE_GREY, window=5),
        predicted=equal(0),
        controls=(
            Control(
                sentence="windows that hold two parts see that these were jumbled",
                of=at(SAME[MEAN], ground=ONE_GREY, window=7),
                predicted=below(0.1),
            ),
            Control(
                sentence="on a ground of noise the windows beside the parts differ",
                of=at(SAME[MEAN], ground=NOISE, window=5),
                predicted=below(0.1),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "It cannot. With windows of 5 pixels, which hold no two parts, {narrow:.0%} of the networks "
    "give both the same logits to the last bit, with 7 pixels {wide:.0%} after a mean and "
    "{greatest:.0%} after a maximum. Whatever such a network learns, a jumbled face is as much a "
    "face to it as the face itself.",
    narrow=at(SAME[MEAN], ground=ONE_GREY, window=5),
    wide=at(SAME[MEAN], ground=ONE_GREY, window=7),
    greatest=at(SAME[MAXIMUM], ground=ONE_GREY, window=7),
)


def draw(record: Record) -> dict[str, Figure]:
    """The shares after the mean: a maximum can hide what differs."""
    shares = {
        f"on {ground}": {
            float(window): record.measurements.get(SAME[MEAN], ground=ground, window=window)
            for window in WINDOWS
        }
        for ground in (ONE_GREY, NOISE)
    }
    figure = lines(
        {name: points(samples) for name, samples in shares.items()},
        title=record.finding("C324o1"),
        x=f"window (pixels); parts are {APART} apart, at least",
        y="random networks with the same logits (share)",
    )
    return {"bags": figure}
