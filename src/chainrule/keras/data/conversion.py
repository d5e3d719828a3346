"""From what users have to arrays an engine takes: lists, frames, tensors of other libraries."""

from __future__ import annotations

import math
import sys
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras import backend

Array = npt.NDArray[Any]

_POSSIBLE = "possible: an array, a list of lists, a frame or a tensor of real numbers"
_NOT_NUMBERS = {
    "U": "text",
    "S": "text",
    "T": "text",
    "c": "complex numbers",
    "M": "dates",
    "m": "durations",
}
# What DLPack calls the memory that the processor reads: its own, and that pinned for a GPU.
_ON_THE_PROCESSOR = (1, 3, 11, 13)


def arrays(
    value: object, name: str, dtype: npt.DTypeLike | None = None, *, keep_integers: bool = False
) -> Array:
    """Return ``value`` as a C-contiguous array of samples of that type; copy only if needed.

    NaN and inf pass, as in Keras, and missing values become NaN. The value is not changed; what is
    returned may be the value itself, and is to be read only.

    Parameters
    ----------
    value : array_like
        Numbers of any real type, byte order and strides: lists, NumPy arrays, pandas and polars
        frames and series, tensors of other libraries in the memory of the processor.
    name : str
        How the caller calls it; errors begin with it.
    dtype : dtype, optional
        :func:`chainrule.keras.backend.floatx` if None.
    keep_integers : bool
        Leave integers and booleans as they are, as for the numbers of classes.

    Raises
    ------
    TypeError
        For text, complex numbers, dates, sparse matrices and what else holds no real numbers.
    ValueError
        For a single number, no samples at all, rows of unequal length, and what is on a GPU.

    Examples
    --------
    >>> arrays([[0, 1], [2, 3]], "x")
    array([[0., 1.],
           [2., 3.]], dtype=float32)
    >>> arrays([0, 1], "y", keep_integers=True)
    array([0, 1])
    >>> arrays(["a"], "x")
    Traceback (most recent call last):
    ...
    TypeError: x holds text (dtype <U1); possible: an array, a list of lists, a frame or a tensor \
of real numbers
    """
    array = _as_numpy(value, name)
    if array.dtype.kind == "O":
        array = _from_objects(array, name)
    kind = array.dtype.kind
    if kind == "V" and array.dtype.type.__module__ == "ml_dtypes":
        array, kind = array.astype(np.float32), "f"  # bfloat16, as tensors of other libraries have
    if kind not in "biuf":
        found = _NOT_NUMBERS.get(kind, "no numbers")
        raise TypeError(f"{name} holds {found} (dtype {array.dtype}); {_POSSIBLE}")
    if array.ndim == 0:
        raise ValueError(
            f"{name} is the single number {array.item()!r}; possible: one sample or more, along "
            f"the first axis, such as a list or an array of shape (samples, inputs)"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); give at least one sample")
    if keep_integers and kind in "biu":
        wanted = array.dtype.newbyteorder("=")
    else:
        wanted = np.dtype(backend.floatx() if dtype is None else dtype)
    with np.errstate(over="ignore"):  # what is past float32 becomes inf
        return np.require(array, wanted, ["C", "A"])


def _as_numpy(value: Any, name: str) -> Array:
    """Return the array that a list, a frame or a tensor is; a view where possible."""
    if isinstance(value, np.ndarray):
        if type(value) is not np.ndarray and _is_masked(value):
            raise ValueError(f"{name} has masked values; fill or remove them, {name}.filled(0)")
        return np.asarray(value)
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise TypeError(f"{name} is a sparse matrix; give {name}.toarray()")
    if isinstance(value, (set, frozenset, dict)):
        raise TypeError(f"{name} is a {type(value).__name__}; {_POSSIBLE}")
    if _device(value) not in _ON_THE_PROCESSOR:
        raise ValueError(
            f"{name} is a {type(value).__name__} in the memory of a GPU; give one in the memory "
            f"of the processor, such as {name}.cpu()"
        )
    if getattr(value, "requires_grad", False):
        value = value.detach()
    if not hasattr(value, "__array__") and hasattr(value, "__dlpack__"):
        return np.from_dlpack(value)
    try:
        return np.asarray(value)
    except ValueError as error:
        if isinstance(value, (list, tuple)):
            raise ValueError(f"{name} has rows of unequal length; all must have as many") from error
        raise
    except (TypeError, RuntimeError) as error:
        raise TypeError(
            f"{name} is a {type(value).__name__} that is no NumPy array: {error}; {_POSSIBLE}"
        ) from error


def _is_masked(value: Array) -> bool:
    """Tell whether some numbers of an array are masked."""
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.is_masked(value))


def _device(value: Any) -> int:
    """Return the number by which DLPack calls the kind of memory; the processor's if unknown."""
    try:
        return int(value.__dlpack_device__()[0])
    except (AttributeError, BufferError, NotImplementedError, RuntimeError, TypeError, ValueError):
        return _ON_THE_PROCESSOR[0]


def _from_objects(array: Array, name: str) -> Array:
    """Convert Python objects, as frames with missing values or mixed columns hold them."""
    items = array.ravel().tolist()
    kinds = set(map(type, items))
    missing = {kind for kind in kinds if kind.__name__ in ("NoneType", "NAType")}
    for kind in kinds - missing:
        real = hasattr(kind, "__float__") and not issubclass(kind, np.complexfloating)
        if not real or hasattr(kind, "__len__"):
            first = next(item for item in items if type(item) is kind)
            what = "text" if kind is str else f"{first!r}, a {kind.__name__}"
            raise TypeError(f"{name} holds {what} (dtype object); {_POSSIBLE}")
    try:
        numbers = [math.nan if type(item) in missing else float(item) for item in items]
    except OverflowError:
        raise ValueError(f"{name} holds an integer past the largest float; scale it down") from None
    return np.array(numbers).reshape(array.shape)


def single(value: Any, name: str) -> Any:
    """Return the one array of a structure with one entry, such as ``[x]`` or ``{"input": x}``.

    Keras takes such structures for models with several inputs or outputs.

    Raises
    ------
    TypeError
        When a dictionary has several entries.

    Examples
    --------
    >>> single({"pixels": [[1.0]]}, "x")
    [[1.0]]
    """
    if isinstance(value, dict):
        if len(value) == 1:
            return next(iter(value.values()))
        raise TypeError(
            f"{name} is a dictionary with {len(value)} entries, {', '.join(map(str, value))}; "
            f"a model has one input and one output here; for several use real Keras"
        )
    if isinstance(value, (list, tuple)) and len(value) == 1 and len(_shape(value[0])) > 1:
        return value[0]
    return value


def _shape(value: Any) -> tuple[int, ...]:
    shape = getattr(value, "shape", ())
    return tuple(shape) if isinstance(shape, (tuple, list)) else ()


def warn(message: str) -> None:
    """Warn those who called the model, not this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and str(frame.f_globals.get("__name__", "")).startswith("chainrule."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, UserWarning, stacklevel=level)
