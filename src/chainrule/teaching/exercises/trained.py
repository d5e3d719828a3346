"""What is made with the class: the networks of both problems, before and after training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.comparing import close, need_array, plain
from chainrule.teaching.exercises.two_layer import POINTS
from chainrule.teaching.mistakes import (
    BLANK,
    NOT_FINITE,
    WRONG_SHAPE,
    Mistake,
    WrongError,
    refuse_crash,
)
from chainrule.teaching.networks import weights
from chainrule.teaching.oracle import shapes
from chainrule.teaching.trial import Trial

Array = npt.NDArray[Any]

NO_NETWORK = Mistake(
    "not_a_network", "What you give is a {type}. Give the network that you made with the class."
)
WIDTHS = Mistake(
    "wrong_widths",
    "The network has the layers {given}. Read again how many inputs, "
    "hidden units and outputs are asked for; the bias is not counted.",
)
WEIGHTS = Mistake(
    "weight_shape",
    "The weights of the network have the shapes {shapes}, which do "
    "not fit its layers. Make check.init pass, then make the network anew.",
)
UNTRAINED = Mistake(
    "not_trained", "`loss_history` is empty: the network is not trained yet. Run the cell with fit."
)
GROWS = Mistake(
    "loss_grows",
    "The loss is not smaller at the end than at the start. Look at the "
    "learning rate, and at check.back_propagation.",
)
POINT_WRONG = Mistake(
    "not_solved",
    "The answer for the inputs {x} is {out:.2f}, on the wrong side "
    'of 0.5. Is it trained long enough, with "SGD", and with all four samples?',
)
ACCURACY = Mistake(
    "reads_badly",
    "It reads {share:.0f} % of the test images, and should read more "
    "than 90 %. Is it trained on X_train and y_train, with 100 epochs of SGD?",
)
LABELS = Mistake(
    "labels_not_converted",
    "The labels are still digits. Each becomes a row of ten values, with a single 1.",
)
ONE = Mistake(
    "not_one_hot",
    "Row {i} has no single 1 among zeros. Each row has its 1 at the "
    "place of its digit, and 0 elsewhere.",
)
DIGIT = Mistake(
    "wrong_class",
    "`{name}` is not the place of the largest value in its row. Which "
    "function gives the place, not the value?",
)
NOT_A_PLACE = Mistake("wrong_class", "`{name}` must be a single whole number from 0 to 9.")
CONFUSED = Mistake(
    "wrong_confusion",
    "The confusion matrix does not fit: row {row}, column "
    "{column} counts {given}. Which predictions and which truth go into it?",
)
CONFUSION_TRANSPOSED = Mistake(
    "transposed_confusion",
    "The confusion matrix is transposed: rows are the actual classes, columns the predicted ones.",
)


def _need_network(nn: Any) -> None:
    if nn is Ellipsis:
        raise WrongError(BLANK, what="The network")
    if isinstance(nn, type) or not all(hasattr(nn, n) for n in ("layers", "W", "predict")):
        raise WrongError(NO_NETWORK, type=type(nn).__name__)


def check_widths(trial: Trial, nn: Any, layers: Sequence[int]) -> None:
    """Raise where a network has not these layers."""
    del trial
    _need_network(nn)
    try:
        given = [int(n) for n in nn.layers]
    except (TypeError, ValueError):
        given = []
    if given != list(layers):
        raise WrongError(WIDTHS, given="-".join(str(n) for n in nn.layers))
    found = [w.shape for w in weights(nn) or []]
    if found != shapes(layers):
        raise WrongError(WEIGHTS, shapes=", ".join(map(plain, found)))


def _outputs(trial: Trial, nn: Any, X: Array) -> Array:
    run = trial.run(lambda: nn.predict(X))
    refuse_crash(run, "`predict`")
    return need_array(run.value, "`predict`")


def _check_history(nn: Any) -> None:
    history = np.asarray(getattr(nn, "loss_history", []), dtype=float)
    if not history.size:
        raise WrongError(UNTRAINED)
    if not np.isfinite(history).all():
        raise WrongError(NOT_FINITE, what="`loss_history`")
    if history.size > 1 and history[-1] >= history[0]:
        raise WrongError(GROWS)


def check_xor(trial: Trial, nn: Any) -> None:
    """Raise where a trained network does not solve the exclusive or."""
    check_widths(trial, nn, [2, 2, 1])
    _check_history(nn)
    outputs = _outputs(trial, nn, POINTS[:, 1:])
    if outputs.shape != (4, 1):
        shape = plain(outputs.shape)
        raise WrongError(WRONG_SHAPE, what="The output", shape=shape, expected="(4, 1)")
    for x, out in zip(POINTS[:, 1:], outputs[:, 0], strict=True):
        if (out > 0.5) != (x[0] != x[1]):
            raise WrongError(POINT_WRONG, x=[int(v) for v in x], out=float(out))


def check_digits(trial: Trial, nn: Any, X_test: Any, y_test: Any) -> None:
    """Raise where a trained network reads too few of the digits."""
    check_widths(trial, nn, [64, 32, 16, 10])
    _check_history(nn)
    X, truth = need_array(X_test, "X_test"), need_array(y_test, "y_test")
    outputs = _outputs(trial, nn, X)
    if outputs.shape != truth.shape:
        given, expected = plain(outputs.shape), plain(truth.shape)
        raise WrongError(WRONG_SHAPE, what="The output", shape=given, expected=expected)
    share = 100 * float((outputs.argmax(axis=1) == truth.argmax(axis=1)).mean())
    if share <= 90:
        raise WrongError(ACCURACY, share=share)


def check_one_hot(trial: Trial, y: Any) -> None:
    """Raise where the labels are not rows with a single 1."""
    del trial
    rows = need_array(y, "What you give")
    if rows.ndim == 1 or rows.shape[1:] == (1,):
        raise WrongError(LABELS)
    if rows.ndim != 2 or rows.shape[1] != 10:
        shape = plain(rows.shape)
        raise WrongError(WRONG_SHAPE, what="What you give", shape=shape, expected="(samples, 10)")
    fine = (np.sort(rows, axis=1)[:, :-1] == 0).all(axis=1) & (rows.max(axis=1) == 1)
    if not fine.all():
        raise WrongError(ONE, i=int(np.argmin(fine)))


def check_digit(trial: Trial, y_class: Any, y: Any, outputs: Any, target: Any) -> None:
    """Raise where the class of one image, or its truth, is not the place of the largest value."""
    del trial
    rows = (("y_class", y_class, outputs), ("y", y, target))
    for name, given, row in rows:
        if given is Ellipsis:
            raise WrongError(BLANK, what=f"`{name}`")
        try:
            value = np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            value = np.zeros(2)
        if value.size != 1:
            raise WrongError(NOT_A_PLACE, name=name)
        if float(value.ravel()[0]) != int(np.argmax(need_array(row, "The row"))):
            raise WrongError(DIGIT, name=name)


def check_confusion_matrix(trial: Trial, conf: Any, y_true: Any, outputs: Any) -> None:
    """Raise where a matrix does not count actual classes by rows, predicted ones by columns."""
    del trial
    given = need_array(conf, "The confusion matrix")
    actual = need_array(y_true, "y_true").argmax(axis=1)
    seen = need_array(outputs, "The predictions")
    predicted = seen.argmax(axis=1) if seen.ndim == 2 else seen
    right = np.zeros((10, 10), dtype=int)
    if len(predicted) == len(actual):
        np.add.at(right, (actual, predicted.astype(int)), 1)
    if given.shape != right.shape:
        shape, expected = plain(given.shape), plain(right.shape)
        raise WrongError(WRONG_SHAPE, what="The matrix", shape=shape, expected=expected)
    if close(given, right):
        return
    if close(given, right.T):
        raise WrongError(CONFUSION_TRANSPOSED)
    row, column = (int(i) for i in np.argwhere(given != right)[0])
    raise WrongError(CONFUSED, row=row, column=column, given=int(given[row, column]))
