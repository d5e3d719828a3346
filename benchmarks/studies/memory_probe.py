"""The process whose memory is measured: ``python -m benchmarks.studies.memory_probe SAMPLES``.

What a run takes is the largest resident memory during it, less that just before it, when the
data exists and all code has run once. The parameters exist before the run too, and are added.
"""

from __future__ import annotations

import gc
import json
import re
import sys
from pathlib import Path

import numpy as np

from benchmarks.studies.memory import BATCH_SIZE, LAYERS, bound_bytes
from chainrule import training
from chainrule.architecture import Architecture, Array, Program
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data
from chainrule.layers import Dense
from chainrule.optimizers import Adam


def resident(field: str) -> int:
    """Return a field of Linux's account of this process, in bytes: VmRSS now, VmHWM at most."""
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    assert found is not None
    return 1024 * int(found[1])


def forget_peak() -> None:
    """Let VmHWM start again from now."""
    Path("/proc/self/clear_refs").write_text("5")


def random_data(samples: int) -> Data:
    rng = np.random.default_rng(0)
    X = rng.random((samples, LAYERS[0]), dtype=np.float32)
    Y = np.zeros((samples, LAYERS[-1]), np.float32)
    Y[np.arange(samples), rng.integers(0, LAYERS[-1], samples)] = 1
    return Data(X, Y)


def fit(program: Program, theta: Array, data: Data) -> None:
    training.fit(
        get_engine("native"),
        program,
        theta,
        data,
        epochs=1,
        batch_size=BATCH_SIZE,
        shuffle=np.random.default_rng(0),
    )


def main() -> None:
    samples = int(sys.argv[1])
    hidden = (Dense(units, "relu") for units in LAYERS[1:-1])
    architecture = Architecture(LAYERS[0], (*hidden, Dense(LAYERS[-1], "softmax")))
    program = Program(architecture, "categorical_crossentropy", Adam(0.001))
    small = Architecture(2, (Dense(LAYERS[-1], "softmax"),))  # runs all code once
    rows = Data(np.zeros((1, 2), np.float32), np.zeros((1, LAYERS[-1]), np.float32))
    fit(Program(small, program.loss, program.optimizer), np.zeros(30, np.float32), rows)
    data = random_data(samples)
    theta = architecture.draw(np.random.default_rng(0)).astype(np.float32)
    gc.collect()
    before = resident("VmRSS")
    forget_peak()
    fit(program, theta, data)
    taken = resident("VmHWM") - before + theta.nbytes
    bound = bound_bytes(LAYERS, BATCH_SIZE, theta.itemsize)
    answer = {
        "samples": samples,
        "data_bytes": data.X.nbytes + data.Y.nbytes,
        "order_bytes": 8 * samples,
        "taken_bytes": taken,
        "bound_bytes": sum(bound.values()),
        **bound,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
