"""The one training loop: all policy about epochs. The arithmetic of an epoch is the engine's.

Whole runs of epochs go to the engine in one call. Python is between two epochs only where a
callback asked for it, so a run that nobody watches costs no more than its arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Program, TrainingState
from chainrule.arrays import integer
from chainrule.engines.protocol import Data, Engine, Indices, TrainingLog

Array = npt.NDArray[Any]

# An engine call gets at most so many sample indices or learning rates, so that a long run on large
# data needs little memory; and so many epochs, so that a long log is not allocated at once.
_MOST_INDICES = 1 << 20
_MOST_EPOCHS = 1 << 16


@dataclass
class History:
    """What happened: one number an epoch, in lists that grow while training goes on.

    Parameters
    ----------
    loss : list of float
        The loss over the batches of each epoch, as they were met.
    validation_loss : list of float
        The loss on the validation data after each epoch; stays empty without such data.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Every:
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


def fit(
    engine: Engine,
    program: Program,
    theta: Array,
    data: Data,
    *,
    epochs: int,
    batch_size: int,
    state: TrainingState | None = None,
    shuffle: np.random.Generator | None = None,
    validation_data: Data | None = None,
    callbacks: Sequence[Every] = (),
    history: History | None = None,
) -> History:
    """Train ``theta`` in place for ``epochs`` epochs and return what happened.

    Parameters
    ----------
    engine : Engine
        Who computes.
    program : Program
        Architecture, loss and optimiser.
    theta : ndarray, shape (P,)
        All parameters; changed in place, also when an exception ends the run.
    data : Data
        Inputs and targets, C-contiguous and of the dtype of ``theta``.
    epochs : int
        How often all samples are seen.
    batch_size : int
        Samples a step; the last batch of an epoch may be shorter.
    state : TrainingState, optional
        Where the optimiser stands; a fresh one if None. Changed in place.
    shuffle : numpy.random.Generator, optional
        Draws a new order of the samples for every epoch; first to last if None.
    validation_data : Data, optional
        On which the loss is computed after every epoch.
    callbacks : sequence of Every
        What to call between epochs.
    history : History, optional
        To go on with; a new one if None.

    Examples
    --------
    Half the distance to the target of one weight, three times:

    >>> from chainrule.architecture import Architecture
    >>> from chainrule.engines import get_engine
    >>> from chainrule.layers import Dense
    >>> from chainrule.optimizers import SGD
    >>> program = Program(Architecture(1, (Dense(1, use_bias=False),)), optimizer=SGD(0.25))
    >>> theta = np.array([0.0])
    >>> data = Data(np.array([[1.0]]), np.array([[8.0]]))
    >>> fit(get_engine("numpy"), program, theta, data, epochs=3, batch_size=1).loss
    [64.0, 16.0, 4.0]
    >>> theta
    array([7.])
    """
    state = TrainingState.fresh(program, theta.dtype) if state is None else state
    history = History() if history is None else history
    scheduled = callable(program.optimizer.learning_rate)
    most = _MOST_EPOCHS
    if shuffle is not None or scheduled:
        most = min(most, max(1, _MOST_INDICES // len(data.X)))
    epoch = 0
    while epoch < epochs:
        due = min([epochs, epoch + most, *(c.next_epoch(epoch) for c in callbacks)])
        log = TrainingLog.empty(due - epoch)
        order = None if shuffle is None else _orders(shuffle, len(log.loss), len(data.X))
        try:
            engine.train(
                program,
                theta,
                state,
                data,
                order,
                batch_size=batch_size,
                log=log,
                validation=validation_data,
            )
        finally:  # an interrupted run keeps the epochs that it finished
            history.loss.extend(log.loss[: log.epochs_done].tolist())
            if validation_data is not None:
                done = log.validation_loss[: log.epochs_done]
                history.validation_loss.extend(done.tolist())
        wanting = [c for c in callbacks if c.next_epoch(epoch) == due]
        epoch = due
        for callback in wanting:
            callback.function(epoch, history)
    return history


def _orders(rng: np.random.Generator, epochs: int, n: int) -> Indices:
    """Draw one order of n samples an epoch, shape (epochs, n)."""
    return rng.permuted(np.broadcast_to(np.arange(n), (epochs, n)), axis=1)
