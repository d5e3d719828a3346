"""``loss``: the sum of squared errors over all samples and outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.comparing import close, plain, the_number
from chainrule.teaching.diagnoses.errors import (
    AVERAGED,
    BIAS_DEFAULT,
    BIAS_TWICE,
    FACTOR,
    FACTORS,
    NOT_A_NUMBER,
    NOT_NUMERIC,
    OTHER,
    PREDICT_FIRST,
    ROWS,
    STATEFUL,
    VECTOR,
)
from chainrule.teaching.diagnoses.outputs import CHANGES_WEIGHTS
from chainrule.teaching.mistakes import (
    BLANK,
    CHANGES_INPUT,
    NO_RETURN,
    NOT_FINITE,
    Mistake,
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
from chainrule.teaching.oracle import Problem, forward, loss, oblong, problem
from chainrule.teaching.trial import Run, Trial

Array = npt.NDArray[Any]

_WHAT = "`loss`"


def _factors(p: Problem) -> list[tuple[float, Mistake]]:
    """Return the factors of all kinds of averages."""
    n, k = p.y.shape
    return [(half / m, AVERAGED) for m in (n, k, n * k, len(p.W)) for half in (1, 0.5)]


def check_loss(trial: Trial) -> None:
    """Raise what is wrong with ``loss``."""
    refuse_no_class(trial.subject, "loss")
    p = oblong()
    refuse_unmakeable(trial, p)
    X, y = p.X1, p.y.copy()
    run, nn = ask(trial, p, lambda nn: nn.loss(X, y))
    right = loss(p.W, p.X1, p.y)
    if run.error is not None or not _is_number(run.value) or not _right(run.value, right):
        _explain_others(trial, p, right)
    refuse_crash(run, _WHAT)
    _check_value(run, trial, p, right)
    if not np.array_equal(X, p.X1) or not np.array_equal(y, p.y):
        name = "y" if np.array_equal(X, p.X1) else "X"
        raise WrongError(CHANGES_INPUT, what=_WHAT, name=name)
    if not close(weights(nn) or [], list(p.W)):
        raise WrongError(CHANGES_WEIGHTS, what=_WHAT)
    if len(nn.loss_history):
        raise WrongError(STATEFUL)
    refuse_leftovers(run, _WHAT)
    factor = float(np.asarray(run.value).ravel()[0]) / right
    ones, _ = ask(trial, p, lambda nn: nn.loss(p.X.copy(), p.y.copy(), bias_trick=True))
    if ones.error is not None or not close(ones.value, factor * right):
        raise WrongError(BIAS_DEFAULT)
    single, _ = ask(trial, p, lambda nn: nn.loss(p.X1[0], p.y[0]))
    one = factor * loss(p.W, p.X1[:1], p.y[:1])
    if single.error is not None or not close(np.squeeze(single.value), one):
        raise WrongError(VECTOR)


def _is_number(value: Any) -> bool:
    try:
        return np.asarray(value, dtype=float).size == 1
    except (TypeError, ValueError):
        return False


def _right(value: Any, right: float) -> bool:
    return any(close(np.ravel(value)[0], f * right) for f in FACTORS)


def _explain_others(trial: Trial, p: Problem, right: float) -> None:
    """Raise where the fault is not in ``loss`` itself, or is in how it calls ``predict``."""
    if any(
        _gives(trial, p, lambda nn: nn.loss(p.X.copy(), p.y.copy()), f * right) for f in FACTORS
    ):
        raise WrongError(BIAS_TWICE)

    class Sound(trial.subject):  # type: ignore[misc, name-defined]
        def predict(self, X: Any, bias_trick: bool = True) -> Array:
            inputs = np.atleast_2d(X)
            inputs = np.insert(inputs, 0, 1, axis=1) if bias_trick else inputs
            return forward(p.W, inputs)[-1]

    run = trial.run(lambda: network(Sound, p).loss(p.X1, p.y.copy()))
    if run.error is None and _is_number(run.value) and _right(run.value, right):
        raise WrongError(PREDICT_FIRST)


def _gives(trial: Trial, p: Problem, question: Any, value: float) -> bool:
    run, _ = ask(trial, p, question)
    return run.error is None and _is_number(run.value) and close(np.ravel(run.value)[0], value)


def _check_value(run: Run, trial: Trial, p: Problem, right: float) -> None:
    """Raise what is wrong with the number that ``loss`` gives."""
    given = _number(run.value)
    if _right(given, right):
        return
    # A number alone may agree by chance: a mistake must explain those of two problems.
    other = problem(p.layers, len(p.X), seed=8)
    again, _ = ask(trial, other, lambda nn: nn.loss(other.X1, other.y.copy()))
    refuse_crash(again, _WHAT)
    pairs = [(given, p), (_number(again.value), other)]
    for mistake in ROWS:
        if mistake.gives is not None and any(
            all(close(value, f * _with(mistake, q)) for value, q in pairs) for f in FACTORS
        ):
            raise WrongError(mistake)
    factors = [value / loss(q.W, q.X1, q.y) for value, q in pairs]
    if not close(factors[0], factors[1]):
        raise WrongError(OTHER, given=given)
    raise WrongError(the_number(factors[0], _factors(p)) or FACTOR, factor=factors[0])


def _with(mistake: Mistake, p: Problem) -> float:
    """Return the loss that this mistake gives."""
    a = forward(p.W, p.X1)[-1]
    return float(mistake.gives(a - p.y, a, p.y)) if mistake.gives is not None else np.nan


def _number(value: Any) -> float:
    """Return the loss as a number, or raise what it is instead."""
    if value is Ellipsis:
        raise WrongError(BLANK, what=_WHAT)
    if value is None:
        raise WrongError(NO_RETURN, what=_WHAT)
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise WrongError(NOT_NUMERIC, type=type(value).__name__) from None
    if array.ndim:
        raise WrongError(NOT_A_NUMBER, shape=plain(array.shape))
    if not np.isfinite(array):
        raise WrongError(NOT_FINITE, what=_WHAT)
    return float(array)
