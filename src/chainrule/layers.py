"""Layers: small frozen descriptions. They hold no numbers and compute nothing; engines do.

A layer says how wide its output is for a given input, and which parameters it has. All data is of
shape (N, D): N samples, D columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chainrule.activations import ACTIVATIONS
from chainrule.arrays import integer


@dataclass(frozen=True)
class Parameter:
    """One array of numbers that a layer has, and what training may do with it.

    Parameters
    ----------
    name : str
        As formulas call it: "W", "b", "gamma", ...
    shape : tuple of int
        Its shape.
    initializer : str
        How it is drawn before training.
    trainable : bool
        Whether optimisers change it.
    l1, l2 : float
        The loss gets l1 sum |w| + l2 sum w^2.
    max_norm : float or None
        After each step every column (the weights into one unit) is scaled to at most this norm.
    """

    name: str
    shape: tuple[int, ...]
    initializer: str
    trainable: bool = True
    l1: float = 0.0
    l2: float = 0.0
    max_norm: float | None = None

    @property
    def size(self) -> int:
        """How many numbers it has."""
        n = 1
        for length in self.shape:
            n *= length
        return n


class Layer(Protocol):
    """What every layer can say of itself."""

    def outputs(self, inputs: int) -> int:
        """Return the number of columns of the output for that many columns of input."""

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:
        """Return the parameters for that many columns of input."""


@dataclass(frozen=True)
class Dense:
    """A fully connected layer: Z = X W + b, A = f(Z).

    Shapes: ``X`` (N, D), ``W`` (D, units), ``b`` (units,), ``Z`` and ``A`` (N, units).

    Parameters
    ----------
    units : int
        How many outputs the layer has, at least 1.
    activation : str
        The name of f, a row of :data:`chainrule.activations.ACTIVATIONS`.
    use_bias : bool
        Whether there is a ``b``.
    kernel_initializer, bias_initializer : str
        How W and b are drawn, rows of :data:`chainrule.initializers.INITIALIZERS`.
    kernel_l1, kernel_l2, bias_l1, bias_l2 : float
        Regularisers: the loss gets l1 sum |w| + l2 sum w^2.
    max_norm : float or None
        Constraint: the weights into each unit are scaled to at most this norm after each step.
    trainable : bool
        False freezes the layer: training leaves its numbers as they are, bit for bit.

    Examples
    --------
    >>> Dense(32, "sigmoid").parameters(64)[0].shape
    (64, 32)
    >>> Dense(32, "sigmiod")
    Traceback (most recent call last):
    ...
    ValueError: unknown activation 'sigmiod': did you mean 'sigmoid'? Possible: linear, ...
    """

    units: int
    activation: str = "linear"
    use_bias: bool = True
    kernel_initializer: str = "glorot_uniform"
    bias_initializer: str = "zeros"
    kernel_l1: float = 0.0
    kernel_l2: float = 0.0
    bias_l1: float = 0.0
    bias_l2: float = 0.0
    max_norm: float | None = None
    trainable: bool = True

    def __post_init__(self) -> None:
        integer("units", self.units, least=1)
        ACTIVATIONS[self.activation]
        for name in ("kernel_l1", "kernel_l2", "bias_l1", "bias_l2"):
            _not_negative(name, getattr(self, name))
        if self.max_norm is not None and not self.max_norm > 0:
            raise ValueError(f"max_norm is {self.max_norm}; possible: a positive number, or None")

    def outputs(self, inputs: int) -> int:  # noqa: ARG002, as every layer
        """Return ``units``."""
        return self.units

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:
        """Return W, and b if there is one."""
        W = Parameter(
            "W",
            (inputs, self.units),
            self.kernel_initializer,
            self.trainable,
            self.kernel_l1,
            self.kernel_l2,
            self.max_norm,
        )
        b = Parameter(
            "b", (self.units,), self.bias_initializer, self.trainable, self.bias_l1, self.bias_l2
        )
        return (W, b) if self.use_bias else (W,)


@dataclass(frozen=True)
class Activation:
    """A = f(X), as a layer of its own.

    Parameters
    ----------
    activation : str
        The name of f.
    alpha : float or None
        The parameter of f, for those that have one: leaky_relu, elu.

    Examples
    --------
    >>> Activation("leaky_relu", alpha=0.1).outputs(10)
    10
    """

    activation: str
    alpha: float | None = None

    def __post_init__(self) -> None:
        ACTIVATIONS[self.activation].with_alpha(self.alpha)

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Return nothing: it has none."""
        return ()


@dataclass(frozen=True)
class Dropout:
    """In training A = X * mask / (1 - rate), the mask 1 with probability 1 - rate; else A = X.

    Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting,
    2014. The mask comes from a counter-based generator, so that every engine draws the same.

    Parameters
    ----------
    rate : float
        The share of inputs set to zero, at least 0 and less than 1.

    Examples
    --------
    >>> Dropout(1.5)
    Traceback (most recent call last):
    ...
    ValueError: rate is 1.5; possible: at least 0 and less than 1
    """

    rate: float

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate is {self.rate}; possible: at least 0 and less than 1")

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Return nothing: it has none."""
        return ()


@dataclass(frozen=True)
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

    Examples
    --------
    >>> [p.name for p in BatchNormalization().parameters(3)]
    ['gamma', 'beta', 'moving_mean', 'moving_variance']
    """

    momentum: float = 0.99
    epsilon: float = 1e-3
    trainable: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.momentum <= 1:
            raise ValueError(f"momentum is {self.momentum}; possible: from 0 to 1")
        _not_negative("epsilon", self.epsilon)

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:
        """Return gamma, beta and the two moving averages."""
        return (
            Parameter("gamma", (inputs,), "ones", self.trainable),
            Parameter("beta", (inputs,), "zeros", self.trainable),
            Parameter("moving_mean", (inputs,), "zeros", trainable=False),
            Parameter("moving_variance", (inputs,), "ones", trainable=False),
        )


@dataclass(frozen=True)
class LayerNormalization:
    """A = gamma (X - mean) / sqrt(variance + epsilon) + beta, with each sample's own statistics.

    Source: Ba, Kiros and Hinton, Layer Normalization, 2016.

    Parameters
    ----------
    epsilon : float
        Keeps the root away from 0.
    trainable : bool
        False freezes gamma and beta.

    Examples
    --------
    >>> [p.name for p in LayerNormalization().parameters(3)]
    ['gamma', 'beta']
    """

    epsilon: float = 1e-3
    trainable: bool = True

    def __post_init__(self) -> None:
        _not_negative("epsilon", self.epsilon)

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:
        """Return gamma and beta."""
        return (
            Parameter("gamma", (inputs,), "ones", self.trainable),
            Parameter("beta", (inputs,), "zeros", self.trainable),
        )


@dataclass(frozen=True)
class Rescaling:
    """A = X * scale + offset, with given numbers: one for all columns, or one for each.

    Normalisation of inputs is ``Rescaling(1 / deviation, -mean / deviation)``.

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
        for name in ("scale", "offset"):
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) != inputs:
                raise ValueError(f"{name} has {len(value)} numbers; possible: 1 or {inputs}")
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Return nothing: the numbers are given, not learnt."""
        return ()


@dataclass(frozen=True)
class Flatten:
    """A = X: samples are rows here already. It stands where other libraries need it.

    Examples
    --------
    >>> Flatten().outputs(64)
    64
    """

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Return nothing: it has none."""
        return ()


def _not_negative(name: str, value: float) -> None:
    if not (value >= 0 and value < float("inf")):
        raise ValueError(f"{name} is {value}; possible: a finite number of at least 0")
