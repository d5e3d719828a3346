"""The lines of training: a bar that is redrawn, or one line an epoch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, TextIO

import numpy as np

from chainrule.keras.output.console import can_redraw, write

_WIDTH = 20
_INTERVAL = 0.05  # seconds from one drawing to the next
_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"
_SMALL = 1e-3  # at and below, numbers are written with an exponent


class Progress:
    """Says how far training, evaluation or prediction is, in the words of Keras 3.

    On a terminal and in a notebook the bar is drawn over itself. Into a file or a pipe only the
    finished line of each epoch goes, without colours, backspaces and carriage returns.

    Parameters
    ----------
    epochs : int
        The number of the last epoch; each begins with ``Epoch 1/2`` if there are several.
    steps : int, optional
        Batches an epoch; None while nobody knows.
    verbose : {0, 1, 2, "auto"}
        Nothing, the bar, or a line an epoch; "auto" is the bar.
    stream : text file, optional
        Where to; ``sys.stdout`` as it is at each call if None.
    clock : callable
        Gives the time in seconds.

    Examples
    --------
    >>> progress = Progress(epochs=2, steps=4, verbose=2)
    >>> progress.epoch_begin(0)
    Epoch 1/2
    >>> progress.epoch_end(0, {"accuracy": 0.13, "loss": 2.34831}, seconds=0.008)
    4/4 - 0s - 2ms/step - accuracy: 0.1300 - loss: 2.3483
    """

    def __init__(
        self,
        epochs: int = 1,
        steps: int | None = None,
        verbose: int | str = 1,
        stream: TextIO | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.epochs, self.steps = epochs, steps
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self._stream, self._clock = stream, clock
        self.begin()

    def begin(self) -> None:
        """Begin a bar, without saying so; an evaluation does."""
        self._start = self._clock()
        self._after_first: float | None = None
        self._drawn: float | None = None
        self._seen = 0
        self._columns = 0  # how wide what stands on the line is
        self._names: dict[str, None] = {}  # in the order in which they first came

    def epoch_begin(self, epoch: int) -> None:
        """Begin an epoch, counted from 0."""
        self.begin()
        if self.verbose and self.epochs > 1:
            self._write(f"Epoch {epoch + 1}/{self.epochs}\n")

    def batch(self, done: int, logs: Mapping[str, Any] | None = None) -> None:
        """Redraw the bar, if the last time is long enough ago.

        Parameters
        ----------
        done : int
            How many batches of the epoch are done, from 1.
        logs : mapping of str to float
            The loss and the metrics up to now, in the order in which they are written.
        """
        self._seen = done
        if self.verbose != 1:
            return
        now = self._clock()
        each = self._seconds_a_step(done, now)
        if self._drawn is not None and now - self._drawn < _INTERVAL:
            return
        self._drawn = now
        if not can_redraw(self._stream):
            return
        self._names.update(dict.fromkeys(logs or {}))
        taken = f"{now - self._start:.0f}s"
        when = _left(each * (self.steps - done)) if self.steps else taken
        self._draw(done, when, each, logs or {}, "")

    def epoch_end(
        self,
        epoch: int,  # noqa: ARG002, as epoch_begin
        logs: Mapping[str, Any] | None = None,
        seconds: float | None = None,
    ) -> None:
        """Write the finished line of an epoch.

        Parameters
        ----------
        epoch : int
            Which, from 0.
        logs : mapping of str to float
            What is written, in this order; what :meth:`batch` has had comes first.
        seconds : float, optional
            How long the epoch took; since :meth:`epoch_begin` if None.
        """
        logs = logs or {}
        if self.steps is None:
            self.steps = self._seen
        if not self.verbose:
            return
        if seconds is None:
            now = self._clock()
            seconds, each = now - self._start, self._seconds_a_step(self.steps, now)
        else:
            each = seconds / self.steps if self.steps else 0.0
        if self.verbose == 1 and can_redraw(self._stream):
            self._names.update(dict.fromkeys(_in_order(list(logs), 1)))
            self._draw(self.steps, f"{seconds:.0f}s", each, logs, "\n")
        elif self.steps:
            names = _in_order(list(logs), self.verbose)
            values = [_number(logs[name]) for name in names]
            text = self._finished(seconds, each)
            self._write(text + _metrics(names, values, self.verbose) + "\n")

    def epochs_done(
        self,
        first: int,
        rows: Sequence[tuple[float, ...]],
        names: Sequence[str],
        seconds_each: float,
    ) -> None:
        """Write all lines of epochs that are already over, in one go.

        Parameters
        ----------
        first : int
            The first of these epochs, from 0.
        rows : sequence of tuple of float
            The values of each epoch, one for each name.
        names : sequence of str
            What they are, in the order of Keras: sorted.
        seconds_each : float
            How long an epoch took.

        Examples
        --------
        >>> progress = Progress(epochs=2, steps=4, verbose=2)
        >>> progress.epochs_done(0, [(0.5,), (0.0005,)], ["loss"], 0.008)
        Epoch 1/2
        4/4 - 0s - 2ms/step - loss: 0.5000
        Epoch 2/2
        4/4 - 0s - 2ms/step - loss: 5.0000e-04
        """
        if not self.verbose or not rows:
            return
        order = _in_order(names, self.verbose)
        if order != list(names):
            columns = [names.index(name) for name in order]
            rows = [tuple(row[column] for column in columns) for row in rows]
        head = f"Epoch %d/{self.epochs}\n" if self.epochs > 1 else "%.0s"
        each = seconds_each / self.steps if self.steps else 0.0
        head += self._finished(seconds_each, each).replace("%", "%%")
        numbered = ((epoch, *row) for epoch, row in enumerate(rows, first + 1))
        if min(chain.from_iterable(rows), default=1.0) > _SMALL:  # the usual: one format for all
            line = head + _template(order, [False] * len(order))
            self._write(line * len(rows) % tuple(chain.from_iterable(numbered)))
            return
        templates: dict[tuple[bool, ...], str] = {}
        text = []
        for values in numbered:
            short = tuple(_is_small(value, self.verbose) for value in values[1:])
            if short not in templates:
                templates[short] = head + _template(order, short)
            text.append(templates[short] % values)
        self._write("".join(text))

    def _finished(self, seconds: float, each: float) -> str:
        """Return what stands before the values on the line of an epoch that is over."""
        steps = self.steps or 0
        if self.verbose == 2:
            return f"{steps}/{steps} - {seconds:.0f}s -{_speed(each)}"
        if not can_redraw(self._stream):
            return f"{steps}/{steps} {'━' * _WIDTH} {seconds:.0f}s{_speed(each)}"
        return f"\r{self._bar(steps)[0]} {_BOLD}{seconds:.0f}s{_PLAIN}{_speed(each)}"

    def _draw(self, done: int, when: str, each: float, logs: Mapping[str, Any], end: str) -> None:
        bar, unseen = self._bar(done)
        names = [name for name in self._names if name in logs]
        values = [_number(logs[name]) for name in names]
        line = f"{bar} {_BOLD}{when}{_PLAIN}{_speed(each)}{_metrics(names, values, 1)}"
        columns = len(line) - unseen - len(_BOLD + _PLAIN)
        clear = "\b" * self._columns + "\r"
        self._write(clear + line + " " * (self._columns - columns) + end)
        self._columns = columns

    def _bar(self, done: int) -> tuple[str, int]:
        """Return the count and the bar, and how many of the characters do not show."""
        if not self.steps:
            return f"{done:7d}/Unknown", 0
        filled = int(_WIDTH * (done / self.steps))
        count = f"{_BOLD}{done:{len(str(self.steps))}d}/{self.steps}{_PLAIN} "
        green = f"{_GREEN}{'━' * filled}{_PLAIN}" if filled else ""
        white = f"{_WHITE}{'━' * (_WIDTH - filled)}{_PLAIN}"
        unseen = (
            len(_BOLD + _PLAIN) + len(_WHITE + _PLAIN) + (len(_GREEN + _PLAIN) if filled else 0)
        )
        return count + green + white, unseen

    def _seconds_a_step(self, done: int, now: float) -> float:
        """Return the time of a step; the first is left out when there are others."""
        if not done:
            return 0.0
        if self._after_first is not None and done > 1:
            each = (now - self._after_first) / (done - 1)
        else:
            each = (now - self._start) / done
        if done == 1:
            self._after_first = now
        return each

    def _write(self, text: str) -> None:
        write(text, self._stream)


def _in_order(names: Sequence[str], verbose: int) -> list[str]:
    """Return the names as they are written: with a bar, first those that batches have."""
    if verbose == 2:
        return list(names)
    return sorted(names, key=lambda name: 2 if name == "learning_rate" else name.startswith("val_"))


def _is_small(value: float, verbose: int) -> bool:
    return not (value if verbose == 2 else abs(value)) > _SMALL


def _metrics(names: Sequence[str], values: Sequence[float], verbose: int) -> str:
    return "".join(
        f" - {name}: {value:.4e}" if _is_small(value, verbose) else f" - {name}: {value:.4f}"
        for name, value in zip(names, values, strict=True)
    )


def _template(names: Sequence[str], small: Sequence[bool]) -> str:
    escaped = (name.replace("%", "%%") for name in names)
    kinds = ("%.4e" if each else "%.4f" for each in small)
    return "".join(f" - {name}: {kind}" for name, kind in zip(escaped, kinds, strict=True)) + "\n"


def _number(value: Any) -> float:
    return value if isinstance(value, float) else float(np.mean(value))


def _speed(seconds: float) -> str:
    if seconds >= 1 or seconds == 0:
        return f" {seconds:.0f}s/step"
    if seconds >= 1e-3:
        return f" {seconds * 1e3:.0f}ms/step"
    return f" {seconds * 1e6:.0f}us/step"


def _left(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    if seconds > 3600:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if seconds > 60 else f"{int(seconds)}s"
