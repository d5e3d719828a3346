"""Optimisers that divide the gradient by its size so far: RMSprop, Adagrad and Adadelta.

Derivation: docs/maths/optimizers.md#divided-by-the-size-of-the-gradient
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from chainrule.arrays import positive
from chainrule.description import described
from chainrule.optimizers.base import Optimizer, number

Array = npt.NDArray[Any]


@described
class RMSprop(Optimizer):
    """The gradient over the root of the mean of its squares.

    With the mean v, and a mean gradient m if centered::

        v     <- rho v + (1 - rho) g^2
        m     <- rho m + (1 - rho) g                       v - m^2 is the variance
        step  =  rate g / sqrt(v + epsilon)                or, centered: sqrt(v - m^2 + epsilon)
        theta <- theta - step                              or, with momentum mu:
        u     <- mu u + step;  theta <- theta - u

    Source: Tieleman and Hinton, Lecture 6.5: rmsprop, 2012.

    Parameters
    ----------
    learning_rate : float or callable
        The length of a step.
    rho : float
        What remains of the means after a step, at least 0 and less than 1.
    momentum : float
        What remains of the step before, from 0 to 1.
    epsilon : float
        Added under the root, positive.
    centered : bool
        Divide by the standard deviation instead.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta = np.array([1.0])
    >>> RMSprop(0.1, rho=0.0).step(theta, np.array([10.0]), np.zeros((1, 1)), t=1)
    >>> theta.round(6)
    array([0.9])
    """

    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    name: ClassVar[str] = "rmsprop"

    def __post_init__(self) -> None:
        super().__post_init__()
        number("rho", self.rho, below=1)
        number("momentum", self.momentum, most=1)
        positive("epsilon", self.epsilon)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The mean of squares, the mean gradient if centered, and the step if momentum is."""
        of_centered = ("average_gradient",) if self.centered else ()
        of_momentum = ("momentum",) if self.momentum > 0 else ()
        return ("velocity", *of_centered, *of_momentum)

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` and the slots in place."""
        v = slots[0]
        v[...] = self.rho * v + (1 - self.rho) * np.square(g)
        variance = v
        if self.centered:
            m = slots[1]
            m[...] = self.rho * m + (1 - self.rho) * g
            variance = np.maximum(v - np.square(m), 0)  # never below 0 but by rounding
        step = rate * g / np.sqrt(variance + self.epsilon)
        if self.momentum > 0:
            u = slots[2 if self.centered else 1]
            u[...] = self.momentum * u + step
            step = u
        theta -= step


@described
class Adagrad(Optimizer):
    """The gradient over the root of the sum of all its squares: ever shorter steps.

    With the sum v, from initial_accumulator on::

        v     <- v + g^2
        theta <- theta - rate g / sqrt(v + epsilon)

    Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011.

    Parameters
    ----------
    learning_rate : float or callable
        The length of the first steps; the paper has 1.
    initial_accumulator : float
        Where the sum starts, at least 0.
    epsilon : float
        Added under the root, positive.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta, slots = np.array([1.0]), np.array([[9.0]])
    >>> Adagrad(1.0).step(theta, np.array([4.0]), slots, t=1)
    >>> theta.round(6), slots
    (array([0.2]), array([[25.]]))
    """

    initial_accumulator: float = 0.1
    epsilon: float = 1e-7

    name: ClassVar[str] = "adagrad"

    def __post_init__(self) -> None:
        super().__post_init__()
        number("initial_accumulator", self.initial_accumulator)
        positive("epsilon", self.epsilon)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The sum of squares."""
        return ("accumulator",)

    def initial_slots(self) -> tuple[float, ...]:
        """Return what each slot is filled with before the first step, one number a slot."""
        return (float(self.initial_accumulator), *super().initial_slots()[1:])

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` and the sum in place."""
        v = slots[0]
        v += np.square(g)
        theta -= rate * g / np.sqrt(v + self.epsilon)


@described
class Adadelta(Optimizer):
    """The gradient over the root of the mean of its squares, times that of the steps.

    With the means v of squared gradients and d of squared steps::

        v     <- rho v + (1 - rho) g^2
        step  =  g sqrt(d + epsilon) / sqrt(v + epsilon)
        d     <- rho d + (1 - rho) step^2
        theta <- theta - rate step

    Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012.

    Parameters
    ----------
    learning_rate : float or callable
        A factor of the steps; the paper has 1.
    rho : float
        What remains of the means after a step, at least 0 and less than 1.
    epsilon : float
        Added under the roots, positive.
    **settings
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> theta, slots = np.array([1.0]), np.array([[0.0], [1.0]])
    >>> Adadelta(0.5, rho=0.0).step(theta, np.array([4.0]), slots, t=1)
    >>> theta.round(6), slots.round(6)
    (array([0.5]), array([[16.],
           [ 1.]]))
    """

    rho: float = 0.95
    epsilon: float = 1e-7

    name: ClassVar[str] = "adadelta"

    def __post_init__(self) -> None:
        super().__post_init__()
        number("rho", self.rho, below=1)
        positive("epsilon", self.epsilon)

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The means of squared gradients and of squared steps."""
        return ("accumulated_gradient", "accumulated_step")

    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` and the means in place."""
        v, d = slots[0], slots[1]
        v[...] = self.rho * v + (1 - self.rho) * np.square(g)
        step = np.sqrt(d + self.epsilon) * g / np.sqrt(v + self.epsilon)
        d[...] = self.rho * d + (1 - self.rho) * np.square(step)
        theta -= rate * step
