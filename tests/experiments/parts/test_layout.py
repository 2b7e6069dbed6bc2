"""Tests of experiments/parts/layout: what is taught and asked, what networks see, and verdicts."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, nn

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from convlab.probes.receptive import receptive_field
from convlab.settings import Training
from convlab.workbench import Workbench
from experiments.parts import _face_names, _face_networks, _faces, _judging

layout = lab.load(catalogue.experiments()["layout"])
SMALL = _face_names.Learning(seeds=3, faces=9, asked=40, training=Training(steps=2, batch=4))


@pytest.mark.parametrize("kind", _judging.NONE)
def test_half_of_the_examples_are_faces(kind: str) -> None:
    data = _judging.examples(kind, 9)(Generator().manual_seed(0))
    assert data.x.shape == (18, 1, _faces.SIDE, _faces.SIDE)
    assert data.y.tolist() == [1] * 9 + [0] * 9


def ink_by_kind(kind: str) -> list[float]:
    data = _judging.examples(kind, 2000)(Generator().manual_seed(0))
    whole = data.x[:2000].sum((1, 2, 3)).mean()
    wrong = data.x[2000:].sum((1, 2, 3))
    return [float(wrong[:1000].mean() / whole), float(wrong[1000:].mean() / whole)]


def test_missing_parts_lack_ink_and_what_stands_in_their_place_brings_it_back() -> None:
    """A quarter is missing: so much would be enough to know, were nothing put in its place."""
    assert ink_by_kind(_face_names.MISSING) == pytest.approx([0.75, 0.75], abs=0.02)
    for kind in (_face_names.SCRAPS, _face_names.DUPLICATES, _face_names.SHOWN):
        assert ink_by_kind(kind) == pytest.approx([0.75, 1], abs=0.02)


def test_what_is_asked_are_the_same_parts_in_other_orders() -> None:
    images = _judging.new_images(Workbench(), SMALL)
    greys = {kind: x.flatten(2).sort().values for kind, x in images.items()}
    assert images[_face_names.FACES].shape == (3, 40, 1, 28, 28)
    for kind in (_face_names.JUMBLED, _face_names.MOVED):
        assert torch.equal(greys[kind], greys[_face_names.FACES])
        assert (images[kind] != images[_face_names.FACES]).flatten(2).any(-1).all()
    lacking = greys[_face_names.DELETED].sum(-1) < greys[_face_names.FACES].sum(-1)
    assert lacking.all()
    assert not torch.equal(images[_face_names.FACES][0], images[_face_names.FACES][1])


def test_moved_faces_stay_whole() -> None:
    images = _judging.new_images(Workbench(), SMALL)
    faces, moved = images[_face_names.FACES], images[_face_names.MOVED]
    assert torch.equal(moved[..., _judging.ASIDE :], faces[..., : -_judging.ASIDE])
    assert not faces[..., -_judging.ASIDE :].any()  # nothing comes round the border


def test_what_is_asked_is_not_what_was_taught() -> None:
    taught = _judging.examples(_face_names.MISSING, 9)(Generator().manual_seed(0)).x
    faces = _judging.new_images(Workbench(), SMALL)[_face_names.FACES].flatten(0, 1)
    assert not (taught[:, None] == faces[None]).flatten(2).all(-1).any()


@pytest.mark.parametrize(("layers", "pixels"), [(1, 4), (2, 8), (3, 16), (4, 24)])
def test_windows_by_layers(layers: int, pixels: int) -> None:
    network = _face_networks.deep(2, layers)
    convolutions = nn.Sequential(*list(network.children())[: 2 * layers])
    for each in convolutions:  # the border is of no interest: a large image has an interior
        if isinstance(each, nn.Conv2d):
            each.padding_mode = "zeros"
    assert receptive_field(convolutions, torch.zeros(1, 1, 48, 48)).size == (pixels, pixels)


def test_a_deep_network_gives_moved_faces_the_same_scores() -> None:
    x = torch.rand(5, 1, 28, 28)
    network = _face_networks.deep(4)
    torch.testing.assert_close(network(x.roll((4, 8), dims=(2, 3))), network(x))
    assert not torch.allclose(network(x.roll(2, dims=3)), network(x), atol=1e-5)


def test_shares_are_of_the_images_called_faces() -> None:
    """Of networks that call all faces but what is black."""
    images = {"black": torch.zeros(3, 4, 1, 28, 28), "grey": torch.ones(3, 4, 1, 28, 28)}
    images["half"] = torch.cat([images["black"][:, :2], images["grey"][:, :2]], dim=1)

    def build() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 2))

    networks = _judging.learn(Workbench(), "any", build, _face_names.MISSING, SMALL)
    for name in networks.state:
        networks.state[name].zero_()
    networks.state["1.weight"][:, 1] = 1
    networks.state["1.bias"][:, 0] = 1
    shares = _judging.called_faces(networks, images)
    assert {kind: share.values for kind, share in shares.items()} == {
        "black": (0.0,) * 3,
        "grey": (100.0,) * 3,
        "half": (50.0,) * 3,
    }


def measured(**jumbled: float) -> Measurements:
    """What would come out if all were as predicted, but for these shares."""
    measurements = Measurements()
    usual = {
        layout.BAG: 97,
        layout.TWO: 60,
        layout.THREE: 5,
        layout.DEEP: 0,
        layout.HALF: 1,
        layout.SCRAP: 0,
        layout.LACKING: 100,
    }
    for arm, share in usual.items():
        name = next(name for name in vars(layout) if vars(layout)[name] == arm)
        row = {_face_names.FACES: 98.0, _face_names.MOVED: 98.0, _face_names.DELETED: 2.0}
        row[_face_names.JUMBLED] = jumbled.get(name, share)
        samples = {kind: Sample((value,) * 6, "mean") for kind, value in row.items()}
        measurements.add("", {"arm": arm}, samples)
    return measurements


@pytest.mark.parametrize(
    ("jumbled", "id", "expected"),
    [
        ({}, "C325", "holds"),
        ({"DEEP": 50, "HALF": 50}, "C325", "refuted"),
        ({"BAG": 3}, "C325", "invalid"),
        ({"HALF": 50}, "C325", "invalid"),
        ({}, "C325o1", "refuted"),
        ({"LACKING": 10}, "C325o1", "holds"),
        ({}, "C325o2", "holds"),
        ({"TWO": 0}, "C325o2", "refuted"),
        ({"SCRAP": 100}, "C325o7", "refuted"),
    ],
)
def test_verdicts(jumbled: dict[str, float], id: str, expected: str) -> None:
    (claim,) = (claim for claim in layout.CLAIMS if claim.id == id)
    assert claim.check(measured(**jumbled)).outcome is Outcome(expected)
