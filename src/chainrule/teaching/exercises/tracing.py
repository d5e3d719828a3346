"""What ``fit`` calls: its steps and losses, with the samples that each of them gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from chainrule.teaching.networks import network
from chainrule.teaching.oracle import Problem
from chainrule.teaching.trial import Run, Trial

Array = npt.NDArray[Any]
Rows = tuple[int, ...]
Event = Rows | Literal["loss"]

_MOST = 10_000  # calls that are kept


@dataclass
class Trace:
    """The calls of one ``fit``.

    Attributes
    ----------
    events : list
        The rows of the samples of each step, and "loss" for each loss, in their order.
    columns : list of (str, str)
        Who was called, and where the column of ones was: "first" is right.
    losses : list of float
        What the calls of ``loss`` gave.
    network : object
        The network afterwards.
    run : Run
        How ``fit`` ended.
    """

    events: list[Event] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    network: Any = None
    run: Run = field(default_factory=Run)

    @property
    def steps(self) -> list[Rows]:
        """The rows of each step."""
        return [event for event in self.events if not isinstance(event, str)]


def trace_of(trial: Trial, p: Problem, method: str, epochs: int, every: int) -> Trace:
    """Run ``fit`` on a network whose other methods only write down what they get."""
    trace = Trace()

    def note(who: str, X: Any, y: Any, event: Event | None) -> None:
        if len(trace.events) >= _MOST:
            return
        column, rows = where_from(p, X)
        if column == "first" and not _same_targets(p, y, rows):
            column = "targets"
        if column == "first" and event == "loss" and set(rows) != set(range(len(p.X))):
            column = "part"
        trace.columns.append((who, column))
        trace.events.append(rows if event is None else event)

    class Traced(trial.subject):  # type: ignore[misc, name-defined]
        def back_propagation(self, X: Any, y: Any, *_: Any, **__: Any) -> None:
            note("back_propagation", X, y, None)

        def loss(self, X: Any, y: Any, bias_trick: bool = False) -> float:
            note("loss", X, y, "loss")
            if bias_trick:
                ones = trace.columns[-1][1]
                trace.columns[-1] = ("loss", {"none": "first", "first": "trick"}.get(ones, ones))
            trace.losses.append(1 / (1 + len(trace.losses)))
            return trace.losses[-1]

        def predict(self, X: Any, **_: Any) -> Array:
            return np.full((len(np.atleast_2d(X)), p.layers[-1]), 0.5)

    def call() -> None:
        trace.network = network(Traced, p)
        trace.network.fit(
            p.X.copy(), p.y.copy(), n_epochs=epochs, method=method, display_update=every
        )

    trace.run = trial.run(call)
    if trace.network is None:
        trace.network = network(trial.subject, p)
    return trace


def where_from(p: Problem, X: Any) -> tuple[str, Rows]:
    """Return where the column of ones is, and which samples these are."""
    try:
        given = np.atleast_2d(np.asarray(X, dtype=float))
    except (TypeError, ValueError):
        return "other", ()
    n = p.X.shape[1]
    ones = np.ones((len(p.X), 1))
    layouts = {
        "first": np.hstack([ones, p.X]),
        "none": p.X,
        "last": np.hstack([p.X, ones]),
        "zeros": np.hstack([0 * ones, p.X]),
    }
    for name, layout in layouts.items():
        rows = _rows(layout, given)
        if rows is not None:
            return name, rows
    if given.ndim == 2 and given.shape[1] > n + 1:
        rows = _rows(p.X, given[:, -n:])
        if rows is not None and (given[:, :-n] == 1).all():
            return "twice", rows
    return "other", ()


def _rows(layout: Array, given: Array) -> Rows | None:
    """Return which rows of a layout are given; None if one of them is not there."""
    if given.ndim != 2 or given.shape[1] != layout.shape[1]:
        return None
    found = []
    for row in given:
        distance = np.abs(layout - row).max(axis=1)
        if distance.min() > 1e-5:
            return None
        found.append(int(distance.argmin()))
    return tuple(found)


def _same_targets(p: Problem, y: Any, rows: Rows) -> bool:
    try:
        given = np.asarray(y, dtype=float).reshape(len(rows), -1)
    except (TypeError, ValueError):
        return False
    expected = p.y[list(rows)]
    return given.shape == expected.shape and bool(np.abs(given - expected).max() < 1e-5)
