"""Probabilities stay a small distance away from 0, where their logarithm ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

EPSILON = 1e-7  # Keras's


def clip(A: Array, most: float = 1 - EPSILON) -> tuple[Array, Array]:
    """Return A (N, H), limited to epsilon and ``most``, and the slope of that: 1 inside, else 0.

    The slope is NaN where A is.

    Examples
    --------
    >>> Q, slope = clip(np.array([[0.0, 0.5, 2.0]]), most=1.0)
    >>> Q, slope
    (array([[1.e-07, 5.e-01, 1.e+00]]), array([[0., 1., 0.]]))
    """
    Q = np.clip(A, EPSILON, most)
    slope = np.where(np.isnan(A), A, Q == A)
    return Q, slope
