import dataclasses

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS

# The textbook's formulas, in the widest floats there are. Every row of the table is here.
FORMULAS = {
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}

# What f and f' are at -inf and at inf.
LIMITS = {
    "linear": ((-np.inf, np.inf), (1, 1)),
    "sigmoid": ((0, 1), (0, 0)),
}

NAMES = list(ACTIVATIONS)
DTYPES = [np.float32, np.float64]


def test_every_row_is_tested():
    assert set(FORMULAS) == set(LIMITS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_knows_its_name_and_cannot_change(name):
    row = ACTIVATIONS[name]
    assert row.name == name
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.name = "other"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_values(name, dtype):
    reach = 80 if dtype == np.float32 else 700
    small = np.array([0.0, -0.0, 1e-30, -1e-30, 1e-9, -1e-9])
    Z = np.concatenate([np.linspace(-reach, reach, 4001), np.linspace(-4, 4, 4001), small])
    Z = Z.astype(dtype)
    A = ACTIVATIONS[name].value(Z)
    assert A.dtype == dtype
    expected = FORMULAS[name](Z.astype(np.longdouble))
    np.testing.assert_allclose(A.astype(np.longdouble), expected, rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_derivative_is_the_slope(name, dtype):
    row = ACTIVATIONS[name]
    Z = np.linspace(-8, 8, 321).astype(dtype)
    slopes = row.derivative(Z, row.value(Z))
    assert slopes.dtype == dtype
    h = np.longdouble(1e-5)
    exact = Z.astype(np.longdouble)
    expected = (FORMULAS[name](exact + h) - FORMULAS[name](exact - h)) / (2 * h)
    tolerance = 1e-9 if dtype == np.float64 else 1e-7
    np.testing.assert_allclose(slopes, expected.astype(float), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_extremes(name, dtype):
    row = ACTIVATIONS[name]
    most = np.finfo(dtype).max
    values, slopes = LIMITS[name]
    Z = np.array([-np.inf, np.inf], dtype=dtype)
    np.testing.assert_array_equal(row.value(Z), np.array(values, dtype=dtype))
    np.testing.assert_array_equal(row.derivative(Z, row.value(Z)), np.array(slopes, dtype=dtype))
    Z = np.array([-most, most], dtype=dtype)
    expected = [v if np.isfinite(v) else z for v, z in zip(values, Z, strict=True)]
    np.testing.assert_array_equal(row.value(Z), np.array(expected, dtype=dtype))
    assert np.isnan(row.value(np.array([np.nan], dtype=dtype))).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(0,), (0, 3), (), (2, 3), (1, 1)])
def test_shapes_are_kept(name, shape):
    row = ACTIVATIONS[name]
    Z = np.full(shape, 0.5)
    A = row.value(Z)
    assert A.shape == row.derivative(Z, A).shape == shape
    np.testing.assert_allclose(A, np.full(shape, float(FORMULAS[name](np.longdouble(0.5)))))


@pytest.mark.parametrize("name", NAMES)
def test_the_input_is_not_changed(name):
    Z = np.linspace(-3, 3, 7)
    before = Z.copy()
    A = ACTIVATIONS[name].value(Z)
    ACTIVATIONS[name].derivative(Z, A)
    np.testing.assert_array_equal(Z, before)


def test_sigmoid_is_exact_at_its_centre_and_does_not_vanish_early():
    sigmoid = ACTIVATIONS["sigmoid"].value
    assert sigmoid(np.array(0.0)) == 0.5
    assert 0 < sigmoid(np.array(-744.0)) < 1e-320
    assert sigmoid(np.array(-1000.0)) == 0
    assert sigmoid(np.array(1000.0)) == 1
    Z = np.linspace(-40, 40, 10001)
    assert (np.diff(sigmoid(Z)) >= 0).all()
