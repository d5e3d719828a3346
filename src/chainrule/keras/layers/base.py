"""What all layers share: a name, numbers, shapes, and a description for the engines."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from chainrule.keras import backend
from chainrule.keras.mistakes import possible, unknown_argument
from chainrule.keras.objects import Configured, new_name, snake_case
from chainrule.keras.variables import Tensor, Variable, tensor
from chainrule.layers import Layer as Description

Array = npt.NDArray[Any]
Shape = tuple[int | None, ...]


class Layer(Configured):
    """The base of all layers: N samples of one shape go in, N of another come out.

    A layer holds settings and variables; :meth:`describe` says with a description of
    :mod:`chainrule.layers` what the engines are to compute.

    Parameters
    ----------
    name : str, optional
        How the layer is called; made from the class if None.
    trainable : bool
        False freezes it.
    dtype : str, optional
        "float32" or "float64"; :func:`chainrule.keras.backend.floatx` if None.
    input_shape : sequence of int, optional
        The shape of one sample, for the first layer of a model.
    input_dim : int, optional
        The same for samples with one axis.
    batch_input_shape : sequence of int, optional
        The same with None in front.

    Raises
    ------
    TypeError
        For an argument that no layer has, and for a class of one's own.
    ValueError
        For a setting that only real Keras has.

    Examples
    --------
    >>> from chainrule.keras.layers import Dense
    >>> layer = Dense(2, name="out", input_shape=(3,))
    >>> layer.name, layer.trainable, layer.dtype, layer.given_input
    ('out', True, 'float32', (None, 3))
    """

    nothing_to_build: ClassVar[bool] = False  # which Keras calls built from the start
    hidden: ClassVar[bool] = False  # whether model.layers leaves it out, as it does with inputs

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        input_shape: Sequence[int | None] | None = None,
        input_dim: int | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        **unknown: Any,
    ) -> None:
        if type(self).describe is Layer.describe:
            raise TypeError(
                f"{type(self).__name__} is a layer of its own kind, and chainrule does not "
                f"differentiate Python code: build it with real Keras, or from the layers here"
            )
        refuse_unknown(type(self), unknown)
        self.name = new_name(_base_name(type(self))) if name is None else str(name)
        self.dtype = float_dtype(dtype)
        self.built = False
        self._trainable = bool(trainable)
        self._variables: list[Variable] = []
        self._input: Shape | None = None
        self.given_input: Shape | None = None  # what the first layer of a model was told
        if batch_input_shape is not None:
            input_shape = tuple(batch_input_shape)[1:]
        if input_dim is not None:
            input_shape = (input_dim,)
        if input_shape is not None:
            self.given_input = (None, *sample_shape("input_shape", input_shape))

    # What kinds of layers say of themselves.

    def describe(self) -> tuple[Description, ...]:
        """Return what engines compute for this layer, as it is set now; after ``build``."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output, (None, ...)."""
        return tuple(input_shape)

    def create(self, input_shape: Shape) -> None:
        """Make the variables, with :meth:`add_weight`."""

    def own_config(self) -> dict[str, Any]:
        """Return the settings beside name, trainable and dtype."""
        return {}

    # Shapes.

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the variables for inputs of that shape, (None, ...); once.

        Raises
        ------
        ValueError
            When it was built for another shape, or does not take this one.
        """
        shape = (None, *sample_shape("input_shape", tuple(input_shape)[1:]))
        if self.built:
            if self._input != shape:
                raise ValueError(
                    f"layer {self.name!r} was built for inputs of shape {self._input}, and now "
                    f"gets {shape}; make a new layer for them"
                )
            return
        self._input = shape
        self.create(shape)
        self.built = True

    @property
    def input_shape(self) -> Shape:
        """The shape of the input, (None, ...)."""
        if self._input is None:
            raise AttributeError(f"layer {self.name!r} has no input_shape before it is built")
        return self._input

    @property
    def output_shape(self) -> Shape:
        """The shape of the output, (None, ...)."""
        return self.compute_output_shape(self.input_shape)

    @property
    def input(self) -> Any:
        """A placeholder for the input."""
        from chainrule.keras.layers.inputs import Placeholder

        return Placeholder(self.input_shape, self.dtype, f"input_of_{self.name}")

    @property
    def output(self) -> Any:
        """A placeholder for the output."""
        from chainrule.keras.layers.inputs import Placeholder

        return Placeholder(self.output_shape, self.dtype, f"output_of_{self.name}")

    # Numbers.

    def add_weight(
        self, name: str, shape: tuple[int, ...], initializer: Any, *, trainable: bool = True
    ) -> Variable:
        """Make one variable, drawn with its initialiser."""
        from chainrule.keras import initializers

        value = initializers.get(initializer)(shape, dtype=self.dtype)
        variable = Variable(
            value, name, trainable=trainable, dtype=self.dtype, path=f"{self.name}/{name}"
        )
        self._variables.append(variable)
        return variable

    def parameters(self) -> list[Variable]:
        """Return one variable for each parameter of the descriptions, in their order."""
        return self._variables

    @property
    def trainable(self) -> bool:
        """Whether training changes the layer; may be set."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)

    @property
    def weights(self) -> list[Variable]:
        """All variables: those that training may change, then the others."""
        trainable = [v for v in self._variables if v.trainable]
        return trainable + [v for v in self._variables if not v.trainable]

    @property
    def variables(self) -> list[Variable]:
        """The same as :attr:`weights`."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """Those that training changes: none while the layer is frozen."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """Those that training does not change."""
        changed = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in changed]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The same as :attr:`trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The same as :attr:`non_trainable_weights`."""
        return self.non_trainable_weights

    def get_weights(self) -> list[Array]:
        """Return copies of all numbers, one array a variable."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Write all numbers, one array a variable.

        Raises
        ------
        ValueError
            When there are too few, too many, or one has another shape; nothing is changed then.
        """
        assign_all(f"layer {self.name!r}", self.weights, weights)

    def count_params(self) -> int:
        """Return how many numbers the layer has.

        Raises
        ------
        ValueError
            Before it is built.
        """
        if not self.built:
            raise ValueError(
                f"layer {self.name!r} is not built; give it input_shape=, or call build()"
            )
        return sum(math.prod(v.shape) for v in self._variables)

    # Settings.

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as Keras writes them."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policy(self.dtype),
            **self.own_config(),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer with these settings, as :meth:`get_config` or Keras wrote them."""
        return cls(**config)

    def build_config(self) -> dict[str, Any] | None:
        """Return what files say of how the layer was built."""
        if self.nothing_to_build or self._input is None:
            return None
        return {"input_shape": list(self.input_shape)}

    def __call__(self, inputs: npt.ArrayLike, *, training: bool = False) -> Tensor:
        """Compute the layer's output for an array of samples; it is built if it was not."""
        from chainrule.keras.layers.calling import call

        return tensor(call(self, inputs, training=training))

    def __repr__(self) -> str:
        built = self.built or self.nothing_to_build
        return f"<{type(self).__name__} name={self.name}, built={built}>"


