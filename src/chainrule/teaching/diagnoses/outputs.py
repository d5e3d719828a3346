"""What can go wrong on the way forth: the column of ones, the layers, their activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.mistakes import (
    Mistake,
)
from chainrule.teaching.oracle import (
    Problem,
    forward,
    identity,
    sigmoid,
)

Array = npt.NDArray[Any]


def _through(p: Problem, X1: Array, **options: Any) -> Array:
    return forward(p.W, X1, **options)[-1]


def right(p: Problem) -> Array:
    """Return the outputs of the network."""
    return _through(p, p.X1)


def _column(p: Problem, column: Array | float, at: int) -> Array:
    """X with another column than the ones, or elsewhere."""
    return np.insert(p.X, at, column, axis=1)


def _each_from_inputs(p: Problem) -> Array:
    return sigmoid(p.X1 @ p.W[-1]) if p.X1.shape[1] == p.W[-1].shape[0] else right(p)


def _bias_in_each_layer(p: Problem, outputs: bool = False) -> Array:
    """Set the first unit of each hidden layer to 1, and that of the outputs too where asked."""
    A = p.X1
    for i, w in enumerate(p.W):
        A = sigmoid(A @ w)
        if outputs or i < len(p.W) - 1:
            A[:, 0] = 1
    return A


BIAS_MISSING = Mistake(
    "bias_missing",
    "The column of ones is not put in front of X when `bias_trick` is True. Look "
    "at the lines before the loop.",
)

BIAS_IN_EACH_LAYER = Mistake(
    "bias_in_each_layer",
    "A column of ones is put in front in each layer. Only the inputs get one: the hidden layers "
    "have a unit of their own for it.",
)
BIAS_IGNORED = Mistake(
    "bias_trick_ignored",
    "With bias_trick=False, X has its column of ones already, and yours adds "
    "another one. Look at the condition.",
)

BIAS_SWAPPED = Mistake(
    "bias_trick_swapped",
    "`bias_trick` works the wrong way round: the ones are added when it is "
    "False, and not when it is True.",
)

SINGLE = Mistake(
    "single_sample",
    "A single sample, X of one dimension, does not give a matrix with one row. "
    "Make X a matrix before anything else.",
)

ROWS = (
    Mistake(
        "bias_at_end",
        "The column of ones stands at the end of X. It belongs in front, where "
        "the first row of the weights waits for it.",
        lambda p: _through(p, _column(p, 1, p.X.shape[1])),
    ),
    Mistake(
        "bias_of_zeros",
        "The extra column is of zeros, so that the bias has no effect. Which "
        "constant makes it count?",
        lambda p: _through(p, _column(p, 0, 0)),
    ),
    Mistake(
        "last_sigmoid_missing",
        "The last layer is linear: the outputs leave the range from 0 "
        "to 1. The activation belongs to every layer.",
        lambda p: _through(p, p.X1, last=identity),
    ),
    Mistake(
        "hidden_sigmoid_missing",
        "The activation is applied at the end only. It belongs to every layer, inside of the loop.",
        lambda p: _through(p, p.X1, hidden=identity),
    ),
    Mistake(
        "sigmoid_missing",
        "No layer has its activation: products alone make a linear "
        "network. What comes after each product?",
        lambda p: _through(p, p.X1, hidden=identity, last=identity),
    ),
    Mistake(
        "last_layer_missing",
        "The loop stops one layer too early: the last weights are not used.",
        lambda p: forward(p.W, p.X1)[-2],
    ),
    Mistake(
        "returns_too_early",
        "The result comes back after the first layer. Is `return` "
        "indented too far, inside of the loop?",
        lambda p: forward(p.W, p.X1)[1],
    ),
    Mistake(
        "first_layer_missing",
        "The first weights are not used: the loop starts one layer too late.",
        lambda p: (
            _through(p, p.X1) if len({w.shape for w in p.W}) > 1 else forward(p.W[1:], p.X1)[-1]
        ),
    ),
    Mistake(
        "always_from_inputs",
        "Each layer gets X again. It should get what the layer before gave.",
        _each_from_inputs,
    ),
    Mistake(
        "layers_reversed",
        "The layers are gone through from the last to the first. The way "
        "from inputs to outputs is the other one.",
        lambda p: forward(p.W[::-1], p.X1)[-1] if len({w.shape for w in p.W}) == 1 else right(p),
    ),
    Mistake(
        "layers_off_by_one",
        "The last weights are used first. Which matrix takes the inputs? Count the index again.",
        lambda p: (
            forward(p.W[-1:] + p.W[:-1], p.X1)[-1] if len({w.shape for w in p.W}) == 1 else right(p)
        ),
    ),
    Mistake(
        "same_weights",
        "The same weights are used in each layer. Which index changes in the loop?",
        lambda p: (
            forward([p.W[0]] * len(p.W), p.X1)[-1] if len({w.shape for w in p.W}) == 1 else right(p)
        ),
    ),
    Mistake(
        "weights_transposed",
        "The weights are transposed before they are used. Rows of W are "
        "for what comes in: no transposition is needed.",
        lambda p: (
            forward([w.T for w in p.W], p.X1)[-1] if len({w.shape for w in p.W}) == 1 else right(p)
        ),
    ),
    Mistake(
        "elementwise_product",
        "Layers are multiplied value by value. A layer needs the matrix product.",
        lambda p: _product(p, lambda A, w: A * w),
    ),
    Mistake(
        "product_order",
        "The two factors of the product are in the wrong order: the data come first, then the "
        "weights.",
        lambda p: _product(p, lambda A, w: w @ A),
    ),
    Mistake(
        "product_order",
        "The two factors of the product are in the wrong order: the data come first, then the "
        "weights, as they are.",
        lambda p: _product(p, lambda A, w: w.T @ A),
    ),
    Mistake(
        "product_order",
        "The data are transposed in the product. Each row is a sample, and stays one.",
        lambda p: _product(p, lambda A, w: A.T @ w),
    ),
    Mistake(
        "activation_before_product",
        "The activation comes before the product in each layer. First the product, then the "
        "activation.",
        lambda p: _before(p),
    ),
    Mistake(
        "sigmoid_twice",
        "The activation is applied twice in each layer. Once is enough.",
        lambda p: _through(
            p, p.X1, hidden=lambda z: sigmoid(sigmoid(z)), last=lambda z: sigmoid(sigmoid(z))
        ),
    ),
    Mistake(
        "sigmoid_twice",
        "The activation is applied twice at the end: in the last layer and "
        "once more. Once is enough.",
        lambda p: _through(p, p.X1, last=lambda z: sigmoid(sigmoid(z))),
    ),
    Mistake(
        "slope_instead",
        "The layers use the slope of the sigmoid. The forward pass needs the sigmoid itself.",
        lambda p: _through(
            p,
            p.X1,
            hidden=lambda z: sigmoid(z) * (1 - sigmoid(z)),
            last=lambda z: sigmoid(z) * (1 - sigmoid(z)),
        ),
    ),
    Mistake(
        "sign_of_exponent",
        "The activation falls where it should rise. Look at the sign in its exponential.",
        lambda p: _through(p, p.X1, hidden=lambda z: sigmoid(-z), last=lambda z: sigmoid(-z)),
    ),
    Mistake(
        "tanh",
        "The layers use tanh; here all of them use the sigmoid.",
        lambda p: _through(p, p.X1, hidden=np.tanh, last=np.tanh),
    ),
    Mistake(
        "tanh",
        "The hidden layers use tanh; here all of them use the sigmoid.",
        lambda p: _through(p, p.X1, hidden=np.tanh),
    ),
    Mistake(
        "relu",
        "The hidden layers use ReLU; here all of them use the sigmoid.",
        lambda p: _through(p, p.X1, hidden=lambda z: np.maximum(z, 0)),
    ),
    Mistake(
        "softmax",
        "The outputs sum to 1 in each row: that is the softmax. Here the last layer "
        "uses the sigmoid, too.",
        lambda p: _through(
            p, p.X1, last=lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        ),
    ),
    Mistake(
        "rounded",
        "The outputs are rounded to 0 and 1. Give them as they are; who uses them decides.",
        lambda p: np.round(right(p)),
    ),
    Mistake(
        "class_returned",
        "The place of the largest output is returned. All outputs are wanted; argmax comes later.",
        lambda p: right(p).argmax(axis=1),
    ),
    Mistake(
        "transposed_output",
        "The result is transposed: one row for each sample, one column for each output.",
        lambda p: right(p).T,
    ),
    Mistake(
        "flattened",
        "The result has lost its shape. Keep one row for each sample and one "
        "column for each output.",
        lambda p: right(p).ravel(),
    ),
    Mistake(
        "last_sample_only",
        "Only the last sample comes back. Return the outputs of all of them.",
        lambda p: right(p)[-1],
    ),
    Mistake(
        "first_sample_only",
        "Only the first sample comes back. Return the outputs of all of them.",
        lambda p: right(p)[0],
    ),
    Mistake(
        "first_sample_only",
        "Only the first sample comes back. Return the outputs of all of them.",
        lambda p: right(p)[:1],
    ),
    Mistake(
        "bias_unit_reset",
        "The bias unit of each hidden layer is set to 1. In this "
        "network it comes out of the product like all others.",
        _bias_in_each_layer,
    ),
    Mistake(
        "bias_unit_reset",
        "The first unit of each layer is set to 1, that of the outputs too. Only X gets its ones; "
        "all other units come out of the products.",
        lambda p: _bias_in_each_layer(p, outputs=True),
    ),
    Mistake(
        "normalised",
        "The outputs are divided by their sum. Each of them stands for itself here, as the "
        "sigmoid gives it.",
        lambda p: right(p) / right(p).sum(axis=1, keepdims=True),
    ),
    Mistake(
        "inputs_scaled",
        "X is changed before it is used (scaled or centred). Take it as it is given.",
        lambda p: _through(p, np.insert(p.X / abs(p.X).max(), 0, 1, axis=1)),
    ),
)

ALL_LAYERS = Mistake(
    "all_layers_returned",
    "A list of arrays comes back, one for each layer. Only the last one, the outputs, is wanted.",
)

CHANGES_WEIGHTS = Mistake(
    "changes_weights",
    "{what} changes the weights of the network. Only learning may do so: look "
    "at what is changed in place.",
)


def _product(p: Problem, product: Callable[[Array, Array], Array]) -> Array:
    """Put another product in the place of A W; only where all arrays are square does it run."""
    if len({w.shape for w in p.W}) > 1:
        return right(p)
    A = p.X1
    for w in p.W:
        A = sigmoid(product(A, w))
    return A


def _before(p: Problem) -> Array:
    A = p.X1
    for w in p.W:
        A = sigmoid(A) @ w
    return A
