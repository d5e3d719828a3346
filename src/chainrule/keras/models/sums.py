"""The loss of an epoch where the loss of a batch is a sum over its samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.callbacks import Run


@dataclass
class Sums:
    """L = sum of n_b L_b / sum of n_b, over batches b of n_b samples with the loss L_b.

    This is what Keras shows: a mean over samples of the sums of their batches. An engine gives the
    sum of all L_b, from which L follows where batches are equally large; where the last is
    smaller, the run has to be looked at before it.

    Parameters
    ----------
    samples : int
        Of an epoch, N.
    batch_size : int
        Samples a step.

    Examples
    --------
    Ten samples in batches of 4, 4 and 2; the sum is 30 after two batches, and 40 after three:

    >>> from types import SimpleNamespace as Run
    >>> sums = Sums(10, 4)
    >>> sums.note(Run(epoch=0, batch=2, batches=3, loss=30.0))
    >>> sums.loss(Run(epoch=0, batch=2, batches=3, loss=30.0))
    15.0
    >>> sums.loss(Run(epoch=1, batch=3, batches=3, loss=40.0))  # (4 30 + 2 10) / 10
    14.0
    """

    samples: int
    batch_size: int
    _before_last: float = 0.0

    @property
    def uneven(self) -> bool:
        """Whether the last of several batches is smaller than the others."""
        return self.samples > self.batch_size and self.samples % self.batch_size != 0

    def next_batch(self, batch: int, batches: int) -> int | None:
        """Return the batch after ``batch`` of the run at which :meth:`note` has to be called."""
        if not self.uneven:
            return None
        return batch + 1 + (batches - 2 - batch) % batches

    def note(self, run: Run) -> None:
        """Keep the sum from before the last batch of an epoch."""
        if run.batch % run.batches == run.batches - 1:
            self._before_last = run.loss

    def loss(self, run: Run) -> float:
        """Return L of the batches so far of the epoch, or of the one just done."""
        within = run.batch - run.epoch * run.batches
        if within:
            return run.loss / within
        if not self.uneven:
            return self.whole([run.loss])[0]
        before = self._before_last * self.batch_size
        return (before + (run.loss - self._before_last) * self._last) / self.samples

    def whole(self, totals: Sequence[float]) -> list[float]:
        """Return L of whole epochs whose batches are equally large."""
        share = min(1.0, self.batch_size / self.samples)
        return [total * share for total in totals]

    @property
    def _last(self) -> int:
        return self.samples % self.batch_size
