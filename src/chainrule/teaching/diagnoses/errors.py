"""What can go wrong in the loss: squares, sums, averages, and what it calls."""
# ruff: noqa: ARG005 (one signature for all rows, whether a row needs every argument or not)

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.mistakes import (
    Mistake,
)
from chainrule.teaching.oracle import squares

Array = npt.NDArray[Any]

FACTORS = (1.0, 0.5, 2.0)  # a half in front, or its inverse, is a convention and no mistake

AVERAGED = Mistake(
    "loss_averaged",
    "The loss is an average: it is divided by a number of samples or outputs. "
    "Here all squared errors are added up, and no more.",
)

ROWS = (
    Mistake(
        "not_squared",
        "The errors are added without being squared, so that positive and "
        "negative ones cancel. What makes each of them count?",
        lambda e, a, y: e.sum(),
    ),
    Mistake(
        "not_squared",
        "The errors are added without being squared, so that positive and "
        "negative ones cancel. What makes each of them count?",
        lambda e, a, y: -e.sum(),
    ),
    Mistake(
        "absolute_errors",
        "You add absolute values. The loss is made of squares.",
        lambda e, a, y: abs(e).sum(),
    ),
    Mistake(
        "squared_too_late",
        "The errors are added first and squared afterwards. Which comes first in the formula?",
        lambda e, a, y: e.sum() ** 2,
    ),
    Mistake(
        "root_taken",
        "You take the square root of the sum. The loss is the sum itself.",
        lambda e, a, y: np.sqrt(squares(e)),
    ),
    Mistake(
        "root_taken",
        "You take the square root of the average. The loss is the sum itself.",
        lambda e, a, y: np.sqrt((e**2).mean()),
    ),
    Mistake(
        "sign_of_loss",
        "The loss is negative. It must be smallest, 0, where all predictions are right.",
        lambda e, a, y: -squares(e),
    ),
    Mistake(
        "power",
        "The errors are raised to the wrong power: squares are wanted.",
        lambda e, a, y: (e**3).sum(),
    ),
    Mistake(
        "power",
        "The errors are raised to the wrong power: squares are wanted.",
        lambda e, a, y: (e**4).sum(),
    ),
    Mistake(
        "squares_apart",
        "You square predictions and targets by themselves. First the difference, then the square.",
        lambda e, a, y: (a**2 - y**2).sum(),
    ),
    Mistake(
        "squares_apart",
        "You square the predictions and then take the targets away. First the "
        "difference, then the square.",
        lambda e, a, y: (a**2 - y).sum(),
    ),
    Mistake(
        "squares_apart",
        "You square the targets and then take them away. First the difference, then the square: "
        "are brackets missing?",
        lambda e, a, y: (a - y**2).sum(),
    ),
    Mistake(
        "added",
        "Predictions and targets are added. The error is their difference.",
        lambda e, a, y: squares(a + y),
    ),
    Mistake(
        "targets_ignored",
        "The targets y do not count in your loss. What is the prediction compared with?",
        lambda e, a, y: squares(a),
    ),
    Mistake(
        "rounded",
        "The predictions are rounded before they are compared. Compare them as they are.",
        lambda e, a, y: squares(np.round(a) - y),
    ),
    Mistake(
        "rounded",
        "The predictions are turned into 0 and 1 before they are compared. Compare "
        "them as they are.",
        lambda e, a, y: squares((a > 0.5) - y),
    ),
    Mistake(
        "multiplied",
        "Predictions and targets are multiplied. The error is their difference.",
        lambda e, a, y: squares(a * y),
    ),
    Mistake(
        "accuracy",
        "You compute the share of right answers. The loss tells how far all outputs are from "
        "their targets.",
        lambda e, a, y: (a.argmax(axis=1) == y.argmax(axis=1)).mean(),
    ),
    Mistake(
        "accuracy",
        "You compute the share of wrong answers. The loss tells how far all outputs are from "
        "their targets.",
        lambda e, a, y: (a.argmax(axis=1) != y.argmax(axis=1)).mean(),
    ),
    Mistake(
        "counted",
        "You count where predictions and targets differ. Add up how far they are apart, squared.",
        lambda e, a, y: (a != y).sum(),
    ),
    Mistake(
        "counted",
        "You count where the rounded predictions and the targets differ. Add up how far the "
        "predictions are from the targets, squared.",
        lambda e, a, y: (np.round(a) != y).sum(),
    ),
    Mistake(
        "first_only",
        "Only the first sample counts. Add up over all of them.",
        lambda e, a, y: squares(e[0]),
    ),
    Mistake(
        "first_only",
        "Only the first output counts. Add up over all of them.",
        lambda e, a, y: squares(e[:, 0]),
    ),
    Mistake(
        "last_only",
        "Only the last sample counts. Is the sum begun anew for each of them?",
        lambda e, a, y: squares(e[-1]),
    ),
    Mistake(
        "last_only",
        "Only the last output counts. Is the sum begun anew for each of them?",
        lambda e, a, y: squares(e[:, -1]),
    ),
    Mistake(
        "largest_error",
        "Only the largest error counts. Add up all of them.",
        lambda e, a, y: (e**2).max(),
    ),
    Mistake(
        "cross_entropy",
        "That is the cross-entropy. Here the loss is made of squared errors.",
        lambda e, a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
    ),
    Mistake(
        "cross_entropy",
        "That is the cross-entropy. Here the loss is made of squared errors.",
        lambda e, a, y: -(y * np.log(a)).sum(),
    ),
    Mistake(
        "wrong_order_of_deltas",
        "The loss counts the slope of the sigmoid as well. That "
        "belongs to the deltas, not to the loss.",
        lambda e, a, y: squares(e * a * (1 - a)),
    ),
)

NOT_A_NUMBER = Mistake(
    "not_a_number",
    "`loss` gives an array of shape {shape}; a single number is wanted. Over which "
    "axes do you add up?",
)

NOT_NUMERIC = Mistake("not_a_number", "`loss` gives a {type}; a single number is wanted.")

BIAS_TWICE = Mistake(
    "bias_trick_not_passed",
    "With bias_trick=False your loss lets `predict` add the ones all the "
    "same. Hand the argument on.",
)

BIAS_DEFAULT = Mistake(
    "bias_trick_not_passed",
    "With bias_trick=True, your loss does not add the column of ones. "
    "Hand the argument on to `predict`.",
)

PREDICT_FIRST = Mistake(
    "predict_first",
    "`loss` builds on `predict`, which is not right yet. Make check.predict pass first.",
)

STATEFUL = Mistake(
    "changes_history",
    "`loss` adds to `loss_history` itself. It only computes; `fit` keeps the record.",
)

VECTOR = Mistake(
    "vector_of_targets",
    "For a single sample the loss is wrong: y comes as a vector there. Make "
    "it a matrix with one row.",
)

OTHER = Mistake(
    "wrong_loss",
    "The loss is not right yet: yours is {given:.4g} where the reference has another value. "
    "Compute it by hand for two samples, error by error.",
)
FACTOR = Mistake(
    "loss_factor",
    "The loss is {factor:.3g} times what it should be. Is there a number in front "
    "that does not belong there?",
)
