"""Layers: small frozen descriptions. They hold no data and compute nothing; engines do.

A layer says how wide its output is for a given input, and which parameters it has. All data is of
shape (N, D): N samples, D columns.
"""

from chainrule.layers.base import Layer, Parameter
from chainrule.layers.dense import Activation, Dense, Flatten, PReLU
from chainrule.layers.noise import Dropout, GaussianNoise
from chainrule.layers.scaling import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
    Rescaling,
)

__all__ = [
    "Activation",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "Layer",
    "LayerNormalization",
    "Normalization",
    "PReLU",
    "Parameter",
    "Rescaling",
]
