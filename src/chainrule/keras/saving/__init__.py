"""Models in files: ``.keras``, which real Keras opens, and ``.safetensors``, which is ours.

A file holds a model's layers and settings, its weights, and where its optimiser stands, so that
training goes on as if it had not been interrupted. Classes in a file come from a closed list, and
code in files is never run.

>>> import tempfile
>>> from chainrule.keras import Sequential, layers
>>> model = Sequential([layers.Input((64,)), layers.Dense(10, activation="softmax")])
>>> with tempfile.TemporaryDirectory() as folder:
...     model.save(f"{folder}/digits.safetensors")
...     load_model(f"{folder}/digits.safetensors").count_params()
650
"""

from typing import Any

from chainrule.keras.objects import deserialize as deserialize_keras_object
from chainrule.keras.objects import serialize as serialize_keras_object
from chainrule.keras.saving.files import load_model, load_weights, save_model, save_weights

__all__ = [
    "deserialize_keras_object",
    "load_model",
    "load_weights",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]

_CLOSED = (
    "files may name only the layers, losses, ... that docs/keras.md lists, never code of one's "
    "own; metrics of your own go into load_model(..., custom_objects={name: metric}), and for all "
    "else use real Keras"
)
_ONLY_IN_KERAS = (
    "CustomObjectScope",
    "KerasFileEditor",
    "custom_object_scope",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
)


def __getattr__(name: str) -> Any:
    if name in _ONLY_IN_KERAS:
        raise NotImplementedError(f"saving.{name} is not supported: {_CLOSED}")
    from chainrule.keras.mistakes import missing

    raise missing(__name__, name, __all__)
