"""Repeated timings: how they are taken, put in order and summed up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# How much longer than at best a fixed piece of work may take on a core that counts as quiet.
MOST_SLOWED = 1.15
SECONDS_BETWEEN_TRIES = 0.5


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


def gauge() -> float:
    """Return the seconds that a fixed piece of work takes just now: the least of three."""

    def work() -> None:
        for _ in range(20_000):
            pass

    return min(time_once(lambda: None, work) for _ in range(3))


@dataclass
class Patience:
    """For how long, in all, to wait for a core that others slow down.

    A turn is taken again if the core was slowed before or after it, whatever the turn's own time.

    Examples
    --------
    >>> patience = Patience(seconds=60)
    >>> [patience.takes_again(gauge, since=0.0) for gauge in (1.0, 1.1, 0.9, 1.1)]
    [False, False, False, True]
    """

    seconds: float
    least: float = float("inf")

    def takes_again(self, gauge: float, since: float) -> bool:
        """Say whether a turn that began at ``since`` is to be taken again; if so, wait a little."""
        self.least = min(self.least, gauge)
        if gauge <= MOST_SLOWED * self.least or self.seconds <= 0:
            return False
        time.sleep(SECONDS_BETWEEN_TRIES)
        self.seconds -= time.perf_counter() - since
        return True


def time_repeatedly(
    reset: Callable[[], None], run: Callable[[], None], at_least: float
) -> list[float]:
    """Time ``run`` once, and again until all runs together took ``at_least`` seconds."""
    times = [time_once(reset, run)]
    while sum(times) < at_least:
        times.append(time_once(reset, run))
    return times
