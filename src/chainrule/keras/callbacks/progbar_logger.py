"""ProgbarLogger: the progress that is printed, as a callback."""
# ruff: noqa: ARG002 - the hooks' signatures

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.keras.callbacks.callback import Callback, Logs
from chainrule.keras.output.progress import Progress


class ProgbarLogger(Callback):
    """Prints the bar, or the line, of each epoch; ``fit`` adds one unless ``verbose=0``.

    Examples
    --------
    >>> logger = ProgbarLogger()
    >>> logger.set_params({"verbose": 2, "epochs": 1, "steps": 4})
    >>> logger.on_epoch_begin(0)
    >>> logger.on_epoch_end(0, {"loss": 2.34831})
    4/4 - 0s - ...s/step - loss: 2.3483
    """

    def __init__(self) -> None:
        super().__init__()
        self.progress = Progress()
        self._in_fit = False  # whose validation is silent

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Take how many epochs and steps there will be, and how much to say."""
        super().set_params(params)
        self.progress = Progress(params["epochs"], params["steps"], params["verbose"])

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Keep silent in validation from now on."""
        self._in_fit = True

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Say which epoch begins."""
        self.progress.epoch_begin(epoch)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Redraw the bar."""
        self.progress.batch(batch + 1, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Finish the line of the epoch."""
        self.progress.epoch_end(epoch, logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Begin the bar of an evaluation."""
        if not self._in_fit:
            self.progress.begin()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Redraw the bar."""
        if not self._in_fit:
            self.progress.batch(batch + 1, logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Finish the line of the evaluation."""
        if not self._in_fit:
            self.progress.epoch_end(0, logs)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Begin the bar of a prediction."""
        self.progress.begin()

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Redraw the bar."""
        self.progress.batch(batch + 1)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Finish the line of the prediction."""
        self.progress.epoch_end(0)
