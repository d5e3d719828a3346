"""The vector functions of native/math*.hpp, against NumPy in wider floats.

The error of a result is its distance from the exact value in ulps: in distances between the
representable numbers around the exact value. float32 is held to 2, float64 to 4.
"""

import functools
import itertools

import numpy as np
import pytest

from chainrule import _native
from chainrule.engines.native import isas


def sigmoid(x):
    t = np.exp(-np.abs(x))
    return np.where(x < 0, t, 1) / (1 + t)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


FORMULAS = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softplus": softplus,
}
WIDER = {np.float32: np.float64, np.float64: np.longdouble}
MOST = {np.float32: 2, np.float64: 4}

# Where the maths leaves no choice: x and f(x).
SPECIALS = {
    "exp": [(-np.inf, 0), (-0.0, 1), (0, 1), (np.inf, np.inf)],
    "expm1": [(-np.inf, -1), (-0.0, -0.0), (0, 0), (np.inf, np.inf)],
    "log": [(-np.inf, np.nan), (-1, np.nan), (-0.0, -np.inf), (0, -np.inf), (1, 0)],
    "log1p": [(-np.inf, np.nan), (-2, np.nan), (-1, -np.inf), (-0.0, -0.0), (0, 0)],
    "sigmoid": [(-np.inf, 0), (-0.0, 0.5), (0, 0.5), (np.inf, 1)],
    "tanh": [(-np.inf, -1), (-0.0, -0.0), (0, 0), (np.inf, 1)],
    "softplus": [(-np.inf, 0), (np.inf, np.inf)],
}
SPECIALS["log"].append((np.inf, np.inf))
SPECIALS["log1p"].append((np.inf, np.inf))

every_isa = pytest.mark.parametrize("isa", isas())
every_function = pytest.mark.parametrize("name", FORMULAS)
every_dtype = pytest.mark.parametrize("dtype", WIDER)


def apply(isa, name, x):
    y = np.empty_like(x)
    _native.apply(isa, name, x, y)
    return y


def exact(name, x):
    """f(x) in wider floats."""
    with np.errstate(all="ignore"):
        return FORMULAS[name](x.astype(WIDER[x.dtype.type]))


def ulp(value, dtype):
    """The distance between the numbers of a type around a value that is wider and finite."""
    info = np.finfo(dtype)
    exponent = np.maximum(np.frexp(value)[1] - 1, info.minexp) - info.nmant
    return np.ldexp(np.ones_like(value), exponent)


def assert_close(x, y, wide):
    """Assert that y is wide within MOST ulps; NaN, inf and the sign of 0 must be as rounded."""
    with np.errstate(all="ignore"):
        expected = wide.astype(y.dtype)
    bits = np.dtype(f"u{y.itemsize}")  # most are as rounded, which their bits say fastest
    differ = np.flatnonzero(y.view(bits) != expected.view(bits))
    differ = differ[~(np.isnan(y[differ]) & np.isnan(expected[differ]))]
    x, y, expected, wide = x[differ], y[differ], expected[differ], wide[differ]
    assert np.isfinite(y).all(), x[~np.isfinite(y)]
    assert np.isfinite(expected).all(), x[~np.isfinite(expected)]
    assert (np.signbit(y) == np.signbit(expected)).all()
    error = np.abs(y - wide) / ulp(wide, y.dtype)
    worst = error.argmax() if error.size else None
    assert worst is None or error[worst] <= MOST[x.dtype.type], (x[worst], y[worst], error[worst])


def float32_sample():
    """Every sign and exponent with 4096 mantissas, the smallest and the largest among them."""
    mantissa = np.random.default_rng(0).integers(1 << 23, size=(512, 4096), dtype=np.uint32)
    mantissa[:, :4] = 0, 1, (1 << 23) - 2, (1 << 23) - 1
    return ((np.arange(512, dtype=np.uint32)[:, None] << 23) | mantissa).view(np.float32).ravel()


