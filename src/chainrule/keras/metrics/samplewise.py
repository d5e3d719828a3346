"""From values of any rank and weights to one value and one weight a sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.losses.shapes import floats, same_rank

Array = npt.NDArray[Any]


def samplewise(
    values: Any, weight: Any, dtype: str, reduce: Callable[..., Any] = np.mean
) -> tuple[Array, Array | None]:
    """Return values (N,) times weights, and the weights (N,), or None.

    Axes that the weights do not have are reduced before the product, the others after it.

    Parameters
    ----------
    values : array_like, shape (N, ...) or ()
        What is counted.
    weight : array_like, shape (N, ...), or None
        What each counts; with as many axes as ``values`` or fewer.
    dtype : str
        In which it is computed.
    reduce : callable
        numpy.mean or numpy.sum, over all axes but that of the samples.

    Examples
    --------
    >>> values, weight = samplewise([[1.0, 3.0], [5.0, 7.0]], [1.0, 2.0], "float32")
    >>> values, weight
    (array([ 2., 12.], dtype=float32), array([1., 2.], dtype=float32))
    """
    value = floats(values, dtype)
    factor = None if weight is None else floats(weight, dtype)
    if factor is not None:
        value, factor = same_rank(value, factor)
        axes = factor.ndim
        if value.ndim > axes:
            value = reduce(value, axis=tuple(range(axes, value.ndim)))
        factor = np.broadcast_to(factor, value.shape)
        value = value * factor
        if axes > 1:
            factor = reduce(factor, axis=tuple(range(1, axes)))
    if value.ndim > 1:
        value = reduce(value, axis=tuple(range(1, value.ndim)))
    return value, factor
