"""The two-layer script after its loop: every array against those that it is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.comparing import close, need_array, plain, ratio, refuse_different
from chainrule.teaching.diagnoses import errors
from chainrule.teaching.diagnoses.loops import (
    DIVERGED,
    ETA,
    HIDDEN_UNKNOWN,
    NAME_MISSING,
    OTHER_UPDATE,
    OUTPUT_ROWS,
    OVERWRITTEN,
    UPDATE_FACTOR,
    UPDATED_FIRST,
    UPDATES,
    carried_rows,
    gradient_rows,
)
from chainrule.teaching.diagnoses.two_layers import GRADIENT
from chainrule.teaching.exercises.two_layer import (
    check_data,
    check_weights,
    name_hidden,
    name_output,
    refuse_shape,
)
from chainrule.teaching.mistakes import BLANK, WRONG_SHAPE, Mistake, WrongError
from chainrule.teaching.oracle import sigmoid, squares
from chainrule.teaching.trial import Trial

Array = npt.NDArray[Any]

Arrays = dict[str, Array]

_NAMES = (
    "X",
    "y",
    "w1",
    "w2",
    "eta",
    "h",
    "y_pred",
    "loss",
    "grad_y_pred",
    "grad_w2",
    "grad_h",
    "grad_w1",
)


def check_script(trial: Trial, names: Mapping[str, Any]) -> None:
    """Raise what is wrong with the variables of the script."""
    a = _arrays(names)
    for name in ("h", "y_pred"):
        if a[name].ndim < 2 and len(a["X"]) != len(np.atleast_1d(a[name])):
            raise WrongError(OVERWRITTEN, name=name)
    check_data(trial, names["X"], names["y"])
    if any(not np.isfinite(value).all() for value in a.values()):
        raise WrongError(DIVERGED)
    check_weights(trial, names["w1"], names["w2"])
    eta = float(a["eta"])
    if not eta > 0:
        raise WrongError(ETA)
    _check_hidden(a, eta)
    w2, linear = _check_output(a, eta)
    _check_loss(a)
    _check_gradients(a, w2, linear)


def _arrays(names: Mapping[str, Any]) -> Arrays:
    found = {}
    for name in _NAMES:
        if name not in names:
            raise WrongError(NAME_MISSING, name=name)
        value = names[name]
        if value is Ellipsis:
            raise WrongError(BLANK, what=f"`{name}`")
        number = isinstance(value, int | float)
        found[name] = np.asarray(value) if number else need_array(value, f"`{name}`")
    return found


def _exactly(a: Arrays) -> float:
    """Return the tolerance: what one update changes is small beside the weights."""
    return 1e-5 if any(v.dtype == np.float32 for v in a.values()) else 1e-9


def _same(given: Array, expected: Array, a: Arrays) -> bool:
    return close(given, expected, tolerance=_exactly(a))


def _check_hidden(a: Arrays, eta: float) -> None:
    """Raise what is wrong with h, or with the update of w1."""
    refuse_shape(a["grad_w1"], a["w1"], "grad_w1")
    if a["h"].shape != (4, 3):
        raise WrongError(WRONG_SHAPE, what="`h`", shape=plain(a["h"].shape), expected="(4, 3)")
    for row, before in UPDATES:
        w1 = before(a["w1"], a["grad_w1"], eta)
        if _same(a["h"], sigmoid(a["X"] @ w1), a):
            if row is None:
                return
            raise WrongError(row, name="w1")
    with np.errstate(all="ignore"):
        _refuse_other_update("w1", a, a["X"].astype(float), np.log(a["h"] / (1 - a["h"])), eta)
    for _, before in UPDATES:
        name_hidden(a["h"], a["X"], before(a["w1"], a["grad_w1"], eta))
    raise WrongError(HIDDEN_UNKNOWN)


def _check_output(a: Arrays, eta: float) -> tuple[Array, bool]:
    """Return w2 before the update, and whether the output is linear."""
    refuse_shape(a["grad_w2"], a["w2"], "grad_w2")
    for row, before in UPDATES:
        w2 = before(a["w2"], a["grad_w2"], eta)
        z = a["h"] @ w2
        for linear, output in ((True, z), (False, sigmoid(z))):
            if _same(a["y_pred"], output, a):
                if row is None:
                    return w2, linear
                raise WrongError(row, name="w2")
    _refuse_other_update("w2", a, a["h"], a["y_pred"], eta)
    z = a["h"] @ (a["w2"] + eta * a["grad_w2"])
    name_output(a["y_pred"], z)
    refuse_different(a["y_pred"], z, "`y_pred`")
    raise WrongError(UPDATED_FIRST, name="y_pred")


def _refuse_other_update(name: str, a: Arrays, A: Array, Z: Array, eta: float) -> None:
    """Raise when A W = Z holds for some W: then the way forth is right, and the update is not."""
    if A.shape[0] != Z.shape[0] or not np.isfinite(Z).all() or np.linalg.matrix_rank(A) < 3:
        return
    W = np.linalg.lstsq(A, Z)[0]
    if W.shape != a[name].shape or not close(A @ W, Z, tolerance=1e-6):
        return
    factor = ratio([W - a[name]], [eta * a["grad_" + name]])
    if factor is not None:
        raise WrongError(UPDATE_FACTOR, name=name, factor=factor)
    if abs(W - a[name]).max() < 0.5 * abs(W).max():  # else it was other weights altogether
        raise WrongError(OTHER_UPDATE, name=name)


def _check_loss(a: Arrays) -> None:
    difference = a["y_pred"] - a["y"]
    if a["loss"].size != 1:
        raise WrongError(errors.NOT_A_NUMBER, shape=plain(a["loss"].shape))
    given, right = float(a["loss"].ravel()[0]), squares(difference)
    if any(close(given, f * right) for f in errors.FACTORS):
        return
    if any(close(given, f * right / 4) for f in errors.FACTORS):
        raise WrongError(errors.AVERAGED)
    for row in errors.ROWS:
        with np.errstate(all="ignore"):
            wrong = row.gives and row.gives(difference, a["y_pred"], a["y"])
        if wrong is not None and np.isfinite(wrong) and close(given, wrong):
            raise WrongError(row)
    raise WrongError(errors.FACTOR, factor=given / right if right else np.inf)


def _check_gradients(a: Arrays, w2: Array, linear: bool) -> None:
    y, out, h = a["y"], a["y_pred"], a["h"]
    curve = np.ones_like(out) if linear else out * (1 - out)
    given, errors = a["grad_y_pred"], out - y
    refuse_shape(given, out, "grad_y_pred")
    if not any(close(given, c * errors * s) for c in (1, 2, 4) for s in (1, curve)):
        for row, function in OUTPUT_ROWS:
            if any(close(given, c * function(out, y)) for c in (1, 2)):
                raise WrongError(row)
        raise WrongError(GRADIENT, name="grad_y_pred", more="")
    # The slope of a sigmoid at the output may be in grad_y_pred or in what follows.
    deltas = [given] if linear else [given, given * curve]
    delta = next((d for d in deltas if close(a["grad_w2"], h.T @ d)), None)
    if delta is None:
        raise _gradient_fault("grad_w2", a["grad_w2"], h, deltas[-1])
    slope = h * (1 - h)
    back = delta @ w2.T
    refuse_shape(a["grad_h"], h, "grad_h")
    inside = close(a["grad_h"], back * slope) and not close(a["grad_h"], back)
    if not inside and not close(a["grad_h"], back, tolerance=10 * _exactly(a)):
        if close(a["grad_h"], delta @ a["w2"].T):
            raise WrongError(UPDATED_FIRST, name="grad_h")
        for row, expected in carried_rows(delta, w2, h):
            if close(a["grad_h"], expected):
                raise WrongError(row)
        if not close(a["grad_h"], back):
            raise WrongError(GRADIENT, name="grad_h", more=", while `grad_w2` is")
    _check_first(a, a["grad_h"] if inside else a["grad_h"] * slope, inside)


def _check_first(a: Arrays, delta: Array, inside: bool) -> None:
    X, h, given = a["X"].astype(float), a["h"], a["grad_w1"]
    if close(given, X.T @ delta):
        return
    forgotten = Mistake(
        "slope_forgotten",
        "The slope of the sigmoid is missing in `grad_w1`. The "
        "way back goes through every function of the way forth.",
    )
    wrong = Mistake(
        "slope_of_wrong_quantity",
        "The slope of the sigmoid in `grad_w1` is taken of "
        "the wrong quantity. `h` has been through the sigmoid already.",
    )
    half = Mistake(
        "slope_half",
        "One factor of the sigmoid's slope is missing or wrong in "
        "`grad_w1`. Compare with `sigmoid_grad`.",
    )
    bracket = Mistake(
        "brackets_missing",
        "In `grad_w1` something is subtracted after the product, and not within a factor of the "
        "slope. Are there brackets missing?",
    )
    g = a["grad_h"] if not inside else delta / (h * (1 - h))
    z = np.log(h / (1 - h))
    rows = [
        (forgotten, g),
        (wrong, g * sigmoid(h) * (1 - sigmoid(h))),
        (wrong, g * z * (1 - z)),
        (half, g * h),
        (half, g * (1 - h)),
        (half, g * h * (1 + h)),
        (half, -g * h * (1 - h)),
        (half, g * (h * (1 - h)) ** 2),
        (half, g * (1 - h**2)),
        (bracket, g * h - h),
    ]
    for row, product in rows:
        if close(given, X.T @ product):
            raise WrongError(row)
    raise _gradient_fault("grad_w1", given, X, delta)


def _gradient_fault(name: str, given: Array, A: Array, D: Array) -> WrongError:
    """Return which mistake gives this gradient in the place of A^T D."""
    for row, gives in gradient_rows(A, D):
        try:
            expected = gives()
        except ValueError:  # these shapes do not go together
            continue
        if any(close(given, c * expected) for c in (1, 2)):
            return WrongError(row, name=name)
    return WrongError(GRADIENT, name=name, more="")
