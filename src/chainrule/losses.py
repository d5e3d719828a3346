"""Losses: how far the outputs A are from the targets Y, and beside each its gradient dL/dA.

One row a loss. A row gives the loss of each sample; the loss of a batch is the sum of those of
its samples, or their mean, as the row says. The native engine has a row of the same name in
``native/losses.hpp``, and a test holds the two tables together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from chainrule.tables import Table

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Loss:
    """One loss: its value for each sample, its gradient, and how samples are put together.

    Parameters
    ----------
    name : str
        The identifier that programs use.
    per_sample : callable
        ``per_sample(A, Y)`` of shapes (N, H), (N, H) gives the N losses, shape (N,).
    gradient : callable
        ``gradient(A, Y)``, shape (N, H): row n is the gradient of the n-th sample's loss with
        respect to its outputs.
    reduction : {"sum", "mean"}
        The loss of a batch is the sum, or the mean, of the losses of its samples.
    """

    name: str
    per_sample: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]
    reduction: Literal["sum", "mean"]

    def scale(self, n_samples: int) -> float:
        """Return the weight of one sample in the loss of a batch: 1, or 1 / n_samples.

        Examples
        --------
        >>> LOSSES["sum_of_squared_errors"].scale(10)
        1.0
        """
        return 1.0 if self.reduction == "sum" else 1.0 / n_samples


def squared_errors(A: Array, Y: Array) -> Array:
    """L = sum over outputs of (a - y)^2.

    Examples
    --------
    >>> squared_errors(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([5.])
    """
    return np.sum(np.square(A - Y), axis=1)  # type: ignore[no-any-return]


def squared_errors_gradient(A: Array, Y: Array) -> Array:
    """dL/da = 2 (a - y).

    Examples
    --------
    >>> squared_errors_gradient(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([[ 2., -4.]])
    """
    return 2 * (A - Y)


LOSSES: Table[Loss] = Table(
    "loss",
    {
        row.name: row
        for row in (Loss("sum_of_squared_errors", squared_errors, squared_errors_gradient, "sum"),)
    },
)
