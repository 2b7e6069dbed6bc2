"""Own kernels of the product and its two gradients: no memory beside the tensors themselves.

Each block of a launch takes some neighbouring positions, of which each has a matrix product of its
own, and reads what the windows see through the tables of `pixels`: one kernel for every geometry,
dimension and padding mode. Sums are made in float32 and in one order: the same bits every time.

There are P positions, Q pixels, N examples, G groups of C channels and O outputs each, and T taps.
B… are the sizes of a block. All tensors are contiguous.
"""
# ruff: noqa: ANN001, ANN201, E741 - Triton, in which this is written, has types of its own
# mypy: ignore-errors

import triton
import triton.language as tl


@triton.jit
def read(tensor, rows, places, mask, IN_RUNS: tl.constexpr):
    """The numbers at places of rows, by threads that lie side by side along the last axis.

    Along it places come in runs of neighbours, and each line of memory is read by few threads or
    it is read many times. To call that contiguous orders the threads. It has a thread read several
    numbers at once only where their places are multiples of as many, as they are in whole runs.
    """
    places = rows + places
    if IN_RUNS:
        places = tl.max_contiguous(places, (1, 1, places.shape[2]))
    return tl.load(tensor + places, mask=mask, other=0.0)


@triton.jit
def block(rows, columns, BP: tl.constexpr, BN: tl.constexpr, BO: tl.constexpr):
    """The positions, the rows and the columns of this block.

    All blocks of the same positions come one after another: what they have in common, the kernels
    or the pixels, is then read once from memory, and from the cache by all but the first.
    """
    number, tiles = tl.program_id(0), rows * columns
    p = (number // tiles) * BP + tl.arange(0, BP)
    n = (number % tiles) // columns * BN + tl.arange(0, BN)
    o = (number % tiles) % columns * BO + tl.arange(0, BO)
    return p, n, o


@triton.jit
def output(
    x, w, y, seen, P, Q, N, O, C, G,
    T: tl.constexpr, BP: tl.constexpr, BN: tl.constexpr, BO: tl.constexpr, BK: tl.constexpr,
    PRECISION: tl.constexpr,
):  # fmt: skip
    """y[n, o, p] = Σ_i Σ_k w[o, i, p, k] x[n, i, seen[p, k]], in blocks (BP, BN, BO)."""
    group = tl.program_id(1)
    p, n, o = block(tl.cdiv(N, BN), tl.cdiv(O, BO), BP, BN, BO)
    of_x, of_w = (n * (G * C * Q))[None, :, None], ((group * O + o) * (C * P * T))[None, :, None]
    is_n, is_o = (n < N)[None, :, None], (o < O)[None, :, None]
    sums = tl.zeros((BP, BN, BO), tl.float32)
    for first in range(0, C * T, BK):
        k = first + tl.arange(0, BK)
        rows = p[:, None] * T + (k % T)[None, :]
        is_tap = (p < P)[:, None] & (k < C * T)[None, :]
        pixels = tl.load(seen + rows, mask=is_tap, other=-1)
        at_x = ((group * C + k // T) * Q)[None, :] + pixels
        at_w = ((k // T) * (P * T))[None, :] + rows
        xs = read(x, of_x, at_x[:, None, :], is_n & (pixels >= 0)[:, None, :], True)
        ws = read(w, of_w, at_w[:, None, :], is_o & is_tap[:, None, :], T > 1)
        sums = tl.dot(xs, tl.permute(ws, (0, 2, 1)), sums, input_precision=PRECISION)
    of_y = (n * (G * O * P))[None, :, None] + ((group * O + o) * P)[None, None, :]
    is_output = (p < P)[:, None, None] & (n < N)[None, :, None] & (o < O)[None, None, :]
    tl.store(y + of_y + p[:, None, None], sums.to(y.dtype.element_ty), mask=is_output)


@triton.jit
def input_gradient(
    w, y, x, seers, starts, P, Q, N, O, C, G,
    T: tl.constexpr, MOST: tl.constexpr,
    BP: tl.constexpr, BN: tl.constexpr, BO: tl.constexpr, BK: tl.constexpr,
    PRECISION: tl.constexpr,
):  # fmt: skip
    """x[n, i, q] = Σ_(p, k) that sees q Σ_o w[o, i, p, k] y[n, o, p], in blocks (BP, BN, BO)."""
    group = tl.program_id(1)
    q, n, i = block(tl.cdiv(N, BN), tl.cdiv(C, BO), BP, BN, BO)
    start = tl.load(starts + q, mask=q < Q, other=0)
    count = tl.load(starts + q + 1, mask=q < Q, other=0) - start
    of_y, of_w = (n * (G * O * P))[None, :, None], (i * (P * T))[None, :, None]
    is_n, is_i = (n < N)[None, :, None], (i < C)[None, :, None]
    sums = tl.zeros((BP, BN, BO), tl.float32)
    for first in range(0, O * MOST, BK):
        k = first + tl.arange(0, BK)
        seer, o = k % MOST, group * O + k // MOST
        is_seer = (seer[None, :] < count[:, None]) & (k < O * MOST)[None, :]
        rows = tl.load(seers + start[:, None] + seer[None, :], mask=is_seer, other=0)
        at_y = (o * P)[None, :] + rows // T
        at_w = (o * (C * P * T))[None, :] + rows
        ys = read(y, of_y, at_y[:, None, :], is_n & is_seer[:, None, :], True)
        ws = read(w, of_w, at_w[:, None, :], is_i & is_seer[:, None, :], True)
        ys, ws = ys.to(w.dtype.element_ty), tl.permute(ws, (0, 2, 1))
        sums = tl.dot(ys, ws, sums, input_precision=PRECISION)
    of_x = (n * (G * C * Q))[None, :, None] + ((group * C + i) * Q)[None, None, :]
    is_pixel = (q < Q)[:, None, None] & (n < N)[None, :, None] & (i < C)[None, None, :]
    tl.store(x + of_x + q[:, None, None], sums.to(x.dtype.element_ty), mask=is_pixel)


@triton.jit
def weight_gradient(
    x, y, w, seen, P, Q, N, O, C, G,
    T: tl.constexpr, BP: tl.constexpr, BN: tl.constexpr, BO: tl.constexpr, BK: tl.constexpr,
    PRECISION: tl.constexpr,
):  # fmt: skip
    """w[o, i, p, k] = Σ_n x[n, i, seen[p, k]] y[n, o, p], in blocks (BP, BO, BN)."""
    group = tl.program_id(1)
    p, k, o = block(tl.cdiv(C * T, BN), tl.cdiv(O, BO), BP, BN, BO)
    rows = p[:, None] * T + (k % T)[None, :]
    is_tap = (p < P)[:, None] & (k < C * T)[None, :]
    pixels = tl.load(seen + rows, mask=is_tap, other=-1)
    at_x = ((group * C + k // T) * Q)[None, :] + pixels
    of_y = ((group * O + o) * P)[None, :, None] + p[:, None, None]
    is_y = (p < P)[:, None, None] & (o < O)[None, :, None]
    sums = tl.zeros((BP, BO, BN), tl.float32)
    for first in range(0, N, BK):
        n = first + tl.arange(0, BK)
        is_x = (n < N)[None, :, None] & (pixels >= 0)[:, None, :]
        xs = read(x, (n * (G * C * Q))[None, :, None], at_x[:, None, :], is_x, True)
        places = of_y + (n * (G * O * P))[None, None, :]
        ys = tl.load(y + places, mask=is_y & (n < N)[None, None, :], other=0.0)
        sums = tl.dot(ys.to(x.dtype.element_ty), xs, sums, input_precision=PRECISION)
    at_w = ((k // T) * (P * T))[None, :] + rows
    places = ((group * O + o) * (C * P * T))[None, :, None] + at_w[:, None, :]
    if T > 1:
        places = tl.max_contiguous(places, (1, 1, BN))
    is_w = (o < O)[None, :, None] & is_tap[:, None, :]
    tl.store(w + places, sums.to(w.dtype.element_ty), mask=is_w)
