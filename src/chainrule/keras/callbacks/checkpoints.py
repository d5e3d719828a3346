"""ModelCheckpoint: files of a model, or of its weights, as training goes on."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from chainrule.arrays import integer
from chainrule.keras.callbacks.callback import Callback, Logs, only_if
from chainrule.keras.callbacks.monitored import Monitor
from chainrule.keras.mistakes import named
from chainrule.keras.output.console import say


class ModelCheckpoint(Callback):
    """Writes the model, or its weights, after epochs or batches; all, or only the best.

    Each file is written whole, or the one that was there stays as it was.

    Parameters
    ----------
    filepath : str or Path
        Where to. May have ``{epoch:02d}``, counted from 1, ``{batch:02d}`` and names of the logs
        such as ``{val_loss:.2f}``. Ends in ``.keras`` (needs h5py) or ``.safetensors``; with
        ``save_weights_only`` in ``.weights.h5`` (needs h5py) or ``.safetensors``.
    monitor : str
        Which number of the logs says what is best.
    verbose : {0, 1}
        Whether to say what is done.
    save_best_only : bool
        Whether to write only what is better than all before it.
    save_weights_only : bool
        Whether to write the weights alone, with the state of the optimiser.
    mode : {"auto", "min", "max"}
        Whether less is better or more; "auto" knows it of losses and of metrics.
    save_freq : "epoch" or int
        After each epoch, or after so many batches.
    initial_value_threshold : float, optional
        What the first best must be better than.

    Attributes
    ----------
    best : float or None
        The best value.

    Raises
    ------
    ImportError
        When the ending needs h5py, and it is not installed.
    TypeError, ValueError
        For another ending, or another ``save_freq``.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from chainrule.keras import Sequential, layers
    >>> model = Sequential([layers.Input((1,)), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keep = ModelCheckpoint(f"{folder}/{{epoch:02d}}.safetensors")
    ...     H = model.fit(np.ones((4, 1)), np.ones(4), epochs=2, verbose=0, callbacks=[keep])
    ...     sorted(os.listdir(folder))
    ['01.safetensors', '02.safetensors']
    """

    @named
    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: int | str = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__()
        self._monitor = Monitor(monitor, mode, owner="ModelCheckpoint")
        self.monitor, self.mode = monitor, self._monitor.mode
        self.verbose = verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.filepath = checked_path(filepath, weights=save_weights_only)
        self.save_freq = frequency(save_freq)
        self.best = initial_value_threshold
        self._epoch = 0
        self._batches = 0  # since a file was written

    @only_if(lambda callback: callback.save_freq != "epoch")
    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Take down which epoch it is."""
        self._epoch = epoch

    @only_if(lambda callback: callback.save_freq != "epoch")
    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Write a file if it is time."""
        self._batches += 1
        if self._batches >= int(self.save_freq):
            self._batches = 0
            self._save(self._epoch, {"batch": batch + 1} | (logs or {}))

    @only_if(lambda callback: callback.save_freq == "epoch")
    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write a file, or say why not."""
        self._save(epoch, logs or {})

    def _save(self, epoch: int, logs: Logs) -> None:
        path = self._path(epoch, logs)
        if not self._is_due(epoch, logs, path):
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        self._say(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch: int, logs: Logs) -> str:
        try:
            return self.filepath.format(**({"epoch": epoch + 1} | logs))
        except (KeyError, IndexError, ValueError) as error:
            known = ", ".join(["epoch", *logs])
            raise KeyError(
                f"filepath is {self.filepath!r}, and {error} cannot be filled in; possible: {known}"
            ) from None

    def _is_due(self, epoch: int, logs: Logs, path: str) -> bool:
        """Tell whether to write, and say so in the words of Keras."""
        if not self.save_best_only:
            self._say(f"\nEpoch {epoch + 1}: saving model to {path}")
            return True
        if logs.get(self.monitor) is None:
            warnings.warn(
                f"Can save best model only with {self.monitor} available. Available metrics are: "
                f"{','.join(logs)}",
                stacklevel=2,
            )
            return True
        self._monitor.settle(self.model)
        value, best = float(logs[self.monitor]), self.best
        before = "None" if best is None else f"{best:.5f}"
        if not self._monitor.better(value, than=best):
            self._say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {before}")
            return False
        self._say(
            f"\nEpoch {epoch + 1}: {self.monitor} improved from {before} to {value:.5f}, "
            f"saving model to {path}"
        )
        self.best = value
        return True

    def _say(self, message: str) -> None:
        if self.verbose > 0:
            say(message)


def checked_path(filepath: Any, *, weights: bool) -> str:
    """Return a path as a text, with an ending that can be written here.

    Raises
    ------
    ImportError, TypeError, ValueError
        When it cannot.

    Examples
    --------
    >>> checked_path("best.safetensors", weights=False)
    'best.safetensors'
    """
    from chainrule.keras.saving.formats import ending

    if not isinstance(filepath, str | os.PathLike):
        raise TypeError(
            f"filepath is {filepath!r}, a {type(filepath).__name__}; possible: a text or a Path"
        )
    path = os.fspath(filepath)
    ending(path, lambda row: row.weights if weights else row.models).check()
    return path


def frequency(save_freq: Any) -> int | str:
    """Return "epoch", or after how many batches.

    Raises
    ------
    ValueError
        When it is something else.
    """
    if save_freq == "epoch":
        return "epoch"
    if isinstance(save_freq, bool | str) or not hasattr(save_freq, "__index__"):
        raise ValueError(
            f"save_freq is {save_freq!r}; possible: 'epoch', or an integer number of batches"
        )
    return integer("save_freq", save_freq, least=1)
