"""The public names of real Keras and their arguments, with which the tables compare.

Run where Keras is installed, it writes ``keras_api.json`` anew::

    python -m docs.keras_tables.names
"""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

from docs.keras_tables.attempts import MISTAKES, OLD, REFUSED, outcome

FILE = Path(__file__).with_name("keras_api.json")
MODULES = (
    "",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "optimizers.schedules",
    "random",
    "regularizers",
    "saving",
    "utils",
)
# What stands in Keras's modules and is no part of its interface.
_INTERNAL = ("legacy", "src")


def known() -> dict[str, Any]:
    """Return what the file says: the version, and name by name the arguments of each module."""
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


def written() -> dict[str, Any]:
    """Return what the file is to say, from the Keras that is installed."""
    import keras

    model = keras.Sequential([keras.Input((1,))])
    lines = (*OLD, *MISTAKES, *REFUSED)
    methods: dict[str, dict[str, str]] = {
        name: {} for name in dir(model) if not name.startswith("_")
    }
    return {
        "version": keras.__version__,
        "attempts": {"all": {line: outcome(keras, line)[0] for line in lines}},
        "methods": {"Sequential": methods},
        "modules": {name: _of_module(name) for name in MODULES},
    }


def _of_module(name: str) -> dict[str, dict[str, str]]:
    module = importlib.import_module(f"keras.{name}" if name else "keras")
    public = (each for each in dir(module) if not each.startswith("_") and each not in _INTERNAL)
    return {each: _arguments(getattr(module, each)) for each in public}


def _arguments(value: Any) -> dict[str, str]:
    """Return arguments by name, each with the text of its default, "" if it has none."""
    if not callable(value):
        return {}
    try:
        parameters = inspect.signature(value).parameters
    except (TypeError, ValueError):
        return {}
    empty = inspect.Parameter.empty
    return {
        name: "" if each.default is empty else repr(each.default)
        for name, each in parameters.items()
        if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
        and " at 0x" not in repr(each.default)
    }


def as_text(api: dict[str, Any]) -> str:
    """Return the file's text, with a line for each name."""
    groups = []
    for group in ("attempts", "methods", "modules"):
        parts = []
        for part, names in api[group].items():
            lines = [f"   {json.dumps(name)}: {json.dumps(names[name])}" for name in sorted(names)]
            parts.append(f"  {json.dumps(part)}: {{\n" + ",\n".join(lines) + "\n  }")
        groups.append(f" {json.dumps(group)}: {{\n" + ",\n".join(parts) + "\n }")
    version = json.dumps(api["version"])
    return f'{{\n "version": {version},\n' + ",\n".join(groups) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(as_text(written()), encoding="utf-8")
