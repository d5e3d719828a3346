"""The area under a curve of all thresholds: ROC, precision and recall, or their gains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.activations import ACTIVATIONS
from chainrule.keras.losses.shapes import floats
from chainrule.keras.metrics.base import Metric, scalar
from chainrule.keras.metrics.counting import count, ratio
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor, Variable

Array = npt.NDArray[Any]

# Spellings of the curves, and how the height between two neighbouring thresholds is taken.
_CURVES = {"roc": "ROC", "pr": "PR", "prgain": "PRGAIN"}
_HEIGHTS: dict[str, Callable[[Array, Array], Array]] = {
    "interpolation": lambda left, right: (left + right) / 2,
    "minoring": np.minimum,
    "majoring": np.maximum,
}


@register("metric", "keras.metrics")
class AUC(Metric):
    """The area under a curve, by a sum over thresholds.

    ROC is the share of yes that is found over that of no which is taken for yes. The area is the
    probability that a yes gets a larger output than a no: Hanley and McNeil, The Meaning and Use
    of the Area under a ROC Curve, 1982. PR is precision over recall: Davis and Goadrich, The
    Relationship Between Precision-Recall and ROC Curves, 2006. PRGAIN: Flach and Kull,
    Precision-Recall-Gain Curves, 2015.

    Parameters
    ----------
    num_thresholds : int
        How many thresholds there are, evenly from 0 to 1.
    curve : {"ROC", "PR", "PRGAIN"}
        Which curve.
    summation_method : {"interpolation", "minoring", "majoring"}
        Between two thresholds: the line, or for PR the curve that keeps the ratio of right and
        wrong; or the lower end; or the upper end.
    name, dtype : str, optional
        As in all metrics.
    thresholds : sequence of float, optional
        Thresholds between 0 and 1 in the place of even ones.
    multi_label : bool
        Whether each output has a curve of its own; the result is the mean of the areas.
    num_labels : int, optional
        How many outputs there are, with ``multi_label``; found at the first batch if None.
    label_weights : sequence of float, optional
        What each output counts.
    from_logits : bool
        Whether outputs are what goes into a sigmoid.

    Raises
    ------
    ValueError
        When an argument is not what it may be.

    Examples
    --------
    >>> AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    Tensor(0.75, dtype=float32)
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        from chainrule.keras import backend

        super().__init__(dtype, name)
        settings: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
            ("curve", curve, _CURVES),
            ("summation_method", summation_method, _HEIGHTS),
        )
        for argument, value, possible in settings:
            if str(value).lower() not in possible:
                names = (_CURVES.get(each, each) for each in possible)
                raise ValueError(
                    f"{argument} is {value!r}; possible: {', '.join(map(repr, names))}"
                )
        if thresholds is None and num_thresholds < 2:
            raise ValueError(f"num_thresholds is {num_thresholds}; possible: at least 2")
        if num_labels and not multi_label:
            raise ValueError(
                f"num_labels is {num_labels} and multi_label is False; possible: None, or "
                f"multi_label=True"
            )
        self.curve, self.summation_method = _CURVES[curve.lower()], summation_method.lower()
        self._given = thresholds is not None
        if thresholds is None:
            inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
        else:
            inner = sorted(float(threshold) for threshold in thresholds)
        # The ends lie outside of 0 and 1, so that all outputs say yes at one, and none at other.
        ends = backend.epsilon()
        self._thresholds = np.array([0.0 - ends, *inner, 1.0 + ends])
        self.num_thresholds = len(self._thresholds)
        self.multi_label, self.num_labels, self.from_logits = multi_label, num_labels, from_logits
        if isinstance(label_weights, Mapping):  # a tensor, as files have it
            label_weights = label_weights["config"]["value"]
        self.label_weights = None if label_weights is None else floats(label_weights, self.dtype)
        self._counts: list[Variable] = []
        if not multi_label or num_labels:
            self._begin(num_labels)

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, with the ends."""
        return self._thresholds.tolist()  # type: ignore[no-any-return]

    def _begin(self, labels: int | None) -> None:
        shape = (self.num_thresholds, labels) if self.multi_label else (self.num_thresholds,)
        self._counts = [
            self.add_variable(tuple(int(n or 1) for n in shape), name=name)
            for name in ("true_positives", "false_positives", "true_negatives", "false_negatives")
        ]
        self.true_positives, self.false_positives = self._counts[:2]
        self.true_negatives, self.false_negatives = self._counts[2:]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        P = floats(y_pred, self.dtype)
        if self.multi_label and P.ndim != 2:
            raise ValueError(
                f"y_pred has shape {P.shape} and multi_label is True; possible: (samples, labels)"
            )
        if not self._counts:
            self._begin(P.shape[1])
        counts = count(
            y_true,
            ACTIVATIONS["sigmoid"].value(P) if self.from_logits else P,
            self._thresholds,
            sample_weight,
            dtype=self.dtype,
            by_label=self.multi_label,
            label_weights=None if self.multi_label else self.label_weights,
        )
        for variable, counted in zip(self._counts, counts, strict=True):
            variable.assign_add(counted)

    def result(self) -> Tensor:
        """Return the area; with several labels the mean of theirs."""
        if not self._counts:
            return scalar(0.0, self.dtype)
        TP, FP, TN, FN = (variable.array for variable in self._counts)  # (T,) or (T, L)
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = _under_precision_and_recall(TP, FP, FN)
        else:
            x, y = _POINTS[self.curve](TP, FP, TN, FN)
            heights = _HEIGHTS[self.summation_method](y[:-1], y[1:])
            areas = np.sum((x[:-1] - x[1:]) * heights, axis=0)
        if self.multi_label and self.label_weights is not None:
            weights = self.label_weights
            return scalar(ratio(np.sum(areas * weights), np.sum(weights)), self.dtype)
        return scalar(np.mean(areas), self.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as Keras writes them."""
        weights = self.label_weights
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.tolist(),
            "from_logits": self.from_logits,
        }
        return {**config, "thresholds": self.thresholds[1:-1]} if self._given else config


