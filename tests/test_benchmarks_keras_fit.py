"""The benchmark of the tutorial's fit with Keras: what its peers learn, what its rows say."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks/ is not installed

from benchmarks import report  # noqa: E402
from benchmarks.cases import keras_fit  # noqa: E402
from benchmarks.workload import Workload  # noqa: E402
from tests.benchmark_rows import result, row  # noqa: E402

from chainrule import keras  # noqa: E402


@pytest.fixture(autouse=True)
def _floats() -> Any:
    before = keras.backend.floatx()
    yield
    keras.backend.set_floatx(before)


def small(**changes: Any) -> Workload:
    """Return seven samples in batches of three, validated on two, and trained five times."""
    rng = np.random.default_rng(1)
    Y = np.eye(3)[[0, 1, 2, 0, 1, 2, 0]]
    work = Workload(
        rng.standard_normal((7, 4)),
        Y,
        layers=(4, 5, 3),
        learning_rate=0.1,
        epochs=5,
        output="softmax",
        loss_name="categorical_crossentropy",
        batch_size=3,
        biases=True,
        X_validation=rng.standard_normal((2, 4)),
        Y_validation=Y[:2],
    )
    return replace(work, **changes)


def trained(module: str, work: Workload, **options: Any) -> Any:
    """Return a peer after two runs, of which the second starts from the beginning."""
    file = importlib.import_module(f"benchmarks.peers.{module}")
    peer = file.prepare(work, dtype="float64", epochs=work.epochs, **options)
    peer.run()
    peer.reset()
    peer.run()
    return peer


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("terminal", [False, True])
def test_our_keras_learns_what_the_engine_learns(optimizer: str, terminal: bool) -> None:
    if terminal:
        pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    work = small(optimizer=optimizer)
    ours = trained("chainrule_engine", work, engine="numpy").outputs()
    peer = trained("chainrule_keras", work, terminal=terminal)
    peer.close()
    np.testing.assert_allclose(peer.outputs(), ours, rtol=1e-9)


def test_our_keras_tells_the_loss_after_each_epoch() -> None:
    work = small()
    peer = trained("chainrule_keras", work)
    last = work.loss(peer.outputs())
    history = peer.loss_history
    assert len(history) == 5
    assert history[-1] == pytest.approx(last)
    once = trained("chainrule_keras", replace(work, epochs=1))
    assert history[0] == pytest.approx(work.loss(once.outputs()))


def test_the_bar_goes_to_a_terminal_and_not_to_stdout(
    capfd: pytest.CaptureFixture[str], shown_on: Callable[[int], str]
) -> None:
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    from benchmarks.peers.chainrule_keras import prepare

    work = small()
    peer = prepare(work, dtype="float64", epochs=5, terminal=True)
    kept = peer._terminal
    master, slave = pty.openpty()
    with open(slave, "w", encoding="utf-8") as stream:
        peer._terminal = SimpleNamespace(stream=stream)  # one that we read
        peer.run()
    shown = shown_on(master)
    os.close(master)
    assert kept.stream.isatty()
    kept.close()
    assert "Epoch 5/5" in shown
    assert "3/3" in shown
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_accelerated_keras_learns_what_keras_learns(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", backend)  # which is read when Keras is imported
    pytest.importorskip(backend)
    pytest.importorskip("keras")
    if "keras" in sys.modules and (now := sys.modules["keras"].backend.backend()) != backend:
        pytest.skip(f"Keras is loaded already, on {now}")
    real = trained("keras_", small(), backend=backend)
    ours = trained("chainrule_accelerate", small(), backend=backend)
    np.testing.assert_allclose(ours.outputs(), real.outputs(), rtol=1e-5)


def rows(**changes: list[float]) -> list[dict[str, Any]]:
    """Return rows of three rounds of 1000 passes each; ``changes`` are other seconds."""
    seconds = {
        keras_fit.FIT: [0.010, 0.020, 0.030],
        keras_fit.BAR: [0.011, 0.020, 0.032],
        keras_fit.ENGINE: [0.009, 0.021, 0.026],
    }
    return [row(name, seconds=times) for name, times in (seconds | changes).items()]


def test_differences_are_of_the_same_round() -> None:
    over, bar = keras_fit.differences(rows())
    assert over["us_per_unit"] == pytest.approx({"min": -1.0, "median": 1.0, "max": 4.0})
    assert (over["name"], over["target_us"]) == ("fit over the engine", 20.0)
    assert bar["us_per_unit"] == pytest.approx({"min": 0.0, "median": 1.0, "max": 2.0})
    assert bar["share_of_fit"] == pytest.approx(1 / 20)
    assert bar["note"] == "5 % of fit; to reach: 2 %"


def test_no_difference_where_a_row_was_not_measured() -> None:
    without = [each for each in rows() if each["name"] != keras_fit.ENGINE]
    failed = {"name": keras_fit.ENGINE, "failed": "it died"}
    (bar,) = keras_fit.differences([*without, failed])
    assert bar["name"] == "the bar on a terminal"


def test_the_work_is_the_tutorials() -> None:
    pytest.importorskip("sklearn")
    work = keras_fit.workload()
    assert (work.layers, work.hidden, work.output) == ((64, 32, 16, 10), "sigmoid", "softmax")
    assert (work.learning_rate, work.batch_size, work.epochs) == (0.01, 10, 300)
    assert work.X.shape == (1347, 64)
    assert work.validation("float32")[0].shape == (450, 64)  # type: ignore[index]
    target = next(each.target_us for each in keras_fit.FIT_CASE.contestants if each.target_us)
    assert 300 * target == pytest.approx(0.1e6)


def test_tables_and_pages_take_the_rows_of_differences() -> None:
    from benchmarks import docs, readme

    whole = result()
    case = whole["cases"]["case"]
    case["contestants"] += keras_fit.differences(rows())
    heads, cells = report.table(case, whole["machine"])
    assert "to reach" in heads
    names = [line[0] for line in cells]
    assert names[-2:] == ["fit over the engine", "the bar on a terminal"]
    assert "fit over the engine" in docs.details(whole, "a.json")
    # They are ours, and no peers.
    assert "over the engine" not in readme.overview(whole)
