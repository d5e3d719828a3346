"""Activations with a kink at 0: the identity for positive z, something less for the others.

Z, A and what the functions return are arrays of one shape, such as (N, H), and of one dtype. At
a kink the derivative is that of the side where the function is flatter.

Derivation: docs/maths/activations.md#rectifiers
"""
# One signature for all rows of a table, whether a row needs every argument or not.

from __future__ import annotations

import numpy as np

from chainrule.activations.row import Array

SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717


def relu(Z: Array) -> Array:
    """f(z) = max(z, 0).

    Source: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, 2010.

    Examples
    --------
    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return np.maximum(Z, 0)


def relu_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1 for z > 0, else 0.

    Examples
    --------
    >>> relu_derivative(np.array([-1.0, 0.0, 2.0]), np.array([0.0, 0.0, 2.0]))
    array([0., 0., 1.])
    """
    return (Z > 0).astype(Z.dtype)


def relu6(Z: Array) -> Array:
    """f(z) = min(max(z, 0), 6).

    Source: Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10, 2010.

    Examples
    --------
    >>> relu6(np.array([-1.0, 2.0, 7.0]))
    array([0., 2., 6.])
    """
    return np.clip(Z, 0, 6)


def relu6_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1 for 0 < z < 6, else 0.

    Examples
    --------
    >>> relu6_derivative(np.array([0.0, 2.0, 6.0]), np.array([0.0, 2.0, 6.0]))
    array([0., 1., 0.])
    """
    return ((Z > 0) & (Z < 6)).astype(Z.dtype)


def leaky_relu(Z: Array, alpha: float = 0.3) -> Array:
    """f(z) = z for z > 0, else alpha z.

    Source: Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models,
    2013; the default slope is Keras's.

    Examples
    --------
    >>> leaky_relu(np.array([-10.0, 2.0]))
    array([-3.,  2.])
    """
    return np.where(Z > 0, Z, alpha * Z)


def leaky_relu_derivative(Z: Array, A: Array, alpha: float = 0.3) -> Array:
    """f'(z) = 1 for z > 0, else alpha.

    Examples
    --------
    >>> leaky_relu_derivative(np.array([-10.0, 0.0, 2.0]), np.array([-3.0, 0.0, 2.0]))
    array([0.3, 0.3, 1. ])
    """
    return np.where(Z > 0, 1, alpha).astype(Z.dtype)


def elu(Z: Array, alpha: float = 1.0) -> Array:
    """f(z) = z for z > 0, else alpha (exp(z) - 1).

    Source: Clevert, Unterthiner and Hochreiter, Fast and Accurate Deep Network Learning by
    Exponential Linear Units (ELUs), 2015.

    Examples
    --------
    >>> elu(np.array([-1000.0, 0.0, 2.0]))
    array([-1.,  0.,  2.])
    """
    return np.where(Z > 0, Z, alpha * np.expm1(np.minimum(Z, 0)))


def elu_derivative(Z: Array, A: Array, alpha: float = 1.0) -> Array:
    """f'(z) = 1 for z > 0, else alpha exp(z) = a + alpha.

    Examples
    --------
    >>> elu_derivative(np.array([-1000.0, 0.0, 2.0]), np.array([-1.0, 0.0, 2.0]))
    array([0., 1., 1.])
    """
    return np.where(Z > 0, 1, A + alpha)


def selu(Z: Array) -> Array:
    """f(z) = 1.0507 z for z > 0, else 1.0507 1.6733 (exp(z) - 1).

    With these two numbers (here in full) outputs of mean 0 and variance 1 have mean 0 and
    variance 1 after the next layer as well. Source: Klambauer, Unterthiner, Mayr and Hochreiter,
    Self-Normalizing Neural Networks, 2017.

    Examples
    --------
    >>> selu(np.array([-1000.0, 0.0, 1.0])).round(4)
    array([-1.7581,  0.    ,  1.0507])
    """
    return np.where(Z > 0, SELU_SCALE * Z, SELU_SCALE * SELU_ALPHA * np.expm1(np.minimum(Z, 0)))


def selu_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1.0507 for z > 0, else 1.0507 1.6733 exp(z) = a + 1.0507 1.6733.

    Examples
    --------
    >>> selu_derivative(np.array([-1000.0, 0.0, 1.0]), np.array([-1.7580993, 0.0, 1.05])).round(4)
    array([0.    , 1.7581, 1.0507])
    """
    return np.where(Z > 0, SELU_SCALE, A + SELU_SCALE * SELU_ALPHA).astype(Z.dtype)


def celu(Z: Array, alpha: float = 1.0) -> Array:
    """f(z) = z for z > 0, else alpha (exp(z / alpha) - 1), with alpha not 0.

    Whatever alpha is, the slope has no jump. Source: Barron, Continuously Differentiable
    Exponential Linear Units, 2017.

    Examples
    --------
    >>> celu(np.array([-1000.0, 0.0, 2.0]), alpha=0.5)
    array([-0.5,  0. ,  2. ])
    """
    return np.where(Z > 0, Z, alpha * np.expm1(np.minimum(Z, 0) / alpha))


def celu_derivative(Z: Array, A: Array, alpha: float = 1.0) -> Array:
    """f'(z) = 1 for z > 0, else exp(z / alpha) = a / alpha + 1.

    Examples
    --------
    >>> celu_derivative(np.array([-1000.0, 0.0, 2.0]), np.array([-1.0, 0.0, 2.0]))
    array([0., 1., 1.])
    """
    return np.where(Z > 0, 1, A / alpha + 1)
