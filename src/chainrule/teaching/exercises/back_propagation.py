"""``back_propagation``: one step of gradient descent, against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.comparing import close, explains, plain, ratio, the_number
from chainrule.teaching.diagnoses.errors import FACTORS
from chainrule.teaching.diagnoses.gradients import ROWS
from chainrule.teaching.diagnoses.updates import (
    ADDS_ONES,
    AVERAGED,
    CLIPPED,
    ETA_DIVIDES,
    ETA_FIXED,
    ETA_IGNORED,
    ETA_TWICE,
    FACTOR,
    FIRST_WRONG,
    LAYER_FACTORS,
    NO_WEIGHTS,
    NOTHING,
    OFF_BY_ONE,
    SHAPES_CHANGED,
    SIGN,
    SINGLE,
)
from chainrule.teaching.diagnoses.whole_steps import DECAYS, ONE_NUMBER, part
from chainrule.teaching.mistakes import (
    CHANGES_INPUT,
    NOT_FINITE,
    WrongError,
    refuse_crash,
    refuse_leftovers,
)
from chainrule.teaching.networks import (
    ask,
    network,
    refuse_no_class,
    refuse_unmakeable,
    weights,
)
from chainrule.teaching.oracle import (
    Problem,
    finite_differences,
    loss,
    oblong,
    square,
    steps,
)
from chainrule.teaching.trial import Run, Trial

Array = npt.NDArray[Any]

Step = list[Array]

_WHAT = "`back_propagation`"

_FACTORS = (1.0, 2.0)  # with or without the 2 that the square leaves


def check_back_propagation(trial: Trial) -> None:
    """Raise what is wrong with ``back_propagation``."""
    refuse_no_class(trial.subject, "back_propagation")
    for p in (square(), oblong()):
        refuse_unmakeable(trial, p)
        step, run = _step(trial, p, p.X1, p.y)
        right = steps(p)
        if not _right(step, right, trial, p):
            _name(trial, p, step, right)
        refuse_leftovers(run, _WHAT)
    p = part(oblong(), slice(2, 3))
    run, nn = ask(trial, p, lambda nn: nn.back_propagation(p.X1[0], p.y[0]))
    alone = _difference(nn, p) if run.error is None else None
    if alone is None or not _right(alone, steps(p), trial, p):
        raise WrongError(SINGLE)


def _step(trial: Trial, p: Problem, X: Array, y: Array) -> tuple[Step, Run]:
    """Return how far the student's step goes, divided by the learning rate."""
    X, y = X.copy(), y.copy()
    run, nn = ask(trial, p, lambda nn: nn.back_propagation(X, y))
    if run.error is not None and _adds_ones(trial, p):
        raise WrongError(ADDS_ONES)
    refuse_crash(run, _WHAT, special=[OFF_BY_ONE])
    for name, given, before in (("X", X, p.X1), ("y", y, p.y)):
        if not np.array_equal(given, before):
            raise WrongError(CHANGES_INPUT, what=_WHAT, name=name)
    W = weights(nn)
    if W is None or len(W) != len(p.W):
        raise WrongError(NO_WEIGHTS)
    for i, (w, before) in enumerate(zip(W, p.W, strict=True)):
        if w.shape != before.shape:
            raise WrongError(SHAPES_CHANGED, i=i, shape=plain(w.shape))
        if not np.isfinite(w).all():
            raise WrongError(NOT_FINITE, what=f"`W[{i}]` after a step")
    return _difference(nn, p) or [], run


def _difference(nn: Any, p: Problem) -> Step | None:
    W = weights(nn)
    if W is None or [w.shape for w in W] != [w.shape for w in p.W]:
        return None
    return [(before - after) / p.eta for before, after in zip(p.W, W, strict=True)]


def _adds_ones(trial: Trial, p: Problem) -> bool:
    run, nn = ask(trial, p, lambda nn: nn.back_propagation(p.X.copy(), p.y.copy()))
    step = _difference(nn, p) if run.error is None else None
    return step is not None and ratio(step, steps(p)) is not None


