"""Objects with a name and settings: the closed tables of what may be named, and their JSON.

Keras finds an object by an identifier (``"relu"``), by what :func:`serialize` wrote, by its class,
or takes the object itself. All four end in :func:`resolve`. Only classes in a table are ever made:
a file cannot name anything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

from chainrule.keras.mistakes import close_to, named

Made = TypeVar("Made", bound=type)

# Kind, then class name, to the class; and kind, then any spelling, to the class name.
_CLASSES: dict[str, dict[str, type]] = {}
_SPELLINGS: dict[str, dict[str, str]] = {}
_MODULES: dict[type, str] = {}


class Configured:
    """What can say how it was made, and be made again from that.

    Examples
    --------
    >>> from chainrule.keras.regularizers import L2
    >>> L2.from_config(L2(0.5).get_config()).get_config()
    {'l2': 0.5}
    """

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as numbers, texts, lists and dictionaries."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make an object with these settings."""
        return cls(**config)


def register(kind: str, module: str, *aliases: str) -> Callable[[Made], Made]:
    """Put a class into the table of its kind.

    Parameters
    ----------
    kind : str
        What errors call it: "loss", "metric", ...
    module : str
        Where Keras has the class, such as "keras.losses"; files say it.
    aliases : str
        Spellings that are allowed beside the class's name and that name in snake case.
    """

    def enter(cls: Made) -> Made:
        name = cls.__name__
        _CLASSES.setdefault(kind, {})[name] = cls
        spellings = _SPELLINGS.setdefault(kind, {})
        for spelling in (snake_case(name), *aliases, name, name.lower()):
            spellings.setdefault(spelling, name)
        _MODULES[cls] = module
        if "__init__" in vars(cls):
            cls.__init__ = named(cls.__init__)  # type: ignore[misc]
        return cls

    return enter


def find(kind: str, name: object, argument: str | None = None) -> type:
    """Return the class that a spelling names.

    Raises
    ------
    ValueError
        When no class has this name; with what was probably meant, and what is possible.

    Examples
    --------
    >>> import chainrule.keras.regularizers
    >>> find("regularizer", "l1_l2").__name__
    'L1L2'
    """
    spellings = _SPELLINGS[kind]
    if isinstance(name, str) and name in spellings:
        return _CLASSES[kind][spellings[name]]
    hint = close_to(name, spellings)
    possible = ", ".join(snake_case(each) for each in _CLASSES[kind])
    raise ValueError(
        f"unknown {kind} {_argument(argument)}{name!r}{hint or '.'} Possible: {possible}"
    )


def _argument(argument: str | None) -> str:
    return f"{argument}=" if argument else ""


def resolve(kind: str, identifier: object, argument: str | None = None) -> Any:
    """Return the object that an identifier stands for.

    Parameters
    ----------
    kind : str
        Of which table.
    identifier : str, dict, class or object
        A name, what :func:`serialize` gave, a class of the table, or an object of one.
    argument : str, optional
        How the caller calls it; errors say so.

    Raises
    ------
    ValueError
        When the name is not in the table.
    TypeError
        When it is something else altogether.

    Examples
    --------
    >>> import chainrule.keras.regularizers
    >>> resolve("regularizer", "l2")
    <L2: l2=0.01>
    >>> resolve("regularizer", "l3")
    Traceback (most recent call last):
    ...
    ValueError: unknown regularizer 'l3'. Possible: l1, l2, l1_l2
    """
    if isinstance(identifier, str):
        return find(kind, identifier, argument)()
    if isinstance(identifier, Mapping):
        return deserialize(identifier, kind)
    classes = tuple(_CLASSES[kind].values())
    if isinstance(identifier, type) and identifier in classes:
        return identifier()
    if isinstance(identifier, classes):
        return identifier
    raise TypeError(
        f"{argument or kind} is {identifier!r}, a {type(identifier).__name__}; possible: a name "
        f"({', '.join(snake_case(each) for each in _CLASSES[kind])}) or an object of such a class"
    )


