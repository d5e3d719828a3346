"""The two layers by hand: data, weights, and the functions ``forward`` and ``gradients``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.comparing import (
    close,
    explains,
    need_array,
    plain,
    ratio,
    refuse_different,
    the_number,
)
from chainrule.teaching.diagnoses.gradients import Place, one, options_of_rows
from chainrule.teaching.diagnoses.two_layers import (
    AVERAGED,
    CONSTANT,
    DATA,
    FACTOR,
    FROM_INPUTS,
    GRADIENT,
    HIDDEN,
    HIDDEN_ONLY,
    NO_ONES,
    OUTPUTS,
    PAIR,
    POINT_MISSING,
    POSITIVE,
    PRODUCTS,
    SIGN,
    SWAPPED,
    TARGETS,
    TARGETS_FLAT,
    TOO_EARLY,
    WEIGHTS,
)
from chainrule.teaching.mistakes import (
    BLANK,
    CHANGES_INPUT,
    NOT_A_FUNCTION,
    WRONG_SHAPE,
    Mistake,
    WrongError,
    refuse_crash,
    refuse_leftovers,
)
from chainrule.teaching.oracle import (
    Problem,
    forward,
    identity,
    problem,
    sigmoid,
    steps,
)
from chainrule.teaching.trial import Trial

Array = npt.NDArray[Any]

POINTS = np.array([[1.0, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]])

ANSWERS = np.array([[0.0], [1], [1], [0]])


def check_data(trial: Trial, X: Any, y: Any) -> None:
    """Raise what is wrong with the four points of the exclusive or."""
    del trial
    X, y = need_array(X, "X").astype(float), need_array(y, "y").astype(float)
    for row in DATA:
        if row.gives is not None and row.gives(X):
            raise WrongError(row)
    if X.shape != (4, 3):
        raise WrongError(WRONG_SHAPE, what="X", shape=plain(X.shape), expected="(4, 3)")
    if not (X[:, 0] == 1).all():
        raise WrongError(NO_ONES)
    if {tuple(x) for x in X} != {tuple(x) for x in POINTS}:
        raise WrongError(POINT_MISSING)
    if y.shape in ((4,), (1, 4)):
        raise WrongError(TARGETS_FLAT, shape=plain(y.shape))
    if y.shape != (4, 1):
        raise WrongError(WRONG_SHAPE, what="y", shape=plain(y.shape), expected="(4, 1)")
    for x, target in zip(X, y[:, 0], strict=True):
        if target != (x[1] != x[2]):
            raise WrongError(TARGETS, sample=[int(v) for v in x[1:]])


def check_weights(trial: Trial, w1: Any, w2: Any) -> None:
    """Raise what is wrong with the weights before training."""
    del trial
    given = {"w1": need_array(w1, "w1"), "w2": need_array(w2, "w2")}
    for (name, w), shape in zip(given.items(), ((3, 3), (3, 1)), strict=True):
        if w.shape != shape:
            row = WEIGHTS[name].get(w.shape, WRONG_SHAPE)
            raise WrongError(row, what=name, shape=plain(w.shape), expected=plain(shape))
        if np.ptp(w) == 0:
            raise WrongError(CONSTANT, name=name)
    if all((w >= 0).all() for w in given.values()):
        raise WrongError(POSITIVE)


def _flat(p: Problem) -> Array:
    return forward(p.W, p.X1, last=identity)[-1]


def _problems(*sizes: tuple[list[int], int]) -> list[Problem]:
    """Draw problems whose targets lie among the outputs, so that there are errors of both signs."""
    drawn = [problem(layers, samples) for layers, samples in sizes]
    return [replace(p, y=p.y - p.y.mean() + _flat(p).mean()) for p in drawn]


def _as_in_the_text() -> list[Problem]:
    """Return two problems of the exercise's own sizes: who is right for them has solved it."""
    return _problems(([2, 2, 1], 4), ([2, 2, 1], 5))


