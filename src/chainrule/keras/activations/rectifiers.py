"""Activations that are 0, or nearly so, on one side of 0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chainrule.keras.activations.values import floats, value
from chainrule.keras.variables import Tensor, tensor

Row = tuple[str, float | None]


def relu(
    x: npt.ArrayLike,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> Tensor:
    """f(x) = x above the threshold, at most max_value; negative_slope (x - threshold) below it.

    Examples
    --------
    >>> relu([-10, 5])
    Tensor([0., 5.], dtype=float32)
    >>> relu([-10, 0.5, 5], negative_slope=0.5, max_value=4, threshold=1)
    Tensor([-5.5 , -0.25,  4.  ], dtype=float32)
    """
    name, alpha = relu_row(negative_slope, max_value, threshold)
    if name:
        return value(name, x, alpha)
    z = floats(x)
    above = np.where(z > threshold, z, 0)
    if max_value is not None:
        above = np.clip(above, 0, max_value)
    below = negative_slope * np.maximum(threshold - z, 0)
    return tensor((above - below).astype(z.dtype))


def relu_row(negative_slope: float, max_value: float | None, threshold: float) -> Row:
    """Return the row that relu is with these settings; its name is empty if there is none."""
    if threshold:
        return "", None
    if negative_slope:
        return ("leaky_relu", float(negative_slope)) if max_value is None else ("", None)
    names: dict[float | None, str] = {None: "relu", 6: "relu6"}
    return names.get(max_value, ""), None


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.2) -> Tensor:
    """f(x) = x for x > 0, else negative_slope x.

    Examples
    --------
    >>> leaky_relu([-10, 5])
    Tensor([-2.,  5.], dtype=float32)
    """
    return value("leaky_relu", x, negative_slope)


def relu6(x: npt.ArrayLike) -> Tensor:
    """f(x) = min(max(x, 0), 6).

    Examples
    --------
    >>> relu6([-1, 5, 7])
    Tensor([0., 5., 6.], dtype=float32)
    """
    return value("relu6", x)


def elu(x: npt.ArrayLike, alpha: float = 1.0) -> Tensor:
    """f(x) = x for x > 0, else alpha (exp(x) - 1).

    Examples
    --------
    >>> elu([-1, 5]).round(4)
    array([-0.6321,  5.    ], dtype=float32)
    """
    return value("elu", x, alpha)


def selu(x: npt.ArrayLike) -> Tensor:
    """f(x) = 1.0507 x for x > 0, else 1.0507 1.6733 (exp(x) - 1).

    Examples
    --------
    >>> selu([-1, 1]).round(4)
    array([-1.1113,  1.0507], dtype=float32)
    """
    return value("selu", x)


def celu(x: npt.ArrayLike, alpha: float = 1.0) -> Tensor:
    """f(x) = x for x > 0, else alpha (exp(x / alpha) - 1).

    Examples
    --------
    >>> celu([-1, 5]).round(4)
    array([-0.6321,  5.    ], dtype=float32)
    """
    return value("celu", x, alpha)
