"""Activations that need a whole row: values, far inputs, NaN."""

import math

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS

LONG = np.longdouble
DTYPES = [np.float32, np.float64]

ROW_FORMULAS = {
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True),
    "log_softmax": lambda z: z - np.log(np.exp(z).sum(axis=-1, keepdims=True)),
}

ROWWISE = list(ROW_FORMULAS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ROWWISE)
def test_values_of_rows(name, dtype, rng):
    Z = rng.uniform(-20, 20, size=(50, 9)).astype(dtype)
    A = ACTIVATIONS[name].value(Z)
    assert A.dtype == dtype
    expected = ROW_FORMULAS[name](Z.astype(LONG))
    # Rounding z - max(z), which may be 40, is one of 40 eps in its exponential.
    eps = float(np.finfo(dtype).eps)
    atol = eps if name == "log_softmax" else 0  # the logarithm of a sum near 1
    np.testing.assert_allclose(A.astype(LONG), expected, rtol=50 * eps, atol=2 * atol)


@pytest.mark.parametrize("most", [1e4, 1e30])
@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_of_large_inputs(dtype, most):
    Z = np.array([[most, -most, most], [-most, -most, -most], [0, most, -most]], dtype=dtype)
    A = ACTIVATIONS["softmax"].value(Z)
    third = np.full(3, 1 / 3)
    np.testing.assert_array_equal(A, np.array([[0.5, 0, 0.5], third, [0, 1, 0]], dtype=dtype))
    L = ACTIVATIONS["log_softmax"].value(Z)
    top = dtype(most)
    expected = [
        [-math.log(2), -2 * top - math.log(2), -math.log(2)],
        [-math.log(3)] * 3,
        [-top, 0, -2 * top],
    ]
    np.testing.assert_allclose(L, expected, rtol=2 * np.finfo(dtype).eps)
    dA = np.ones_like(Z)
    np.testing.assert_allclose(ACTIVATIONS["softmax"].pullback(Z, A, dA), 0 * Z, atol=1e-7)
    np.testing.assert_allclose(ACTIVATIONS["log_softmax"].pullback(Z, L, dA), 1 - 3 * A, atol=1e-6)


def test_softmax_of_a_row_sums_to_one(rng):
    for scale in (1, 30, 1e4):
        A = ACTIVATIONS["softmax"].value(rng.normal(scale=scale, size=(100, 11)))
        assert (A >= 0).all()
        np.testing.assert_allclose(A.sum(axis=1), np.ones(100), rtol=4e-16 * 11)


@pytest.mark.parametrize("name", ROWWISE)
def test_a_shift_of_a_row_changes_nothing(name, rng):
    row = ACTIVATIONS[name]
    Z = rng.integers(-20, 20, size=(50, 6)).astype(float)  # so that shifts do not round
    shift = rng.integers(-(10**6), 10**6, size=(50, 1))
    np.testing.assert_array_equal(row.value(Z + shift), row.value(Z))


def test_log_softmax_is_the_logarithm_of_softmax(rng):
    Z = rng.normal(scale=5, size=(50, 6))
    L = ACTIVATIONS["log_softmax"].value(Z)
    np.testing.assert_allclose(np.exp(L), ACTIVATIONS["softmax"].value(Z), rtol=1e-13)


@pytest.mark.parametrize("name", ROWWISE)
def test_a_row_of_one_and_nan_stay_in_their_row(name):
    row = ACTIVATIONS[name]
    np.testing.assert_array_equal(
        row.value(np.array([[5.0], [-3.0]])), [[float(name == "softmax")]] * 2
    )
    A = row.value(np.array([[np.nan, 1.0], [2.0, 1.0]]))
    assert np.isnan(A[0]).all()
    assert np.isfinite(A[1]).all()


@pytest.mark.parametrize("name", ROWWISE)
@pytest.mark.parametrize("shape", [(0, 3), (2, 3), (1, 1)])
def test_shapes_of_rows_are_kept(name, shape):
    row = ACTIVATIONS[name]
    Z = np.full(shape, 0.5)
    A = row.value(Z)
    assert A.shape == row.pullback(Z, A, Z).shape == shape
