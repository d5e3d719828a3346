"""What happens between epochs and batches of ``fit``: callbacks, output, history, validation.

The training loop asks a callback when it wants to be called next. So a run that nobody watches is
one call of the engine, and one that only prints lines trains many short epochs a call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.callbacks import Callback, Run
from chainrule.keras.callbacks import CallbackList
from chainrule.keras.models.compiled import Compiled
from chainrule.keras.models.counting import Counting, result
from chainrule.keras.models.sums import Sums
from chainrule.keras.output.console import can_redraw

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential

_A_CALL = 0.1  # seconds of training between two writes of lines, and of history
_A_REDRAW = 0.05  # seconds between two redraws of a bar
_FIRST_LOOK = 8  # batches after which the pace is known


@dataclass
class Watch(Callback):
    """Between the training loop and a model's callbacks.

    Parameters
    ----------
    model, compiled
        What is trained.
    called : CallbackList
        The user's callbacks, and those for output and history.
    first, last : int
        The epochs, as the user numbers them from 0: from ``first`` up to, without, ``last``.
    verbose : int
        0, 1 or 2.
    counted : dict of str to str
        From the names of metrics to the engine's measures that are the same.
    counting : Counting or None
        For metrics that the engine does not count.
    sums : Sums or None
        For a loss that sums over the samples of a batch.
    validate : callable or None
        ``validate(epoch)`` returns the logs of a validation that the engine does not do itself.
    after_steps : sequence of callable
        What has to be done after each step.
    """

    model: Sequential
    compiled: Compiled
    called: CallbackList
    first: int
    last: int
    verbose: int
    counted: dict[str, str]
    counting: Counting | None
    sums: Sums | None
    validate: Callable[[int], dict[str, float]] | None
    after_steps: Sequence[Callable[[], None]]
    _run: Run | None = None
    _start: float = 0.0

    def begin(self, run: Run) -> None:
        """Say that training begins."""
        self._run = run
        hooks = self.called.hooks
        self._batches = hooks.batches
        self._each = (
            hooks.epochs
            or hooks.batches
            or self.validate is not None
            or bool(self.after_steps)
            or self.counting is not None
            or (self.sums is not None and self.sums.uneven)
        )
        self._many = self.verbose == 0 and not self._each  # many epochs a call
        self._a_call = 1  # epochs a call, if many
        self._stride = _FIRST_LOOK
        self._draws = self.verbose == 1 and can_redraw(None)
        self._done = 0  # epochs of this run that history has
        self.model.stop_training = False
        self.called.on_train_begin()
        self._refresh(run)
        self.first = self.model.restored_epoch(self.first)
        if self.model.stop_training or self.first >= self.last:
            run.stop()
        else:
            self._epoch_begins(run)

    def next_epoch(self, epoch: int) -> int | None:
        """Return the epoch after which something is to be done."""
        if self._many:
            return min(epoch + self._a_call, self.last - self.first)
        return epoch + 1

    def next_batch(self, batch: int) -> int | None:
        """Return the batch after which something is to be done."""
        if self._batches or self.after_steps:
            return batch + 1
        due = batch + self._stride if self._draws and not self._many else None
        if self.sums is not None and self._run is not None:
            before_last = self.sums.next_batch(batch, self._run.batches)
            due = min((each for each in (due, before_last) if each), default=None)
        return due

    def after_batch(self, run: Run) -> None:
        """Do what callbacks, constraints and the bar want after a batch."""
        if self.sums is not None:
            self.sums.note(run)
        for act in self.after_steps:
            act()
        batch = (run.batch - 1) % run.batches
        if self._batches:
            self.called.on_train_batch_end(batch, self._logs(run))
            if self.model.stop_training:
                run.stop()
            elif batch + 1 < run.batches:
                self.called.on_train_batch_begin(batch + 1)
            self._refresh(run)
        elif self._draws and self.called.progbar is not None:
            logs = dict(sorted(self._logs(run).items()))  # as callbacks get them
            self.called.progbar.progress.batch(batch + 1, logs)
            each = (time.perf_counter() - self._start) / (batch + 1)
            self._stride = max(1, min(run.batches, int(_A_REDRAW / max(each, 1e-9))))

    def __call__(self, run: Run) -> None:
        """Do what is to be done after an epoch, or after many."""
        done = self.first + run.epoch >= self.last
        if self._many:
            self._note_many(run)
        else:
            self._epoch_ends(run)
        if done or self.model.stop_training:
            run.stop()
        elif not self._many:
            seconds = time.perf_counter() - self._start
            if not self._each and seconds < _A_CALL / 2:
                self._many, self._a_call = True, max(1, int(_A_CALL / max(seconds, 1e-6)))
                self._start = time.perf_counter()
            else:
                self._epoch_begins(run)

    def end(self, run: Run) -> None:
        """Say that training ends."""
        self.catch_up()
        if run.batch > run.epoch * run.batches:  # a callback ended the run within an epoch
            self._epoch_ends(run)
        self._average(run)
        last = self.called.history
        logs = {name: values[-1] for name, values in last.history.items()} if last else {}
        self.called.on_train_end(logs)

    def catch_up(self) -> None:
        """Take into the history what is not there yet; also after an interrupt."""
        if self._run is not None and self._many and self._run.epoch > self._done:
            self._note_many(self._run)

    # One epoch.

    def _epoch_begins(self, run: Run) -> None:
        self._start = time.perf_counter()
        if self.counting is not None:
            self.counting.begin_epoch()
        self.called.on_epoch_begin(self.first + run.epoch)
        if self._batches:
            self.called.on_train_batch_begin(0)
        self._refresh(run)

    def _epoch_ends(self, run: Run) -> None:
        epoch = self.first + self._done
        logs = self._logs(run)
        if self.validate is not None:
            logs |= self.validate(epoch)
        elif run.validation_data is not None and len(run.history.validation_loss) > self._done:
            logs["val_loss"] = run.history.validation_loss[-1]
            for name, measure in self.counted.items():
                logs[f"val_{name}"] = run.history.validation_measures[measure][-1]
        self.called.on_epoch_end(epoch, logs)
        self._done += 1
        self._refresh(run)

    def _logs(self, run: Run) -> dict[str, Any]:
        logs = {"loss": run.loss if self.sums is None else self.sums.loss(run)}
        if self.counting is not None:
            self.counting.update(run)
        for metric in self.compiled.metrics:
            measure = self.counted.get(metric.name)
            logs[metric.name] = run.measures[measure] if measure else result(metric)
        return logs

    # Many epochs.

    def _note_many(self, run: Run) -> None:
        history, start = run.history, self._done
        loss = history.loss[start:]
        columns = {"loss": loss if self.sums is None else self.sums.whole(loss)}
        for name, measure in self.counted.items():
            columns[name] = history.measures[measure][start:]
        if run.validation_data is not None:
            columns["val_loss"] = history.validation_loss[start:]
            for name, measure in self.counted.items():
                columns[f"val_{name}"] = history.validation_measures[measure][start:]
        names = sorted(columns)
        rows = list(zip(*(columns[name] for name in names), strict=True))
        if not rows:
            return
        seconds = (time.perf_counter() - self._start) / len(rows)
        if self.called.progbar is not None:
            self.called.progbar.progress.epochs_done(self.first + start, rows, names, seconds)
        if self.called.history is not None:
            self.called.history.record(self.first + start, names, rows)
        self._done += len(rows)
        self._a_call = max(1, int(_A_CALL / max(seconds, 1e-6)))
        self._start = time.perf_counter()

    # What may have changed.

    def _refresh(self, run: Run) -> None:
        """Take over what callbacks have changed: the learning rate, weights that moved."""
        optimizer = self.compiled.optimizer.describe()
        if optimizer is not run.program.optimizer:
            run.program = replace(run.program, optimizer=optimizer)
        self.model.network.bind()

    def _average(self, run: Run) -> None:
        """Put the average of the weights in their place, if the optimiser keeps one."""
        if self.compiled.optimizer.use_ema and run.state.step:
            self.compiled.optimizer.finalize_variable_values(self.model.trainable_weights)


def limits(model: Sequential) -> list[Callable[[], None]]:
    """Return what has to be done after each step for constraints that engines do not have."""
    changed = {id(variable) for variable in model.trainable_weights}
    pairs = [
        (variable, constraint)
        for layer in model.network.layers
        for variable, constraint in getattr(layer, "constraints", list)()
        if id(variable) in changed
    ]

    def limit() -> None:
        for variable, constraint in pairs:
            variable.array[...] = np.asarray(constraint(variable.array))

    return [limit] if pairs else []


def averages(model: Sequential, compiled: Compiled) -> list[Callable[[], None]]:
    """Return what has to be done after each step where averages overwrite weights now and then."""
    optimizer = compiled.optimizer
    every = optimizer.ema_overwrite_frequency if optimizer.use_ema else None

    def overwrite() -> None:
        if optimizer.state.step % every == 0:
            optimizer.finalize_variable_values(model.trainable_weights)

    return [overwrite] if every else []
