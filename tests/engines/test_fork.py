"""A process forked from one that trains, or has trained, on threads: it works and never hangs."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("chainrule.engines.native", reason="the native engine")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")

# Two ways to share: many networks, and one whose batches are cut. child(work) is the exit status
# of a child that does the work: 0 if it returns True, 1 if not, 3 if it raises, and -9 if it does
# not end in a minute and is killed.
FORK = """
import os
import signal
import threading
import time
import numpy as np
import chainrule
from chainrule import _native
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.optimizers import SGD, Adam

chainrule.set_num_threads(3)
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(1280, 60)), rng.normal(size=(1280, 5))
large = Program(Architecture(60, (Dense(64, "tanh"), Dense(45), Dense(5))), optimizer=Adam(0.01))
start = large.architecture.draw(rng)
def one(log):
    theta, state = start.copy(), TrainingState.fresh(large, start.dtype)
    get_engine("native").train(large, theta, state, Data(X, Y), None, batch_size=128, log=log)
    return theta

small = Program(Architecture(2, (Dense(2, "sigmoid"), Dense(1))))
X_xor, Y_xor = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
def many():
    return chainrule.train_many(
        small, X_xor, Y_xor, seeds=range(200), epochs=3000, batch_size=1
    ).thetas

def results():
    return one(TrainingLog.empty(2)), many()
def counts_of(work):
    before = _native.counts_of_threads()
    return work(), list(np.subtract(_native.counts_of_threads(), before)[:2])
def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))

def child(work):
    process = os.fork()
    if process == 0:
        status = 3
        try:
            status = 0 if work() else 1
        finally:
            os._exit(status)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

expected, counts = counts_of(results)
assert counts == [2 + 2, 2 * 3 * 10], counts
def works():
    found, own = counts_of(results)
    return same(found, expected) and own == counts
"""

AFTER = """
print(child(works), works())
"""

# The other thread is inside one native call, which would take hours, when its log has a loss.
WHILE = """
log = TrainingLog.empty(1_000_000)
other = threading.Thread(target=one, args=(log,), daemon=True)
other.start()
reached = -1
answers = []
for _ in range(5):
    while np.isnan(log.loss[reached + 1]):
        time.sleep(0.001)
    answers.append(child(works))
    reached = np.flatnonzero(~np.isnan(log.loss))[-1]
print(answers, other.is_alive() and np.isnan(log.loss[-1]), flush=True)
os._exit(0)
"""


def printed(code):
    done = subprocess.run(
        [sys.executable, "-W", "ignore:This process:DeprecationWarning", "-c", FORK + code],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_after_training():
    assert printed(AFTER) == "0 True\n"


def test_while_another_thread_trains():
    assert printed(WHILE) == "[0, 0, 0, 0, 0] True\n"
