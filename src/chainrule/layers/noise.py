"""Layers that disturb what goes through them while a network is trained: dropout and noise."""

from __future__ import annotations

from chainrule.description import described
from chainrule.layers.base import Parameter, not_negative


@described
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


@described
class GaussianNoise:
    """In training A = X + stddev noise, the noise normal with mean 0 and variance 1; else A = X.

    It makes a network less sensitive to its inputs. Source: Bishop, Training with Noise is
    Equivalent to Tikhonov Regularization, 1995. The noise comes from a counter-based generator, so
    that every engine draws the same.

    Parameters
    ----------
    stddev : float
        The standard deviation of what is added, finite and at least 0.

    Examples
    --------
    >>> GaussianNoise(-1)
    Traceback (most recent call last):
    ...
    ValueError: stddev is -1; possible: a finite number of at least 0
    """

    stddev: float

    def __post_init__(self) -> None:
        not_negative("stddev", self.stddev)

    def outputs(self, inputs: int) -> int:
        """Return ``inputs``."""
        return inputs

    def parameters(self, inputs: int) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Return nothing: it has none."""
        return ()
