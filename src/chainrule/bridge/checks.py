"""What of real Keras the bridge cannot carry, each with its reason, before anything is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

Found = TypeVar("Found")

# Methods of models; one of the user's own means another training than the engine's.
_METHODS = (
    "call",
    "compile",
    "compute_loss",
    "compute_metrics",
    "evaluate",
    "fit",
    "predict",
    "predict_step",
    "test_step",
    "train_step",
)
_INSTEAD = "train this model with Keras itself"


class Reasons(list[str]):
    """Why a model cannot be taken over, collected so that all are said at once.

    Examples
    --------
    >>> reasons = Reasons()
    >>> reasons.of("layer 'a'", int, "one")
    >>> reasons.refuse("model 'm'")
    Traceback (most recent call last):
    ...
    NotImplementedError: model 'm' cannot be trained by chainrule:
    - layer 'a': invalid literal for int() with base 10: 'one'
    train this model with Keras itself, or change what is named
    """

    def of(self, what: str, act: Callable[..., Found], *arguments: Any) -> Found | None:
        """Return ``act(*arguments)``, or None and keep the reason why it could not be."""
        try:
            return act(*arguments)
        except (TypeError, ValueError, NotImplementedError) as error:
            self.append(f"{what}: {error}")
            return None

    def refuse(self, what: str) -> None:
        """Raise with all reasons, if there are any."""
        if self:
            raise NotImplementedError(
                f"{what} cannot be trained by chainrule:\n- "
                + "\n- ".join(self)
                + f"\n{_INSTEAD}, or change what is named"
            )


def keras_of(model: Any, argument: str = "model") -> Any:
    """Return the module of real Keras that has made a model.

    Raises
    ------
    TypeError
        When it is no such model.

    Examples
    --------
    >>> keras_of([1, 2])
    Traceback (most recent call last):
    ...
    TypeError: model is [1, 2], a list; possible: a keras.Sequential, or a keras.Model that is a \
chain of layers
    """
    keras = sys.modules.get("keras")
    if keras is not None and hasattr(keras, "Model") and isinstance(model, keras.Model):
        return keras
    from chainrule.keras import Sequential

    if isinstance(model, Sequential):
        raise TypeError(f"{argument} is {model!r}, which chainrule trains as it is; call its fit()")
    raise TypeError(
        f"{argument} is {model!r}, a {type(model).__name__}; possible: a keras.Sequential, or a "
        f"keras.Model that is a chain of layers"
    )


def is_model(made: Any) -> bool:
    """Whether this is a model of real Keras."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(made, keras.Model)


def of_keras(made: Any) -> bool:
    """Whether a function, a class, or an object's class comes from Keras, not from its user.

    Examples
    --------
    >>> of_keras(len)
    False
    """
    named = made if hasattr(made, "__qualname__") else type(made)
    return str(getattr(named, "__module__", "")).startswith("keras.")


def own(made: Any, what: str = "it") -> Any:
    """Return what was given if it comes from Keras, or is no code at all.

    Raises
    ------
    NotImplementedError
        For functions and classes of the user: there is no gradient of Python code here.
    """
    if (callable(made) or isinstance(made, type)) and not of_keras(made):
        name = getattr(made, "__name__", type(made).__name__)
        raise NotImplementedError(
            f"{what} is {name!r}, Python code of your own, which chainrule does not differentiate"
        )
    return made


def leaves(given: Any) -> Iterator[Any]:
    """Yield what nested lists and dictionaries hold.

    Examples
    --------
    >>> list(leaves({"a": ["b", ["c"]], "d": None}))
    ['b', 'c', None]
    """
    if isinstance(given, Mapping):
        for value in given.values():
            yield from leaves(value)
    elif isinstance(given, list | tuple):
        for value in given:
            yield from leaves(value)
    else:
        yield given


def check_model(model: Any) -> None:
    """Refuse a model whose methods are its author's.

    Raises
    ------
    NotImplementedError
        With the method's name.
    """
    for name in _METHODS:
        where = next((cls for cls in type(model).__mro__ if name in vars(cls)), None)
        if where is not None and not of_keras(where):
            raise NotImplementedError(
                f"{where.__name__} has a {name}() of its own, which chainrule cannot know"
            )


def check_layer(layer: Any) -> None:
    """Refuse a layer that is more than its configuration says.

    Raises
    ------
    NotImplementedError
        With what it is.
    """
    if not of_keras(type(layer)):
        raise NotImplementedError(
            f"{type(layer).__name__} is a layer of your own, and chainrule does not "
            f"differentiate Python code; put it together from layers of Keras"
        )
    policy = layer.dtype_policy.name
    if policy not in ("float32", "float64"):
        raise NotImplementedError(f"its dtype policy is {policy!r}; possible: 'float32', 'float64'")
    for name in ("activity_regularizer", "lora_enabled"):
        if getattr(layer, name, None):
            raise NotImplementedError(f"it has {name}, which chainrule does not compute")
    for name in layer.get_config():
        own(getattr(layer, name, None), name)


def check_optimizer(optimizer: Any) -> None:
    """Refuse an optimiser with rules that are not in its configuration.

    Raises
    ------
    NotImplementedError
        With what it is.
    """
    own(type(optimizer))
    own(getattr(optimizer, "_learning_rate", None), "learning_rate")
    names = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
    if any(getattr(optimizer, name, None) for name in names):
        raise NotImplementedError(
            "exclude_from_weight_decay() was called; possible: weight_decay for all weights"
        )
