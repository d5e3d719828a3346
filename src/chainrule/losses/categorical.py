"""Losses of one class among H: A (N, H) are probabilities, or logits Z (N, H), or scores.

Targets Y (N, H) are the probabilities of the classes, one of them 1 as a rule; in the sparse rows
Y (N, 1) holds the number of the class, in the dtype of A. Each value has shape (N,), one loss a
sample, and each gradient shape (N, H).

Derivation: docs/maths/softmax.md#why-the-gradient-is-a---y, docs/maths/losses.md#probabilities
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.losses.clipping import clip

Array = npt.NDArray[Any]


def categorical_crossentropy(A: Array, Y: Array) -> Array:
    """L = -sum of y log q, with q = a / sum(a), clipped to epsilon and 1 - epsilon.

    It is NaN for a sample whose outputs sum to 0. Source: Good, Rational Decisions, 1952.

    Examples
    --------
    >>> categorical_crossentropy(np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]])).round(4)
    array([0.6931])
    """
    return -np.sum(Y * np.log(_shares(A)), axis=1)  # type: ignore[no-any-return]


def categorical_crossentropy_gradient(A: Array, Y: Array) -> Array:
    """dL/da = (g - sum(g q)) / sum(a), with g = dL/dq = -y / q, and 0 where q is clipped.

    Examples
    --------
    >>> categorical_crossentropy_gradient(np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]]))
    array([[ 1., -1.]])
    """
    return _through_shares(A, lambda Q: -Y / Q)


def categorical_crossentropy_from_logits(Z: Array, Y: Array) -> Array:
    """L = -sum of y log softmax(z), with log softmax(z) = z - max - log sum exp(z - max).

    What has a target of 0 adds nothing, also where z is -inf.

    Examples
    --------
    >>> Z = np.array([[0.0, 0.0], [1e4, -1e4]])
    >>> categorical_crossentropy_from_logits(Z, np.array([[0.0, 1.0], [0.0, 1.0]])).round(4)
    array([6.931e-01, 2.000e+04])
    """
    terms = np.multiply(Y, _log_softmax(Z), out=np.zeros_like(Z), where=Y != 0)
    return -np.sum(terms, axis=1)  # type: ignore[no-any-return]


def categorical_crossentropy_from_logits_gradient(Z: Array, Y: Array) -> Array:
    """dL/dz = softmax(z) sum(y) - y.

    Examples
    --------
    >>> Z = np.array([[0.0, 0.0], [1e4, -1e4]])
    >>> Y = np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> categorical_crossentropy_from_logits_gradient(Z, Y)
    array([[ 0.5, -0.5],
           [ 1. , -1. ]])
    """
    return _softmax(Z) * np.sum(Y, axis=1, keepdims=True) - Y  # type: ignore[no-any-return]


def sparse_categorical_crossentropy(A: Array, Y: Array) -> Array:
    """L = -log q of the class y, as :func:`categorical_crossentropy` has q.

    Examples
    --------
    >>> sparse_categorical_crossentropy(np.array([[0.25, 0.75]]), np.array([[1.0]])).round(4)
    array([0.2877])
    """
    return categorical_crossentropy(A, _one_hot(A, Y))


def sparse_categorical_crossentropy_gradient(A: Array, Y: Array) -> Array:
    """dL/da, as :func:`categorical_crossentropy_gradient` has it.

    Examples
    --------
    >>> sparse_categorical_crossentropy_gradient(np.array([[0.5, 0.5]]), np.array([[1.0]]))
    array([[ 1., -1.]])
    """
    return categorical_crossentropy_gradient(A, _one_hot(A, Y))


def sparse_categorical_crossentropy_from_logits(Z: Array, Y: Array) -> Array:
    """L = -log softmax(z) of the class y.

    Examples
    --------
    >>> Z = np.array([[0.0, 0.0], [1e4, -1e4]])
    >>> sparse_categorical_crossentropy_from_logits(Z, np.array([[1.0], [1.0]])).round(4)
    array([6.931e-01, 2.000e+04])
    """
    return categorical_crossentropy_from_logits(Z, _one_hot(Z, Y))


def sparse_categorical_crossentropy_from_logits_gradient(Z: Array, Y: Array) -> Array:
    """dL/dz = softmax(z), less 1 for the class y.

    Examples
    --------
    >>> Z = np.array([[0.0, 0.0]])
    >>> sparse_categorical_crossentropy_from_logits_gradient(Z, np.array([[1.0]]))
    array([[ 0.5, -0.5]])
    """
    return categorical_crossentropy_from_logits_gradient(Z, _one_hot(Z, Y))


def categorical_focal_crossentropy(A: Array, Y: Array, gamma: float, alpha: float) -> Array:
    """L = -alpha sum of y (1 - q)^gamma log q, q = a / sum(a): what is nearly right counts less.

    q is clipped as :func:`categorical_crossentropy` clips it. Source: Lin et al., Focal Loss for
    Dense Object Detection, 2017; of several classes as Keras has it.

    Examples
    --------
    >>> A, Y = np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]])
    >>> categorical_focal_crossentropy(A, Y, gamma=0.0, alpha=1.0).round(4)
    array([0.6931])
    >>> categorical_focal_crossentropy(A, Y, gamma=2.0, alpha=0.25).round(4)
    array([0.0433])
    """
    Q = _shares(A)
    return -alpha * np.sum(Y * (1 - Q) ** gamma * np.log(Q), axis=1)  # type: ignore[no-any-return]


def categorical_focal_crossentropy_gradient(
    A: Array, Y: Array, gamma: float, alpha: float
) -> Array:
    """dL/da = (g - sum(g q)) / sum(a), with g = dL/dq, and 0 where q is clipped.

    g = alpha y (gamma (1 - q)^(gamma - 1) log q - (1 - q)^gamma / q)

    Examples
    --------
    >>> A, Y = np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]])
    >>> categorical_focal_crossentropy_gradient(A, Y, gamma=2.0, alpha=0.25).round(4)
    array([[ 0.1491, -0.1491]])
    """

    def slope(Q: Array) -> Array:
        of_power = gamma * (1 - Q) ** (gamma - 1) * np.log(Q)
        return alpha * Y * (of_power - (1 - Q) ** gamma / Q)

    return _through_shares(A, slope)


def categorical_focal_crossentropy_from_logits(
    Z: Array, Y: Array, gamma: float, alpha: float
) -> Array:
    """L = -alpha sum of y (1 - q)^gamma log q with q = softmax(z), and 1 - q = -expm1(log q).

    What has a target of 0 adds nothing, also where z is -inf.

    Examples
    --------
    >>> Z, Y = np.array([[0.0, 0.0], [1e4, -1e4]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> categorical_focal_crossentropy_from_logits(Z, Y, gamma=2.0, alpha=0.25).round(4)
    array([4.33e-02, 5.00e+03])
    """
    log_Q = np.where(Y != 0, _log_softmax(Z), 0)
    return -alpha * np.sum(Y * (-np.expm1(log_Q)) ** gamma * log_Q, axis=1)  # type: ignore[no-any-return]


def categorical_focal_crossentropy_from_logits_gradient(
    Z: Array, Y: Array, gamma: float, alpha: float
) -> Array:
    """dL/dz = u - q sum(u), with u = q dL/dq: no probability near 0 is divided by.

    u = alpha y (1 - q)^gamma (gamma q log q / (1 - q) - 1)

    Examples
    --------
    >>> Z, Y = np.array([[0.0, 0.0], [1e4, -1e4]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> categorical_focal_crossentropy_from_logits_gradient(Z, Y, gamma=2.0, alpha=0.25).round(4)
    array([[ 0.0746, -0.0746],
           [ 0.25  , -0.25  ]])
    """
    Q, log_Q = _softmax(Z), np.where(Y != 0, _log_softmax(Z), 0)
    miss = -np.expm1(log_Q)
    # Where miss is 0, log q is as well, and their quotient is of no weight.
    quotient = Q * log_Q / np.where(miss == 0, 1, miss)
    U = alpha * Y * miss**gamma * (gamma * quotient - 1)
    return U - Q * np.sum(U, axis=1, keepdims=True)  # type: ignore[no-any-return]


def categorical_hinge(A: Array, Y: Array) -> Array:
    """L = max(1 + max((1 - y) a) - sum(y a), 0): the right score leads the best wrong one by 1.

    Source: Weston and Watkins, Support Vector Machines for Multi-Class Pattern Recognition, 1999;
    Keras takes the largest instead of the sum.

    Examples
    --------
    >>> categorical_hinge(np.array([[1.0, 3.0, 2.0]]), np.array([[0.0, 0.0, 1.0]]))
    array([2.])
    """
    return np.maximum(_lead(A, Y), 0)


def categorical_hinge_gradient(A: Array, Y: Array) -> Array:
    """dL/da = (1 - y, of the largest (1 - y) a; the first of several) - y; 0 where L is.

    Examples
    --------
    >>> categorical_hinge_gradient(np.array([[1.0, 3.0, 2.0]]), np.array([[0.0, 0.0, 1.0]]))
    array([[ 0.,  1., -1.]])
    """
    worst = np.argmax((1 - Y) * A, axis=1)[:, None]  # (N, 1)
    gradient = np.where(np.arange(A.shape[1]) == worst, 1 - Y, 0) - Y
    return np.where(_lead(A, Y)[:, None] > 0, gradient, 0)


def kl_divergence(A: Array, Y: Array) -> Array:
    """L = sum of y log(y / a), both clipped to epsilon and 1.

    Source: Kullback and Leibler, On Information and Sufficiency, 1951.

    Examples
    --------
    >>> kl_divergence(np.array([[0.25, 0.75]]), np.array([[0.5, 0.5]])).round(4)
    array([0.1438])
    """
    Q, _ = clip(A, most=1.0)
    P, _ = clip(Y, most=1.0)
    return np.sum(P * np.log(P / Q), axis=1)  # type: ignore[no-any-return]


def kl_divergence_gradient(A: Array, Y: Array) -> Array:
    """dL/da = -y / a, and 0 where a is clipped.

    Examples
    --------
    >>> kl_divergence_gradient(np.array([[0.25, 0.0]]), np.array([[0.5, 0.5]]))
    array([[-2., -0.]])
    """
    Q, slope = clip(A, most=1.0)
    P, _ = clip(Y, most=1.0)
    return -slope * P / Q


def _shares(A: Array) -> Array:
    """Q = a / sum(a), clipped; NaN in a row that sums to 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return clip(A / np.sum(A, axis=1, keepdims=True))[0]


def _through_shares(A: Array, derivative: Callable[[Array], Array]) -> Array:
    """dL/da from g = dL/dq = derivative(q) at the clipped q = a / sum(a)."""
    total = np.sum(A, axis=1, keepdims=True)  # (N, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        Q = A / total
        clipped, slope = clip(Q)
        G = slope * derivative(clipped)
        return (G - np.sum(G * Q, axis=1, keepdims=True)) / total  # type: ignore[no-any-return]


def _softmax(Z: Array) -> Array:
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)  # type: ignore[no-any-return]


def _log_softmax(Z: Array) -> Array:
    shifted = Z - np.max(Z, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))  # type: ignore[no-any-return]


def _lead(A: Array, Y: Array) -> Array:
    """1 + the best wrong score - the right one, shape (N,)."""
    return 1 + np.max((1 - Y) * A, axis=1) - np.sum(Y * A, axis=1)  # type: ignore[no-any-return]


def _one_hot(A: Array, Y: Array) -> Array:
    """Turn the numbers of classes (N, 1) into rows (N, H) of zeros with a single 1."""
    return (np.arange(A.shape[1]) == Y).astype(A.dtype)  # type: ignore[no-any-return]