def _call(trial: Trial, name: str, names: str, arrays: Sequence[Array]) -> tuple[Array, Array]:
    """Return the two arrays that a function gives, and raise where it does not give two."""
    function, what = trial.subject, f"`{name}`"
    if function is Ellipsis:
        raise WrongError(BLANK, what=what)
    if not callable(function):
        raise WrongError(NOT_A_FUNCTION, what=what, type=type(function).__name__, kind="function")
    given = [a.copy() for a in arrays]
    run = trial.run(lambda: function(*given))
    refuse_crash(run, what)
    if run.value is None:
        need_array(run.value, what)
    if not isinstance(run.value, tuple | list) or len(run.value) != 2:
        raise WrongError(PAIR, name=name, names=names)
    letters = ("X", "y", "w1", "w2") if len(arrays) == 4 else ("X", "w1", "w2")
    for letter, now, before in zip(letters, given, arrays, strict=True):
        if not np.array_equal(now, before):
            raise WrongError(CHANGES_INPUT, what=what, name=letter)
    refuse_leftovers(run, what)
    first, second = (need_array(v, n) for v, n in zip(run.value, names.split(", "), strict=True))
    return first, second


def check_forward(trial: Trial) -> None:
    """Raise what is wrong with ``forward(X, w1, w2) -> h, y_pred``."""
    names = "h, y_pred"
    if all(_forward_is_right(trial, p, names) for p in _as_in_the_text()):
        return
    for p in _problems(([3, 3, 4], 4), ([2, 3, 2], 6)):
        h, y_pred = _call(trial, "forward", names, [p.X1, *p.W])
        z = p.X1 @ p.W[0]
        if not close(h, sigmoid(z)):
            name_hidden(h, p.X1, p.W[0])
        if close(y_pred, sigmoid(z)) and not close(h, sigmoid(z)):
            raise WrongError(SWAPPED, names=names)
        refuse_different(h, sigmoid(z), "`h`")
        if close(y_pred, sigmoid(_flat(p))):
            continue  # a sigmoid at the output, too
        if p.X1.shape[1] == len(p.W[1]) and close(y_pred, p.X1 @ p.W[1]):
            raise WrongError(FROM_INPUTS)
        if not close(y_pred, _flat(p)):
            name_output(y_pred, _flat(p))
        refuse_different(y_pred, _flat(p), "`y_pred`")


def _forward_is_right(trial: Trial, p: Problem, names: str) -> bool:
    try:
        h, y_pred = _call(trial, "forward", names, [p.X1, *p.W])
    except WrongError:
        return False
    return close(h, sigmoid(p.X1 @ p.W[0])) and any(
        close(y_pred, output) for output in (_flat(p), sigmoid(_flat(p)))
    )


def name_hidden(h: Array, X: Array, w: Array) -> None:
    """Raise which mistake gives these hidden activations."""
    for row, function in HIDDEN:
        if close(h, function(X @ w)):
            raise WrongError(row)
    if close(h, sigmoid(X) @ w):
        raise WrongError(TOO_EARLY)
    if X.shape == w.shape:
        for row, product in PRODUCTS:
            if close(h, sigmoid(product(X, w))):
                raise WrongError(row)


def name_output(y_pred: Array, z: Array) -> None:
    """Raise which mistake gives these outputs."""
    for row, function in OUTPUTS:
        if close(y_pred, function(z)):
            raise WrongError(row)


def _gradient_rows() -> list[tuple[Mistake, Callable[[Problem], list[Array]]]]:
    """Return the rows of ``back_propagation``, for a linear output and for one with a sigmoid."""
    rows: list[tuple[Mistake, Callable[[Problem], list[Array]]]] = []
    for mistake, options in options_of_rows():
        linear = {"last_activation": identity, "last": one, **options}
        rows += [(mistake, Place(linear)), (mistake, Place(options))]
    return rows


