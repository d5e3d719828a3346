"""What all layers share: their parameters, what each can say of itself, checks of settings."""

from __future__ import annotations

from typing import Protocol

from chainrule.description import described


@described
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


def numbers(value: float | tuple[float, ...]) -> tuple[float, ...]:
    """Return one number for all columns, or one for each, as a tuple."""
    return value if isinstance(value, tuple) else (value,)


def fit_columns(inputs: int, **settings: float | tuple[float, ...]) -> None:
    """Refuse settings that have neither one number nor one for each column."""
    for name, value in settings.items():
        if isinstance(value, tuple) and len(value) != inputs:
            raise ValueError(f"{name} has {len(value)} numbers; possible: 1 or {inputs}")


def not_negative(name: str, value: float) -> None:
    """Refuse a setting that is negative, infinite or NaN."""
    if not (value >= 0 and value < float("inf")):
        raise ValueError(f"{name} is {value}; possible: a finite number of at least 0")
