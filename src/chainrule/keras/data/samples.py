"""Samples: inputs, targets and weights as arrays, all of them at hand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.data.conversion import arrays, single, warn

Array = npt.NDArray[Any]
Index = slice | npt.NDArray[Any]

_BATCH_SIZE = 32  # Keras's, where neither a size nor a number of batches is given

_FEW = 10  # so few labels may be in order by chance


@dataclass(frozen=True, eq=False)
class Samples:
    """N samples as arrays.

    Parameters
    ----------
    x : ndarray, shape (N, ...)
        Inputs.
    y : ndarray, shape (N, ...), or None
        Targets; integers where the user gave integers.
    weight : ndarray, shape (N,), or None
        What each sample counts.
    batch_size : int
        How many samples a step takes.

    Examples
    --------
    >>> samples = Samples(np.zeros((5, 2)), np.zeros(5), batch_size=2)
    >>> samples.n, samples.num_batches, samples[1:3].n
    (5, 3, 2)
    >>> x, y, weight = samples
    >>> weight is None
    True
    """

    x: Array
    y: Array | None = None
    weight: Array | None = None
    batch_size: int = _BATCH_SIZE

    @property
    def n(self) -> int:
        """How many samples there are."""
        return len(self.x)

    @property
    def num_batches(self) -> int:
        """How many steps an epoch has."""
        return -(-self.n // self.batch_size)

    def __getitem__(self, index: Index) -> Samples:
        """Return some of the samples: views for a slice, copies for indices."""
        y = None if self.y is None else self.y[index]
        weight = None if self.weight is None else self.weight[index]
        return replace(self, x=self.x[index], y=y, weight=weight)

    def __iter__(self) -> Iterator[Any]:
        """Unpack into ``x, y, weight``."""
        return iter((self.x, self.y, self.weight))


def collect(
    x: object, y: object, sample_weight: object, dtype: npt.DTypeLike | None, where: str = ""
) -> Samples:
    """Return what the user gave as arrays, checked to hold as many samples each.

    Parameters
    ----------
    x, y, sample_weight : array_like or None
        Inputs, targets, and what each sample counts.
    dtype : dtype, optional
        Of all that is not an integer target.
    where : str
        What errors add to the names, such as " of batch 3".

    Raises
    ------
    TypeError, ValueError
        As :func:`arrays`; when the lengths differ; when weights are not one a sample.

    Examples
    --------
    >>> collect([[0.0], [1.0]], [1, 0], None, "float64")
    Samples(x=array([[0.],
           [1.]]), y=array([1, 0]), weight=None, batch_size=32)
    >>> collect([[0.0], [1.0]], [1, 0, 1], None, "float64")
    Traceback (most recent call last):
    ...
    ValueError: x has 2 samples and y has 3; give as many of each, or check their first axes
    """
    inputs = arrays(single(x, "x" + where), "x" + where, dtype)
    targets = weights = None
    if y is not None:
        y = _unwrapped(single(y, "y" + where), len(inputs))
        targets = arrays(y, "y" + where, dtype, keep_integers=True)
    if sample_weight is not None:
        name = "sample_weight" + where
        sample_weight = _unwrapped(single(sample_weight, name), len(inputs))
        weights = arrays(sample_weight, name, dtype)
        if weights.ndim == 2 and weights.shape[1] == 1:
            weights = weights[:, 0]
    given = {"y": targets, "sample_weight": weights}
    for name, array in given.items():
        if array is not None and len(array) != len(inputs):
            raise ValueError(
                f"x{where} has {len(inputs)} samples and {name} has {len(array)}; "
                f"give as many of each, or check their first axes"
            )
    if weights is not None and weights.ndim != 1:
        raise ValueError(
            f"sample_weight{where} has shape {weights.shape}; possible: ({len(inputs)},), "
            f"one number a sample; for weights within a sample use real Keras"
        )
    return Samples(inputs, targets, weights)


def _unwrapped(value: Any, n: int) -> Any:
    """Return the array that a list around one array of ``n`` samples holds, as ``[y]``."""
    if isinstance(value, (list, tuple)) and len(value) == 1 and n != 1:
        inner = value[0]
        if hasattr(inner, "shape") or isinstance(inner, (list, tuple)):
            return inner
    return value


def weigh_classes(samples: Samples, class_weight: Mapping[int, float]) -> Samples:
    """Return the samples, each with the weight of its class; 1 for classes that have none.

    The class is the number in ``y``, rounded, or the column of its largest entry.

    Raises
    ------
    TypeError
        When the weights are no mapping from numbers of classes to numbers.
    ValueError
        When the samples have weights already, or no targets that could be classes.

    Examples
    --------
    >>> samples = Samples(np.zeros((3, 1)), np.array([0, 1, 2]))
    >>> weigh_classes(samples, {0: 0.5, 2: 4.0}).weight
    array([0.5, 1. , 4. ])
    """
    check_class_weight(class_weight)
    if samples.weight is not None:
        raise ValueError(
            "class_weight and sample_weight are both given; possible: one of them; "
            "multiply the weights of the classes into sample_weight to have both"
        )
    y = samples.y
    if y is None or y.ndim > 2:
        what = "there is no y" if y is None else f"y has shape {y.shape}"
        raise ValueError(f"class_weight needs one class a sample, and {what}; give no class_weight")
    if y.ndim == 2:
        y = y[:, 0] if y.shape[1] == 1 else np.argmax(y, axis=1)
    if not np.isfinite(y).all():
        raise ValueError("class_weight needs the class of each sample, and y has NaN or inf")
    present, which = np.unique(np.round(y).astype(np.int64), return_inverse=True)
    weights = [float(class_weight.get(int(each), 1.0)) for each in present]
    return replace(samples, weight=np.array(weights, samples.x.dtype)[which.reshape(-1)])


def check_class_weight(class_weight: object) -> None:
    """Refuse what is no mapping from the numbers of classes to numbers; None is none at all.

    Examples
    --------
    >>> check_class_weight({0: 1.0, 1: 5.0})
    >>> check_class_weight([1.0, 5.0])
    Traceback (most recent call last):
    ...
    TypeError: class_weight is a list; possible: a dictionary such as {0: 1.0, 1: 5.0}; \
