"""Sequential: a chain of layers, each fed with the output of the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from chainrule import layers as descriptions
from chainrule.keras.layers.base import Layer, Shape, assign_all, refuse_unknown, sample_shape
from chainrule.keras.layers.inputs import InputLayer, Placeholder
from chainrule.keras.mistakes import close_to, named
from chainrule.keras.models.filing import Filing
from chainrule.keras.models.network import Network
from chainrule.keras.models.trainer import Trainer
from chainrule.keras.objects import deserialize, register, serialize
from chainrule.keras.variables import Variable


@register("layer", "keras")
class Sequential(Filing, Trainer, Layer):
    """A model that is a chain of layers.

    Parameters
    ----------
    layers : sequence of Layer, optional
        From the input to the output. The first may be an ``Input``, or say ``input_shape``; without
        either the model is built when it first sees data.
    trainable : bool
        False freezes all layers.
    name : str, optional
        Made from the class if None.

    Raises
    ------
    TypeError, ValueError
        When something is not a layer, or two have the same name.

    Examples
    --------
    >>> from chainrule.keras import layers
    >>> model = Sequential([layers.Input((64,)), layers.Dense(32, activation="relu")])
    >>> model.add(layers.Dense(10, activation="softmax"))
    >>> model.output_shape, model.count_params()
    ((None, 10), 2410)
    """

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
        **unknown: Any,
    ) -> None:
        refuse_unknown(type(self), unknown)
        Layer.__init__(self, name=name)
        Trainer.__init__(self)
        self._layers: list[Layer] = []
        self._network: Network | None = None
        for layer in layers or ():
            self.add(layer, rebuild=False)
        self._rebuild()
        if not trainable:
            self.trainable = False

    # The chain.

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end.

        Raises
        ------
        TypeError
            When it is not a layer.
        ValueError
            When its name is taken, or it does not fit the output of the layer before.
        """
        if isinstance(layer, Placeholder):
            layer = InputLayer(batch_shape=layer.shape, dtype=layer.dtype, name=layer.name)
        if isinstance(layer, type):
            raise TypeError(
                f"layer is the class {layer.__name__}; give an object: {layer.__name__}(...)"
            )
        if not isinstance(layer, Layer):
            raise TypeError(
                f"layer is {layer!r}, a {type(layer).__name__}; possible: a layer of "
                f"chainrule.keras.layers, or a Sequential; what real Keras made goes through "
                f"chainrule.from_keras(model)"
            )
        if any(layer is each or layer.name == each.name for each in self._layers):
            raise ValueError(
                f"layer {layer.name!r} is in the model already; names must differ: give name="
            )
        if isinstance(layer, InputLayer) and self._layers:
            raise ValueError("an Input comes after other layers; possible: only first")
        if not self._layers and not isinstance(layer, InputLayer):
            first = layer.given_input
            if first is None and layer.built:
                first = layer.input_shape
            if first is not None:
                self._layers.append(InputLayer(batch_shape=first, dtype=layer.dtype))
        self._layers.append(layer)
        if rebuild:
            try:
                self._rebuild()
            except ValueError:
                self._layers.pop()
                raise

    def pop(self, rebuild: bool = True) -> Layer | None:
        """Take the last layer off, and return it."""
        visible = self.layers
        if not visible:
            return None
        last = self._layers.pop()
        if rebuild:
            self._rebuild()
        return last

    def _rebuild(self) -> None:
        """Build what can be built, and forget what was made of the chain before."""
        self._network, self.built, self._input = None, False, None
        self.forget()
        if self._layers and isinstance(self._layers[0], InputLayer) and len(self._layers) > 1:
            self.build(self._layers[0].output_shape)

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Make the variables of all layers, for samples of that shape (None, ...).

        Raises
        ------
        ValueError
            When a layer does not fit the one before it.
        """
        if input_shape is None and self._layers and isinstance(self._layers[0], InputLayer):
            input_shape = self._layers[0].output_shape
        if input_shape is None:
            raise ValueError("input_shape is not given; possible: (None, columns)")
        if not self.layers:
            raise ValueError(f"model {self.name!r} has no layers; call add(...) first")
        shape: Shape = (None, *sample_shape("input_shape", tuple(input_shape)[1:]))
        if self.built:
            if shape != self._input:
                raise ValueError(
                    f"model {self.name!r} was built for samples of shape {self.input_shape[1:]}, "
                    f"and now gets {shape[1:]}"
                )
            return
        if not isinstance(self._layers[0], InputLayer):
            self._layers.insert(0, InputLayer(batch_shape=shape, dtype=self._layers[0].dtype))
        self._input = shape
        made = {id(variable) for layer in self._layers for variable in layer.weights}
        for layer in self._layers[1:]:
            layer.build(shape)
            shape = layer.output_shape
        for variable, path in self._paths(""):
            if id(variable) not in made:  # a path is that of where the variable was made
                variable.path = path
        self.built = True

    def _paths(self, above: str) -> Iterator[tuple[Variable, str]]:
        for layer in self.layers:
            if isinstance(layer, Sequential):
                yield from layer._paths(f"{above}{self.name}/")
            else:
                for variable in layer.weights:
                    yield variable, f"{above}{self.name}/{layer.name}/{variable.name}"

    @property
    def network(self) -> Network:
        """The chain as engines see it, up to date."""
        if self._network is None:
            if not self.built:
                raise ValueError(
                    f"model {self.name!r} is not built: it does not know the shape of its inputs; "
                    f"begin it with Input(shape=...), call build((None, columns)), or fit it"
                )
            flat = list(self._flat())
            dtypes = {layer.dtype for layer in flat if layer.weights} or {self.dtype}
            if len(dtypes) > 1:
                raise ValueError(
                    f"layers have dtypes {', '.join(sorted(dtypes))}; possible: one for all"
                )
            self._network = Network(flat, self.input_shape, self.output_shape, dtypes.pop())
        self._network.refresh()
        return self._network

    def _flat(self) -> Iterator[Layer]:
        for layer in self.layers:
            if isinstance(layer, Sequential):
                yield from layer._flat()
            else:
                yield layer

    def describe(self) -> tuple[descriptions.Layer, ...]:
        """Return the descriptions of all layers."""
        return tuple(each for layer in self._flat() for each in layer.describe())

    def parameters(self) -> list[Variable]:
        """Return one variable for each parameter of the descriptions, in their order."""
        return [variable for layer in self._flat() for variable in layer.parameters()]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, (None, ...)."""
        shape = tuple(input_shape)
        for layer in self.layers:
            shape = layer.compute_output_shape(shape)
        return shape

    # What there is in it.

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return [layer for layer in self._layers if not layer.hidden]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return the layer of that name, or that number.

        Raises
        ------
        ValueError
            When there is none.
        """
        if (name is None) == (index is None):
            raise ValueError("name and index: give one of them")
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(f"index is {index}; possible: 0 to {len(self.layers) - 1}")
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in self.layers]
        raise ValueError(f"no layer is called {name!r}{close_to(name, names)} Possible: {names}")

    @property
    def inputs(self) -> list[Placeholder]:
        """Placeholders for what goes in, in a list."""
        first = self._layers[0] if self._layers else None
        name = first.name if isinstance(first, InputLayer) else "input_layer"
        return [Placeholder(self.input_shape, self.dtype, name)]

    @property
    def outputs(self) -> list[Placeholder]:
        """Placeholders for what comes out, in a list."""
        if not self.layers:
            raise AttributeError(f"model {self.name!r} has no outputs before layers are added")
        return [self.layers[-1].output]

    @property
    def trainable(self) -> bool:
        """Whether training changes the model; setting it sets all layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self._layers:
            layer.trainable = value

    @property
    def weights(self) -> list[Variable]:
        """All variables, layer after layer."""
        return [variable for layer in self.layers for variable in layer.weights]

    @property
    def trainable_weights(self) -> list[Variable]:
        """Those that training changes."""
        if not self.trainable:
            return []
        return [variable for layer in self.layers for variable in layer.trainable_weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Write all numbers, one array a variable, in the order of :attr:`weights`."""
        if not self.built:
            raise ValueError(f"model {self.name!r} has no weights before it is built")
        assign_all(f"model {self.name!r}", self.weights, weights)

    def count_params(self) -> int:
        """Return how many numbers the model has.

        Raises
        ------
        ValueError
            Before it is built.
        """
        if not self.built:
            raise ValueError(f"model {self.name!r} is not built; give its first layer an Input")
        return sum(layer.count_params() for layer in self.layers)

    @named
    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Print a table of the layers, their output shapes and numbers of parameters."""
        from chainrule.keras.output.summary import summary

        summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    # Settings.

    def get_config(self) -> dict[str, Any]:
        """Return the settings of the model and of its layers, as Keras writes them."""
        config = Layer.get_config(self)
        config["layers"] = [_layer_config(layer) for layer in self._layers]
        if self.built:
            config["build_input_shape"] = list(self.input_shape)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a model with these settings, as :meth:`get_config` or Keras wrote them."""
        layers = config["layers"] if isinstance(config, Mapping) else config
        model = cls(name=config.get("name") if isinstance(config, Mapping) else None)
        for written in layers:
            model.add(deserialize(written, "layer"), rebuild=False)
        model._rebuild()
        shape = config.get("build_input_shape") if isinstance(config, Mapping) else None
        if not model.built and shape and model.layers:
            model.build(shape)
        return model

    def to_keras(self) -> Any:
        """Return the same model in real Keras, with weights, settings and optimiser's state.

        Raises
        ------
        ImportError
            When Keras is not installed.
        NotImplementedError
            When ``compile`` was given functions of the user.
        """
        from chainrule.bridge.writing import to_keras

        return to_keras(self)

    def __iter__(self) -> Iterator[Layer]:
        raise TypeError(f"a model is not a list; loop over {self.name}.layers")


def _layer_config(layer: Layer) -> dict[str, Any]:
    """Return what a model's configuration says of one layer."""
    written = serialize(layer)
    build = layer.build_config() if layer.built else None
    if build is not None:
        written["build_config"] = build
    if isinstance(layer, Sequential):
        written["compile_config"] = layer.get_compile_config() or {}
    return written
