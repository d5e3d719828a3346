"""From real Keras: the chain of a model's layers, and the same chain here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainrule.bridge.checks import (
    Reasons,
    check_layer,
    check_model,
    check_optimizer,
    is_model,
    keras_of,
    leaves,
    own,
)
from chainrule.keras.layers import InputLayer
from chainrule.keras.layers.base import Layer
from chainrule.keras.models import Sequential
from chainrule.keras.models.settings import compile_arguments
from chainrule.keras.objects import classes, deserialize

Written = dict[str, Any]


def from_keras(model: Any) -> Sequential:
    """Return a :class:`chainrule.keras.Sequential` that is a model of real Keras, as it stands.

    It has the same layers, weights, settings of ``compile``, and state of the optimiser. Both
    models are independent afterwards.

    Parameters
    ----------
    model : keras.Sequential or keras.Model
        The latter only if it is a chain of layers with one input and one output.

    Raises
    ------
    TypeError
        When it is no model of Keras.
    NotImplementedError
        When something in it is not supported; with all reasons.

    Examples
    --------
    >>> from_keras("model.keras")
    Traceback (most recent call last):
    ...
    TypeError: model is 'model.keras', a str; possible: a keras.Sequential, or a keras.Model that \
is a chain of layers
    """
    from chainrule.bridge.pairing import Pair

    twin = read(model)
    pair = Pair(model, twin)
    if model.built:
        pair.read_weights()
        if twin.compiled and model.optimizer.built:
            pair.read_optimizer()
    return twin


def read(model: Any) -> Sequential:
    """Return the same model here, compiled if it is, with weights of its own.

    Raises
    ------
    TypeError, NotImplementedError
        As :func:`from_keras`.
    """
    keras = keras_of(model)
    reasons = Reasons()
    twin = _read_model(model, keras, reasons)
    arguments = _read_compiled(model, keras, reasons) if model.compiled else None
    reasons.refuse(f"model {model.name!r}")
    assert twin is not None  # or there were reasons
    if arguments is not None:
        reasons.of("compile", lambda: twin.compile(**arguments))
        reasons.refuse(f"model {model.name!r}")
    return twin


def described(model: Any) -> list[Any]:
    """Return all that :func:`read` depends on: when it changes, a model has to be read anew."""
    keras = keras_of(model)
    optimizer = getattr(model, "optimizer", None)
    settings = dict(optimizer.get_config()) if optimizer is not None else {}
    if isinstance(settings.get("learning_rate"), float):  # a variable, which is read each time
        del settings["learning_rate"]
    layers = [keras.saving.serialize_keras_object(layer) for layer in flat(model)]
    compiled = getattr(model, "_compile_config", None)
    return [model.built, layers, settings, _Same(optimizer), _Same(compiled)]


class _Same:
    """Equal only to what holds the very same object."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.held is other.held

    __hash__ = None  # type: ignore[assignment]


# The chain.


def chain(model: Any) -> list[Any]:
    """Return the layers of a model of Keras from the input to the output; without the input.

    Raises
    ------
    NotImplementedError
        When it is not a chain.
    """
    if isinstance(model, keras_of(model).Sequential):
        return list(model.layers)
    if not getattr(model, "inputs", None) or not getattr(model, "outputs", None):
        raise NotImplementedError(
            f"{type(model).__name__} is no chain of layers that can be read off it; possible: a "
            f"keras.Sequential, or keras.Model(inputs, outputs)"
        )
    for name, tensors in (("inputs", model.inputs), ("outputs", model.outputs)):
        if len(tensors) != 1:
            raise NotImplementedError(f"it has {len(tensors)} {name}; possible: one")
    layers, tensor = [], model.outputs[0]
    while tensor is not model.inputs[0]:
        origin = tensor._keras_history
        layer = origin.operation
        node = layer._inbound_nodes[origin.node_index]
        _check_node(layer, node)
        layers.append(layer)
        tensor = node.input_tensors[0]
    return layers[::-1]