dict(enumerate(weights)) makes one of a list
    """
    if class_weight is None:
        return
    if not isinstance(class_weight, Mapping):
        raise TypeError(
            f"class_weight is a {type(class_weight).__name__}; possible: a dictionary such as "
            f"{{0: 1.0, 1: 5.0}}; dict(enumerate(weights)) makes one of a list"
        )
    for key, value in class_weight.items():
        if not isinstance(key, (int, float, np.number)):
            raise TypeError(
                f"class_weight has the key {key!r}, a {type(key).__name__}; "
                f"possible: the numbers of the classes, 0, 1, ..."
            )
        if not isinstance(value, (int, float, np.number)):
            raise TypeError(
                f"class_weight[{key}] is {value!r}, a {type(value).__name__}; possible: a number"
            )


def split(samples: Samples, validation_split: float) -> tuple[Samples, Samples]:
    """Return the first samples, to train on, and the last ones, to validate on.

    The tail begins at ``floor(n (1 - validation_split))``, whatever the order of the samples;
    shuffling comes later. Both parts are views.

    Parameters
    ----------
    samples : Samples
        In the order in which the user gave them.
    validation_split : float
        The share of the tail, between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        When it is no number between 0 and 1, or when a part would be empty.

    Warns
    -----
    UserWarning
        When the samples are grouped by class, or when the tail has classes that the other samples
        lack: the validation then says little.

    Examples
    --------
    >>> train, validation = split(Samples(np.arange(10)), 0.25)
    >>> train.n, validation.x
    (7, array([7, 8, 9]))
    """
    share = validation_split
    if isinstance(share, bool) or not isinstance(share, (int, float, np.number)):
        raise TypeError(
            f"validation_split is {share!r}, a {type(share).__name__}; "
            f"possible: a number between 0 and 1, such as 0.2"
        )
    if not 0 < share < 1:
        raise ValueError(f"validation_split is {share}; possible: between 0 and 1, such as 0.2")
    at = math.floor(samples.n * (1.0 - float(share)))
    if at in (0, samples.n):
        part = "to train on" if at == 0 else "to validate on"
        raise ValueError(
            f"validation_split is {share}, which leaves none of {samples.n} samples {part}; "
            f"possible: another share, or more samples"
        )
    _warn_of_order(samples.y, at)
    return samples[:at], samples[at:]


def _warn_of_order(y: Array | None, at: int) -> None:
    """Warn when the samples from ``at`` on are other classes than those before."""
    labels = _labels(y)
    if labels is None or len(labels) < _FEW:
        return
    head, tail = np.unique(labels[:at]), np.unique(labels[at:])
    unseen = np.setdiff1d(tail, head)
    n_unseen = int(np.isin(labels[at:], unseen).sum())
    n_classes = len(np.union1d(head, tail))
    n_groups = 1 + int(np.count_nonzero(np.diff(labels)))
    if n_unseen > 0.05 * (len(labels) - at):
        why = f"holds {_names(unseen)}, which the others lack"
    elif n_groups == n_classes > 1:
        why = f"holds {_names(tail)} only, since the samples are grouped by class"
    else:
        return
    warn(
        f"validation_split takes the last {len(labels) - at} of {len(labels)} samples, "
        f"before any shuffling; this part {why}. Shuffle x and y together before fit"
    )


def _labels(y: Array | None) -> Array | None:
    """Return the class of each sample, or None where the targets do not look like classes."""
    if y is None or y.ndim > 2:
        return None
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = bool(((y == 0) | (y == 1)).all()) and bool((y.sum(axis=1) == 1).all())
        return np.argmax(y, axis=1) if one_hot else None
    labels = y.reshape(-1)
    if labels.dtype.kind == "f" and not np.array_equal(labels, np.round(labels)):
        return None
    labels = labels.astype(np.int64)
    return labels if len(np.unique(labels)) <= len(labels) // 2 else None


def _names(classes: Array) -> str:
    shown = ", ".join(str(int(each)) for each in classes[:5])
    more = "" if len(classes) <= 5 else ", ..."
    return f"class {shown}" if len(classes) == 1 else f"classes {shown}{more}"
