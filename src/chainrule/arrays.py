"""From what users have (lists, frames, arrays of any dtype and layout) to arrays engines take."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_WHAT_IS_POSSIBLE = "possible: an array, a list of lists or a frame of real numbers"


def real_array(name: str, value: object, *, finite: bool = True) -> Array:
    """Return ``value`` as a C-contiguous, aligned float64 array; copy only if needed.

    Parameters
    ----------
    name : str
        How the caller calls this argument; error messages begin with it.
    value : array_like
        Numbers of any real dtype, byte order and layout.
    finite : bool
        Refuse NaN and inf.

    Raises
    ------
    TypeError
        For text, complex numbers, dates, sparse matrices and other things that are no numbers.
    ValueError
        For NaN or inf, and for rows of unequal length.

    Examples
    --------
    >>> real_array("X", [[0, 1], [2, 3]])
    array([[0., 1.],
           [2., 3.]])
    >>> real_array("X", ["a"])
    Traceback (most recent call last):
    ...
    TypeError: X holds text (dtype <U1); possible: an array, a list of lists or a frame of real \
numbers
    """
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise TypeError(f"{name} is a sparse matrix; give {name}.toarray()")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(f"{name} has masked values; fill or remove them, {name}.filled(0)")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of unequal length; all must have as many") from None
    kind = array.dtype.kind
    if kind == "O":
        array = _from_objects(name, array)
    elif kind not in "biuf":
        what = {"U": "text", "S": "text", "T": "text", "c": "complex numbers", "M": "dates"}
        found = what.get(kind, "no numbers")
        raise TypeError(f"{name} holds {found} (dtype {array.dtype}); {_WHAT_IS_POSSIBLE}")
    with np.errstate(over="ignore"):  # a long double past float64 becomes inf, refused below
        array = np.require(array, np.float64, ["C", "A"]).reshape(array.shape)
    if finite and not np.isfinite(array).all():
        n_bad = int(np.count_nonzero(~np.isfinite(array)))
        first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"{name} holds {n_bad} NaN or inf, the first at index {first}; "
            f"possible: finite numbers; remove or replace those samples"
        )
    return array


def _from_objects(name: str, array: Array) -> Array:
    """Convert Python objects, as frames with missing values or mixed columns give them."""
    numbers = np.empty(array.shape)
    for index, item in np.ndenumerate(array):
        if isinstance(item, (str, bytes)):
            raise TypeError(f"{name} holds text (dtype object); {_WHAT_IS_POSSIBLE}")
        try:
            if isinstance(item, (complex, np.complexfloating)):
                raise TypeError
            numbers[index] = float(item)
        except OverflowError:
            numbers[index] = math.inf  # an integer past float64
        except (TypeError, ValueError):
            raise TypeError(
                f"{name} holds {item!r}, a {type(item).__name__}; {_WHAT_IS_POSSIBLE}"
            ) from None
    return numbers


def real_matrix(name: str, value: object) -> Array:
    """Return ``value`` as :func:`real_array` does, with two axes; one row if it had one axis.

    Raises
    ------
    ValueError
        When there are more than two axes, no rows, or no columns.

    Examples
    --------
    >>> real_matrix("X", [0, 1])
    array([[0., 1.]])
    """
    array = np.atleast_2d(real_array(name, value))
    if array.ndim > 2:
        raise ValueError(
            f"{name} has shape {array.shape}; possible: (samples, columns); "
            f"flatten each sample with {name}.reshape(len({name}), -1)"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); give at least one sample")
    return array


def integer(name: str, value: object, *, least: int) -> int:
    """Return ``value`` as an int of at least ``least``.

    Examples
    --------
    >>> integer("n_epochs", 10, least=0)
    10
    >>> integer("n_epochs", 2.5, least=0)
    Traceback (most recent call last):
    ...
    TypeError: n_epochs is 2.5, a float; possible: an integer of at least 0
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(
            f"{name} is {value!r}, a {type(value).__name__}; "
            f"possible: an integer of at least {least}"
        )
    if value < least:
        raise ValueError(f"{name} is {value}; possible: an integer of at least {least}")
    return int(value)


def positive(name: str, value: object) -> float:
    """Return ``value`` as a float that is positive and finite.

    Examples
    --------
    >>> positive("eta", 1)
    1.0
    >>> positive("eta", -1)
    Traceback (most recent call last):
    ...
    ValueError: eta is -1; possible: a positive, finite number
    """
    real = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not real:
        raise TypeError(
            f"{name} is {value!r}, a {type(value).__name__}; possible: a positive, finite number"
        )
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        number = math.inf
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{name} is {value!r}; possible: a positive, finite number")
    return number


def widths(name: str, value: object) -> list[int]:
    """Return ``value`` as a list of at least two positive integers, the widths of layers.

    Examples
    --------
    >>> widths("layers", (2, 2, 1))
    [2, 2, 1]
    >>> widths("layers", [2])
    Traceback (most recent call last):
    ...
    ValueError: layers is [2]; possible: at least two positive integers, such as [2, 2, 1]
    """
    possible = "possible: at least two positive integers, such as [2, 2, 1]"
    try:
        found = [] if isinstance(value, (str, bytes)) else list(value)  # type: ignore[call-overload]
    except TypeError:
        found = []
    if not found:
        raise TypeError(f"{name} is {value!r}; {possible}")
    for width in found:
        if isinstance(width, bool) or not isinstance(width, (int, np.integer)) or width < 1:
            raise ValueError(f"{name} is {found}, with {width!r}; {possible}")
    if len(found) < 2:
        raise ValueError(f"{name} is {found}; {possible}")
    return [int(width) for width in found]
