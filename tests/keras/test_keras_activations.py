import math
from functools import partial

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.keras import activations
from chainrule.keras.activations import row
from chainrule.keras.variables import Tensor

X = np.array([[-7.0, -2.0, -0.5], [0.5, 2.0, 7.0]])

FORMULAS = {
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: 1.05070098735548 * (x if x > 0 else 1.67326324235438 * math.expm1(x)),
    "gelu": lambda x: x * math.erfc(-x / math.sqrt(2)) / 2,
    "silu": lambda x: x / (1 + math.exp(-x)),
    "swish": lambda x: x / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "hard_sigmoid": lambda x: min(max(x / 6 + 0.5, 0.0), 1.0),
    "tanh": math.tanh,
    "exponential": math.exp,
    "mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
    "celu": lambda x: x if x > 0 else math.expm1(x),
    "hard_tanh": lambda x: min(max(x, -1.0), 1.0),
    "hard_silu": lambda x: x * min(max(x / 6 + 0.5, 0.0), 1.0),
    "hard_swish": lambda x: x * min(max(x / 6 + 0.5, 0.0), 1.0),
    "log_sigmoid": lambda x: -math.log1p(math.exp(-x)),
    "squareplus": lambda x: (x + math.sqrt(x * x + 4)) / 2,
    "sparse_plus": lambda x: x if x >= 1 else (x + 1) ** 2 / 4 if x > -1 else 0.0,
    "tanh_shrink": lambda x: x - math.tanh(x),
    "soft_shrink": lambda x: math.copysign(max(abs(x) - 0.5, 0.0), x),
    "hard_shrink": lambda x: x if abs(x) > 0.5 else 0.0,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_values(name):
    values = activations.get(name)(X)
    assert isinstance(values, Tensor)
    np.testing.assert_allclose(values, np.vectorize(FORMULAS[name])(X), rtol=1e-12)


def test_every_function_of_numbers_has_a_formula():
    assert {*FORMULAS, "softmax", "log_softmax"} == set(activations.FUNCTIONS)


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_along_an_axis(axis):
    E = np.exp(X)
    A = E / E.sum(axis=axis, keepdims=True)
    np.testing.assert_allclose(activations.softmax(X, axis), A, rtol=1e-12)
    np.testing.assert_allclose(activations.log_softmax(X, axis), np.log(A), rtol=1e-10)


def test_settings_change_the_values():
    np.testing.assert_allclose(activations.leaky_relu([-2.0], 0.1), [-0.2])
    np.testing.assert_allclose(activations.elu([-1.0], alpha=2.0), [2 * math.expm1(-1)], rtol=1e-6)
    np.testing.assert_allclose(activations.celu([-1.0], alpha=2.0), [2 * math.expm1(-0.5)], 1e-6)
    np.testing.assert_allclose(activations.squareplus([1.5], b=10.0), [2.5])
    np.testing.assert_allclose(activations.soft_shrink([-3.0, 0.9], 1.0), [-2.0, 0.0])
    np.testing.assert_allclose(activations.hard_shrink([-3.0, 0.9], 1.0), [-3.0, 0.0])
    u = math.sqrt(2 / math.pi) * (0.5 + 0.044715 * 0.125)
    assert float(activations.gelu(0.5, approximate=True)) == pytest.approx(
        0.25 * (1 + math.tanh(u)), rel=1e-6
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [0, 0, 0, 0.5, 2, 7]),
        ({"negative_slope": 0.1}, [-0.7, -0.2, -0.05, 0.5, 2, 7]),
        ({"max_value": 6}, [0, 0, 0, 0.5, 2, 6]),
        ({"max_value": 1.5}, [0, 0, 0, 0.5, 1.5, 1.5]),
        ({"threshold": 1.0}, [0, 0, 0, 0, 2, 7]),
        # below 1: 0.1 (x - 1), above it x, at most 3
        (
            {"threshold": 1.0, "negative_slope": 0.1, "max_value": 3.0},
            [-0.8, -0.3, -0.15, -0.05, 2, 3],
        ),
    ],
)
def test_relu_with_settings(settings, expected):
    np.testing.assert_allclose(activations.relu(X.ravel(), **settings), expected, atol=1e-12)


