"""Initialisers that draw nothing: zeros, ones, a constant, the identity."""

from __future__ import annotations

from typing import Any

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

    Examples
    --------
    >>> Constant(0.5)((2,))
    array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:  # noqa: ARG002
        """Return the constant."""
        return rules.Constant(float(self.value))

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {"value": self.value}


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
