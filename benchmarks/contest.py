"""Contestants run in turn, each in a process of its own, one thread on one pinned core."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.timing import Patience, paired_ratio, summarise, turns
from benchmarks.workload import Workload

ROOT = Path(__file__).resolve().parents[1]

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "CHAINRULE_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}

# The core on which the figures to reach were set: GFLOP/s in float32, half of it in float64.
TARGET_PEAK = {"float32": 232.0, "float64": 116.0}

# Short jobs are repeated within a turn until they took this many seconds.
SECONDS_A_TURN = 0.05


@dataclass(frozen=True)
class Contestant:
    """A row of a case.

    Parameters
    ----------
    name : str
        What the tables call it.
    module : str
        A file of ``benchmarks/peers``.
    dtype : str
        "float32" or "float64".
    options : dict
        What else the module's ``prepare`` takes.
    epochs : int or None
        Fewer epochs than the case has, for one so slow that all would take minutes.
    against : str or None
        The row of ours that it is compared with; None for our own rows.
    requires : str or None
        The Python module without which it cannot run.
    same_network : bool
        Whether it must reach the loss that we reach after as many epochs.
    note : str
        What differs.
    target_us : float or None
        The figure to reach, in microseconds a unit of the case, on a core of ``TARGET_PEAK``.
    agreement : float
        By which share its loss may differ from ours after as many epochs.
    threads : int
        How many threads it may use, each on a core; only for ours.
    isa : str or None
        Which build of our kernels runs (``CHAINRULE_ISA``); the fastest if None.
    rounds : int or None
        Runs in no more rounds than these.
    """

    name: str
    module: str
    dtype: str
    options: dict[str, Any] = field(default_factory=dict)
    epochs: int | None = None
    against: str | None = None
    requires: str | None = None
    same_network: bool = True
    note: str = ""
    target_us: float | None = None
    agreement: float = 0.05
    threads: int = 1
    isa: str | None = None
    rounds: int | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What its process is told beside what all are told."""
        own = {"CHAINRULE_NUM_THREADS": str(self.threads)}
        return own if self.isa is None else own | {"CHAINRULE_ISA": self.isa}


@dataclass(frozen=True)
class Settings:
    """How a run is made; ``patience``: seconds a case may wait for a core that others slow down."""

    rounds: int = 7
    peer_python: str | None = None
    progress: Callable[[str], None] = lambda _: None
    patience: float = 60.0


