"""Old spellings of optimisers' arguments, and arguments that do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule.keras.mistakes import unknown_argument
from chainrule.keras.old import renamed


def learning_rate(given: Any, old: dict[str, Any], owner: str, possible: Sequence[str]) -> Any:
    """Return the learning rate, which may be under its old name.

    Parameters
    ----------
    given : float or schedule
        What is under the new name.
    old : dict
        The arguments that are none of Keras 3's.
    owner : str
        The optimiser's class.
    possible : sequence of str
        The arguments that it has.

    Raises
    ------
    ValueError
        For ``decay``, which schedules replaced, and for arguments that never existed.

    Examples
    --------
    >>> learning_rate(0.01, {"momentun": 0.9}, "SGD", ["momentum", "nesterov"])
    Traceback (most recent call last):
    ...
    ValueError: momentun is no argument of SGD: did you mean 'momentum'? Possible: momentum, ...
    """
    unknown = [name for name in old if name not in ("lr", "decay")]
    if unknown:
        raise ValueError(str(unknown_argument(unknown[0], owner, possible)))
    if "lr" in old:
        renamed(f"{owner}(lr=...)", f"{owner}(learning_rate=...)")
        given = old["lr"]
    if old.get("decay"):
        raise ValueError(
            f"decay is {old['decay']}; Keras 3 has it no more, schedules replaced it: give "
            f"learning_rate=schedules.InverseTimeDecay({given}, 1, {old['decay']})"
        )
    if "decay" in old:
        renamed(f"{owner}(decay=0)", f"{owner}()")
    return given
