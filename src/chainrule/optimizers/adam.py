"""Optimisers with a mean of the gradient and a mean of its size: Adam and its family.

Both means start at 0, so early ones are too small: with t the number of the step, counted from
1, a mean that keeps the share beta is divided by 1 - beta^t. In all of them m is the mean
gradient, m <- m + (1 - beta_1) (g - m).

Derivation: docs/maths/optimizers.md#adam-and-its-family
"""

from __future__ import annotations

import math
from dataclasses import field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from chainrule.arrays import positive
from chainrule.description import described
from chainrule.optimizers.base import Optimizer, number

Array = npt.NDArray[Any]


@described
class Adam(Optimizer):
    """The mean gradient over the root of the mean of its squares.

    With the mean v of squares::

        m     <- m + (1 - beta_1) (g - m)
        v     <- v + (1 - beta_2) (g^2 - v)
        alpha =  rate sqrt(1 - beta_2^t) / (1 - beta_1^t)
        theta <- theta - alpha m / (sqrt(v) + epsilon)     or, amsgrad: the largest v so far

    Sources: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015; AMSGrad: Reddi, Kale
    and Kumar, On the Convergence of Adam and Beyond, 2018.

    Parameters
    ----------
    learning_rate : float or callable
        The length of a step.
    beta_1, beta_2 : float
        What remains of the means after a step, at least 0 and less than 1.
    epsilon : float
        Added to the root, positive.
    amsgrad : bool
        Divide by the largest mean of squares so far, so that steps never grow again.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta = np.array([1.0, 1.0])
    >>> Adam(0.1).step(theta, np.array([100.0, -0.01]), np.zeros((2, 2)), t=1)
    >>> theta.round(3)
    array([0.9, 1.1])
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False

    name: ClassVar[str] = "adam"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The means, and the largest mean of squares if it is wanted."""
        return ("momentum", "velocity") + (("velocity_hat",) if self.amsgrad else ())

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` and the slots in place."""
        _adam(self, theta, g, slots, t, rate)


@described
class AdamW(Optimizer):
    """Adam, with the decay of weights that all optimisers may have switched on.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.

    Parameters
    ----------
    learning_rate : float or callable
        The length of a step.
    beta_1, beta_2, epsilon, amsgrad
        As :class:`Adam` has them.
    weight_decay : float
        theta <- theta - rate * weight_decay * theta before the update.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta = np.array([1.0])
    >>> AdamW(0.1, weight_decay=0.5).step(theta, np.array([100.0]), np.zeros((2, 1)), t=1)
    >>> theta.round(6)
    array([0.85])
    """

    weight_decay: float = field(default=0.004, kw_only=True)
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False

    name: ClassVar[str] = "adamw"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The means, and the largest mean of squares if it is wanted."""
        return ("momentum", "velocity") + (("velocity_hat",) if self.amsgrad else ())

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` and the slots in place."""
        _adam(self, theta, g, slots, t, rate)


@described
class Adamax(Optimizer):
    """The mean gradient over the largest gradient of late.

    With that largest one, u::

        u     <- max(beta_2 u, |g|)
        theta <- theta - rate / (1 - beta_1^t) m / (u + epsilon)

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, section 7.1.

    Parameters
    ----------
    learning_rate : float or callable
        The length of a step.
    beta_1, beta_2 : float
        What remains of the mean and of the largest after a step, at least 0 and less than 1.
    epsilon : float
        Added to the largest, positive.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta = np.array([1.0, 1.0])
    >>> Adamax(0.1).step(theta, np.array([100.0, -0.01]), np.zeros((2, 2)), t=1)
    >>> theta.round(3)
    array([0.9, 1.1])
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    name: ClassVar[str] = "adamax"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The mean gradient, and the largest."""
        return ("momentum", "norm")

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` and the slots in place."""
        m, u = slots[0], slots[1]
        m += (g - m) * (1 - self.beta_1)
        u[...] = np.maximum(self.beta_2 * u, np.abs(g))
        theta -= rate / (1 - self.beta_1**t) * m / (u + self.epsilon)


@described
class Nadam(Optimizer):
    """Adam with Nesterov's look ahead, and a momentum that warms up.

    With the mean v of squares as in Adam, the momentum u_t = beta_1 (1 - 0.96^t / 2) of step t,
    and the product U_t of all of them up to it::

        m^    =  u_(t+1) m / (1 - U_(t+1)) + (1 - u_t) g / (1 - U_t)
        v^    =  v / (1 - beta_2^t)
        theta <- theta - rate m^ / (sqrt(v^) + epsilon)

    Source: Dozat, Incorporating Nesterov Momentum into Adam, 2016.

    Parameters
    ----------
    learning_rate : float or callable
        The length of a step.
    beta_1, beta_2 : float
        What remains of the means after a step, at least 0 and less than 1.
    epsilon : float
        Added to the root, positive.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta = np.array([1.0, 1.0])
    >>> Nadam(0.1).step(theta, np.array([100.0, -0.01]), np.zeros((2, 2)), t=1)
    >>> theta.round(3)
    array([0.894, 1.106])
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    name: ClassVar[str] = "nadam"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The means."""
        return ("momentum", "velocity")

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` and the slots in place."""
        m, v = slots[0], slots[1]
        m += (g - m) * (1 - self.beta_1)
        v += (np.square(g) - v) * (1 - self.beta_2)
        now, ahead = (self.beta_1 * (1 - 0.5 * 0.96**i) for i in (t, t + 1))
        product = self.beta_1**t * float(_WARM_UP[min(t, len(_WARM_UP)) - 1])
        of_m, of_g = ahead / (1 - product * ahead), (1 - now) / (1 - product)
        v_hat = v * (1 / (1 - self.beta_2**t))
        theta -= rate * (of_m * m + of_g * g) / (np.sqrt(v_hat) + self.epsilon)


# The products of 1 - 0.96^i / 2 up to i = 1, 2, ...; beyond the last, the factors are 1.0.
_WARM_UP = np.cumprod(1 - 0.5 * 0.96 ** np.arange(1, 1001))


def _check(optimizer: Adam | AdamW | Adamax | Nadam) -> None:
    number("beta_1", optimizer.beta_1, below=1)
    number("beta_2", optimizer.beta_2, below=1)
    positive("epsilon", optimizer.epsilon)


def _adam(adam: Adam | AdamW, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
    m, v = slots[0], slots[1]
    m += (g - m) * (1 - adam.beta_1)
    v += (np.square(g) - v) * (1 - adam.beta_2)
    if adam.amsgrad:
        largest = slots[2]
        np.maximum(largest, v, out=largest)
        v = largest
    alpha = rate * math.sqrt(1 - adam.beta_2**t) / (1 - adam.beta_1**t)
    theta -= alpha * m / (np.sqrt(v) + adam.epsilon)
