"""What a case is, and the case that gives all contestants one workload."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.contest import TARGET_PEAK, Contestant, Settings, contest
from benchmarks.summary import summary
from benchmarks.workload import Workload

# Our rows run under these, too, where the machine has more.
NARROW = ("v3", "v2")
NARROW_ROUNDS = 3


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
        """What times are given for: a sample, a step, a fit, a process."""

    def run(self, settings: Settings) -> dict[str, Any]:
        """Measure; return title, unit, threads and the contestants' rows."""


@dataclass(frozen=True)
class Published:
    """A figure that somebody else published, for another machine: shown, never compared.

    Parameters
    ----------
    name : str
        Whose it is.
    us_per_unit : float
        Microseconds a unit of the case on one core.
    note : str
        What exactly was published.
    """

    name: str
    us_per_unit: float
    note: str


@dataclass(frozen=True)
class NetworkCase:
    """All contestants do the same job with the same network on the same data.

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
    ours : str
        The row that stands for us in summaries.
    short : str
        A name of the case for pictures.
    published : tuple of Published
        Figures to show beside ours.
    """

    name: str
    title: str
    unit: str
    workload: Callable[[], Workload]
    units_per_epoch: Callable[[Workload], float]
    contestants: tuple[Contestant, ...]
    reference: str
    ours: str
    short: str
    published: tuple[Published, ...] = ()

    def run(self, settings: Settings) -> dict[str, Any]:
        workload = self.workload()
        units = self.units_per_epoch(workload)
        rows = contest(
            (*self.contestants, *narrowed(self.contestants, narrow_isas())),
            workload,
            units_per_epoch=units,
            reference=self.reference,
            settings=settings,
        )
        case = {
            "title": self.title,
            "short": self.short,
            "unit": self.unit,
            "threads": 1,
            "ours": self.ours,
            "samples": len(workload.X),
            "epochs": workload.epochs,
            "job": workload.job,
            "flops_per_sample": workload.flops_per_sample(),
            "flops_per_unit": workload.flops_per_epoch() / units,
            "target_peak_gflops": TARGET_PEAK,
            "contestants": [row for row in rows if row["isa"] is None],
            "narrow": [row for row in rows if row["isa"] is not None],
            "published": [dataclasses.asdict(each) for each in self.published],
        }
        return case | {"summary": summary(case)}


def narrow_isas() -> tuple[str, ...]:
    """Return the instruction sets to run beside the widest; none where one was forced."""
    if os.environ.get("CHAINRULE_ISA"):
        return ()
    from chainrule.engines.native import isas

    return tuple(isa for isa in NARROW if isa in isas()[:-1])


def narrowed(contestants: tuple[Contestant, ...], isas: tuple[str, ...]) -> list[Contestant]:
    """Return our rows of the native engine on one thread once more for each instruction set."""
    return [
        dataclasses.replace(
            contestant,
            name=f"{contestant.name}, {isa}",
            isa=isa,
            rounds=NARROW_ROUNDS,
            target_us=None,
        )
        for contestant in contestants
        if contestant.options.get("engine") == "native" and contestant.threads == 1
        for isa in isas
    ]
