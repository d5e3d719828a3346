"""What all initialisers share: being called with a shape, the fans, and the seed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule import initializers as rules
from chainrule.keras import random
from chainrule.keras.objects import Configured, deserialize, serialize

Array = npt.NDArray[Any]
Shape = Sequence[int]
Axes = Sequence[int] | None


class Initializer(Configured):
    """The base of all initialisers: called with a shape, it returns a new array.

    Examples
    --------
    >>> class Counting(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    >>> Counting()((2, 2), "float32")
    array([[0., 1.],
           [2., 3.]], dtype=float32)
    """

    seed: Any = None

    def __call__(self, shape: Shape, dtype: npt.DTypeLike | None = None) -> Array:
        """Return a new array of that shape; of ``backend.floatx()`` if no dtype is given."""
        from chainrule.keras import backend

        shape = tuple(int(length) for length in shape)
        return np.asarray(self.numbers(shape)).astype(dtype or backend.floatx())

    def numbers(self, shape: tuple[int, ...]) -> Array:
        """Return a new float64 array of that shape."""
        rule, fans = self.rule(shape), self.fans(shape)
        return rule.numbers(random.generator(self.seed), shape, fans)

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:
        """Return the formula, a description of ``chainrule.initializers``."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(shape, dtype)")

    def fans(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Return fan_in and fan_out, each at least 1."""
        return fans(shape)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"<{type(self).__name__}{': ' if settings else ''}{settings}>"


def fans(
    shape: tuple[int, ...], input_axes: Axes = None, output_axes: Axes = None
) -> tuple[int, int]:
    """Return how many numbers go into a unit, and out of one: (fan_in, fan_out).

    A kernel is (..., inputs, outputs); what comes before counts for both. A bias has as many of
    both as units. With both axes given, they say it.

    Examples
    --------
    >>> fans((64, 32)), fans((32,)), fans((3, 3, 8, 16)), fans(())
    ((64, 32), (32, 32), (72, 144), (1, 1))
    """
    if input_axes is not None and output_axes is not None:
        fan_in, fan_out = (
            math.prod(shape[axis] for axis in axes) for axes in (input_axes, output_axes)
        )
        return max(1, fan_in), max(1, fan_out)
    if len(shape) < 2:
        units = max(1, math.prod(shape))
        return units, units
    field = math.prod(shape[:-2])
    return max(1, shape[-2] * field), max(1, shape[-1] * field)


def seed_of(seed: object) -> Any:
    """Return the seed that was given, or that Keras has written."""
    if isinstance(seed, Mapping):
        return deserialize(seed, "seed")
    if seed is not None and not isinstance(seed, random.SeedGenerator):
        random.generator(seed)  # type: ignore[arg-type]  # which checks it
    return seed


def written(seed: Any) -> Any:
    """Return the seed as files have it."""
    return serialize(seed) if isinstance(seed, random.SeedGenerator) else seed
