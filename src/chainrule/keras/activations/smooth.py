"""Activations that are smooth and grow without bounds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chainrule.keras.activations.values import floats, value
from chainrule.keras.variables import Tensor, tensor

_SQUAREPLUS_B = 4  # the engine's


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


def hard_silu(x: npt.ArrayLike) -> Tensor:
    """f(x) = x relu6(x + 3) / 6; also called hard_swish.

    Examples
    --------
    >>> hard_silu([-4, 1])
    Tensor([-0.       ,  0.6666667], dtype=float32)
    """
    return value("hard_silu", x)


def log_sigmoid(x: npt.ArrayLike) -> Tensor:
    """f(x) = log(sigmoid(x)) = -log(1 + exp(-x)).

    Examples
    --------
    >>> log_sigmoid([0]).round(4)
    array([-0.6931], dtype=float32)
    """
    return value("log_sigmoid", x)


def squareplus(x: npt.ArrayLike, b: float = 4) -> Tensor:
    """f(x) = (x + sqrt(x^2 + b)) / 2.

    Examples
    --------
    >>> squareplus([0, 1.5])
    Tensor([1., 2.], dtype=float32)
    >>> squareplus([0], b=16)
    Tensor([2.], dtype=float32)
    """
    if b == _SQUAREPLUS_B:
        return value("squareplus", x)
    z = floats(x)
    return tensor(((z + np.sqrt(z * z + b)) / 2).astype(z.dtype))


def sparse_plus(x: npt.ArrayLike) -> Tensor:
    """f(x) = 0 for x <= -1, (x + 1)^2 / 4 for -1 < x < 1, else x.

    Examples
    --------
    >>> sparse_plus([-2, 0, 3])
    Tensor([0.  , 0.25, 3.  ], dtype=float32)
    """
    return value("sparse_plus", x)
