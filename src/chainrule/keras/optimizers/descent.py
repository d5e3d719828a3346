"""SGD and Lion: steps along the gradient, or its sign."""

from __future__ import annotations

from typing import Unpack

from chainrule import optimizers as rules
from chainrule.keras.objects import register
from chainrule.keras.optimizers.base import Optimizer
from chainrule.keras.optimizers.rates import Rate
from chainrule.keras.optimizers.shared import Shared


@register("optimizer", "keras.optimizers")
class SGD(Optimizer):
    """Gradient descent, with momentum if wanted. Formula: :class:`chainrule.optimizers.SGD`.

    Parameters
    ----------
    learning_rate : float or schedule
        The length of a step in units of the gradient.
    momentum : float
        What remains of the velocity after a step, from 0 to 1.
    nesterov : bool
        Look ahead along the velocity.
    **shared
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> SGD(0.1, momentum=0.9)
    <SGD: learning_rate=0.1, momentum=0.9, nesterov=False>
    """

    rule = rules.SGD
    own = ("momentum", "nesterov")
    groups = ((("momentum", "velocity"),),)

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        self.momentum = momentum
        self.nesterov = nesterov
        super().__init__(learning_rate, **shared)


@register("optimizer", "keras.optimizers")
class Lion(Optimizer):
    """Steps of one length, against the sign of a mean. Formula: :class:`chainrule.optimizers.Lion`.

    Parameters
    ----------
    learning_rate : float or schedule
        The length of a step; 3 to 10 times shorter than Adam's.
    beta_1, beta_2 : float
        The mean's share in the direction of a step, and what remains of it after one; less than 1.
    **shared
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> Lion(0.001)
    <Lion: learning_rate=0.001, beta_1=0.9, beta_2=0.99>
    """

    rule = rules.Lion
    own = ("beta_1", "beta_2")
    groups = ((("momentum", "momentum"),),)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **shared: Unpack[Shared],
    ) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        super().__init__(learning_rate, **shared)
