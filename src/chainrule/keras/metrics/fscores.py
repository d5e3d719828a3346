"""F scores: one number from precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.losses.shapes import floats
from chainrule.keras.metrics.base import Metric, scalar
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor

Array = npt.NDArray[Any]

_AVERAGES = (None, "micro", "macro", "weighted")


class _FScore(Metric):
    """(1 + beta^2) precision recall / (beta^2 precision + recall).

    Source: van Rijsbergen, Information Retrieval, 1979.
    """

    def _begin(self, average: str | None, beta: float, threshold: float | None) -> None:
        if average not in _AVERAGES:
            raise ValueError(f"average is {average!r}; possible: {', '.join(map(repr, _AVERAGES))}")
        if not isinstance(beta, float) or beta <= 0:
            raise ValueError(f"beta is {beta!r}; possible: a float above 0, such as 1.0")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise ValueError(
                f"threshold is {threshold!r}; possible: a float above 0 and up to 1, or None for "
                f"the largest output of a sample"
            )
        self.average, self.beta, self.threshold = average, beta, threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch, shapes (N, H); targets are one-hot, or 1 and 0."""
        Y, P = floats(y_true, self.dtype), floats(y_pred, self.dtype)
        if Y.ndim != 2 or P.ndim != 2:
            raise ValueError(
                f"y_true has shape {Y.shape} and y_pred {P.shape}; possible for "
                f"{type(self).__name__}: (samples, classes); for class numbers give "
                f"utils.to_categorical(y_true)"
            )
        if not self._variables:
            shape = () if self.average == "micro" else (P.shape[1],)
            self.true_positives, self.false_positives, self.false_negatives, self._of_class = (
                self.add_variable(shape, name=name)
                for name in (
                    "true_positives",
                    "false_positives",
                    "false_negatives",
                    "intermediate_weights",
                )
            )
        if self.threshold is None:
            yes = np.equal(P, P.max(axis=-1, keepdims=True)) & (np.abs(P) > 1e-9)
        else:
            yes = self.threshold < P
        W = 1.0 if sample_weight is None else floats(sample_weight, self.dtype)[:, None]
        axis = None if self.average == "micro" else 0
        for variable, counted in (
            (self.true_positives, yes * Y),
            (self.false_positives, yes * (1 - Y)),
            (self.false_negatives, ~yes * Y),
            (self._of_class, Y),
        ):
            variable.assign_add(np.sum(counted * W, axis=axis))

    def result(self) -> Tensor:
        """Return the score; one a class where ``average`` is None."""
        from chainrule.keras import backend

        if not self._variables:
            return scalar(0.0, self.dtype)
        tiny = backend.epsilon()
        TP = self.true_positives.array
        precision = TP / (TP + self.false_positives.array + tiny)
        recall = TP / (TP + self.false_negatives.array + tiny)
        squared = self.beta**2
        scores = (1 + squared) * (precision * recall / (squared * precision + recall + tiny))
        if self.average == "weighted":
            of_class = self._of_class.array
            return scalar(np.sum(scores * (of_class / (of_class.sum() + tiny))), self.dtype)
        return scalar(scores if self.average is None else np.mean(scores), self.dtype)


@register("metric", "keras.metrics")
class FBetaScore(_FScore):
    """(1 + beta^2) precision recall / (beta^2 precision + recall): recall counts beta times.

    Parameters
    ----------
    average : {None, "micro", "macro", "weighted"}
        One score a class; or that of all counts together; or the mean over classes; or the mean
        weighted by how often each class is.
    beta : float
        How much recall counts.
    threshold : float, optional
        An output above it says yes; the largest output of a sample if None.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> score = FBetaScore(beta=2.0, threshold=0.5)
    >>> score([[1, 1], [1, 0]], [[0.2, 0.6], [0.6, 0.8]]).numpy().round(4)
    array([0.5556, 0.8333], dtype=float32)
    """

    _direction = "up"
    _settings = ("average", "beta", "threshold")

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(dtype, name)
        self._begin(average, beta, threshold)


@register("metric", "keras.metrics")
class F1Score(_FScore):
    """2 precision recall / (precision + recall).

    Parameters
    ----------
    average : {None, "micro", "macro", "weighted"}
        As in :class:`FBetaScore`.
    threshold : float, optional
        An output above it says yes; the largest output of a sample if None.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> F1Score(threshold=0.5)([[1, 1], [1, 0]], [[0.2, 0.6], [0.6, 0.8]]).numpy().round(4)
    array([0.6667, 0.6667], dtype=float32)
    """

    _direction = "up"
    _settings = ("average", "threshold")

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(dtype, name)
        self._begin(average, 1.0, threshold)
