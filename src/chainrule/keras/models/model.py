"""Model: the name under which Keras has graphs of layers, which are not built here."""

from __future__ import annotations

from typing import Any, NoReturn

from chainrule.keras.models.sequential import Sequential


class _AnyModel(type):
    """Makes ``isinstance(model, Model)`` hold for every model."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Sequential)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return cls is subclass or Sequential in subclass.__mro__

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError(
            "Model(inputs, outputs) is a graph of layers, and chainrule trains chains: write "
            "Sequential([...]) where the layers follow each other, or use real Keras; what is "
            "such a chain there comes here with chainrule.from_keras(model)"
        )


class Model(metaclass=_AnyModel):
    """What every model is an instance of; graphs of layers and subclasses need real Keras.

    Examples
    --------
    >>> isinstance(Sequential(), Model)
    True
    """

    def __init_subclass__(cls, **_: Any) -> None:
        raise NotImplementedError(
            f"{cls.__name__} is a model with a call() of its own, and chainrule does not "
            f"differentiate Python code: write Sequential([...]), or use real Keras"
        )