def _roc(TP: Array, FP: Array, TN: Array, FN: Array) -> tuple[Array, Array]:
    return ratio(FP, FP + TN), ratio(TP, TP + FN)


def _precision_over_recall(TP: Array, FP: Array, _: Array, FN: Array) -> tuple[Array, Array]:
    return ratio(TP, TP + FN), ratio(TP, TP + FP)


def _gains(TP: Array, FP: Array, TN: Array, FN: Array) -> tuple[Array, Array]:
    """Recall gain (at least 0) and precision gain: 1 - (yes / no) (wrong / TP)."""
    scale = ratio(TP + FN, TN + FP)
    recall = np.where(TP == 0, 0, 1 - scale * ratio(FN, TP))
    precision = np.where(TP == 0, 1, 1 - scale * ratio(FP, TP))
    return np.maximum(recall, 0), precision


_POINTS = {"ROC": _roc, "PR": _precision_over_recall, "PRGAIN": _gains}


def _under_precision_and_recall(TP: Array, FP: Array, FN: Array) -> Array:
    """Return the area under precision over recall, shape () or (L,).

    Between two thresholds with the counts t of TP and p = TP + FP, t = a + s p with the slope
    s = dt / dp: the ratio of right and wrong in between stays the same. Precision is t / p, and
    its integral over t, by dt = s dp, is s (dt + a log(p left / p right)).
    """
    P = TP + FP
    left, right = P[:-1], P[1:]
    dt = TP[:-1] - TP[1:]
    slope = ratio(dt, np.maximum(left - right, 0))
    start = TP[1:] - slope * right
    both = (left > 0) & (right > 0)
    logs = np.log(np.where(both, left, 1) / np.where(both, right, 1))
    areas = ratio(slope * (dt + start * logs), np.maximum(TP[1:] + FN[1:], 0))
    return np.asarray(areas.sum(axis=0))
