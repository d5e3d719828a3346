"""Packing: inputs, targets and weights in one tuple, and out of it."""

from __future__ import annotations

from typing import Any


def pack(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return what a batch of these parts is: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.

    A tuple or list of inputs without targets becomes ``(x,)``, so that it is not taken for inputs
    and targets.

    Examples
    --------
    >>> pack([1.0]), pack("x"), pack("x", "y"), pack("x", "y", "weight")
    (([1.0],), 'x', ('x', 'y'), ('x', 'y', 'weight'))
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack(data: Any) -> tuple[Any, Any, Any]:
    """Return inputs, targets and weights of a batch; None for what it lacks.

    Raises
    ------
    ValueError
        When it has more than three parts, or none.

    Examples
    --------
    >>> unpack(("x", "y")), unpack("x")
    (('x', 'y', None), ('x', None, None))
    >>> unpack((1, 2, 3, 4))
    Traceback (most recent call last):
    ...
    ValueError: a batch has 4 parts; possible: x, (x,), (x, y) or (x, y, sample_weight)
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            f"a batch has {len(data)} parts; possible: x, (x,), (x, y) or (x, y, sample_weight)"
        )
    x, y, weight = (*data, None, None)[:3]
    return x, y, weight
