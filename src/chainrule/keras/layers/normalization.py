"""Layers that shift and scale by statistics of the batch, or of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule import layers
from chainrule.keras import constraints, initializers, regularizers
from chainrule.keras.layers.base import Layer, Shape
from chainrule.keras.layers.core import written
from chainrule.keras.objects import register
from chainrule.keras.variables import Variable


class _Normalized(Layer):
    """gamma x^ + beta, with x^ of mean 0 and variance 1."""

    def __init__(
        self,
        axis: int | Sequence[int],
        epsilon: float,
        center: bool,
        scale: bool,
        beta: tuple[Any, Any, Any],
        gamma: tuple[Any, Any, Any],
        **settings: Any,
    ) -> None:
        self.axis: Any = list(axis) if isinstance(axis, Sequence) else axis
        self.epsilon, self.center, self.scale = epsilon, bool(center), bool(scale)
        self.beta_initializer = initializers.get(beta[0])
        self.gamma_initializer = initializers.get(gamma[0])
        self.beta_regularizer = regularizers.get(beta[1])
        self.gamma_regularizer = regularizers.get(gamma[1])
        self.beta_constraint = constraints.get(beta[2])
        self.gamma_constraint = constraints.get(gamma[2])
        self.gamma: Variable | None = None
        self.beta: Variable | None = None
        super().__init__(**settings)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the input, which has two axes."""
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        if len(input_shape) != 2 or axes not in ([-1], [1]):
            raise ValueError(
                f"layer {self.name!r} with axis={self.axis} gets inputs of shape "
                f"{tuple(input_shape)}; possible: (None, columns) and axis=-1; "
                f"put layers.Flatten() in front of it"
            )
        return tuple(input_shape)

    def create(self, input_shape: Shape) -> None:
        """Make gamma and beta, one number a column."""
        self.compute_output_shape(input_shape)
        shape = (input_shape[1] or 0,)
        self.gamma = self._one_of_two("gamma", shape, self.scale, self.gamma_initializer, "ones")
        self.beta = self._one_of_two("beta", shape, self.center, self.beta_initializer, "zeros")

    def _one_of_two(
        self, name: str, shape: tuple[int, ...], wanted: bool, initializer: Any, neutral: str
    ) -> Variable | None:
        """Make gamma or beta; where it is not wanted engines get one that changes nothing."""
        variable = self.add_weight(name, shape, initializer if wanted else neutral)
        return variable if wanted else None

    @property
    def weights(self) -> list[Variable]:
        """All variables, but for a gamma or beta that is switched off."""
        off = [name for name, on in (("gamma", self.scale), ("beta", self.center)) if not on]
        return [variable for variable in super().weights if variable.name not in off]

    def count_params(self) -> int:
        """Return how many numbers the layer has."""
        super().count_params()  # refuses a layer that is not built
        return sum(variable.array.size for variable in self.weights)

    def common(self) -> dict[str, Any]:
        """Return what the descriptions of both layers have."""
        penalties = {
            f"{name}_{norm}": getattr(regularizer, norm)
            for name, regularizer in (
                ("gamma", self.gamma_regularizer),
                ("beta", self.beta_regularizer),
            )
            if regularizer is not None
            for norm in ("l1", "l2")
        }
        return {"center": self.center, "scale": self.scale, **penalties}

    def constraints(self) -> list[tuple[Variable, Any]]:
        """Return the variables with constraints that the engines do not have themselves."""
        pairs = [(self.gamma, self.gamma_constraint), (self.beta, self.beta_constraint)]
        return [(v, constraint) for v, constraint in pairs if v is not None and constraint]


