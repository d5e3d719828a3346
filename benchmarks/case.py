"""What a case is, and the case that trains one workload."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.contest import Contestant, Settings, contest
from benchmarks.workload import Workload


class Case(Protocol):
    """A row of ``benchmarks.cases.CASES``."""

    @property
    def name(self) -> str:
        """What ``--case`` and the result file call it."""

    @property
    def title(self) -> str:
        """What the tables call it."""

    @property
    def unit(self) -> str:
        """What times are given for: a sample, a fit, a process."""

    def run(self, settings: Settings) -> dict[str, Any]:
        """Measure; return title, unit, threads and the contestants' rows."""


@dataclass(frozen=True)
class TrainingCase:
    """All contestants train the same network on the same data, one thread each.

    Parameters
    ----------
    name, title, unit : str
        See :class:`Case`.
    workload : callable
        Makes the data.
    units_per_epoch : callable
        How many units of ``unit`` an epoch of the workload is.
    contestants : tuple of Contestant
        In the order of the tables.
    reference : str
        The contestant whose loss after each epoch the others are held against.
    """

    name: str
    title: str
    unit: str
    workload: Callable[[], Workload]
    units_per_epoch: Callable[[Workload], float]
    contestants: tuple[Contestant, ...]
    reference: str

    def run(self, settings: Settings) -> dict[str, Any]:
        workload = self.workload()
        rows = contest(
            self.contestants,
            workload,
            units_per_epoch=self.units_per_epoch(workload),
            reference=self.reference,
            settings=settings,
        )
        return {
            "title": self.title,
            "unit": self.unit,
            "threads": 1,
            "samples": len(workload.X),
            "epochs": workload.epochs,
            "flops_per_sample": workload.flops_per_sample(),
            "contestants": rows,
        }
