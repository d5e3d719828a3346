"""What memory a call takes: X is read where it lies, the rest does not grow with the samples."""

import os
import statistics
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("chainrule.engines.native", reason="the native engine")
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="no account of memory as Linux keeps it"
)

MB = 2**20
WIDTHS = (784, 512, 10)
BATCH_SIZE = 128


def parameters(widths):
    return sum(a * b + b for a, b in pairwise(widths))


PARAMETERS = parameters(WIDTHS)

# Prints by how many bytes the process was larger at its largest than before the call. Its data is
# the largest thing that it ever held before. Everything runs once on a few rows, to be loaded.
PROBE = """
import re
import sys
import numpy as np
import chainrule
from chainrule import training
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.optimizers import Adam

def largest():
    with open("/proc/self/status") as status:
        return 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1])

call, samples, dtype, batch_size, activation, *widths = sys.argv[1:]
inputs, *units = map(int, widths)
*hidden, outputs = units
engine = get_engine("native")
architecture = Architecture(inputs, (*(Dense(n, activation) for n in hidden), Dense(outputs)))
program = Program(architecture, optimizer=Adam(0.001))
rng = np.random.default_rng(0)
theta = architecture.draw(rng).astype(dtype)

def train(data, validation=None):
    order = rng.permutation(len(data.X))[None]
    state = TrainingState.fresh(program, theta.dtype)
    log = TrainingLog.empty(1)
    engine.train(
        program, theta, state, data, order, batch_size=int(batch_size), log=log,
        validation=validation,
    )
def fit(data):
    training.fit(
        engine, program, theta, data, epochs=1, batch_size=int(batch_size), shuffle=rng
    )
CALLS = {
    "train": train,
    "validate": lambda data: train(Data(data.X[:200], data.Y[:200]), data),
    "fit": fit,
    "evaluate": lambda data: engine.evaluate(program, theta, data),
    "forward": lambda data: engine.forward(architecture, theta, data.X),
    "value_and_gradient": lambda data: engine.value_and_gradient(program, theta, data),
    "copy": lambda data: data.X.copy(),
}
def problem(samples):
    X = np.empty((samples, inputs), dtype)
    for row in X:
        row[:] = rng.random(inputs)
    return Data(X, np.ones((samples, outputs), dtype))
CALLS[call](problem(256))
data = problem(int(samples))
before = largest()
CALLS[call](data)
print(largest() - before, data.X.nbytes)
"""

# More threads gather more rows at a time; and what the first run let go of must not be kept for the
# second, as it is where pieces under a threshold that grows by itself are not given back.
ALONE = {"CHAINRULE_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": str(2**17)}


def growth(call, samples, dtype="float32", batch_size=BATCH_SIZE, widths=WIDTHS, activation="relu"):
    """Return by how many bytes a process grew during a call, and the bytes of its X."""
    arguments = map(str, (call, samples, dtype, batch_size, activation, *widths))
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **ALONE},
    )
    grown, size = map(int, done.stdout.split())
    return grown, size


def typical_growth(*arguments, **options):
    """Return the median of three: Linux adds up what each processor counts only now and then."""
    return statistics.median(growth(*arguments, **options)[0] for _ in range(3))


def bound(itemsize, batch_size=BATCH_SIZE):
    """Four times the parameters, and the activations of one batch."""
    return (4 * PARAMETERS + batch_size * sum(WIDTHS)) * itemsize


def test_the_probe_sees_a_copy():
    grown, size = growth("copy", 21_000)
    assert size > 62 * MB
    assert abs(grown - size) < 2 * MB


@pytest.mark.parametrize(
    "call", ["train", "validate", "fit", "evaluate", "forward", "value_and_gradient"]
)
@pytest.mark.parametrize(("dtype", "samples"), [("float32", 21_000), ("float64", 10_500)])
def test_data_is_not_copied(call, dtype, samples):
    grown, size = growth(call, samples, dtype)
    assert size > 62 * MB
    assert grown < 8 * MB + bound(size // samples // WIDTHS[0])


def test_the_whole_data_as_one_batch_goes_through_in_panels():
    grown, size = growth("train", 21_000, batch_size=21_000)
    assert size > 62 * MB
    assert grown < 8 * MB + bound(4)  # the activations of 128 rows


def test_more_samples_take_no_more():
    few, many = (growth("fit", samples)[0] for samples in (5_000, 20_000))
    assert few > 4 * PARAMETERS  # the slots of Adam at the least, so that something was measured
    assert many - few < 2 * MB  # of which 0.12 MB are the order of the samples


@pytest.mark.parametrize("widths", [WIDTHS, (784, 512, 512, 512, 512, 10)])
def test_a_first_run_holds_nothing_twice(widths):
    grown = typical_growth("fit", 8_000, widths=widths)
    inputs, *units = widths
    kept = 3 * parameters(widths)  # beside theta: the kernels in panels, and both of Adam's slots
    # A, where D lies later if it is large. relu needs no Z; X is gathered 36 rows at a time.
    of_a_batch = BATCH_SIZE * sum(units) + 36 * inputs
    assert kept * 4 < grown < (kept + of_a_batch) * 4 + MB // 4


def test_a_layer_keeps_what_its_activation_needs_for_the_way_back():
    """The derivative of silu is computed from Z, that of tanh from A alone."""
    widths = (784, 2048, 4)
    silu, tanh = (
        typical_growth("fit", 12_000, widths=widths, activation=f) for f in ("silu", "tanh")
    )
    Z = BATCH_SIZE * 2048 * 4
    assert abs(silu - tanh - Z) < MB // 4
