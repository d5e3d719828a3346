"""Metrics of numbers, and what losses of numbers are without training."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from chainrule.keras import losses
from chainrule.keras.losses.shapes import floats, same_rank
from chainrule.keras.metrics.base import Metric, scalar
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor


@register("metric", "keras.metrics", "mse", "MSE")
class MeanSquaredError(Metric):
    """Mean of (y_true - y_pred)^2.

    Examples
    --------
    >>> MeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    Tensor(0.25, dtype=float32)
    """

    _direction = "down"
    measure = "mean_squared_error"

    def __init__(self, name: str | None = "mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.mean_squared_error(y_true, y_pred)


@register("metric", "keras.metrics")
class RootMeanSquaredError(Metric):
    """Square root of the mean of (y_true - y_pred)^2.

    Examples
    --------
    >>> RootMeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    Tensor(0.5, dtype=float32)
    """

    _direction = "down"

    def __init__(
        self, name: str | None = "root_mean_squared_error", dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Any:
        """Return the squared errors."""
        Y, A = same_rank(floats(y_true, self.dtype), floats(y_pred, self.dtype))
        return np.square(A - Y)

    def result(self) -> Tensor:
        """Return the root."""
        return scalar(np.sqrt(super().result()), self.dtype)


@register("metric", "keras.metrics", "mae", "MAE")
class MeanAbsoluteError(Metric):
    """Mean of |y_true - y_pred|.

    Examples
    --------
    >>> MeanAbsoluteError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    Tensor(0.25, dtype=float32)
    """

    _direction = "down"
    measure = "mean_absolute_error"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.mean_absolute_error(y_true, y_pred)


@register("metric", "keras.metrics", "mape", "MAPE")
class MeanAbsolutePercentageError(Metric):
    """100 times the mean of |y_true - y_pred| / max(|y_true|, epsilon).

    Examples
    --------
    >>> MeanAbsolutePercentageError()([[2, 4]], [[1, 4]])
    Tensor(25., dtype=float32)
    """

    _direction = "down"
    measure = "mean_absolute_percentage_error"

    def __init__(
        self, name: str | None = "mean_absolute_percentage_error", dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.mean_absolute_percentage_error(y_true, y_pred)


@register("metric", "keras.metrics", "msle", "MSLE")
class MeanSquaredLogarithmicError(Metric):
    """Mean of (log(1 + y_true) - log(1 + y_pred))^2, both at least epsilon.

    Examples
    --------
    >>> round(float(MeanSquaredLogarithmicError()([[0, 1]], [[0, 3]])), 4)
    0.2402
    """

    _direction = "down"
    measure = "mean_squared_logarithmic_error"

    def __init__(
        self, name: str | None = "mean_squared_logarithmic_error", dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.mean_squared_logarithmic_error(y_true, y_pred)


@register("metric", "keras.metrics")
class LogCoshError(Metric):
    """Mean of log cosh(y_pred - y_true).

    Examples
    --------
    >>> round(float(LogCoshError()([[0]], [[1]])), 4)
    0.4338
    """

    _direction = "down"

    def __init__(self, name: str | None = "logcosh", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the loss of the same name."""
        return losses.log_cosh(y_true, y_pred)


@register("metric", "keras.metrics")
class CosineSimilarity(Metric):
    """Cosine of the angle between y_true and y_pred: 1 where they point the same way.

    The loss of this name is its negative.

    Parameters
    ----------
    name, dtype : str, optional
        As in all metrics.
    axis : int
        Along which the angle is taken.

    Examples
    --------
    >>> CosineSimilarity()([[3, 4]], [[0, 2]])
    Tensor(0.8, dtype=float32)
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "cosine_similarity", dtype: str | None = None, axis: int = -1
    ) -> None:
        super().__init__(dtype, name)
        self.axis = axis  # Keras leaves it out of get_config, and so do we

    def per_sample(self, y_true: Any, y_pred: Any) -> Any:
        """Return the cosine of each sample."""
        return -losses.cosine_similarity(y_true, y_pred, self.axis)


@register("metric", "keras.metrics")
class R2Score(Metric):
    """1 - (sum of squared errors) / (sum of squared distances from the mean target).

    Parameters
    ----------
    class_aggregation : {"uniform_average", "variance_weighted_average", None}
        How the scores of several outputs are put together; one score an output if None.
    num_regressors : int
        How many inputs the model has: with p > 0 the score is the adjusted one,
        1 - (1 - R2) (n - 1) / (n - p - 1).
    name, dtype : str, optional
        As in all metrics.

    Raises
    ------
    ValueError
        When an argument is not what it may be.

    Examples
    --------
    >>> round(float(R2Score()([[1], [4], [3]], [[2], [4], [4]])), 4)
    0.5714
    """

    _direction = "up"
    _settings = ("class_aggregation", "num_regressors")

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(dtype, name)
        possible = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in possible:
            raise ValueError(
                f"class_aggregation is {class_aggregation!r}; possible: "
                f"{', '.join(map(repr, possible))}"
            )
        if num_regressors < 0:
            raise ValueError(f"num_regressors is {num_regressors}; possible: at least 0")
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_variable(name="num_samples")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch, shapes (N, H)."""
        Y, A = same_rank(floats(y_true, self.dtype), floats(y_pred, self.dtype))
        if Y.ndim != 2 or A.ndim != 2:
            raise ValueError(
                f"y_true has shape {Y.shape} and y_pred {A.shape}; possible for R2Score: "
                f"(samples, outputs)"
            )
        if not hasattr(self, "sum"):
            self.squared_sum, self.sum, self.total_mse, self.count = (
                self.add_variable((A.shape[1],), name=name)
                for name in ("squared_sum", "sum", "residual", "count")
            )
        W = floats(1 if sample_weight is None else sample_weight, self.dtype)
        W = np.broadcast_to(W[:, None] if W.ndim == 1 else W, Y.shape)
        self.sum.assign_add(np.sum(W * Y, axis=0))
        self.squared_sum.assign_add(np.sum(W * Y * Y, axis=0))
        self.total_mse.assign_add(np.sum(W * np.square(Y - A), axis=0))
        self.count.assign_add(np.sum(W, axis=0))
        self.num_samples.assign_add(Y.size)

    def result(self) -> Tensor:
        """Return the score; NaN before the first batch."""
        if not hasattr(self, "sum"):
            return scalar(np.nan, self.dtype)
        with np.errstate(invalid="ignore", divide="ignore"):
            of_mean = self.sum.array * self.sum.array / self.count.array
            spread = self.squared_sum.array - of_mean  # (H,)
            scores = 1 - self.total_mse.array / spread
        scores = np.where(np.isinf(scores), 0, scores)
        score: Any = scores
        if self.class_aggregation == "uniform_average":
            score = scores.mean()
        elif self.class_aggregation == "variance_weighted_average":
            score = np.sum(spread * scores) / np.sum(spread)
        return scalar(self._adjusted(score), self.dtype)

    def _adjusted(self, score: Any) -> Any:
        n, p = float(self.num_samples), self.num_regressors
        if p == 0:
            return score
        if p >= n - 1:
            warnings.warn(
                f"R2Score has num_regressors={p} and saw {n:g} targets, and the adjusted score "
                f"needs more than {p + 1}; this is the score that is not adjusted",
                stacklevel=3,
            )
            return score
        return 1 - (1 - score) * (n - 1) / (n - p - 1)
