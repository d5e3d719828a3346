"""Callbacks that change the learning rate between epochs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.arrays import integer
from chainrule.keras.callbacks.callback import Callback, Logs
from chainrule.keras.callbacks.monitored import Monitor
from chainrule.keras.mistakes import named
from chainrule.keras.output.console import say


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch.

    Parameters
    ----------
    schedule : callable
        ``schedule(epoch, learning_rate)`` returns the new one; ``schedule(epoch)`` will do.
    verbose : {0, 1}
        Whether to say so.

    Raises
    ------
    TypeError
        When ``schedule`` is no function.
    ValueError
        When it returns something else than a float.

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule.keras import Sequential, layers
    >>> model = Sequential([layers.Input((1,)), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> H = model.fit(np.ones((4, 1)), np.ones(4), epochs=2, verbose=0, callbacks=[halve])
    >>> [round(rate, 6) for rate in H.history["learning_rate"]]
    [0.005, 0.0025]
    """

    @named
    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise TypeError(f"schedule is {schedule!r}; possible: a function of the epoch")
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Set the learning rate."""
        optimizer = self.model.optimizer
        try:
            rate = self.schedule(epoch, float(optimizer.learning_rate))
        except TypeError:  # an older kind of function
            rate = self.schedule(epoch)
        if not isinstance(rate, float | np.floating):
            raise ValueError(
                f"schedule({epoch}) returned {rate!r}, a {type(rate).__name__}; possible: a float"
            )
        optimizer.learning_rate = rate
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Add the learning rate to the logs."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class ReduceLROnPlateau(Callback):
    """Makes the learning rate smaller when a number has not become better for some epochs.

    Parameters
    ----------
    monitor : str
        Which number of the logs.
    factor : float
        What the learning rate is multiplied with, less than 1.
    patience : int
        How many epochs without improvement are borne.
    verbose : {0, 1}
        Whether to say so.
    mode : {"auto", "min", "max"}
        Whether less is better or more; "auto" knows it of losses and of metrics.
    min_delta : float
        By how much the number must be better to count.
    cooldown : int
        How many epochs after a change are not counted.
    min_lr : float
        The smallest learning rate.

    Raises
    ------
    TypeError, ValueError
        When an argument is not what it may be.

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule.keras import Sequential, layers
    >>> model = Sequential([layers.Input((1,)), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> less = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10.0)
    >>> H = model.fit(np.ones((4, 1)), np.ones(4), epochs=3, verbose=0, callbacks=[less])
    >>> [round(rate, 6) for rate in H.history["learning_rate"]]
    [0.01, 0.01, 0.005]
    """

    @named
    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__()
        if not factor < 1:
            raise ValueError(f"factor is {factor}; possible: a number less than 1")
        self._monitor = Monitor(monitor, mode, min_delta, "ReduceLROnPlateau")
        self.monitor, self.mode = monitor, self._monitor.mode
        self.min_delta = self._monitor.min_delta
        self.factor, self.min_lr, self.verbose = factor, min_lr, verbose
        self.patience = integer("patience", patience, least=0)
        self.cooldown = integer("cooldown", cooldown, least=0)
        self._begin()

    def _begin(self) -> None:
        self.best: float | None = None
        self.cooldown_counter, self.wait = 0, 0

    def on_train_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Forget the run before."""
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the number, and reduce the learning rate if it is time."""
        self._monitor.settle(self.model)
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = self._monitor.value(logs, "Learning rate reduction is conditioned")
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._monitor.better(value, self.best):
            self.best, self.wait = value, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduced(epoch):
                self.cooldown_counter, self.wait = self.cooldown, 0

    def _reduced(self, epoch: int) -> bool:
        before = float(self.model.optimizer.learning_rate)
        if before <= np.float32(self.min_lr):
            return False
        rate = max(before * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = rate
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
        return True

    def in_cooldown(self) -> bool:
        """Tell whether the last change is too short ago to count."""
        return self.cooldown_counter > 0
