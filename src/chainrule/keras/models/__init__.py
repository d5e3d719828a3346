"""Models: chains of layers that are compiled, trained, evaluated, saved.

>>> from chainrule.keras import layers
>>> Sequential([layers.Input((2,)), layers.Dense(1)]).output_shape
(None, 1)
"""

from typing import Any

from chainrule.keras.mistakes import missing
from chainrule.keras.models.cloning import clone_model, model_from_json
from chainrule.keras.models.model import Model
from chainrule.keras.models.sequential import Sequential
from chainrule.keras.saving.files import load_model, save_model

__all__ = [
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name, __all__)
