"""Activations of whole rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chainrule.keras.activations.values import floats, value
from chainrule.keras.variables import Tensor, tensor


def softmax(x: npt.ArrayLike, axis: int = -1) -> Tensor:
    """f(x)_i = exp(x_i) / sum over j of exp(x_j), along an axis.

    Examples
    --------
    >>> softmax([[1.0, 1.0], [0.0, 1000.0]])
    Tensor([[0.5, 0.5],
            [0. , 1. ]], dtype=float32)
    """
    return _along(axis, "softmax", x)


def log_softmax(x: npt.ArrayLike, axis: int = -1) -> Tensor:
    """f(x)_i = x_i - log of the sum over j of exp(x_j), along an axis.

    Examples
    --------
    >>> log_softmax([[0.0, 1000.0]])
    Tensor([[-1000.,     0.]], dtype=float32)
    """
    return _along(axis, "log_softmax", x)


def _along(axis: int, row: str, x: npt.ArrayLike) -> Tensor:
    return tensor(np.moveaxis(value(row, np.moveaxis(floats(x), axis, -1)), -1, axis))
