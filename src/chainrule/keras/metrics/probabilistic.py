"""Losses of probabilities and of margins, as metrics: the mean over samples, without training."""

from __future__ import annotations

from typing import Any

from chainrule.keras import losses
from chainrule.keras.losses.base import masked
from chainrule.keras.losses.shapes import floats
from chainrule.keras.metrics.base import Metric
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor


@register("metric", "keras.metrics", "bce", "BCE")
class BinaryCrossentropy(Metric):
    """Mean of -(y log p + (1 - y) log(1 - p)).

    Parameters
    ----------
    name, dtype : str, optional
        As in all metrics.
    from_logits : bool
        Whether outputs are what goes into a sigmoid.
    label_smoothing : float
        By how much targets are moved to 1/2, from 0 to 1.

    Examples
    --------
    >>> round(float(BinaryCrossentropy()([[0], [1]], [[0.5], [0.5]])), 4)
    0.6931
    """

    _direction = "down"
    _settings = ("from_logits", "label_smoothing")

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(dtype, name)
        self.from_logits, self.label_smoothing = from_logits, label_smoothing

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing)


@register("metric", "keras.metrics")
class CategoricalCrossentropy(Metric):
    """Mean of -sum of y log p over the classes; targets are one-hot.

    Parameters
    ----------
    name, dtype : str, optional
        As in all metrics.
    from_logits : bool
        Whether outputs are what goes into a softmax.
    label_smoothing : float
        By how much targets are moved to equal shares, from 0 to 1.
    axis : int
        Along which the classes are.

    Examples
    --------
    >>> round(float(CategoricalCrossentropy()([[0, 1]], [[0.25, 0.75]])), 4)
    0.2877
    """

    _direction = "down"
    _settings = ("from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(dtype, name)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )


@register("metric", "keras.metrics")
class SparseCategoricalCrossentropy(Metric):
    """Mean of -log p of the class y; targets are class numbers.

    With ``ignore_class``, that class has the value 0; it counts as a sample where there are no
    weights, and does not where there are some, as in Keras.

    Parameters
    ----------
    name, dtype : str, optional
        As in all metrics.
    from_logits : bool
        Whether outputs are what goes into a softmax.
    ignore_class : int, optional
        Which class does not count.
    axis : int
        Along which the classes are.

    Examples
    --------
    >>> round(float(SparseCategoricalCrossentropy()([1], [[0.25, 0.75]])), 4)
    0.2877
    """

    _direction = "down"
    _settings = ("from_logits", "ignore_class", "axis")

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(dtype, name)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return self._loss().call(y_true, y_pred)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        mask = self._loss().mask(floats(y_true))
        if sample_weight is not None and mask is not None:
            sample_weight = masked(sample_weight, mask, self.dtype)
        super().update_state(y_true, y_pred, sample_weight)

    def _loss(self) -> losses.SparseCategoricalCrossentropy:
        return losses.SparseCategoricalCrossentropy(
            self.from_logits, self.ignore_class, axis=self.axis
        )


@register("metric", "keras.metrics")
class KLDivergence(Metric):
    """Mean of sum of y log(y / p) over the classes.

    Examples
    --------
    >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    _direction = "down"

    def __init__(self, name: str | None = "kl_divergence", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.kl_divergence(y_true, y_pred)


@register("metric", "keras.metrics")
class Poisson(Metric):
    """Mean of y_pred - y_true log(y_pred + epsilon), for counts.

    Examples
    --------
    >>> round(float(Poisson()([[3, 0]], [[1, 2]])), 4)
    1.5
    """

    _direction = "down"

    def __init__(self, name: str | None = "poisson", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.poisson(y_true, y_pred)


@register("metric", "keras.metrics")
class Hinge(Metric):
    """Mean of max(1 - y_true y_pred, 0); targets are -1 and 1, or all 0 and 1.

    Examples
    --------
    >>> Hinge()([[0, 1]], [[0.5, 2]])
    Tensor(0.75, dtype=float32)
    """

    _direction = "down"

    def __init__(self, name: str | None = "hinge", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.hinge(y_true, y_pred)


@register("metric", "keras.metrics")
class SquaredHinge(Metric):
    """Mean of max(1 - y_true y_pred, 0)^2; targets are -1 and 1, or all 0 and 1.

    Examples
    --------
    >>> SquaredHinge()([[0, 1]], [[0.5, 2]])
    Tensor(1.125, dtype=float32)
    """

    _direction = "down"

    def __init__(self, name: str | None = "squared_hinge", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.squared_hinge(y_true, y_pred)


@register("metric", "keras.metrics")
class CategoricalHinge(Metric):
    """Mean of max(1 + the best wrong score - the right one, 0); targets are one-hot.

    Examples
    --------
    >>> CategoricalHinge()([[0, 0, 1]], [[1, 3, 2]])
    Tensor(2., dtype=float32)
    """

    _direction = "down"

    def __init__(self, name: str | None = "categorical_hinge", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.categorical_hinge(y_true, y_pred)
