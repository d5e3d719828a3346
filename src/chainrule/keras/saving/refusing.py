"""Files of models that need real Keras: which part of them does, and how to go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_GRAPH = (
    "a graph of layers, and chainrule trains chains. Open it with real Keras; if its layers follow "
    "each other, chainrule.from_keras(model) brings it here"
)
_CODE = (
    "Python code, which chainrule neither differentiates nor runs from files; use an Activation, a "
    "Rescaling, or real Keras"
)
_OWN = (
    "a class of somebody's own: nothing is imported by its name from a file. Open it with real "
    "Keras, or build the model from the layers that docs/keras.md lists"
)
# Models and layers of Keras with a reason of their own; other layers have that of `layers`.
_REASONS = {"Functional": _GRAPH, "Model": _GRAPH, "Lambda": _CODE}


def refuse_layers(config: Mapping[str, Any], where: str) -> None:
    """Refuse a description of a model with a layer that only real Keras has.

    Raises
    ------
    ValueError
        With the layer's name, why, and what to do.

    Examples
    --------
    >>> lstm = {"module": "keras.layers", "class_name": "LSTM", "config": {"name": "memory"}}
    >>> sequential = {"class_name": "Sequential", "config": {"name": "m", "layers": [lstm]}}
    >>> refuse_layers(sequential, "m.keras")
    Traceback (most recent call last):
    ...
    ValueError: m.keras has 'memory', a LSTM: layers.LSTM is not supported: ...
    """
    from chainrule.keras.objects import classes
    from chainrule.keras.saving.description import is_foreign

    name, inner = config.get("class_name"), config.get("config")
    title = inner.get("name") if isinstance(inner, Mapping) else None
    what = f"{where} has {title!r}, a {name}:"
    if is_foreign(config):
        raise ValueError(f"{what} {_OWN}")
    if name not in classes("layer"):
        raise ValueError(f"{what} {_REASONS.get(str(name)) or _unsupported(name)}")
    layers = inner.get("layers", ()) if isinstance(inner, Mapping) else ()
    if not isinstance(layers, list | tuple) or not all(isinstance(e, Mapping) for e in layers):
        raise ValueError(f"{where} does not list the layers of {title!r} as Keras does")
    for layer in layers:
        refuse_layers(layer, where)


def _unsupported(name: Any) -> str:
    from chainrule.keras.layers.unsupported import UNSUPPORTED, missing

    if name in UNSUPPORTED:
        return str(missing(name))
    return _OWN
