"""Activations that saturate on both sides, and the line that they all are near some point.

Z, A and what the functions return are arrays of one shape, such as (N, H), and of one dtype.

Derivation: docs/maths/chain-rule.md#the-sigmoid, docs/maths/activations.md#saturating
"""
# One signature for all rows of a table, whether a row needs every argument or not.

from __future__ import annotations

import numpy as np

from chainrule.activations.row import Array


def linear(Z: Array) -> Array:
    """f(z) = z.

    Examples
    --------
    >>> linear(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """
    return Z


def linear_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1.

    Examples
    --------
    >>> linear_derivative(np.array([-1.0, 2.0]), np.array([-1.0, 2.0]))
    array([1., 1.])
    """
    return np.ones_like(A)


def sigmoid(Z: Array) -> Array:
    """f(z) = 1 / (1 + exp(-z)), the logistic function; values between 0 and 1.

    Written with t = exp(-|z|), which cannot overflow: 1 / (1 + t) for z >= 0, else t / (1 + t).
    Source: Verhulst, Notice sur la loi que la population suit dans son accroissement, 1838; in
    networks Rumelhart, Hinton and Williams, Learning representations by back-propagating errors,
    1986.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    t = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, t) / (1 + t)  # type: ignore[no-any-return]


def sigmoid_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = f(z) (1 - f(z)) = a (1 - a).

    Examples
    --------
    >>> sigmoid_derivative(np.zeros(1), sigmoid(np.zeros(1)))
    array([0.25])
    """
    return A * (1 - A)  # type: ignore[no-any-return]


def tanh(Z: Array) -> Array:
    """f(z) = (exp(z) - exp(-z)) / (exp(z) + exp(-z)); values between -1 and 1.

    Source: LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, who argue for it over sigmoid.

    Examples
    --------
    >>> tanh(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.,  0.,  1.])
    """
    return np.tanh(Z)


def tanh_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1 - f(z)^2 = 1 - a^2.

    Examples
    --------
    >>> tanh_derivative(np.zeros(1), tanh(np.zeros(1)))
    array([1.])
    """
    return 1 - np.square(A)


def softsign(Z: Array) -> Array:
    """f(z) = z / (1 + |z|); values between -1 and 1, which it reaches slowly.

    Source: Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward Neural
    Networks, 2010.

    Examples
    --------
    >>> softsign(np.array([-3.0, 0.0, 1.0]))
    array([-0.75,  0.  ,  0.5 ])
    """
    Z = within(Z, 1e30)
    return Z / (1 + np.abs(Z))  # type: ignore[no-any-return]


def softsign_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1 / (1 + |z|)^2.

    Examples
    --------
    >>> softsign_derivative(np.array([-3.0, 0.0]), np.array([-0.75, 0.0]))
    array([0.0625, 1.    ])
    """
    return np.square(1 / (1 + np.abs(Z)))


def hard_sigmoid(Z: Array) -> Array:
    """f(z) = relu6(z + 3) / 6: 0 up to z = -3, 1 from z = 3 on, and a line between.

    Source: Courbariaux, Bengio and David, BinaryConnect, 2015; with these slopes Howard et al.,
    Searching for MobileNetV3, 2019.

    Examples
    --------
    >>> hard_sigmoid(np.array([-4.0, 0.0, 1.5, 4.0]))
    array([0.  , 0.5 , 0.75, 1.  ])
    """
    return np.clip(Z + 3, 0, 6) / 6  # type: ignore[no-any-return]


def hard_sigmoid_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1 / 6 for -3 < z < 3, else 0.

    Examples
    --------
    >>> 6 * hard_sigmoid_derivative(np.array([-3.0, 0.0, 3.0]), np.array([0.0, 0.5, 1.0]))
    array([0., 1., 0.])
    """
    return (np.abs(Z) < 3).astype(Z.dtype) / 6


def hard_tanh(Z: Array) -> Array:
    """f(z) = min(max(z, -1), 1).

    Source: Collobert, Large Scale Machine Learning, 2004.

    Examples
    --------
    >>> hard_tanh(np.array([-4.0, 0.5, 4.0]))
    array([-1. ,  0.5,  1. ])
    """
    return np.clip(Z, -1, 1)


def hard_tanh_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1 for -1 < z < 1, else 0.

    Examples
    --------
    >>> hard_tanh_derivative(np.array([-1.0, 0.0, 1.0]), np.array([-1.0, 0.0, 1.0]))
    array([0., 1., 0.])
    """
    return (np.abs(Z) < 1).astype(Z.dtype)


def hard_silu(Z: Array) -> Array:
    """f(z) = z hard_sigmoid(z); also called hard swish.

    Source: Howard et al., Searching for MobileNetV3, 2019.

    Examples
    --------
    >>> hard_silu(np.array([-4.0, 0.0, 1.5, 4.0]))
    array([-0.   ,  0.   ,  1.125,  4.   ])
    """
    return np.maximum(Z, -4) * hard_sigmoid(Z)


def hard_silu_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = (2z + 3) / 6 for -3 < z < 3, 0 below and 1 above.

    Examples
    --------
    >>> hard_silu_derivative(np.array([-3.0, 0.0, 3.0]), np.array([0.0, 0.0, 3.0]))
    array([0. , 0.5, 1. ])
    """
    between = (2 * within(Z, 3) + 3) / 6
    return np.where(Z <= -3, 0, np.where(Z >= 3, 1, between)).astype(Z.dtype)


def within(Z: Array, reach: float) -> Array:
    """Return Z limited to [-reach, reach]; NaN stays NaN.

    Formulas use it where, from ``reach`` on, another factor is 0 or 1 to the last bit: so that
    neither a square overflows nor 0 meets an infinite z, and every other result is unchanged.

    Examples
    --------
    >>> within(np.array([-np.inf, 2.0]), 1000)
    array([-1000.,     2.])
    """
    return np.clip(Z, -reach, reach)
