"""Layers of products and functions: dense, activation, PReLU, flatten."""

from __future__ import annotations

from chainrule.activations import ACTIVATIONS
from chainrule.arrays import integer
from chainrule.description import described
from chainrule.layers.base import Parameter, not_negative


@described
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
            not_negative(name, getattr(self, name))
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


@described
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


@described
class PReLU:
    """A = max(0, X) + alpha min(0, X), each column with a slope alpha of its own, which is learnt.

    Shapes: ``X`` and ``A`` (N, D), ``alpha`` (D,). Source: He, Zhang, Ren and Sun, Delving Deep
    into Rectifiers, 2015.

    Parameters
    ----------
    initializer : str
        How alpha is drawn, a row of :data:`chainrule.initializers.INITIALIZERS`.
    alpha_l1, alpha_l2 : float
        Regularisers: the loss gets l1 sum |alpha| + l2 sum alpha^2.
    trainable : bool
        False freezes the layer: training leaves its numbers as they are, bit for bit.

    Examples
    --------
    >>> [(p.name, p.shape) for p in PReLU().parameters(3)]
    [('alpha', (3,))]
    """

    initializer: str = "zeros"
    alpha_l1: float = 0.0
    alpha_l2: float = 0.0
    trainable: bool = True

    def __post_init__(self) -> None:
        not_negative("alpha_l1", self.alpha_l1)
        not_negative("alpha_l2", self.alpha_l2)

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:
        """Return alpha."""
        return (
            Parameter(
                "alpha", (inputs,), self.initializer, self.trainable, self.alpha_l1, self.alpha_l2
            ),
        )


@described
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
