"""What files say of ``compile``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.keras import losses, metrics, optimizers
from chainrule.keras.models.compiled import Compiled
from chainrule.keras.objects import classes, kinds, serialize


def compile_config(compiled: Compiled) -> dict[str, Any]:
    """Return the arguments of ``compile``, as Keras writes them."""
    return {
        "optimizer": serialize(compiled.optimizer),
        "loss": _written(compiled.given_loss),
        "loss_weights": None,
        "metrics": [_written(each) for each in compiled.listed] or None,
        "weighted_metrics": [_written(each) for each in compiled.weighted] or None,
        "run_eagerly": False,
        "steps_per_execution": 1,
        "jit_compile": False,
    }


def _written(given: Any) -> Any:
    # What is of a class or a function of the user's own is left as it is.
    if not any(type(given) is known for kind in kinds() for known in classes(kind).values()):
        return given
    written = serialize(given)
    for name in _LEFT_OUT.get(written["class_name"], ()):
        written["config"][name] = getattr(given, name)
    return written


# What the configurations of Keras leave out, and its classes take: files that Keras writes lose it.
_LEFT_OUT = {"Huber": ("delta",)}


def compile_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to call ``compile`` with for what Keras, or :func:`compile_config`, wrote.

    Raises
    ------
    ValueError
        When something is not supported.
    """
    arguments: dict[str, Any] = {}
    if config.get("optimizer") is not None:
        arguments["optimizer"] = optimizers.get(config["optimizer"])
    if config.get("loss") is not None:
        arguments["loss"] = _read(config["loss"], losses)
    for name in ("metrics", "weighted_metrics"):
        if config.get(name) is not None:
            arguments[name] = _read(config[name], metrics)
    if config.get("loss_weights") is not None:
        arguments["loss_weights"] = config["loss_weights"]
    return arguments


def _read(written: Any, room: Any) -> Any:
    if isinstance(written, list):
        return [_read(each, room) for each in written]
    if isinstance(written, Mapping) and "class_name" in written:
        if written["class_name"] == "function":  # a function: its name is its whole configuration
            return written["config"]
        return room.deserialize(written)
    if isinstance(written, Mapping):
        return {name: _read(each, room) for name, each in written.items()}
    return written
