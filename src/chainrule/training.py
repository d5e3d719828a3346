"""The one training loop: all policy about epochs. The arithmetic of an epoch is the engine's.

Whole runs of epochs go to the engine in one call. Python is between two epochs only where a
callback asked for it, so a run that nobody watches costs no more than its arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Program, TrainingState
from chainrule.arrays import integer
from chainrule.callbacks import Callback, EarlyStopping, Every, History, Run
from chainrule.engines.protocol import Data, Engine, Indices, TrainingLog
from chainrule.losses import LOSSES

__all__ = ["Callback", "EarlyStopping", "Every", "History", "Run", "fit"]

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
) -> History:
    """Train ``theta`` in place for at most ``epochs`` epochs and return what happened.

    A run that goes on with the ``theta``, ``state``, ``shuffle`` and ``history`` of an earlier one
    is, bit for bit, the run that would not have stopped, unless the earlier one was interrupted
    within an epoch.

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
        What to call between epochs, in this order.
    history : History, optional
        To go on with; a new one if None.

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
    data = _smoothed(program, _weighted(program, data, class_weight), label_smoothing)
    if validation_data is not None:
        validation_data = _smoothed(program, validation_data, label_smoothing)
    state = TrainingState.fresh(program, theta.dtype) if state is None else state
    history = History() if history is None else history
    run = Run(engine, program, theta, state, data, validation_data, history)
    for callback in callbacks:
        callback.begin(run)
    scheduled = callable(program.optimizer.learning_rate)
    most = _MOST_EPOCHS
    if shuffle is not None or scheduled:
        most = min(most, max(1, _MOST_INDICES // len(data.X)))
    while run.epoch < epochs and not run.stopped:
        wanted = [_next_epoch(callback, run.epoch) for callback in callbacks]
        due = min([epochs, run.epoch + most, *(epoch for epoch in wanted if epoch is not None)])
        log = TrainingLog.empty(due - run.epoch, len(program.measures))
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
            run.epoch += log.epochs_done
            history.extend(log, program.measures, validation_data is not None)
        for callback, epoch in zip(callbacks, wanted, strict=True):
            if epoch == due:
                callback(run)
    for callback in callbacks:
        callback.end(run)
    return history


def _next_epoch(callback: Callback, epoch: int) -> int | None:
    following = callback.next_epoch(epoch)
    if following is not None and following <= epoch:
        raise ValueError(
            f"next_epoch({epoch}) of {callback!r} is {following}; "
            f"possible: an epoch after {epoch}, or None"
        )
    return following


def _orders(rng: np.random.Generator, epochs: int, n: int) -> Indices:
    """Draw one order of n samples an epoch, shape (epochs, n), C-contiguous."""
    orders = np.tile(np.arange(n, dtype=np.int64), (epochs, 1))
    return rng.permuted(orders, axis=1, out=orders)


def _weighted(program: Program, data: Data, class_weight: Mapping[int, float] | None) -> Data:
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
    K = 2 if columns == 1 or program.loss.startswith("binary_") else columns
    return Data(data.X, data.Y * (1 - s) + s / K, data.weight)
