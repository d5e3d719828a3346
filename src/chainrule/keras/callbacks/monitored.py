"""Watching one number of the logs: which way is better, and whether it has become better."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from chainrule.keras.mistakes import close_to


class Monitor:
    """A number of the logs that is to fall, or to rise.

    Parameters
    ----------
    name : str
        Its key, such as "val_loss".
    mode : {"auto", "min", "max"}
        Whether less is better or more; "auto" knows it of losses and of metrics. Another one is
        "auto" with a warning, as in Keras.
    owner : str
        Whose it is; warnings say so.
    min_delta : float
        By how much a value must be better to count; its sign is ignored.

    Raises
    ------
    ValueError
        When ``min_delta`` is not finite.

    Examples
    --------
    >>> monitor = Monitor("val_loss", "min", min_delta=0.1)
    >>> monitor.better(0.45, than=0.5), monitor.better(0.3, than=0.5)
    (False, True)
    """

    def __init__(
        self, name: str, mode: str = "auto", min_delta: float = 0.0, owner: str = "Monitor"
    ) -> None:
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{owner} mode {mode!r} is unknown, fallback to auto mode; "
                f"possible: 'auto', 'min', 'max'",
                stacklevel=3,
            )
            mode = "auto"
        if not math.isfinite(min_delta):
            raise ValueError(f"min_delta is {min_delta}; possible: a finite number")
        self.name, self.mode, self.min_delta, self.owner = name, mode, abs(min_delta), owner
        self._rises: bool | None = None if mode == "auto" else mode == "max"

    def settle(self, model: Any) -> None:
        """Find out which way is better, from the model's metrics.

        Raises
        ------
        ValueError
            When a metric does not say it.
        """
        if self._rises is not None:
            return
        name = self.name.removeprefix("val_")
        if name == "loss":
            self._rises = False
            return
        for metric in model.metrics:
            if metric.name == name and getattr(metric, "rises", None) is not None:
                self._rises = bool(metric.rises)
        if self._rises is None:
            names = list(dict.fromkeys(["loss", *(metric.name for metric in model.metrics)]))
            hint = _meant(self.name, [*names, *(f"val_{known}" for known in names)])
            raise ValueError(
                f"monitor is {self.name!r}, of which it is not known whether less is better or "
                f"more{hint or '.'} Possible: mode='min' or mode='max', or one of "
                f"{', '.join(names)}, or val_ and one of them"
            )

    def better(self, value: float, than: float | None) -> bool:
        """Tell whether a value is better by more than ``min_delta``; than None everything is."""
        if than is None:
            return True
        if self._rises:
            return bool(value - self.min_delta > than)
        return bool(value + self.min_delta < than)

    def value(self, logs: Mapping[str, Any], action: str) -> float | None:
        """Return the number; None, with a warning in the words of Keras, when it is not there.

        Parameters
        ----------
        logs : mapping of str to float
            What there is.
        action : str
            What depends on the number, such as "Early stopping conditioned".
        """
        value = logs.get(self.name)
        if value is None:
            hint = _meant(self.name, logs)
            if not hint and self.name.removeprefix("val_") in logs:
                hint = "; give fit validation_data or validation_split"
            warnings.warn(
                f"{action} on metric `{self.name}` which is not available. "
                f"Available metrics are: {','.join(logs)}{hint}",
                stacklevel=3,
            )
            return None
        return float(value)


_OTHER = {"acc": "accuracy", "accuracy": "acc", "lr": "learning_rate"}


def _meant(name: str, names: Iterable[str]) -> str:
    """Return ": did you mean ...?" for another spelling, or nothing."""
    names = list(names)
    part = name.removeprefix("val_")
    other = name.removesuffix(part) + _OTHER.get(part, part)
    if other in names and other != name:
        return f": did you mean {other!r}?"
    # "val_loss" is close to "loss", but what it lacks is validation data.
    return "" if part in names else close_to(name, names)
