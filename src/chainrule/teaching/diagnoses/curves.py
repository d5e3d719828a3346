"""What can go wrong in the sigmoid and in its derivative."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.mistakes import (
    Mistake,
)
from chainrule.teaching.oracle import sigmoid

Array = npt.NDArray[Any]

SCALAR_ONLY = Mistake(
    "scalar_only",
    "It works for a single number, but not for an array. Use NumPy's functions, "
    "which take all values at once; those of math do not.",
)

NEIGHBOURS = Mistake(
    "depends_on_neighbours",
    "A value of {what} changes when the others do. Each value depends on its own z only; the "
    "formula takes one after the other.",
)

SIGMOID = (
    Mistake(
        "sign_of_exponent",
        "The curve falls where it should rise: large inputs must come out "
        "near 1. Look at the sign in the exponential.",
        lambda z: sigmoid(-z),
    ),
    Mistake(
        "sign_of_exponent",
        "The curve does not stay below 1: the exponentials above and below the fraction bar do "
        "not fit together. Compare their signs.",
        lambda z: np.exp(z) / (1 + np.exp(-z)),
    ),
    Mistake(
        "sign_of_exponent",
        "The curve falls, and without bound: the exponentials above and below the fraction bar do "
        "not fit together. Compare their signs.",
        lambda z: np.exp(-z) / (1 + np.exp(z)),
    ),
    Mistake(
        "tanh",
        "Your values lie between -1 and 1: that is the hyperbolic tangent. The "
        "sigmoid stays between 0 and 1.",
        np.tanh,
    ),
    Mistake(
        "derivative_returned",
        "What you give is the slope of the curve, highest at 0. The sigmoid itself is wanted here.",
        lambda z: sigmoid(z) * (1 - sigmoid(z)),
    ),
    Mistake(
        "no_fraction",
        "Your values grow without bound. What does the fraction bar span? Perhaps brackets are "
        "missing in the denominator.",
        lambda z: 1 + np.exp(-z),
    ),
    Mistake(
        "no_fraction",
        "Your values grow without bound. Which part of the formula brings them between 0 and 1?",
        lambda z: np.exp(z),
    ),
    Mistake(
        "no_fraction",
        "Your values grow without bound. What does the fraction bar span? Perhaps brackets are "
        "missing in the denominator.",
        lambda z: 2 * np.exp(z),
    ),
    Mistake(
        "no_fraction",
        "Your values grow without bound. Which part of the formula brings them between 0 and 1?",
        lambda z: np.exp(-z),
    ),
    Mistake(
        "minus_one",
        "The denominator becomes 0 for an input of 0. Look at the sign between its two terms.",
        lambda z: 1 / (1 - np.exp(-z)),
    ),
    Mistake(
        "relu",
        "That is the ReLU: it cuts at 0. The sigmoid is a smooth step from 0 to 1.",
        lambda z: np.maximum(z, 0),
    ),
    Mistake(
        "softmax",
        "Each of your values depends on the others: that is the softmax. The "
        "sigmoid takes every value by itself.",
        lambda z: np.exp(z) / np.exp(z).sum(),
    ),
    Mistake(
        "softmax",
        "Each of your values depends on the others: that is the softmax. The "
        "sigmoid takes every value by itself.",
        lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True),
    ),
    Mistake(
        "base_two",
        "The curve has the right form but the wrong steepness. Which number is "
        "raised to the power of -x?",
        lambda z: 1 / (1 + 2.0**-z),
    ),
    Mistake(
        "steepness",
        "The curve has the right form but is too steep. Is there a factor in the exponential?",
        lambda z: sigmoid(2 * z),
    ),
    Mistake(
        "steepness",
        "The curve has the right form but is too flat. Is there a factor in the exponential?",
        lambda z: sigmoid(z / 2),
    ),
    Mistake(
        "shifted",
        "The curve has the right form but lies too low: at 0 it must be one half.",
        lambda z: sigmoid(z) - 0.5,
    ),
    Mistake(
        "shifted",
        "Your values lie between -1 and 1. The sigmoid stays between 0 and 1, and is one half at "
        "0.",
        lambda z: 2 * sigmoid(z) - 1,
    ),
    Mistake(
        "squared",
        "Your values are the squares of what they should be. Is there a power that belongs "
        "elsewhere?",
        lambda z: sigmoid(z) ** 2,
    ),
    Mistake(
        "rounded",
        "Your values are only 0 and 1: the step is hard. The sigmoid goes smoothly "
        "from one to the other.",
        lambda z: (z > 0).astype(float),
    ),
    Mistake(
        "rounded",
        "Your values are only 0 and 1: the step is hard. The sigmoid goes smoothly "
        "from one to the other.",
        lambda z: (z >= 0).astype(float),
    ),
    Mistake(
        "identity",
        "The values come out as they went in. Where is the function applied?",
        lambda z: z,
    ),
)

SIGMOID_GRAD = (
    Mistake(
        "brackets_missing",
        "Your slope is 0 everywhere: a product is taken first, and then the same is subtracted. "
        "Are there brackets missing?",
        np.zeros_like,
    ),
    Mistake(
        "slope_of_activation",
        "You treat the input as if it were s(z) already, but here it is "
        "z itself. To which of the two does the product apply?",
        lambda z: z * (1 - z),
    ),
    Mistake(
        "sigmoid_returned",
        "What you give is the sigmoid itself. Its slope is wanted, which "
        "is highest at 0 and goes to 0 at both ends.",
        sigmoid,
    ),
    Mistake(
        "slope_half",
        "One of the two factors of the slope is missing: it must go to 0 at both ends.",
        lambda z: 1 - sigmoid(z),
    ),
    Mistake(
        "sign_of_slope",
        "The sign is wrong: the sigmoid rises everywhere, so that its slope is positive.",
        lambda z: -sigmoid(z) * (1 - sigmoid(z)),
    ),
    Mistake(
        "slope_plus",
        "The slope must go to 0 for large inputs, and yours does not. Look at "
        "the sign in the second factor.",
        lambda z: sigmoid(z) * (1 + sigmoid(z)),
    ),
    Mistake(
        "sigmoid_twice",
        "The sigmoid is applied twice. In the formula of the slope it stands "
        "for one value, taken of z once.",
        lambda z: sigmoid(sigmoid(z)) * (1 - sigmoid(sigmoid(z))),
    ),
    Mistake(
        "slope_squared",
        "One factor is right and the other is squared or doubled. Derive the "
        "slope of the fraction again, step by step.",
        lambda z: sigmoid(z) * (1 - sigmoid(z)) ** 2,
    ),
    Mistake(
        "slope_squared",
        "One factor is right and the other is squared or doubled. Derive the "
        "slope of the fraction again, step by step.",
        lambda z: sigmoid(z) ** 2 * (1 - sigmoid(z)),
    ),
    Mistake(
        "slope_squared",
        "The slope must go to 0 at both ends, and yours does so at one only. A factor is there "
        "twice, and the other one not at all.",
        lambda z: sigmoid(z) ** 2,
    ),
    Mistake(
        "slope_squared",
        "The slope must go to 0 at both ends, and yours does so at one only. A factor is there "
        "twice, and the other one not at all.",
        lambda z: (1 - sigmoid(z)) ** 2,
    ),
    Mistake(
        "slope_squared",
        "One factor is right and the other is squared or doubled. Derive the "
        "slope of the fraction again, step by step.",
        lambda z: 1 - sigmoid(z) ** 2,
    ),
    Mistake(
        "slope_of_tanh",
        "That is the slope of tanh. The sigmoid has another one, which is "
        "never larger than a quarter.",
        lambda z: 1 - np.tanh(z) ** 2,
    ),
    Mistake(
        "mixed_quantities",
        "One factor is taken of z and the other of s(z). Both must be taken of the same.",
        lambda z: z * (1 - sigmoid(z)),
    ),
    Mistake(
        "mixed_quantities",
        "One factor is taken of z and the other of s(z). Both must be taken of the same.",
        lambda z: sigmoid(z) * (1 - z),
    ),
    Mistake(
        "step_too_large",
        "The slope comes close, but not close enough. If it is taken from "
        "two points, they lie too far apart; the formula is exact.",
        lambda z: sigmoid(z + 1) - sigmoid(z),
    ),
)
