"""Targets and outputs of any rank, brought to the matrices that the rows of losses take."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.losses import LOSSES

Array = npt.NDArray[Any]


def floats(value: npt.ArrayLike, dtype: str | None = None) -> Array:
    """Return numbers as floats: of ``dtype``, else as they are, else of ``backend.floatx()``.

    Examples
    --------
    >>> floats(np.ones(2, "float64")).dtype, floats([1, 2]).dtype, floats([1], "float64").dtype
    (dtype('float64'), dtype('float32'), dtype('float64'))
    """
    from chainrule.keras import backend

    array = np.asarray(value)
    if dtype is None:
        kept = isinstance(value, (np.ndarray, np.generic)) and array.dtype in ("f4", "f8")
        dtype = array.dtype.name if kept else backend.floatx()
    return array.astype(dtype, copy=False)


def same_rank(first: Array, second: Array, expand: bool = True) -> tuple[Array, Array]:
    """Return both with as many axes, where one has an axis of length 1 more, at its end.

    (N, 1) and (N,) become (N, 1) and (N, 1); with more axes, or without ``expand``, the last one
    is taken away instead. Everything else is returned as it is.

    Examples
    --------
    >>> [a.shape for a in same_rank(np.ones((4, 1)), np.ones(4))]
    [(4, 1), (4, 1)]
    >>> [a.shape for a in same_rank(np.ones((4, 3)), np.ones((4, 3, 1)))]
    [(4, 3), (4, 3)]
    >>> [a.shape for a in same_rank(np.ones(4), np.ones((4, 3)))]
    [(4,), (4, 3)]
    """
    if second.ndim == first.ndim + 1:
        second, first = same_rank(second, first, expand)
    elif first.ndim == second.ndim + 1 and first.shape[-1] == 1:
        if second.ndim == 1 and expand:
            second = second[:, None]
        else:
            first = first[..., 0]
    return first, second


def per_sample(
    name: str,
    y_true: Array,
    y_pred: Array,
    parameters: tuple[float, ...] = (),
    axis: int = -1,
    broadcast: bool = False,
) -> Array:
    """Return the losses of a row of ``chainrule.losses``, over one axis of arrays of any rank.

    Parameters
    ----------
    name : str
        Of the row.
    y_true, y_pred : ndarray, shape (..., H)
        Targets and outputs; for sparse rows targets are class numbers (...) or (..., 1).
    parameters : tuple of float
        What the row has beside them; its defaults if empty.
    axis : int
        Which axis is that of the H outputs.
    broadcast : bool
        Whether an axis of one of them that has length 1 may stand for all of the other's.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Examples
    --------
    >>> per_sample("mean_squared_error", np.zeros((2, 3, 4)), np.ones((2, 3, 4))).shape
    (2, 3)
    """
    row = LOSSES[name]
    if y_pred.ndim == 0:
        raise ValueError(f"y_pred is the number {y_pred}; possible: an array, shape (..., outputs)")
    A = np.moveaxis(y_pred, axis, -1)
    if row.sparse:
        Y = y_true[..., 0] if y_true.ndim == A.ndim and y_true.shape[-1] == 1 else y_true
        _fit(name, Y.shape, A.shape[:-1], y_true, y_pred)
        Y = Y.astype(np.int64)  # 1.7 is class 1, as in Keras
    else:
        Y = np.moveaxis(y_true, axis, -1) if y_true.ndim == A.ndim else y_true
        if broadcast and Y.shape != A.shape:
            try:
                Y, A = np.broadcast_arrays(Y, A)
            except ValueError:
                _fit(name, Y.shape, A.shape, y_true, y_pred)
        _fit(name, Y.shape, A.shape, y_true, y_pred)
    width = A.shape[-1]
    losses = row.per_sample(
        A.reshape(-1, width),
        Y.reshape(-1, 1 if row.sparse else width),
        *(parameters or row.parameters),
    )  # (N,)
    return losses.reshape(A.shape[:-1])


def _fit(
    name: str, shape: tuple[int, ...], wanted: tuple[int, ...], y_true: Array, y_pred: Array
) -> None:
    if shape == wanted:
        return
    hint = ""
    if LOSSES[name].sparse and y_true.shape == y_pred.shape:
        hint = "; for one-hot targets use categorical_crossentropy"
    elif name.startswith("categorical") and y_true.ndim == y_pred.ndim - 1:
        hint = "; for class numbers use sparse_categorical_crossentropy"
    raise ValueError(
        f"y_true has shape {y_true.shape} and y_pred {y_pred.shape}; possible for "
        f"{name.removesuffix('_from_logits')}: y_true of shape {wanted}{hint}"
    )
