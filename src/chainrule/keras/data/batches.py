"""Batches: samples that come a batch at a time, from a generator, a data set or a loader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.data.conversion import warn
from chainrule.keras.data.packing import unpack
from chainrule.keras.data.samples import Samples, collect, weigh_classes
from chainrule.keras.data.sources import Source

Array = npt.NDArray[Any]

_ADVICE_ONCE = "Give a generator of steps_per_epoch * epochs batches, such as one with while True"
_ADVICE_AGAIN = "Give fewer steps_per_epoch, or none: an epoch is then all batches there are"


class Batches:
    """Epochs of batches from a source.

    An epoch is ``steps_per_epoch`` batches, and the next one goes on where it ended; or else all
    batches that the source has. When the batches of the source end within an epoch, the epoch ends
    there, with a warning, and the next one begins a new pass, as in Keras. A generator has only
    one pass: after it, :attr:`exhausted` is true and epochs are empty.

    Parameters
    ----------
    source : Source
        Where the batches come from.
    steps_per_epoch : int, optional
        Batches an epoch.
    class_weight : mapping of int to float, optional
        What the samples of each class count.
    dtype : dtype, optional
        Of inputs, weights, and targets that are no integers.

    Examples
    --------
    >>> from chainrule.keras.data.sources import from_iterator
    >>> pairs = ((np.full((2, 1), i), np.full(2, i)) for i in range(4))
    >>> batches = Batches(from_iterator(pairs), steps_per_epoch=3)
    >>> [batch.y.tolist() for batch in batches.epoch()]
    [[0, 0], [1, 1], [2, 2]]
    """

    def __init__(
        self,
        source: Source,
        steps_per_epoch: int | None = None,
        class_weight: Mapping[int, float] | None = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        self.source = source
        self.steps_per_epoch = steps_per_epoch
        self.exhausted = False
        self._class_weight = class_weight
        self._dtype = dtype
        self._pass: Iterator[Any] | None = None
        self._taken = 0  # of the present pass
        self._passed: int | None = None  # batches of an earlier pass, where the source cannot say

    @property
    def num_batches(self) -> int | None:
        """How many steps an epoch has; None until that is known."""
        return self.steps_per_epoch or self.source.count() or self._passed

    @property
    def endless(self) -> bool:
        """Whether an epoch would never end."""
        return self.source.endless and self.steps_per_epoch is None

    def first(self) -> Samples:
        """Return the first batch without taking it from an epoch, to look at its shape."""
        return self._samples(self.source.first(), 1)

    def epoch(self) -> Iterator[Samples]:
        """Yield the batches of the next epoch, each as :class:`Samples`.

        Raises
        ------
        TypeError, ValueError
            When a batch is none: see :func:`chainrule.keras.data.unpack` and
            :func:`chainrule.keras.data.arrays`.
        """
        self.source.begin()
        try:
            yield from self._steps()
        finally:
            self.source.end()

    def restart(self) -> None:
        """Let the next epoch begin at the first batch, where the source can give it again."""
        if self.source.again:
            self._pass = None

    def gathered(self) -> tuple[Samples, list[int]]:
        """Return one epoch in arrays, one batch behind the other, and the sizes of its batches.

        Raises
        ------
        ValueError
            When the epoch is endless or empty, or when samples of two batches differ in shape.

        Examples
        --------
        >>> from chainrule.keras.data.sources import from_iterable
        >>> pairs = [(np.zeros((2, 1)), [0, 1]), (np.zeros((1, 1)), [2])]
        >>> samples, sizes = Batches(from_iterable(pairs)).gathered()
        >>> samples.y, sizes
        (array([0, 1, 2]), [2, 1])
        """
        if self.endless:
            raise ValueError(
                f"x ({self.source.kind}) never ends, and there is no number of steps; "
                f"give steps_per_epoch= to fit, steps= to evaluate and predict"
            )
        batches = list(self.epoch())
        if not batches:
            raise ValueError(f"x ({self.source.kind}) has no batches left; give a new one")
        sizes = [batch.n for batch in batches]
        weight = None
        if any(batch.weight is not None for batch in batches):
            weight = np.concatenate([_weight(batch) for batch in batches])
        targets = [batch.y for batch in batches if batch.y is not None]
        if len(targets) not in (0, len(batches)):
            raise ValueError(f"{len(targets)} of {len(batches)} batches have y; give it in all")
        x = _joined("x", [batch.x for batch in batches])
        y = _joined("y", targets) if targets else None
        return Samples(x, y, weight, batch_size=sizes[0]), sizes

    def _steps(self) -> Iterator[Samples]:
        known = self.source.count()
        # Without steps an epoch is a pass; with steps the pass goes on through the epochs.
        if self.source.again and self.steps_per_epoch is None:
            self._pass = None
        if self._pass is None:
            self._pass, self._taken = self.source.passes(), 0
        steps, done = self.steps_per_epoch or known, 0
        while steps is None or done < steps:
            try:
                raw = next(self._pass)
            except StopIteration:
                if self.source.again and self._taken and not done:
                    # It ended with the last epoch, which a source of unknown length shows now.
                    self._pass, self._taken = self.source.passes(), 0
                    continue
                self._ended(steps, done)
                return
            self._taken += 1
            done += 1
            yield self._samples(raw, self._taken)

    def _ended(self, steps: int | None, done: int) -> None:
        """Note that the source has ended within an epoch, or where the epoch's end was unknown."""
        if steps is None and done:
            self._passed = done
        else:
            wanted = "another epoch was to come" if steps is None else f"an epoch needs {steps}"
            warn(
                f"Your input ran out of data: x ({self.source.kind}) gave {self._taken} batches "
                f"in all, {done} of them in this epoch, and {wanted}. "
                + (_ADVICE_AGAIN if self.source.again else _ADVICE_ONCE)
            )
        self.exhausted = not self.source.again
        if self.source.again:
            self._pass = None

    def _samples(self, raw: Any, number: int) -> Samples:
        if isinstance(raw, Samples):
            samples = raw
        else:
            samples = collect(*unpack(raw), self._dtype, where=f" of batch {number}")
        if self._class_weight is None:
            return samples
        return weigh_classes(samples, self._class_weight)


def _weight(batch: Samples) -> Array:
    return np.ones(batch.n, batch.x.dtype) if batch.weight is None else batch.weight


def _joined(name: str, parts: list[Array]) -> Array:
    for number, part in enumerate(parts, 1):
        if part.shape[1:] != parts[0].shape[1:]:
            raise ValueError(
                f"{name} of batch {number} has shape {part.shape}, and that of batch 1 "
                f"{parts[0].shape}; all but the first axis must agree"
            )
    return np.concatenate(parts)
