"""Layers of products and functions: Dense and Activation; and of shapes: Flatten and Reshape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from chainrule import layers
from chainrule.arrays import integer
from chainrule.keras import activations, constraints, initializers, regularizers
from chainrule.keras.layers.base import Layer, Shape
from chainrule.keras.objects import register, serialize
from chainrule.keras.variables import Variable


def written(setting: Any) -> Any:
    """Return what files say of an initialiser, a regulariser, a constraint, or None."""
    return None if setting is None else serialize(setting)


@register("layer", "keras.layers")
class Dense(Layer):
    """A fully connected layer: Z = X W + b, A = f(Z).

    Shapes: X (N, D), ``kernel`` W (D, units), ``bias`` b (units,), A (N, units).

    Parameters
    ----------
    units : int
        How many outputs there are.
    activation : str or function, optional
        The name of f, or a function of :mod:`chainrule.keras.activations`; linear if None.
    use_bias : bool
        Whether there is a b.
    kernel_initializer, bias_initializer : str or Initializer
        How W and b are drawn.
    kernel_regularizer, bias_regularizer : str or Regularizer, optional
        What the loss gets added.
    kernel_constraint, bias_constraint : str or Constraint, optional
        What is done to them after each step.
    **settings
        Those of :class:`Layer`.

    Raises
    ------
    ValueError
        For an unknown name, with what was probably meant.

    Examples
    --------
    >>> layer = Dense(32, activation="relu")
    >>> layer.build((None, 64))
    >>> layer.kernel.shape, layer.bias.shape, layer.count_params()
    ((64, 32), (32,), 2080)
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **settings: Any,
    ) -> None:
        self.units = integer("units", units, least=1)
        self._row = activations.row(activation)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.kernel: Variable | None = None
        self.bias: Variable | None = None
        super().__init__(**settings)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, units).

        Raises
        ------
        ValueError
            When samples have more than one axis.
        """
        if len(input_shape) != 2:
            raise ValueError(
                f"layer {self.name!r} gets inputs of shape {tuple(input_shape)}; possible: "
                f"(None, columns); put layers.Flatten() in front of it"
            )
        return (None, self.units)

    def create(self, input_shape: Shape) -> None:
        """Make W (D, units) and b (units,)."""
        self.compute_output_shape(input_shape)
        columns = input_shape[1] or 0
        self.kernel = self.add_weight("kernel", (columns, self.units), self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.units,), self.bias_initializer)

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return a dense layer, and an activation of its own where f has a parameter."""
        name, alpha = self._row
        kernel, bias, limit = self.kernel_regularizer, self.bias_regularizer, None
        if self.kernel_constraint is not None:
            limit = getattr(self.kernel_constraint, "max_norm", None)  # a function has none
        dense = layers.Dense(
            self.units,
            "linear" if alpha is not None else name,
            self.use_bias,
            kernel_l1=kernel.l1 if kernel else 0.0,
            kernel_l2=kernel.l2 if kernel else 0.0,
            bias_l1=bias.l1 if bias and self.use_bias else 0.0,
            bias_l2=bias.l2 if bias and self.use_bias else 0.0,
            max_norm=limit,
            trainable=self.trainable,
        )
        return (dense,) if alpha is None else (dense, layers.Activation(name, alpha))

    def constraints(self) -> list[tuple[Variable, Any]]:
        """Return the variables with constraints that the engines do not have themselves."""
        pairs = [(self.kernel, self.kernel_constraint), (self.bias, self.bias_constraint)]
        return [
            (variable, constraint)
            for variable, constraint in pairs
            if variable is not None
            and constraint is not None
            and (variable is self.bias or getattr(constraint, "max_norm", None) is None)
        ]

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": written(self.kernel_initializer),
            "bias_initializer": written(self.bias_initializer),
            "kernel_regularizer": written(self.kernel_regularizer),
            "bias_regularizer": written(self.bias_regularizer),
            "kernel_constraint": written(self.kernel_constraint),
            "bias_constraint": written(self.bias_constraint),
            "quantization_config": None,
        }


@register("layer", "keras.layers")
class Activation(Layer):
    """A = f(X).

    Parameters
    ----------
    activation : str or function
        The name of f, or a function of :mod:`chainrule.keras.activations`.
    **settings
        Those of :class:`Layer`.

    Examples
    --------
    >>> Activation("relu")([[-1.0, 2.0]])
    Tensor([[0., 2.]], dtype=float32)
    """

    nothing_to_build = True

    def __init__(self, activation: Any, **settings: Any) -> None:
        self._row = activations.row(activation)
        self.activation = activations.get(activation)
        super().__init__(**settings)

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the activation."""
        return (layers.Activation(*self._row),)

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {"activation": activations.serialize(self.activation)}


@register("layer", "keras.layers")
class Flatten(Layer):
    """All axes of a sample in one: (N, a, b, ...) to (N, a b ...).

    Parameters
    ----------
    data_format : str, optional
        None or "channels_last".
    **settings
        Those of :class:`Layer`.

    Raises
    ------
    ValueError
        For another order of axes.

    Examples
    --------
    >>> Flatten().compute_output_shape((None, 8, 8))
    (None, 64)
    """

    def __init__(self, data_format: str | None = None, **settings: Any) -> None:
        if data_format not in (None, "channels_last"):
            raise ValueError(f"data_format is {data_format!r}; possible: 'channels_last'")
        super().__init__(**settings)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, a b ...)."""
        return (None, math.prod(axis or 0 for axis in input_shape[1:]))

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return nothing: engines have samples as rows already."""
        return ()

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {"data_format": "channels_last"}


@register("layer", "keras.layers")
class Reshape(Layer):
    """The numbers of a sample in another shape.

    Parameters
    ----------
    target_shape : sequence of int
        The axes of a sample afterwards; one of them may be -1.
    **settings
        Those of :class:`Layer`.

    Raises
    ------
    ValueError
        When built for samples that do not have as many numbers.

    Examples
    --------
    >>> Reshape((8, -1)).compute_output_shape((None, 64))
    (None, 8, 8)
    """

    nothing_to_build = True

    def __init__(self, target_shape: Sequence[int], **settings: Any) -> None:
        self.target_shape = tuple(int(axis) for axis in target_shape)
        super().__init__(**settings)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, *target_shape), with -1 made good."""
        numbers = math.prod(axis or 0 for axis in input_shape[1:])
        known = math.prod(axis for axis in self.target_shape if axis != -1)
        fits = numbers == known
        if self.target_shape.count(-1) == 1:
            fits = known > 0 and numbers % known == 0
        if not fits or any(axis < 1 and axis != -1 for axis in self.target_shape):
            raise ValueError(
                f"target_shape is {self.target_shape}, and samples have shape "
                f"{tuple(input_shape[1:])}: both must have {numbers} numbers"
            )
        return (None, *(numbers // known if axis == -1 else axis for axis in self.target_shape))

    def create(self, input_shape: Shape) -> None:
        """Check that the shapes fit."""
        self.compute_output_shape(input_shape)

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return nothing: engines have samples as rows in any case."""
        return ()

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {"target_shape": list(self.target_shape)}
