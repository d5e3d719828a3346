"""What can go wrong in the step as a whole: its sign, its length, and where it is put."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from chainrule.teaching.mistakes import (
    Mistake,
)

Array = npt.NDArray[Any]

Step = list[Array]

SIGN = Mistake(
    "sign_of_update",
    "The weights move uphill: the loss grows. Look at the signs of the update and of the error.",
)

ETA_IGNORED = Mistake(
    "learning_rate_ignored", "The learning rate has no effect on the step. Where is it used?"
)

ETA_FIXED = Mistake(
    "learning_rate_ignored",
    "The step has a fixed learning rate, whatever the network's own is. Use what `__init__` kept.",
)

ETA_TWICE = Mistake(
    "learning_rate_twice",
    "The learning rate counts more than once. Look at the deltas and at the update.",
)

ETA_DIVIDES = Mistake(
    "learning_rate_divides",
    "The step is divided by the learning rate. A small rate makes small steps.",
)

AVERAGED = Mistake(
    "gradient_averaged",
    "The step is divided by a number of samples or outputs. "
    "The loss adds up, and so does its gradient.",
)

FACTOR = Mistake(
    "gradient_factor",
    "The step has the right direction but is {factor:.3g} times "
    "as long as it should be. Look for a number that does not belong there.",
)

CLIPPED = Mistake(
    "gradient_clipped",
    "Large values of the gradient are cut off, at {most:.3g}. Take the gradient as it is.",
)

NOTHING = Mistake(
    "nothing_changes",
    "The weights are the same afterwards. Is the step put into "
    "`self.W`, and not only into a variable?",
)

ADDS_ONES = Mistake(
    "bias_added_twice",
    "X has its column of ones already when it comes here, and "
    "another one is added. Leave that to `fit`.",
)

SHAPES_CHANGED = Mistake(
    "weight_shape_changed",
    "W[{i}] has another shape after the step: "
    "{shape}. The gradient must have the shape of the weights.",
)

SINGLE = Mistake(
    "single_sample",
    "It works for a matrix of samples, but not for a single sample, "
    "X of one dimension, as SGD gives it. Make it a matrix first.",
)

OFF_BY_ONE = Mistake(
    "index_too_far",
    "An index{where} goes past the end: {error}. There is one "
    "matrix less than there are layers; count from where to where the loop runs.",
)

LAYER_FACTORS = Mistake(
    "layer_factors",
    "The step of each matrix has the right direction, but not the same factor: that of W[{i}] is "
    "{factor:.3g}, that of the last {last:.3g}. What is multiplied or divided in some layers only?",
)
FIRST_WRONG = Mistake(
    "wrong_gradient",
    "The step of W[{i}] is not right yet, {others}. Compare "
    "{place}, and what it is multiplied with, with the derivation.",
)

NO_WEIGHTS = Mistake("weights_lost", "After the step `self.W` is no list of arrays any more.")
