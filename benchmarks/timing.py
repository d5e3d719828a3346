"""Repeated timings: how they are taken, put in order and summed up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """The smallest, the middle and the largest of some timings."""

    min: float
    median: float
    max: float


def summarise(values: Sequence[float]) -> Summary:
    """Return the summary of at least one value."""
    return Summary(min(values), statistics.median(values), max(values))


def paired_ratio(values: Sequence[float], baseline: Sequence[float]) -> float:
    """Return the median over rounds of value / baseline of the same round.

    Both ran within the same seconds, so a machine that slows down slows both.
    """
    return statistics.median(v / b for v, b in zip(values, baseline, strict=True))


def turns(n_contestants: int, n_rounds: int) -> list[list[int]]:
    """Return who runs when: each contestant once a round, every other round backwards."""
    forward = list(range(n_contestants))
    return [forward if i % 2 == 0 else forward[::-1] for i in range(n_rounds)]


def time_once(reset: Callable[[], None], run: Callable[[], None]) -> float:
    """Return the seconds of ``run``, after a ``reset`` that is not counted."""
    reset()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def time_repeatedly(
    reset: Callable[[], None], run: Callable[[], None], at_least: float
) -> list[float]:
    """Time ``run`` once, and again until all runs together took ``at_least`` seconds."""
    times = [time_once(reset, run)]
    while sum(times) < at_least:
        times.append(time_once(reset, run))
    return times
