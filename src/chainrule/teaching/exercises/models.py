"""The models of Keras, or of chainrule.keras, by what both show of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.teaching.mistakes import BLANK, NOT_FINITE, Mistake, WrongError
from chainrule.teaching.trial import Trial

NO_MODEL = Mistake("not_a_model", "What you give is a {type}. Give the model that you built.")
NOT_BUILT = Mistake(
    "not_built",
    "The model does not know its inputs yet: its first layer is to be told the shape of a sample.",
)
INPUTS = Mistake(
    "wrong_inputs", "The model takes {given} values for a sample; how many pixels has an image?"
)
COUNT = Mistake(
    "number_of_layers",
    "The number of dense layers is {given}, and {expected} are expected. "
    "Was the cell that adds them run twice, or is one missing?",
)
UNITS = Mistake(
    "wrong_widths",
    "Dense layer {i} has {given} units. Read again which widths the "
    "text asks for; the inputs are no layer.",
)
ACTIVATION = Mistake(
    "wrong_activation",
    "Dense layer {i} has the activation {given}, which is not what this section is about.",
)
LAST_ACTIVATION = Mistake(
    "wrong_last_activation",
    "The last layer has the activation {given}. Its "
    "ten outputs should be probabilities that sum to 1.",
)
EPOCHS = Mistake("wrong_epochs", "The history has {given} epochs; {expected} are asked for.")
NO_HISTORY = Mistake("not_a_history", "What you give is a {type}. Give what `fit` returned.")
NO_VALIDATION = Mistake(
    "no_validation",
    "The history has no validation loss. Which data are held back to judge the model?",
)
NO_ACCURACY = Mistake("no_accuracy", "The history has no accuracy. It is asked for in `compile`.")
GROWS = Mistake(
    "loss_grows",
    "The training loss is not smaller at the end than at the start. Do "
    "the inputs and the targets belong together?",
)


def check_model(trial: Trial, model: Any, layers: Sequence[int], activation: str) -> None:
    """Raise where a model has not these widths (inputs first) and this hidden activation."""
    del trial
    if model is Ellipsis:
        raise WrongError(BLANK, what="The model")
    if isinstance(model, type) or not hasattr(model, "layers") or not hasattr(model, "compile"):
        raise WrongError(NO_MODEL, type=type(model).__name__)
    dense = [layer for layer in model.layers if hasattr(layer, "units")]
    expected = list(layers[1:])
    if len(dense) != len(expected):
        raise WrongError(COUNT, given=len(dense), expected=len(expected))
    for i, (layer, units) in enumerate(zip(dense, expected, strict=True), 1):
        if layer.units is Ellipsis:
            raise WrongError(BLANK, what=f"The width of layer {i}")
        if int(layer.units) != units:
            raise WrongError(UNITS, i=i, given=layer.units)
    kernel = getattr(dense[0], "kernel", None)
    if kernel is None:
        raise WrongError(NOT_BUILT)
    if int(kernel.shape[0]) != layers[0]:
        raise WrongError(INPUTS, given=int(kernel.shape[0]))
    names = _activations(model.layers)
    for i, name in enumerate(names[:-1], 1):
        if name != activation:
            raise WrongError(ACTIVATION, i=i, given=name)
    if names[-1] != "softmax":
        raise WrongError(LAST_ACTIVATION, given=names[-1])


def _activations(layers: Sequence[Any]) -> list[str]:
    """Return the activation after each dense layer, its own or that of a layer of its own."""
    names: list[str] = []
    for layer in layers:
        if hasattr(layer, "units"):
            names.append(_name(layer.activation))
        elif names and names[-1] == "linear" and callable(getattr(layer, "activation", None)):
            names[-1] = _name(layer.activation)
        elif names and names[-1] == "linear" and type(layer).__name__ in ("ReLU", "Softmax"):
            names[-1] = type(layer).__name__.lower()
    return names


def _name(activation: Any) -> str:
    return str(getattr(activation, "__name__", activation))


def check_history(trial: Trial, H: Any, epochs: int) -> None:
    """Raise where a history has not the losses and accuracies of so many epochs."""
    del trial
    if H is Ellipsis:
        raise WrongError(BLANK, what="The history")
    history = getattr(H, "history", H)
    if not isinstance(history, dict) or "loss" not in history:
        raise WrongError(NO_HISTORY, type=type(H).__name__)
    if len(history["loss"]) != epochs:
        raise WrongError(EPOCHS, given=len(history["loss"]), expected=epochs)
    if "val_loss" not in history:
        raise WrongError(NO_VALIDATION)
    if not {"accuracy", "acc"} & set(history):
        raise WrongError(NO_ACCURACY)
    losses = np.asarray(history["loss"], dtype=float)
    if not np.isfinite(losses).all():
        raise WrongError(NOT_FINITE, what="The training loss")
    if epochs > 1 and losses[-1] >= losses[0]:
        raise WrongError(GROWS)
