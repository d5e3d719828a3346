"""Adam and its family: a mean of the gradient, and a mean of its size."""

from __future__ import annotations

from typing import Unpack

from chainrule import optimizers as rules
from chainrule.keras.objects import register
from chainrule.keras.optimizers.base import Optimizer
from chainrule.keras.optimizers.rates import Rate
from chainrule.keras.optimizers.shared import Shared, SharedButDecay

_MEANS = (("momentum", "momentum"), ("velocity", "velocity"))
_LARGEST = (("velocity_hat", "velocity_hat"),)


@register("optimizer", "keras.optimizers")
class Adam(Optimizer):
    """The mean gradient over its mean size. Formula: :class:`chainrule.optimizers.Adam`.

    Parameters
    ----------
    learning_rate : float or schedule
        The length of a step.
    beta_1, beta_2 : float
        What remains of the means after a step, at least 0 and less than 1.
    epsilon : float
        Added to the root, positive.
    amsgrad : bool
        Divide by the largest mean of squares so far.
    **shared
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> Adam()
    <Adam: learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False>
    """

    rule = rules.Adam
    own = ("beta_1", "beta_2", "epsilon", "amsgrad")
    groups = (_MEANS, _LARGEST)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        super().__init__(learning_rate, **shared)


@register("optimizer", "keras.optimizers")
class AdamW(Optimizer):
    """Adam with decay of the weights. Formula: :class:`chainrule.optimizers.AdamW`.

    Parameters
    ----------
    learning_rate : float or schedule
        The length of a step.
    weight_decay : float
        w <- w - learning_rate weight_decay w before each update.
    beta_1, beta_2, epsilon, amsgrad
        As :class:`Adam` has them.
    **shared
        Those of :class:`Optimizer`.

    Raises
    ------
    ValueError
        When ``weight_decay`` is None.

    Examples
    --------
    >>> AdamW(weight_decay=0.01).weight_decay
    0.01
    """

    rule = rules.AdamW
    own = ("beta_1", "beta_2", "epsilon", "amsgrad")
    groups = (_MEANS, _LARGEST)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **shared: Unpack[SharedButDecay],
    ) -> None:
        if weight_decay is None:
            raise ValueError("weight_decay is None; possible: a number, or Adam without decay")
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        super().__init__(learning_rate, weight_decay, **shared)


@register("optimizer", "keras.optimizers")
class Adamax(Optimizer):
    """The mean gradient over the largest of late. Formula: :class:`chainrule.optimizers.Adamax`.

    Parameters
    ----------
    learning_rate : float or schedule
        The length of a step.
    beta_1, beta_2 : float
        What remains of the mean and of the largest after a step, at least 0 and less than 1.
    epsilon : float
        Added to the largest, positive.
    **shared
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> Adamax()
    <Adamax: learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07>
    """

    rule = rules.Adamax
    own = ("beta_1", "beta_2", "epsilon")
    groups = ((("momentum", "momentum"), ("norm", "norm")),)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        super().__init__(learning_rate, **shared)


@register("optimizer", "keras.optimizers")
class Nadam(Optimizer):
    """Adam with Nesterov's look ahead. Formula: :class:`chainrule.optimizers.Nadam`.

    Parameters
    ----------
    learning_rate : float or schedule
        The length of a step.
    beta_1, beta_2 : float
        What remains of the means after a step, at least 0 and less than 1.
    epsilon : float
        Added to the root, positive.
    **shared
        Those of :class:`Optimizer`.

    Examples
    --------
    >>> Nadam()
    <Nadam: learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07>
    """

    rule = rules.Nadam
    own = ("beta_1", "beta_2", "epsilon")
    groups = (_MEANS,)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        super().__init__(learning_rate, **shared)
