"""Activations that take what is small to zero, and the others towards it.

Z, A and what the functions return are arrays of one shape, such as (N, H), and of one dtype. At
a kink the derivative is that of the side where the function is flatter.

Derivation: docs/maths/activations.md#shrinking
"""
# One signature for all rows of a table, whether a row needs every argument or not.

from __future__ import annotations

import math

import numpy as np

from chainrule.activations.row import Array
from chainrule.activations.sigmoids import within

# z cosh z - sinh z = sum of 2k / (2k + 1)! z^(2k + 1) from k = 1, the last first
_COEFFICIENTS = [2 * k / math.factorial(2 * k + 1) for k in range(14, 0, -1)]


def tanh_shrink(Z: Array) -> Array:
    """f(z) = z - tanh(z).

    Written as (z cosh z - sinh z) / cosh z for |z| < 2, where the numerator is a series of terms
    of one sign, so that nothing cancels near 0.

    Examples
    --------
    >>> tanh_shrink(np.array([-10.0, 0.0, 1.0])).round(4)
    array([-9.    ,  0.    ,  0.2384])
    """
    near = within(Z, 2)
    square = np.square(near)
    total = np.zeros_like(Z)
    for coefficient in _COEFFICIENTS:
        total = total * square + coefficient
    small = near * square * total / np.cosh(near)
    return np.where(np.abs(Z) < 2, small, Z - np.tanh(Z))


def tanh_shrink_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = tanh(z)^2.

    Examples
    --------
    >>> tanh_shrink_derivative(np.array([-1000.0, 0.0]), np.array([-999.0, 0.0]))
    array([1., 0.])
    """
    return np.square(np.tanh(Z))


def soft_shrink(Z: Array, alpha: float = 0.5) -> Array:
    """f(z) = z - alpha for z > alpha, z + alpha for z < -alpha, else 0; alpha is not negative.

    Source: Donoho, De-noising by Soft-thresholding, 1995.

    Examples
    --------
    >>> soft_shrink(np.array([-2.0, 0.25, 2.0]))
    array([-1.5,  0. ,  1.5])
    """
    return Z - np.clip(Z, -alpha, alpha)  # type: ignore[no-any-return]


def soft_shrink_derivative(Z: Array, A: Array, alpha: float = 0.5) -> Array:
    """f'(z) = 1 for |z| > alpha, else 0.

    Examples
    --------
    >>> soft_shrink_derivative(np.array([-2.0, 0.5, 2.0]), np.array([-1.5, 0.0, 1.5]))
    array([1., 0., 1.])
    """
    return (np.abs(Z) > alpha).astype(Z.dtype)


def hard_shrink(Z: Array, alpha: float = 0.5) -> Array:
    """f(z) = z for |z| > alpha, else 0.

    Source: Donoho and Johnstone, Ideal Spatial Adaptation by Wavelet Shrinkage, 1994.

    Examples
    --------
    >>> hard_shrink(np.array([-2.0, 0.25, 2.0]))
    array([-2.,  0.,  2.])
    """
    return np.where(np.abs(Z) <= alpha, 0, Z).astype(Z.dtype)


def hard_shrink_derivative(Z: Array, A: Array, alpha: float = 0.5) -> Array:
    """f'(z) = 1 for |z| > alpha, else 0.

    Examples
    --------
    >>> hard_shrink_derivative(np.array([-2.0, 0.5, 2.0]), np.array([-2.0, 0.0, 2.0]))
    array([1., 0., 1.])
    """
    return (np.abs(Z) > alpha).astype(Z.dtype)
