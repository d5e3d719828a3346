"""A model's configuration in files: what Keras writes, and what may be made of it.

A file names classes; only those in the tables of :mod:`chainrule.keras.objects` are made. What is
of the user's own (a metric) must come from the user, in ``custom_objects``; code in files is never
run, whatever ``safe_mode`` is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.keras.objects import Configured, classes, deserialize, kinds, serialize
from chainrule.keras.saving.refusing import refuse_layers

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential

Custom = Mapping[str, Any]

_METRICS = ("metrics", "weighted_metrics")


def written(model: Sequential) -> dict[str, Any]:
    """Return the configuration of a model and of its ``compile``, as JSON has it.

    Raises
    ------
    ValueError
        When a part of it cannot be said in a file.

    Examples
    --------
    >>> from chainrule.keras import Sequential, layers
    >>> written(Sequential([layers.Input((2,)), layers.Dense(1)]))["build_config"]
    {'input_shape': [None, 2]}
    """
    config: dict[str, Any] = serialize(model)
    build = model.build_config() if model.built else None
    if build is not None:
        config["build_config"] = build
    config["compile_config"] = model.get_compile_config() or {}
    result: dict[str, Any] = json.loads(json.dumps(config, default=_plain))
    return result


def _plain(value: Any) -> Any:
    """Return what JSON has for a value that is none of its own."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        config = {"value": value.tolist(), "dtype": value.dtype.name}
        return {"class_name": "__numpy__", "config": config}
    registered = {cls for kind in kinds() for cls in classes(kind).values()}
    if isinstance(value, type) and value in registered:
        value = value()
    if type(value) in registered:
        return serialize(value)
    name = type(value).__name__
    if isinstance(value, Configured):  # of a class of the user's own
        return _named(None, name, value.get_config(), name)
    name = getattr(value, "__name__", "<lambda>")
    if callable(value) and name != "<lambda>":
        return _named("builtins", "function", name, "function")
    raise ValueError(
        f"the model has {value!r}, which a file cannot say; possible: names, objects of "
        f"chainrule.keras, and functions with a name, or save_weights() for the weights alone"
    )


def _named(module: str | None, class_name: str, config: Any, registered: str) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": registered,
    }


def made(config: Mapping[str, Any], where: str, compiles: bool, custom: Custom) -> Sequential:
    """Make the model that a file describes, with new weights.

    Parameters
    ----------
    config : mapping
        What :func:`written`, or Keras, wrote.
    where : str
        How errors call the file.
    compiles : bool
        Whether to compile it, if it was compiled.
    custom : mapping of str to function or class
        The user's own metrics by their names.

    Raises
    ------
    ValueError
        When it is no Sequential, or has a part that is not supported.
    """
    from chainrule.keras.models.sequential import Sequential

    refuse_layers(config, where)
    try:
        model = deserialize(_read({**config, "compile_config": None}, where, {}), "layer")
        if not isinstance(model, Sequential):
            raise ValueError(f"{where} describes a {type(model).__name__}, not a Sequential")
        shape = (config.get("build_config") or {}).get("input_shape")
        if shape and not model.built and model.layers:
            model.build(shape)
        if compiles and config.get("compile_config"):
            _compile(model, config["compile_config"], where, custom)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"{where} has a configuration that cannot be read "
            f"({type(error).__name__}: {error}); if real Keras reads it, save it there anew"
        ) from error
    return model


def _compile(model: Sequential, config: Mapping[str, Any], where: str, custom: Custom) -> None:
    """Compile as the file says, with the user's own metrics in their places."""
    try:
        model.compile_from_config(
            {
                name: _read(value, where, custom if name in _METRICS else {})
                for name, value in config.items()
            }
        )
    except ValueError as error:
        raise ValueError(
            f"{where} was compiled with what is not known here: {error}. Metrics of your own go "
            f"into load_model(..., custom_objects={{name: metric}}); compile=False leaves it out"
        ) from error


def _read(written: Any, where: str, custom: Custom) -> Any:
    """Return a configuration with arrays for written arrays, and the user's own for their names."""
    if isinstance(written, list):
        return [_read(each, where, custom) for each in written]
    if isinstance(written, str):
        return custom.get(written, written)
    if not isinstance(written, Mapping):
        return written
    if "class_name" not in written:
        return {name: _read(each, where, custom) for name, each in written.items()}
    name, config = written["class_name"], written.get("config")
    if name in _SPECIAL:
        return _SPECIAL[name](config)
    own = config if name == "function" else name
    if isinstance(own, str) and own in custom:
        return custom[own] if name == "function" else custom[own].from_config(config)
    if is_foreign(written):
        what = f"the function {config!r}" if name == "function" else f"the class {name!r}"
        raise ValueError(
            f"{where} names {what} of somebody's own, and nothing is imported by its name from a "
            f"file; open it with real Keras"
        )
    return {**written, "config": _read(config, where, {})}


def is_foreign(written: Mapping[str, Any]) -> bool:
    """Tell whether a written object is of the user's own code, and not of Keras.

    Examples
    --------
    >>> is_foreign({"module": "keras.layers", "class_name": "Dense", "registered_name": None})
    False
    >>> is_foreign({"module": "mine", "class_name": "Dense", "registered_name": "mine>Dense"})
    True
    """
    module = written.get("module", "keras")  # files of Keras 2 do not say it
    registered = written.get("registered_name")
    top = str(module).partition(".")[0]
    return top not in ("keras", "builtins") or ">" in str(registered or "")


def _array(config: Mapping[str, Any]) -> Any:
    dtype = np.dtype(config["dtype"])
    if dtype.kind not in "biuf":
        raise ValueError(f"an array has dtype {dtype}; possible: numbers")
    return np.array(config["value"], dtype)


def _refuse_code(_: Any) -> Any:
    raise ValueError(
        "the file holds a Python function as code, which is never run here, with safe_mode=False "
        "either; build the model from the layers that docs/keras.md lists, or use real Keras"
    )


_SPECIAL: dict[str, Callable[[Any], Any]] = {
    "__numpy__": _array,
    "__tensor__": _array,
    "__lambda__": _refuse_code,
}
