"""Adapting: whatever ``fit``, ``evaluate`` and ``predict`` are given, as samples or batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy.typing as npt

from chainrule.arrays import integer
from chainrule.keras.data.batches import Batches
from chainrule.keras.data.dataset import PyDataset
from chainrule.keras.data.samples import Samples, collect, weigh_classes
from chainrule.keras.data.sources import from_dataset, from_iterable, from_iterator, from_samples


def adapt(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    class_weight: Mapping[int, float] | None = None,
    batch_size: int | None = None,
    steps_per_epoch: int | None = None,
    shuffle: bool = False,
    dtype: npt.DTypeLike | None = None,
) -> Samples | Batches:
    """Return arrays as :class:`Samples`, and everything that gives batches as :class:`Batches`.

    Arrays become :class:`Batches` too, when ``batch_size * steps_per_epoch`` is not an epoch of
    them: the epochs then go on through the arrays.

    Parameters
    ----------
    x : array_like, Samples, generator, PyDataset or iterable of batches
        Inputs, or batches ``(x,)``, ``(x, y)``, ``(x, y, sample_weight)``.
    y, sample_weight : array_like, optional
        Targets and weights, for inputs that are arrays.
    class_weight : mapping of int to float, optional
        What the samples of each class count.
    batch_size : int, optional
        For arrays; as many as ``steps_per_epoch`` steps need if None, else 32.
    steps_per_epoch : int, optional
        Batches an epoch; all there are if None.
    shuffle : bool
        Whether the order of a PyDataset's batches changes, and that of arrays in :class:`Batches`.
        :class:`Samples` are shuffled by who trains on them.
    dtype : dtype, optional
        Of inputs, weights, and targets that are no integers; floatx if None.

    Raises
    ------
    TypeError, ValueError
        When data or numbers are not what they may be; errors name the argument.

    Examples
    --------
    >>> adapt([[0.0], [1.0], [2.0]], [0, 1, 0], steps_per_epoch=2).batch_size
    2
    >>> batches = adapt(iter([([[0.0]], [1.0])]))
    >>> [batch.x.tolist() for batch in batches.epoch()]
    [[[0.0]]]
    """
    if batch_size is not None:
        integer("batch_size", batch_size, least=1)
    if steps_per_epoch is not None:
        integer("steps_per_epoch", steps_per_epoch, least=1)
    if x is None:
        raise ValueError(
            "x is None; give inputs: an array, a list, a frame, or a generator of batches"
        )
    if isinstance(x, Batches):
        return x
    if isinstance(x, Samples) or _is_array(x):
        samples = x if isinstance(x, Samples) else collect(x, y, sample_weight, dtype)
        return _finished(samples, class_weight, batch_size, steps_per_epoch, shuffle)
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"{name} is given, and x is a {type(x).__name__}, which gives batches; "
                f"let it give (x, y) or (x, y, sample_weight), and give no {name}"
            )
    if isinstance(x, PyDataset) or _is_like_a_dataset(x):
        source = from_dataset(x, shuffle)
    elif hasattr(x, "__next__"):
        source = from_iterator(x)
    elif hasattr(x, "__iter__"):
        source = from_iterable(x)
    else:
        raise TypeError(
            f"x is {x!r}, a {type(x).__name__}; possible: an array, a list, a frame, a tensor, "
            f"a generator of batches, or an object with __getitem__ and __len__ that gives batches"
        )
    return Batches(source, steps_per_epoch, class_weight, dtype)


def _finished(
    samples: Samples,
    class_weight: Mapping[int, float] | None,
    batch_size: int | None,
    steps: int | None,
    shuffle: bool,
) -> Samples | Batches:
    if class_weight is not None:
        samples = weigh_classes(samples, class_weight)
    if batch_size is None and steps is not None:
        batch_size = -(-samples.n // steps)
    if batch_size is not None:
        samples = replace(samples, batch_size=int(batch_size))
    if steps is None or steps == samples.num_batches:
        return samples
    return Batches(from_samples(samples, shuffle), steps)


def _is_array(x: Any) -> bool:
    """Tell arrays, lists and frames, which hold samples, from what gives batches."""
    if isinstance(x, (list, tuple, dict, range, str, bytes, set, frozenset, int, float, complex)):
        return True
    if any(hasattr(x, name) for name in ("__array__", "__dlpack__", "toarray")):
        return True
    try:
        memoryview(x)
    except TypeError:
        return False
    return True


def _is_like_a_dataset(x: Any) -> bool:
    """Tell what gives batches by number; loaders and tf.data sets have no ``__getitem__``."""
    return hasattr(x, "__getitem__") and hasattr(x, "__len__")
