"""Optimisers that step by the gradient, or by its sign: SGD and Lion.

Derivation: docs/maths/optimizers.md#gradient-descent
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from chainrule.description import described
from chainrule.optimizers.base import Optimizer, Schedule, number

Array = npt.NDArray[Any]


@described
class SGD(Optimizer):
    """Gradient descent: theta <- theta - rate * g; with momentum, a ball that rolls downhill.

    With momentum mu and the velocity v::

        v     <- mu v - rate g
        theta <- theta + v                   or, nesterov:  theta + mu v - rate g

    "Stochastic" when the gradient is that of a batch rather than of all samples: Robbins and
    Monro, A Stochastic Approximation Method, 1951. Momentum: Polyak, 1964. Nesterov, 1983, in
    the form of Sutskever et al., On the Importance of Initialization and Momentum, 2013.

    Parameters
    ----------
    learning_rate : float or callable
        The length of a step in units of the gradient.
    momentum : float
        What remains of the velocity after a step, from 0 to 1.
    nesterov : bool
        Look ahead along the velocity.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta = np.array([1.0, 2.0])
    >>> SGD(learning_rate=0.1).step(theta, np.array([10.0, -10.0]), np.empty((0, 2)), t=1)
    >>> theta
    array([0., 3.])
    """

    learning_rate: float | Schedule = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    name: ClassVar[str] = "sgd"

    def __post_init__(self) -> None:
        super().__post_init__()
        number("momentum", self.momentum, most=1)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The velocity, if there is momentum."""
        return ("velocity",) if self.momentum > 0 else ()

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` in place, and the velocity if there is one."""
        step = rate * g
        if self.momentum == 0:
            theta -= step
            return
        v = slots[0]
        v[...] = self.momentum * v - step
        theta += self.momentum * v - step if self.nesterov else v


@described
class Lion(Optimizer):
    """Steps of one length for every parameter, against the sign of a mean gradient.

    With the mean m::

        theta <- theta - rate sign(beta_1 m + (1 - beta_1) g)
        m     <- beta_2 m + (1 - beta_2) g

    Source: Chen et al., Symbolic Discovery of Optimization Algorithms, 2023.

    Parameters
    ----------
    learning_rate : float or callable
        The length of a step; 3 to 10 times shorter than Adam's.
    beta_1 : float
        The share of the mean in the direction of a step, at least 0 and less than 1.
    beta_2 : float
        What remains of the mean after a step, at least 0 and less than 1.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta = np.array([1.0, 2.0])
    >>> Lion(learning_rate=0.5).step(theta, np.array([10.0, -1.0]), np.zeros((1, 2)), t=1)
    >>> theta
    array([0.5, 2.5])
    """

    beta_1: float = 0.9
    beta_2: float = 0.99

    name: ClassVar[str] = "lion"

    def __post_init__(self) -> None:
        super().__post_init__()
        number("beta_1", self.beta_1, below=1)
        number("beta_2", self.beta_2, below=1)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The mean gradient."""
        return ("momentum",)

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` and the mean in place."""
        m = slots[0]
        theta -= rate * np.sign(self.beta_1 * m + (1 - self.beta_1) * g)
        m[...] = self.beta_2 * m + (1 - self.beta_2) * g