def _right(step: Step, right: Step, trial: Trial, p: Problem) -> bool:
    factor = ratio(step, right)
    if factor is None:
        return False
    return any(close(factor, c) for c in _FACTORS) or _is_gradient_of_own_loss(step, trial, p)


def _is_gradient_of_own_loss(step: Step, trial: Trial, p: Problem) -> bool:
    """Return whether the step is the finite difference of the student's loss, if that is right."""

    def own(W: list[Array]) -> float:
        nn.W = W
        return float(nn.loss(p.X1, p.y))

    made = trial.run(lambda: network(trial.subject, p))
    nn = made.value
    value = trial.run(lambda: own([w.copy() for w in p.W]))
    right = loss(p.W, p.X1, p.y)
    if value.error or not any(close(value.value, f * right) for f in FACTORS):
        return False
    run = trial.run(lambda: finite_differences(own, p.W))
    return run.error is None and close(step, run.value, tolerance=1e-3)


def _name(trial: Trial, p: Problem, step: Step, right: Step) -> None:
    """Raise the mistake that gives this step."""
    if not any(s.any() for s in step):
        raise WrongError(NOTHING)
    if ratio(step, right) is not None:
        _name_factor(trial, p)
    for row in ROWS:
        if row.gives is not None and any(explains(row.gives(p), step, right, c) for c in _FACTORS):
            raise WrongError(row)
    most = max(abs(s).max() for s in step)
    if any(close(step, [np.clip(c * r, -most, most) for r in right]) for c in _FACTORS):
        raise WrongError(CLIPPED, most=most)
    rest = [[s - c * r for s, r in zip(step, right, strict=True)] for c in _FACTORS]
    if any(ratio(extra, p.W) is not None for extra in rest):
        raise WrongError(DECAYS)
    i = next((i for i, s in enumerate(step) if s.any() and np.ptp(s) < 1e-9 * abs(s).max()), None)
    if i is not None:
        raise WrongError(ONE_NUMBER, i=i)
    _name_place(step, right)


def _name_factor(trial: Trial, p: Problem) -> None:
    """Raise why a step of the right direction has the wrong length."""
    p = oblong()  # where the numbers of samples and of outputs differ
    step, _ = _step(trial, p, p.X1, p.y)
    factor = ratio(step, steps(p))
    if factor is None:
        _name_place(step, steps(p))
        return
    other = Problem(p.layers, p.W, p.X, p.y, eta=p.eta / 2)
    step, _ = _step(trial, other, other.X1, other.y)
    halved = ratio(step, steps(other))  # the same as ``factor`` where eta counts once
    grows = abs((halved or factor) / factor)
    if abs(grows - 2) < 0.01:  # the step does not depend on eta at all
        ignored = any(close(abs(factor) * p.eta, c, tolerance=1e-3) for c in _FACTORS)
        raise WrongError(ETA_IGNORED if ignored else ETA_FIXED)
    if abs(grows - 0.5) < 0.01 or abs(grows - 0.25) < 0.01:
        raise WrongError(ETA_TWICE)
    if abs(grows - 4) < 0.01:
        raise WrongError(ETA_DIVIDES)
    if factor < 0 and any(close(-factor, c) for c in _FACTORS):
        raise WrongError(SIGN)
    n, k = p.y.shape
    numbers = [(c / m, AVERAGED) for m in (n, k, n * k) for c in _FACTORS]
    raise WrongError(the_number(factor, numbers) or FACTOR, factor=factor)


def _name_place(step: Step, right: Step) -> None:
    """Raise which matrix is the first, from the last layer back, whose step is wrong."""
    factors = [ratio([a], [b]) or 0.0 for a, b in zip(step, right, strict=True)]
    good = [factor > 0 for factor in factors]
    if all(good):
        i = next(i for i, f in enumerate(factors) if not close(f, factors[-1]))
        raise WrongError(LAYER_FACTORS, i=i, factor=factors[i], last=factors[-1])
    i = max((i for i, fine in enumerate(good) if not fine), default=0)
    last = i == len(step) - 1
    place = "the delta of the output" if last else f"the delta of layer {i + 1}"
    others = "and it is the first to be found" if last else "while the layers after it are"
    raise WrongError(FIRST_WRONG, i=i, others=others, place=place)
