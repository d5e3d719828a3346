"""What all optimisers have in common: their settings, and the order of what a step does.

Derivation: docs/maths/optimizers.md#clipping-decay-and-averages
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from chainrule.arrays import positive
from chainrule.description import described

Array = npt.NDArray[Any]
Schedule = Callable[[int], float]

_EVERYTHING = (slice(None),)
_CLIPS = ("clip_value", "clip_norm", "global_clip_norm")


@described
class Optimizer(ABC):
    """The base of all optimisers: one step clips, decays, updates and averages, in this order.

    Parameters
    ----------
    learning_rate : float or callable
        The length of a step, positive and finite; or a schedule, called with the number of steps
        made before this one (0, 1, ...).
    weight_decay : float
        Decoupled decay: theta <- theta - rate * weight_decay * theta before the update.
        Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
    clip_value : float, optional
        Each element of the gradient is limited to -clip_value and clip_value.
    clip_norm : float, optional
        The gradient of each parameter array is scaled to at most this norm.
    global_clip_norm : float, optional
        The whole gradient is scaled to at most this norm. Source: Pascanu, Mikolov and Bengio,
        On the Difficulty of Training Recurrent Neural Networks, 2013.
    ema_momentum : float, optional
        From 0 to 1: keep an exponential moving average of the parameters in the last slot,
        ema <- ema_momentum * ema + (1 - ema_momentum) * theta after each update. It starts as
        theta after the first. Source: Polyak and Juditsky, Acceleration of Stochastic
        Approximation by Averaging, 1992.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range, and for more than one of the three ways of clipping.

    Examples
    --------
    >>> from chainrule.optimizers import SGD
    >>> SGD(0.1, clip_norm=1.0, clip_value=0.5)
    Traceback (most recent call last):
    ...
    ValueError: clip_value and clip_norm are given; possible: one way of clipping, or none
    """

    learning_rate: float | Schedule = 0.001
    _: KW_ONLY
    weight_decay: float = 0.0
    clip_value: float | None = None
    clip_norm: float | None = None
    global_clip_norm: float | None = None
    ema_momentum: float | None = None

    name: ClassVar[str]

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            if isinstance(value, np.generic):  # a NumPy number would change the dtype of a step
                object.__setattr__(self, setting.name, value.item())
        if not callable(self.learning_rate):
            positive("learning_rate", self.learning_rate)
        number("weight_decay", self.weight_decay)
        given = [clip for clip in _CLIPS if getattr(self, clip) is not None]
        for clip in given:
            positive(clip, getattr(self, clip))
        if len(given) > 1:
            raise ValueError(
                f"{' and '.join(given)} are given; possible: one way of clipping, or none"
            )
        if self.ema_momentum is not None:
            number("ema_momentum", self.ema_momentum, most=1)

    @property
    @abstractmethod
    def own_slots(self) -> tuple[str, ...]:
        """The names of the vectors that the formula carries from step to step."""

    @abstractmethod
    def update(self, theta: Array, g: Array, slots: Array, t: int, rate: float) -> None:
        """Change ``theta`` (P,) and ``slots`` (S, P) in place: the formula of the optimiser.

        Parameters
        ----------
        theta, g : ndarray, shape (P,)
            Parameters, and their gradient after clipping, which is only read.
        slots : ndarray, shape (S, P)
            One row a slot.
        t : int
            The number of this step, counted from 1.
        rate : float
            The learning rate of this step.
        """

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of all slots: the formula's, then "ema" if there is an average."""
        return self.own_slots + (() if self.ema_momentum is None else ("ema",))

    def initial_slots(self) -> tuple[float, ...]:
        """Return what each slot is filled with before the first step, one number a slot."""
        return (0.0,) * len(self.slots)

    @property
    def settings(self) -> tuple[float, ...]:
        """The optimiser's own settings in the order of its fields, as the native rows read them.

        Examples
        --------
        >>> from chainrule.optimizers import SGD
        >>> SGD(0.1, momentum=0.9, nesterov=True).settings
        (0.9, 1.0)
        """
        shared = {setting.name for setting in fields(Optimizer)}
        own = (setting.name for setting in fields(self) if setting.name not in shared)
        return tuple(float(getattr(self, name)) for name in own)

    def rate(self, t: int) -> float:
        """Return the learning rate of step ``t``, counted from 1.

        Examples
        --------
        >>> from chainrule.optimizers import SGD
        >>> SGD(lambda step: 0.1 / (1 + step)).rate(2)
        0.05
        """
        rate = self.learning_rate
        return float(rate(t - 1) if callable(rate) else rate)

    def rates(self, t: int, count: int) -> npt.NDArray[np.float64]:
        """Return the learning rates of ``count`` steps from step ``t`` on; one if all are equal.

        Examples
        --------
        >>> from chainrule.optimizers import SGD
        >>> SGD(lambda step: 0.1 / (1 + step)).rates(1, 2)
        array([0.1 , 0.05])
        """
        if not callable(self.learning_rate):
            return np.array([float(self.learning_rate)])
        return np.array([self.rate(i) for i in range(t, t + count)], dtype=np.float64)

    def step(
        self,
        theta: Array,
        gradient: Array,
        slots: Array,
        t: int,
        blocks: Sequence[slice] = _EVERYTHING,
    ) -> None:
        """Make step ``t``: change ``theta`` and ``slots`` in place.

        Parameters
        ----------
        theta, gradient : ndarray, shape (P,)
            Parameters and gradient, of one dtype.
        slots : ndarray, shape (S, P)
            What the optimiser carries, one row for each of :attr:`slots`.
        t : int
            The number of this step, counted from 1.
        blocks : sequence of slice
            The parameter arrays to train, each a part of ``theta``; the rest stays as it is.
            By default all of ``theta`` is one array.

        Examples
        --------
        >>> from chainrule.optimizers import SGD
        >>> theta, gradient = np.array([1.0, 2.0]), np.array([3.0, 4.0])
        >>> SGD(0.1, clip_norm=1.0).step(theta, gradient, np.empty((0, 2)), t=1)
        >>> theta
        array([0.94, 1.92])
        """
        rate = self.rate(t)
        clipped = self._clipped([gradient[block] for block in blocks])
        for block, g in zip(blocks, clipped, strict=True):
            w, own = theta[block], slots[:, block]  # views
            if self.weight_decay:
                w -= w * (rate * self.weight_decay)
            self.update(w, g, own, t, rate)
            if self.ema_momentum is not None:
                momentum = self.ema_momentum if t > 1 else 0.0
                own[-1] = momentum * own[-1] + (1 - momentum) * w

    def _clipped(self, gradients: list[Array]) -> list[Array]:
        """Return the gradients of all parameter arrays after clipping."""
        if self.clip_value is not None:
            return [np.clip(g, -self.clip_value, self.clip_value) for g in gradients]
        if self.clip_norm is not None:
            limit = self.clip_norm
            return [g * (limit / max(_norm([g]), limit)) for g in gradients]
        if self.global_clip_norm is not None:
            limit = self.global_clip_norm
            factor = limit / max(_norm(gradients), limit)
            return [g * factor for g in gradients]
        return gradients


def _norm(gradients: list[Array]) -> float:
    """Return the square root of the sum of all squares, in float64."""
    return math.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in gradients))


def number(name: str, value: object, *, most: float = math.inf, below: float = math.inf) -> None:
    """Check that ``value`` is a finite number from 0 to ``most``, and less than ``below``.

    Examples
    --------
    >>> number("beta_1", 0.9, below=1)
    >>> number("beta_1", 1.0, below=1)
    Traceback (most recent call last):
    ...
    ValueError: beta_1 is 1.0; possible: a finite number, at least 0 and less than 1
    """
    possible = "a finite number, at least 0"
    if most < math.inf:
        possible += f" and at most {most}"
    if below < math.inf:
        possible += f" and less than {below}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} is {value!r}, a {type(value).__name__}; possible: {possible}")
    if not (0 <= value <= most and value < below):
        raise ValueError(f"{name} is {value!r}; possible: {possible}")
