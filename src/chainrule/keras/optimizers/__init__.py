"""Optimisers: faces of ``chainrule.optimizers``, with settings that may change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.keras.mistakes import missing
from chainrule.keras.objects import classes, find, resolve, serialize, snake_case
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

_ONLY_IN_KERAS = (
    "Adafactor",
    "Ftrl",
    "Lamb",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "OptimizerMap",
    "ScheduleFreeAdamW",
)


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
        for only in _ONLY_IN_KERAS:
            if identifier in (only.lower(), snake_case(only)):
                raise ValueError(
                    f"optimizer {identifier!r} needs real Keras: import keras in the place of "
                    f"chainrule.keras; or take one of those here: {_names()}"
                )
    elif isinstance(identifier, Mapping):
        name = find("optimizer", str(identifier.get("class_name")).lower()).__name__
        identifier = {**identifier, "class_name": name}
    return resolve("optimizer", identifier, argument)


def _names() -> str:
    return ", ".join(snake_case(name) for name in classes("optimizer"))


def deserialize(config: Mapping[str, Any]) -> Any:
    """Return the optimiser that :func:`serialize`, or Keras, has written.

    Examples
    --------
    >>> deserialize({"class_name": "SGD", "config": {"learning_rate": 0.5}})
    <SGD: learning_rate=0.5, momentum=0.0, nesterov=False>
    """
    return get(config)


def __getattr__(name: str) -> Any:
    if name == "legacy":
        raise NotImplementedError(
            f"optimizers.legacy was dropped by Keras; write optimizers.SGD, or one of {_names()}"
        )
    raise missing(__name__, name, __all__, _ONLY_IN_KERAS)
