"""Activations that are smooth and grow without bounds."""

from __future__ import annotations

import numpy.typing as npt

from chainrule.keras.activations.values import value
from chainrule.keras.variables import Tensor


def gelu(x: npt.ArrayLike, approximate: bool = False) -> Tensor:
    """f(x) = x P(x) with the normal distribution P; nearly so, by a tanh, if approximate.

    Examples
    --------
    >>> gelu([1]).round(5), gelu([1], approximate=True).round(5)
    (array([0.84134], dtype=float32), array([0.84119], dtype=float32))
    """
    return value("gelu_tanh" if approximate else "gelu", x)


def silu(x: npt.ArrayLike) -> Tensor:
    """f(x) = x sigmoid(x); also called swish.

    Examples
    --------
    >>> silu([-1, 1]).round(4)
    array([-0.2689,  0.7311], dtype=float32)
    """
    return value("silu", x)


def softplus(x: npt.ArrayLike) -> Tensor:
    """f(x) = log(1 + exp(x)).

    Examples
    --------
    >>> softplus([0]).round(4)
    array([0.6931], dtype=float32)
    """
    return value("softplus", x)


def exponential(x: npt.ArrayLike) -> Tensor:
    """f(x) = exp(x).

    Examples
    --------
    >>> exponential([1]).round(4)
    array([2.7183], dtype=float32)
    """
    return value("exponential", x)


def mish(x: npt.ArrayLike) -> Tensor:
    """f(x) = x tanh(softplus(x)).

    Examples
    --------
    >>> mish([1]).round(4)
    array([0.8651], dtype=float32)
    """
    return value("mish", x)
