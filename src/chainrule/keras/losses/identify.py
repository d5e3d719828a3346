"""From what users write for a loss, a name, a function, a class or an object, to the object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chainrule.keras.losses.base import Loss
from chainrule.keras.objects import classes, deserialize, resolve, snake_case

# What Keras 3 has beside the losses here, and what for.
_ONLY_IN_KERAS = {
    "CTC": "sequences",
    "Circle": "pairs of samples",
    "Dice": "images",
    "Tversky": "images",
    "CategoricalGeneralizedCrossEntropy": "noisy labels",
}
_BY_SHAPE = ("crossentropy", "ce")


def get(identifier: Any) -> Loss | None:
    """Return the loss that an identifier stands for.

    Parameters
    ----------
    identifier : str, dict, class, Loss, function or None
        A name such as "mse", what :func:`serialize` gave, a class or an object of this module, or
        one of its functions; None gives None.

    Raises
    ------
    ValueError
        When the name is unknown, when only real Keras has the loss, or for a function of yours.

    Examples
    --------
    >>> get("mse")
    <MeanSquaredError>
    >>> get("categorical_cross_entropy")
    Traceback (most recent call last):
    ...
    ValueError: unknown loss 'categorical_cross_entropy': did you mean 'categorical_crossentropy'? \
Possible: mean_squared_error, ...
    """
    if identifier is None or isinstance(identifier, Loss):
        return identifier
    name = identifier
    if isinstance(name, Mapping):
        name = name.get("class_name")
        name = identifier.get("config") if name == "function" else name
    refuse(name)
    if isinstance(identifier, type):
        if issubclass(identifier, Loss):
            made: Loss = identifier()
            return made
    elif callable(identifier):
        return from_function(identifier)
    found: Loss = resolve("loss", identifier)
    return found


def refuse(name: object) -> None:
    """Raise where only real Keras has a loss of this name.

    Examples
    --------
    >>> refuse("mse")
    >>> refuse("dice")
    Traceback (most recent call last):
    ...
    ValueError: 'dice', a loss for images, needs real Keras: import keras in the place of \
chainrule.keras
    """
    for only, what in _ONLY_IN_KERAS.items():
        if name in (only, snake_case(only)):
            raise ValueError(f"{name!r}, a loss for {what}, {_elsewhere()}")


def find(identifier: Any, y_shape: Sequence[int], output_shape: Sequence[int]) -> Loss | None:
    """Return the loss as :func:`get` does, and for "crossentropy" that which fits the shapes.

    Parameters
    ----------
    identifier : str, dict, class, Loss, function or None
        As for :func:`get`; "crossentropy" and "ce" stand for the binary one where there is one
        output, for the sparse one where targets are class numbers, and for the categorical one.
    y_shape, output_shape : sequence of int
        Shapes of targets and outputs, both with the axis of the samples.

    Examples
    --------
    >>> find("crossentropy", (100,), (100, 10))
    <SparseCategoricalCrossentropy: from_logits=False, ignore_class=None>
    """
    if isinstance(identifier, str) and identifier.lower() in _BY_SHAPE:
        identifier = kind_of_classes(y_shape, output_shape) + "_crossentropy"
    return get(identifier)


def kind_of_classes(y_shape: Sequence[int | None], output_shape: Sequence[int | None]) -> str:
    """Return "binary", "sparse_categorical" or "categorical": what shapes say of the targets.

    Examples
    --------
    >>> kind_of_classes((100,), (100, 1)), kind_of_classes((100, 1), (100, 10))
    ('binary', 'sparse_categorical')
    >>> kind_of_classes((100, 10), (100, 10))
    'categorical'
    """
    if output_shape[-1] == 1:
        return "binary"
    if len(y_shape) < len(output_shape) or y_shape[-1] == 1:
        return "sparse_categorical"
    return "categorical"


def from_function(function: Callable[..., Any]) -> Loss:
    """Return the loss whose function this is.

    Raises
    ------
    ValueError
        When it is a function of the user, for which there is no gradient here.
    """
    name = getattr(function, "__name__", type(function).__name__)
    ours = getattr(function, "__module__", "").startswith("chainrule.keras.losses.")
    if not ours:
        raise ValueError(
            f"loss is {name!r}, a function of your own; it {_elsewhere()}, "
            f"since chainrule does not differentiate Python code. "
            f"Possible: {', '.join(map(snake_case, classes('loss')))}"
        )
    made: Loss = resolve("loss", name)
    return made


def serialize_function(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what Keras writes for a function: its name."""
    name = function.__name__
    module = getattr(function, "__module__", None) or "builtins"
    if module.startswith("chainrule.keras."):
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name,
            "registered_name": "function",
        }
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def deserialize_loss(config: Mapping[str, Any] | str, custom_objects: Any = None) -> Any:
    """Make the loss that :func:`serialize`, or Keras, has written.

    Raises
    ------
    ValueError
        When the class is unknown, or ``custom_objects`` are given.
    """
    if custom_objects:
        raise ValueError("custom_objects is given; possible: None, as only known losses are made")
    return get(config) if isinstance(config, str) else deserialize(config, "loss")


def _elsewhere() -> str:
    return "needs real Keras: import keras in the place of chainrule.keras"
