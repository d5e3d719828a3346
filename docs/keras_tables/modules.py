"""Tables of a module: its classes, its functions, and what only real Keras has."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from types import ModuleType
from typing import Any

from benchmarks.pages import table
from docs.keras_tables.docstrings import arguments, first_sentence, markdown, only

from chainrule import keras
from chainrule.keras import objects

Api = dict[str, dict[str, str]]

# What users look for first; modules that are not named here follow by name.
_FIRST = ("models", "layers", "activations", "losses", "optimizers", "metrics", "callbacks")
_PREFIX = "chainrule.keras."


def modules() -> list[ModuleType]:
    """Return the public modules, each with those inside it behind it."""
    inside = [getattr(keras, name) for name in keras.__all__]
    found = [each for each in inside if isinstance(each, ModuleType)]
    found.sort(key=lambda module: (_rank(short(module)), short(module)))
    return [each for module in found for each in (module, *_within(module))]


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _within(module: ModuleType) -> Iterator[ModuleType]:
    for name in public(module):
        value = getattr(module, name)
        if isinstance(value, ModuleType) and value.__name__.startswith(module.__name__):
            yield value


def short(module: ModuleType) -> str:
    """Return a module's name below ``chainrule.keras``."""
    return module.__name__.removeprefix(_PREFIX)


def public(module: ModuleType) -> list[str]:
    """Return the names that a module offers."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return sorted(listed, key=str.lower)
    own = (name for name, value in vars(module).items() if _is_own(module, name, value))
    return sorted(own, key=str.lower)


def _is_own(module: ModuleType, name: str, value: Any) -> bool:
    return (
        not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    )


def section(module: ModuleType, api: Api) -> str:
    """Return everything that there is to say of a module."""
    parts = [
        f"### `keras.{short(module)}`",
        markdown(first_sentence(module)),
        _classes(module, api),
        _functions(module, api),
        missing(module, api),
    ]
    return "\n\n".join(part for part in parts if part)


# Classes.


def _classes(module: ModuleType, api: Api) -> str:
    found: dict[type, list[str]] = {}
    for name in public(module):
        value = getattr(module, name)
        if inspect.isclass(value):
            found.setdefault(value, []).append(name)
    rows = [_class_row(module, cls, names, api) for cls, names in found.items()]
    heads = ("class", "as a text", "arguments", "limits", "what it is")
    return _table(heads, rows)


def _class_row(module: ModuleType, cls: type, names: list[str], api: Api) -> tuple[str, ...]:
    known = next((api[name] for name in names if name in api), None)
    title = cls.__name__ if cls.__name__ in names else names[0]
    return (
        f"`{title}`",
        ", ".join(f'`"{name}"`' for name in _spellings(module, cls)),
        ", ".join(_shown(cls)),
        "; ".join(_limits(cls, known)),
        _said(cls, known is not None),
    )


def _spellings(module: ModuleType, cls: type) -> list[str]:
    """Return the texts that stand for a class, where the module finds objects by texts."""
    needs_more = any(each.default is each.empty for each in _named(cls))
    if needs_more or not inspect.isfunction(vars(module).get("get")):
        return []
    for kind in objects.kinds():
        if objects.classes(kind).get(cls.__name__) is cls:
            texts = [text for text, name in objects.spellings(kind).items() if name == cls.__name__]
            plain = (cls.__name__, cls.__name__.lower())  # which the page says once for all
            return [text for text in texts if text not in plain or text == texts[0]]
    return []


def _shown(cls: type) -> list[str]:
    return [_argument(each) for each in _named(cls.__init__) if each.name != "self"]  # type: ignore[misc]


def _argument(parameter: inspect.Parameter) -> str:
    if parameter.default is parameter.empty:
        return f"`{parameter.name}`"
    return f"`{parameter.name}={parameter.default!r}`"


def _named(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the arguments with names; none for what Python itself made."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return []
    return [each for each in parameters if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)]


def _limits(cls: type, known: dict[str, str] | None) -> Iterator[str]:
    """Yield which arguments may have which values only, and which of Keras's are not there."""
    said = arguments(cls)
    own = _named(cls.__init__)  # type: ignore[misc]
    for each in own:
        kind, text = said.get(each.name, ("", ""))
        values = only("None" if each.annotation == "None" else kind, text)
        if values:
            yield f"`{each.name}` only {values}"
    yield from _lacking(_accepted(cls), known)


def _lacking(accepted: Collection[str], known: dict[str, str] | None) -> Iterator[str]:
    lacking = [name for name in known or () if name not in accepted]
    if lacking:
        yield "without " + ", ".join(f"`{name}`" for name in lacking)


def _accepted(cls: type) -> set[str]:
    """Return the arguments of a class, with those that it hands on to its base."""
    found: set[str] = set()
    for each in cls.__mro__:
        if "__init__" not in vars(each) or each is object:
            continue
        parameters = inspect.signature(vars(each)["__init__"]).parameters.values()
        if not each.__name__.startswith("_"):
            found |= {parameter.name for parameter in parameters}
        if all(parameter.kind != parameter.VAR_KEYWORD for parameter in parameters):
            break
    return found


# Functions.


def _functions(module: ModuleType, api: Api) -> str:
    rows = []
    for name in public(module):
        value = getattr(module, name)
        if inspect.isfunction(value):
            named = [each.name for each in _named(value)]
            known = list(api.get(name, {}))
            if known and named and known[0] not in named:
                known = known[1:]  # the first argument, which is called otherwise here
            limits = "; ".join(_lacking(named, dict.fromkeys(known, "")))
            rows.append((call(name, value), limits, _said(value, name in api)))
    return _table(("function", "limits", "what it does"), rows)


def _said(documented: object, in_keras: bool) -> str:
    return markdown(first_sentence(documented)) + ("" if in_keras else " *Not in Keras 3.*")


def call(name: str, function: Callable[..., Any]) -> str:
    """Return how a function is called, with the defaults of its arguments."""
    named = [each for each in _named(function) if each.name != "self"]
    return f"`{name}({', '.join(_argument(each).strip('`') for each in named)})`"


# What only Keras has.


def missing(owner: Any, names: Api) -> str:
    """Return the table of what an object has not, and what it says of it."""
    said: dict[str, list[str]] = {}
    for name in names:
        try:
            getattr(owner, name)
        except (AttributeError, NotImplementedError, ImportError) as error:
            said.setdefault(_without(name, str(error)), []).append(name)
    rows = [
        (", ".join(f"`{name}`" for name in each), markdown(text)) for text, each in said.items()
    ]
    return _table(("only in real Keras", "what asking for it says"), rows)


def _without(name: str, message: str) -> str:
    """Return what an error says of any name, without what is close to this one."""
    message = re.sub(r": did you mean '[^']*'\?", "", message)
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "X", message)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    columns = zip(heads, zip(*rows, strict=True), strict=True)
    return table([(head, "left", list(cells)) for head, cells in columns])
