import dataclasses
import inspect

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS, Activation

LONG = np.longdouble
SELU_SCALE = LONG("1.0507009873554804934193349852946")
SELU_ALPHA = LONG("1.6732632423543772848170429916717")
PI = LONG("3.14159265358979323846264338327950288")
TWICE_ROOT = 2 * np.sqrt(2 / PI)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def share_of_tanh_shrink(z):
    """c of tanh(z) = z / (1 + c), by its continued fraction; so z - tanh(z) = z c / (1 + c)."""
    fraction = LONG(121)
    for odd in range(119, 1, -2):
        fraction = odd + z * z / fraction
    return z * z / fraction


def tanh_shrink(z):
    c = share_of_tanh_shrink(np.clip(z, -9, 9))
    return np.where(np.abs(z) < 9, z * c / (1 + c), z - np.tanh(z))


def normal_distribution(z):
    """P(z) by the series of its integral near 0 and the continued fraction of erfc far from it."""
    near = np.clip(z, -4, 4)
    term = total = near
    for k in range(1, 120):
        term = term * near * near / (2 * k + 1)
        total = total + term
    root = np.sqrt(2 * PI)
    center = LONG(1) / 2 + total * np.exp(-near * near / 2) / root
    far = np.maximum(np.abs(z), 2)
    fraction = far
    for k in range(400, 0, -1):
        fraction = far + k / fraction
    tail = np.exp(-far * far / 2) / root / fraction
    return np.where(np.abs(z) <= 2, center, np.where(z < 0, tail, 1 - tail))


# The textbook's formulas, in the widest floats there are. Every row of the table is here.
FORMULAS = {
    "linear": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": lambda z: np.expm1(2 * z) / (np.expm1(2 * z) + 2),
    "relu": lambda z: (z + np.abs(z)) / 2,
    "relu6": lambda z: np.select([z <= 0, z >= 6], [LONG(0), LONG(6)], z),
    "leaky_relu": lambda z, alpha=0.3: np.select([z > 0], [z], LONG(alpha) * z),
    "elu": lambda z, alpha=1.0: np.select([z > 0], [z], LONG(alpha) * np.expm1(z)),
    "selu": lambda z: SELU_SCALE * np.select([z > 0], [z], SELU_ALPHA * np.expm1(z)),
    "gelu": lambda z: z * normal_distribution(z),
    "gelu_tanh": lambda z: (
        z * sigmoid(np.clip(TWICE_ROOT * (z + LONG("0.044715") * z**3), -1e4, 1e4))
    ),
    "silu": lambda z: z * sigmoid(z),
    "softplus": lambda z: np.logaddexp(LONG(0), z),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "hard_sigmoid": lambda z: np.select([z <= -3, z >= 3], [LONG(0), LONG(1)], (z + 3) / 6),
    "exponential": np.exp,
    "mish": lambda z: z * np.tanh(np.logaddexp(LONG(0), z)),
    "celu": lambda z, alpha=1.0: np.select([z > 0], [z], LONG(alpha) * np.expm1(z / LONG(alpha))),
    "hard_tanh": lambda z: np.select([z <= -1, z >= 1], [LONG(-1), LONG(1)], z),
    "hard_silu": lambda z: np.select([z <= -3, z >= 3], [LONG(0), z], z * (z + 3) / 6),
    "log_sigmoid": lambda z: -np.logaddexp(LONG(0), -z),
    "squareplus": lambda z: np.where(z < 0, 2 / (np.hypot(z, 2) - z), (z + np.hypot(z, 2)) / 2),
    "sparse_plus": lambda z: np.select([z <= -1, z >= 1], [LONG(0), z], (z + 1) ** 2 / 4),
    "tanh_shrink": tanh_shrink,
    "soft_shrink": lambda z, alpha=0.5: np.sign(z) * np.maximum(np.abs(z) - LONG(alpha), 0),
    "hard_shrink": lambda z, alpha=0.5: np.select([np.abs(z) > alpha], [z], LONG(0)),
}

