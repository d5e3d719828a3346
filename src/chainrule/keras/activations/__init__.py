"""Activations as functions of arrays, and which row of the engine each of them is.

The formulas are those of ``chainrule.activations``, where each has its source. Functions take
arrays of any shape and return tensors of that shape; lists and integers become floats.

Examples
--------
>>> relu([-1, 2])
Tensor([0., 2.], dtype=float32)
>>> row("leaky_relu")
('leaky_relu', 0.2)
"""

from typing import Any

from chainrule.keras.activations.identify import FUNCTIONS, deserialize, get, row, serialize
from chainrule.keras.activations.rectifiers import celu, elu, leaky_relu, relu, relu6, selu
from chainrule.keras.activations.rowwise import log_softmax, softmax
from chainrule.keras.activations.shrinking import hard_shrink, soft_shrink, tanh_shrink
from chainrule.keras.activations.sigmoids import (
    hard_sigmoid,
    hard_tanh,
    linear,
    sigmoid,
    softsign,
    tanh,
)
from chainrule.keras.activations.smooth import (
    exponential,
    gelu,
    hard_silu,
    log_sigmoid,
    mish,
    silu,
    softplus,
    sparse_plus,
    squareplus,
)
from chainrule.keras.mistakes import missing

swish = silu
hard_swish = hard_silu

__all__ = [
    "FUNCTIONS",
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "row",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name, __all__, ("glu", "sparse_sigmoid", "sparsemax", "threshold"))
