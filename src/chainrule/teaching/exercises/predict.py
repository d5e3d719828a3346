"""``predict``: the forward pass, with and without the bias trick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.comparing import close, need_array, refuse_different
from chainrule.teaching.diagnoses.outputs import (
    ALL_LAYERS,
    BIAS_IGNORED,
    BIAS_IN_EACH_LAYER,
    BIAS_MISSING,
    BIAS_SWAPPED,
    CHANGES_WEIGHTS,
    ROWS,
    SINGLE,
    right,
)
from chainrule.teaching.mistakes import (
    CHANGES_INPUT,
    WrongError,
    refuse_crash,
    refuse_leftovers,
)
from chainrule.teaching.networks import ask, refuse_no_class, refuse_unmakeable, weights
from chainrule.teaching.oracle import (
    Problem,
    oblong,
    sigmoid,
    square,
    with_ones,
)
from chainrule.teaching.trial import Trial

Array = npt.NDArray[Any]

_WHAT = "`predict`"

# What code that cannot run on the real question would run on: the mistake shows in the answer.
Question = Callable[[Any, Problem], Any]


def _answers(trial: Trial, p: Problem, question: Question) -> bool:
    """Return whether the answer to a question is the right outputs."""
    run, _ = ask(trial, p, lambda nn: question(nn, p))
    return run.error is None and run.value is not None and close(run.value, right(p))


def _explain_ones(trial: Trial, p: Problem) -> None:
    """Raise where the column of ones is missing, or comes when it should not."""
    swapped = _answers(trial, p, lambda nn, p: nn.predict(p.X, bias_trick=False))
    added_late = _answers(trial, p, lambda nn, p: nn.predict(p.X1, bias_trick=True))
    if swapped and added_late:
        raise WrongError(BIAS_SWAPPED)
    if added_late:
        raise WrongError(BIAS_MISSING)
    if _adds_ones_in_each_layer(trial, p):
        raise WrongError(BIAS_IN_EACH_LAYER)
    if swapped and _answers(trial, p, lambda nn, p: nn.predict(p.X)):
        raise WrongError(BIAS_IGNORED)


def _adds_ones_in_each_layer(trial: Trial, p: Problem) -> bool:
    """Return whether the code runs on weights with a row more in each layer but the first."""
    for inputs in (p.X, p.X1):  # the first layer may get its ones twice
        first = p.W[0] if inputs is p.X else np.vstack([p.W[0][:1], p.W[0]])
        W = [first, *(np.vstack([w[:1], w]) for w in p.W[1:])]
        expected = inputs
        for w in W:
            expected = sigmoid(with_ones(expected) @ w)
        run, _ = ask(trial, replace(p, W=tuple(W)), lambda nn: nn.predict(p.X.copy()))
        if run.error is None and run.value is not None and close(run.value, expected):
            return True
    return False


def check_predict(trial: Trial) -> None:
    """Raise what is wrong with ``predict``."""
    refuse_no_class(trial.subject, "predict")
    for p in (square(), oblong()):
        refuse_unmakeable(trial, p)
        for X, bias_trick in ((p.X, True), (p.X1, False)):
            _check_call(trial, p, X, bias_trick)
    _check_single(trial, oblong())


def _check_call(trial: Trial, p: Problem, X: Array, bias_trick: bool) -> None:
    given = X.copy()
    run, nn = ask(trial, p, lambda nn: nn.predict(given, bias_trick=bias_trick))
    if run.error is not None:
        _explain_ones(trial, p)
    refuse_crash(run, _WHAT)
    listed = isinstance(run.value, list | tuple) and len(run.value) in (len(p.W), len(p.W) + 1)
    if listed and close(run.value[-1], right(p)):
        raise WrongError(ALL_LAYERS)
    output = need_array(run.value, _WHAT)
    if not close(output, right(p)):
        for row in ROWS:
            if row.gives and not close(row.gives(p), right(p)) and close(output, row.gives(p)):
                raise WrongError(row)
        _explain_ones(trial, p)
    refuse_different(output, right(p), "The output of `predict`")
    if not np.array_equal(given, X):
        raise WrongError(CHANGES_INPUT, what=_WHAT, name="X")
    if not close(weights(nn) or [], list(p.W)):
        raise WrongError(CHANGES_WEIGHTS, what=_WHAT)
    refuse_leftovers(run, _WHAT)


def _check_single(trial: Trial, p: Problem) -> None:
    """Ask for one sample, as a vector: the notebook does so for its pictures."""
    run, _ = ask(trial, p, lambda nn: nn.predict(p.X[0].copy()))
    if run.error is not None or run.value is None or not close(run.value, right(p)[:1]):
        raise WrongError(SINGLE)
