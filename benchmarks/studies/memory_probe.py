"""The process whose memory is measured: ``python -m benchmarks.studies.memory_probe SAMPLES``.

What a run takes is the largest memory of this process during it, less that just before it, when
the data exists and all code has run once. The parameters exist before the run too, and are added.
Pages of files, which are the code of libraries, are not counted: processes share them.

A thread counts the pages all the while. What Linux itself keeps as the largest (VmHWM) is off by up
to half a megabyte: it is taken from counts of each processor that are not yet added up. And a count
takes a millisecond: where one array is being let go of while the next is filled it finds pages of
both that were never there together. So it is believed when the one after it is the same.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from benchmarks.studies.memory import BATCH_SIZE, LAYERS, bound_bytes
from chainrule import training
from chainrule.architecture import Architecture, Array, Program
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data
from chainrule.layers import Dense
from chainrule.optimizers import Adam


def resident() -> int:
    """Return how many bytes of this process are in memory, by a count of its pages; no files'."""
    pages = Path("/proc/self/smaps_rollup").read_text()
    found = re.search(r"^Anonymous:\s+(\d+) kB", pages, re.M)
    assert found is not None
    return 1024 * int(found[1])


class Watch:
    """Counts again and again, in a thread of its own: ``before``, and ``largest`` at the end."""

    def __enter__(self) -> Self:
        self._ends, self.largest = False, 0
        self._counted = threading.Event()
        self._thread = threading.Thread(target=self._count)
        self._thread.start()
        self._counted.wait()
        self.before = self.largest = resident()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ends = True
        self._thread.join()

    def _count(self) -> None:
        last = 0
        while not self._ends:
            count = resident()
            if count == last:
                self.largest = max(self.largest, count)
            last = count
            self._counted.set()


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
    with Watch() as watch:
        fit(program, theta, data)
    taken = watch.largest - watch.before + theta.nbytes
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
