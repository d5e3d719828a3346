"""Layers: small frozen descriptions. They hold no numbers and compute nothing; engines do."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.activations import ACTIVATIONS


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

    Examples
    --------
    >>> Dense(32, "sigmoid")
    Dense(units=32, activation='sigmoid', use_bias=True)
    >>> Dense(32, "sigmiod")
    Traceback (most recent call last):
    ...
    ValueError: unknown activation 'sigmiod': did you mean 'sigmoid'? Possible: linear, sigmoid
    """

    units: int
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        if self.units < 1:
            raise ValueError(f"units is {self.units}: a layer has at least 1")
        ACTIVATIONS[self.activation]
