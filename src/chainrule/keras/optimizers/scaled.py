"""RMSprop, Adagrad and Adadelta: the gradient divided by its size so far."""

from __future__ import annotations

from typing import Unpack

from chainrule import optimizers as rules
from chainrule.keras.objects import register
from chainrule.keras.optimizers.base import Optimizer
from chainrule.keras.optimizers.rates import Rate
from chainrule.keras.optimizers.shared import Shared


@register("optimizer", "keras.optimizers")
class RMSprop(Optimizer):
    """The gradient over a mean size. Formula: :class:`chainrule.optimizers.RMSprop`.

    Parameters
    ----------
    learning_rate : float or schedule
        The length of a step.
    rho : float
        What remains of the means after a step, at least 0 and less than 1.
    momentum : float
        What remains of the step before, from 0 to 1.
    epsilon : float
        Added under the root, positive.
    centered : bool
        Divide by the standard deviation instead.
    **shared
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> RMSprop(rho=0.95)
    <RMSprop: learning_rate=0.001, rho=0.95, momentum=0.0, epsilon=1e-07, centered=False>
    """

    rule = rules.RMSprop
    own = ("rho", "momentum", "epsilon", "centered")
    groups = (
        (("velocity", "velocity"),),
        (("momentum", "momentum"),),
        (("average_gradient", "average_gradient"),),
    )

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered
        super().__init__(learning_rate, **shared)


@register("optimizer", "keras.optimizers")
class Adagrad(Optimizer):
    """The gradient over the size of all so far. Formula: :class:`chainrule.optimizers.Adagrad`.

    Parameters
    ----------
    learning_rate : float or schedule
        The length of the first steps.
    initial_accumulator_value : float
        Where the sum of squares starts, at least 0.
    epsilon : float
        Added under the root, positive.
    **shared
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> Adagrad(0.1)
    <Adagrad: learning_rate=0.1, initial_accumulator_value=0.1, epsilon=1e-07>
    """

    rule = rules.Adagrad
    own = ("initial_accumulator_value", "epsilon")
    renamed = {"initial_accumulator_value": "initial_accumulator"}  # noqa: RUF012
    groups = ((("accumulator", "accumulator"),),)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon
        super().__init__(learning_rate, **shared)


@register("optimizer", "keras.optimizers")
class Adadelta(Optimizer):
    """Steps in units of those before. Formula: :class:`chainrule.optimizers.Adadelta`.

    Parameters
    ----------
    learning_rate : float or schedule
        A factor of the steps; the paper has 1.
    rho : float
        What remains of the means after a step, at least 0 and less than 1.
    epsilon : float
        Added under the roots, positive.
    **shared
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> Adadelta(1.0)
    <Adadelta: learning_rate=1, rho=0.95, epsilon=1e-07>
    """

    rule = rules.Adadelta
    own = ("rho", "epsilon")
    groups = (
        (
            ("accumulated_grad", "accumulated_gradient"),
            ("accumulated_delta_var", "accumulated_step"),
        ),
    )

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        self.rho = rho
        self.epsilon = epsilon
        super().__init__(learning_rate, **shared)