# What f and f' are at -inf and at inf.
INF = np.inf
LIMITS = {
    "linear": ((-INF, INF), (1, 1)),
    "sigmoid": ((0, 1), (0, 0)),
    "tanh": ((-1, 1), (0, 0)),
    "relu": ((0, INF), (0, 1)),
    "relu6": ((0, 6), (0, 0)),
    "leaky_relu": ((-INF, INF), (0.3, 1)),
    "elu": ((-1, INF), (0, 1)),
    "selu": ((-SELU_SCALE * SELU_ALPHA, INF), (0, SELU_SCALE)),
    "gelu": ((0, INF), (0, 1)),
    "gelu_tanh": ((0, INF), (0, 1)),
    "silu": ((0, INF), (0, 1)),
    "softplus": ((0, INF), (0, 1)),
    "softsign": ((-1, 1), (0, 0)),
    "hard_sigmoid": ((0, 1), (0, 0)),
    "exponential": ((0, INF), (0, INF)),
    "mish": ((0, INF), (0, 1)),
    "celu": ((-1, INF), (0, 1)),
    "hard_tanh": ((-1, 1), (0, 0)),
    "hard_silu": ((0, INF), (0, 1)),
    "log_sigmoid": ((-INF, 0), (1, 0)),
    "squareplus": ((0, INF), (0, 1)),
    "sparse_plus": ((0, INF), (0, 1)),
    "tanh_shrink": ((-INF, INF), (1, 1)),
    "soft_shrink": ((-INF, INF), (1, 1)),
    "hard_shrink": ((-INF, INF), (1, 1)),
}

# Where f' jumps or bends, and what it is there.
KINKS = {
    "relu": {0: 0},
    "relu6": {0: 0, 6: 0},
    "leaky_relu": {0: 0.3},
    "elu": {0: 1},
    "selu": {0: SELU_SCALE * SELU_ALPHA},
    "softsign": {0: 1},
    "hard_sigmoid": {-3: 0, 3: 0},
    "celu": {0: 1},
    "hard_tanh": {-1: 0, 1: 0},
    "hard_silu": {-3: 0, 3: 1},
    "sparse_plus": {-1: 0, 1: 1},
    "soft_shrink": {-0.5: 0, 0.5: 0},
    "hard_shrink": {-0.5: 0, 0.5: 0},
}

# How far |z| may be from 0 such that the dtype holds what comes out, and the relative error that is
# allowed, in units of eps. Where a value is exp(-c), the rounding of c grows c times.
REACH = {np.float32: 80, np.float64: 700}
ULPS = {"gelu": 1500, "gelu_tanh": 1500}  # others 4

NAMES = list(ACTIVATIONS)
ELEMENTWISE = list(FORMULAS)
ROWWISE = ["softmax", "log_softmax"]  # tests/test_activations_rowwise.py
WITH_ALPHA = {"leaky_relu": 0.3, "elu": 1.0, "celu": 1.0, "soft_shrink": 0.5, "hard_shrink": 0.5}
SLOWLY = ("softsign", "squareplus", "tanh_shrink", "soft_shrink")  # at 1e4 not yet at the limit
DTYPES = [np.float32, np.float64]


def without_kinks(name, Z):
    """Return Z without what is within 1e-4 of a kink."""
    kinks = np.array(list(KINKS.get(name, ())), dtype=float)
    return Z[(np.abs(Z[:, None] - kinks) > 1e-4).all(axis=1)]


def test_the_formulas_here_are_of_rows_that_are_there():
    assert set(FORMULAS) == set(LIMITS)
    assert set(FORMULAS) | set(ROWWISE) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_knows_its_name_and_cannot_change(name):
    row = ACTIVATIONS[name]
    assert row.name == name == row.value.__name__
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.name = "other"


@pytest.mark.parametrize("name", NAMES)
def test_a_row_has_a_derivative_or_a_pullback(name):
    row = ACTIVATIONS[name]
    assert (row.derivative is None) != (row.row_pullback is None)
    if name in ELEMENTWISE or name in ROWWISE:
        assert (row.row_pullback is None) == (name in ELEMENTWISE)


