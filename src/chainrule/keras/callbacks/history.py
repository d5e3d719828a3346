"""History: what every epoch gave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from chainrule.keras.callbacks.callback import Callback, Logs


class History(Callback):
    """Keeps the logs of all epochs; ``fit`` returns one.

    Attributes
    ----------
    history : dict of str to list of float
        Of each name in the logs, its values, epoch by epoch.
    epoch : list of int
        The numbers of these epochs, from 0.

    Examples
    --------
    >>> H = History()
    >>> H.record(0, ["loss"], [(0.5,), (0.25,)])
    >>> H.history, H.epoch
    ({'loss': [0.5, 0.25]}, [0, 1])
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Begin to count epochs anew; what earlier runs gave stays."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Keep the logs of an epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def record(self, first: int, names: Sequence[str], rows: Iterable[Sequence[float]]) -> None:
        """Keep what many epochs gave, at once.

        Parameters
        ----------
        first : int
            The number of the first of these epochs, from 0.
        names : sequence of str
            The names in the logs, in their order.
        rows : iterable of sequence of float
            The values of each epoch, one for each name.
        """
        columns = list(zip(*rows, strict=True))
        if not columns:
            return
        self.epoch.extend(range(first, first + len(columns[0])))
        for name, values in zip(names, columns, strict=True):
            self.history.setdefault(name, []).extend(values)
