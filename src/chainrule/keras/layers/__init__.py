"""Layers: what a model is made of, under the names of Keras.

>>> from chainrule.keras import layers
>>> layers.Dense(10, activation="softmax").compute_output_shape((None, 64))
(None, 10)
"""

from typing import Any

from chainrule.keras.layers.base import Layer
from chainrule.keras.layers.core import Activation, Dense, Flatten, Reshape
from chainrule.keras.layers.functions import ELU, LeakyReLU, PReLU, ReLU, Softmax
from chainrule.keras.layers.inputs import Input, InputLayer
from chainrule.keras.layers.noise import Dropout, GaussianNoise
from chainrule.keras.layers.normalization import BatchNormalization, LayerNormalization
from chainrule.keras.layers.scaling import Normalization, Rescaling
from chainrule.keras.objects import deserialize, serialize

__all__ = [
    "ELU",
    "Activation",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "Input",
    "InputLayer",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Normalization",
    "PReLU",
    "ReLU",
    "Rescaling",
    "Reshape",
    "Softmax",
    "deserialize",
    "serialize",
]


def __getattr__(name: str) -> Any:
    from chainrule.keras.layers.unsupported import missing

    raise missing(name)