def _check_node(layer: Any, node: Any) -> None:
    if not hasattr(layer, "dtype_policy") or not hasattr(layer, "weights"):
        raise NotImplementedError(
            f"it calls the operation {type(layer).__name__!r}; possible: layers only"
        )
    if len(node.input_tensors) != 1 or len(node.output_tensors) != 1:
        raise NotImplementedError(
            f"layer {layer.name!r} ({type(layer).__name__}) joins or parts branches; possible: a "
            f"chain, each layer after the other"
        )
    given = [name for name, value in node.arguments.kwargs.items() if value is not None]
    if given or len(node.arguments.args) != 1:
        raise NotImplementedError(
            f"layer {layer.name!r} is called with {', '.join(given) or 'several arguments'}; "
            f"possible: with its input alone"
        )


def flat(model: Any) -> Iterator[Any]:
    """Yield the layers of a model of Keras, and those of models in it."""
    for layer in chain(model):
        if is_model(layer):
            yield from flat(layer)
        else:
            yield layer


# The same here.


def _read_model(model: Any, keras: Any, reasons: Reasons) -> Sequential | None:
    what = f"model {model.name!r}"
    before = len(reasons)
    reasons.of(what, check_model, model)
    layers = reasons.of(what, chain, model) or []
    if len(set(map(id, layers))) != len(layers):
        reasons.append(f"{what}: it uses a layer twice; possible: each layer once")
    made: list[Layer] = []
    first = reasons.of(f"the input of {what}", _read_input, model)
    if first is not None:
        made.append(first)
    for layer in layers:
        if is_model(layer):
            one: Layer | None = _read_model(layer, keras, reasons)
        else:
            name = f"layer {layer.name!r} ({type(layer).__name__})"
            one = reasons.of(name, _read_layer, layer, keras)
        if one is not None:
            made.append(one)
    if len(reasons) > before:
        return None
    return reasons.of(what, Sequential, made, model.trainable, model.name)


def _read_input(model: Any) -> InputLayer | None:
    if not model.built:
        return None
    tensor = model.inputs[0]
    if str(tensor.dtype) in ("float16", "bfloat16", "string"):
        raise NotImplementedError(f"its dtype is {tensor.dtype}; possible: 'float32', 'float64'")
    if getattr(tensor, "sparse", False) or getattr(tensor, "ragged", False):
        raise NotImplementedError("it is sparse or ragged; possible: dense arrays")
    return InputLayer(batch_shape=(None, *tensor.shape[1:]), name=tensor.name)


def _read_layer(layer: Any, keras: Any) -> Layer:
    if type(layer).__name__ not in classes("layer"):
        raise NotImplementedError(
            f"chainrule has no such layer; possible: {', '.join(sorted(classes('layer')))}"
        )
    check_layer(layer)
    made: Layer = deserialize(keras.saving.serialize_keras_object(layer), "layer")
    return made


def _read_compiled(model: Any, keras: Any, reasons: Reasons) -> Written:
    given = _given(model)
    config: Written = {}
    optimizer = reasons.of("optimizer", _read_optimizer, model.optimizer, keras)
    if optimizer is not None:
        config["optimizer"] = optimizer
    for name in ("loss", "metrics", "weighted_metrics"):
        for leaf in leaves(given.get(name)):
            reasons.of("compile", own, leaf, name)
        if not reasons:
            config[name] = keras.saving.serialize_keras_object(_made(given.get(name)))
    config["loss_weights"] = given.get("loss_weights")
    return reasons.of("compile", compile_arguments, config) or {}


def _given(model: Any) -> Written:
    """Return what holds of compile(); a later call without metrics leaves the earlier ones."""
    loss, metrics = model._compile_loss, model._compile_metrics
    return {
        "loss": getattr(loss, "_user_loss", None),
        "loss_weights": getattr(loss, "_user_loss_weights", None),
        "metrics": getattr(metrics, "_user_metrics", None),
        "weighted_metrics": getattr(metrics, "_user_weighted_metrics", None),
    }


def _read_optimizer(optimizer: Any, keras: Any) -> Written:
    name = type(optimizer).__name__
    if name not in classes("optimizer"):
        raise NotImplementedError(
            f"{name} is not known here; possible: {', '.join(classes('optimizer'))}"
        )
    check_optimizer(optimizer)
    written: Written = keras.saving.serialize_keras_object(optimizer)
    return written


def _made(given: Any) -> Any:
    """Return what compile() was given, with objects in the place of classes."""
    if isinstance(given, dict):
        return {name: _made(value) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return [_made(value) for value in given]
    return given() if isinstance(given, type) else given
