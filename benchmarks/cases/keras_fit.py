"""The tutorial's fit with Keras: ours, what it costs beside the engine, and real Keras."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks.case import NetworkCase
from benchmarks.cases import digits_batches
from benchmarks.cases.rivals import (
    ENGINE,
    FRAMEWORKS,
    KERAS_JAX,
    KERAS_TENSORFLOW,
    OWN_ORDER,
    OWN_ORDER_NOTE,
    frameworks,
)
from benchmarks.contest import Contestant, Settings, contest
from benchmarks.report import percent
from benchmarks.summary import summary
from benchmarks.timing import summarise
from benchmarks.workload import Workload

EPOCHS = 300
FEW_EPOCHS = 10  # for those who take a minute for all; an epoch's share of the start is small
FIT, BAR = "chainrule.keras", "chainrule.keras, verbose=1 on a terminal"
ACCELERATED = "chainrule.accelerate"
WORK = (
    "digits 64-32-16-10, sigmoid, softmax cross-entropy, SGD, batch 10, float32, shuffled, with "
    f"accuracy and validation every epoch, {EPOCHS} epochs"
)
# What was asked for: the whole fit in 0.1 s; 20 us an epoch over the engine; the bar under 2 %.
WHOLE_FIT_US, OVERHEAD_US, BAR_SHARE = 0.1e6, 20.0, 0.02
TIMES_KERAS = 300  # that accelerate is faster than Keras on TensorFlow


def workload() -> Workload:
    """Return the tutorial's work, with its learning rate."""
    return replace(digits_batches.workload("sigmoid", 10, EPOCHS), learning_rate=0.01)


def ours(name: str, **changes: Any) -> Contestant:
    """Return a row of ours; all draw orders of their own."""
    settings = {"agreement": OWN_ORDER} | changes
    return Contestant(name, settings.pop("module", "chainrule_keras"), "float32", **settings)


def real_keras(against: str) -> list[Contestant]:
    """Return the rows of real Keras, which takes fewer epochs and rounds."""
    few = {KERAS_JAX: FEW_EPOCHS, KERAS_TENSORFLOW: FEW_EPOCHS}
    return frameworks("float32", few, against=against, rounds=3)


@dataclass(frozen=True)
class FitCase:
    """The whole call of ``fit``, and what is in it beside the engine's work.

    Parameters
    ----------
    name, title, short, unit : str
        See :class:`benchmarks.case.NetworkCase`.
    contestants : tuple of Contestant
        With rows ``FIT``, ``BAR`` and ``ENGINE``.
    ours : str
        The row that stands for us.
    """

    name: str
    title: str
    short: str
    unit: str
    contestants: tuple[Contestant, ...]
    ours: str

    def run(self, settings: Settings) -> dict[str, Any]:
        rows = contest(
            self.contestants, workload(), units_per_epoch=1, reference=FIT, settings=settings
        )
        case = {
            "title": self.title,
            "short": self.short,
            "unit": self.unit,
            "threads": 1,
            "ours": self.ours,
            "epochs": EPOCHS,
            "contestants": [*rows, *differences(rows)],
        }
        return case | {"summary": summary(case)}


def differences(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of what ``fit`` takes over the engine, and the bar over ``fit``, an epoch.

    Each is the difference of two times of the same round.
    """
    times = {
        row["name"]: [1e6 * seconds / row["units_per_run"] for seconds in row["seconds"]]
        for row in rows
        if "us_per_unit" in row
    }
    found = []
    if FIT in times and ENGINE in times:
        found.append(difference("fit over the engine", times[FIT], times[ENGINE]))
        found[-1]["target_us"] = OVERHEAD_US
    if FIT in times and BAR in times:
        found.append(difference("the bar on a terminal", times[BAR], times[FIT]))
        share = found[-1]["us_per_unit"]["median"] / summarise(times[FIT]).median
        found[-1]["share_of_fit"] = share
        found[-1]["note"] = f"{percent(share)} of fit; to reach: {percent(BAR_SHARE)}"
    return found


def difference(name: str, more: list[float], less: list[float]) -> dict[str, Any]:
    """Return a row of ours that was not run but is what one row takes more than another."""
    each = [a - b for a, b in zip(more, less, strict=True)]
    return {
        "name": name,
        "module": "chainrule_keras",
        "dtype": "float32",
        "us_per_unit": asdict(summarise(each)),
    }


FIT_CASE = FitCase(
    name="keras_fit",
    title=f"The tutorial's fit with Keras: {WORK}",
    short="the tutorial's fit with Keras",
    unit="pass over the data",
    ours=FIT,
    contestants=(
        ours(FIT, target_us=WHOLE_FIT_US / EPOCHS, note="the whole call, verbose=0"),
        ours(BAR, options={"terminal": True}, against=FIT),
        ours(
            ENGINE,
            module="chainrule_engine",
            options={"engine": "native"},
            against=FIT,
            note="the orders are given",
        ),
        *real_keras(FIT),
    ),
)

ACCELERATE = NetworkCase(
    name="accelerate",
    title=f"Real Keras on TensorFlow through chainrule.accelerate: {WORK}",
    short="real Keras, accelerated",
    unit="step",
    workload=workload,
    units_per_epoch=lambda work: work.steps_per_epoch,
    reference=FIT,
    ours=ACCELERATED,
    contestants=(
        Contestant(
            ACCELERATED,
            "chainrule_accelerate",
            "float32",
            FRAMEWORKS[KERAS_TENSORFLOW]["options"],
            requires="keras",
            agreement=OWN_ORDER,
            note="the whole call, and all written back into the real model; to reach: "
            f"{TIMES_KERAS} times the speed of Keras on TensorFlow",
        ),
        ours(FIT, against=ACCELERATED, note=OWN_ORDER_NOTE),
        *real_keras(ACCELERATED),
    ),
)