def serialize(made: Configured) -> dict[str, Any]:
    """Return what Keras writes into files for an object: its class and its settings.

    Examples
    --------
    >>> from chainrule.keras.regularizers import L2
    >>> serialize(L2(0.5))["class_name"], serialize(L2(0.5))["config"]
    ('L2', {'l2': 0.5})
    """
    return {
        "module": _MODULES[type(made)],
        "class_name": type(made).__name__,
        "config": made.get_config(),
        "registered_name": None,
    }


def deserialize(written: Mapping[str, Any], kind: str | None = None) -> Any:
    """Make the object that :func:`serialize`, or Keras, has written.

    Parameters
    ----------
    written : mapping
        With ``class_name`` and ``config``.
    kind : str, optional
        Of which table; of any if None.

    Raises
    ------
    ValueError
        When the class is in no table: nothing is imported by its name.

    Examples
    --------
    >>> import chainrule.keras.regularizers
    >>> deserialize({"class_name": "L2", "config": {"l2": 0.5}})
    <L2: l2=0.5>
    >>> deserialize({"class_name": "Popen", "config": {}})
    Traceback (most recent call last):
    ...
    ValueError: class_name is 'Popen', which is not supported here; ...
    """
    name, config = written.get("class_name"), written.get("config")
    if name == "function" and kind is not None:  # a function: its name is its whole configuration
        return find(kind, config)()
    kinds = _CLASSES if kind is None else (kind,)
    for each in kinds:
        if name in _CLASSES[each]:
            made: Any = _CLASSES[each][str(name)]
            return made.from_config(config or {})
    if kind is not None:
        find(kind, name)
    raise ValueError(
        f"class_name is {name!r}, which is not supported here; open it with real Keras, "
        f"or build the model from the layers that docs/keras.md lists"
    )


def spellings(kind: str) -> dict[str, str]:
    """Return all spellings of a kind, each with the name of its class.

    Examples
    --------
    >>> import chainrule.keras.regularizers
    >>> spellings("regularizer")["l2"]
    'L2'
    """
    return dict(_SPELLINGS[kind])


def classes(kind: str) -> dict[str, type]:
    """Return the classes of a kind, by name, in the order in which they were registered.

    Examples
    --------
    >>> import chainrule.keras.regularizers
    >>> list(classes("regularizer"))
    ['L1', 'L2', 'L1L2']
    """
    return dict(_CLASSES[kind])


def kinds() -> tuple[str, ...]:
    """Return the kinds that have a table.

    Examples
    --------
    >>> import chainrule.keras.regularizers
    >>> "regularizer" in kinds()
    True
    """
    return tuple(_CLASSES)


_COUNTS: dict[str, int] = {}


def new_name(base: str) -> str:
    """Return ``base``, then ``base_1``, ``base_2``, ..., each once until :func:`forget_names`.

    Examples
    --------
    >>> forget_names()
    >>> new_name("dense"), new_name("dense"), new_name("dropout")
    ('dense', 'dense_1', 'dropout')
    >>> forget_names()
    """
    count = _COUNTS.get(base, 0)
    _COUNTS[base] = count + 1
    return f"{base}_{count}" if count else base


def forget_names() -> None:
    """Begin to count names anew.

    Examples
    --------
    >>> forget_names()
    >>> new_name("dense")
    'dense'
    >>> forget_names()
    """
    _COUNTS.clear()


def snake_case(name: str) -> str:
    """Return a class's name as identifiers spell it.

    Examples
    --------
    >>> [snake_case(name) for name in ("ReLU", "BatchNormalization", "L1L2", "SGD")]
    ['relu', 'batch_normalization', 'l1_l2', 'sgd']
    """
    if name in _ONE_WORD:
        return _ONE_WORD[name]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


_ONE_WORD = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "p_relu",
    "ELU": "elu",
    "RMSprop": "rmsprop",
    "AdamW": "adamw",
    "AUC": "auc",
    "CSVLogger": "csv_logger",
}
