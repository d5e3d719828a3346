"""The values of activations, which are those of the engine's rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.activations import ACTIVATIONS
from chainrule.keras.variables import Tensor, Variable, tensor


def value(row: str, x: npt.ArrayLike, alpha: float | None = None) -> Tensor:
    """Return the row's values for x, of any shape, in the dtype of x; floatx for what is no float.

    Examples
    --------
    >>> value("relu", [-1, 2])
    Tensor([0., 2.], dtype=float32)
    """
    return tensor(np.asarray(ACTIVATIONS[row].with_alpha(alpha).value(floats(x))))


def floats(x: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return x as an array of floats."""
    array = np.asarray(x)
    if array.dtype.kind == "f" and isinstance(x, (np.ndarray, Variable)):
        return array
    from chainrule.keras import backend

    return array.astype(backend.floatx())
