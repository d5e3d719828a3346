"""Initialisers whose numbers are the smaller, the more inputs or outputs a layer has."""

from __future__ import annotations

import math
from typing import Any

from chainrule import initializers as rules
from chainrule.keras.initializers.base import Axes, Initializer, fans, seed_of, written
from chainrule.keras.objects import register


@register("initializer", "keras.initializers")
class VarianceScaling(Initializer):
    """w of mean 0 and variance scale / fan, so that signals neither grow nor fade with depth.

    Formulas and sources: :class:`chainrule.initializers.VarianceScaling`.

    Parameters
    ----------
    scale : float
        Positive.
    mode : {"fan_in", "fan_out", "fan_avg"}
        What ``fan`` is: the layer's inputs, its outputs, or the mean of both.
    distribution : {"truncated_normal", "untruncated_normal", "uniform"}
        The form; "normal" is the truncated one.
    seed : int or SeedGenerator, optional
        The same numbers at each call.
    input_axes, output_axes : sequence of int, optional
        Which axes are inputs and outputs; by default the last but one and the last.

    Raises
    ------
    ValueError
        When an argument is not what it may be.

    Examples
    --------
    >>> W = VarianceScaling(3.0, "fan_in", "uniform", seed=0)((100, 5))
    >>> bool(abs(W).max() <= 0.301)  # sqrt(3 * 3 / 100)
    True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Axes = None,
        output_axes: Axes = None,
    ) -> None:
        distribution = distribution.lower()
        self.scale = scale
        self.mode = mode
        self.distribution = "truncated_normal" if distribution == "normal" else distribution
        self.seed = seed_of(seed)
        self.input_axes = input_axes
        self.output_axes = output_axes
        if self.distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"distribution is {distribution!r}; possible: {', '.join(_DISTRIBUTIONS)}"
            )
        self.rule((1, 1))  # which checks the other settings

    def rule(self, shape: tuple[int, ...]) -> rules.Initializer:
        """Return the distribution."""
        form = _DISTRIBUTIONS[self.distribution]
        if form is not None:
            return rules.VarianceScaling(self.scale, self.mode, form)  # type: ignore[arg-type]
        fan_in, fan_out = self.fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        return rules.RandomNormal(0.0, math.sqrt(self.scale / fan))

    def fans(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Return fan_in and fan_out, each at least 1."""
        return fans(shape, self.input_axes, self.output_axes)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name; those of a named scaling are only seed and axes."""
        axes = {"input_axes": self.input_axes, "output_axes": self.output_axes}
        if type(self) is not VarianceScaling:
            return {"seed": written(self.seed), **axes}
        own = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {"seed": written(self.seed), **own, **axes}


_DISTRIBUTIONS = {"uniform": "uniform", "truncated_normal": "normal", "untruncated_normal": None}


@register("initializer", "keras.initializers")
class GlorotUniform(VarianceScaling):
    """w uniform between -b and b, b = sqrt(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio, 2010.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in :class:`VarianceScaling`.

    Examples
    --------
    >>> W = GlorotUniform(seed=0)((500, 300))
    >>> round(float(W.std()), 2)  # sqrt(2 / (500 + 300))
    0.05
    """

    def __init__(self, seed: Any = None, input_axes: Axes = None, output_axes: Axes = None) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, input_axes, output_axes)


@register("initializer", "keras.initializers")
class GlorotNormal(VarianceScaling):
    """w truncated normal, of variance 2 / (fan_in + fan_out).

    Source: Glorot and Bengio, 2010.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in :class:`VarianceScaling`.

    Examples
    --------
    >>> W = GlorotNormal(seed=0)((500, 300))
    >>> round(float(W.std()), 2)  # sqrt(2 / (500 + 300))
    0.05
    """

    def __init__(self, seed: Any = None, input_axes: Axes = None, output_axes: Axes = None) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, input_axes, output_axes)


@register("initializer", "keras.initializers")
class HeNormal(VarianceScaling):
    """w truncated normal, of variance 2 / fan_in.

    Source: He, Zhang, Ren and Sun, 2015.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in :class:`VarianceScaling`.

    Examples
    --------
    >>> W = HeNormal(seed=0)((500, 300))
    >>> round(float(W.std()), 3)  # sqrt(2 / 500)
    0.063
    """

    def __init__(self, seed: Any = None, input_axes: Axes = None, output_axes: Axes = None) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)


@register("initializer", "keras.initializers")
class HeUniform(VarianceScaling):
    """w uniform between -b and b, b = sqrt(6 / fan_in).

    Source: He, Zhang, Ren and Sun, 2015.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in :class:`VarianceScaling`.

    Examples
    --------
    >>> W = HeUniform(seed=0)((500, 300))
    >>> round(float(W.std()), 3)  # sqrt(2 / 500)
    0.063
    """

    def __init__(self, seed: Any = None, input_axes: Axes = None, output_axes: Axes = None) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed, input_axes, output_axes)


@register("initializer", "keras.initializers")
class LecunNormal(VarianceScaling):
    """w truncated normal, of variance 1 / fan_in.

    Source: LeCun et al., Efficient BackProp, 1998.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in :class:`VarianceScaling`.

    Examples
    --------
    >>> W = LecunNormal(seed=0)((500, 300))
    >>> round(float(W.std()), 3)  # sqrt(1 / 500)
    0.045
    """

    def __init__(self, seed: Any = None, input_axes: Axes = None, output_axes: Axes = None) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)


@register("initializer", "keras.initializers")
class LecunUniform(VarianceScaling):
    """w uniform between -b and b, b = sqrt(3 / fan_in).

    Source: LeCun et al., 1998.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in :class:`VarianceScaling`.

    Examples
    --------
    >>> W = LecunUniform(seed=0)((500, 300))
    >>> round(float(W.std()), 3)  # sqrt(1 / 500)
    0.045
    """

    def __init__(self, seed: Any = None, input_axes: Axes = None, output_axes: Axes = None) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed, input_axes, output_axes)
