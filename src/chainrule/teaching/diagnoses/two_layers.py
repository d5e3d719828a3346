"""What can go wrong in the two layers by hand: data, weights, both passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.mistakes import (
    Mistake,
)
from chainrule.teaching.oracle import (
    identity,
    sigmoid,
)

Array = npt.NDArray[Any]

DATA = (
    Mistake(
        "bias_missing",
        "X has no column of ones. Each sample starts with a 1 for the bias, "
        "then come its two inputs.",
        lambda X: X.shape == (4, 2),
    ),
    Mistake(
        "transposed_data",
        "X is transposed: one row for each sample, one column for each input.",
        lambda X: X.shape == (3, 4),
    ),
    Mistake(
        "bias_at_end",
        "The column of ones stands at the end of X. It belongs in front.",
        lambda X: X.shape == (4, 3) and (X[:, 2] == 1).all() and not (X[:, 0] == 1).all(),
    ),
    Mistake(
        "bias_at_end",
        "The column of ones stands in the middle of X. It belongs in front.",
        lambda X: X.shape == (4, 3) and (X[:, 1] == 1).all() and not (X[:, 0] == 1).all(),
    ),
    Mistake(
        "bias_of_zeros",
        "The first column of X is of zeros. Which constant makes the bias count?",
        lambda X: X.shape == (4, 3) and not X[:, 0].any(),
    ),
)

NO_ONES = Mistake(
    "bias_missing",
    "The first column of X is not of ones. Each sample starts with a 1 for the bias.",
)

POINT_MISSING = Mistake(
    "points_missing", "X has not all four pairs of 0 and 1 in it. Write down each pair once."
)

TARGETS_FLAT = Mistake(
    "vector_of_targets",
    "`y` has the shape {shape}: write each target as a row "
    "of its own, or y_pred - y becomes a table of all pairs.",
)

TARGETS = Mistake(
    "wrong_targets",
    "The target of the sample {sample} is not that of the exclusive "
    "or: 1 where exactly one of the two inputs is 1.",
)

WEIGHTS: dict[str, dict[tuple[int, ...], Mistake]] = {
    "w1": {
        (2, 3): Mistake(
            "bias_missing", "`w1` has two rows, and X has three columns: the bias needs a row, too."
        ),
        (2, 2): Mistake(
            "bias_missing", "`w1` has two rows, and X has three columns: the bias needs a row, too."
        ),
        (3, 2): Mistake(
            "no_bias_unit", "`w1` has two columns; the text above asks for one hidden unit more."
        ),
    },
    "w2": {
        (1, 3): Mistake(
            "transposed_shapes",
            "The shape of w2 is swapped: rows are for what comes in, columns for what goes out.",
        ),
        (2, 1): Mistake("no_bias_unit", "`w2` has two rows, but three hidden units lead to it."),
        (3,): Mistake(
            "vector_of_weights",
            "`w2` is a vector. Make it a matrix with one column, or "
            "the shapes of all that follows go wrong.",
        ),
        (3, 3): Mistake("too_many_outputs", "`w2` leads to three outputs; there is only one."),
    },
}

CONSTANT = Mistake(
    "constant_weights",
    "All values of {name} are the same, so that all units would "
    "learn the same. Draw them at random.",
)

POSITIVE = Mistake(
    "uniform_weights",
    "All weights are between 0 and 1. Which function draws from the normal distribution?",
)

LINEAR_HIDDEN = Mistake(
    "sigmoid_missing",
    "`h` has no activation: it is only a product. What does each hidden unit do with its sum?",
)

HIDDEN = (
    (LINEAR_HIDDEN, identity),
    (Mistake("tanh", "`h` uses tanh; the hidden units use the sigmoid."), np.tanh),
    (
        Mistake("relu", "`h` uses ReLU; the hidden units use the sigmoid."),
        lambda z: np.maximum(z, 0),
    ),
    (
        Mistake(
            "sign_of_exponent",
            "`h` falls where it should rise. Look at the sign in the exponential.",
        ),
        lambda z: sigmoid(-z),
    ),
    (
        Mistake("minus_one", "The denominator of `h` has the wrong sign between its two terms."),
        lambda z: 1 / (1 - np.exp(-z)),
    ),
    (
        Mistake(
            "no_fraction",
            "The values of `h` are not between 0 and 1. What does the fraction bar of the sigmoid "
            "span?",
        ),
        lambda z: 1 + np.exp(-z),
    ),
    (
        Mistake("sigmoid_twice", "The activation is applied twice in `h`. Once is enough."),
        lambda z: sigmoid(sigmoid(z)),
    ),
    (
        Mistake(
            "slope_instead",
            "`h` is the slope of the sigmoid. The forward pass needs the sigmoid itself.",
        ),
        lambda z: sigmoid(z) * (1 - sigmoid(z)),
    ),
)

HIDDEN_ONLY = Mistake(
    "last_layer_missing",
    "`out` is still the hidden layer. What leads from there to the output?",
)

# Where data and weights have the same shape, these run as well.
PRODUCTS: tuple[tuple[Mistake, Callable[[Array, Array], Array]], ...] = (
    (
        Mistake(
            "elementwise_product",
            "`h` multiplies X and w1 value by value. A layer needs the matrix product.",
        ),
        lambda X, w: X * w,
    ),
    (
        Mistake(
            "product_order",
            "The two factors of `h` are in the wrong order: the data come first, then the weights.",
        ),
        lambda X, w: w @ X,
    ),
    (
        Mistake(
            "weights_transposed",
            "`w1` is transposed in `h`. Its rows are for what comes in: it can stay as it is.",
        ),
        lambda X, w: X @ w.T,
    ),
    (
        Mistake(
            "product_order",
            "`X` is transposed in `h`. Each of its rows is a sample, and stays one.",
        ),
        lambda X, w: X.T @ w,
    ),
)

TOO_EARLY = Mistake(
    "sigmoid_too_early",
    "In `h` the activation is applied to X, before the product. First the weighted sum, then the "
    "activation of it.",
)

OUTPUTS = (
    (Mistake("tanh", "`y_pred` uses tanh; the output is linear here."), np.tanh),
    (Mistake("relu", "`y_pred` uses ReLU; the output is linear here."), lambda z: np.maximum(z, 0)),
    (
        Mistake(
            "rounded",
            "`y_pred` is rounded to 0 and 1. Keep it as it comes out; rounding is for the end.",
        ),
        lambda z: (z > 0.5).astype(float),
    ),
    (
        Mistake("sigmoid_twice", "The activation is applied twice in `y_pred`."),
        lambda z: sigmoid(sigmoid(z)),
    ),
    (Mistake("flattened", "`y_pred` has lost its shape. Keep one row for each sample."), np.ravel),
)

PAIR = Mistake("return_pair", "`{name}` should give back two arrays, {names}, in this order.")

SWAPPED = Mistake("return_swapped", "The two results are in the wrong order: {names} is expected.")

FROM_INPUTS = Mistake(
    "always_from_inputs",
    "`y_pred` is computed from X. The second layer gets what the first one gives.",
)

SIGN = Mistake(
    "sign_of_gradient",
    "The gradients point the wrong way: downhill. The minus belongs "
    "to the update. Look at the sign of the error.",
)

AVERAGED = Mistake(
    "gradient_averaged",
    "The gradients are divided by a number of samples. The loss adds up, and so does its gradient.",
)

FACTOR = Mistake(
    "gradient_factor",
    "The gradients have the right direction but are {factor:.3g} "
    "times as long as they should be. Look for a number that does not belong there.",
)

GRADIENT = Mistake(
    "wrong_gradient", "`{name}` is not right yet{more}. Compare each factor with the derivation."
)
