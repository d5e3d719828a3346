"""Descriptions: small classes whose objects are values, and never change once they are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from inspect import Signature

Described = TypeVar("Described")
# The fields of a class, and the names of those that may be given by position.
Layout = tuple[tuple[dataclasses.Field[Any], ...], tuple[str, ...]]


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def described(cls: type[Described]) -> type[Described]:
    """Make ``cls`` what ``@dataclass(frozen=True)`` makes of it, at a tenth of the cost.

    The standard library writes and compiles six methods for each class, which takes most of the
    time of an import when there are dozens of classes. Here all classes have the same methods.
    ``dataclasses.fields``, ``replace`` and ``asdict`` work as they do there.

    Examples
    --------
    >>> @described
    ... class Point:
    ...     x: float
    ...     y: float = 0.0
    >>> Point(1.0)
    Point(x=1.0, y=0.0)
    >>> Point(1.0) == Point(1.0, 0.0), hash(Point(1.0)) == hash(Point(1.0, 0.0))
    (True, True)
    >>> Point(1.0).x = 2.0
    Traceback (most recent call last):
    ...
    dataclasses.FrozenInstanceError: cannot assign to field 'x'
    """
    dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    for name, method in _METHODS.items():
        if name not in vars(cls):
            setattr(cls, name, method)
    return cls


def _find_layout(cls: Any) -> Layout:
    fields = dataclasses.fields(cls)
    return fields, tuple(field.name for field in fields if not field.kw_only)


_layout: Callable[[Any], Layout] = cache(_find_layout)


def _init(self: Any, *values: Any, **settings: Any) -> None:
    fields, names = _layout(type(self))
    given = dict(zip(names, values, strict=False))
    if len(values) > len(names) or not given.keys().isdisjoint(settings):
        type(self).__signature__.bind(*values, **settings)  # raises the error that says what
    given |= settings
    for field in fields:
        if field.name in given:
            value = given.pop(field.name)
        elif field.default is not dataclasses.MISSING:
            value = field.default
        elif field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        else:
            type(self).__signature__.bind(*values, **settings)
        object.__setattr__(self, field.name, value)
    if given:
        type(self).__signature__.bind(*values, **settings)
    if hasattr(self, "__post_init__"):
        self.__post_init__()


def _repr(self: Any) -> str:
    settings = (f"{field.name}={getattr(self, field.name)!r}" for field in _layout(type(self))[0])
    return f"{type(self).__qualname__}({', '.join(settings)})"


def _eq(self: Any, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    fields = _layout(type(self))[0]
    return all(getattr(self, f.name) == getattr(other, f.name) for f in fields if f.compare)


def _hash(self: Any) -> int:
    # Computed once: engines look compiled programs up by their descriptions at every call.
    known: int | None = self.__dict__.get("_hash")
    if known is None:
        fields = _layout(type(self))[0]
        hashed = (f for f in fields if (f.compare if f.hash is None else f.hash))
        known = hash(tuple(getattr(self, field.name) for field in hashed))
        object.__setattr__(self, "_hash", known)
    return known


def _getstate(self: Any) -> dict[str, Any]:
    # Texts have other hashes in another process.
    return {name: value for name, value in self.__dict__.items() if name != "_hash"}


def _setattr(self: Any, name: str, value: object) -> None:  # noqa: ARG001
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:  # noqa: ARG001
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


class _Signature:
    """What ``help`` and ``inspect.signature`` show of a class; made when asked for."""

    def __get__(self, instance: object, cls: Any) -> Signature:
        from inspect import Parameter, Signature

        parameters = []
        for field in _layout(cls)[0]:
            kind = Parameter.KEYWORD_ONLY if field.kw_only else Parameter.POSITIONAL_OR_KEYWORD
            default = field.default
            if field.default_factory is not dataclasses.MISSING:
                default = "<made anew>"
            elif default is dataclasses.MISSING:
                default = Parameter.empty
            parameters.append(Parameter(field.name, kind, default=default, annotation=field.type))
        return Signature(sorted(parameters, key=lambda parameter: parameter.kind))


_METHODS = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__getstate__": _getstate,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__signature__": _Signature(),
}