def float64_sample():
    """Random bits; every range where a function does something; neighbours of what is special."""
    rng = np.random.default_rng(0)
    n = 100_000
    scale = 2.0 ** -rng.integers(64, size=n)
    sign = rng.choice([-1.0, 1.0], size=n)
    edges = [0, 1, -1, 0.5, -0.5, np.sqrt(0.5), np.sqrt(2), 20, -20, 40, -40, -36.7368, 19.0615]
    edges += [709.782712893384, -708.3964185322641, -745.1332191019411, -746, 710]
    edges += [2.0**-1022, -(2.0**-1022), 2.0**-1074, 2.0**53, 2.0**1023, -(2.0**1023)]
    near = np.array(edges).view(np.int64)[:, None] + np.arange(-64, 65)
    return np.concatenate(
        [
            rng.integers(1 << 64, size=4 * n, dtype=np.uint64).view(np.float64),
            rng.uniform(-750, 750, size=n),
            rng.uniform(-40, 40, size=n),
            rng.uniform(-2, 2, size=n),
            sign * scale,
            1 + sign * scale,
            rng.integers(-2200, 2200, size=n) * (0.5 * np.log(2)) + sign * scale,  # |r| largest
            near.view(np.float64).ravel(),
        ]
    )


SAMPLES = {np.float32: float32_sample, np.float64: float64_sample}


@functools.lru_cache(maxsize=1)  # the instruction sets come one after the other
def sample_and_expected(dtype, name):
    x = SAMPLES[dtype]()
    return x, exact(name, x)


@every_isa
@every_function
@every_dtype
def test_a_sample_of_all_inputs(dtype, name, isa):
    x, expected = sample_and_expected(dtype, name)
    assert_close(x, apply(isa, name, x), expected)


def test_ulps_are_those_around_the_exact_value():
    one = np.array([1.0, 1.5, 2.0 - 1e-9, 2.0, 1e-40, 2.0**-126, 3.0**-300])
    expected = [2.0**-23, 2.0**-23, 2.0**-23, 2.0**-22, 2.0**-149, 2.0**-149, 2.0**-149]
    np.testing.assert_array_equal(ulp(one, np.float32), expected)
    y = np.array([1.5 + 2 * 2.0**-23], dtype=np.float32)
    assert_close(y, y, np.array([1.5 + 0.1 * 2.0**-23]))
    with pytest.raises(AssertionError, match=r"2\.4"):  # though only 2 from what is rounded
        assert_close(y, y, np.array([1.5 - 0.4 * 2.0**-23]))


@every_isa
@every_function
@every_dtype
def test_special_values(dtype, name, isa):
    x, expected = np.array([*SPECIALS[name], (np.nan, np.nan)], dtype=dtype).T.copy()
    y = apply(isa, name, x)
    np.testing.assert_array_equal(y, expected)
    known = ~np.isnan(y)
    np.testing.assert_array_equal(np.signbit(y[known]), np.signbit(expected[known]))


@every_isa
@pytest.mark.parametrize("name", ["expm1", "log1p", "tanh"])
@every_dtype
def test_what_is_tiny_stays_as_it_is(dtype, name, isa):
    info = np.finfo(dtype)
    x = np.array([info.smallest_subnormal, 3 * info.smallest_subnormal, info.tiny / 2], dtype=dtype)
    x = np.concatenate([x, -x])
    np.testing.assert_array_equal(apply(isa, name, x), x)


@every_isa
@every_dtype
def test_every_length_gives_the_same_numbers_and_writes_no_more(dtype, isa):
    x = np.linspace(-3, 3, 67, dtype=dtype)
    whole = apply(isa, "tanh", x)
    for n, in_place in itertools.product(range(67), [False, True]):
        y = x.copy() if in_place else np.full_like(x, 7)
        after = y[n:].copy()
        _native.apply(isa, "tanh", y[:n] if in_place else x[:n], y[:n])
        np.testing.assert_array_equal(y[:n], whole[:n])
        np.testing.assert_array_equal(y[n:], after)


@pytest.mark.slow
@every_function
def test_all_float32_inputs(name):
    step = 1 << 17  # what stays in the cache
    for first in range(0, 1 << 32, step):
        x = np.arange(first, first + step, dtype=np.uint32).view(np.float32)
        expected = exact(name, x)
        for isa in isas():
            assert_close(x, apply(isa, name, x), expected)