@register("layer", "keras.layers")
class BatchNormalization(_Normalized):
    """A = gamma (X - mean) / sqrt(variance + epsilon) + beta, column by column.

    Mean and variance are the batch's in training, else moving averages. Source: Ioffe and Szegedy,
    Batch Normalization, 2015.

    Parameters
    ----------
    axis : int
        -1.
    momentum : float
        Of the moving averages, m <- momentum m + (1 - momentum) m_batch.
    epsilon : float
        Keeps the root away from 0.
    center, scale : bool
        Whether there is a beta, and a gamma.
    beta_initializer, gamma_initializer : str or Initializer
        How they are drawn.
    moving_mean_initializer, moving_variance_initializer : str or Initializer
        The averages before the first step.
    beta_regularizer, gamma_regularizer : str or Regularizer, optional
        What the loss gets added for them.
    beta_constraint, gamma_constraint : str or Constraint, optional
        What is done to them after each step.
    synchronized : bool
        False.
    renorm_momentum : float
        Kept for files.
    **settings
        Those of :class:`Layer`.

    Raises
    ------
    ValueError
        For a setting that is not possible; when built for samples with more than one axis.

    Examples
    --------
    >>> layer = BatchNormalization()
    >>> layer.build((None, 3))
    >>> [variable.name for variable in layer.weights]
    ['gamma', 'beta', 'moving_mean', 'moving_variance']
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        synchronized: bool = False,
        renorm_momentum: float = 0.99,
        **settings: Any,
    ) -> None:
        if synchronized:
            raise ValueError(f"synchronized is {synchronized!r}; possible: False")
        self.momentum, self.renorm_momentum = momentum, renorm_momentum
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.moving_mean: Variable | None = None
        self.moving_variance: Variable | None = None
        layers.BatchNormalization(momentum, epsilon)  # refuses what they cannot be
        beta = (beta_initializer, beta_regularizer, beta_constraint)
        gamma = (gamma_initializer, gamma_regularizer, gamma_constraint)
        super().__init__(axis, epsilon, center, scale, beta, gamma, **settings)

    def create(self, input_shape: Shape) -> None:
        """Make gamma, beta and the moving averages, one number a column."""
        super().create(input_shape)
        shape = (input_shape[1] or 0,)
        self.moving_mean = self.add_weight(
            "moving_mean", shape, self.moving_mean_initializer, trainable=False
        )
        self.moving_variance = self.add_weight(
            "moving_variance", shape, self.moving_variance_initializer, trainable=False
        )

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the layer of the same name."""
        return (
            layers.BatchNormalization(
                self.momentum,
                self.epsilon,
                self.trainable,
                **self.common(),
            ),
        )

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": written(self.beta_initializer),
            "gamma_initializer": written(self.gamma_initializer),
            "moving_mean_initializer": written(self.moving_mean_initializer),
            "moving_variance_initializer": written(self.moving_variance_initializer),
            "beta_regularizer": written(self.beta_regularizer),
            "gamma_regularizer": written(self.gamma_regularizer),
            "beta_constraint": written(self.beta_constraint),
            "gamma_constraint": written(self.gamma_constraint),
            "synchronized": False,
            "renorm": False,
            "renorm_clipping": None,
            "renorm_momentum": self.renorm_momentum,
        }


@register("layer", "keras.layers")
class LayerNormalization(_Normalized):
    """A = gamma (X - mean) / sqrt(variance + epsilon) + beta, with each sample's own statistics.

    Source: Ba, Kiros and Hinton, Layer Normalization, 2016.

    Parameters
    ----------
    axis : int
        -1.
    epsilon : float
        Keeps the root away from 0.
    center, scale : bool
        Whether there is a beta, and a gamma.
    beta_initializer, gamma_initializer : str or Initializer
        How they are drawn.
    beta_regularizer, gamma_regularizer : str or Regularizer, optional
        What the loss gets added for them.
    beta_constraint, gamma_constraint : str or Constraint, optional
        What is done to them after each step.
    **settings
        Those of :class:`Layer`.

    Raises
    ------
    ValueError
        For a setting that is not possible; when built for samples with more than one axis.

    Examples
    --------
    >>> LayerNormalization(epsilon=0.0)([[1.0, 3.0]])
    Tensor([[-1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **settings: Any,
    ) -> None:
        layers.LayerNormalization(epsilon)  # refuses what it cannot be
        beta = (beta_initializer, beta_regularizer, beta_constraint)
        gamma = (gamma_initializer, gamma_regularizer, gamma_constraint)
        super().__init__(axis, epsilon, center, scale, beta, gamma, **settings)

    def create(self, input_shape: Shape) -> None:
        """Make gamma and beta; the axis becomes a list, as in Keras."""
        super().create(input_shape)
        if not isinstance(self.axis, list):
            self.axis = [self.axis]

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the layer of the same name."""
        return (layers.LayerNormalization(self.epsilon, self.trainable, **self.common()),)

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "rms_scaling": False,
            "beta_initializer": written(self.beta_initializer),
            "gamma_initializer": written(self.gamma_initializer),
            "beta_regularizer": written(self.beta_regularizer),
            "gamma_regularizer": written(self.gamma_regularizer),
            "beta_constraint": written(self.beta_constraint),
            "gamma_constraint": written(self.gamma_constraint),
        }
