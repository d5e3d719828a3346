"""Losses that ask for a margin: the right score shall lead by 1.

The formulas are rows of ``chainrule.losses``. Beside the classes are functions of the same names,
which give one loss a sample.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.losses.base import Loss
from chainrule.keras.losses.regression import MEAN
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor

Array = npt.NDArray[Any]


@register("loss", "keras.losses")
class Hinge(Loss):
    """L = mean of max(1 - y_true y_pred, 0); targets are -1 and 1, or all 0 and 1.

    Examples
    --------
    >>> Hinge()([[0.0, 1.0]], [[0.5, 2.0]])
    Tensor(0.75, dtype=float32)
    """

    _row = "hinge"
    elementwise = True

    def __init__(
        self, reduction: str | None = MEAN, name: str | None = "hinge", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)

    def targets(self, y_true: Array) -> Array:
        """Return -1 and 1 for 0 and 1."""
        return _signs(y_true)


@register("loss", "keras.losses")
class SquaredHinge(Loss):
    """L = mean of max(1 - y_true y_pred, 0)^2; targets are -1 and 1, or all 0 and 1.

    Examples
    --------
    >>> SquaredHinge()([[-1.0, 1.0]], [[0.5, 2.0]])
    Tensor(1.125, dtype=float32)
    """

    _row = "squared_hinge"
    elementwise = True

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "squared_hinge",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def targets(self, y_true: Array) -> Array:
        """Return -1 and 1 for 0 and 1."""
        return _signs(y_true)


@register("loss", "keras.losses")
class CategoricalHinge(Loss):
    """L = max(1 + the best wrong score - the right one, 0); targets are one-hot.

    Examples
    --------
    >>> CategoricalHinge()([[0.0, 0.0, 1.0]], [[1.0, 3.0, 2.0]])
    Tensor(2., dtype=float32)
    """

    _row = "categorical_hinge"

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "categorical_hinge",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`Hinge` of each sample."""
    return Hinge().call(y_true, y_pred)


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`SquaredHinge` of each sample."""
    return SquaredHinge().call(y_true, y_pred)


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`CategoricalHinge` of each sample."""
    return CategoricalHinge().call(y_true, y_pred)


def _signs(Y: Array) -> Array:
    return 2 * Y - 1 if np.isin(Y, (0, 1)).all() else Y
