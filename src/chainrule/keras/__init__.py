"""The API of Keras 3 for feed-forward networks, on chainrule's engine.

Code written for Keras runs here with one word changed, ``tensorflow.keras`` to
``chainrule.keras``, and trains small networks hundreds of times as fast.

>>> from chainrule.keras.models import Sequential
>>> from chainrule.keras.layers import Dense
>>> model = Sequential()
>>> model.add(Dense(32, input_shape=(64,), activation="relu"))
>>> model.add(Dense(10, activation="softmax"))
>>> model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
>>> model.count_params()
2410
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainrule.keras.callbacks import Callback
    from chainrule.keras.layers import Input, InputLayer, Layer
    from chainrule.keras.models import Model, Sequential
    from chainrule.keras.variables import Variable

__all__ = [
    "Callback",
    "Input",
    "InputLayer",
    "Layer",
    "Model",
    "Sequential",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "random",
    "regularizers",
    "saving",
    "utils",
]

_NAMES = {
    "Callback": "callbacks",
    "Input": "layers",
    "InputLayer": "layers",
    "Layer": "layers",
    "Model": "models",
    "Sequential": "models",
    "Variable": "variables",
}
_ELSEWHERE = {
    "Initializer": "initializers",
    "Regularizer": "regularizers",
    "Constraint": "constraints",
    "Optimizer": "optimizers",
    "Loss": "losses",
    "Metric": "metrics",
}


_ONLY_IN_KERAS = (
    "DTypePolicy",
    "FloatDTypePolicy",
    "Function",
    "InputSpec",
    "KerasTensor",
    "Operation",
    "Quantizer",
    "RematScope",
    "StatelessScope",
    "SymbolicScope",
    "applications",
    "device",
    "distillation",
    "distribution",
    "dtype_policies",
    "export",
    "legacy",
    "mixed_precision",
    "name_scope",
    "ops",
    "preprocessing",
    "quantizers",
    "remat",
    "tree",
    "version",
    "visualization",
    "wrappers",
)


def __getattr__(name: str) -> Any:
    from chainrule.keras.mistakes import close_to

    for where in (_NAMES, _ELSEWHERE):
        if name in where:
            return getattr(import_module(f"chainrule.keras.{where[name]}"), name)
    if name == "__version__":
        return import_module("chainrule").__version__
    if name in __all__:
        return import_module(f"chainrule.keras.{name}")
    if name in _ONLY_IN_KERAS:
        raise NotImplementedError(
            f"keras.{name} is not supported: chainrule trains feed-forward networks. Use real "
            f"Keras for it (`import keras`: the same lines of code run there)"
        )
    hint = close_to(name, __all__)
    raise AttributeError(f"module 'chainrule.keras' has no attribute {name!r}{hint}")


def __dir__() -> list[str]:
    return sorted(__all__)
