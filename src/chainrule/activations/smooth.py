"""Smooth activations: those that look like relu from afar, and the exponential.

Z, A and what the functions return are arrays of one shape, such as (N, H), and of one dtype.

Derivation: docs/maths/activations.md#smooth
"""
# One signature for all rows of a table, whether a row needs every argument or not.

from __future__ import annotations

import math

import numpy as np

from chainrule.activations.row import Array
from chainrule.activations.sigmoids import sigmoid, within

_FAR = 1000  # from here on sigmoid(z), P(z) and tanh(softplus(z)) are 0 or 1 in every dtype


def normal_distribution(Z: Array) -> Array:
    """P(z) = (1 + erf(z / sqrt 2)) / 2, the chance that a standard normal number is below z.

    Written as erfc(-z / sqrt 2) / 2, which does not cancel for negative z.

    Examples
    --------
    >>> normal_distribution(np.array([-1000.0, 0.0, 1.0])).round(4)
    array([0.    , 0.5   , 0.8413])
    """
    erfc = np.vectorize(math.erfc, otypes=[np.float64])
    return (erfc(-Z.astype(np.float64) / math.sqrt(2)) / 2).astype(Z.dtype)  # type: ignore[no-any-return]


def gelu(Z: Array) -> Array:
    """f(z) = z P(z), with P(z) = (1 + erf(z / sqrt 2)) / 2 the normal distribution.

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), 2016.

    Examples
    --------
    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1587,  0.    ,  0.8413])
    """
    return np.maximum(Z, -_FAR) * normal_distribution(Z)


