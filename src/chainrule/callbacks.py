"""Callbacks: what is done between epochs, and when. They decide nothing about arithmetic.

A callback says at which epoch it wants to be called next, so that epochs in which nobody wants to
be called run in one call of the engine.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Program, TrainingState
from chainrule.arrays import integer
from chainrule.engines.protocol import Data, Engine, TrainingLog

Array = npt.NDArray[Any]


@dataclass
class History:
    """What happened: one number an epoch, in lists that grow while training goes on.

    Parameters
    ----------
    loss : list of float
        The loss over the batches of each epoch, as they were met.
    validation_loss : list of float
        The loss on the validation data after each epoch; stays empty without such data.
    measures, validation_measures : dict of list of float
        The same for each of the program's measures, by name.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    measures: dict[str, list[float]] = field(default_factory=dict)
    validation_measures: dict[str, list[float]] = field(default_factory=dict)

    def extend(self, log: TrainingLog, measures: tuple[str, ...], validated: bool) -> None:
        """Add the epochs that an engine finished."""
        done = log.epochs_done
        self.loss.extend(log.loss[:done].tolist())
        if validated:
            self.validation_loss.extend(log.validation_loss[:done].tolist())
        for i, name in enumerate(measures):
            self.measures.setdefault(name, []).extend(log.measures[:done, i].tolist())
            if validated:
                values = log.validation_measures[:done, i].tolist()
                self.validation_measures.setdefault(name, []).extend(values)


@dataclass
class Run:
    """A run of training, as callbacks see it between two epochs.

    Parameters
    ----------
    engine : Engine
        Who computes; callbacks may compute with it as well.
    program : Program
        Architecture, loss and optimiser.
    theta : ndarray, shape (P,)
        The parameters as they are now, not a copy: ``run.theta.copy()`` keeps them, and what is
        written into them is trained on.
    state : TrainingState
        Where the optimiser stands; live as well.
    data : Data
        What is trained on, with class weights and label smoothing if there are any.
    validation_data : Data or None
        What the validation loss is computed on.
    history : History
        What happened up to now; may begin with the epochs of earlier runs.
    epoch : int
        How many epochs of this run are done.
    stopped : bool
        Whether a callback has asked to stop.
    """

    engine: Engine
    program: Program
    theta: Array
    state: TrainingState
    data: Data
    validation_data: Data | None
    history: History
    epoch: int = 0
    stopped: bool = False

    def stop(self) -> None:
        """End the run before its next epoch, when all callbacks of this one were called."""
        self.stopped = True


class Callback(ABC):
    """What is done between epochs.

    In each run ``begin`` is called before the first epoch, the callback itself after the epochs
    that ``next_epoch`` names, and ``end`` after the last epoch, unless an exception ended the run.

    Examples
    --------
    >>> class Checkpoints(Callback):
    ...     def begin(self, run):
    ...         self.kept = {}
    ...
    ...     def next_epoch(self, epoch):
    ...         return epoch + 10
    ...
    ...     def __call__(self, run):
    ...         self.kept[run.epoch] = run.theta.copy()
    """

    def begin(self, run: Run) -> None:  # noqa: B027, not abstract: most have nothing to do
        """Get ready for a new run."""

    @abstractmethod
    def next_epoch(self, epoch: int) -> int | None:
        """Return the first epoch after ``epoch`` after which to be called; None for never.

        Epochs count from 1 in each run.
        """

    @abstractmethod
    def __call__(self, run: Run) -> None:
        """Do what is to be done; may call ``run.stop()``."""

    def end(self, run: Run) -> None:  # noqa: B027
        """Finish a run that no exception ended."""


