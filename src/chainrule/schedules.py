"""Schedules: the learning rate of each step, counted from 0.

One frozen class a schedule: its fields are its hyper-parameters, named and with the defaults as
in Keras, and calling it with a step gives the learning rate.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from chainrule.arrays import integer, positive
from chainrule.description import described
from chainrule.tables import Table


class Schedule(ABC):
    """A learning rate that depends on the step."""

    name: ClassVar[str]

    @abstractmethod
    def __call__(self, step: float) -> float:
        """Return the learning rate of that step; steps count from 0."""

    def values(self, first: int, count: int) -> npt.NDArray[np.float64]:
        """Return the learning rates of steps first, first + 1, ..., shape (count,).

        Raises
        ------
        TypeError, ValueError
            When ``first`` or ``count`` is no integer of at least 0.

        Examples
        --------
        >>> InverseTimeDecay(1.0, decay_steps=1, decay_rate=1.0).values(0, 4)
        array([1.        , 0.5       , 0.33333333, 0.25      ])
        """
        first, count = integer("first", first, least=0), integer("count", count, least=0)
        steps = range(first, first + count)
        return np.fromiter((self(step) for step in steps), dtype=np.float64, count=count)


@described
class Constant(Schedule):
    """The same rate in every step.

    Examples
    --------
    >>> Constant(0.1)(1000)
    0.1
    """

    learning_rate: float

    name: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        _not_negative("learning_rate", self.learning_rate)

    def __call__(self, step: float) -> float:  # noqa: ARG002
        """Return ``learning_rate``."""
        return float(self.learning_rate)


@described
class PiecewiseConstant(Schedule):
    """Steps: rates[0] up to and with boundaries[0], then rates[1] up to and with boundaries[1], ...

    After the last boundary the last rate stays; so there is one rate more than boundaries.

    Examples
    --------
    >>> schedule = PiecewiseConstant((100, 200), (1.0, 0.5, 0.1))
    >>> [schedule(step) for step in (0, 100, 101, 200, 201)]
    [1.0, 1.0, 0.5, 0.5, 0.1]
    """

    boundaries: tuple[float, ...]
    rates: tuple[float, ...]

    name: ClassVar[str] = "piecewise_constant"

    def __post_init__(self) -> None:
        boundaries = tuple(float(boundary) for boundary in self.boundaries)
        rates = tuple(_not_negative("a number in rates", rate) for rate in self.rates)
        if len(rates) != len(boundaries) + 1:
            raise ValueError(
                f"rates has {len(rates)} numbers and boundaries {len(boundaries)}; "
                f"possible: one rate more than boundaries"
            )
        if not all(a < b for a, b in zip((-1.0, *boundaries), boundaries, strict=False)):
            raise ValueError(f"boundaries is {boundaries}; possible: rising numbers of at least 0")
        object.__setattr__(self, "boundaries", boundaries)  # so that lists may be given
        object.__setattr__(self, "rates", rates)

    def __call__(self, step: float) -> float:
        """Return the rate of the piece that the step is in."""
        return self.rates[sum(step > boundary for boundary in self.boundaries)]


@described
class ExponentialDecay(Schedule):
    """rate = initial_learning_rate decay_rate^(step / decay_steps).

    With ``staircase`` the exponent is rounded down, so that the rate falls every ``decay_steps``.

    Examples
    --------
    >>> schedule = ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    >>> [schedule(step) for step in (0, 10, 20)]
    [0.1, 0.05, 0.025]
    """

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False

    name: ClassVar[str] = "exponential_decay"

    def __post_init__(self) -> None:
        _not_negative("initial_learning_rate", self.initial_learning_rate)
        positive("decay_steps", self.decay_steps)
        positive("decay_rate", self.decay_rate)

    def __call__(self, step: float) -> float:
        """Return the formula's value."""
        p = step / self.decay_steps
        return float(self.initial_learning_rate * self.decay_rate ** _stairs(p, self.staircase))


@described
class InverseTimeDecay(Schedule):
    """rate = initial_learning_rate / (1 + decay_rate step / decay_steps).

    With ``staircase`` step / decay_steps is rounded down. Source: as the rates of Robbins and
    Monro, A Stochastic Approximation Method, 1951, which fall with 1 / step.

    Examples
    --------
    >>> schedule = InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)
    >>> [schedule(step) for step in (0, 10, 30)]
    [0.1, 0.05, 0.025]
    """

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False

    name: ClassVar[str] = "inverse_time_decay"

    def __post_init__(self) -> None:
        _not_negative("initial_learning_rate", self.initial_learning_rate)
        positive("decay_steps", self.decay_steps)
        _not_negative("decay_rate", self.decay_rate)

    def __call__(self, step: float) -> float:
        """Return the formula's value."""
        p = step / self.decay_steps
        return float(
            self.initial_learning_rate / (1 + self.decay_rate * _stairs(p, self.staircase))
        )