def gelu_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = P(z) + z p(z), with p(z) = exp(-z^2 / 2) / sqrt(2 pi) the normal density.

    Examples
    --------
    >>> gelu_derivative(np.array([-1000.0, 0.0, 1000.0]), np.array([0.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    Z = within(Z, _FAR)
    density = np.exp(-np.square(Z) / 2) / math.sqrt(2 * math.pi)
    return normal_distribution(Z) + Z * density


def gelu_tanh(Z: Array) -> Array:
    """f(z) = z (1 + tanh(u)) / 2, u = sqrt(2 / pi) (z + 0.044715 z^3): gelu without erf, nearly.

    Written as z s, s = sigmoid(2 u), which is the same and does not cancel for negative z.
    Source: Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), 2016.

    Examples
    --------
    >>> gelu_tanh(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1588,  0.    ,  0.8412])
    """
    return np.maximum(Z, -_FAR) * sigmoid(2 * _gelu_u(within(Z, _FAR)))


def gelu_tanh_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = s + 2 z s (1 - s) u', u' = sqrt(2 / pi) (1 + 3 0.044715 z^2), s = sigmoid(2 u).

    Examples
    --------
    >>> gelu_tanh_derivative(np.array([-1000.0, 0.0, 1000.0]), np.array([0.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    Z = within(Z, _FAR)
    s = sigmoid(2 * _gelu_u(Z))
    slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * np.square(Z))  # u'
    return s + 2 * Z * s * (1 - s) * slope  # type: ignore[no-any-return]


def _gelu_u(Z: Array) -> Array:
    return math.sqrt(2 / math.pi) * (Z + 0.044715 * Z * Z * Z)


def silu(Z: Array) -> Array:
    """f(z) = z s, s = sigmoid(z); also called swish.

    Source: Elfwing, Uchibe and Doya, Sigmoid-Weighted Linear Units for Neural Network Function
    Approximation in Reinforcement Learning, 2017.

    Examples
    --------
    >>> silu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.2689,  0.    ,  0.7311])
    """
    return np.maximum(Z, -_FAR) * sigmoid(Z)


def silu_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = s + z s (1 - s), s = sigmoid(z).

    Examples
    --------
    >>> silu_derivative(np.array([-1000.0, 0.0, 1000.0]), np.array([0.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    s = sigmoid(Z)
    return s + within(Z, _FAR) * s * (1 - s)  # type: ignore[no-any-return]


def softplus(Z: Array) -> Array:
    """f(z) = log(1 + exp(z)).

    Written as max(z, 0) + log(1 + exp(-|z|)), which cannot overflow. Source: Dugas, Bengio,
    Bélisle, Nadeau and Garcia, Incorporating Second-Order Functional Knowledge for Better Option
    Pricing, 2000.

    Examples
    --------
    >>> softplus(np.array([-1000.0, 0.0, 10.0])).round(4)
    array([ 0.    ,  0.6931, 10.    ])
    """
    return np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))


def softplus_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = sigmoid(z).

    Examples
    --------
    >>> softplus_derivative(np.zeros(1), softplus(np.zeros(1)))
    array([0.5])
    """
    return sigmoid(Z)


def exponential(Z: Array) -> Array:
    """f(z) = exp(z), which is infinite where it is beyond the dtype's range.

    Examples
    --------
    >>> exponential(np.array([-1000.0, 0.0, 1000.0]))
    array([ 0.,  1., inf])
    """
    with np.errstate(over="ignore"):
        return np.exp(Z)


def exponential_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = exp(z) = a.

    Examples
    --------
    >>> exponential_derivative(np.zeros(1), np.ones(1))
    array([1.])
    """
    return A


def mish(Z: Array) -> Array:
    """f(z) = z tanh(softplus(z)).

    Source: Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019.

    Examples
    --------
    >>> mish(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.3034,  0.    ,  0.8651])
    """
    return np.maximum(Z, -_FAR) * np.tanh(softplus(Z))


def mish_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = t + z (1 - t^2) sigmoid(z), t = tanh(softplus(z)).

    Examples
    --------
    >>> mish_derivative(np.array([-1000.0, 0.0, 1000.0]), np.array([0.0, 0.0, 1000.0]))
    array([0. , 0.6, 1. ])
    """
    t = np.tanh(softplus(Z))
    return t + within(Z, _FAR) * (1 - np.square(t)) * sigmoid(Z)  # type: ignore[no-any-return]


def log_sigmoid(Z: Array) -> Array:
    """f(z) = log(sigmoid(z)) = -softplus(-z).

    Examples
    --------
    >>> log_sigmoid(np.array([-1000.0, 0.0])).round(4)
    array([-1.000e+03, -6.931e-01])
    """
    return -softplus(-Z)


def log_sigmoid_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1 - sigmoid(z) = sigmoid(-z).

    Examples
    --------
    >>> log_sigmoid_derivative(np.zeros(1), log_sigmoid(np.zeros(1)))
    array([0.5])
    """
    return sigmoid(-Z)


def squareplus(Z: Array) -> Array:
    """f(z) = (z + s) / 2, s = sqrt(z^2 + 4): like softplus, without exp.

    Written as 2 / (s - z) for negative z, which is the same and does not cancel. Source: Barron,
    Squareplus: A Softplus-Like Algebraic Rectifier, 2021.

    Examples
    --------
    >>> squareplus(np.array([-1.5, 0.0, 1.5]))
    array([0.5, 1. , 2. ])
    """
    half = np.hypot(Z, 2) / 2 + np.abs(Z) / 2
    return np.where(Z < 0, 1 / half, half)


def squareplus_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = (1 + z / s) / 2 = a / s, s = sqrt(z^2 + 4).

    Examples
    --------
    >>> squareplus_derivative(np.array([-1.5, 0.0, 1e30]), np.array([0.5, 1.0, 1e30]))
    array([0.2, 0.5, 1. ])
    """
    most = 1e9  # from here on the slope is 1 to the last bit
    return np.minimum(A, most) / np.hypot(np.minimum(Z, most), 2)


def sparse_plus(Z: Array) -> Array:
    """f(z) = 0 up to z = -1, z from 1 on, and (z + 1)^2 / 4 between.

    The formula is that of Keras.

    Examples
    --------
    >>> sparse_plus(np.array([-2.0, 0.0, 2.0]))
    array([0.  , 0.25, 2.  ])
    """
    return np.where(Z >= 1, Z, np.square((within(Z, 1) + 1) / 2))


def sparse_plus_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = (z + 1) / 2, but at least 0 and at most 1.

    Examples
    --------
    >>> sparse_plus_derivative(np.array([-2.0, 0.0, 2.0]), np.array([0.0, 0.25, 2.0]))
    array([0. , 0.5, 1. ])
    """
    return (within(Z, 1) + 1) / 2