def test_dtypes():
    assert activations.relu([-1, 2]).dtype == np.float32
    assert activations.relu(0.5).dtype == np.float32
    assert activations.relu(X).dtype == np.float64
    assert activations.relu(X.astype(np.float32), threshold=1.0).dtype == np.float32
    assert activations.softmax(np.array([[1, 2]])).dtype == np.float32


@pytest.mark.parametrize("name", activations.FUNCTIONS)
def test_every_function_is_a_row_of_the_engine_with_the_same_values(name):
    found, alpha = row(name)
    value = ACTIVATIONS[found].with_alpha(alpha).value
    np.testing.assert_array_equal(activations.get(name)(X), value(X))


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        (None, ("linear", None)),
        ("swish", ("silu", None)),
        ("leaky_relu", ("leaky_relu", 0.2)),
        ("elu", ("elu", 1.0)),
        (activations.tanh, ("tanh", None)),
        (partial(activations.leaky_relu, negative_slope=0.1), ("leaky_relu", 0.1)),
        (partial(activations.relu, negative_slope=0.1), ("leaky_relu", 0.1)),
        (partial(activations.relu, max_value=6.0), ("relu6", None)),
        (partial(activations.gelu, approximate=True), ("gelu_tanh", None)),
        (partial(activations.soft_shrink, threshold=0.25), ("soft_shrink", 0.25)),
        (partial(activations.celu, alpha=2), ("celu", 2.0)),
        (partial(activations.squareplus, b=4.0), ("squareplus", None)),
        (partial(activations.softmax, axis=-1), ("softmax", None)),
        ({"class_name": "function", "config": "relu"}, ("relu", None)),
    ],
)
def test_rows_of_identifiers(identifier, expected):
    assert row(identifier) == expected


def test_functions_of_keras_and_tensorflow_are_known_by_name():
    def relu(_):
        raise AssertionError("only its name is looked at")

    relu.__module__ = "keras.src.activations.activations"
    assert activations.get(relu) is activations.relu

    def softmax_v2(_):
        raise AssertionError("only its name is looked at")

    softmax_v2.__module__ = "tensorflow.python.ops.nn_ops"
    assert row(softmax_v2) == ("softmax", None)


@pytest.mark.parametrize(
    "function",
    [
        partial(activations.relu, threshold=1.0),
        partial(activations.relu, max_value=2.0),
        partial(activations.relu, negative_slope=0.1, max_value=6.0),
        partial(activations.softmax, axis=1),
    ],
)
def test_settings_that_the_engine_has_not_are_refused(function):
    with pytest.raises(ValueError, match="is not supported in a model; possible"):
        row(function)


def test_wrong_identifiers_are_told():
    with pytest.raises(ValueError, match=r"unknown activation 'sigmiod': did you mean 'sigmoid'"):
        activations.get("sigmiod")
    with pytest.raises(ValueError, match=r"'sparsemax' is not supported here; possible: relu"):
        activations.get("sparsemax")
    with pytest.raises(TypeError, match="a function of your own needs real Keras"):
        activations.get(lambda x: x * x)
    with pytest.raises(TypeError, match="possible: a name"):
        activations.get(3)


@pytest.mark.parametrize("name", activations.FUNCTIONS)
def test_names_go_both_ways(name):
    function = activations.get(name)
    assert activations.deserialize(activations.serialize(function)) is function


def test_settings_cannot_be_written():
    with pytest.raises(ValueError, match="which a file cannot say"):
        activations.serialize(partial(activations.leaky_relu, negative_slope=0.1))
