"""Tests of experiments/parts/remedy: the local network, faces in one place, and verdicts."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, nn

from convlab import lab
from convlab.lab import catalogue
from convlab.layers import LocallyConnected2d
from convlab.measure import Measurements, Outcome, Sample
from experiments.parts import _face_names, _face_networks, _faces, _judging

remedy = lab.load(catalogue.experiments()["remedy"])


def test_the_local_network_is_the_shared_one_with_a_kernel_for_each_position() -> None:
    built = _face_networks.flattened(8), _face_networks.local(8)
    shared, local = (list(each.children()) for each in built)
    for index in (0, 2):
        conv, layer = shared[index], local[index]
        assert isinstance(conv, nn.Conv2d) and isinstance(layer, LocallyConnected2d)
        local[index] = LocallyConnected2d.from_conv(conv, layer.in_size)
        assert local[index].weight.shape == layer.weight.shape
    x = torch.rand(3, 1, 28, 28)
    head = shared[4]
    torch.testing.assert_close(nn.Sequential(*local[:4], head)(x), nn.Sequential(*shared)(x))


def test_faces_in_one_place_are_only_a_pixel_off_to_either_side() -> None:
    data = _judging.examples(_face_names.MISSING, 50, remedy.IN_ONE_PLACE)
    x = data(Generator().manual_seed(0)).x[:50, 0]
    for top, left in _faces.SLOTS:
        assert not x[:, top - 1].any() and not x[:, top + _faces.GLYPH].any()
        assert x[:, top : top + _faces.GLYPH, left - 1 : left + _faces.GLYPH + 1].any()
    rows = {row for top, _ in _faces.SLOTS for row in range(top, top + _faces.GLYPH)}
    assert set(x.sum((0, 2)).nonzero().flatten().tolist()) <= rows


def measured(**jumbled: float) -> Measurements:
    """What would come out if all were as predicted, but for these shares."""
    measurements = Measurements()
    usual = {"BAG": 97.0, "SHARED": 1.0, "LOCAL": 1.0, "HALF": 2.0, "LACKING": 90.0}
    for name, share in usual.items():
        row = {
            _face_names.FACES: 98.0,
            _face_names.MOVED: 98.0 if name == "BAG" else jumbled.get("moved", 5.0),
            _face_names.DELETED: 2.0,
            _face_names.JUMBLED: jumbled.get(name, share),
        }
        samples = {kind: Sample((value,) * 6, "mean") for kind, value in row.items()}
        measurements.add("", {"arm": getattr(remedy, name)}, samples)
    return measurements


@pytest.mark.parametrize(
    ("jumbled", "id", "expected"),
    [
        ({}, "C325o3", "holds"),
        ({"LOCAL": 60, "HALF": 60}, "C325o3", "refuted"),
        ({"HALF": 60}, "C325o3", "invalid"),
        ({}, "C325o4", "refuted"),
        ({"LACKING": 3}, "C325o4", "holds"),
        ({}, "C325o5", "holds"),
        ({"SHARED": 80}, "C325o5", "refuted"),
        ({"BAG": 10}, "C325o5", "invalid"),
        ({}, "C325o6", "holds"),
        ({"moved": 90}, "C325o6", "refuted"),
    ],
)
def test_verdicts(jumbled: dict[str, float], id: str, expected: str) -> None:
    (claim,) = (claim for claim in remedy.CLAIMS if claim.id == id)
    assert claim.check(measured(**jumbled)).outcome is Outcome(expected)
