"""BackupAndRestore: a run that was interrupted goes on where it stood."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from chainrule.keras.callbacks.callback import Callback, Logs, only_if
from chainrule.keras.callbacks.checkpoints import frequency
from chainrule.keras.mistakes import named

_LATEST, _PREVIOUS = "latest.safetensors", "previous.safetensors"


class BackupAndRestore(Callback):
    """Keeps where training stands in a file, and goes on from there when ``fit`` is called again.

    The file has the weights, the state of the optimiser and the number of the epoch; it is written
    whole, or the one before it stays. When ``fit`` comes to its end, the file is deleted.

    Parameters
    ----------
    backup_dir : str or Path
        A directory for this run alone; it is made if need be.
    save_freq : "epoch" or int
        After each epoch, or after so many batches. What is interrupted within an epoch begins
        that epoch again, with the weights that it had.
    double_checkpoint : bool
        Whether to keep the file before the last as well, for the case that the last is damaged.
    delete_checkpoint : bool
        Whether to delete the files at the end.

    Raises
    ------
    ValueError
        When ``backup_dir`` is empty, or for another ``save_freq``.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from chainrule.keras import Sequential, layers
    >>> from chainrule.keras.callbacks import LambdaCallback
    >>> model = Sequential([layers.Input((1,)), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> def power_cut(epoch, logs):
    ...     if epoch == 2:
    ...         raise SystemExit
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     settings = dict(epochs=5, verbose=0)
    ...     x, y, keep = np.ones((4, 1)), np.ones(4), BackupAndRestore(f"{folder}/backup")
    ...     try:
    ...         cut = LambdaCallback(on_epoch_begin=power_cut)
    ...         H = model.fit(x, y, callbacks=[keep, cut], **settings)
    ...     except SystemExit:
    ...         pass
    ...     model.fit(x, y, callbacks=[keep], **settings).epoch
    [2, 3, 4]
    """

    @named
    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: int | str = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise ValueError(
                f"backup_dir is {backup_dir!r}; give a directory for this run alone, such as "
                f"'backup'"
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = frequency(save_freq)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._epoch = 0
        self._batches = 0  # since the file was written

    @property
    def _latest(self) -> Path:
        return Path(self.backup_dir, _LATEST)

    @property
    def _previous(self) -> Path:
        return Path(self.backup_dir, _PREVIOUS)

    def on_train_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Go on where an interrupted run stood, if there was one.

        Raises
        ------
        ValueError
            When the file is damaged, or is that of another model.
        """
        self._batches = 0
        there = [path for path in (self._latest, self._previous) if path.is_file()]
        for path in there:
            try:
                self._restore(path)
            except ValueError as error:
                if path is there[-1]:
                    raise
                warnings.warn(f"{error}; the backup before it is taken", stacklevel=2)
            else:
                return

    def _restore(self, path: Path) -> None:
        from chainrule.keras.saving import tensors
        from chainrule.keras.saving.placing import place

        contents = tensors.read(path)
        if "epoch" not in contents.notes:
            raise ValueError(f"{path} is no file of a BackupAndRestore; give it a directory alone")
        place(self.model, contents.state, f"{path}")
        self.model._initial_epoch = int(contents.notes["epoch"])

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Take down which epoch it is."""
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Write the file, if that is done after epochs."""
        self._epoch = epoch + 1
        if self.save_freq == "epoch":
            self._save()

    @only_if(lambda callback: callback.save_freq != "epoch")
    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Write the file, if it is time."""
        self._batches += 1
        if self._batches >= int(self.save_freq):
            self._batches = 0
            self._save()

    def on_train_end(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Delete the files; other files in the directory stay."""
        if self.delete_checkpoint:
            for path in (self._latest, self._previous):
                path.unlink(missing_ok=True)
            folder = Path(self.backup_dir)
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _save(self) -> None:
        from chainrule.keras.saving import tensors
        from chainrule.keras.saving.contents import Contents
        from chainrule.keras.saving.state import collect

        Path(self.backup_dir).mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint and self._latest.is_file():
            os.replace(self._latest, self._previous)
        notes = {"epoch": self._epoch}
        tensors.write(self._latest, Contents(None, collect(self.model), notes))
