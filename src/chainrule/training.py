"""The one training loop: all policy about epochs. The arithmetic of an epoch is the engine's.

Whole runs of epochs go to the engine in one call. Python is between two epochs, or two batches,
only where a callback asked for it, so a run that nobody watches costs no more than its arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Program, TrainingState
from chainrule.arrays import integer
from chainrule.callbacks import Callback, EarlyStopping, Every, EveryBatches, History, Run
from chainrule.engines.protocol import Data, Engine, Indices, TrainingLog
from chainrule.losses import LOSSES

__all__ = ["Callback", "EarlyStopping", "Every", "EveryBatches", "History", "Run", "fit"]

Array = npt.NDArray[Any]

# An engine call gets at most so many sample indices or learning rates, so that a long run on large
# data needs little memory; and so many epochs, so that a long log is not allocated at once.
_MOST_INDICES = 1 << 20
_MOST_EPOCHS = 1 << 16


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
    class_weight: Mapping[int, float] | None = None,
    label_smoothing: float = 0.0,
    validation_data: Data | None = None,
    callbacks: Sequence[Callback] = (),
    history: History | None = None,
    keep_outputs: bool = False,
) -> History:
    """Train ``theta`` in place for at most ``epochs`` epochs and return what happened.

    A run that goes on with the ``theta``, ``state``, ``shuffle`` and ``history`` of an earlier one
    is, bit for bit, the run that would not have stopped, unless the earlier one ended within an
    epoch. Callbacks within epochs change no bit of ``theta`` and ``state``; the losses of epochs
    that they cut are put together from those of the parts, and may differ in the last bits.

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
        How often all samples are seen; fewer times when a callback stops the run.
    batch_size : int
        Samples a step; the last batch of an epoch may be shorter.
    state : TrainingState, optional
        Where the optimiser stands, and the key of dropout; a fresh one if None. Changed in place.
    shuffle : numpy.random.Generator, optional
        Draws a new order of the samples for every epoch; first to last if None.
    class_weight : mapping of int to float, optional
        What the samples of each class count in training, times ``data.weight``; 1 for a class that
        is not there. The class of a sample is its class number for sparse losses, the column of
        the largest target where there are several, and else the one target, rounded to 0 or 1.
        Validation data is not weighted, as in Keras.
    label_smoothing : float
        From 0 to 1. With s above 0, targets are y (1 - s) + s / K, K the number of columns, in
        training and in validation. K is 2 for one column, and for the columns of binary losses,
        each of which is a yes or no of its own. Source: Szegedy et al., Rethinking the Inception
        Architecture for Computer Vision, 2016.
    validation_data : Data, optional
        On which the loss is computed after every epoch.
    callbacks : sequence of Callback
        What to call between epochs and between batches, in this order.
    history : History, optional
        To go on with; a new one if None.
    keep_outputs : bool
        Whether callbacks find the network's outputs in ``run.outputs``, as the samples of an epoch
        were met, and these in ``run.order``. Each epoch is a call of the engine then.

    Raises
    ------
    TypeError, ValueError
        When an argument is not what it may be; nothing is changed then.

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
    integer("epochs", epochs, least=0)
    integer("batch_size", batch_size, least=1)
    data = _smoothed(program, weighted(program, data, class_weight), label_smoothing)
    if validation_data is not None:
        validation_data = _smoothed(program, validation_data, label_smoothing)
    state = TrainingState.fresh(program, theta.dtype) if state is None else state
    history = History() if history is None else history
    batches = -(-len(data.X) // batch_size)
    run = Run(engine, program, theta, state, data, validation_data, history, batches)
    for callback in callbacks:
        callback.begin(run)
    scheduled = callable(program.optimizer.learning_rate)
    most = 1 if keep_outputs else _MOST_EPOCHS
    if shuffle is not None or scheduled:
        most = min(most, max(1, _MOST_INDICES // len(data.X)))
    parts: _Parts | None = None  # of an epoch that is under way
    while run.epoch < epochs and not run.stopped:
        wanted = [_following(callback.next_epoch, run.epoch) for callback in callbacks]
        within = [_following(callback.next_batch, run.batch) for callback in callbacks]
        last = min([epochs, *(epoch for epoch in wanted if epoch is not None)])
        due = min([last * batches, *(batch for batch in within if batch is not None)])
        whole = min(due // batches - run.epoch, most)
        if parts is None and whole > 0:
            order = None if shuffle is None else orders(engine, shuffle, whole, len(data.X))
            _train_epochs(run, order, whole, batch_size, keep_outputs)
        else:
            parts = parts or _Parts(run, shuffle, batch_size, keep_outputs)
            parts.train_to(due)
            parts = None if run.batch % batches == 0 else parts
        for callback, batch in zip(callbacks, within, strict=True):
            if batch == run.batch:
                callback.after_batch(run)
        for callback, epoch in zip(callbacks, wanted, strict=True):
            if epoch == run.epoch and parts is None:
                callback(run)
    for callback in callbacks:
        callback.end(run)
    return history


def _following(ask: Callable[[int], int | None], now: int) -> int | None:
    following = ask(now)
    if following is not None and following <= now:
        what = ask.__name__.removeprefix("next_")
        raise ValueError(
            f"next_{what}({now}) of {ask.__self__!r} is {following}; "  # type: ignore[attr-defined]
            f"possible: one after {now}, or None"
        )
    return following


def _train_epochs(
    run: Run, order: Indices | None, epochs: int, batch_size: int, keep_outputs: bool
) -> None:
    """Train for so many epochs in one call; for one if outputs are kept."""
    log = TrainingLog.empty(epochs, len(run.program.measures))
    if keep_outputs:
        log.outputs = _room_for_outputs(run)[None]
    try:
        _call(run, order, batch_size, log, run.validation_data)
    finally:  # an interrupted run keeps the epochs that it finished
        if log.outputs is not None and log.epochs_done:
            run.outputs = log.outputs[0]
            run.order = np.arange(len(run.outputs)) if order is None else order[0]
        _note(run, log)


def _room_for_outputs(run: Run) -> Array:
    return np.empty((len(run.data.X), run.program.architecture.outputs), run.theta.dtype)


def _call(
    run: Run, order: Indices | None, batch_size: int, log: TrainingLog, validation: Data | None
) -> None:
    run.engine.train(
        run.program,
        run.theta,
        run.state,
        run.data,
        order,
        batch_size=batch_size,
        log=log,
        validation=validation,
    )


def _note(run: Run, log: TrainingLog) -> None:
    """Add finished epochs to the history."""
    run.history.extend(log, run.program.measures, run.validation_data is not None)
    run.epoch += log.epochs_done
    run.batch = run.epoch * run.batches
    if log.epochs_done:
        _show(run, log.loss[log.epochs_done - 1], log.measures[log.epochs_done - 1])


def _show(run: Run, loss: float, measures: Array) -> None:
    run.loss = float(loss)
    run.measures = dict(zip(run.program.measures, measures.tolist(), strict=True))


class _Parts:
    """An epoch that is trained in several calls, each with a part of its order.

    Steps, batches and learning rates are those of the epoch in one call, as each part but the last
    has whole batches. The losses of the parts are put together here.
    """

    def __init__(
        self, run: Run, shuffle: np.random.Generator | None, batch_size: int, keep_outputs: bool
    ) -> None:
        n = len(run.data.X)
        self._run, self._batch_size = run, batch_size
        in_order = np.arange(n, dtype=np.int64)
        self._order = in_order if shuffle is None else orders(run.engine, shuffle, 1, n)[0]  # (N,)
        self._log = TrainingLog.empty(1, len(run.program.measures))  # of the whole epoch
        self._mean = run.program.loss_row.reduction == "mean"
        self._total, self._counted = 0.0, np.zeros(len(run.program.measures))
        self._outputs = _room_for_outputs(run) if keep_outputs else None  # (N, H)

    def train_to(self, batch: int) -> None:
        """Train up to that batch of the run, or to the end of the epoch."""
        run, n = self._run, len(self._order)
        before = run.epoch * run.batches
        start, stop = ((b - before) * self._batch_size for b in (run.batch, batch))
        order = self._order[start:stop].reshape(1, -1)  # the last part ends with the epoch
        ends = stop >= n
        log = TrainingLog.empty(1, len(run.program.measures))
        if self._outputs is not None:
            log.outputs = self._outputs[None, start:stop]
        try:
            _call(run, order, self._batch_size, log, run.validation_data if ends else None)
        finally:
            if log.epochs_done:
                self._add(log, order.shape[1], min(n, stop))
                run.batch = min(batch, before + run.batches)
                if self._outputs is not None:
                    run.outputs, run.order = self._outputs[:stop], self._order[:stop]
                if ends:
                    self._log.validation_loss[:] = log.validation_loss
                    self._log.validation_measures[:] = log.validation_measures
                    self._log.epochs_done = 1
                    _note(run, self._log)

    def _add(self, log: TrainingLog, samples: int, so_far: int) -> None:
        """Add the loss of a part to those of the parts before it."""
        self._total += log.loss[0] * (samples if self._mean else 1)
        self._counted += log.measures[0] * samples
        self._log.loss[0] = self._total / (so_far if self._mean else 1)
        self._log.measures[0] = self._counted / so_far
        _show(self._run, self._log.loss[0], self._log.measures[0])


def orders(engine: Engine, rng: np.random.Generator, epochs: int, n: int) -> Indices:
    """Draw one order of n samples an epoch, shape (epochs, n), C-contiguous.

    Numbers are drawn epoch by epoch: so many epochs at once have the orders of one at a time.

    Examples
    --------
    >>> from chainrule.engines import get_engine
    >>> orders(get_engine("numpy"), np.random.default_rng(0), epochs=2, n=4)
    array([[3, 0, 1, 2],
           [0, 2, 3, 1]])
    """
    return engine.orders(rng.random((epochs, n)))


def weighted(program: Program, data: Data, class_weight: Mapping[int, float] | None) -> Data:
    """Return the data with each sample's weight times that of its class."""
    if class_weight is None:
        return data
    classes = _classes(program, data.Y)  # (N,)
    n_classes = max(2, program.architecture.outputs)
    weight = data.weights_of_samples()[:, 0].copy()  # (N,)
    for label, factor in class_weight.items():
        if integer("a class in class_weight", label, least=0) >= n_classes:
            raise ValueError(
                f"class_weight has the class {label}; possible: integers from 0 to {n_classes - 1}"
            )
        if not 0 <= factor < np.inf:
            raise ValueError(
                f"class_weight[{label}] is {factor}; possible: a finite number of at least 0"
            )
        weight[classes == label] *= factor
    return Data(data.X, data.Y, weight)


def _classes(program: Program, Y: Array) -> Array:
    """Return the number of each sample's class, shape (N,)."""
    if Y.shape[1] > 1:
        return np.asarray(np.argmax(Y, axis=1))
    classes: Array = np.rint(Y[:, 0])
    if not LOSSES[program.loss].sparse and not np.isin(classes, (0, 1)).all():
        wrong = Y[~np.isin(classes, (0, 1)), 0][0]
        raise ValueError(
            f"class_weight is given and Y holds {wrong}; possible for one column: 0 and 1; "
            f"give weights of samples, Data(X, Y, weight), instead"
        )
    return classes


def _smoothed(program: Program, data: Data, label_smoothing: float) -> Data:
    """Return the data with Y (1 - s) + s / K in the place of Y."""
    s = float(label_smoothing)
    if not 0 <= s <= 1:
        raise ValueError(f"label_smoothing is {label_smoothing}; possible: a number from 0 to 1")
    if s == 0:
        return data
    if LOSSES[program.loss].sparse:
        raise ValueError(
            f"label_smoothing is {label_smoothing} and the loss {program.loss!r} has class "
            f"numbers for targets, between which there is nothing; possible: 0, or one-hot "
            f"targets and a loss such as 'categorical_crossentropy'"
        )
    columns = data.Y.shape[1]
    K = 2 if columns == 1 or LOSSES[program.loss].binary else columns
    return Data(data.X, data.Y * (1 - s) + s / K, data.weight)
