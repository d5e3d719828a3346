"""Callbacks that note what happens: in a file, or in a function of the user's."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from chainrule.keras.callbacks.callback import Callback, Logs
from chainrule.keras.mistakes import named

Hook = Callable[..., Any] | None


class CSVLogger(Callback):
    """Writes a line for each epoch into a CSV file.

    Parameters
    ----------
    filename : path
        Which file.
    separator : str
        What stands between the columns.
    append : bool
        Whether to go on with a file that is there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     logger = CSVLogger(f"{folder}/log.csv")
    ...     logger.on_train_begin()
    ...     logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.25})
    ...     logger.on_train_end()
    ...     print(Path(f"{folder}/log.csv").read_text(), end="")
    epoch,loss,val_loss
    0,0.5,0.25
    """

    @named
    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self.keys: list[str] | None = None
        self._file: TextIO | None = None
        self._header = True

    def on_train_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Open the file."""
        self._close()
        path = Path(self.filename)
        self._header = not (self.append and path.exists() and path.stat().st_size > 0)
        self._file = path.open("a" if self.append else "w", newline="")
        self.keys = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write a line; columns are those of the first epoch, sorted by name."""
        logs = logs or {}
        if self._file is None:
            return
        first = self.keys is None
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                # validation may come in later epochs only
                self.keys += [f"val_{key}" for key in self.keys]
        writer = csv.writer(self._file, delimiter=self.sep)  # lines end as in Keras: \r\n
        if first and self._header:
            writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])
        self._file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Close the file."""
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _cell(value: Any) -> Any:
    """Return several numbers as one text, and all else as it is."""
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'


class LambdaCallback(Callback):
    """Functions as a callback.

    Parameters
    ----------
    on_epoch_begin, on_epoch_end : callable, optional
        Called with ``(epoch, logs)``.
    on_train_begin, on_train_end : callable, optional
        Called with ``(logs)``.
    on_train_batch_begin, on_train_batch_end : callable, optional
        Called with ``(batch, logs=logs)``.
    **hooks
        Functions for other methods, by their names.

    Raises
    ------
    TypeError
        When there is no such method, or something cannot be called.

    Examples
    --------
    >>> LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs)).on_epoch_end(0, {})
    0 {}
    >>> LambdaCallback(on_epoch_ends=print)
    Traceback (most recent call last):
    ...
    TypeError: callbacks have no method 'on_epoch_ends': did you mean 'on_epoch_end'?
    """

    @named
    def __init__(
        self,
        on_epoch_begin: Hook = None,
        on_epoch_end: Hook = None,
        on_train_begin: Hook = None,
        on_train_end: Hook = None,
        on_train_batch_begin: Hook = None,
        on_train_batch_end: Hook = None,
        **hooks: Hook,
    ) -> None:
        from chainrule.keras.mistakes import close_to

        super().__init__()
        hooks |= {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        possible = [name for name in vars(Callback) if name.startswith("on_")]
        for name, function in hooks.items():
            if name not in possible:
                raise TypeError(f"callbacks have no method {name!r}{close_to(name, possible)}")
            if function is not None and not callable(function):
                raise TypeError(f"{name} is {function!r}; possible: a function")
            if function is not None:
                setattr(self, name, function)