class Worker:
    """The parent's end of one contestant's process (see ``worker.py``)."""

    def __init__(self, contestant: Contestant, workload: Path, epochs: int, python: str) -> None:
        cores = last_cores(contestant.threads)
        options = {
            **contestant.options,
            "dtype": contestant.dtype,
            "epochs": epochs,
            "cores": cores,
        }
        self.rounds = contestant.rounds
        self.row: dict[str, Any] = {}
        self.runs = False
        if cores is not None and len(cores) < contestant.threads:
            self.row["skipped"] = f"{contestant.threads} threads need as many cores"
            return
        arguments = [contestant.module, str(workload), json.dumps(options)]
        self._process: subprocess.Popen[str] = subprocess.Popen(
            [python, "-m", "benchmarks.worker", *arguments],
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD, **contestant.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.row.update(self._listen())
        self.runs = "skipped" not in self.row and "failed" not in self.row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_process"):
            self._process.kill()
            self._process.communicate()

    def due(self, number: int) -> bool:
        """Return whether it takes part in the round of this number, counted from 0."""
        return self.runs and (self.rounds is None or number < self.rounds)

    def turn(self, seconds: float, patience: Patience) -> None:
        """Run once more, and keep the time: the median of the turn's runs."""
        since = time.perf_counter()
        answer = self.ask(f"time {seconds}")
        while "seconds" in answer and patience.takes_again(answer["gauge"], since):
            self.row["taken_again"] = self.row.get("taken_again", 0) + 1
            since = time.perf_counter()
            answer = self.ask(f"time {seconds}")
        if "seconds" in answer:
            self.row.setdefault("seconds", []).append(statistics.median(answer["seconds"]))
        else:
            self.row.update(answer)
            self.runs = False

    def ask(self, line: str) -> dict[str, Any]:
        """Send a line and return the answer."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it died; what listens says so
            print(line, file=self._process.stdin, flush=True)
        return self._listen()

    def _listen(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return dict(json.loads(line))
        return {"failed": f"the process ended with exit code {self._process.wait()}"}


def contest(
    contestants: Iterable[Contestant],
    workload: Workload,
    *,
    units_per_epoch: float,
    reference: str,
    settings: Settings,
) -> list[dict[str, Any]]:
    """Let all contestants train on the workload, round by round; return a row for each.

    ``reference`` names the row whose loss after each epoch the others are held against.
    """
    contestants = list(contestants)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder) / "workload.npz"
        workload.save(path)
        workers = []
        for contestant in contestants:
            settings.progress(f"starting {contestant.name}")
            epochs = contestant.epochs or workload.epochs
            python = interpreter(contestant, settings.peer_python)
            workers.append(stack.enter_context(Worker(contestant, path, epochs, python)))
        patience = Patience(settings.patience)
        for number, order in enumerate(turns(len(workers), settings.rounds)):
            settings.progress(f"round {number + 1} of {settings.rounds}")
            for worker in (workers[i] for i in order):
                if worker.due(number):
                    worker.turn(SECONDS_A_TURN, patience)
        for worker in workers:
            if worker.runs:
                worker.row.update(worker.ask("end"))
    rows = [
        finished_row(contestant, worker.row, workload, units_per_epoch)
        for contestant, worker in zip(contestants, workers, strict=True)
    ]
    compare(rows)
    hold_against(rows, reference)
    return rows


def last_cores(threads: int) -> list[int] | None:
    """Return the cores to stay on, the last that we may use, or None where none can be chosen."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    return sorted(os.sched_getaffinity(0))[-threads:]


def interpreter(contestant: Contestant, peer_python: str | None) -> str:
    """Return this Python if it has what the contestant requires, else the peers' one."""
    here = contestant.requires is None or importlib.util.find_spec(contestant.requires)
    return sys.executable if here or peer_python is None else peer_python


def finished_row(
    contestant: Contestant, measured: dict[str, Any], workload: Workload, units_per_epoch: float
) -> dict[str, Any]:
    """Put together what a contestant is and what was measured."""
    row = asdict(contestant) | measured
    row["epochs"] = contestant.epochs or workload.epochs
    row["units_per_run"] = row["epochs"] * units_per_epoch
    if "skipped" in row or "failed" in row:
        return row
    row["us_per_unit"] = asdict(summarise([1e6 * s / row["units_per_run"] for s in row["seconds"]]))
    flops = workload.flops_per_epoch() * row["epochs"]
    row["gflops"] = 1e-9 * flops / summarise(row["seconds"]).median
    return row


def compare(rows: list[dict[str, Any]]) -> None:
    """Give each row its ratio to the row of ours that it is compared with."""
    times = {
        row["name"]: [s / row["units_per_run"] for s in row["seconds"]]
        for row in rows
        if "us_per_unit" in row
    }
    for row in rows:
        if row["name"] in times and row["against"] in times:
            own = times[row["name"]]  # of all rounds, or of the first ones
            row["ratio"] = paired_ratio(own, times[row["against"]][: len(own)])


def hold_against(rows: list[dict[str, Any]], reference: str) -> None:
    """Give rows of the same network the loss that they should have reached.

    A reference without a history has not trained: its loss is the same after any number of runs.
    """
    histories = {row["name"]: row.pop("loss_history", None) for row in rows}
    history = histories.get(reference)
    loss = next((row.get("loss") for row in rows if row["name"] == reference), None)
    for row in rows:
        if row["same_network"] and "loss" in row:
            row["expected_loss"] = history[row["epochs"] - 1] if history else loss
