"""Activations of a whole row: each output depends on all z of its sample.

Z and A are of shape (N, H) and one dtype; a row is one sample's H numbers, the last axis. Instead
of a derivative (H by H numbers a sample) they have a pullback: dL/dZ from A and dL/dA.

Derivation: docs/maths/softmax.md#softmax
"""

from __future__ import annotations

import numpy as np

from chainrule.activations.row import Array


def softmax(Z: Array) -> Array:
    """f(z)_i = exp(z_i) / sum over j of exp(z_j); positive, and of sum 1.

    Written with z - max(z), which changes nothing and cannot overflow. Source: Bridle,
    Probabilistic Interpretation of Feedforward Classification Network Outputs, 1990.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [1000.0, -1000.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


def softmax_pullback(A: Array, dA: Array) -> Array:
    """dL/dz_i = a_i (dL/da_i - sum over j of a_j dL/da_j), as da_j / dz_i = a_j ([i = j] - a_i).

    Examples
    --------
    >>> softmax_pullback(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
    array([[ 0.25, -0.25]])
    """
    return A * (dA - np.sum(A * dA, axis=-1, keepdims=True))  # type: ignore[no-any-return]


def log_softmax(Z: Array) -> Array:
    """f(z)_i = z_i - log(sum over j of exp(z_j)), the logarithm of softmax.

    Written with z - max(z), which changes nothing and cannot overflow.

    Examples
    --------
    >>> log_softmax(np.array([[0.0, 0.0], [1000.0, -1000.0]])).round(4)
    array([[-6.931e-01, -6.931e-01],
           [ 0.000e+00, -2.000e+03]])
    """
    Z = Z - Z.max(axis=-1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=-1, keepdims=True))  # type: ignore[no-any-return]


def log_softmax_pullback(A: Array, dA: Array) -> Array:
    """dL/dz_i = dL/da_i - exp(a_i) (sum over j of dL/da_j), as da_j / dz_i = [i = j] - exp(a_i).

    Examples
    --------
    >>> log_softmax_pullback(np.log([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
    array([[ 0.5, -0.5]])
    """
    return dA - np.exp(A) * np.sum(dA, axis=-1, keepdims=True)  # type: ignore[no-any-return]
