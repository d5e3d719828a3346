"""chainrule: small neural networks, plain to read and fast to train.

>>> import chainrule
>>> nn = chainrule.NeuralNetwork([2, 2, 1], eta=0.5)
>>> nn
NeuralNetwork: 2-2-1
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainrule import datasets, metrics, plots
    from chainrule.network import NeuralNetwork

__version__ = "0.1.0"

__all__ = ["NeuralNetwork", "__version__", "datasets", "metrics", "plots"]

# What is opened when first asked for, so that importing chainrule stays cheap.
_ROOMS = ("datasets", "metrics", "plots")


def __getattr__(name: str) -> Any:
    if name == "NeuralNetwork":
        from chainrule.network import NeuralNetwork

        globals()[name] = NeuralNetwork
        return NeuralNetwork
    if name in _ROOMS:
        return import_module(f"chainrule.{name}")
    raise AttributeError(f"module 'chainrule' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
