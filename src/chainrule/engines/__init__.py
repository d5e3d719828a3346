"""Engines: all arithmetic. ``reference`` defines it in NumPy, ``native`` does it fast.

Both keep the contract of :mod:`chainrule.engines.protocol`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from chainrule.engines.protocol import Engine
from chainrule.tables import Table


def _native() -> Engine:
    from chainrule.engines.native import NativeEngine

    return NativeEngine()


def _numpy() -> Engine:
    from chainrule.engines.reference import ReferenceEngine

    return ReferenceEngine()


ENGINES: Table[Callable[[], Engine]] = Table("engine", {"native": _native, "numpy": _numpy})


def get_engine(name: str) -> Engine:
    """Return the engine of that name: "native" (fast, the default) or "numpy" (the reference).

    Raises
    ------
    ValueError
        When there is no engine of that name.
    ImportError
        When the native module was not built; the message says how to build it.

    Examples
    --------
    >>> get_engine("numpy").name
    'numpy'
    """
    return _made(ENGINES[name])


@cache
def _made(make: Callable[[], Engine]) -> Engine:
    return make()
