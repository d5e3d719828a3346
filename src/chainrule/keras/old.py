"""Old spellings: what earlier versions of Keras called otherwise."""

from __future__ import annotations

import warnings


def renamed(old: str, new: str) -> None:
    """Warn that a spelling is old; it still works.

    Examples
    --------
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     renamed("SGD(lr=...)", "SGD(learning_rate=...)")
    >>> str(caught[0].message)
    'SGD(lr=...) is an old spelling; write SGD(learning_rate=...)'
    """
    warnings.warn(
        f"{old} is an old spelling; write {new}", DeprecationWarning, stacklevel=_outside()
    )


def _outside() -> int:
    """Return how many calls up the user's own line is."""
    import sys

    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and "chainrule.keras" in str(frame.f_globals.get("__name__")):
        frame, level = frame.f_back, level + 1
    return level
