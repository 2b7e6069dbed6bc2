"""Tests of experiments/parts/jumble: faces by loops, a bag to the last bit, and verdicts."""

from __future__ import annotations

from itertools import permutations, product

import pytest
import torch
from torch import Generator, Tensor

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from convlab.probes.exact import exact as rounded
from experiments.parts import _face_names, _face_networks, _faces

jumble = lab.load(catalogue.experiments()["jumble"])


def drawn(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_a_face_is_composed_slot_by_slot() -> None:
    parts, offsets = _faces.drawn_parts(20, drawn()), _faces.drawn_offsets(20, drawn())
    order = _faces.in_place(20).clone()
    order[1:10] = torch.randint(_faces.EMPTY + 1, (9, 4), generator=drawn())
    order[10:, 2] = _faces.SCRAP
    images = _faces.composed(parts, order, offsets)
    for n in range(20):
        expected = torch.zeros(_faces.SIDE, _faces.SIDE)
        for slot, part in enumerate(order[n].tolist()):
            top, left = (
                a + int(b) for a, b in zip(_faces.SLOTS[slot], offsets[n, slot], strict=True)
            )
            for row, column in product(range(5), range(5)):
                grey = 0.0 if part >= _faces.EMPTY else float(parts[n, part, row, column])
                expected[top + row, left + column] = grey
        if _faces.SCRAP in order[n].tolist():
            top, left = (torch.tensor(_faces.SLOTS[2]) + offsets[n, 2]).tolist()
            scrap = images[n, 0, top : top + 5, left : left + 5].clone()
            images[n, 0, top : top + 5, left : left + 5] = 0
            assert is_a_part_shuffled(scrap, parts[n])
        assert torch.equal(images[n, 0], expected)


def is_a_part_shuffled(scrap: Tensor, parts: Tensor) -> bool:
    """The same pixels as one of the parts, and not in the order of any."""
    alike = [torch.equal(scrap.flatten().sort()[0], part.flatten().sort()[0]) for part in parts]
    return any(alike) and not any(torch.equal(scrap, part) for part in parts)


def test_in_a_jumbled_face_no_part_stands_where_it_belongs() -> None:
    away = {
        p for p in permutations(range(4)) if all(a != b for a, b in zip(p, range(4), strict=True))
    }
    assert set(_faces.DERANGED) == away and len(away) == 9
    assert set(_faces.SHOWN_ORDERS) | set(_faces.NEW_ORDERS) == away
    assert not set(_faces.SHOWN_ORDERS) & set(_faces.NEW_ORDERS)
    seen = {tuple(order) for order in _faces.jumbled(300, drawn()).tolist()}
    assert seen == set(_faces.NEW_ORDERS)


def test_what_is_no_face_lacks_a_part() -> None:
    for order in _faces.missing(100, drawn()).tolist():
        (slot,) = (i for i, part in enumerate(order) if part != i)
        assert order[slot] == _faces.EMPTY
    for order in _faces.scrapped(100, drawn()).tolist():
        assert sorted(part == i for i, part in enumerate(order)) == [False, True, True, True]
        assert order.count(_faces.SCRAP) == 1
    orders = _faces.duplicated(300, drawn()).tolist()
    for order in orders:
        (slot,) = (i for i, part in enumerate(order) if part != i)
        assert order[slot] in set(range(4)) - {slot} and order.count(order[slot]) == 2
    assert len({tuple(order) for order in orders}) == 12  # any part in any other's slot


def test_the_eyes_are_mirrored_and_all_parts_differ() -> None:
    glyphs = _faces.glyphs()
    assert torch.equal(glyphs[0], glyphs[1].flip(1))
    for one, other in product(range(4), range(4)):
        assert one == other or (glyphs[one] != glyphs[other]).sum() >= 4
    greys = _faces.drawn_parts(50, drawn()) * _faces.GREYS
    assert torch.equal(greys, greys.round()) and greys.min() == 0 and greys.max() == _faces.GREYS


def test_a_trained_bag_gives_the_same_logits_to_the_last_bit() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = _face_networks.bag_of_parts(6).double()
    network.load_state_dict(rounded(network.state_dict()))
    parts, offsets = _faces.drawn_parts(30, drawn()).double(), _faces.drawn_offsets(30, drawn())
    orders = _faces.in_place(30), _faces.jumbled(30, drawn())
    faces, jumbled = (network(_faces.composed(parts, order, offsets)) for order in orders)
    assert torch.equal(faces, jumbled)


def measured(**changes: float) -> Measurements:
    """What would come out if all were as predicted, but for these shares of jumbled faces."""
    measurements = Measurements()
    usual = {"BAG": 98.0, "HALF": 96.0, "BAG_SHOWN": 60.0, "DEEP_SHOWN": 98.0}
    for name, faces in usual.items():
        row = {
            _face_names.FACES: faces,
            _face_names.MOVED: faces,
            _face_names.JUMBLED: changes.get(name, 0.0 if name == "DEEP_SHOWN" else faces),
            _face_names.DELETED: changes.get("missing", 3.0),
            _face_names.DOUBLED: changes.get("doubled", 3.0),
            _face_names.OVER: changes.get("over", 20.0),
        }
        samples = {kind: Sample((value,) * 6, "mean") for kind, value in row.items()}
        measurements.add("", {"arm": getattr(jumble, name)}, samples)
    return measurements


@pytest.mark.parametrize(
    ("changes", "id", "expected"),
    [
        ({}, "C324", "holds"),
        ({"BAG": 2, "HALF": 2}, "C324", "refuted"),
        ({"HALF": 50}, "C324", "invalid"),
        ({"missing": 90}, "C324", "invalid"),
        ({"doubled": 90}, "C324", "invalid"),
        ({"DEEP_SHOWN": 98}, "C324", "invalid"),
        ({}, "C324o2", "holds"),
        ({"BAG_SHOWN": 0}, "C324o2", "refuted"),
        ({"DEEP_SHOWN": 98}, "C324o2", "invalid"),
        ({}, "C324o3", "holds"),
        ({"BAG": 90, "HALF": 90}, "C324o3", "refuted"),
        ({}, "C324o4", "holds"),
        ({"DEEP_SHOWN": 50}, "C324o4", "refuted"),
        ({"BAG_SHOWN": 0}, "C324o4", "invalid"),
        ({}, "C324o5", "holds"),
        ({"over": 98}, "C324o5", "refuted"),
    ],
)
def test_verdicts(changes: dict[str, float], id: str, expected: str) -> None:
    (claim,) = (claim for claim in jumble.CLAIMS if claim.id == id)
    assert claim.check(measured(**changes)).outcome is Outcome(expected)
