"""Metrics that engines do not count, counted from the outputs that an engine has kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.callbacks import Run
from chainrule.keras.metrics import MeanMetricWrapper, Metric
from chainrule.keras.models.compiled import Compiled
from chainrule.keras.models.samples import Prepared
from chainrule.keras.objects import classes

Array = npt.NDArray[Any]


@dataclass
class Counting:
    """What metrics make of the outputs of an epoch, each from before the step that it led to.

    Parameters
    ----------
    compiled : Compiled
        Which metrics look at weights.
    metrics : sequence of Metric
        Those to count.
    prepared : Prepared
        The samples that are trained on, with the targets as the user gave them.
    result : tuple of int
        The shape of the output for one sample.
    batch_size : int
        Samples a step: functions and classes of the user's get batches of that size, since the
        mean of what they return for batches is not what they would return for all samples.
    """

    compiled: Compiled
    metrics: Sequence[Metric]
    prepared: Prepared
    result: tuple[int, ...]
    batch_size: int
    _seen: int = 0

    def begin_epoch(self) -> None:
        """Let the metrics begin anew."""
        self._seen = 0
        for metric in self.metrics:
            metric.reset_state()

    def update(self, run: Run) -> None:
        """Let the metrics count the samples of the epoch that they have not seen yet."""
        outputs, order = run.outputs, run.order
        if outputs is None or order is None or len(outputs) <= self._seen:
            return
        weight = run.data.weight
        for metric in self.metrics:
            step = self.batch_size if by_batch(metric) else len(outputs)
            for start in range(self._seen, len(outputs), step):
                rows = order[start : min(start + step, len(outputs))]
                A = outputs[start : start + len(rows)].reshape(-1, *self.result)
                counts = None
                if weight is not None and self.compiled.weighs(metric):
                    counts = weight[rows] / self.prepared.scale
                metric.update_state(self.prepared.y[rows], A, sample_weight=counts)
        self._seen = len(outputs)


def result(metric: Metric) -> Any:
    """Return what a metric comes to: a float, or an array where it is several numbers.

    Examples
    --------
    >>> from chainrule.keras.metrics import F1Score
    >>> f1 = F1Score()
    >>> f1.update_state([[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.2]])
    >>> result(f1).round(4)
    array([0.6667, 0.    ], dtype=float32)
    """
    value = metric.result()
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def by_batch(metric: Metric) -> bool:
    """Whether a metric may depend on how samples are cut into batches: one of the user's may.

    Examples
    --------
    >>> from chainrule.keras.metrics import AUC, MeanMetricWrapper
    >>> by_batch(AUC()), by_batch(MeanMetricWrapper(lambda y, p: (y - p).max(), name="worst"))
    (False, True)
    """
    own = type(metric) in classes("metric").values()
    return not own or isinstance(metric, MeanMetricWrapper)
