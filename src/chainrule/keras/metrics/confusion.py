"""Precision, recall, and the four counts that they are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.metrics.base import Metric, scalar
from chainrule.keras.metrics.counting import LOWEST, Counts, count, ratio
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor, Variable

Array = npt.NDArray[Any]
Thresholds = float | list[float] | tuple[float, ...] | None


class _Counted(Metric):
    """A metric made of some of the four counts, at one threshold or several.

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; an output above it says yes. 0.5 if None, and with ``top_k`` below all.
    top_k : int, optional
        Only the k largest outputs of a sample can be yes.
    class_id : int, optional
        Only this output counts.
    """

    def _begin(
        self,
        thresholds: Thresholds,
        counts: dict[str, str],
        top_k: int | None = None,
        class_id: int | None = None,
    ) -> None:
        """Make a variable for each of ``counts``: from the name of the count to its own."""
        self.init_thresholds = thresholds
        if thresholds is None:
            found = [0.5 if top_k is None else LOWEST]
        else:
            found = list(thresholds) if isinstance(thresholds, (list, tuple)) else [thresholds]
            wrong = [each for each in found if each is None or not 0 <= each <= 1]
            if wrong:
                raise ValueError(f"thresholds has {wrong}; possible: numbers from 0 to 1")
        self.thresholds = found
        self.top_k, self.class_id = top_k, class_id
        self._counted: dict[str, Variable] = {
            field: self.add_variable((len(found),), name=name) for field, name in counts.items()
        }

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        counts: Counts = count(
            y_true,
            y_pred,
            np.array(self.thresholds),
            sample_weight,
            dtype=self.dtype,
            top_k=self.top_k,
            class_id=self.class_id,
        )
        for field, variable in self._counted.items():
            variable.assign_add(getattr(counts, field))

    def _one_or_all(self, values: Array) -> Tensor:
        return scalar(values[0] if len(values) == 1 else values, self.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as Keras writes them."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


@register("metric", "keras.metrics")
class TruePositives(_Counted):
    """How many outputs say yes where the target is yes; one number a threshold.

    Parameters
    ----------
    thresholds : float or sequence of float, optional
        An output above it says yes; 0.5 if None.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> TruePositives()([0, 1, 1, 1], [1, 0, 1, 1])
    Tensor(2., dtype=float32)
    """

    def __init__(
        self, thresholds: Thresholds = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)
        self._begin(thresholds, {"true_positives": "accumulator"})

    def result(self) -> Tensor:
        """Return the count."""
        return self._one_or_all(self._counted["true_positives"].array)


@register("metric", "keras.metrics")
class TrueNegatives(_Counted):
    """How many outputs say no where the target is no; one number a threshold.

    Parameters
    ----------
    thresholds : float or sequence of float, optional
        An output above it says yes; 0.5 if None.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0])
    Tensor(2., dtype=float32)
    """

    def __init__(
        self, thresholds: Thresholds = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)
        self._begin(thresholds, {"true_negatives": "accumulator"})

    def result(self) -> Tensor:
        """Return the count."""
        return self._one_or_all(self._counted["true_negatives"].array)


@register("metric", "keras.metrics")
class FalsePositives(_Counted):
    """How many outputs say yes where the target is no; one number a threshold.

    Parameters
    ----------
    thresholds : float or sequence of float, optional
        An output above it says yes; 0.5 if None.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1])
    Tensor(2., dtype=float32)
    """

    def __init__(
        self, thresholds: Thresholds = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)
        self._begin(thresholds, {"false_positives": "accumulator"})

    def result(self) -> Tensor:
        """Return the count."""
        return self._one_or_all(self._counted["false_positives"].array)


@register("metric", "keras.metrics")
class FalseNegatives(_Counted):
    """How many outputs say no where the target is yes; one number a threshold.

    Parameters
    ----------
    thresholds : float or sequence of float, optional
        An output above it says yes; 0.5 if None.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0])
    Tensor(2., dtype=float32)
    """

    def __init__(
        self, thresholds: Thresholds = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)
        self._begin(thresholds, {"false_negatives": "accumulator"})

    def result(self) -> Tensor:
        """Return the count."""
        return self._one_or_all(self._counted["false_negatives"].array)


@register("metric", "keras.metrics")
class Precision(_Counted):
    """TP / (TP + FP): how much of what says yes is yes; 0 where nothing says yes.

    Parameters
    ----------
    thresholds : float or sequence of float, optional
        An output above it says yes; 0.5 if None, or 0 with ``top_k``.
    top_k : int, optional
        Only the k largest outputs of a sample may say yes.
    class_id : int, optional
        Only this output is looked at.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> round(float(Precision()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
    0.6667
    """

    _direction = "up"

    def __init__(
        self,
        thresholds: Thresholds = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(dtype, name)
        names = ("true_positives", "false_positives")
        self._begin(thresholds, {each: each for each in names}, top_k, class_id)
        self.true_positives, self.false_positives = self._counted.values()

    def result(self) -> Tensor:
        """Return the share."""
        right, wrong = self.true_positives.array, self.false_positives.array
        return self._one_or_all(ratio(right, right + wrong))

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as Keras writes them."""
        return {**super().get_config(), "top_k": self.top_k, "class_id": self.class_id}


@register("metric", "keras.metrics")
class Recall(_Counted):
    """TP / (TP + FN): how much of what is yes says yes; 0 where nothing is yes.

    Parameters
    ----------
    thresholds : float or sequence of float, optional
        An output above it says yes; 0.5 if None, or 0 with ``top_k``.
    top_k : int, optional
        Only the k largest outputs of a sample may say yes.
    class_id : int, optional
        Only this output is looked at.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> round(float(Recall()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
    0.6667
    """

    _direction = "up"

    def __init__(
        self,
        thresholds: Thresholds = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(dtype, name)
        names = ("true_positives", "false_negatives")
        self._begin(thresholds, {each: each for each in names}, top_k, class_id)
        self.true_positives, self.false_negatives = self._counted.values()

    def result(self) -> Tensor:
        """Return the share."""
        right, missed = self.true_positives.array, self.false_negatives.array
        return self._one_or_all(ratio(right, right + missed))

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as Keras writes them."""
        return {**super().get_config(), "top_k": self.top_k, "class_id": self.class_id}
