"""Mean and sum of any values, and the mean of what a function says of each sample."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from chainrule.keras.losses import Loss
from chainrule.keras.losses.identify import serialize_function
from chainrule.keras.metrics.base import Metric, scalar
from chainrule.keras.metrics.samplewise import samplewise
from chainrule.keras.objects import register, snake_case, spellings
from chainrule.keras.variables import Tensor


@register("metric", "keras.metrics")
class Mean(Metric):
    """The mean of values, each times its weight, by the sum of the weights.

    Examples
    --------
    >>> mean = Mean()
    >>> mean([1.0, 3.0]), mean([5.0, 7.0], sample_weight=[1.0, 0.0])
    (Tensor(2., dtype=float32), Tensor(3., dtype=float32))
    """

    def __init__(self, name: str | None = "mean", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
        self._begin_mean()
        self.total, self.count = self._total, self._count

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add values, shape (N, ...) or ()."""
        self._add_to_mean(values, sample_weight)


@register("metric", "keras.metrics")
class Sum(Metric):
    """The sum of values, each times its weight.

    Examples
    --------
    >>> Sum()([1.0, 3.0], sample_weight=[1.0, 0.5])
    Tensor(2.5, dtype=float32)
    """

    def __init__(self, name: str | None = "sum", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add values, shape (N, ...) or ()."""
        value, _ = samplewise(values, sample_weight, self.dtype, np.sum)
        self.total.assign_add(value.sum())

    def result(self) -> Tensor:
        """Return the sum."""
        return scalar(self.total.array, self.dtype)


@register("metric", "keras.metrics")
class MeanMetricWrapper(Metric):
    """The mean over samples of what a function says of them.

    Parameters
    ----------
    fn : callable
        ``fn(y_true, y_pred, **kwargs)`` gives one value a sample, shape (N,), or one an output,
        or one for the batch.
    name : str, optional
        The function's name if None.
    dtype : str, optional
        In which the mean is computed.
    kwargs : object
        What the function gets beside targets and outputs.

    Examples
    --------
    >>> def largest_error(y_true, y_pred):
    ...     return np.max(np.abs(y_true - y_pred), axis=-1)
    >>> metric = MeanMetricWrapper(largest_error)
    >>> metric, metric(np.zeros((2, 2)), np.array([[1.0, 2.0], [3.0, 4.0]]))
    (<MeanMetricWrapper name=largest_error>, Tensor(3., dtype=float32))
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        dtype: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype, name or name_of(fn))
        self._fn, self._fn_kwargs = fn, kwargs
        of_losses = (getattr(fn, "__module__", None) or "").startswith("chainrule.keras.losses.")
        if isinstance(fn, Loss) or (of_losses and inspect.isfunction(fn)):
            self._direction = "down"
            # A loss object gives one number a batch, and the mean is over batches: no measure.
            self.measure = None if isinstance(fn, Loss) or kwargs else fn.__name__

    def per_sample(self, y_true: Any, y_pred: Any) -> Any:
        """Return what the function does."""
        return self._fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, with that of the function."""
        return {**super().get_config(), "fn": serialize_function(self._fn), **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a metric from what :meth:`get_config` gave.

        Raises
        ------
        ValueError
            When the function is not one of this library's losses and metrics.
        """
        from chainrule.keras import metrics

        fn = config["fn"]
        if isinstance(fn, Mapping):
            name = fn.get("config")
            known = name in spellings("loss") or name in spellings("metric")
            found = getattr(metrics, str(name), None) if known else None
            if not callable(found):
                raise ValueError(
                    f"fn is the function {name!r}, which is not one of chainrule.keras.metrics; "
                    f"possible: make the metric from the function, MeanMetricWrapper({name})"
                )
            fn = found
        return cls(**{**config, "fn": fn})


def name_of(made: Any) -> str:
    """Return what a function or an object is called in logs.

    Examples
    --------
    >>> name_of(lambda y_true, y_pred: 0)
    'lambda'
    """
    if hasattr(made, "name"):
        return str(made.name)
    return snake_case(re.sub(r"\W+", "", getattr(made, "__name__", type(made).__name__)))
