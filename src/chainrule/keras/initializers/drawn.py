"""Initialisers whose numbers have the distribution that the user gives."""

from __future__ import annotations

import math
from typing import Any

from chainrule import initializers as rules
from chainrule.keras.initializers.base import Array, Initializer, seed_of, written
from chainrule.keras.objects import register


@register("initializer", "keras.initializers", "normal")
class RandomNormal(Initializer):
    """w normal, of that mean and standard deviation.

    Parameters
    ----------
    mean, stddev : float
        Of the distribution.
    seed : int or SeedGenerator, optional
        The same numbers at each call.

    Examples
    --------
    >>> RandomNormal(0.0, 1.0, seed=0)((3,)).round(4)
    array([ 0.1257, -0.1321,  0.6404], dtype=float32)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        self.seed = seed_of(seed)

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:  # noqa: ARG002
        """Return the distribution."""
        return rules.RandomNormal(self.mean, self.stddev)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {"seed": written(self.seed), "mean": self.mean, "stddev": self.stddev}


@register("initializer", "keras.initializers")
class TruncatedNormal(Initializer):
    """w normal, drawn anew while it is over two standard deviations from the mean.

    Parameters
    ----------
    mean, stddev : float
        Of the distribution before it is cut off.
    seed : int or SeedGenerator, optional
        The same numbers at each call.

    Examples
    --------
    >>> bool(abs(TruncatedNormal(stddev=1.0)((100, 100))).max() <= 2)
    True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        self.seed = seed_of(seed)

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:  # noqa: ARG002
        """Return the distribution."""
        return rules.TruncatedNormal(self.mean, self.stddev)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {"seed": written(self.seed), "mean": self.mean, "stddev": self.stddev}


@register("initializer", "keras.initializers", "uniform")
class RandomUniform(Initializer):
    """w uniform between minval and maxval.

    Parameters
    ----------
    minval, maxval : float
        The ends of the range.
    seed : int or SeedGenerator, optional
        The same numbers at each call.

    Examples
    --------
    >>> RandomUniform(-1.0, 1.0, seed=0)((3,)).round(4)
    array([ 0.2739, -0.4604, -0.9181], dtype=float32)
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval = minval
        self.maxval = maxval
        self.seed = seed_of(seed)

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:  # noqa: ARG002
        """Return the distribution."""
        return rules.RandomUniform(self.minval, self.maxval)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {"seed": written(self.seed), "minval": self.minval, "maxval": self.maxval}


@register("initializer", "keras.initializers")
class Orthogonal(Initializer):
    """W = gain Q with orthonormal columns, or rows where there are fewer rows.

    More than two axes: all but the last are taken as one. Formulas and sources:
    :class:`chainrule.initializers.Orthogonal`.

    Raises
    ------
    ValueError
        When it is to draw a bias: it needs two axes.

    Examples
    --------
    >>> W = Orthogonal(seed=0)((5, 2), "float64")
    >>> abs(W.T @ W).round(12)
    array([[1., 0.],
           [0., 1.]])
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = gain
        self.seed = seed_of(seed)

    def numbers(self, shape: tuple[int, ...]) -> Array:
        """Return a new array of that shape."""
        if len(shape) > 2:
            return self.numbers((math.prod(shape[:-1]), shape[-1])).reshape(shape)
        return super().numbers(shape)

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:  # noqa: ARG002
        """Return the distribution."""
        return rules.Orthogonal(self.gain)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {"seed": written(self.seed), "gain": self.gain}
