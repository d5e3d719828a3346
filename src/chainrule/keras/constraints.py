"""Constraints: what weights must be after each step.

A constraint on the norms along axis 0 goes into the engine as a number, :attr:`MaxNorm.max_norm`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.mistakes import missing
from chainrule.keras.objects import Configured, deserialize, register, resolve, serialize

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]

Array = npt.NDArray[Any]
Axis = int | Sequence[int]


class Constraint(Configured):
    """The base of all constraints: called with weights, it returns those that are allowed.

    Examples
    --------
    >>> class AtMostOne(Constraint):
    ...     def __call__(self, w):
    ...         return np.minimum(w, 1)
    >>> AtMostOne()(np.array([0.5, 2.0]))
    array([0.5, 1. ])
    """

    @property
    def max_norm(self) -> float | None:
        """The limit of the norm of every column, for constraints that are nothing else."""
        return None

    def __call__(self, w: Any) -> Any:
        """Return the allowed weights, here the same."""
        return w

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"<{type(self).__name__}{': ' if settings else ''}{settings}>"


@register("constraint", "keras.constraints")
class MaxNorm(Constraint):
    """w <- w min(|w|, max_value) / (|w| + epsilon), with the norms along an axis.

    Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting,
    2014, appendix A.

    Parameters
    ----------
    max_value : float
        The largest norm.
    axis : int or sequence of int
        Along which norms are taken; 0 has one for each unit of a kernel (D, units).

    Examples
    --------
    >>> MaxNorm(1.0)(np.array([[3.0, 0.3], [4.0, 0.4]])).round(3)
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """

    def __init__(self, max_value: float = 2, axis: Axis = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    @property
    def max_norm(self) -> float | None:
        """``max_value`` if the norms are those of the columns."""
        return float(self.max_value) if self.axis in (0, [0], (0,)) else None

    def __call__(self, w: npt.ArrayLike) -> Array:
        """Return the weights, where needed scaled."""
        w, norms = _norms(w, self.axis)
        return _cast(w * (np.clip(norms, 0, self.max_value) / (_epsilon() + norms)), w)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {"max_value": self.max_value, "axis": self.axis}


@register("constraint", "keras.constraints")
class NonNeg(Constraint):
    """w <- max(w, 0).

    Examples
    --------
    >>> NonNeg()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __call__(self, w: npt.ArrayLike) -> Array:
        """Return the weights, 0 where they were negative."""
        allowed: Array = np.maximum(np.asarray(w), 0)
        return allowed


@register("constraint", "keras.constraints")
class UnitNorm(Constraint):
    """w <- w / (|w| + epsilon), with the norms along an axis.

    Parameters
    ----------
    axis : int or sequence of int
        Along which norms are taken; 0 has one for each unit of a kernel (D, units).

    Examples
    --------
    >>> UnitNorm()(np.array([[3.0], [4.0]])).round(3)
    array([[0.6],
           [0.8]])
    """

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis

    def __call__(self, w: npt.ArrayLike) -> Array:
        """Return the scaled weights."""
        w, norms = _norms(w, self.axis)
        return _cast(w / (_epsilon() + norms), w)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {"axis": self.axis}


@register("constraint", "keras.constraints")
class MinMaxNorm(Constraint):
    """w <- w (rate clip(|w|, min_value, max_value) + (1 - rate) |w|) / (|w| + epsilon).

    Parameters
    ----------
    min_value, max_value : float
        Between which norms are to be.
    rate : float
        1 has them there at once; less goes a part of the way at each step.
    axis : int or sequence of int
        Along which norms are taken; 0 has one for each unit of a kernel (D, units).

    Examples
    --------
    >>> MinMaxNorm(1.0, 2.0, rate=0.5)(np.array([[3.0], [4.0]])).round(3)  # 5 -> (2 + 5) / 2
    array([[2.1],
           [2.8]])
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: Axis = 0,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: npt.ArrayLike) -> Array:
        """Return the weights, where needed scaled."""
        w, norms = _norms(w, self.axis)
        inside = np.clip(norms, self.min_value, self.max_value)
        wanted = self.rate * inside + (1 - self.rate) * norms
        return _cast(w * (wanted / (_epsilon() + norms)), w)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


# Keras has the classes under their old names too.
max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm
maxnorm, nonneg, unitnorm = MaxNorm, NonNeg, UnitNorm  # as Keras 1 had them


def get(identifier: object, argument: str | None = None) -> Any:
    """Return the constraint that an identifier stands for; None stays None.

    A function of the weights, and an object of a class derived from :class:`Constraint`, are
    returned as they are.

    Raises
    ------
    TypeError, ValueError
        When it is neither that nor a name or class in the table.

    Examples
    --------
    >>> get("max_norm"), get(NonNeg), get(None)
    (<MaxNorm: max_value=2, axis=0>, <NonNeg>, None)
    """
    if identifier is None:
        return None
    if isinstance(identifier, type) and issubclass(identifier, Constraint):
        return identifier()
    if callable(identifier) and not isinstance(identifier, type):
        return identifier
    return resolve("constraint", identifier, argument)


def _norms(w: npt.ArrayLike, axis: Axis) -> tuple[Array, Array]:
    """Return the weights, and their norms with the axis kept."""
    w = np.asarray(w)
    along = axis if isinstance(axis, int) else tuple(axis)
    return w, np.sqrt(np.sum(np.square(w), axis=along, keepdims=True))


def _cast(result: Array, w: Array) -> Array:
    return result.astype(w.dtype if w.dtype.kind == "f" else result.dtype, copy=False)


def _epsilon() -> float:
    from chainrule.keras import backend

    return float(backend.epsilon())


def __getattr__(name: str) -> Any:
    raise missing(__name__, name, __all__)
