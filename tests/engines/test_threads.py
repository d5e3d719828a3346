"""Threads of the native engine: how many, Ctrl-C, and Python's own beside them."""

import os
import signal
import subprocess
import sys
import time

import pytest

import chainrule

pytest.importorskip("chainrule.engines.native", reason="the native engine")

# Minutes of work: only a signal ends it. The first argument is the number of threads.
ENDLESS = """
import sys
import numpy as np
import chainrule
from chainrule.architecture import Architecture, Program
from chainrule.layers import Dense
from chainrule.optimizers import SGD

chainrule.set_num_threads(int(sys.argv[1]))
layers = (Dense(2, sys.argv[2]), Dense(1))
program = Program(Architecture(2, layers), optimizer=SGD(1e-6))
X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 1_000, [0, 1, 1, 0] * 1_000
thetas = np.full((200, 9), 0.5)
def train(epochs):
    chainrule.train_many(program, X, Y, thetas=thetas, epochs=epochs, batch_size=1)
train(1)
before = thetas.copy()
print("begun", flush=True)
try:
    train(20_000)
except KeyboardInterrupt:
    print(np.isfinite(thetas).all(), (thetas != before).any(axis=1).sum() > 0)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"], ids=["lanes", "alone"])
def test_interrupting(threads, activation):
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, threads, activation], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "begun\n"
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            finite, changed = process.communicate(timeout=60)[0].split()
        finally:
            process.kill()
    assert (process.returncode, finite, changed) == (0, "True", "True")


# Two runs in two threads of Python, hours long, each in one native call. A run's losses tell how
# far it is: both must get on while neither has returned, and Python's main thread while both run.
SIDE_BY_SIDE = """
import os
import sys
import threading
import numpy as np
import chainrule
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense

chainrule.set_num_threads(int(sys.argv[1]))
program = Program(Architecture(60, (Dense(64, "tanh"), Dense(45), Dense(5))))
rng = np.random.default_rng(0)
data = Data(rng.normal(size=(1280, 60)), rng.normal(size=(1280, 5)))
EPOCHS = 1_000_000
logs = [TrainingLog.empty(EPOCHS) for _ in range(2)]
returned = []
def run(log):
    theta = np.zeros(program.architecture.n_parameters)
    state = TrainingState.fresh(program, theta.dtype)
    get_engine("native").train(program, theta, state, data, None, batch_size=128, log=log)
    returned.append(log)

def with_threading():
    for log in logs:
        threading.Thread(target=run, args=(log,), daemon=True).start()
def with_joblib():
    from joblib import Parallel, delayed
    both = Parallel(n_jobs=2, backend="threading")
    threading.Thread(target=both, args=([delayed(run)(log) for log in logs],), daemon=True).start()

def epochs():
    return [int((~np.isnan(log.loss)).sum()) for log in logs]
globals()[sys.argv[2]]()
for _ in range(3):
    at = epochs()
    while min(np.subtract(epochs(), at)) < 2:
        pass
print(len(returned), max(epochs()) < EPOCHS, flush=True)
os._exit(0)  # ends the runs
"""


@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize("way", ["with_threading", "with_joblib"])
def test_two_runs_side_by_side(threads, way):
    if way == "with_joblib":
        pytest.importorskip("joblib")
    done = subprocess.run(
        [sys.executable, "-c", SIDE_BY_SIDE, threads, way],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "0 True\n"), done.stderr


@pytest.mark.usefixtures("threads")
def test_the_number_of_threads():
    chainrule.set_num_threads(5)
    assert chainrule.get_num_threads() == 5
    for n in (0, -1, 1025, 2**70):
        with pytest.raises(ValueError, match=r"^n is -?\d+; possible: an integer "):
            chainrule.set_num_threads(n)
    for n in (1.0, "2", True, None):
        with pytest.raises(TypeError, match=r"^n is .*; possible: an integer of at least 1$"):
            chainrule.set_num_threads(n)
    assert chainrule.get_num_threads() == 5


def threads_with(value):
    environment = {k: v for k, v in os.environ.items() if k != "CHAINRULE_NUM_THREADS"}
    if value is not None:
        environment["CHAINRULE_NUM_THREADS"] = value
    code = "import chainrule; print(chainrule.get_num_threads())"
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


def test_the_number_of_threads_from_the_environment():
    assert threads_with("7").stdout == "7\n"
    processors = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    assert threads_with(None).stdout == threads_with("").stdout == f"{processors}\n"
    for wrong in ("0", "-1", "1025", "two", "2 ", "1.5"):
        ended = threads_with(wrong)
        assert ended.returncode == 1
        assert (
            f"ValueError: CHAINRULE_NUM_THREADS is '{wrong}'; possible: an integer from 1 to 1024"
            in ended.stderr
        )
