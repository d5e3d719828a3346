"""Losses of yes and no: A (N, H) are probabilities, or logits Z (N, H), or scores; Y (N, H).

Each value has shape (N,), one loss a sample, and each gradient shape (N, H). Means are over the
H outputs. Targets are 0 or 1, or between; those of the hinges are -1 or 1. Probabilities are
clipped to epsilon and 1 - epsilon, and what is clipped has no gradient.

Derivation: docs/maths/losses.md#probabilities, docs/maths/losses.md#scores
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.losses.clipping import clip

Array = npt.NDArray[Any]


def binary_crossentropy(A: Array, Y: Array) -> Array:
    """L = mean of -(y log a + (1 - y) log(1 - a)).

    Source: Good, Rational Decisions, 1952.

    Examples
    --------
    >>> binary_crossentropy(np.array([[0.5, 0.25]]), np.array([[1.0, 0.0]])).round(4)
    array([0.4904])
    """
    return np.mean(_crossentropies(clip(A)[0], Y), axis=1)  # type: ignore[no-any-return]


def binary_crossentropy_gradient(A: Array, Y: Array) -> Array:
    """dL/da = (a - y) / (a (1 - a)) / H.

    Examples
    --------
    >>> binary_crossentropy_gradient(np.array([[0.5, 0.0]]), np.array([[1.0, 0.0]]))
    array([[-1.,  0.]])
    """
    Q, slope = clip(A)
    return slope * (Q - Y) / (Q * (1 - Q)) / A.shape[1]  # type: ignore[no-any-return]


def binary_crossentropy_from_logits(Z: Array, Y: Array) -> Array:
    """L = mean of -(y log a + (1 - y) log(1 - a)) with a = sigmoid(z), in one expression.

    It is max(z, 0) - z y + log(1 + exp(-|z|)): exp never overflows, log is never near 0.

    Examples
    --------
    >>> Z = np.array([[0.0], [1e4], [-1e4]])
    >>> binary_crossentropy_from_logits(Z, np.ones((3, 1))).round(4)
    array([6.931e-01, 0.000e+00, 1.000e+04])
    """
    return np.mean(_crossentropies_of_logits(Z, Y), axis=1)  # type: ignore[no-any-return]


def binary_crossentropy_from_logits_gradient(Z: Array, Y: Array) -> Array:
    """dL/dz = (sigmoid(z) - y) / H.

    Examples
    --------
    >>> Z = np.array([[0.0], [1e4], [-1e4]])
    >>> binary_crossentropy_from_logits_gradient(Z, np.ones((3, 1)))
    array([[-0.5],
           [ 0. ],
           [-1. ]])
    """
    return (_sigmoid(Z) - Y) / Z.shape[1]  # type: ignore[no-any-return]


def binary_focal_crossentropy(A: Array, Y: Array, gamma: float, alpha: float) -> Array:
    """L = mean of balance miss^gamma crossentropy: samples that are easily right count less.

    balance = alpha y + (1 - alpha) (1 - y), and miss = y (1 - a) + (1 - y) a is the probability
    of what is wrong. Source: Lin et al., Focal Loss for Dense Object Detection, 2017.

    Examples
    --------
    >>> A, Y = np.array([[0.5, 0.25]]), np.array([[1.0, 0.0]])
    >>> binary_focal_crossentropy(A, Y, gamma=0.0, alpha=0.5) * 2 - binary_crossentropy(A, Y)
    array([0.])
    >>> binary_focal_crossentropy(A, Y, gamma=2.0, alpha=0.25).round(4)
    array([0.0284])
    """
    Q, _ = clip(A)
    losses = _balance(Y, alpha) * _miss(Q, 1 - Q, Y) ** gamma * _crossentropies(Q, Y)
    return np.mean(losses, axis=1)  # type: ignore[no-any-return]


def binary_focal_crossentropy_gradient(A: Array, Y: Array, gamma: float, alpha: float) -> Array:
    """dL/da by the rule of products, with d miss / da = 1 - 2y and c the cross-entropy.

    dL/da = balance (gamma miss^(gamma - 1) (1 - 2y) c + miss^gamma (a - y) / (a (1 - a))) / H

    Examples
    --------
    >>> A, Y = np.array([[0.5, 0.25]]), np.array([[1.0, 0.0]])
    >>> binary_focal_crossentropy_gradient(A, Y, gamma=0.0, alpha=0.5).round(4)
    array([[-0.5   ,  0.3333]])
    """
    Q, slope = clip(A)
    miss = _miss(Q, 1 - Q, Y)  # never 0, for Q is clipped
    of_miss = gamma * miss ** (gamma - 1) * (1 - 2 * Y) * _crossentropies(Q, Y)
    of_loss = miss**gamma * (Q - Y) / (Q * (1 - Q))
    return slope * _balance(Y, alpha) * (of_miss + of_loss) / A.shape[1]  # type: ignore[no-any-return]


def binary_focal_crossentropy_from_logits(Z: Array, Y: Array, gamma: float, alpha: float) -> Array:
    """L = mean of balance miss^gamma crossentropy, with a = sigmoid(z) and 1 - a = sigmoid(-z).

    Examples
    --------
    >>> Z, Y = np.array([[0.0], [1e4], [-1e4]]), np.ones((3, 1))
    >>> binary_focal_crossentropy_from_logits(Z, Y, gamma=2.0, alpha=0.25).round(4)
    array([4.33e-02, 0.00e+00, 2.50e+03])
    """
    miss = _miss(_sigmoid(Z), _sigmoid(-Z), Y)
    losses = _balance(Y, alpha) * miss**gamma * _crossentropies_of_logits(Z, Y)
    return np.mean(losses, axis=1)  # type: ignore[no-any-return]


def binary_focal_crossentropy_from_logits_gradient(
    Z: Array, Y: Array, gamma: float, alpha: float
) -> Array:
    """dL/dz by the rule of products, with da/dz = a (1 - a) and c the cross-entropy.

    dL/dz = balance miss^gamma (gamma (1 - 2y) c a (1 - a) / miss + a - y) / H

    Examples
    --------
    >>> Z, Y = np.array([[0.0], [1e4], [-1e4]]), np.ones((3, 1))
    >>> binary_focal_crossentropy_from_logits_gradient(Z, Y, gamma=2.0, alpha=0.25).round(4)
    array([[-0.0746],
           [ 0.    ],
           [-0.25  ]])
    """
    A, other = _sigmoid(Z), _sigmoid(-Z)
    miss = _miss(A, other, Y)
    # Where miss is 0, so is a (1 - a), and miss^gamma in front of their quotient.
    quotient = A * other / np.where(miss == 0, 1, miss)
    of_miss = gamma * (1 - 2 * Y) * _crossentropies_of_logits(Z, Y) * quotient
    return _balance(Y, alpha) * miss**gamma * (of_miss + A - Y) / Z.shape[1]  # type: ignore[no-any-return]


def hinge(A: Array, Y: Array) -> Array:
    """L = mean of max(1 - y a, 0).

    Source: Cortes and Vapnik, Support-Vector Networks, 1995.

    Examples
    --------
    >>> hinge(np.array([[0.5, 2.0]]), np.array([[-1.0, 1.0]]))
    array([0.75])
    """
    return np.mean(np.maximum(1 - Y * A, 0), axis=1)  # type: ignore[no-any-return]


def hinge_gradient(A: Array, Y: Array) -> Array:
    """dL/da = -y / H where y a < 1, else 0.

    Examples
    --------
    >>> hinge_gradient(np.array([[0.5, 2.0]]), np.array([[-1.0, 1.0]]))
    array([[0.5, 0. ]])
    """
    return np.where(1 - Y * A > 0, -Y, 0) / A.shape[1]  # type: ignore[no-any-return]


def squared_hinge(A: Array, Y: Array) -> Array:
    """L = mean of max(1 - y a, 0)^2.

    Examples
    --------
    >>> squared_hinge(np.array([[0.5, 2.0]]), np.array([[-1.0, 1.0]]))
    array([1.125])
    """
    return np.mean(np.square(np.maximum(1 - Y * A, 0)), axis=1)  # type: ignore[no-any-return]


def squared_hinge_gradient(A: Array, Y: Array) -> Array:
    """dL/da = -2 y max(1 - y a, 0) / H.

    Examples
    --------
    >>> squared_hinge_gradient(np.array([[0.5, 2.0]]), np.array([[-1.0, 1.0]]))
    array([[ 1.5, -0. ]])
    """
    return -2 * Y * np.maximum(1 - Y * A, 0) / A.shape[1]  # type: ignore[no-any-return]


def _sigmoid(Z: Array) -> Array:
    """1 / (1 + exp(-z)), as exp(z) / (1 + exp(z)) where z < 0."""
    e = np.exp(-np.abs(Z))
    return np.where(Z < 0, e, 1) / (1 + e)  # type: ignore[no-any-return]


def _crossentropies(Q: Array, Y: Array) -> Array:
    return -(Y * np.log(Q) + (1 - Y) * np.log(1 - Q))  # type: ignore[no-any-return]


def _crossentropies_of_logits(Z: Array, Y: Array) -> Array:
    return np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z)))  # type: ignore[no-any-return]


def _miss(A: Array, other: Array, Y: Array) -> Array:
    """Return the probability of what is wrong; that of 1 is A, that of 0 is other = 1 - A."""
    return Y * other + (1 - Y) * A  # type: ignore[no-any-return]


def _balance(Y: Array, alpha: float) -> Array:
    return alpha * Y + (1 - alpha) * (1 - Y)
