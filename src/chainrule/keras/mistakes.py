"""Names that do not exist: what was probably meant, and what is possible."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def close_to(name: object, spellings: Iterable[str]) -> str:
    """Return ": did you mean ...?" for what was probably meant, or nothing.

    Examples
    --------
    >>> close_to("Dens", ["Dense", "Dropout"])
    ": did you mean 'Dense'?"
    >>> close_to("Conv2D", ["Dense", "Dropout"])
    ''
    """
    if not isinstance(name, str):
        return ""
    folded: dict[str, str] = {}
    for spelling in spellings:
        folded.setdefault(spelling.lower(), spelling)  # the first: as identifiers spell it
    close = difflib.get_close_matches(name.lower(), folded, n=1)
    return f": did you mean {folded[close[0]]!r}?" if close else ""


def missing(
    module: str, name: str, names: Iterable[str], only_in_keras: Iterable[str] = ()
) -> Exception:
    """Return what to raise for a name that a module does not have.

    Of an AttributeError ``from module import name`` shows no word, so that what real Keras has is
    a NotImplementedError.

    Examples
    --------
    >>> missing("chainrule.keras.optimizers", "Adan", ["Adam", "SGD"])
    AttributeError("module 'chainrule.keras.optimizers' has no attribute 'Adan': did you mean \
'Adam'?")
    >>> missing("chainrule.keras.optimizers", "Ftrl", ["Adam", "SGD"], ["Ftrl"])
    NotImplementedError('optimizers.Ftrl is not supported: use real Keras for it (`from keras \
import optimizers`: the same lines of code run there)')
    """
    if name in only_in_keras:
        short = module.removeprefix("chainrule.keras.")
        return NotImplementedError(
            f"{short}.{name} is not supported: use real Keras for it (`from keras import {short}`: "
            f"the same lines of code run there)"
        )
    return AttributeError(f"module {module!r} has no attribute {name!r}{close_to(name, names)}")


def named(function: Function) -> Function:
    """Let calls of a function with a wrong name of an argument raise :func:`unknown_argument`.

    Python's own error says only that the argument is not there. A function that takes any name
    stays as it is.

    Examples
    --------
    >>> @named
    ... def save(path, overwrite=True):
    ...     return path, overwrite
    >>> save("model", overwrite=False)
    ('model', False)
    >>> save("model", overwite=False)
    Traceback (most recent call last):
    ...
    TypeError: overwite is no argument of save: did you mean 'overwrite'? Possible: path, overwrite
    """
    if any(each.kind is each.VAR_KEYWORD for each in signature(function).parameters.values()):
        return function
    names = possible([function])

    @functools.wraps(function)
    def checked(*arguments: Any, **given: Any) -> Any:
        for name in given:
            if name not in names:
                raise unknown_argument(name, _called(function), names)
        return function(*arguments, **given)

    return checked  # type: ignore[return-value]


def unknown_argument(name: str, owner: str, names: Iterable[str]) -> TypeError:
    """Return what to raise for an argument that a class or a function does not have.

    Examples
    --------
    >>> unknown_argument("unit", "Dense", ["units", "activation"])
    TypeError("unit is no argument of Dense: did you mean 'units'? Possible: units, activation")
    """
    hint = close_to(name, names) or "."
    return TypeError(f"{name} is no argument of {owner}{hint} Possible: {', '.join(names)}")


def possible(functions: Iterable[Callable[..., Any]]) -> list[str]:
    """Return the arguments that may be given to functions by name, in their order, each once.

    Examples
    --------
    >>> possible([lambda self, units, *, name=None: None, lambda self, name=None, **more: None])
    ['units', 'name']
    """
    found: dict[str, None] = {}
    for function in functions:
        for each in signature(function).parameters.values():
            if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY) and each.name != "self":
                found[each.name] = None
    return list(found)


def _called(function: Callable[..., Any]) -> str:
    """Return what users call a function: a class for its ``__init__``."""
    owner, _, name = function.__qualname__.rpartition(".")
    return owner.rpartition(".")[2] if name == "__init__" else name
