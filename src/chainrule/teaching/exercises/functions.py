"""The sigmoid and its derivative, as functions of an array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.comparing import close, need_array, refuse_different
from chainrule.teaching.diagnoses.curves import NEIGHBOURS, SCALAR_ONLY, SIGMOID, SIGMOID_GRAD
from chainrule.teaching.mistakes import (
    BLANK,
    CHANGES_INPUT,
    NOT_A_FUNCTION,
    Mistake,
    WrongError,
    refuse_crash,
    refuse_leftovers,
)
from chainrule.teaching.oracle import sigmoid
from chainrule.teaching.trial import Trial

Array = npt.NDArray[Any]

_Z = np.array([[-2.0, -0.7, 0.3], [0.0, 1.1, 2.6]])


def check_function(
    trial: Trial, name: str, right: Callable[[Array], Array], rows: Sequence[Mistake]
) -> None:
    """Raise what is wrong with a function of one array."""
    function, what = trial.subject, f"`{name}`"
    if function is Ellipsis:
        raise WrongError(BLANK, what=what)
    if not callable(function):
        raise WrongError(NOT_A_FUNCTION, what=what, type=type(function).__name__, kind="function")
    for z in (_Z, _Z[0], _Z.astype(np.float32)):
        given = z.copy()
        run = trial.run(partial(function, given))
        if isinstance(run.error, TypeError) and trial.run(lambda: function(0.5)).error is None:
            raise WrongError(SCALAR_ONLY)
        refuse_crash(run, what)
        values = need_array(run.value, what)
        for row in rows if not close(values, right(z)) else ():
            with np.errstate(all="ignore"):
                expected = row.gives(z) if row.gives is not None else None
            if expected is None or close(expected, right(z)):
                continue
            if _same(values, expected) or _same(-values, expected):
                raise WrongError(row)
        if not close(values, right(z)) and _depends_on_neighbours(trial, values, z):
            raise WrongError(NEIGHBOURS, what=what)
        refuse_different(values, right(z), what)
        if not np.array_equal(given, z):
            raise WrongError(CHANGES_INPUT, what=what, name="x")
        refuse_leftovers(run, what)


def _depends_on_neighbours(trial: Trial, values: Array, z: Array) -> bool:
    """Return whether the same values in another order come out as others."""
    turned = trial.run(lambda: trial.subject(np.flip(z).copy())).value
    return values.shape == z.shape == np.shape(turned) and not close(np.flip(turned), values)


def _same(values: Array, expected: Array) -> bool:
    """Compare, where the values may be infinite too."""
    finite = np.isfinite(expected)
    return values.shape == expected.shape and close(values[finite], expected[finite])


def check_sigmoid(trial: Trial) -> None:
    """Raise what is wrong with s(z) = 1 / (1 + exp(-z))."""
    check_function(trial, "sigmoid", sigmoid, SIGMOID)


def check_sigmoid_grad(trial: Trial) -> None:
    """Raise what is wrong with s'(z)."""
    check_function(trial, "sigmoid_grad", lambda z: sigmoid(z) * (1 - sigmoid(z)), SIGMOID_GRAD)
