"""Activations that go from one bound to another, and the linear one."""

from __future__ import annotations

import numpy.typing as npt

from chainrule.keras.activations.values import value
from chainrule.keras.variables import Tensor


def linear(x: npt.ArrayLike) -> Tensor:
    """f(x) = x.

    Examples
    --------
    >>> linear([2])
    Tensor([2.], dtype=float32)
    """
    return value("linear", x)


def sigmoid(x: npt.ArrayLike) -> Tensor:
    """f(x) = 1 / (1 + exp(-x)).

    Examples
    --------
    >>> sigmoid([0])
    Tensor([0.5], dtype=float32)
    """
    return value("sigmoid", x)


def hard_sigmoid(x: npt.ArrayLike) -> Tensor:
    """f(x) = relu6(x + 3) / 6.

    Examples
    --------
    >>> hard_sigmoid([-4, 1.5])
    Tensor([0.  , 0.75], dtype=float32)
    """
    return value("hard_sigmoid", x)


def tanh(x: npt.ArrayLike) -> Tensor:
    """f(x) = tanh(x).

    Examples
    --------
    >>> tanh([1]).round(4)
    array([0.7616], dtype=float32)
    """
    return value("tanh", x)


def softsign(x: npt.ArrayLike) -> Tensor:
    """f(x) = x / (1 + |x|).

    Examples
    --------
    >>> softsign([-3, 1])
    Tensor([-0.75,  0.5 ], dtype=float32)
    """
    return value("softsign", x)


def hard_tanh(x: npt.ArrayLike) -> Tensor:
    """f(x) = min(max(x, -1), 1).

    Examples
    --------
    >>> hard_tanh([-3, 0.5])
    Tensor([-1. ,  0.5], dtype=float32)
    """
    return value("hard_tanh", x)
