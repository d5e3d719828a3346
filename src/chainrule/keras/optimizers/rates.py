"""Learning rates: what users give, and what the engine's descriptions hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.description import described
from chainrule.keras.objects import deserialize
from chainrule.keras.optimizers.schedules import LearningRateSchedule
from chainrule.keras.variables import Variable
from chainrule.schedules import Constant

Rate = float | LearningRateSchedule | Callable[..., Any]


def as_rate(learning_rate: Any, path: str) -> Variable | Callable[..., Any]:
    """Return a schedule or function as it is, and a number as a variable.

    Examples
    --------
    >>> as_rate(0.5, "sgd/learning_rate")
    <Variable path=sgd/learning_rate, shape=(), dtype=float32, value=0.5>
    """
    if isinstance(learning_rate, Mapping):
        return deserialize(learning_rate, "schedule")  # type: ignore[no-any-return]
    if callable(learning_rate):
        return learning_rate  # type: ignore[no-any-return]
    from chainrule.keras import backend

    number = checked(learning_rate)
    dtype = backend.floatx()
    return Variable(number, "learning_rate", trainable=False, dtype=dtype, path=path)


def checked(value: Any) -> float:
    """Return a learning rate as a float of at least 0.

    Raises
    ------
    ValueError
        When it is anything else.

    Examples
    --------
    >>> checked(1)
    1.0
    >>> checked(-1)
    Traceback (most recent call last):
    ...
    ValueError: learning_rate is -1; possible: a finite number of at least 0, a schedule, or ...
    """
    number = np.asarray(value)
    real = number.ndim == 0 and number.dtype.kind in "iuf"
    if not real or not 0 <= float(number) < np.inf:
        raise ValueError(
            f"learning_rate is {value!r}; possible: a finite number of at least 0, "
            f"a schedule, or a function without arguments"
        )
    return float(number)


def engine_rate(rate: Any) -> Any:
    """Return the learning rate as descriptions have it: a positive number, or of the step.

    Examples
    --------
    >>> engine_rate(0.5), engine_rate(0.0)
    (0.5, Constant(learning_rate=0.0))
    >>> engine_rate(lambda: 0.25)(100)
    0.25
    """
    if isinstance(rate, LearningRateSchedule):
        return rate.rule or rate
    if callable(rate):
        return _WithoutArgument(rate)
    return rate if rate > 0 else Constant(rate)  # 0 is a rate too: nothing moves


@described
class _WithoutArgument:
    """A learning rate that a function without arguments gives, as the engine calls it."""

    function: Callable[[], Any]

    def __call__(self, step: int) -> float:  # noqa: ARG002
        return float(self.function())
