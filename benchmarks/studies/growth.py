"""How the time of a training run grows with samples, weights and epochs."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contest import SECONDS_A_TURN, Contestant, Settings, Worker
from benchmarks.timing import Patience, summarise, turns
from benchmarks.workload import Workload

OURS = Contestant("chainrule", "chainrule_training", "float32", {"engine": "native"})
MOST_ROUNDS = 5


def network(width: int, samples: int, epochs: int) -> Workload:
    """Return random data for a network of two hidden layers, all of one width but the output."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((samples, width)).astype(np.float32)
    Y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, samples)]
    return Workload(
        X,
        Y,
        layers=(width, width, width, 10),
        learning_rate=0.01,
        epochs=epochs,
        hidden="relu",
        output="softmax",
        loss_name="categorical_crossentropy",
        batch_size=32,
        biases=True,
        shuffle=True,
    )


def weights(workload: Workload) -> int:
    """Return how many weights there are, without biases."""
    return sum(W.size for W, _ in workload.start("float32"))


@dataclass(frozen=True)
class Curve:
    """A row: what grows, and the workloads along it, each with its place on the axis."""

    name: str
    title: str
    points: tuple[tuple[int, Workload], ...]


def curves() -> list[Curve]:
    samples = [network(64, n, epochs=4) for n in (500, 1000, 2000, 4000, 8000, 16000)]
    wide = [network(width, 2000, epochs=1) for width in (16, 32, 64, 128, 256, 512)]
    long = [network(64, 1000, epochs=n) for n in (2, 4, 8, 16, 32, 64)]
    return [
        Curve("samples", "64-64-64-10, 4 epochs", tuple((len(work.X), work) for work in samples)),
        Curve("weights", "2,000 samples, 1 epoch", tuple((weights(work), work) for work in wide)),
        Curve("epochs", "64-64-64-10, 1,000 samples", tuple((work.epochs, work) for work in long)),
    ]


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the exponent p of y ~ x^p that fits best, by least squares of the logarithms.

    Examples
    --------
    >>> round(slope([1, 2, 4], [3, 12, 48]), 6)
    2.0
    """
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def run(settings: Settings) -> dict[str, Any]:
    """Measure all points of all curves in turn."""
    return {curve.name: measured(curve, settings) for curve in curves()}


def measured(curve: Curve, settings: Settings) -> dict[str, Any]:
    """Return the curve's points in seconds, each a median over rounds, and its slope."""
    rounds = min(settings.rounds, MOST_ROUNDS)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        workers = []
        for number, (_, workload) in enumerate(curve.points):
            path = Path(folder) / f"{number}.npz"
            workload.save(path)
            worker = Worker(OURS, path, workload.epochs, sys.executable)
            workers.append(stack.enter_context(worker))
        patience = Patience(settings.patience)
        for number, order in enumerate(turns(len(workers), rounds)):
            settings.progress(f"{curve.name}, round {number + 1} of {rounds}")
            for worker in (workers[i] for i in order):
                worker.turn(SECONDS_A_TURN, patience)
    x = [place for place, _ in curve.points]
    seconds = [summarise(worker.row["seconds"]).median for worker in workers]
    return {"title": curve.title, "x": x, "seconds": seconds, "slope": slope(x, seconds)}
