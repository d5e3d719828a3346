"""Initialisers that draw nothing: zeros, ones, a constant, the identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from chainrule import initializers as rules
from chainrule.keras.initializers.base import Array, Initializer
from chainrule.keras.objects import register


@register("initializer", "keras.initializers", "zero")
class Zeros(Initializer):
    """w = 0.

    Examples
    --------
    >>> Zeros()((2,))
    array([0., 0.], dtype=float32)
    """

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:  # noqa: ARG002
        """Return the constant 0."""
        return rules.Constant(0.0)


@register("initializer", "keras.initializers", "one")
class Ones(Initializer):
    """w = 1.

    Examples
    --------
    >>> Ones()((2,))
    array([1., 1.], dtype=float32)
    """

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:  # noqa: ARG002
        """Return the constant 1."""
        return rules.Constant(1.0)


@register("initializer", "keras.initializers")
class Constant(Initializer):
    """w = value.

    Parameters
    ----------
    value : float or array_like
        One number, or an array that is stretched to the shape as NumPy does it.

    Raises
    ------
    ValueError
        When an array does not fit the shape.

    Examples
    --------
    >>> Constant(0.5)((2,))
    array([0.5, 0.5], dtype=float32)
    >>> Constant([1.0, 2.0])((2, 2))
    array([[1., 2.],
           [1., 2.]], dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def numbers(self, shape: tuple[int, ...]) -> Array:
        """Return the constant."""
        value = np.asarray(self.value, dtype=float)
        try:
            return np.broadcast_to(value, shape)
        except ValueError:
            raise ValueError(
                f"Constant has a value of shape {value.shape}; possible for weights of shape "
                f"{shape}: a number, or an array that fits them"
            ) from None

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name; an array as Keras writes one."""
        if np.ndim(self.value) == 0:
            return {"value": self.value}
        array = np.asarray(self.value)
        written = {"value": array.tolist(), "dtype": array.dtype.name}
        return {"value": {"class_name": "__numpy__", "config": written}}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a constant with these settings."""
        value = config["value"]
        if isinstance(value, Mapping):
            value = np.asarray(value["config"]["value"], dtype=value["config"]["dtype"])
        return cls(value)


@register("initializer", "keras.initializers", "IdentityInitializer")
class Identity(Initializer):
    """W = gain I: each unit begins with one input as its output.

    Raises
    ------
    ValueError
        When it is to draw anything but a matrix.

    Examples
    --------
    >>> Identity(2.0)((2, 2))
    array([[2., 0.],
           [0., 2.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def numbers(self, shape: tuple[int, ...]) -> Array:
        """Return a new array of that shape."""
        if len(shape) != 2:
            raise ValueError(f"shape is {shape}; identity needs two axes, such as (64, 32)")
        return self.gain * np.eye(*shape)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name; Keras writes none, so a gain of 1 is left out."""
        return {} if self.gain == 1 else {"gain": self.gain}