def _base_name(cls: type) -> str:
    # Keras makes "re_lu" of ReLU in names of layers, but "relu" in identifiers.
    return snake_case(cls.__name__.replace("ReLU", "ReLu"))


def sample_shape(name: str, shape: Iterable[int | None]) -> tuple[int, ...]:
    """Return the shape of one sample, each axis known and positive."""
    axes = tuple(shape) if isinstance(shape, Iterable) else (shape,)
    for axis in axes:
        if not isinstance(axis, (int, np.integer)) or isinstance(axis, bool) or axis < 1:
            raise ValueError(
                f"{name} is {axes}; possible: the shape of one sample, all axes known and "
                f"positive, such as (64,)"
            )
    return tuple(int(axis) for axis in axes)  # type: ignore[arg-type]


def assign_all(owner: str, variables: Sequence[Variable], weights: Sequence[npt.ArrayLike]) -> None:
    """Write arrays into variables, all or none."""
    arrays = [np.asarray(weight) for weight in weights]
    if len(arrays) != len(variables):
        raise ValueError(
            f"weights has {len(arrays)} arrays, and {owner} has {len(variables)} variables"
            + (": " + ", ".join(f"{v.name} {v.shape}" for v in variables) if variables else "")
        )
    for variable, array in zip(variables, arrays, strict=True):
        if variable.shape != array.shape:
            raise ValueError(
                f"weights has an array of shape {array.shape} for {variable.path}, "
                f"which has shape {variable.shape}"
            )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def float_dtype(dtype: Any) -> str:
    """Return "float32" or "float64" for what users and files give as a dtype or a policy."""
    if dtype is None:
        return backend.floatx()
    if isinstance(dtype, Mapping):
        dtype = dtype.get("config", {}).get("name")
    name = getattr(dtype, "name", dtype)
    with contextlib.suppress(TypeError):
        name = np.dtype(name).name
    if name not in ("float32", "float64"):
        raise ValueError(f"dtype is {dtype!r}; possible: 'float32', 'float64'")
    return str(name)


def dtype_policy(dtype: str) -> dict[str, Any]:
    """Return what Keras writes for a dtype."""
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": dtype},
        "registered_name": None,
    }


def refuse_unknown(owner: type[Layer], unknown: Mapping[str, Any]) -> None:
    """Refuse arguments that a class does not have, but for Keras's own that are switched off."""
    for name, value in unknown.items():
        if name in _MAY_BE_OFF and not value:
            continue
        if name in _MAY_BE_OFF:
            raise ValueError(
                f"{name}={value!r} of {owner.__name__} is not supported; leave it out, or use "
                f"real Keras"
            )
        makers = [vars(each)["__init__"] for each in owner.__mro__ if "__init__" in vars(each)]
        raise unknown_argument(name, owner.__name__, possible(makers))


# What files of Keras name, and only real Keras can do.
_MAY_BE_OFF = (
    "activity_regularizer",
    "autocast",
    "lora_rank",
    "lora_alpha",
    "quantization_config",
    "noise_shape",
    "sparse",
    "ragged",
    "optional",
    "synchronized",
    "renorm",
    "renorm_clipping",
    "rms_scaling",
    "shared_axes",
    "invert",
    "gptq_unpacked_column_size",
)


def unnamed(config: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a configuration without settings that mean nothing here."""
    return {name: value for name, value in config.items() if name not in names}
