"""Optimisers: faces of ``chainrule.optimizers``, with settings that may change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.keras.objects import find, resolve, serialize
from chainrule.keras.optimizers import schedules
from chainrule.keras.optimizers.base import Optimizer

from chainrule.keras.optimizers.descent import SGD, Lion  # isort: skip
from chainrule.keras.optimizers.scaled import Adadelta, Adagrad, RMSprop  # isort: skip
from chainrule.keras.optimizers.adam import Adam, Adamax, AdamW, Nadam  # isort: skip

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]


def get(identifier: object, argument: str | None = None) -> Any:
    """Return the optimiser that an identifier stands for; None stays None.

    Names may be in capitals or not.

    Raises
    ------
    TypeError, ValueError
        When it names none.

    Examples
    --------
    >>> get("SGD")
    <SGD: learning_rate=0.01, momentum=0.0, nesterov=False>
    >>> get({"class_name": "sgd", "config": {"learning_rate": 0.5}}).get_config()["learning_rate"]
    0.5
    >>> get("rmsprob")
    Traceback (most recent call last):
    ...
    ValueError: unknown optimizer 'rmsprob': did you mean ...
    """
    if identifier is None or (
        isinstance(identifier, Optimizer) and type(identifier) is not Optimizer
    ):
        return identifier
    if isinstance(identifier, str):
        identifier = identifier.lower()
    elif isinstance(identifier, Mapping):
        name = find("optimizer", str(identifier.get("class_name")).lower()).__name__
        identifier = {**identifier, "class_name": name}
    return resolve("optimizer", identifier, argument)


def deserialize(config: Mapping[str, Any]) -> Any:
    """Return the optimiser that :func:`serialize`, or Keras, has written.

    Examples
    --------
    >>> deserialize({"class_name": "SGD", "config": {"learning_rate": 0.5}})
    <SGD: learning_rate=0.5, momentum=0.0, nesterov=False>
    """
    return get(config)
