"""What can go wrong in the loop of the two-layer script."""
# ruff: noqa: ARG005 (one signature for all rows, whether a row needs every argument or not)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.mistakes import Mistake

Array = npt.NDArray[Any]

NAME_MISSING = Mistake(
    "name_missing",
    "There is no variable `{name}`. Run the cell with the loop "
    "first, and keep the names of the notebook.",
)

DIVERGED = Mistake(
    "diverged",
    "The numbers have grown without bound (nan or inf); often a sign is wrong. Set n_epochs = 1, "
    "run the loop and this check again: then it can say where.",
)

OVERWRITTEN = Mistake(
    "overwritten",
    "`{name}` was overwritten after the loop by one for a single "
    "sample. Run the cell with the loop again, then this check.",
)

ETA = Mistake("learning_rate", "`eta` must be a small positive number.")

# What the weights were before the last update, if the update was made with this mistake.
Before = Callable[[Array, Array, float], Array]

UPDATES: tuple[tuple[Mistake | None, Before], ...] = (
    (None, lambda w, g, eta: w + eta * g),
    (
        Mistake(
            "sign_of_update",
            "The weights move uphill: they follow the gradient instead of going "
            "against it. Look at the sign of the update.",
        ),
        lambda w, g, eta: w - eta * g,
    ),
    (
        Mistake(
            "learning_rate_ignored",
            "The learning rate has no effect on the update. Where is it used?",
        ),
        lambda w, g, eta: w + g,
    ),
    (
        Mistake("learning_rate_twice", "The learning rate counts twice in the update."),
        lambda w, g, eta: w + eta**2 * g,
    ),
    (
        Mistake(
            "learning_rate_divides",
            "The update is divided by the learning rate. A small rate makes small steps.",
        ),
        lambda w, g, eta: w + g / eta,
    ),
    (
        Mistake(
            "nothing_changes",
            "`{name}` does not change in the loop. Is its update there, with its own gradient?",
        ),
        lambda w, g, eta: w,
    ),
)

OTHER_UPDATE = Mistake(
    "wrong_update",
    "`{name}` is changed by something else than the learning rate times its own gradient. Look at "
    "its update.",
)

UPDATE_FACTOR = Mistake(
    "wrong_update",
    "The update of `{name}` has the right direction but is {factor:.3g} times as long as it should "
    "be. Look for a number that does not belong there.",
)

HIDDEN_UNKNOWN = Mistake(
    "wrong_hidden",
    "`h` is not what X and w1 give, as they were before the update. Look at the forward pass, and "
    "at the update of w1.",
)

UPDATED_FIRST = Mistake(
    "updated_too_early",
    "`{name}` is computed with weights that are updated "
    "already. First the whole of backprop, then the updates.",
)


def gradient_rows(A: Array, D: Array) -> list[tuple[Mistake, Callable[[], Array]]]:
    """Return what mistakes give in the place of A^T D."""
    transposed = Mistake(
        "transposed_gradient",
        "`{name}` is transposed. It must have the shape of the weights that it changes.",
    )
    apart = Mistake(
        "elementwise_gradient",
        "`{name}` multiplies value by value. The gradient adds "
        "up over all samples, as a matrix product does.",
    )
    mean = Mistake(
        "gradient_averaged",
        "`{name}` is divided by the number of samples. The loss adds up, and so does its gradient.",
    )
    sign = Mistake(
        "sign_of_gradient", "`{name}` has the wrong sign. The minus belongs to the update."
    )
    return [
        (transposed, lambda: (A.T @ D).T),
        (transposed, lambda: A @ D),
        (apart, lambda: A * D),
        (mean, lambda: A.T @ D / len(A)),
        (sign, lambda: -(A.T @ D)),
    ]


def carried_rows(D: Array, W: Array, h: Array) -> list[tuple[Mistake, Array]]:
    """Return what mistakes give in the place of D W^T, the gradient by h."""
    sign = Mistake(
        "sign_of_gradient", "`grad_h` has the wrong sign. The minus belongs to the update."
    )
    half = Mistake(
        "slope_half",
        "A part of the sigmoid's slope is in `grad_h`. This step goes through the weights only; "
        "the whole slope comes after it.",
    )
    ignored = Mistake(
        "delta_not_carried",
        "`grad_h` does without {}. How much does y_pred change with h, and the loss with y_pred?",
    )
    ones = np.ones_like(D @ W.T)
    without = [
        (Mistake(ignored.name, ignored.sentence.format(what)), value)
        for what, value in (("`w2`", D * ones), ("`grad_y_pred`", ones * W.T))
    ]
    back = D @ W.T
    return [(sign, -back), (half, back * h), (half, back * (1 - h)), *without]


OUTPUT_ROWS: tuple[tuple[Mistake, Callable[[Array, Array], Array]], ...] = (
    (
        Mistake(
            "sign_of_gradient",
            "`grad_y_pred` has the wrong sign. Where the prediction is too "
            "large, the loss grows with it.",
        ),
        lambda a, y: y - a,
    ),
    (
        Mistake(
            "error_of_output",
            "`grad_y_pred` is the squared error. Derive the square by the prediction.",
        ),
        lambda a, y: (a - y) ** 2,
    ),
    (
        Mistake(
            "error_of_output",
            "`grad_y_pred` is an absolute value. Derive the square by the prediction.",
        ),
        lambda a, y: abs(a - y),
    ),
    (
        Mistake("error_of_output", "`grad_y_pred` does without y. Derive the loss by y_pred."),
        lambda a, y: a + 0 * y,
    ),
    (
        Mistake("error_of_output", "`grad_y_pred` does without y_pred. Derive the loss by it."),
        lambda a, y: y + 0 * a,
    ),
    (
        Mistake("error_of_output", "`grad_y_pred` is a sum. What is squared in the loss?"),
        lambda a, y: a + y,
    ),
    (
        Mistake(
            "gradient_averaged",
            "`grad_y_pred` is divided by the number of samples. The loss "
            "adds up, and so does its gradient.",
        ),
        lambda a, y: (a - y) / len(a),
    ),
    (
        Mistake(
            "slope_at_linear_output",
            "`grad_y_pred` has a slope of the sigmoid in it, but the output is linear here.",
        ),
        lambda a, y: (a - y) * a * (1 - a),
    ),
)
