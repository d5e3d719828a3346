"""Ctrl-C during fit: KeyboardInterrupt at once, and a network that goes on."""

import json
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

AT_ONCE = 1.0  # seconds of computing; 0.2 are promised, and machines differ
METHODS = ["batch", "SGD"]
WITHOUT_END = 10**9  # epochs


@pytest.fixture
def ctrl_c():
    """ctrl_c(seconds): press Ctrl-C when this process has computed for so long.

    It returns a list that gets the time. Both are the process's own time, as it may have to wait
    while others compute.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    ended, threads = threading.Event(), []

    def press(seconds):
        start, pressed = time.process_time(), []

        def strike():
            while time.process_time() - start < seconds:
                if ended.wait(0.01):
                    return
            pressed.append(time.process_time())
            signal.raise_signal(signal.SIGINT)

        threads.append(threading.Thread(target=strike))
        threads[-1].start()
        return pressed

    yield press
    ended.set()
    for thread in threads:
        thread.join()
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("display_update", [0, 1000])
@pytest.mark.parametrize("method", METHODS)
def test_between_epochs(method, display_update, build, ctrl_c, rng):
    X, y = rng.normal(size=(20, 2)), rng.uniform(size=(20, 1))
    network = build([2, 2, 1], eta=0.01)
    held = network.W[0]
    before = held.copy()
    pressed = ctrl_c(0.2)
    with pytest.raises(KeyboardInterrupt):
        network.fit(X, y, WITHOUT_END, method, display_update)
    assert time.process_time() - pressed[0] < AT_ONCE

    done = len(network.loss_history)
    assert done > 0
    assert network.W[0] is held
    assert (held != before).any()
    uninterrupted = build([2, 2, 1], eta=0.01)
    uninterrupted.fit(X, y, done, method, display_update=0)
    assert network.loss_history == uninterrupted.loss_history

    network.fit(X, y, 2, method, display_update=0)
    assert len(network.loss_history) == done + 2
    assert np.isfinite(network.predict(X)).all()


# The first counts what others compute meanwhile, the second each of several threads.
CLOCKS = (time.perf_counter, time.process_time)


def long_epoch(build, layers, method, rng):
    """Return data of which one epoch takes nearly half a second on this machine, or more."""
    samples, seconds = 16, 0.0
    while seconds < 0.4:
        samples *= 2
        X, y = rng.normal(size=(samples, layers[0])), rng.uniform(size=(samples, layers[-1]))
        network = build(layers, eta=1e-4)
        starts = [clock() for clock in CLOCKS]
        network.fit(X, y, 1, method, display_update=0)
        seconds = min(clock() - start for clock, start in zip(CLOCKS, starts, strict=True))
    return X, y


@pytest.mark.parametrize("method", METHODS)
def test_within_an_epoch(method, build, ctrl_c, rng):
    layers = [300, 1000, 1000, 10]
    X, y = long_epoch(build, layers, method, rng)
    network, stepped = build(layers, eta=1e-4), build(layers, eta=1e-4)
    pressed = ctrl_c(0.1)
    with pytest.raises(KeyboardInterrupt):
        network.fit(X, y, 3, method, display_update=0)
    assert time.process_time() - pressed[0] < AT_ONCE
    assert network.loss_history == []  # no epoch was finished

    # What was learnt is kept; the native engine's in whole steps. In NumPy a step is many
    # operations, and Ctrl-C comes between any two of them.
    if network._engine.name == "numpy":
        assert np.isfinite(network.predict(X[:3])).all()
        return
    ones = np.hstack([np.ones((len(X), 1)), X])
    steps = 0
    while not np.array_equal(network.W[-1], stepped.W[-1]):
        batch = slice(steps, steps + 1) if method == "SGD" else slice(None)
        stepped.back_propagation(ones[batch], y[batch])
        steps += 1
        assert steps <= (len(X) if method == "SGD" else 1)
    assert steps > 0 or method == "batch"
    for W, V in zip(network.W, stepped.W, strict=True):
        np.testing.assert_array_equal(W, V)

    network.fit(X[:5], y[:5], 3, method, display_update=0)
    assert len(network.loss_history) == 3
    assert np.isfinite(network.predict(X[:3])).all()


CHILD = """
import json, signal, sys, time
import numpy as np
from chainrule import NeuralNetwork

signal.signal(signal.SIGINT, signal.default_int_handler)
rng = np.random.default_rng(0)
X, y = rng.normal(size=(500, 20)), rng.uniform(size=(500, 3))
nn = NeuralNetwork([20, 30, 3], eta=1e-3, engine=sys.argv[1])
begun = time.process_time()
try:
    nn.fit(X, y, 10**9, sys.argv[2], display_update=10**9)  # prints after the first epoch
except KeyboardInterrupt:
    computed = time.process_time() - begun
    again = NeuralNetwork([20, 30, 3], eta=1e-3, engine=sys.argv[1])
    again.fit(X, y, len(nn.loss_history), sys.argv[2], display_update=0)
    same = again.loss_history == nn.loss_history
    finite = bool(np.isfinite(nn.predict(X)).all())
    print(json.dumps([computed, len(nn.loss_history), same, finite]))
"""


@pytest.mark.parametrize("method", METHODS)
def test_in_a_process_of_its_own(method, engine_name):
    path = f"import sys; sys.path[:] = {[p for p in sys.path if p]!r}"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", f"{path}\n{CHILD}", engine_name, method],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            started = time.monotonic()
            assert child.stdout.readline().startswith("epoch=1, "), child.stderr.read()
            time.sleep(0.3)
            child.send_signal(signal.SIGINT)
            pressed = time.monotonic() - started
            output, errors = child.communicate(timeout=30)
        finally:
            child.kill()
    assert (child.returncode, errors) == (0, "")
    computed, done, same, finite = json.loads(output)
    assert computed < pressed + AT_ONCE  # it computes no longer than it was let run
    assert done > 0
    assert same
    assert finite
