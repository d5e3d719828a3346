"""Watching one number of the logs: which way is better, and whether it has become better."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

from chainrule.keras.objects import close_to


class Monitor:
    """A number of the logs that is to fall, or to rise.

    Parameters
    ----------
    name : str
        Its key, such as "val_loss".
    mode : {"auto", "min", "max"}
        Whether less is better or more; "auto" knows it of losses and of metrics.
    min_delta : float
        By how much a value must be better to count; its sign is ignored.

    Raises
    ------
    ValueError
        When the mode is another.

    Examples
    --------
    >>> monitor = Monitor("val_loss", "min", min_delta=0.1)
    >>> monitor.better(0.45, than=0.5), monitor.better(0.3, than=0.5)
    (False, True)
    """

    def __init__(self, name: str, mode: str = "auto", min_delta: float = 0.0) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is {mode!r}; possible: 'auto', 'min', 'max'")
        if not math.isfinite(min_delta):
            raise ValueError(f"min_delta is {min_delta}; possible: a finite number")
        self.name, self.mode, self.min_delta = name, mode, abs(min_delta)
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
            names = ["loss", *(metric.name for metric in model.metrics)]
            raise ValueError(
                f"monitor is {self.name!r}, of which it is not known whether less is better or "
                f"more{close_to(name, names)} Give mode='min' or mode='max', or monitor one of "
                f"{', '.join(names)}, or val_ and one of them"
            )

    def better(self, value: float, than: float | None) -> bool:
        """Tell whether a value is better by more than ``min_delta``; than None everything is."""
        if than is None:
            return True
        if self._rises:
            return bool(value - self.min_delta > than)
        return bool(value + self.min_delta < than)

    def value(self, logs: Mapping[str, Any], what: str) -> float | None:
        """Return the number; None, with a warning, when the logs do not have it."""
        value = logs.get(self.name)
        if value is None:
            warnings.warn(
                f"{what} watches {self.name!r}, which is not in the logs"
                f"{close_to(self.name, logs)} They have: {', '.join(logs)}",
                stacklevel=3,
            )
            return None
        return float(value)
