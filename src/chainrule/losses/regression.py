"""Losses of numbers: A (N, H) are outputs, Y (N, H) are targets, E = A - Y are the errors.

Each value has shape (N,), one loss a sample, and each gradient shape (N, H). Means are over the
H outputs.

Derivation: docs/maths/losses.md#errors
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.losses.clipping import EPSILON, clip

Array = npt.NDArray[Any]


def squared_errors(A: Array, Y: Array) -> Array:
    """L = sum of (a - y)^2.

    Examples
    --------
    >>> squared_errors(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([5.])
    """
    return np.sum(np.square(A - Y), axis=1)  # type: ignore[no-any-return]


def squared_errors_gradient(A: Array, Y: Array) -> Array:
    """dL/da = 2 (a - y).

    Examples
    --------
    >>> squared_errors_gradient(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([[ 2., -4.]])
    """
    return 2 * (A - Y)


def mean_squared_error(A: Array, Y: Array) -> Array:
    """L = mean of (a - y)^2. Source: Gauss, Theoria motus, 1809.

    Examples
    --------
    >>> mean_squared_error(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([2.5])
    """
    return np.mean(np.square(A - Y), axis=1)  # type: ignore[no-any-return]


def mean_squared_error_gradient(A: Array, Y: Array) -> Array:
    """dL/da = 2 (a - y) / H.

    Examples
    --------
    >>> mean_squared_error_gradient(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([[ 1., -2.]])
    """
    return 2 * (A - Y) / A.shape[1]  # type: ignore[no-any-return]


def mean_absolute_error(A: Array, Y: Array) -> Array:
    """L = mean of |a - y|.

    Examples
    --------
    >>> mean_absolute_error(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([1.5])
    """
    return np.mean(np.abs(A - Y), axis=1)  # type: ignore[no-any-return]


def mean_absolute_error_gradient(A: Array, Y: Array) -> Array:
    """dL/da = sign(a - y) / H, 0 at a = y.

    Examples
    --------
    >>> mean_absolute_error_gradient(np.array([[1.0, 2.0]]), np.array([[0.0, 2.0]]))
    array([[0.5, 0. ]])
    """
    return np.sign(A - Y) / A.shape[1]  # type: ignore[no-any-return]


def mean_absolute_percentage_error(A: Array, Y: Array) -> Array:
    """L = 100 times the mean of |a - y| / |y|, where |y| counts as at least epsilon.

    Source: Makridakis, Accuracy Measures: Theoretical and Practical Concerns, 1993.

    Examples
    --------
    >>> mean_absolute_percentage_error(np.array([[1.0, 3.0]]), np.array([[2.0, 4.0]]))
    array([37.5])
    """
    return 100 * np.mean(np.abs(A - Y) / np.maximum(np.abs(Y), EPSILON), axis=1)  # type: ignore[no-any-return]


def mean_absolute_percentage_error_gradient(A: Array, Y: Array) -> Array:
    """dL/da = 100 sign(a - y) / |y| / H, 0 at a = y.

    Examples
    --------
    >>> mean_absolute_percentage_error_gradient(np.array([[1.0, 4.0]]), np.array([[2.0, 4.0]]))
    array([[-25.,   0.]])
    """
    return 100 * np.sign(A - Y) / np.maximum(np.abs(Y), EPSILON) / A.shape[1]  # type: ignore[no-any-return]


def mean_squared_logarithmic_error(A: Array, Y: Array) -> Array:
    """L = mean of (log(1 + a) - log(1 + y))^2, where a and y count as at least epsilon.

    It is the error of growth, whatever the size. The formula is that of Keras.

    Examples
    --------
    >>> mean_squared_logarithmic_error(np.array([[np.e - 1]]), np.array([[np.e**3 - 1]])).round(9)
    array([4.])
    """
    return np.mean(np.square(np.log1p(_raised(A)[0]) - np.log1p(_raised(Y)[0])), axis=1)  # type: ignore[no-any-return]


def mean_squared_logarithmic_error_gradient(A: Array, Y: Array) -> Array:
    """dL/da = 2 (log(1 + a) - log(1 + y)) / (1 + a) / H, and 0 where a is below epsilon.

    Examples
    --------
    >>> A, Y = np.array([[1.0, -1.0]]), np.array([[3.0, 3.0]])
    >>> mean_squared_logarithmic_error_gradient(A, Y).round(4)
    array([[-0.3466, -0.    ]])
    """
    Q, slope = _raised(A)
    return slope * 2 * (np.log1p(Q) - np.log1p(_raised(Y)[0])) / (1 + Q) / A.shape[1]  # type: ignore[no-any-return]


def _raised(A: Array) -> tuple[Array, Array]:
    return clip(A, most=np.inf)


def huber(A: Array, Y: Array, delta: float) -> Array:
    """L = mean of e^2 / 2 where e = |a - y| <= delta, and of delta (e - delta / 2) beyond.

    With c = min(e, delta) both are c (e - c / 2), and nothing overflows that is not used.
    Source: Huber, Robust Estimation of a Location Parameter, 1964.

    Examples
    --------
    >>> huber(np.array([[1.0, 3.0]]), np.array([[0.0, 0.0]]), 1.0)
    array([1.5])
    """
    E = np.abs(A - Y)
    C = np.minimum(E, delta)
    return np.mean(C * (E - C / 2), axis=1)  # type: ignore[no-any-return]


def huber_gradient(A: Array, Y: Array, delta: float) -> Array:
    """dL/da = (a - y) / H, with a - y limited to -delta and delta.

    Examples
    --------
    >>> huber_gradient(np.array([[0.5, 3.0]]), np.array([[0.0, 0.0]]), 1.0)
    array([[0.25, 0.5 ]])
    """
    return np.clip(A - Y, -delta, delta) / A.shape[1]  # type: ignore[no-any-return]


def log_cosh(A: Array, Y: Array) -> Array:
    """L = mean of log cosh(a - y), e^2 / 2 for small errors and e - log 2 for large ones.

    With e = |a - y|: log cosh e = e + log((1 + exp(-2e)) / 2), and the last logarithm is that of
    1 + expm1(-2e) / 2, which is accurate where e is small and never overflows.

    Examples
    --------
    >>> log_cosh(np.array([[0.0], [1e4]]), np.array([[0.0], [0.0]])).round(3)
    array([   0.   , 9999.307])
    """
    E = np.abs(A - Y)
    return np.mean(E + np.log1p(np.expm1(-2 * E) / 2), axis=1)  # type: ignore[no-any-return]


def log_cosh_gradient(A: Array, Y: Array) -> Array:
    """dL/da = tanh(a - y) / H.

    Examples
    --------
    >>> log_cosh_gradient(np.array([[0.0, 1e4]]), np.array([[0.0, 0.0]]))
    array([[0. , 0.5]])
    """
    return np.tanh(A - Y) / A.shape[1]  # type: ignore[no-any-return]


def poisson(A: Array, Y: Array) -> Array:
    """L = mean of a - y log(a + epsilon): how unlikely counts y are if a are expected.

    It is NaN for a < -epsilon, as no count is expected to be negative.

    Examples
    --------
    >>> poisson(np.array([[1.0, 2.0]]), np.array([[3.0, 0.0]])).round(4)
    array([1.5])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.mean(A - Y * np.log(A + EPSILON), axis=1)  # type: ignore[no-any-return]


def poisson_gradient(A: Array, Y: Array) -> Array:
    """dL/da = (1 - y / (a + epsilon)) / H.

    Examples
    --------
    >>> poisson_gradient(np.array([[1.0, 2.0]]), np.array([[3.0, 0.0]])).round(4)
    array([[-1. ,  0.5]])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return (1 - Y / (A + EPSILON)) / A.shape[1]  # type: ignore[no-any-return]


def cosine_similarity(A: Array, Y: Array) -> Array:
    """L = -sum of a^ y^, where a^ = a / |a| and y^ = y / |y|: -1 if they point the same way.

    Lengths count as at least epsilon.

    Examples
    --------
    >>> cosine_similarity(np.array([[0.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([-0.8])
    """
    return -np.sum(_directed(A)[0] * _directed(Y)[0], axis=1)  # type: ignore[no-any-return]


def cosine_similarity_gradient(A: Array, Y: Array) -> Array:
    """dL/da = (a^ (a^ . y^) - y^) / |a|, and -y^ / epsilon where |a| is below epsilon.

    Examples
    --------
    >>> cosine_similarity_gradient(np.array([[0.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([[-0.3,  0. ]])
    """
    A_, lengths = _directed(A)  # (N, H), (N, 1)
    Y_, _ = _directed(Y)
    along = A_ * np.sum(A_ * Y_, axis=1, keepdims=True)  # (N, H)
    return (np.where(lengths < EPSILON, 0, along) - Y_) / np.maximum(lengths, EPSILON)


def _directed(A: Array) -> tuple[Array, Array]:
    """Return the rows of A (N, H) with length 1, and the lengths that they had, (N, 1)."""
    lengths = np.sqrt(np.sum(np.square(A), axis=1, keepdims=True))
    return A / np.maximum(lengths, EPSILON), lengths
