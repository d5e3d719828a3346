"""Compare what a student's code gives with what is expected, and say where it differs first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.mistakes import (
    BLANK,
    NO_RETURN,
    NOT_AN_ARRAY,
    NOT_FINITE,
    UNKNOWN,
    WRONG_SHAPE,
    Mistake,
    WrongError,
)

Array = npt.NDArray[Any]

TOLERANCE = 2e-4  # relative to the largest value: float32 passes, a wrong formula does not


def close(given: Any, expected: Any, tolerance: float = TOLERANCE) -> bool:
    """Return whether two arrays, or two lists of arrays, are the same but for rounding.

    >>> close([1.0, 2.0], [1.0, 2.00001]), close([1.0, 2.0], [1.0, 2.1]), close([1.0], [[1.0]])
    (True, False, False)
    """
    if isinstance(expected, list) and expected and isinstance(expected[0], np.ndarray):
        return len(given) == len(expected) and all(
            close(a, b, tolerance) for a, b in zip(given, expected, strict=True)
        )
    try:
        a, b = np.asarray(given, dtype=float), np.asarray(expected, dtype=float)
    except (TypeError, ValueError):
        return False
    if a.shape != b.shape:
        return False
    if not a.size:
        return True
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return False
    return bool(np.abs(a - b).max() <= tolerance * (1e-3 + abs(b).max()))


def ratio(given: Sequence[Array], expected: Sequence[Array]) -> float | None:
    """Return c where all given arrays are c times those expected; None if there is no such c."""
    a = np.concatenate([np.ravel(x) for x in given])
    b = np.concatenate([np.ravel(x) for x in expected])
    if a.shape != b.shape or not np.isfinite(a).all() or not b.any():
        return None
    c = float(a @ b / (b @ b))
    return c if close(a, c * b) and abs(c) > 1e-6 else None


def explains(
    wrong: Sequence[Array], given: Sequence[Array], right: Sequence[Array], factor: float
) -> bool:
    """Return whether given arrays have a mistake: in each place what is wrong there, or right.

    What is right there has the factor; what is wrong may do without it, where the mistake lies
    behind the factor.

    >>> one, two, three = np.ones(2), 2 * np.ones(2), 3 * np.ones(2)
    >>> explains([two, three], [two, one], [one, one], 1), explains([two], [one], [one], 1)
    (True, False)
    """
    found = False
    for w, g, r in zip(wrong, given, right, strict=True):
        if close(g, factor * r):
            continue
        if not close(g, factor * w) and not close(g, w):
            return False
        found = True
    return found


def the_number(value: float, rows: Iterable[tuple[float, Mistake]]) -> Mistake | None:
    """Return the row whose number that is, but for rounding."""
    return next((row for number, row in rows if abs(value - number) < 2e-3 * abs(number)), None)


def need_array(value: Any, what: str) -> Array:
    """Return the value as an array of numbers, or raise what it is instead."""
    if value is Ellipsis:
        raise WrongError(BLANK, what=what)
    if value is None:
        raise WrongError(NO_RETURN, what=what)
    if not isinstance(value, np.ndarray | np.generic) and not hasattr(value, "__array__"):
        raise WrongError(NOT_AN_ARRAY, what=what, type=type(value).__name__)
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise WrongError(NOT_AN_ARRAY, what=what, type=f"array of type {array.dtype}")
    return array


def refuse_different(given: Array, expected: Array, what: str) -> None:
    """Raise when the arrays differ: in shape, in values that are no numbers, or in a value."""
    if given.shape != expected.shape:
        raise WrongError(
            WRONG_SHAPE, what=what, shape=plain(given.shape), expected=plain(expected.shape)
        )
    if not np.isfinite(given).all():
        raise WrongError(NOT_FINITE, what=what)
    if not close(given, expected):
        place = first_difference(given, expected)
        at = f"[{', '.join(map(str, place))}]" if place else "this place"
        raise WrongError(UNKNOWN, what=what, at=at, value=float(given[place]))


def first_difference(given: Array, expected: Array) -> tuple[int, ...]:
    """Return the index of the first value that differs."""
    far = np.abs(given - expected) > TOLERANCE * (1e-3 + np.abs(expected).max())
    return tuple(int(i) for i in np.argwhere(far)[0])


def plain(shape: tuple[int, ...]) -> str:
    """Return a shape as students read it; that of a number is called so."""
    return str(tuple(int(n) for n in shape)) if shape else "of a single number"
