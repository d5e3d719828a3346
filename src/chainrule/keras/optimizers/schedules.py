"""Schedules: the learning rate of each step. Faces of ``chainrule.schedules``.

Formulas and sources are there. A schedule of one's own derives from
:class:`LearningRateSchedule` and has ``__call__(step)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from chainrule import schedules as rules
from chainrule.keras.mistakes import missing
from chainrule.keras.objects import Configured, deserialize, register, serialize
from chainrule.keras.variables import Tensor, Variable, tensor

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]

_MODULE = "keras.optimizers.schedules"


class LearningRateSchedule(Configured):
    """The base of all schedules: called with a step, counted from 0, it returns the rate.

    Examples
    --------
    >>> class Halving(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 * 0.5**step
    >>> Halving()(2)
    0.025
    """

    rule: rules.Schedule | None = None
    settings: ClassVar[tuple[str, ...]] = ()

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of that step, a scalar of ``backend.floatx()``."""
        if self.rule is None:
            raise NotImplementedError(f"{type(self).__name__} must define __call__(step)")
        return _scalar(self.rule(float(step)))

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        if self.rule is None:
            raise NotImplementedError(
                f"{type(self).__name__} must define get_config() to be written to a file"
            )
        return {name: getattr(self, name) for name in self.settings}

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"<{type(self).__name__}{': ' if given else ''}{given}>"


@register("schedule", _MODULE)
class ExponentialDecay(LearningRateSchedule):
    """rate = initial_learning_rate decay_rate^(step / decay_steps).

    With ``staircase`` the exponent is rounded down, so that the rate falls every ``decay_steps``.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at the first step.
    decay_steps : float
        In how many steps the rate is multiplied with ``decay_rate`` once.
    decay_rate : float
        The factor.
    staircase : bool
        Whether the rate falls in stairs.
    name : str
        Kept for files.

    Examples
    --------
    >>> schedule = ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    >>> [round(float(schedule(step)), 6) for step in (0, 10, 20)]
    [0.1, 0.05, 0.025]
    """

    settings = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        self.rule = rules.ExponentialDecay(
            initial_learning_rate, decay_steps, decay_rate, staircase
        )


@register("schedule", _MODULE)
class InverseTimeDecay(LearningRateSchedule):
    """rate = initial_learning_rate / (1 + decay_rate step / decay_steps).

    With ``staircase`` step / decay_steps is rounded down.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at the first step.
    decay_steps : float
        The unit of time.
    decay_rate : float
        How fast the rate falls in it.
    staircase : bool
        Whether the rate falls in stairs.
    name : str
        Kept for files.

    Examples
    --------
    >>> schedule = InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)
    >>> [round(float(schedule(step)), 6) for step in (0, 10, 30)]
    [0.1, 0.05, 0.025]
    """

    settings = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        self.rule = rules.InverseTimeDecay(
            initial_learning_rate, decay_steps, decay_rate, staircase
        )


@register("schedule", _MODULE)
class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and with boundaries[0], then values[1] up to and with boundaries[1], ...

    After the last boundary the last value stays; so there is one value more than boundaries.

    Parameters
    ----------
    boundaries : sequence of float
        The last steps of all values but the last one, rising.
    values : sequence of float
        The rates.
    name : str
        Kept for files.

    Raises
    ------
    ValueError
        When there is not one value more than boundaries.

    Examples
    --------
    >>> schedule = PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.25])
    >>> [float(schedule(step)) for step in (0, 100, 101, 200, 201)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    settings = ("boundaries", "values", "name")

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"values has {len(values)} numbers and boundaries {len(boundaries)}; "
                f"possible: one value more than boundaries"
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name
        self.rule = rules.PiecewiseConstant(tuple(boundaries), tuple(values))


@register("schedule", _MODULE)
class PolynomialDecay(LearningRateSchedule):
    """rate = (initial_learning_rate - end_learning_rate) (1 - p)^power + end_learning_rate.

    p = min(step, T) / T with T = decay_steps; with ``cycle`` the rate goes up again after T
    instead of staying at the end's.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at the first step.
    decay_steps : float
        After how many steps the end is reached.
    end_learning_rate : float
        The rate there.
    power : float
        1 for a straight line.
    cycle : bool
        Whether the rate goes up again.
    name : str
        Kept for files.

    Examples
    --------
    >>> schedule = PolynomialDecay(1.0, decay_steps=10, end_learning_rate=0.0)
    >>> [float(schedule(step)) for step in (0, 5, 10, 15)]
    [1.0, 0.5, 0.0, 0.0]
    """

    settings = (
        "initial_learning_rate",
        "decay_steps",
        "end_learning_rate",
        "power",
        "cycle",
        "name",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name
        self.rule = rules.PolynomialDecay(
            initial_learning_rate, decay_steps, end_learning_rate, power, cycle
        )


@register("schedule", _MODULE)
class CosineDecay(LearningRateSchedule):
    """rate = top ((1 - alpha) (1 + cos(pi p)) / 2 + alpha), after a linear warm-up.

    Without ``warmup_target`` there is no warm-up and top = initial_learning_rate; with it, the
    rate first goes in ``warmup_steps`` from initial_learning_rate to warmup_target, which is top.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at the first step.
    decay_steps : float
        How many steps the cosine takes, after the warm-up.
    alpha : float
        The share of the top at which the rate ends.
    name : str
        Kept for files.
    warmup_target : float, optional
        The top of the warm-up.
    warmup_steps : float
        How many steps it takes.

    Examples
    --------
    >>> schedule = CosineDecay(0.0, decay_steps=10, warmup_target=1.0, warmup_steps=2)
    >>> [round(float(schedule(step)), 6) for step in (0, 1, 2, 7, 12)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """

    settings = (
        "initial_learning_rate",
        "decay_steps",
        "alpha",
        "name",
        "warmup_target",
        "warmup_steps",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps
        self.rule = rules.CosineDecay(
            initial_learning_rate, decay_steps, alpha, warmup_target, warmup_steps
        )


@register("schedule", _MODULE)
class CosineDecayRestarts(LearningRateSchedule):
    """rate = initial_learning_rate ((1 - alpha) m_mul^i (1 + cos(pi p)) / 2 + alpha).

    Cosine decay that starts anew after first_decay_steps, again after t_mul times as many, and
    so on; i counts the restarts and p runs from 0 to 1 between two.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at the first step.
    first_decay_steps : float
        How many steps the first cosine takes.
    t_mul : float
        How many times as long each is as the one before.
    m_mul : float
        How many times as high each begins.
    alpha : float
        The share of the top at which each ends.
    name : str
        Kept for files.

    Examples
    --------
    >>> schedule = CosineDecayRestarts(1.0, first_decay_steps=10, m_mul=0.5)
    >>> [round(float(schedule(step)), 6) for step in (0, 5, 10, 20, 30)]
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    settings = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name
        self.rule = rules.CosineDecayRestarts(
            initial_learning_rate, first_decay_steps, t_mul, m_mul, alpha
        )


def current(schedule: Any, step: int | Variable) -> Tensor:
    """Return what a schedule, or a function without arguments, gives now, as a scalar.

    Examples
    --------
    >>> float(current(lambda: 0.5, 3))
    0.5
    """
    own = isinstance(schedule, LearningRateSchedule)
    return _scalar(float(schedule(int(step)) if own else schedule()))


def _scalar(rate: float) -> Tensor:
    from chainrule.keras import backend

    return tensor(np.asarray(rate, dtype=backend.floatx()))


def __getattr__(name: str) -> Any:
    raise missing(__name__, name, __all__)
