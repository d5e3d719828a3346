"""To real Keras: the same model there."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chainrule.bridge.pairing import Pair
from chainrule.bridge.reading import flat
from chainrule.keras.models import Sequential
from chainrule.keras.objects import serialize


def to_keras(model: Sequential) -> Any:
    """Return a real ``keras.Sequential`` that is a model of chainrule, as it stands.

    It has the same layers, weights, settings of ``compile``, and state of the optimiser. Both
    models are independent afterwards.

    Parameters
    ----------
    model : chainrule.keras.Sequential
        Compiled or not, built or not.

    Raises
    ------
    ImportError
        When Keras, or its back end, is not installed.
    NotImplementedError
        When ``compile`` was given functions of the user.
    """
    keras = _keras()
    real = keras.saving.deserialize_keras_object(serialize(model))
    if model.compiled:
        _check_settings(model)
        real.compile(**keras.saving.deserialize_keras_object(model.get_compile_config()))
    if model.built:
        if not real.built:
            real.build(model.input_shape)
        pair = Pair(real, model)
        if model.compiled:
            pair.build_optimizer()
        pair.write(always=True)
        for layer in flat(real):
            if hasattr(layer, "finalize_state"):  # what adapt() found
                layer.finalize_state()
    return real


def _keras() -> Any:
    try:
        return import_module("keras")
    except ImportError as error:
        raise ImportError(
            f"to_keras() needs real Keras ({error}): pip install keras, and one of its back ends, "
            f"tensorflow, jax or torch, whose name KERAS_BACKEND says (tensorflow, if it says none)"
        ) from error


def _check_settings(model: Sequential) -> None:
    compiled = model.needed("to_keras")
    for given in (compiled.given_loss, *compiled.listed, *compiled.weighted):
        if callable(given) and type(given).__name__ == "function":
            raise NotImplementedError(
                f"compile() was given the function {given.__name__!r}; to_keras() knows names and "
                f"objects of losses and metrics: compile the model of Keras with it yourself"
            )
