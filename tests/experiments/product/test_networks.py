"""Tests of the networks and scenes of the product: floors, identities, rectangles."""

from math import e

import pytest
import torch
from torch import Tensor, nn

from convlab.streams import Stream, generator
from convlab.train import norm
from experiments.product._boxes import REFERENCE, SCENES
from experiments.product._networks import (
    Forward,
    best_output,
    by_hand,
    error,
    exponential_residual,
    least_squares_floor,
    linear_residual,
    plain,
    value_at,
    with_exp,
    with_log_and_exp,
)
from experiments.product._scenes import filled_rectangles, moved_rectangles, product, random_fields


def forward(network: nn.Module) -> Forward:
    """A network as one of a group of one, in float64."""
    return lambda pairs: network.double()(pairs.double())[None].detach()


@pytest.mark.parametrize(("size", "share"), [(3, 0.660442), (1, 0.662623)])
def test_the_floor_of_the_reference_scene_is_as_derived(size: int, share: float) -> None:
    pair = filled_rectangles(REFERENCE, (2, 3))
    floor = least_squares_floor(pair, product(pair), size) / product(pair).norm()
    assert floor == pytest.approx(share, abs=1e-6)
    assert product(pair).norm() == 30 * 2 * 3


@pytest.mark.parametrize("scene", ["identical", "nested", "disjoint"])
def test_the_floor_of_other_scenes_is_zero(scene: str) -> None:
    pair = filled_rectangles(SCENES[scene], (2, 3))
    assert least_squares_floor(pair, product(pair)) < 1e-9


def test_the_floor_of_independent_pixels_is_that_of_their_variances() -> None:
    pair = random_fields(1, 128, 1, 2, generator(0, Stream.DATA))
    rms = least_squares_floor(pair, product(pair)) / 128
    assert rms == pytest.approx(1 / 12, rel=0.03)  # sqrt(Var a · Var b)


def test_no_convolution_comes_nearer_than_the_best_output() -> None:
    pair = random_fields(2, 9, -1, 1, generator(1, Stream.DATA)).double()
    best = best_output(pair, product(pair))
    for seed in range(5):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            out = plain().double()(pair).detach()
        # the best is a projection: what is left over is at right angles to every output
        left, beside = norm(out, product(pair)).item(), norm(out, best).item()
        assert left**2 == pytest.approx(beside**2 + norm(best, product(pair)).item() ** 2)


def test_no_convolution_goes_below_the_floor() -> None:
    pair = random_fields(2, 9, -1, 1, generator(1, Stream.DATA)).double()
    floor = least_squares_floor(pair, product(pair))
    network = plain().double()
    optimizer = torch.optim.LBFGS(
        network.parameters(), max_iter=200, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss: Tensor = (network(pair) - product(pair)).square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    reached = norm(network(pair), product(pair)).item()
    assert floor <= reached + 1e-12 and reached == pytest.approx(floor, rel=1e-4)


@pytest.mark.parametrize("size", [1, 3])
def test_the_identities_hold_for_their_own_networks_and_not_for_a_product(size: int) -> None:
    pairs = random_fields(2, 8, 0.5, 2, generator(2, Stream.DATA)).double()
    torch.manual_seed(0)
    assert linear_residual(forward(plain(size)), pairs).item() < 1e-12
    assert exponential_residual(forward(with_exp(size)), pairs).item() < 1e-12
    assert linear_residual(forward(with_exp(size)), pairs).item() > 1e-3
    assert 1e-3 < exponential_residual(forward(plain(size)), pairs).item() <= 1
    logarithmic = forward(with_log_and_exp(1e-4, size))
    assert exponential_residual(logarithmic, pairs).item() > 1e-3


def test_without_the_log_the_same_weights_do_not_multiply() -> None:
    assert value_at(forward(by_hand(with_exp(1))), 1, 2).item() == pytest.approx(e**3)


def test_a_log_and_an_exp_multiply_up_to_their_offset() -> None:
    pairs = random_fields(2, 8, 0, 6, generator(3, Stream.DATA)).double()
    torch.testing.assert_close(
        by_hand(with_log_and_exp(1e-2, 1))(pairs), product(pairs + 1e-2), rtol=1e-12, atol=1e-12
    )
    assert value_at(forward(by_hand(with_log_and_exp(1e-9, 1))), 4, 5).item() == pytest.approx(20)


def test_the_loss_is_the_norm_of_the_post() -> None:
    out, target = torch.randn(1, 1, 5, 5), torch.randn(1, 1, 5, 5)
    assert norm(out, target).item() == pytest.approx(torch.dist(out, target, p=2).item())
    assert error(torch.zeros_like(target), target).item() == pytest.approx(1)


def test_rectangles_are_filled_where_they_say() -> None:
    first, second = filled_rectangles(REFERENCE, (2, 3))[0]
    assert first.sum() == 50 * 50 * 2 and second.sum() == 50 * 50 * 3
    assert (first[20:70, 20:70] == 2).all() and (second[40:90, 40:90] == 3).all()


def test_moved_rectangles_are_whole_rectangles_within_the_image() -> None:
    pairs = moved_rectangles(50, (2, 3), generator(4, Stream.DATA))
    assert pairs.shape == (50, 2, 100, 100)
    for pair in pairs:
        for image, value in zip(pair, (2, 3), strict=True):
            rows, columns = image.amax(dim=1) > 0, image.amax(dim=0) > 0
            assert 20 <= rows.sum() <= 60 and 20 <= columns.sum() <= 60
            assert torch.equal(image, rows[:, None] * columns[None] * float(value))
    places = {tuple(pair[0].nonzero()[0].tolist()) for pair in pairs}
    assert len(places) > 40
