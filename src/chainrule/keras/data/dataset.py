"""PyDataset: a data set that gives whole batches by their number."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any


class PyDataset:
    """Batches by number: a subclass says how many there are and gives each.

    It implements ``__len__``, the number of batches (not of samples), and ``__getitem__(index)``,
    which returns ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)`` with all samples of a batch;
    and, if it wants to change between epochs, ``on_epoch_begin`` and ``on_epoch_end``.

    Parameters
    ----------
    workers : int
        How many threads prepare batches ahead; 1 prepares each when it is needed.
    use_multiprocessing : bool
        As in Keras; threads do the work here, and the batches are the same.
    max_queue_size : int
        How many batches are prepared ahead at most, with several workers.

    Examples
    --------
    >>> import numpy as np
    >>> class Halves(PyDataset):
    ...     def __init__(self, x, y, **settings):
    ...         super().__init__(**settings)
    ...         self.x, self.y = x, y
    ...
    ...     def __len__(self):
    ...         return 2
    ...
    ...     def __getitem__(self, index):
    ...         return self.x[index::2], self.y[index::2]
    >>> halves = Halves(np.arange(6), np.arange(6))
    >>> halves.num_batches, [x.tolist() for x, y in halves]
    (2, [[0, 2, 4], [1, 3, 5]])
    """

    # On the class, so that a subclass that forgets super().__init__() works all the same.
    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} has no __getitem__(index); it returns the batch of that number"
        )

    @property
    def num_batches(self) -> int | None:
        """How many batches an epoch has; None if they never end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"{type(self).__name__} has neither __len__ nor num_batches; one of them says how "
            f"many batches there are, num_batches = None that they never end"
        )

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Do what is to be done before the first batch of an epoch."""

    def on_epoch_end(self) -> None:
        """Do what is to be done after the last batch of an epoch, such as shuffling."""