def test_a_row_with_both_or_neither_is_refused():
    for derivative, row_pullback in [(None, None), (abs, abs)]:
        with pytest.raises(ValueError, match="give either derivative or row_pullback"):
            Activation("same", abs, derivative, row_pullback=row_pullback)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_values(name, dtype):
    reach = REACH[dtype]
    small = np.array([0.0, -0.0, 1e-30, -1e-30, 1e-9, -1e-9])
    Z = np.concatenate([np.linspace(-reach, reach, 4001), np.linspace(-4, 4, 4001), small])
    Z = Z.astype(dtype)
    A = ACTIVATIONS[name].value(Z)
    assert A.dtype == dtype
    expected = FORMULAS[name](Z.astype(LONG))
    limits = np.finfo(dtype)
    allowed = ULPS.get(name, 4) * limits.eps
    np.testing.assert_allclose(
        A.astype(LONG), expected, rtol=allowed, atol=1000 * float(limits.tiny)
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_is_the_slope(name, dtype):
    row = ACTIVATIONS[name]
    Z = without_kinks(name, np.linspace(-8, 8, 321)).astype(dtype)
    slopes = row.derivative(Z, row.value(Z))
    assert slopes.dtype == dtype
    h = LONG(1e-5)
    exact = Z.astype(LONG)
    expected = (FORMULAS[name](exact + h) - FORMULAS[name](exact - h)) / (2 * h)
    tolerance = 1e-9 if dtype == np.float64 else 1e-6
    np.testing.assert_allclose(slopes, expected.astype(float), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", list(KINKS))
def test_derivative_at_kinks(name, dtype):
    row = ACTIVATIONS[name]
    Z = np.array(list(KINKS[name]), dtype=dtype)
    expected = np.array(list(KINKS[name].values()), dtype=dtype)
    slopes = row.derivative(Z, row.value(Z))
    np.testing.assert_allclose(slopes, expected, rtol=np.finfo(dtype).eps)


@pytest.mark.parametrize("name", NAMES)
def test_pullback_is_the_gradient(name, rng):
    row = ACTIVATIONS[name]
    Z = np.round(rng.uniform(-8, 8, size=(5, 7)), 2) + 0.005  # never at a kink
    dA = rng.normal(size=Z.shape)
    D_ = row.pullback(Z, row.value(Z), dA)
    eps = 1e-6
    expected = np.empty_like(Z)
    for index in np.ndindex(Z.shape):
        step = np.zeros_like(Z)
        step[index] = eps
        difference = row.value(Z + step) - row.value(Z - step)
        expected[index] = np.sum(dA * difference) / (2 * eps)
    scale = np.abs(D_).max()
    np.testing.assert_allclose(D_, expected, rtol=1e-6, atol=1e-9 * scale)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_pullback_of_elementwise_rows_is_a_product(name, rng):
    row = ACTIVATIONS[name]
    Z, dA = rng.normal(size=(2, 4, 3))
    A = row.value(Z)
    np.testing.assert_array_equal(row.pullback(Z, A, dA), dA * row.derivative(Z, A))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_extremes(name, dtype):
    row = ACTIVATIONS[name]
    values, slopes = LIMITS[name]
    Z = np.array([-np.inf, np.inf], dtype=dtype)
    close = {"rtol": np.finfo(dtype).eps, "atol": 2 * np.finfo(dtype).eps}
    np.testing.assert_allclose(row.value(Z), np.array(values, dtype=dtype), **close)
    slopes = np.array(slopes, dtype=dtype)
    np.testing.assert_allclose(row.derivative(Z, row.value(Z)), slopes, **close)
    assert np.isnan(row.value(np.array([np.nan], dtype=dtype))).all()


@pytest.mark.parametrize("most", [1e4, 1e30, None])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_large_inputs_give_no_warnings_and_no_nan(name, dtype, most):
    row = ACTIVATIONS[name]
    most = np.finfo(dtype).max / 2 if most is None else most
    Z = np.array([-most, most], dtype=dtype)
    A = row.value(Z)
    values, slopes = LIMITS[name]
    slope = {"leaky_relu": (0.3, 1), "selu": (1, SELU_SCALE)}.get(name, (1, 1))
    expected = [
        v if np.isfinite(v) else LONG(z) * s for v, z, s in zip(values, Z, slope, strict=True)
    ]
    if name == "exponential":
        expected = [0, np.inf]
    allowed = 1e-3 if name in SLOWLY else 4 * np.finfo(dtype).eps
    near = 1e-4 if name == "squareplus" else 0
    np.testing.assert_allclose(A, np.array(expected, dtype=dtype), rtol=allowed, atol=near)
    slopes = np.array(slopes, dtype=dtype)
    np.testing.assert_allclose(row.derivative(Z, A), slopes, rtol=allowed, atol=1e-7)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shape", [(0,), (0, 3), (), (2, 3), (1, 1)])
def test_shapes_are_kept(name, shape):
    row = ACTIVATIONS[name]
    Z = np.full(shape, 0.5)
    A = row.value(Z)
    assert A.shape == row.derivative(Z, A).shape == shape
    np.testing.assert_allclose(A, np.full(shape, float(FORMULAS[name](LONG(0.5)))))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_the_dtype_is_kept_and_the_input_not_changed(name, dtype):
    row = ACTIVATIONS[name]
    Z = np.linspace(-3, 3, 8, dtype=dtype).reshape(2, 4)
    dA = np.ones_like(Z)
    before = Z.copy()
    A = row.value(Z)
    A_before = A.copy()
    assert A.dtype == row.pullback(Z, A, dA).dtype == dtype
    np.testing.assert_array_equal(Z, before)
    np.testing.assert_array_equal(A, A_before)
    np.testing.assert_array_equal(dA, np.ones_like(Z))


@pytest.mark.parametrize("name", NAMES)
def test_defaults_of_alpha(name):
    row = ACTIVATIONS[name]
    assert row.alpha == WITH_ALPHA.get(name)
    for function in (row.value, row.derivative or row.row_pullback):
        parameter = inspect.signature(function).parameters.get("alpha")
        assert (None if parameter is None else parameter.default) == row.alpha


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", list(WITH_ALPHA))
def test_with_alpha(name, dtype):
    row = ACTIVATIONS[name].with_alpha(0.75)
    assert (row.name, row.alpha) == (name, 0.75)
    Z = np.linspace(-4, 4, 18).astype(dtype)
    A = row.value(Z)
    expected = FORMULAS[name](Z.astype(LONG), alpha=0.75).astype(float)
    np.testing.assert_allclose(A, expected, rtol=4 * np.finfo(dtype).eps)
    h = LONG(1e-5)
    up, down = (FORMULAS[name](Z.astype(LONG) + step, alpha=0.75) for step in (h, -h))
    slopes = ((up - down) / (2 * h)).astype(float)
    D_ = row.pullback(Z, A, 2 * np.ones_like(Z))
    assert A.dtype == D_.dtype == dtype
    np.testing.assert_allclose(D_, 2 * slopes, rtol=1e-5 if dtype == np.float32 else 1e-9)


@pytest.mark.parametrize("name", list(WITH_ALPHA))
def test_with_alpha_again_and_not_at_all(name):
    row = ACTIVATIONS[name]
    assert row.with_alpha(None) is row
    Z = np.array([-2.0, 2.0])
    again = row.with_alpha(0.7).with_alpha(0.1)
    np.testing.assert_array_equal(again.value(Z), row.value(Z, alpha=0.1))
    assert again.alpha == 0.1
    assert row.alpha == WITH_ALPHA[name]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITH_ALPHA])
def test_a_row_without_a_parameter_takes_none(name):
    row = ACTIVATIONS[name]
    assert row.with_alpha(None) is row
    with pytest.raises(ValueError, match=f"alpha is 0.5, but {name} has no parameter"):
        row.with_alpha(0.5)


@pytest.mark.parametrize("alpha", [np.nan, np.inf, -np.inf])
def test_alpha_is_finite(alpha):
    with pytest.raises(ValueError, match="possible: a finite number"):
        ACTIVATIONS["elu"].with_alpha(alpha)


def test_sigmoid_is_exact_at_its_centre_and_does_not_vanish_early():
    sigmoid = ACTIVATIONS["sigmoid"].value
    assert sigmoid(np.array(0.0)) == 0.5
    assert 0 < sigmoid(np.array(-744.0)) < 1e-320
    assert sigmoid(np.array(-1000.0)) == 0
    assert sigmoid(np.array(1000.0)) == 1
    Z = np.linspace(-40, 40, 10001)
    assert (np.diff(sigmoid(Z)) >= 0).all()