@dataclass(frozen=True)
class Every(Callback):
    """Call ``function(epoch, history)`` after the first epoch and after every ``epochs``-th.

    Parameters
    ----------
    epochs : int
        The distance between calls, at least 1. Epochs count from 1 in each run.
    function : callable
        What is called, with the epoch's number and the history up to it.

    Examples
    --------
    >>> every = Every(10, print)
    >>> every.next_epoch(0), every.next_epoch(1), every.next_epoch(10)
    (1, 10, 20)
    """

    epochs: int
    function: Callable[[int, History], None]

    def __post_init__(self) -> None:
        integer("epochs", self.epochs, least=1)

    def next_epoch(self, epoch: int) -> int:
        """Return the first epoch after ``epoch`` at which the function wants to be called."""
        return 1 if epoch == 0 else (epoch // self.epochs + 1) * self.epochs

    def __call__(self, run: Run) -> None:
        """Call the function."""
        self.function(run.epoch, run.history)


@dataclass
class EarlyStopping(Callback):
    """Stop when a loss has not improved for ``patience`` epochs.

    An epoch improves when its loss is less than best - min_delta, best being the least loss that
    improved so far; NaN never does. The run ends with the first epoch, but for the run's very
    first, that does not improve and is at least ``patience`` epochs after the last that did.
    Counts are as in Keras 3. Source: Prechelt, Early Stopping - But When?, 1998.

    Parameters
    ----------
    monitor : {"validation_loss", "loss"}
        Which list of the history is watched.
    patience : int
        How many epochs without improvement are borne; 0 stops as 1 does.
    min_delta : float
        By how much a loss must be less than the best to count; its sign is ignored.
    restore_best : bool
        At the end of the run, stopped or not, write the parameters of the best epoch into theta;
        those of the first epoch watched when none improved. What the optimiser carries stays.
    start_from_epoch : int
        So many epochs of each run are not watched.

    Attributes
    ----------
    best : float
        The best loss; inf before one was seen.
    best_epoch, stopped_epoch : int
        Where it was, and after which epoch this callback stopped the run; 0 for nowhere. Epochs
        count from 1 in each run, and every run starts afresh.

    Raises
    ------
    TypeError, ValueError
        When a setting is out of its range, and in training when ``validation_loss`` is to be
        watched and there is no validation data.

    Examples
    --------
    >>> stopping = EarlyStopping("loss", patience=5, restore_best=True)
    >>> EarlyStopping("val_loss")
    Traceback (most recent call last):
    ...
    ValueError: monitor is 'val_loss'; possible: 'loss', 'validation_loss'
    """

    monitor: str = "validation_loss"
    patience: int = 0
    min_delta: float = 0.0
    restore_best: bool = False
    start_from_epoch: int = 0
    best: float = field(init=False, default=math.inf)
    best_epoch: int = field(init=False, default=0)
    stopped_epoch: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.monitor not in ("loss", "validation_loss"):
            raise ValueError(f"monitor is {self.monitor!r}; possible: 'loss', 'validation_loss'")
        integer("patience", self.patience, least=0)
        integer("start_from_epoch", self.start_from_epoch, least=0)
        if not math.isfinite(self.min_delta):
            raise ValueError(f"min_delta is {self.min_delta}; possible: a finite number")

    def begin(self, run: Run) -> None:
        """Forget the run before."""
        if self.monitor == "validation_loss" and run.validation_data is None:
            raise ValueError(
                "monitor is 'validation_loss', which a run without validation_data does not have; "
                "possible: give validation_data, or monitor 'loss'"
            )
        self.best, self.best_epoch, self.stopped_epoch = math.inf, 0, 0
        self._before = len(self._losses(run))  # what the history has from other runs
        self._seen = self.start_from_epoch
        self._wait = 0
        self._theta: Array | None = None

    def next_epoch(self, epoch: int) -> int:  # noqa: ARG002
        """Return the next epoch after which the run may have to end, or parameters be kept."""
        return self._seen + (1 if self.restore_best else max(1, self.patience - self._wait))

    def __call__(self, run: Run) -> None:
        """Look at the losses since the last call."""
        for epoch in range(self._seen + 1, run.epoch + 1):
            self._look(epoch, self._losses(run)[self._before + epoch - 1], run)
        self._seen = max(self._seen, run.epoch)

    def end(self, run: Run) -> None:
        """Look at what is left, and put the best parameters back if so wanted."""
        self(run)
        if self._theta is not None:
            run.theta[...] = self._theta

    def _look(self, epoch: int, loss: float, run: Run) -> None:
        self._wait += 1
        improved = loss + abs(self.min_delta) < self.best
        if self.restore_best and (improved or self._theta is None):
            self._theta = np.array(run.theta)
            self.best_epoch = epoch
        if improved:
            self.best, self.best_epoch, self._wait = loss, epoch, 0
        elif self._wait >= self.patience and epoch > 1:
            self.stopped_epoch = epoch
            run.stop()

    def _losses(self, run: Run) -> list[float]:
        losses: list[float] = getattr(run.history, self.monitor)
        return losses
