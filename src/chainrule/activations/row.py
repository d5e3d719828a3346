"""What one row of the table of activations is.

Derivation: docs/maths/back-propagation.md#a-dense-layer
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy.typing as npt

from chainrule.description import described

Array = npt.NDArray[Any]


@described
class Activation:
    """One activation: its formula, and how a gradient comes back through it.

    Most are applied to each element and have a derivative. A few need a whole row of Z (one
    sample); these say instead how dL/dA of a row turns into dL/dZ. All results have the shape
    and dtype of ``Z``.

    Parameters
    ----------
    name : str
        The identifier that layers use.
    value : callable
        ``A = value(Z)``, or ``value(Z, alpha)`` for a row with a parameter; shapes (N, H).
    derivative : callable or None
        ``f'(Z) = derivative(Z, A)``, or ``derivative(Z, A, alpha)``. It is given ``A = f(Z)`` as
        well, because for many activations the derivative is cheapest in terms of the output.
        None for those that need a whole row.
    alpha : float or None
        The default of the one parameter; None if there is none.
    row_pullback : callable or None
        ``dL/dZ = row_pullback(A, dL/dA)`` for those that need a whole row.

    Raises
    ------
    ValueError
        Unless exactly one of ``derivative`` and ``row_pullback`` is given.
    """

    name: str
    value: Callable[..., Array]
    derivative: Callable[..., Array] | None
    alpha: float | None = None
    row_pullback: Callable[[Array, Array], Array] | None = None

    def __post_init__(self) -> None:
        if (self.derivative is None) == (self.row_pullback is None):
            raise ValueError(f"{self.name}: give either derivative or row_pullback")

    def with_alpha(self, alpha: float | None) -> Activation:
        """Return the same row with its parameter set to ``alpha``; None keeps the default.

        Raises
        ------
        ValueError
            For a row that has no parameter, and for an ``alpha`` that is NaN or infinite.

        Examples
        --------
        >>> import numpy as np
        >>> from chainrule.activations import ACTIVATIONS
        >>> ACTIVATIONS["leaky_relu"].with_alpha(0.5).value(np.array([-2.0, 2.0]))
        array([-1.,  2.])
        >>> ACTIVATIONS["tanh"].with_alpha(0.5)
        Traceback (most recent call last):
        ...
        ValueError: alpha is 0.5, but tanh has no parameter; possible: None
        """
        if alpha is None:
            return self
        if self.alpha is None or self.derivative is None:
            raise ValueError(f"alpha is {alpha}, but {self.name} has no parameter; possible: None")
        number = float(alpha)
        if not math.isfinite(number):
            raise ValueError(f"alpha is {alpha}; possible: a finite number, or None")
        return replace(
            self,
            value=partial(self.value, alpha=number),
            derivative=partial(self.derivative, alpha=number),
            alpha=number,
        )

    def pullback(self, Z: Array, A: Array, dA: Array) -> Array:
        """Return dL/dZ (N, H) from dL/dA (N, H), where A = f(Z).

        Element by element it is dL/dA f'(Z).

        Examples
        --------
        >>> import numpy as np
        >>> from chainrule.activations import ACTIVATIONS
        >>> Z = np.array([[-1.0, 3.0]])
        >>> relu = ACTIVATIONS["relu"]
        >>> relu.pullback(Z, relu.value(Z), np.array([[5.0, 5.0]]))
        array([[0., 5.]])
        """
        if self.row_pullback is not None:
            return self.row_pullback(A, dA)
        return dA * self.derivative(Z, A)  # type: ignore[misc]
