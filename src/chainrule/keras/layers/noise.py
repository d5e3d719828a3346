"""Layers that disturb what goes through them while a model is trained."""

from __future__ import annotations

from typing import Any

from chainrule import layers
from chainrule.keras.layers.base import Layer
from chainrule.keras.objects import register


@register("layer", "keras.layers")
class Dropout(Layer):
    """In training a share of the inputs is set to 0, and the others are divided by 1 - rate.

    Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting,
    2014.

    Parameters
    ----------
    rate : float
        The share, at least 0 and less than 1.
    noise_shape : None
        None.
    seed : int, optional
        Kept for files; :func:`chainrule.keras.utils.set_random_seed` makes runs repeat.
    **settings
        Those of :class:`Layer`.

    Raises
    ------
    TypeError, ValueError
        When ``rate`` is no such share.

    Examples
    --------
    >>> Dropout(0.5)([[1.0, 2.0]])
    Tensor([[1., 2.]], dtype=float32)
    """

    nothing_to_build = True

    def __init__(
        self, rate: float, noise_shape: None = None, seed: int | None = None, **settings: Any
    ) -> None:
        if noise_shape is not None:
            raise ValueError(f"noise_shape is {noise_shape!r}; possible: None")
        self.rate, self.seed = rate, seed
        layers.Dropout(rate)  # refuses what is no rate
        super().__init__(**settings)

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the layer of the same name."""
        return (layers.Dropout(self.rate),)

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {"rate": self.rate, "seed": self.seed, "noise_shape": None}


@register("layer", "keras.layers")
class GaussianNoise(Layer):
    """In training A = X + noise, normal with mean 0 and the given standard deviation.

    Source: Bishop, Training with Noise is Equivalent to Tikhonov Regularization, 1995.

    Parameters
    ----------
    stddev : float
        The standard deviation, finite and at least 0.
    seed : int, optional
        Kept for files; :func:`chainrule.keras.utils.set_random_seed` makes runs repeat.
    **settings
        Those of :class:`Layer`.

    Raises
    ------
    TypeError, ValueError
        When ``stddev`` is no such number.

    Examples
    --------
    >>> GaussianNoise(0.1)([[1.0, 2.0]])
    Tensor([[1., 2.]], dtype=float32)
    """

    nothing_to_build = True

    def __init__(self, stddev: float, seed: int | None = None, **settings: Any) -> None:
        self.stddev, self.seed = stddev, seed
        layers.GaussianNoise(stddev)  # refuses what is no deviation
        super().__init__(**settings)

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the layer of the same name."""
        return (layers.GaussianNoise(self.stddev),)

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {"stddev": self.stddev, "seed": self.seed}
