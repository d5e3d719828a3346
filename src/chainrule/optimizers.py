"""Optimisers: how a gradient changes the parameters.

One frozen class an optimiser: its fields are its hyper-parameters, ``slots`` names the vectors
that it carries from step to step (each of the parameters' shape), and ``step`` is its formula.
The native engine has a row of the same name in ``native/optimizers.hpp``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from chainrule.arrays import positive
from chainrule.tables import Table

Array = npt.NDArray[Any]


class Optimizer(Protocol):
    """What the engines ask of an optimiser."""

    name: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]

    def step(self, theta: Array, gradient: Array, slots: Array, t: int) -> None:
        """Change ``theta`` (P,) and ``slots`` (S, P) in place; ``t`` counts steps from 1."""


@dataclass(frozen=True)
class SGD:
    """Gradient descent: theta <- theta - learning_rate * gradient.

    "Stochastic" when the gradient is that of a batch rather than of all samples: Robbins and
    Monro, A Stochastic Approximation Method, 1951.

    Parameters
    ----------
    learning_rate : float
        The length of a step in units of the gradient, positive and finite.

    Examples
    --------
    >>> theta = np.array([1.0, 2.0])
    >>> SGD(learning_rate=0.1).step(theta, np.array([10.0, -10.0]), np.empty((0, 2)), t=1)
    >>> theta
    array([0., 3.])
    """

    learning_rate: float = 0.01

    name: ClassVar[str] = "sgd"
    slots: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        positive("learning_rate", self.learning_rate)

    def step(self, theta: Array, gradient: Array, slots: Array, t: int) -> None:
        """Change ``theta`` in place."""
        theta -= np.asarray(self.learning_rate, dtype=theta.dtype) * gradient


OPTIMIZERS: Table[type[SGD]] = Table("optimizer", {row.name: row for row in (SGD,)})