@described
class PolynomialDecay(Schedule):
    """rate = (initial_learning_rate - end_learning_rate) (1 - p)^power + end_learning_rate.

    p = min(step, T) / T with T = decay_steps: from the initial rate at step 0 to the end's at step
    T, where it stays. With ``cycle`` it goes up again instead, T = decay_steps times the whole
    number of decay_steps that is not less than step: each cycle starts lower and is flatter.

    Examples
    --------
    >>> schedule = PolynomialDecay(1.0, decay_steps=10, end_learning_rate=0.0)
    >>> [schedule(step) for step in (0, 5, 10, 15)]
    [1.0, 0.5, 0.0, 0.0]
    """

    initial_learning_rate: float
    decay_steps: float
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False

    name: ClassVar[str] = "polynomial_decay"

    def __post_init__(self) -> None:
        _not_negative("initial_learning_rate", self.initial_learning_rate)
        positive("decay_steps", self.decay_steps)
        _not_negative("end_learning_rate", self.end_learning_rate)
        positive("power", self.power)

    def __call__(self, step: float) -> float:
        """Return the formula's value."""
        start, end, steps = self.initial_learning_rate, self.end_learning_rate, self.decay_steps
        if self.cycle:
            steps *= max(1, math.ceil(step / steps))
        p = min(step, steps) / steps
        return float((start - end) * (1 - p) ** self.power + end)


@described
class CosineDecay(Schedule):
    """rate = top ((1 - alpha) (1 + cos(pi p)) / 2 + alpha), after a linear warm-up.

    Without ``warmup_target`` there is no warm-up: top = initial_learning_rate and
    p = min(step, decay_steps) / decay_steps. With it, the rate first goes in ``warmup_steps``
    along a line from initial_learning_rate to warmup_target, which is top, and p counts from
    there. At the end the rate stays at alpha top. Source: Loshchilov and Hutter, SGDR: Stochastic
    Gradient Descent with Warm Restarts, 2016; for the warm-up Goyal et al., Accurate, Large
    Minibatch SGD: Training ImageNet in 1 Hour, 2017.

    Examples
    --------
    >>> schedule = CosineDecay(0.0, decay_steps=10, warmup_target=1.0, warmup_steps=2)
    >>> [round(schedule(step), 6) for step in (0, 1, 2, 7, 12, 20)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """

    initial_learning_rate: float
    decay_steps: float
    alpha: float = 0.0
    warmup_target: float | None = None
    warmup_steps: float = 0

    name: ClassVar[str] = "cosine_decay"

    def __post_init__(self) -> None:
        _not_negative("initial_learning_rate", self.initial_learning_rate)
        positive("decay_steps", self.decay_steps)
        _not_negative("alpha", self.alpha)
        if self.warmup_target is not None:
            _not_negative("warmup_target", self.warmup_target)
        _not_negative("warmup_steps", self.warmup_steps)

    def __call__(self, step: float) -> float:
        """Return the formula's value."""
        start, top = self.initial_learning_rate, self.warmup_target
        if top is None:
            top = start
        elif step < self.warmup_steps:
            return float(start + (top - start) * step / self.warmup_steps)
        else:
            step -= self.warmup_steps
        p = min(step, self.decay_steps) / self.decay_steps
        return float(top * _cosine(p, 1.0, self.alpha))


@described
class CosineDecayRestarts(Schedule):
    """rate = initial_learning_rate ((1 - alpha) m_mul^i (1 + cos(pi p)) / 2 + alpha).

    Cosine decay that starts anew after first_decay_steps, again after t_mul times as many, and
    so on; i counts the restarts and p runs from 0 to 1 between two. Each restart is m_mul times
    as high as the one before. Source: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent
    with Warm Restarts, 2016.

    Examples
    --------
    >>> schedule = CosineDecayRestarts(1.0, first_decay_steps=10, m_mul=0.5)
    >>> [round(schedule(step), 6) for step in (0, 5, 10, 20, 30)]
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    initial_learning_rate: float
    first_decay_steps: float
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0

    name: ClassVar[str] = "cosine_decay_restarts"

    def __post_init__(self) -> None:
        _not_negative("initial_learning_rate", self.initial_learning_rate)
        positive("first_decay_steps", self.first_decay_steps)
        if not (math.isfinite(self.t_mul) and self.t_mul >= 1):
            raise ValueError(f"t_mul is {self.t_mul}; possible: a finite number of at least 1")
        _not_negative("m_mul", self.m_mul)
        _not_negative("alpha", self.alpha)

    def __call__(self, step: float) -> float:
        """Return the formula's value."""
        periods = step / self.first_decay_steps
        i = self._restarts(periods)
        p = (periods - self._start(i)) / self.t_mul**i
        return float(self.initial_learning_rate * _cosine(p, self.m_mul**i, self.alpha))

    def _start(self, i: int) -> float:
        """Return when restart i is, in periods: 1 + t_mul + ... + t_mul^(i - 1)."""
        return i if self.t_mul == 1 else (self.t_mul**i - 1) / (self.t_mul - 1)

    def _restarts(self, periods: float) -> int:
        """Return the greatest i with start(i) <= periods."""
        if self.t_mul == 1:
            return math.floor(periods)
        i = math.floor(math.log1p(periods * (self.t_mul - 1)) / math.log(self.t_mul))
        if self._start(i) > periods:  # the logarithms are rounded
            return i - 1
        return i + 1 if self._start(i + 1) <= periods else i


def _cosine(p: float, height: float, alpha: float) -> float:
    return (1 - alpha) * height * 0.5 * (1 + math.cos(math.pi * p)) + alpha


def _stairs(p: float, staircase: bool) -> float:
    return math.floor(p) if staircase else p


def _not_negative(name: str, value: float) -> float:
    number = float(value)
    if not (number >= 0 and math.isfinite(number)):
        raise ValueError(f"{name} is {value}; possible: a finite number of at least 0")
    return number


SCHEDULES: Table[type[Schedule]] = Table(
    "schedule",
    {
        row.name: row
        for row in (
            Constant,
            PiecewiseConstant,
            ExponentialDecay,
            InverseTimeDecay,
            PolynomialDecay,
            CosineDecay,
            CosineDecayRestarts,
        )
    },
)
