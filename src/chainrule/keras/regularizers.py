"""Regularisers: what large weights add to the loss.

A layer's regularisers go into the engine as two numbers, the factors of the sums of |w| and w^2.
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from chainrule.keras.mistakes import missing
from chainrule.keras.objects import Configured, deserialize, register, resolve, serialize
from chainrule.keras.variables import Tensor, tensor

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


class Regularizer(Configured):
    """The base of all regularisers: the loss gets l1 sum |w| + l2 sum w^2.

    Examples
    --------
    >>> L1L2(0.5, 0.25)([1.0, -2.0])  # 0.5 * 3 + 0.25 * 5
    Tensor(2.75)
    """

    l1: float = 0.0
    l2: float = 0.0

    def __call__(self, x: npt.ArrayLike) -> Tensor:
        """Return the penalty of these weights, a scalar of their dtype."""
        w = np.asarray(x)
        if w.dtype.kind != "f":
            w = w.astype(np.float64)
        penalty = np.zeros((), dtype=w.dtype)
        if self.l1:
            penalty += w.dtype.type(self.l1) * np.sum(np.abs(w))
        if self.l2:
            penalty += w.dtype.type(self.l2) * np.sum(np.square(w))
        return tensor(penalty)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"<{type(self).__name__}: {settings}>"


@register("regularizer", "keras.regularizers")
class L1(Regularizer):
    """The loss gets l1 sum |w|: weights that matter little become 0.

    Source: Tibshirani, Regression Shrinkage and Selection via the Lasso, 1996.

    Parameters
    ----------
    l1 : float
        At least 0 and finite.

    Examples
    --------
    >>> L1(0.5)([1.0, -2.0])
    Tensor(1.5)
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = _factor("l1", 0.01 if l1 is None else l1)

    def get_config(self) -> dict[str, Any]:
        """Return ``{"l1": ...}``."""
        return {"l1": self.l1}


@register("regularizer", "keras.regularizers")
class L2(Regularizer):
    """The loss gets l2 sum w^2: weights become small, the larger the more.

    Source: Hoerl and Kennard, Ridge Regression, 1970.

    Parameters
    ----------
    l2 : float
        At least 0 and finite.

    Examples
    --------
    >>> L2(0.5)([1.0, -2.0])
    Tensor(2.5)
    >>> L2(-1.0)
    Traceback (most recent call last):
    ...
    ValueError: l2 is -1.0; possible: a finite number of at least 0
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = _factor("l2", 0.01 if l2 is None else l2)

    def get_config(self) -> dict[str, Any]:
        """Return ``{"l2": ...}``."""
        return {"l2": self.l2}


@register("regularizer", "keras.regularizers")
class L1L2(Regularizer):
    """The loss gets l1 sum |w| + l2 sum w^2.

    Both factors are 0 by default, as in Keras; so ``"l1_l2"`` as a text does nothing.
    Source: Zou and Hastie, Regularization and Variable Selection via the Elastic Net, 2005.

    Parameters
    ----------
    l1, l2 : float
        At least 0 and finite.

    Examples
    --------
    >>> L1L2(l1=0.5, l2=0.25)
    <L1L2: l1=0.5, l2=0.25>
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = _factor("l1", 0.0 if l1 is None else l1)
        self.l2 = _factor("l2", 0.0 if l2 is None else l2)

    def get_config(self) -> dict[str, Any]:
        """Return ``{"l1": ..., "l2": ...}``."""
        return {"l1": self.l1, "l2": self.l2}


class OrthogonalRegularizer:
    """Not supported here: making one raises, and says what to do.

    Raises
    ------
    ValueError
        In any case.

    Examples
    --------
    >>> OrthogonalRegularizer()
    Traceback (most recent call last):
    ...
    ValueError: OrthogonalRegularizer is not supported here; possible: L1, L2, L1L2, ...
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:  # noqa: ARG002
        raise ValueError(
            "OrthogonalRegularizer is not supported here; possible: L1, L2, L1L2, "
            "kernel_initializer='orthogonal' for a start that is orthogonal, or real Keras"
        )


# Keras has the classes under their old names too.
l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer


def get(identifier: object, argument: str | None = None) -> Any:
    """Return the regulariser that an identifier stands for; None stays None.

    Raises
    ------
    TypeError, ValueError
        When it names none, and for a function or class of one's own: what is not in the table
        has no derivative here.

    Examples
    --------
    >>> get("l2"), get({"class_name": "L1", "config": {"l1": 0.5}}), get(None)
    (<L2: l2=0.01>, <L1: l1=0.5>, None)
    """
    if identifier is None:
        return None
    if callable(identifier) and not isinstance(identifier, (type, L1, L2, L1L2)):
        _refuse(identifier)
    return resolve("regularizer", identifier, argument)


def _refuse(identifier: object) -> NoReturn:
    raise TypeError(
        f"regularizer is {identifier!r}; possible: L1, L2 and L1L2. Python code is not "
        f"differentiated here: a regularizer of your own needs real Keras"
    )


def _factor(name: str, value: object) -> float:
    real = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not real or not 0 <= float(value) < math.inf:  # type: ignore[arg-type]
        raise ValueError(f"{name} is {value!r}; possible: a finite number of at least 0")
    return float(value)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name, __all__)
