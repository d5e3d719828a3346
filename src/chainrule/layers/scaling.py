"""Layers that shift and scale: by statistics of the batch or the sample, or by given numbers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from chainrule.arrays import real_matrix
from chainrule.description import described
from chainrule.layers.base import Parameter, fit_columns, not_negative, numbers


@described
class BatchNormalization:
    """A = gamma (X - mean) / sqrt(variance + epsilon) + beta, column by column.

    Mean and variance (biased) are those of the batch in training; else moving averages,
    m <- momentum m + (1 - momentum) m_batch, which are kept beside the parameters. Source: Ioffe
    and Szegedy, Batch Normalization, 2015.

    Parameters
    ----------
    momentum : float
        Of the moving averages.
    epsilon : float
        Keeps the root away from 0.
    trainable : bool
        False freezes the layer, which then uses its moving averages in training as well.
    center, scale : bool
        False keeps beta at 0, or gamma at 1: it is held, and training leaves it as it is.
    gamma_l1, gamma_l2, beta_l1, beta_l2 : float
        Regularisers: the loss gets l1 sum |w| + l2 sum w^2 of those that are not held.

    Examples
    --------
    >>> [p.name for p in BatchNormalization().parameters(3)]
    ['gamma', 'beta', 'moving_mean', 'moving_variance']
    """

    momentum: float = 0.99
    epsilon: float = 1e-3
    trainable: bool = True
    center: bool = True
    scale: bool = True
    gamma_l1: float = 0.0
    gamma_l2: float = 0.0
    beta_l1: float = 0.0
    beta_l2: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.momentum <= 1:
            raise ValueError(f"momentum is {self.momentum}; possible: from 0 to 1")
        not_negative("epsilon", self.epsilon)
        _check_penalties(self)

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:
        """Return gamma, beta and the two moving averages."""
        return (
            *_gamma_and_beta(self, inputs),
            Parameter("moving_mean", (inputs,), "zeros", trainable=False),
            Parameter("moving_variance", (inputs,), "ones", trainable=False),
        )


@described
class LayerNormalization:
    """A = gamma (X - mean) / sqrt(variance + epsilon) + beta, with each sample's own statistics.

    Source: Ba, Kiros and Hinton, Layer Normalization, 2016.

    Parameters
    ----------
    epsilon : float
        Keeps the root away from 0.
    trainable : bool
        False freezes gamma and beta.
    center, scale : bool
        False keeps beta at 0, or gamma at 1: it is held, and training leaves it as it is.
    gamma_l1, gamma_l2, beta_l1, beta_l2 : float
        Regularisers: the loss gets l1 sum |w| + l2 sum w^2 of those that are not held.

    Examples
    --------
    >>> [p.name for p in LayerNormalization().parameters(3)]
    ['gamma', 'beta']
    """

    epsilon: float = 1e-3
    trainable: bool = True
    center: bool = True
    scale: bool = True
    gamma_l1: float = 0.0
    gamma_l2: float = 0.0
    beta_l1: float = 0.0
    beta_l2: float = 0.0

    def __post_init__(self) -> None:
        not_negative("epsilon", self.epsilon)
        _check_penalties(self)

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:
        """Return gamma and beta."""
        return _gamma_and_beta(self, inputs)


def _check_penalties(layer: BatchNormalization | LayerNormalization) -> None:
    for name in ("gamma_l1", "gamma_l2", "beta_l1", "beta_l2"):
        not_negative(name, getattr(layer, name))


def _gamma_and_beta(
    layer: BatchNormalization | LayerNormalization, inputs: int
) -> tuple[Parameter, Parameter]:
    """Return both; one that is held has no penalty."""
    gamma = (layer.gamma_l1, layer.gamma_l2) if layer.scale else (0.0, 0.0)
    beta = (layer.beta_l1, layer.beta_l2) if layer.center else (0.0, 0.0)
    return (
        Parameter("gamma", (inputs,), "ones", layer.trainable and layer.scale, *gamma),
        Parameter("beta", (inputs,), "zeros", layer.trainable and layer.center, *beta),
    )


@described
class Rescaling:
    """A = X * scale + offset, with given numbers: one for all columns, or one for each.

    Parameters
    ----------
    scale, offset : float or tuple of float
        One number, or as many as there are columns.

    Examples
    --------
    >>> Rescaling(1 / 16).outputs(64)
    64
    """

    scale: float | tuple[float, ...] = 1.0
    offset: float | tuple[float, ...] = 0.0

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        fit_columns(inputs, scale=self.scale, offset=self.offset)
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Return nothing: the numbers are given, not learnt."""
        return ()


@described
class Normalization:
    """A = (X - mean) / deviation, with deviation = max(sqrt(variance), 1e-7), as Keras computes it.

    Parameters
    ----------
    mean, variance : float or tuple of float
        One number for all columns, or one for each; :meth:`adapt` finds them from data.

    Raises
    ------
    ValueError
        When a number is not finite, or a variance is negative.

    Examples
    --------
    >>> layer = Normalization.adapt([[1.0, 5.0], [3.0, 5.0]])
    >>> layer
    Normalization(mean=(2.0, 5.0), variance=(1.0, 0.0))
    >>> layer.deviation
    (1.0, 1e-07)
    """

    mean: float | tuple[float, ...] = 0.0
    variance: float | tuple[float, ...] = 1.0

    def __post_init__(self) -> None:
        for value in numbers(self.mean):
            if not math.isfinite(value):
                raise ValueError(f"mean has {value}; possible: finite numbers")
        for value in numbers(self.variance):
            not_negative("variance", value)

    @classmethod
    def adapt(cls, X: npt.ArrayLike) -> Normalization:
        """Return the layer that takes the columns of X (N, D) to mean 0 and variance 1.

        The variance is the biased one, the mean of the squared distances from the mean. A column
        whose numbers are all the same becomes 0.
        """
        matrix = real_matrix("X", X)
        mean = matrix[0] + (matrix - matrix[0]).mean(axis=0)  # exact where all are the same
        variance = np.square(matrix - mean).mean(axis=0)
        return cls(tuple(mean.tolist()), tuple(variance.tolist()))

    @property
    def deviation(self) -> tuple[float, ...]:
        """What is divided by: one number for all columns, or one for each."""
        return tuple(max(math.sqrt(value), 1e-7) for value in numbers(self.variance))

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        fit_columns(inputs, mean=self.mean, variance=self.variance)
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Return nothing: the numbers are given, not learnt."""
        return ()
