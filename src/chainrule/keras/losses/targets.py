"""Targets as users have them, checked against the loss and the network's outputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.arrays import real_array
from chainrule.keras.losses.base import Loss

Array = npt.NDArray[Any]


def check_targets(
    loss: Loss,
    y: Any,
    outputs: int | tuple[int, ...],
    *,
    dtype: str | None = None,
    samples: int | None = None,
    name: str = "y",
) -> Array:
    """Return the targets as an engine takes them.

    Parameters
    ----------
    loss : Loss
        With which the network is trained.
    y : array_like
        Class numbers (N,) or (N, 1) for sparse losses; else one column an output, (N, H), and
        also (N,) where H is 1.
    outputs : int or tuple of int
        H, or the shape of the outputs of one sample.
    dtype : str, optional
        Of the result; ``backend.floatx()`` if None.
    samples : int, optional
        How many samples the inputs have.
    name : str
        What errors call the targets.

    Returns
    -------
    ndarray, shape (N, H), or (N, 1) for sparse losses
        C-contiguous; a view of ``y`` where that is possible. Labels are not smoothed.

    Raises
    ------
    TypeError, ValueError
        When they do not fit the loss or the network; with what would fit.

    Examples
    --------
    >>> from chainrule.keras.losses import get
    >>> check_targets(get("mse"), [1, 2], 1)
    array([[1.],
           [2.]], dtype=float32)
    >>> check_targets(get("categorical_crossentropy"), [1, 2], 3)
    Traceback (most recent call last):
    ...
    ValueError: y has shape (2,), class numbers, and loss 'categorical_crossentropy' wants one \
column a class, (2, 3); use loss='sparse_categorical_crossentropy', or \
utils.to_categorical(y, 3) for y
    """
    from chainrule.keras import backend

    shape = (outputs,) if isinstance(outputs, int) else tuple(outputs)
    array = np.asarray(y)
    if array.dtype.kind not in "biuf":
        array = real_array(name, y, finite=False)
    if array.ndim == 0:
        raise ValueError(f"{name} is the number {array}; possible: an array, shape (samples, ...)")
    if samples is not None and len(array) != samples:
        raise ValueError(
            f"{name} has {len(array)} samples and x has {samples}; possible: as many of each"
        )
    if len(shape) > 1 and not loss.elementwise:
        raise ValueError(
            f"the outputs of a sample have shape {shape}, and loss {loss.name!r} compares rows "
            f"of outputs; possible: one axis of outputs, or a loss such as 'mse'"
        )
    dtype = dtype or backend.floatx()
    if loss.sparse:
        return _class_numbers(loss, array, shape[-1], name).astype(dtype)
    array = _one_column_an_output(loss, array, shape, name)
    return np.ascontiguousarray(loss.targets(array.astype(dtype, copy=False)))


def _one_column_an_output(loss: Loss, y: Array, shape: tuple[int, ...], name: str) -> Array:
    """Return y (N, ...) as (N, H)."""
    n, width = len(y), math.prod(shape)
    wanted = (n, *shape)
    if y.shape != wanted and (*y.shape, 1) != wanted and y.shape != (*wanted, 1):
        labels = y.shape in ((n,), (n, 1)) and len(shape) == 1
        if labels and "crossentropy" in loss.row and _whole(y):
            message = (
                f"{name} has shape {y.shape}, class numbers, and loss {loss.name!r} wants one "
                f"column a class, {wanted}; use loss='sparse_categorical_crossentropy', or "
                f"utils.to_categorical({name}, {width}) for {name}"
            )
        else:
            units = math.prod(y.shape[1:])
            last = f"a last layer with {units} unit{'s' if units > 1 else ''}"
            message = (
                f"{name} has shape {y.shape}, and the network's outputs {wanted}; "
                f"give {name} of shape {wanted}"
            ) + (f", or the network {last}" if len(shape) == 1 and y.size else "")
        raise ValueError(message)
    if loss.row.startswith("categorical_crossentropy") and width == 1:
        raise ValueError(
            f"loss {loss.name!r} has one output, whose share of all is always 1; use "
            f"loss='binary_crossentropy', or a last layer with one unit a class"
        )
    return y.reshape(n, width)


def _class_numbers(loss: Loss, y: Array, classes: int, name: str) -> Array:
    """Return y (N,) or (N, 1) as (N, 1), all of them whole and from 0 to classes - 1."""
    n = len(y)
    if y.shape not in ((n,), (n, 1)):
        one_hot = y.shape == (n, classes)
        raise ValueError(
            f"{name} has shape {y.shape}, and loss {loss.name!r} wants class numbers, ({n},) or "
            f"({n}, 1); "
            + (
                f"use loss={loss.row.removeprefix('sparse_').removesuffix('_from_logits')!r}, or "
                f"{name}.argmax(axis=1) for {name}"
                if one_hot
                else f"give {name} of such a shape"
            )
        )
    if not n:
        return y.reshape(0, 1)
    if not _whole(y):
        wrong = y[np.mod(y, 1) != 0].flat[0]  # NaN among them
        raise ValueError(
            f"{name} holds {wrong}, and loss {loss.name!r} wants class numbers; possible: whole "
            f"numbers from 0 to {classes - 1}; for other targets use loss='mse'"
        )
    least, most = y.min(), y.max()
    if least < 0 or most >= classes:
        first = int(np.argmax((y < 0) | (y >= classes)))
        if least == 1 and most == classes:
            hint = f"labels begin at 0: give {name} - 1"
        elif least < 0:
            hint = f"number the classes from 0: np.unique({name}, return_inverse=True)[1]"
        else:
            hint = f"give the last layer {int(most) + 1} units, or number the classes from 0"
        raise ValueError(
            f"{name} holds the class {y.reshape(-1)[first]:g} at index {first}, and the network "
            f"has {classes} outputs; possible: from 0 to {classes - 1}; {hint}"
        )
    return y.reshape(n, 1)


def _whole(y: Array) -> bool:
    return y.dtype.kind in "biu" or bool(np.all(np.mod(y, 1) == 0))
