"""How good predicted classes are: the share that is right, what is taken for what, a report."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def accuracy(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """Return the share of samples whose class is right: #(y_pred = y_true) / N.

    Parameters
    ----------
    y_true, y_pred : array_like of int, shape (N,)
        The right class of each sample, and the predicted one.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    TypeError, ValueError
        When these are not two vectors of whole numbers, of equal length and not empty.

    Examples
    --------
    >>> accuracy([0, 1, 2, 2], [0, 1, 2, 1])
    0.75
    """
    true, predicted = _labels(y_true, y_pred)
    return float(np.mean(true == predicted))


def confusion_matrix(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, n_classes: int | None = None
) -> npt.NDArray[np.int64]:
    """Count what is taken for what: C[i, j] is the number of samples of class i seen as j.

    Parameters
    ----------
    y_true, y_pred : array_like of int, shape (N,)
        The right class of each sample, and the predicted one, from 0.
    n_classes : int, optional
        K, the number of classes; one more than the largest label if None.

    Returns
    -------
    ndarray of int64, shape (K, K)
        Right predictions are on the diagonal; the sum of all counts is N.

    Raises
    ------
    TypeError, ValueError
        When the labels are not two vectors of equal length of whole numbers from 0 to K - 1.

    Examples
    --------
    >>> confusion_matrix([0, 1, 2, 2], [0, 1, 2, 1])
    array([[1, 0, 0],
           [0, 1, 0],
           [0, 1, 1]])
    """
    true, predicted = _labels(y_true, y_pred)
    smallest = int(min(true.min(), predicted.min()))
    largest = int(max(true.max(), predicted.max()))
    k = largest + 1 if n_classes is None else n_classes
    if smallest < 0 or largest >= k:
        raise ValueError(
            f"the labels go from {smallest} to {largest}; possible: from 0 to n_classes - 1"
            + ("" if n_classes is None else f" = {k - 1}")
        )
    return np.bincount(true * k + predicted, minlength=k * k).reshape(k, k)


def classification_report(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> str:
    """Return precision, recall, F1 score and number of samples of each class, as a text.

    For each class, with TP the samples that are of it and are seen as it::

        precision = TP / (samples seen as it)
        recall    = TP / (samples of it)                   its "support"
        F1        = 2 TP / (samples seen as it + samples of it)

    Where a denominator is 0 the value is 0. Below them stand the accuracy, the mean over the
    classes ("macro avg") and the mean weighted by support. F1: van Rijsbergen, Information
    Retrieval, 1979. The layout is that of scikit-learn's function of the same name.

    Parameters
    ----------
    y_true, y_pred : array_like of int, shape (N,)
        The right class of each sample, and the predicted one.

    Raises
    ------
    TypeError, ValueError
        When these are not two vectors of whole numbers, of equal length and not empty.

    Examples
    --------
    >>> print(classification_report([0, 1, 2, 2], [0, 1, 2, 1]))  # doctest: +NORMALIZE_WHITESPACE
                  precision    recall  f1-score   support
    <BLANKLINE>
               0       1.00      1.00      1.00         1
               1       0.50      1.00      0.67         1
               2       1.00      0.50      0.67         2
    <BLANKLINE>
        accuracy                           0.75         4
       macro avg       0.83      0.83      0.78         4
    weighted avg       0.88      0.75      0.75         4
    <BLANKLINE>
    """
    true, predicted = _labels(y_true, y_pred)
    classes, codes = np.unique(np.concatenate([true, predicted]), return_inverse=True)
    counts = confusion_matrix(codes[: len(true)], codes[len(true) :], len(classes))
    right, seen, support = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    scores = np.stack(
        [_ratio(right, seen), _ratio(right, support), _ratio(2 * right, seen + support)]
    )  # (3, K)

    names = [str(name) for name in classes]
    width = max(len("weighted avg"), *(len(name) for name in names))

    def row(name: str, values: Array, n: int) -> str:
        return f"{name:>{width}}  " + " ".join(f"{v:>9.2f}" for v in values) + f" {n:>9}"

    n = len(true)
    titles = ("precision", "recall", "f1-score", "support")
    lines = [
        " " * (width + 2) + " ".join(f"{title:>9}" for title in titles),
        "",
        *(row(name, scores[:, i], support[i]) for i, name in enumerate(names)),
        "",
        f"{'accuracy':>{width}}  " + " " * 20 + f"{right.sum() / n:>9.2f} {n:>9}",
        row("macro avg", scores.mean(axis=1), n),
        row("weighted avg", np.average(scores, axis=1, weights=support), n),
    ]
    return "\n".join(lines) + "\n"


def _ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, and 0 where whole is 0."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)


def _labels(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> tuple[Array, Array]:
    """Return both as vectors of int64."""
    true, predicted = _vector("y_true", y_true), _vector("y_pred", y_pred)
    if len(true) != len(predicted):
        raise ValueError(
            f"y_true has {len(true)} labels and y_pred has {len(predicted)}; "
            "possible: as many of each"
        )
    return true, predicted


def _vector(name: str, labels: npt.ArrayLike) -> Array:
    array = np.asarray(labels)
    if array.ndim != 1:
        hint = f"; from one-hot rows, give {name}.argmax(axis=1)" if array.ndim == 2 else ""
        raise ValueError(f"{name} has shape {array.shape}; possible: (samples,){hint}")
    if array.size == 0:
        raise ValueError(f"{name} is empty; give at least one label")
    if array.dtype.kind not in "biu":
        raise TypeError(f"{name} holds {array.dtype}; possible: whole numbers")
    return array.astype(np.int64)
