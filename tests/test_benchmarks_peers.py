"""The peers of the benchmark learn what our engine in NumPy learns, where they are installed."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks/ is not installed

from benchmarks.workload import Workload  # noqa: E402

NUMPY = {"engine": "numpy"}

# Each peer that draws no orders of its own, what it needs, and its options.
PEERS: dict[str, tuple[str, dict[str, Any]]] = {
    "chainrule_training": ("numpy", NUMPY),
    "jax_scan": ("jax", {}),
    "sklearn_": ("sklearn", {}),
    "torch_": ("torch", {}),
}

# PyTorch adds Adam's epsilon to the corrected root, so in early steps it weighs less.
TOLERANCE = {("torch_", "adam"): 1e-2}


def tutorial() -> Workload:
    rng = np.random.default_rng(0)
    Y = np.eye(2)[[0, 1, 1, 0, 1]]
    return Workload(rng.standard_normal((5, 3)), Y, layers=(3, 4, 2), learning_rate=0.1, epochs=2)


def classes() -> Workload:
    """Return seven samples in batches of three, so that the last batch is shorter."""
    rng = np.random.default_rng(1)
    Y = np.eye(3)[[0, 1, 2, 0, 1, 2, 0]]
    return Workload(
        rng.standard_normal((7, 4)),
        Y,
        layers=(4, 5, 3),
        learning_rate=0.1,
        epochs=3,
        hidden="relu",
        output="softmax",
        loss_name="categorical_crossentropy",
        optimizer="adam",
        batch_size=3,
        biases=True,
        shuffle=True,
        X_validation=rng.standard_normal((2, 4)),
        Y_validation=Y[:2],
    )


def numbers() -> Workload:
    return replace(
        classes(),
        Y=np.random.default_rng(2).standard_normal((7, 3)),
        hidden="tanh",
        output="linear",
        loss_name="mean_squared_error",
        batch_size=7,
        shuffle=False,
        X_validation=None,
        Y_validation=None,
    )


def prepare(module: str, workload: Workload, **options: Any) -> Any:
    file = importlib.import_module(f"benchmarks.peers.{module}")
    job = {"train": "prepare", "forward": "prepare_forward"}[workload.job]
    return getattr(file, job)(workload, dtype="float64", epochs=workload.epochs, **options)


def trained(module: str, workload: Workload, **options: Any) -> Any:
    """Return the outputs after two runs, of which the second starts from the beginning."""
    peer = prepare(module, workload, **options)
    peer.run()
    peer.reset()
    peer.run()
    return peer.outputs()


@pytest.mark.parametrize("module", ["numpy_tutorial", "chainrule_fit", "jax_scan", "torch_"])
def test_peers_learn_the_tutorials_network_as_we_do(module: str) -> None:
    pytest.importorskip(PEERS.get(module, ("numpy",))[0])
    options = NUMPY if module == "chainrule_fit" else {}
    ours = trained("chainrule_engine", tutorial(), **NUMPY)
    np.testing.assert_allclose(trained(module, tutorial(), **options), ours, rtol=1e-12)


@pytest.mark.parametrize("module", list(PEERS))
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_peers_learn_classes_in_batches_as_we_do(module: str, optimizer: str) -> None:
    needed, options = PEERS[module]
    pytest.importorskip(needed)
    work = replace(classes(), optimizer=optimizer)
    ours = trained("chainrule_engine", work, **NUMPY)
    rtol = TOLERANCE.get((module, optimizer), 1e-9)
    np.testing.assert_allclose(trained(module, work, **options), ours, rtol=rtol)


@pytest.mark.parametrize("module", ["chainrule_training", "jax_scan", "torch_"])
def test_peers_learn_numbers_as_we_do(module: str) -> None:
    needed, options = PEERS[module]
    pytest.importorskip(needed)
    ours = trained("chainrule_engine", numbers(), **NUMPY)
    rtol = TOLERANCE.get((module, "adam"), 1e-9)
    np.testing.assert_allclose(trained(module, numbers(), **options), ours, rtol=rtol)


@pytest.mark.parametrize("module", ["jax_scan", "sklearn_", "torch_"])
def test_peers_give_the_outputs_that_we_give(module: str) -> None:
    pytest.importorskip(PEERS[module][0])
    work = replace(classes(), job="forward", X=classes().X[:1], Y=classes().Y[:1], batch_size=1)
    ours = prepare("chainrule_engine", work, **NUMPY).outputs()
    np.testing.assert_allclose(prepare(module, work).outputs(), ours, rtol=1e-12)


def test_our_training_tells_the_loss_after_each_epoch() -> None:
    peer = prepare("chainrule_training", classes(), **NUMPY)
    peer.run()
    history = peer.loss_history
    assert len(history) == 3
    assert history[-1] == pytest.approx(classes().loss(peer.outputs()))
    first = prepare("chainrule_training", replace(classes(), epochs=1), **NUMPY)
    first.run()
    assert history[0] == pytest.approx(classes().loss(first.outputs()))


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_keras_gets_nearer_as_we_do(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("keras")
    pytest.importorskip(backend)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    work = replace(classes(), shuffle=False)
    ours = trained("chainrule_engine", work, **NUMPY)
    theirs = trained("keras_", work, backend=backend)
    np.testing.assert_allclose(theirs, ours, rtol=1e-5)
