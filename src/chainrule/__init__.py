"""chainrule: small neural networks, plain to read and fast to train.

>>> import chainrule
>>> nn = chainrule.NeuralNetwork([2, 2, 1], eta=0.5)
>>> nn
NeuralNetwork: 2-2-1
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from chainrule.network import NeuralNetwork

if TYPE_CHECKING:
    from chainrule import datasets, metrics, plots

__version__ = "0.1.0"

__all__ = ["NeuralNetwork", "__version__", "datasets", "metrics", "plots"]

# Rooms that are opened when first asked for, so that importing chainrule stays cheap.
_LAZY = ("datasets", "metrics", "plots")


def __getattr__(name: str) -> ModuleType:
    if name in _LAZY:
        return import_module(f"chainrule.{name}")
    raise AttributeError(f"module 'chainrule' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
