"""What a student's code can reach: its module's variables, its class, its default arguments.

A check takes a copy before it runs the code and puts everything back afterwards; what had changed
is what the code leaves behind.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import numpy as np

_LARGEST = 1_000_000  # entries of a list or an array that are copied, so that checks stay quick


def functions_of(subject: object) -> list[FunctionType]:
    """Return the functions of a class, or the function itself."""
    if isinstance(subject, type):
        mine = [c for c in subject.__mro__ if c is not object]
        values = [value for c in mine for value in vars(c).values()]
        plain = [getattr(value, "__func__", value) for value in values]
        return [value for value in plain if isinstance(value, FunctionType)]
    plain_subject = getattr(subject, "__func__", subject)
    return [plain_subject] if isinstance(plain_subject, FunctionType) else []


class Belongings:
    """The state around a subject (a class, a function), as it was when this was made."""

    def __init__(self, subject: object) -> None:
        functions = functions_of(subject)
        spaces = {id(f.__globals__): f.__globals__ for f in functions}
        self._spaces = [(space, dict(space)) for space in spaces.values()]
        self._class = subject if isinstance(subject, type) else None
        self._attributes = dict(vars(subject)) if isinstance(subject, type) else {}
        self._contents = list(self._copies(functions))
        self._random = np.random.get_state()  # noqa: NPY002 (the one that students use)
        self._plain_random = random.getstate()

    def _copies(self, functions: list[FunctionType]) -> Iterator[tuple[str, Any, Any]]:
        named = [item for _, space in self._spaces for item in space.items()]
        named += self._attributes.items()
        named += [(f.__name__, default) for f in functions for default in f.__defaults__ or ()]
        for name, value in named:
            if name.startswith("_") and not name.startswith("__init__"):
                continue  # Python's own, and those of the notebook
            if isinstance(value, list) and len(value) <= _LARGEST:
                yield name, value, list(value)
            elif type(value) is np.ndarray and value.size <= _LARGEST:
                yield name, value, value.copy()

    def random_has_moved(self) -> bool:
        """Return whether NumPy's global random numbers were drawn from or seeded."""
        now, before = np.random.get_state(), self._random  # noqa: NPY002
        return any(not np.array_equal(a, b) for a, b in zip(now, before, strict=True))

    def put_back(self) -> list[str]:
        """Put all back as it was; return the names of what had changed."""
        changed = []
        for space, before in self._spaces:
            names = [n for n in {*space, *before} if space.get(n, self) is not before.get(n, self)]
            changed += [n for n in names if not n.startswith("_")]
            for name in names:
                _set_or_drop(space, name, before)
        if self._class is not None:
            now = dict(vars(self._class))
            for name in {n for n in {*now, *self._attributes} if not n.startswith("__")}:
                if now.get(name, self) is not self._attributes.get(name, self):
                    changed.append(name)
                    if name in self._attributes:
                        setattr(self._class, name, self._attributes[name])
                    else:
                        delattr(self._class, name)
        for name, value, before in self._contents:
            if isinstance(value, list):
                if len(value) != len(before) or any(
                    a is not b for a, b in zip(value, before, strict=True)
                ):
                    changed.append(name)
                    value[:] = before
            elif value.shape != before.shape or value.tobytes() != before.tobytes():
                changed.append(name)
                if value.shape == before.shape and value.flags.writeable:
                    value[...] = before
        np.random.set_state(self._random)  # noqa: NPY002
        random.setstate(self._plain_random)
        return sorted(set(changed))


def _set_or_drop(space: dict[str, Any], name: str, before: dict[str, Any]) -> None:
    if name in before:
        space[name] = before[name]
    else:
        space.pop(name, None)
