"""Losses of numbers. The formulas are rows of ``chainrule.losses``; here are Keras's names.

Beside each class is the function of the same name, which gives one loss a sample.
"""

from __future__ import annotations

from typing import Any

from chainrule.keras.losses.base import Loss
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor

MEAN = "sum_over_batch_size"


@register("loss", "keras.losses", "mse", "MSE")
class MeanSquaredError(Loss):
    """L = mean of (y_true - y_pred)^2.

    Examples
    --------
    >>> MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]])
    Tensor(0.5, dtype=float32)
    """

    _row = "mean_squared_error"
    elementwise = True

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "mean_squared_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


@register("loss", "keras.losses", "mae", "MAE")
class MeanAbsoluteError(Loss):
    """L = mean of |y_true - y_pred|.

    Examples
    --------
    >>> MeanAbsoluteError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]])
    Tensor(0.5, dtype=float32)
    """

    _row = "mean_absolute_error"
    elementwise = True

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "mean_absolute_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


@register("loss", "keras.losses", "mape", "MAPE")
class MeanAbsolutePercentageError(Loss):
    """L = 100 mean of |y_true - y_pred| / max(|y_true|, epsilon).

    Examples
    --------
    >>> MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]])
    Tensor(25., dtype=float32)
    """

    _row = "mean_absolute_percentage_error"
    elementwise = True

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "mean_absolute_percentage_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


@register("loss", "keras.losses", "msle", "MSLE")
class MeanSquaredLogarithmicError(Loss):
    """L = mean of (log(1 + y_true) - log(1 + y_pred))^2, both at least epsilon.

    Examples
    --------
    >>> round(float(MeanSquaredLogarithmicError()([[0.0, 1.0]], [[0.0, 3.0]])), 4)
    0.2402
    """

    _row = "mean_squared_logarithmic_error"
    elementwise = True

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "mean_squared_logarithmic_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


@register("loss", "keras.losses")
class CosineSimilarity(Loss):
    """L = -cosine of the angle between y_true and y_pred, from -1 (the same way) to 1.

    Examples
    --------
    >>> CosineSimilarity()([[3.0, 4.0]], [[0.0, 2.0]])
    Tensor(-0.8, dtype=float32)
    """

    _row = "cosine_similarity"

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "cosine_similarity",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axis


@register("loss", "keras.losses")
class Huber(Loss):
    """L = mean of e^2 / 2 where e = |y_true - y_pred| <= delta, of delta (e - delta / 2) beyond.

    Examples
    --------
    >>> Huber(delta=1.0)([[0.0, 0.0]], [[1.0, 3.0]])
    Tensor(1.5, dtype=float32)
    """

    _row = "huber"
    elementwise = True

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = MEAN,
        name: str | None = "huber_loss",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = delta

    @property
    def parameters(self) -> tuple[float, ...]:
        """``delta``."""
        return (float(self.delta),)

    def __repr__(self) -> str:
        # Keras leaves delta out of get_config, so that files lose it; people should see it.
        return f"<Huber: delta={self.delta}>"


@register("loss", "keras.losses")
class LogCosh(Loss):
    """L = mean of log cosh e, e = y_pred - y_true: e^2 / 2 where small, |e| - log 2 where large.

    Examples
    --------
    >>> round(float(LogCosh()([[0.0]], [[1.0]])), 4)
    0.4338
    """

    _row = "log_cosh"
    elementwise = True

    def __init__(
        self, reduction: str | None = MEAN, name: str | None = "log_cosh", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)


@register("loss", "keras.losses")
class Poisson(Loss):
    """L = mean of y_pred - y_true log(y_pred + epsilon), for counts.

    Examples
    --------
    >>> round(float(Poisson()([[3.0, 0.0]], [[1.0, 2.0]])), 4)
    1.5
    """

    _row = "poisson"
    elementwise = True

    def __init__(
        self, reduction: str | None = MEAN, name: str | None = "poisson", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`MeanSquaredError` of each sample.

    Examples
    --------
    >>> mean_squared_error([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]])
    Tensor([0.5, 0.5], dtype=float32)
    """
    return MeanSquaredError().call(y_true, y_pred)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`MeanAbsoluteError` of each sample."""
    return MeanAbsoluteError().call(y_true, y_pred)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`MeanAbsolutePercentageError` of each sample."""
    return MeanAbsolutePercentageError().call(y_true, y_pred)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`MeanSquaredLogarithmicError` of each sample."""
    return MeanSquaredLogarithmicError().call(y_true, y_pred)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Return :class:`CosineSimilarity` of each sample: less is more alike."""
    return CosineSimilarity(axis).call(y_true, y_pred)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """Return :class:`Huber` of each sample."""
    return Huber(delta).call(y_true, y_pred)


def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`LogCosh` of each sample."""
    return LogCosh().call(y_true, y_pred)


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`Poisson` of each sample."""
    return Poisson().call(y_true, y_pred)
