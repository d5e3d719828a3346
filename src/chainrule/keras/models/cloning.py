"""Models made from other models' settings."""

from __future__ import annotations

import json

from chainrule.keras.models.sequential import Sequential
from chainrule.keras.objects import deserialize


def clone_model(model: Sequential) -> Sequential:
    """Return a model with the same layers and settings, and new weights; it is not compiled.

    Examples
    --------
    >>> from chainrule.keras import layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(3, name="first")])
    >>> clone_model(model).get_layer("first").kernel.shape
    (2, 3)
    """
    return type(model).from_config(model.get_config())


def model_from_json(text: str) -> Sequential:
    """Return the model that ``model.to_json()``, here or in Keras, has described.

    Raises
    ------
    ValueError
        When the text is no JSON, or describes something that is not supported.
    """
    try:
        written = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"text is no JSON ({error}); give what model.to_json() returned") from None
    model = deserialize(written, "layer")
    if not isinstance(model, Sequential):
        raise ValueError(f"text describes a {type(model).__name__}; possible: a Sequential")
    model.compile_from_config(written.get("compile_config"))
    return model
