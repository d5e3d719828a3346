"""Sources: where batches come from, whatever gives them."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from chainrule.keras.data.samples import Samples


def _nothing() -> None:
    """Do nothing, as sources do that need not know when an epoch begins or ends."""


@dataclass(frozen=True, eq=False)
class Source:
    """What :class:`Batches` needs to know of a generator, a data set, a loader.

    Parameters
    ----------
    kind : str
        What errors call it.
    count : callable
        Returns how many batches a pass has, None if unknown.
    passes : callable
        Begins a pass over all batches.
    first : callable
        Returns the first batch, to look at its shape.
    again : bool
        Whether a second pass is possible; not for a generator.
    endless : bool
        Whether it is known that a pass never ends.
    begin, end : callable
        Called before and after every epoch.
    """

    kind: str
    count: Callable[[], int | None]
    passes: Callable[[], Iterator[Any]]
    first: Callable[[], Any]
    again: bool = True
    endless: bool = False
    begin: Callable[[], None] = _nothing
    end: Callable[[], None] = _nothing


def from_iterator(iterator: Iterator[Any]) -> Source:
    """Return the source for a generator, whose batches come once only.

    Raises
    ------
    ValueError
        When it gives no batch at all.
    """
    missing = object()
    first = next(iterator, missing)
    if first is missing:
        raise ValueError(
            "x is a generator without a batch left; give a new one: a generator can be read once"
        )
    everything = itertools.chain([first], iterator)
    return Source(
        kind="generator",
        count=lambda: None,
        passes=lambda: everything,
        first=lambda: first,
        again=False,
    )


def from_dataset(dataset: Any, shuffle: bool) -> Source:
    """Return the source for a PyDataset and what is like one: batches by number.

    The order of the batches is shuffled by Python's ``random``, as in Keras.
    """
    has_count = hasattr(dataset, "num_batches")

    def count() -> int | None:
        found = dataset.num_batches if has_count else len(dataset)
        return None if found is None else int(found)

    def passes() -> Iterator[Any]:
        n = count()
        order: Iterable[int] = itertools.count()
        if n is not None:
            order = list(range(n))
            if shuffle:
                random.shuffle(order)
        workers = int(getattr(dataset, "workers", 1) or 1)
        if workers > 1:
            return _ahead(dataset, order, workers, int(dataset.max_queue_size))
        return (dataset[i] for i in order)

    if count() == 0:
        raise ValueError(f"x ({type(dataset).__name__}) has no batches; its length is 0")
    return Source(
        kind=type(dataset).__name__,
        count=count,
        passes=passes,
        first=lambda: dataset[0],
        endless=count() is None,
        begin=getattr(dataset, "on_epoch_begin", _nothing),
        end=getattr(dataset, "on_epoch_end", _nothing),
    )


def _ahead(dataset: Any, order: Iterable[int], workers: int, most: int) -> Iterator[Any]:
    """Yield the batches in order while threads prepare the next ones."""
    waiting: deque[Future[Any]] = deque()
    pool = ThreadPoolExecutor(workers)
    try:
        for index in order:
            waiting.append(pool.submit(dataset.__getitem__, index))
            if len(waiting) >= max(most, 1):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def from_iterable(iterable: Iterable[Any]) -> Source:
    """Return the source for a loader or data set that can be iterated over again and again."""
    known = _length(iterable)

    def first() -> Any:
        for batch in iterable:
            return batch
        raise ValueError(f"x ({type(iterable).__name__}) gives no batches")

    return Source(
        kind=type(iterable).__name__,
        count=lambda: None if known is None or known < 0 else known,
        passes=lambda: iter(iterable),
        first=first,
        endless=known is not None and known == _INFINITE,
    )


_INFINITE = -1  # what tf.data says of the number of batches that never end; -2 is unknown


def _length(iterable: Any) -> int | None:
    if hasattr(iterable, "cardinality"):
        return int(iterable.cardinality())
    try:
        return len(iterable)
    except TypeError:
        return None


def from_samples(samples: Samples, shuffle: bool) -> Source:
    """Return the source for arrays, for epochs that do not end where the arrays do."""
    size = samples.batch_size

    def passes() -> Iterator[Samples]:
        order = None
        if shuffle:
            from chainrule.keras.random import generator

            order = generator().permutation(samples.n)
        for start in range(0, samples.n, size):
            index = slice(start, start + size)
            yield samples[index] if order is None else samples[order[index]]

    return Source(
        kind="array",
        count=lambda: samples.num_batches,
        passes=passes,
        first=lambda: samples[:size],
    )