def _right_gradients(p: Problem) -> list[list[Array]]:
    """Return the gradients with a linear output, and with a sigmoid there."""
    return [steps(p, last_activation=identity, last=one), steps(p)]


def check_gradients(trial: Trial) -> None:
    """Raise what is wrong with ``gradients(X, y, w1, w2) -> grad_w1, grad_w2``."""
    names = "grad_w1, grad_w2"
    if all(_gradients_are_right(trial, p, names) for p in _as_in_the_text()):
        return
    for p in _problems(([3, 3, 4], 4), ([2, 3, 2], 7)):
        given = list(_call(trial, "gradients", names, [p.X1, p.y, *p.W]))
        rights = _right_gradients(p)
        factors = [ratio(given, right) for right in rights]
        if _is_one_of(factors):
            continue
        if any(ratio(given[::-1], right) is not None for right in rights):
            raise WrongError(SWAPPED, names=names)
        factor = next((f for f in factors if f is not None), None)
        if factor is not None:
            _name_factor(trial, names)
        for row, gives in _gradient_rows():
            wrong = gives(p)
            if any(explains(wrong, given, r, c) for r in rights for c in (1.0, 2.0)):
                raise WrongError(row)
        for i, name in enumerate(("grad_w1", "grad_w2")):
            refuse_shape(given[i], rights[0][i], name)
        second = any((ratio([given[1]], [r[1]]) or 0) > 0 for r in rights)
        more = ", while `grad_w2` is" if second else ""
        raise WrongError(GRADIENT, name="grad_w1" if second else "grad_w2", more=more)


def _is_one_of(factors: Sequence[float | None]) -> bool:
    """Return whether one of the gradients is right, with or without the 2 of the square."""
    return any(f is not None and any(close(f, c) for c in (1.0, 2.0)) for f in factors)


def _gradients_are_right(trial: Trial, p: Problem, names: str) -> bool:
    try:
        given = _call(trial, "gradients", names, [p.X1, p.y, *p.W])
    except WrongError:
        return False
    return _is_one_of([ratio(given, right) for right in _right_gradients(p)])


def refuse_shape(given: Array, right: Array, name: str) -> None:
    """Raise when a gradient has not the shape of its weights."""
    if given.shape != right.shape:
        shape, expected = plain(given.shape), plain(right.shape)
        raise WrongError(WRONG_SHAPE, what=f"`{name}`", shape=shape, expected=expected)


def _name_factor(trial: Trial, names: str) -> None:
    p = problem([2, 3, 3], 7)  # 7 samples, 3 outputs: their fractions are all different
    given = list(_call(trial, "gradients", names, [p.X1, p.y, *p.W]))
    factor = next((f for r in _right_gradients(p) if (f := ratio(given, r)) is not None), 1.0)
    if factor < 0 and any(close(-factor, c) for c in (1.0, 2.0)):
        raise WrongError(SIGN)
    numbers = [(c / m, AVERAGED) for m in (7, 3, 21) for c in (1, 2)]
    raise WrongError(the_number(factor, numbers) or FACTOR, factor=factor)


def check_output(trial: Trial, out: Any, xi: Any, w1: Any, w2: Any) -> None:
    """Raise what is wrong with the output for one sample."""
    del trial
    xi, w1, w2 = (need_array(v, n) for v, n in ((xi, "xi"), (w1, "w1"), (w2, "w2")))
    given = np.ravel(need_array(out, "out"))
    z = xi @ w1
    right = np.ravel(sigmoid(z) @ w2)
    if close(given, right) or close(given, sigmoid(right)):
        return
    if close(given, sigmoid(z)):
        raise WrongError(HIDDEN_ONLY)
    for row, function in HIDDEN:
        product = np.ravel(function(z) @ w2)
        if close(given, product) or close(given, sigmoid(product)):
            raise WrongError(row)
    name_output(given, right)
    refuse_different(given, right, "out")
