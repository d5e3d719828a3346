"""Callbacks: what is done between epochs or batches, and when. They decide no arithmetic.

A callback says at which epoch, and at which batch, it wants to be called next, so that epochs in
which nobody wants to be called run in one call of the engine.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Program, TrainingState
from chainrule.arrays import integer
from chainrule.description import described
from chainrule.engines.protocol import Data, Engine, TrainingLog
from chainrule.measures import MEASURES

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
    """A run of training, as callbacks see it between two epochs or batches.

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
    batches : int
        How many batches an epoch has.
    epoch, batch : int
        How many epochs and how many batches of this run are done.
    loss : float
        The loss over the batches so far of the epoch that is under way, or of the one just done.
    measures : dict of float
        The same for each of the program's measures, by name.
    stopped : bool
        Whether a callback has asked to stop.
    outputs : ndarray, shape (n, H), or None
        With ``keep_outputs``, what the network gave for the n samples so far of the epoch that is
        under way, or of the one just done, each before the step that it made. New in each epoch.
    order : ndarray of int, shape (n,), or None
        The rows of ``data`` that these samples are.
    """

    engine: Engine
    program: Program
    theta: Array
    state: TrainingState
    data: Data
    validation_data: Data | None
    history: History
    batches: int
    epoch: int = 0
    batch: int = 0
    loss: float = math.nan
    measures: dict[str, float] = field(default_factory=dict)
    stopped: bool = False
    outputs: Array | None = None
    order: npt.NDArray[np.int64] | None = None

    def stop(self) -> None:
        """End the run when all callbacks of this epoch or batch were called.

        An epoch that is not finished then is not in the history.
        """
        self.stopped = True


class Callback(ABC):
    """What is done between epochs, and between batches if so wanted.

    In each run ``begin`` is called before the first epoch, the callback itself after the epochs
    that ``next_epoch`` names, ``after_batch`` after the batches that ``next_batch`` names, and
    ``end`` after the last epoch, unless an exception ended the run. Where an epoch ends with a
    batch, ``after_batch`` comes first, and sees the history with that epoch.

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

    def next_batch(self, batch: int) -> int | None:  # noqa: ARG002
        """Return the first batch after ``batch`` after which to be called; None for never.

        Batches count from 1 in each run, through all of its epochs. An epoch within which nobody
        wants to be called is not cut, and costs no more than without this.
        """
        return None

    def after_batch(self, run: Run) -> None:  # noqa: B027
        """Do what is to be done after a batch; may call ``run.stop()``."""

    def end(self, run: Run) -> None:  # noqa: B027
        """Finish a run that no exception ended."""


@described
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


