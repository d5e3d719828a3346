"""chainrule: small neural networks, plain to read and fast to train.

>>> import chainrule
>>> nn = chainrule.NeuralNetwork([2, 2, 1], eta=0.5)
>>> nn
NeuralNetwork: 2-2-1
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainrule import datasets, keras, metrics, plots, teaching
    from chainrule.bridge import accelerate, from_keras
    from chainrule.engines.native import get_num_threads, set_num_threads
    from chainrule.many import train_many
    from chainrule.network import NeuralNetwork

__version__ = "0.1.0"

__all__ = [
    "NeuralNetwork",
    "__version__",
    "accelerate",
    "datasets",
    "from_keras",
    "get_num_threads",
    "keras",
    "metrics",
    "plots",
    "set_num_threads",
    "teaching",
    "train_many",
]

# What is opened when first asked for, so that importing chainrule stays cheap.
_ROOMS = ("datasets", "keras", "metrics", "plots", "teaching")
_NAMES = {
    "NeuralNetwork": "network",
    "accelerate": "bridge",
    "from_keras": "bridge",
    "get_num_threads": "engines.native",
    "set_num_threads": "engines.native",
    "train_many": "many",
}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        found = getattr(import_module(f"chainrule.{_NAMES[name]}"), name)
        globals()[name] = found
        return found
    if name in _ROOMS:
        return import_module(f"chainrule.{name}")
    raise AttributeError(f"module 'chainrule' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
