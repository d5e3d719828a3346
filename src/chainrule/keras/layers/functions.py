"""Activations that are layers of their own."""

from __future__ import annotations

from typing import Any

from chainrule import layers
from chainrule.arrays import positive
from chainrule.keras import constraints, initializers, regularizers
from chainrule.keras.layers.base import Layer, Shape
from chainrule.keras.layers.core import written
from chainrule.keras.objects import register
from chainrule.keras.variables import Variable


class _Function(Layer):
    """A = f(X), for an f with a name and at most one number."""

    nothing_to_build = True

    def row(self) -> tuple[str, float | None]:
        """Return the name of f and its number."""
        raise NotImplementedError

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the activation."""
        return (layers.Activation(*self.row()),)


@register("layer", "keras.layers")
class ReLU(_Function):
    """A = max(0, X); also with a slope for negative X, or with 6 as the largest value.

    Parameters
    ----------
    max_value : float, optional
        None or 6.
    negative_slope : float
        What negative numbers are multiplied with.
    threshold : float
        0.
    **settings
        Those of :class:`Layer`.

    Examples
    --------
    >>> ReLU(max_value=6)([[-1.0, 2.0, 7.0]])
    Tensor([[0., 2., 6.]], dtype=float32)
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float | None = 0.0,
        threshold: float | None = 0.0,
        **settings: Any,
    ) -> None:
        self.max_value, self.negative_slope = max_value, float(negative_slope or 0.0)
        self.threshold = float(threshold or 0.0)
        if self.threshold != 0 or max_value not in (None, 6) or (max_value and negative_slope):
            raise ValueError(
                f"ReLU(max_value={max_value}, negative_slope={negative_slope}, "
                f"threshold={threshold}) is not supported; possible: a negative_slope, or "
                f"max_value=6, and threshold=0"
            )
        if self.negative_slope < 0:
            raise ValueError(f"negative_slope is {negative_slope}; possible: at least 0")
        super().__init__(**settings)

    def row(self) -> tuple[str, float | None]:
        """Return relu, relu6 or leaky_relu."""
        if self.negative_slope:
            return "leaky_relu", self.negative_slope
        return ("relu" if self.max_value is None else "relu6"), None

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


@register("layer", "keras.layers")
class LeakyReLU(_Function):
    """A = X, and negative_slope X where X is negative.

    Source: Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models,
    2013.

    Parameters
    ----------
    negative_slope : float
        What negative numbers are multiplied with; ``alpha`` is its old name.
    **settings
        Those of :class:`Layer`.

    Examples
    --------
    >>> LeakyReLU(0.5)([[-1.0, 2.0]])
    Tensor([[-0.5,  2. ]], dtype=float32)
    """

    def __init__(self, negative_slope: float = 0.3, **settings: Any) -> None:
        if "alpha" in settings:
            from chainrule.keras.old import renamed

            negative_slope = settings.pop("alpha")
            renamed("LeakyReLU(alpha=...)", "LeakyReLU(negative_slope=...)")
        if negative_slope is None or not negative_slope >= 0:
            raise ValueError(f"negative_slope is {negative_slope}; possible: at least 0")
        self.negative_slope = float(negative_slope)
        super().__init__(**settings)

    def row(self) -> tuple[str, float | None]:
        """Return leaky_relu and its slope."""
        return "leaky_relu", self.negative_slope

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {"negative_slope": self.negative_slope}


@register("layer", "keras.layers")
class PReLU(Layer):
    """A = X, and alpha X where X is negative, with an alpha of each column that is learnt.

    Source: He, Zhang, Ren and Sun, Delving Deep into Rectifiers, 2015.

    Parameters
    ----------
    alpha_initializer : str or Initializer
        How alpha is drawn.
    alpha_regularizer : str or Regularizer, optional
        What the loss gets added.
    alpha_constraint : str or Constraint, optional
        What is done to alpha after each step.
    **settings
        Those of :class:`Layer`.

    Examples
    --------
    >>> PReLU(alpha_initializer="ones")([[-1.0, 2.0]])
    Tensor([[-1.,  2.]], dtype=float32)
    """

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **settings: Any,
    ) -> None:
        if shared_axes is not None:
            raise ValueError(f"shared_axes is {shared_axes!r}; possible: None")
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.alpha: Variable | None = None
        super().__init__(**settings)

    def create(self, input_shape: Shape) -> None:
        """Make alpha, one number for each number of a sample."""
        self.alpha = self.add_weight(
            "alpha", tuple(a or 0 for a in input_shape[1:]), self.alpha_initializer
        )

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the layer of the same name."""
        penalty = self.alpha_regularizer
        return (
            layers.PReLU(
                alpha_l1=penalty.l1 if penalty else 0.0,
                alpha_l2=penalty.l2 if penalty else 0.0,
                trainable=self.trainable,
            ),
        )

    def constraints(self) -> list[tuple[Variable, Any]]:
        """Return the variables with constraints that the engines do not have themselves."""
        if self.alpha is None or self.alpha_constraint is None:
            return []
        return [(self.alpha, self.alpha_constraint)]

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {
            "alpha_initializer": written(self.alpha_initializer),
            "alpha_regularizer": written(self.alpha_regularizer),
            "alpha_constraint": written(self.alpha_constraint),
            "shared_axes": None,
        }


@register("layer", "keras.layers")
class ELU(_Function):
    """A = X, and alpha (exp(X) - 1) where X is negative.

    Source: Clevert, Unterthiner and Hochreiter, Fast and Accurate Deep Network Learning by
    Exponential Linear Units, 2016.

    Parameters
    ----------
    alpha : float
        The limit for very negative numbers, with its sign turned.
    **settings
        Those of :class:`Layer`.

    Examples
    --------
    >>> ELU()([[0.0, 2.0]])
    Tensor([[0., 2.]], dtype=float32)
    """

    def __init__(self, alpha: float = 1.0, **settings: Any) -> None:
        self.alpha = positive("alpha", alpha)
        super().__init__(**settings)

    def row(self) -> tuple[str, float | None]:
        """Return elu and its number."""
        return "elu", self.alpha

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, in Keras's order."""
        config = super().get_config()
        return {"name": config.pop("name"), "alpha": self.alpha, **config}


@register("layer", "keras.layers")
class Softmax(_Function):
    """A = exp(X) / sum(exp(X)), over the last axis.

    Parameters
    ----------
    axis : int
        -1.
    **settings
        Those of :class:`Layer`.

    Examples
    --------
    >>> Softmax()([[0.0, 0.0]])
    Tensor([[0.5, 0.5]], dtype=float32)
    """

    def __init__(self, axis: int = -1, **settings: Any) -> None:
        if axis not in (-1, 1):
            raise ValueError(f"axis is {axis!r}; possible: -1, the last one")
        self.axis = axis
        super().__init__(**settings)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input, which has two axes."""
        if len(input_shape) != 2:
            raise ValueError(
                f"layer {self.name!r} gets inputs of shape {tuple(input_shape)}; possible: "
                f"(None, columns); put layers.Flatten() in front of it"
            )
        return tuple(input_shape)

    def create(self, input_shape: Shape) -> None:
        """Check the shape."""
        self.compute_output_shape(input_shape)

    def row(self) -> tuple[str, float | None]:
        """Return softmax."""
        return "softmax", None

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {"axis": self.axis}