@described
class EveryBatches(Callback):
    """Call ``function(run)`` after every ``batches``-th batch of the run.

    Parameters
    ----------
    batches : int
        The distance between calls, at least 1. Batches count from 1 in each run, through all of
        its epochs.
    function : callable
        What is called, with the :class:`Run`: ``run.batch`` is the batch's number, ``run.loss`` the
        loss over the epoch up to it.

    Examples
    --------
    >>> every = EveryBatches(10, print)
    >>> every.next_batch(0), every.next_batch(9), every.next_batch(10)
    (10, 10, 20)
    """

    batches: int
    function: Callable[[Run], None]

    def __post_init__(self) -> None:
        integer("batches", self.batches, least=1)

    def next_epoch(self, epoch: int) -> None:
        """Return None: nothing is done between epochs."""

    def __call__(self, run: Run) -> None:
        """Do nothing."""

    def next_batch(self, batch: int) -> int:
        """Return the first batch after ``batch`` at which the function wants to be called."""
        return (batch // self.batches + 1) * self.batches

    def after_batch(self, run: Run) -> None:
        """Call the function."""
        self.function(run)


@dataclass
class EarlyStopping(Callback):
    """Stop when a loss or a measure has not improved for ``patience`` epochs.

    An epoch improves when its value is better than the best so far by more than min_delta; NaN
    never is. The run ends with the first epoch, but for the run's very first, that does not improve
    and is at least ``patience`` epochs after the last that did. Counts are as in Keras 3. Source:
    Prechelt, Early Stopping - But When?, 1998.

    Parameters
    ----------
    monitor : str
        Which list of the history is watched: "loss", "validation_loss", the name of one of the
        program's measures, or that name after "validation_".
    patience : int
        How many epochs without improvement are borne; 0 stops as 1 does.
    min_delta : float
        By how much a value must be better than the best to count; its sign is ignored.
    mode : {"auto", "min", "max"}
        Whether less is better or more; "auto" knows it of losses and of measures.
    baseline : float, optional
        Only epochs that are better than this as well, by more than min_delta, start the count of
        ``patience`` anew.
    restore_best : bool
        At the end of the run, stopped or not, write the parameters of the best epoch into theta;
        those of the first epoch watched when none improved. What the optimiser carries stays.
    start_from_epoch : int
        So many epochs of each run are not watched.

    Attributes
    ----------
    best : float
        The best value; inf, or -inf where more is better, before one was seen.
    best_epoch, stopped_epoch : int
        Where it was, and after which epoch this callback stopped the run; 0 for nowhere. Epochs
        count from 1 in each run, and every run starts afresh.

    Raises
    ------
    TypeError, ValueError
        When a setting is out of its range, and in training when the run does not have what is to
        be watched.

    Examples
    --------
    >>> stopping = EarlyStopping("loss", patience=5, restore_best=True)
    >>> EarlyStopping("validation_categorical_accuracy", patience=5).best
    -inf
    >>> EarlyStopping("val_loss")
    Traceback (most recent call last):
    ...
    ValueError: monitor is 'val_loss'; possible: 'loss', the name of a measure (binary_accuracy, ...
    """

    monitor: str = "validation_loss"
    patience: int = 0
    min_delta: float = 0.0
    mode: Literal["auto", "min", "max"] = "auto"
    baseline: float | None = None
    restore_best: bool = False
    start_from_epoch: int = 0
    best: float = field(init=False)
    best_epoch: int = field(init=False, default=0)
    stopped_epoch: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        watched = self._watched()
        if watched != "loss" and watched not in MEASURES:
            raise ValueError(
                f"monitor is {self.monitor!r}; possible: 'loss', the name of a measure "
                f"({', '.join(MEASURES)}), or either of them after 'validation_'"
            )
        integer("patience", self.patience, least=0)
        integer("start_from_epoch", self.start_from_epoch, least=0)
        if not math.isfinite(self.min_delta):
            raise ValueError(f"min_delta is {self.min_delta}; possible: a finite number")
        if self.mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is {self.mode!r}; possible: 'auto', 'min', 'max'")
        if self.baseline is not None and math.isnan(self.baseline):
            raise ValueError("baseline is nan; possible: a number, or None")
        rises = watched != "loss" and MEASURES[watched].rises
        self._rises = rises if self.mode == "auto" else self.mode == "max"
        self.best = -math.inf if self._rises else math.inf

    def begin(self, run: Run) -> None:
        """Forget the run before."""
        if self._on_validation() and run.validation_data is None:
            raise ValueError(
                f"monitor is {self.monitor!r}, which a run without validation_data does not have; "
                f"possible: give validation_data, or monitor {self._watched()!r}"
            )
        if self._watched() not in ("loss", *run.program.measures):
            raise ValueError(
                f"monitor is {self.monitor!r}, which the program does not count; "
                f"possible: give it measures=({self._watched()!r},), or monitor a loss"
            )
        self.best = -math.inf if self._rises else math.inf
        self.best_epoch, self.stopped_epoch = 0, 0
        self._before = len(self._values(run))  # what the history has from other runs
        self._seen = self.start_from_epoch
        self._wait = 0
        self._theta: Array | None = None

    def next_epoch(self, epoch: int) -> int:  # noqa: ARG002
        """Return the next epoch after which the run may have to end, or parameters be kept."""
        return self._seen + (1 if self.restore_best else max(1, self.patience - self._wait))

    def __call__(self, run: Run) -> None:
        """Look at the values since the last call."""
        for epoch in range(self._seen + 1, run.epoch + 1):
            self._look(epoch, self._values(run)[self._before + epoch - 1], run)
        self._seen = max(self._seen, run.epoch)

    def end(self, run: Run) -> None:
        """Look at what is left, and put the best parameters back if so wanted."""
        self(run)
        if self._theta is not None:
            run.theta[...] = self._theta

    def _look(self, epoch: int, value: float, run: Run) -> None:
        self._wait += 1
        improved = self._better(value, self.best)
        if self.restore_best and (improved or self._theta is None):
            self._theta = np.array(run.theta)
            self.best_epoch = epoch
        if improved:
            self.best, self.best_epoch = value, epoch
            if self.baseline is None or self._better(value, self.baseline):
                self._wait = 0
        elif self._wait >= self.patience and epoch > 1:
            self.stopped_epoch = epoch
            run.stop()

    def _better(self, value: float, than: float) -> bool:
        least = abs(self.min_delta)
        return value - least > than if self._rises else value + least < than

    def _watched(self) -> str:
        return self.monitor.removeprefix("validation_")

    def _on_validation(self) -> bool:
        return self.monitor.startswith("validation_")

    def _values(self, run: Run) -> list[float]:
        history, watched = run.history, self._watched()
        if watched == "loss":
            return history.validation_loss if self._on_validation() else history.loss
        measures = history.validation_measures if self._on_validation() else history.measures
        return measures.get(watched, [])
