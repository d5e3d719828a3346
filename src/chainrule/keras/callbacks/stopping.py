"""Callbacks that end a run."""

from __future__ import annotations

import math
from typing import Any

from chainrule.arrays import integer
from chainrule.keras.callbacks.callback import Callback, Logs
from chainrule.keras.callbacks.monitored import Monitor
from chainrule.keras.mistakes import named
from chainrule.keras.output.console import say


class EarlyStopping(Callback):
    """Ends a run when a number of the logs has not become better for ``patience`` epochs.

    Source: Prechelt, Early Stopping - But When?, 1998.

    Parameters
    ----------
    monitor : str
        Which number.
    min_delta : float
        By how much it must be better to count.
    patience : int
        How many epochs without that are borne.
    verbose : {0, 1}
        Whether to say so.
    mode : {"auto", "min", "max"}
        Whether less is better or more; "auto" knows it of losses and of metrics.
    baseline : float, optional
        Only epochs that are better than this as well start the count anew.
    restore_best_weights : bool
        Whether to put the weights of the best epoch back at the end.
    start_from_epoch : int
        So many epochs are not watched.

    Attributes
    ----------
    best : float or None
        The best value.
    best_epoch, stopped_epoch : int
        Where it was, and where the run was ended, from 0; 0 for nowhere.

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule.keras import Sequential, layers
    >>> model = Sequential([layers.Input((1,)), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> stop = EarlyStopping("loss", patience=2, min_delta=10.0, verbose=1)
    >>> H = model.fit(np.ones((4, 1)), np.ones(4), epochs=9, verbose=0, callbacks=[stop])
    Epoch 3: early stopping
    >>> H.epoch
    [0, 1, 2]
    """

    @named
    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__()
        self._monitor = Monitor(monitor, mode, min_delta, "EarlyStopping")
        self.monitor, self.mode = monitor, self._monitor.mode
        self.min_delta = self._monitor.min_delta
        self.patience = integer("patience", patience, least=0)
        self.start_from_epoch = integer("start_from_epoch", start_from_epoch, least=0)
        self.verbose, self.baseline = verbose, baseline
        self.restore_best_weights = restore_best_weights
        self._begin()

    def _begin(self) -> None:
        self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0
        self.best: float | None = None
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Forget the run before."""
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the number, and end the run if it is time."""
        self._monitor.settle(self.model)
        value = self._monitor.value(logs or {}, "Early stopping conditioned")
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        improved = self._monitor.better(value, self.best)
        if self.restore_best_weights and (improved or self.best_weights is None):
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        if improved:
            self.best, self.best_epoch = value, epoch
            if self.baseline is None or self._monitor.better(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Say what happened, and put the best weights back if that is wanted."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose > 0:
                best = self.best_epoch + 1
                say(f"Restoring model weights from the end of the best epoch: {best}.")
            self.model.set_weights(self.best_weights)


class TerminateOnNaN(Callback):
    """Ends a run when the loss of a batch is NaN or infinite.

    Parameters
    ----------
    raise_error : bool
        Whether to raise a RuntimeError then.

    Examples
    --------
    >>> class AnyModel:
    ...     stop_training = False
    >>> stop = TerminateOnNaN()
    >>> stop.set_model(AnyModel())
    >>> stop.on_batch_end(3, {"loss": float("nan")})
    Batch 3: Invalid loss, terminating training
    >>> stop.model.stop_training
    True
    """

    @named
    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"the loss is {loss} after batch {batch}; try a smaller learning_rate, clipnorm=1, "
                f"or look for NaN and very large numbers in x and y"
            )
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
