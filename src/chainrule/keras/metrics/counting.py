"""Counts of right and wrong yes and no, at many thresholds at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from chainrule.keras.losses.shapes import floats, same_rank

Array = npt.NDArray[Any]

# What outputs that are not among the k best become: below every threshold.
LOWEST = -1e10


class Counts(NamedTuple):
    """Weights of true and false positives and negatives, each (T,), or (T, L) by label."""

    true_positives: Array
    false_positives: Array
    true_negatives: Array
    false_negatives: Array


def count(
    y_true: Any,
    y_pred: Any,
    thresholds: Array,
    sample_weight: Any = None,
    *,
    dtype: str = "float32",
    top_k: int | None = None,
    class_id: int | None = None,
    by_label: bool = False,
    label_weights: Array | None = None,
) -> Counts:
    """Count at each threshold; an output above it says yes.

    Each output is counted once: the number of thresholds below it says at which it is a yes, so
    that the cost does not depend on how many thresholds there are.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (N, ...)
        Targets, yes where they are not 0, and outputs.
    thresholds : ndarray, shape (T,)
        In any order.
    sample_weight : array_like, shape (N,) or that of the outputs, optional
        What each counts; 1 if None.
    dtype : str
        In which outputs are compared.
    top_k : int, optional
        Only the k largest outputs of a sample can be yes.
    class_id : int, optional
        Only this output counts.
    by_label : bool
        Count each of the L outputs by itself.
    label_weights : ndarray, shape (L,), optional
        What each output counts.

    Examples
    --------
    >>> counts = count([1, 0, 1], [0.9, 0.6, 0.2], np.array([0.5, 0.7]))
    >>> counts.true_positives, counts.false_positives
    (array([1., 1.]), array([1., 0.]))
    """
    P, Y = same_rank(floats(y_pred, dtype), floats(y_true, dtype))
    weight: Array = np.ones(1)
    if sample_weight is not None:
        weight = floats(sample_weight, dtype)[..., None]
        _, weight = same_rank(Y, weight, expand=False)
    if top_k is not None:
        best = np.argsort(-P, axis=-1, kind="stable")[..., :top_k]
        kept = np.full_like(P, LOWEST)
        np.put_along_axis(kept, best, np.take_along_axis(P, best, axis=-1), axis=-1)
        P = kept
    if class_id is not None:
        if P.ndim == 1:
            raise ValueError(
                f"y_pred has shape {P.shape} and class_id is {class_id}; possible: y_pred of "
                f"shape (samples, classes)"
            )
        Y, P = Y[..., [class_id]], P[..., [class_id]]
    if Y.shape != P.shape:
        raise ValueError(
            f"y_true has shape {Y.shape} and y_pred {P.shape}; possible: both of one shape; "
            f"for class numbers give utils.to_categorical(y_true, {P.shape[-1]})"
        )
    weight = np.broadcast_to(weight, P.shape)
    if label_weights is not None:
        weight = weight * label_weights
    labels = P.shape[1] if by_label else 1
    P, yes, W = (part.reshape(-1, labels) for part in (P, Y != 0, weight))  # (N, L)
    counts = _at_sorted(_below(P, thresholds), yes, W, len(thresholds))
    original = np.argsort(np.argsort(thresholds, kind="stable"), kind="stable")
    return Counts(*(part[original] if by_label else part[original, 0] for part in counts))


def evenly_spaced(thresholds: Sequence[float] | Array) -> bool:
    """Return whether they are 0, 1 / (T - 1), 2 / (T - 1), ..., 1, with T at least 3.

    Examples
    --------
    >>> evenly_spaced([0.0, 0.5, 1.0]), evenly_spaced([0.0, 0.4, 1.0])
    (True, False)
    """
    from chainrule.keras import backend

    n = len(thresholds)
    even = np.arange(n, dtype=np.float32) / (n - 1) if n > 2 else None
    return even is not None and np.allclose(thresholds, even, atol=backend.epsilon())


def _below(P: Array, thresholds: Array) -> Array:
    """Return how many thresholds lie below each output, shape (N, L)."""
    P = np.nan_to_num(P, nan=LOWEST)  # NaN is never a yes
    if not evenly_spaced(thresholds):
        return np.asarray(np.searchsorted(np.sort(thresholds).astype(P.dtype), P, side="left"))
    # A product says it, with Keras's rounding, which differs from that of the thresholds.
    below: Array = np.ceil(np.clip(P, 0, 1) * P.dtype.type(len(thresholds) - 1)).astype(np.int64)
    ends = np.min(thresholds) < 0  # the first threshold then lies below everything
    return np.maximum(below, 1) if ends else below


def _at_sorted(below: Array, yes: Array, W: Array, n: int) -> Counts:
    """Count at each of n thresholds in rising order, (T, L), from how many lie below outputs."""
    labels = below.shape[1]
    bins = (below * labels + np.arange(labels)).reshape(-1)

    def above(weights: Array) -> tuple[Array, Array]:
        """Return the weights above each threshold (T, L), and those of all (L,)."""
        of_bins = np.bincount(bins, weights.reshape(-1).astype(float), (n + 1) * labels)
        sums = of_bins.reshape(n + 1, labels)[::-1].cumsum(axis=0)[::-1]
        return sums[1:], sums[0]

    positives, all_positives = above(W * yes)
    negatives, all_negatives = above(W * ~yes)
    return Counts(positives, negatives, all_negatives - negatives, all_positives - positives)


def ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, and 0 where whole is 0.

    Examples
    --------
    >>> ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0]))
    array([0.5, 0. ])
    """
    whole = np.asarray(whole)
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole != 0)
