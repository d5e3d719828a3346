"""Activations: A = f(Z), and beside each its derivative f'(Z).

One row an activation. The reference engine computes with these formulas; the native engine has
a row of the same name in ``native/activations.hpp``, and a test holds the two tables together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.tables import Table

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Activation:
    """One activation, applied to each element: its formula and its derivative.

    Parameters
    ----------
    name : str
        The identifier that layers use.
    value : callable
        ``A = value(Z)``, of the shape and dtype of ``Z``.
    derivative : callable
        ``f'(Z) = derivative(Z, A)``. It is given ``A = f(Z)`` as well, because for many
        activations the derivative is cheapest in terms of the output.
    """

    name: str
    value: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array]


def linear(Z: Array) -> Array:
    """f(z) = z.

    Examples
    --------
    >>> linear(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """
    return Z


def linear_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = 1.

    Examples
    --------
    >>> linear_derivative(np.array([-1.0, 2.0]), np.array([-1.0, 2.0]))
    array([1., 1.])
    """
    return np.ones_like(A)


def sigmoid(Z: Array) -> Array:
    """f(z) = 1 / (1 + exp(-z)), the logistic function; values between 0 and 1.

    Written with t = exp(-|z|), which cannot overflow: 1 / (1 + t) for z >= 0, else t / (1 + t).

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    t = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, t) / (1 + t)  # type: ignore[no-any-return]


def sigmoid_derivative(Z: Array, A: Array) -> Array:
    """f'(z) = f(z) (1 - f(z)) = a (1 - a).

    Examples
    --------
    >>> sigmoid_derivative(np.zeros(1), sigmoid(np.zeros(1)))
    array([0.25])
    """
    return A * (1 - A)  # type: ignore[no-any-return]


ACTIVATIONS: Table[Activation] = Table(
    "activation",
    {
        row.name: row
        for row in (
            Activation("linear", linear, linear_derivative),
            Activation("sigmoid", sigmoid, sigmoid_derivative),
        )
    },
)
