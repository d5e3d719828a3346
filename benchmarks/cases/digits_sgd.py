"""The tutorial's digits: 64-32-16-10, one sample at a time, 100 epochs."""

from __future__ import annotations

import numpy as np

from benchmarks.case import NetworkCase
from benchmarks.contest import Contestant
from benchmarks.workload import Workload

FLOAT64 = "chainrule, float64"
FLOAT32 = "chainrule, float32"
FIT = "chainrule NeuralNetwork.fit"
NOT_OURS = "64-32-16-10 with constant biases, own start weights"


def workload() -> Workload:
    from chainrule.datasets import digits

    data = digits()
    y_train = np.asarray(data.y_train, dtype=np.float64)
    return Workload(data.X_train, y_train, layers=(64, 32, 16, 10), learning_rate=0.1, epochs=100)


CASE = NetworkCase(
    name="digits_sgd",
    title="Digits 64-32-16-10, sigmoid, squared error, one sample at a time, 100 epochs",
    unit="sample",
    workload=workload,
    units_per_epoch=lambda work: len(work.X),
    reference=FIT,
    ours=FLOAT64,
    short="digits, one sample at a time",
    contestants=(
        Contestant(FLOAT64, "chainrule_engine", "float64", {"engine": "native"}, target_us=0.30),
        Contestant(FLOAT32, "chainrule_engine", "float32", {"engine": "native"}, target_us=0.22),
        Contestant(
            FIT,
            "chainrule_fit",
            "float64",
            {"engine": "native"},
            note="the whole call, with the loss after every epoch",
        ),
        Contestant(
            "chainrule, NumPy engine",
            "chainrule_engine",
            "float64",
            {"engine": "numpy"},
            epochs=2,
            against=FLOAT64,
            note="written to be read",
        ),
        Contestant(
            "NumPy, the tutorial's class",
            "numpy_tutorial",
            "float64",
            epochs=5,
            against=FIT,
            note="with the loss after every epoch",
        ),
        Contestant("JAX lax.scan, float64", "jax_scan", "float64", against=FLOAT64, requires="jax"),
        Contestant("JAX lax.scan, float32", "jax_scan", "float32", against=FLOAT32, requires="jax"),
        Contestant(
            "FANN incremental, float64",
            "fann",
            "float64",
            against=FLOAT64,
            same_network=False,
            note=NOT_OURS,
        ),
        Contestant(
            "FANN incremental, float32",
            "fann",
            "float32",
            against=FLOAT32,
            same_network=False,
            note=NOT_OURS,
        ),
        Contestant(
            "scikit-learn",
            "sklearn_",
            "float64",
            epochs=2,
            against=FLOAT64,
            requires="sklearn",
            same_network=False,
            note=f"{NOT_OURS}, cross-entropy",
        ),
        Contestant("PyTorch", "torch_", "float32", epochs=1, against=FLOAT32, requires="torch"),
    ),
)
