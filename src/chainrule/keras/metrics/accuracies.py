"""Shares of right answers: of numbers, of yes and no, of classes, of classes among the k best.

Beside each class is the function that gives 1 or 0 for each answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.losses.shapes import floats, same_rank
from chainrule.keras.metrics.base import Metric
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor, tensor
from chainrule.measures import TOP

Array = npt.NDArray[Any]


@register("metric", "keras.metrics")
class Accuracy(Metric):
    """How often outputs are equal to targets; for classes see the other accuracies.

    Examples
    --------
    >>> Accuracy()([[1], [2], [3], [4]], [[0], [2], [3], [4]])
    Tensor(0.75, dtype=float32)
    """

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return 1 where both are equal, else 0."""
        A = np.asarray(y_pred)
        Y, A = same_rank(np.asarray(y_true).astype(A.dtype), A)
        return _ones(Y == A)


@register("metric", "keras.metrics")
class BinaryAccuracy(Metric):
    """How often outputs are above the threshold where targets are 1, and not where they are 0.

    Parameters
    ----------
    name, dtype : str, optional
        As in all metrics.
    threshold : float
        An output above it says yes.

    Examples
    --------
    >>> BinaryAccuracy()([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]])
    Tensor(0.75, dtype=float32)
    """

    _direction = "up"
    _settings = ("threshold",)
    measure: str | None = "binary_accuracy"

    def __init__(
        self,
        name: str | None = "binary_accuracy",
        dtype: str | None = None,
        threshold: float = 0.5,
    ) -> None:
        super().__init__(dtype, name)
        self.threshold = threshold
        if threshold != 0.5:
            self.measure = None

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return 1 for each right output, else 0."""
        return binary_accuracy(y_true, y_pred, self.threshold)


@register("metric", "keras.metrics")
class CategoricalAccuracy(Metric):
    """How often the largest output is that of the largest target; targets are one-hot.

    Examples
    --------
    >>> CategoricalAccuracy()([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    Tensor(0.5, dtype=float32)
    """

    _direction = "up"
    measure = "categorical_accuracy"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return 1 for each right sample, else 0."""
        return categorical_accuracy(y_true, y_pred)


@register("metric", "keras.metrics")
class SparseCategoricalAccuracy(Metric):
    """How often the largest output is that of the class; targets are class numbers.

    Examples
    --------
    >>> SparseCategoricalAccuracy()([2, 1], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]])
    Tensor(0.5, dtype=float32)
    """

    _direction = "up"
    measure = "sparse_categorical_accuracy"

    def __init__(
        self, name: str | None = "sparse_categorical_accuracy", dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return 1 for each right sample, else 0."""
        return sparse_categorical_accuracy(y_true, y_pred)


@register("metric", "keras.metrics")
class TopKCategoricalAccuracy(Metric):
    """How often fewer than k outputs are larger than the right one; targets are one-hot.

    Parameters
    ----------
    k : int
        How many of the largest outputs count.
    name, dtype : str, optional
        As in all metrics.

    Examples
    --------
    >>> metric = TopKCategoricalAccuracy(k=1)
    >>> metric([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    Tensor(0.5, dtype=float32)
    """

    _direction = "up"
    _settings = ("k",)
    measure: str | None = "top_k_categorical_accuracy"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "top_k_categorical_accuracy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(dtype, name)
        self.k = k
        if k != TOP:
            self.measure = None

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return 1 for each right sample, else 0."""
        return top_k_categorical_accuracy(y_true, y_pred, self.k)


@register("metric", "keras.metrics")
class SparseTopKCategoricalAccuracy(Metric):
    """How often fewer than k outputs are larger than the right one; targets are class numbers.

    With ``from_sorted_ids`` outputs are the numbers of classes, the most likely one first.

    Parameters
    ----------
    k : int
        How many of the largest outputs count.
    name, dtype : str, optional
        As in all metrics.
    from_sorted_ids : bool
        Whether outputs are numbers of classes, sorted.

    Examples
    --------
    >>> SparseTopKCategoricalAccuracy(k=1)([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    Tensor(0.5, dtype=float32)
    """

    _direction = "up"
    measure: str | None = "sparse_top_k_categorical_accuracy"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: str | None = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(dtype, name)
        self.k, self.from_sorted_ids = k, from_sorted_ids
        if k != TOP or from_sorted_ids:
            self.measure = None

    def per_sample(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return 1 for each right sample, else 0."""
        return sparse_top_k_categorical_accuracy(y_true, y_pred, self.k, self.from_sorted_ids)

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name; ``from_sorted_ids`` only where it is set, as Keras does."""
        ids = {"from_sorted_ids": True} if self.from_sorted_ids else {}
        return {**super().get_config(), "k": self.k, **ids}


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """Return 1 where an output above the threshold has the target 1, and another 0; else 0.

    Examples
    --------
    >>> binary_accuracy([[1, 0]], [[0.6, 0.6]])
    Tensor([[1., 0.]], dtype=float32)
    """
    Y, A = same_rank(np.asarray(y_true), floats(y_pred))
    return _ones(np.equal(Y, A.dtype.type(threshold) < A))


def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """Return 1 for samples whose largest output is that of the largest target, else 0.

    Examples
    --------
    >>> categorical_accuracy([[0, 1], [0, 1]], [[0.1, 0.9], [0.9, 0.1]])
    Tensor([1., 0.], dtype=float32)
    """
    Y, A = _one_hot(y_true, y_pred, "categorical_accuracy")
    return _ones(Y.argmax(axis=-1) == A.argmax(axis=-1))


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """Return 1 for samples whose largest output is that of the class, else 0.

    Examples
    --------
    >>> sparse_categorical_accuracy([[1], [1]], [[0.1, 0.9], [0.9, 0.1]])
    Tensor([1., 0.], dtype=float32)
    """
    Y, A = _class_numbers(y_true, y_pred, "sparse_categorical_accuracy")
    matches = A.argmax(axis=-1) == Y
    return _ones(matches[..., 0] if matches.ndim > 1 and matches.shape[-1] == 1 else matches)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """Return 1 for samples with fewer than k outputs above that of the largest target, else 0.

    Examples
    --------
    >>> top_k_categorical_accuracy([[0, 0, 1], [1, 0, 0]], [[0.1, 0.7, 0.2]] * 2, k=2)
    Tensor([1., 0.], dtype=float32)
    """
    Y, A = _one_hot(y_true, y_pred, "top_k_categorical_accuracy")
    return _within_top(Y.argmax(axis=-1), A, k)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Tensor:
    """Return 1 for samples with fewer than k outputs above that of the class, else 0.

    With ``from_sorted_ids`` outputs are the numbers of classes, the most likely one first.

    Examples
    --------
    >>> sparse_top_k_categorical_accuracy([2, 0], [[0.1, 0.7, 0.2]] * 2, k=2)
    Tensor([1., 0.], dtype=float32)
    """
    A, Y = np.asarray(y_pred), np.asarray(y_true)
    flat = Y.astype(np.int64).reshape(-1)
    rows = A.reshape(-1, A.shape[-1])
    if from_sorted_ids:
        return _ones((flat[:, None] == rows[:, :k]).any(axis=1).reshape(Y.shape))
    return tensor(_within_top(flat, floats(rows), k).reshape(Y.shape))


def _within_top(classes: Array, A: Array, k: int) -> Tensor:
    chosen = np.take_along_axis(A, classes[..., None], axis=-1)  # (..., 1)
    chosen = np.where(np.isnan(chosen), -np.inf, chosen)
    return _ones(np.sum(chosen < A, axis=-1) < k)


def _one_hot(y_true: Any, y_pred: Any, name: str) -> tuple[Array, Array]:
    Y, A = np.asarray(y_true), floats(y_pred)
    if Y.ndim != A.ndim:
        raise ValueError(
            f"y_true has shape {Y.shape} and y_pred {A.shape}; possible for {name}: both of one "
            f"shape; for class numbers use sparse_{name}"
        )
    return Y, A


def _class_numbers(y_true: Any, y_pred: Any, name: str) -> tuple[Array, Array]:
    Y, A = np.asarray(y_true), floats(y_pred)
    if Y.ndim == A.ndim and Y.shape[-1] == 1:
        Y = Y[..., 0]
    if Y.shape != A.shape[:-1]:
        raise ValueError(
            f"y_true has shape {Y.shape} and y_pred {A.shape}; possible for {name}: y_true of "
            f"shape {A.shape[:-1]}; for one-hot targets use {name.removeprefix('sparse_')}"
        )
    return Y, A


def _ones(right: Array) -> Tensor:
    from chainrule.keras import backend

    return tensor(np.asarray(right).astype(backend.floatx()))
