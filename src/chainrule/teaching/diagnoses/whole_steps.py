"""What can go wrong in a step that is no mistake in one place of :func:`oracle.steps`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.mistakes import Mistake
from chainrule.teaching.oracle import Problem, forward, slope, steps, train

Array = npt.NDArray[Any]

Step = list[Array]


def _only(layer: int) -> Callable[[Problem], Step]:
    """Return what gives a step that only one layer makes, or that one layer leaves out."""

    def gives(p: Problem) -> Step:
        return [s if i == layer % len(p.W) else 0 * s for i, s in enumerate(steps(p))]

    return gives


def _but(layer: int) -> Callable[[Problem], Step]:
    def gives(p: Problem) -> Step:
        return [0 * s if i == layer % len(p.W) else s for i, s in enumerate(steps(p))]

    return gives


def part(p: Problem, rows: slice) -> Problem:
    """Return the problem with some of its samples only."""
    return Problem(p.layers, p.W, p.X[rows], p.y[rows], p.eta)


def _without_unit(p: Problem) -> Step:
    def cut(D: list[Array]) -> list[Array]:
        return [*(np.hstack([0 * d[:, :1], d[:, 1:]]) for d in D[:-1]), D[-1]]

    return steps(p, order=cut)


def _upwards(p: Problem) -> Step:
    """Compute the hidden deltas from the first layer to the last; D is reversed afterwards."""
    if len({w.shape for w in p.W}) > 1:  # there it does not run
        return steps(p)
    A = forward(p.W, p.X1)
    D = [(A[-1] - p.y) * slope(A[-1], A[-1])]
    for layer in range(1, len(p.W)):
        D.append(D[-1] @ p.W[layer].T * slope(A[layer], A[layer]))
    return [a.T @ d for a, d in zip(A[:-1], D[::-1], strict=False)]


def _one_more_delta(p: Problem) -> Step:
    """Go on to a delta of the inputs, so that each W gets that of the layer before."""
    if len({w.shape for w in p.W}) > 1:
        return steps(p)
    A = forward(p.W, p.X1)
    D = [(A[-1] - p.y) * slope(A[-1], A[-1])]
    for layer in range(len(p.W) - 1, -1, -1):
        D.append(D[-1] @ p.W[layer].T * slope(A[layer], A[layer]))
    return [a.T @ d for a, d in zip(A[:-1], D[::-1], strict=False)]


DECAYS = Mistake(
    "weights_added",
    "A part of the weights themselves is in the step. It goes by the gradient and the learning "
    "rate alone.",
)

ONE_NUMBER = Mistake(
    "constant_step",
    "All values of W[{i}] change by the same number. Each weight has a gradient of its own: "
    "where do they become one?",
)

WHOLE: tuple[Mistake, ...] = (
    Mistake(
        "wrong_order_of_deltas",
        "The hidden deltas are computed from the first layer to the last. Each of them needs that "
        "of the layer above it: which way does the loop run?",
        _upwards,
    ),
    Mistake(
        "layers_off_by_one",
        "There is a delta too many, one for the inputs, so that each matrix gets the delta of the "
        "layer before. Where does the loop of the deltas end?",
        _one_more_delta,
    ),
    Mistake(
        "layer_not_updated",
        "The last matrix is never changed. Where does the loop of the update end?",
        _but(-1),
    ),
    Mistake(
        "layer_not_updated",
        "The first matrix is never changed. Where does the loop of the "
        "update start, and how many deltas are there?",
        _but(0),
    ),
    Mistake(
        "layer_not_updated",
        "Only the last matrix is changed. Does the update run over all layers?",
        _only(-1),
    ),
    Mistake(
        "layer_not_updated",
        "Only the first matrix is changed. Does the update run over all layers?",
        _only(0),
    ),
    Mistake(
        "step_per_sample",
        "A step is made for each sample in turn. Here one step is made, with the gradient of all "
        "samples together; `fit` decides which samples come.",
        lambda p: [
            (w - v) / p.eta for w, v in zip(p.W, train(p, 1, per_sample=True)[0], strict=True)
        ],
    ),
    Mistake(
        "step_per_sample",
        "A step is made for each sample in turn. Here one step is made, with the gradient of all "
        "samples together; `fit` decides which samples come.",
        lambda p: [
            (w - v) / (2 * p.eta)
            for w, v in zip(p.W, train(p, 1, per_sample=True, factor=2)[0], strict=True)
        ],
    ),
    Mistake(
        "first_sample_only",
        "Only the first sample counts. The gradient adds up over all samples.",
        lambda p: steps(part(p, slice(0, 1))),
    ),
    Mistake(
        "last_sample_only",
        "Only the last sample counts. Is the gradient added up over all samples, or overwritten?",
        lambda p: steps(part(p, slice(-1, None))),
    ),
    Mistake(
        "bias_not_learnt",
        "The first row of each matrix, the bias, is not changed. It is learnt like all weights.",
        lambda p: [np.vstack([0 * s[:1], s[1:]]) for s in steps(p)],
    ),
    Mistake(
        "bias_unit_cut",
        "The first unit of the hidden deltas is left out. In this network the "
        "bias units are learnt like all others.",
        lambda p: _without_unit(p),
    ),
    Mistake(
        "sign_of_weights_only",
        "The step goes by the sign of the gradient only. Its size counts as well.",
        lambda p: [np.sign(s) for s in steps(p)],
    ),
    Mistake(
        "normalised",
        "The gradient is divided by its own length. Take it as it is.",
        lambda p: [s / np.linalg.norm(s) for s in steps(p)],
    ),
    Mistake(
        "weights_replaced",
        "The weights are replaced by the step. They should be changed by it.",
        lambda p: [(w + p.eta * s) / p.eta for w, s in zip(p.W, steps(p), strict=True)],
    ),
    Mistake(
        "weights_replaced",
        "The weights are replaced by the step. They should be changed by it.",
        lambda p: [(w - p.eta * s) / p.eta for w, s in zip(p.W, steps(p), strict=True)],
    ),
)
