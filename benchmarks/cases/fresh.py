"""From nothing to a trained network: a fresh process for each run, and all that it imports."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.cases import digits_batches
from benchmarks.cases.process import add_run, launch
from benchmarks.cases.rivals import (
    FIT,
    FRAMEWORKS,
    JAX,
    KERAS_JAX,
    KERAS_TENSORFLOW,
    SKLEARN,
    TORCH,
)
from benchmarks.contest import ONE_THREAD, ROOT, Contestant, Settings, interpreter, last_cores
from benchmarks.once import MISSING
from benchmarks.summary import summary
from benchmarks.timing import summarise, turns

EPOCHS = 300
FEW_EPOCHS = 30  # for one so slow that all would take minutes


@dataclass(frozen=True)
class FreshCase:
    """Contestants that import, build and train once, each run in a process of its own."""

    name: str
    title: str
    unit: str
    short: str
    ours: str
    contestants: tuple[Contestant, ...]

    def run(self, settings: Settings) -> dict[str, Any]:
        rows = [asdict(each) | {"units_per_run": 1, "seconds": []} for each in self.contestants]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "workload.npz"
            digits_batches.workload("sigmoid", 10, EPOCHS).save(path)
            for number, order in enumerate(turns(len(rows), settings.rounds)):
                settings.progress(f"round {number + 1} of {settings.rounds}")
                for contestant, row in ((self.contestants[i], rows[i]) for i in order):
                    rounds = contestant.rounds or settings.rounds
                    if number < rounds and not row.keys() & {"skipped", "failed"}:
                        once(contestant, row, path, settings)
        case = {
            "title": self.title,
            "short": self.short,
            "unit": self.unit,
            "threads": 1,
            "ours": self.ours,
            "epochs": EPOCHS,
            "contestants": finished(rows, self.ours),
        }
        return case | {"summary": summary(case)}


def once(contestant: Contestant, row: dict[str, Any], path: Path, settings: Settings) -> None:
    """Run a contestant once and add that to its row."""
    options = {
        **contestant.options,
        "dtype": contestant.dtype,
        "epochs": contestant.epochs or EPOCHS,
        "cores": last_cores(1),
    }
    python = interpreter(contestant, settings.peer_python)
    words = ("-m", "benchmarks.once", contestant.module, str(path), json.dumps(options))
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}
    answer = launch((python, *words), environment)
    if answer["exit_code"] == MISSING:
        row["skipped"] = f"{contestant.requires} is not installed"
    else:
        add_run(row, answer)


def finished(rows: Iterable[dict[str, Any]], ours: str) -> list[dict[str, Any]]:
    """Return the rows with their times, and their ratios to ours."""
    rows = list(rows)
    for row in rows:
        if row["seconds"]:
            times = [1e6 * seconds for seconds in row["seconds"]]
            row["us_per_unit"] = asdict(summarise(times))
    base = next(
        (row["us_per_unit"] for row in rows if row["name"] == ours and row["seconds"]), None
    )
    for row in rows:
        if base and row["against"] and "us_per_unit" in row:
            row["ratio"] = row["us_per_unit"]["median"] / base["median"]
    return rows


def framework(which: str, rounds: int, **changes: Any) -> Contestant:
    row = {"name": which} | FRAMEWORKS[which] | {"note": "", "rounds": rounds} | changes
    return Contestant(dtype="float32", against=FIT, **row)


CASE = FreshCase(
    name="fresh",
    title=f"A fresh process: import, build, train the digits {EPOCHS} epochs at batch 10, with "
    "accuracy and validation every epoch",
    short="a fresh process, digits",
    unit="process",
    ours=FIT,
    contestants=(
        Contestant(FIT, "chainrule_training", "float32", {"engine": "native"}, target_us=350_000),
        framework(JAX, rounds=3),
        framework(KERAS_JAX, rounds=1),
        framework(SKLEARN, rounds=1),
        framework(TORCH, rounds=1),
        framework(
            KERAS_TENSORFLOW,
            rounds=1,
            name=f"Keras on TF ({FEW_EPOCHS} epochs)",
            epochs=FEW_EPOCHS,
            note=f"{FEW_EPOCHS} of the {EPOCHS} epochs, to save time",
        ),
    ),
)
