"""Activations that draw small numbers to 0."""

from __future__ import annotations

import numpy.typing as npt

from chainrule.keras.activations.values import value
from chainrule.keras.variables import Tensor


def tanh_shrink(x: npt.ArrayLike) -> Tensor:
    """f(x) = x - tanh(x).

    Examples
    --------
    >>> tanh_shrink([1]).round(4)
    array([0.2384], dtype=float32)
    """
    return value("tanh_shrink", x)


def soft_shrink(x: npt.ArrayLike, threshold: float = 0.5) -> Tensor:
    """f(x) = x - threshold above it, x + threshold below -threshold, 0 in between.

    Examples
    --------
    >>> soft_shrink([-2, 0.25, 1])
    Tensor([-1.5,  0. ,  0.5], dtype=float32)
    """
    return value("soft_shrink", x, threshold)


def hard_shrink(x: npt.ArrayLike, threshold: float = 0.5) -> Tensor:
    """f(x) = x where |x| > threshold, else 0.

    Examples
    --------
    >>> hard_shrink([-2, 0.25, 1])
    Tensor([-2.,  0.,  1.], dtype=float32)
    """
    return value("hard_shrink", x, threshold)
