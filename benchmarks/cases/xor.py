"""XOR with 2-2-1, one sample at a time: 1,000 epochs of four samples, eta 0.5."""

from __future__ import annotations

import numpy as np

from benchmarks.case import NetworkCase
from benchmarks.contest import Contestant
from benchmarks.workload import Workload

ENGINE = "chainrule, float64"
FIT = "chainrule NeuralNetwork.fit"


def workload() -> Workload:
    from chainrule.datasets import xor

    data = xor()
    X, y = data.X_train.astype(np.float64), data.y_train.astype(np.float64)
    return Workload(X, y, layers=(2, 2, 1), learning_rate=0.5, epochs=1000)


CASE = NetworkCase(
    name="xor",
    title="XOR 2-2-1, sigmoid, squared error, one sample at a time, 1,000 epochs",
    unit="fit",
    workload=workload,
    units_per_epoch=lambda work: 1 / work.epochs,
    reference=FIT,
    ours=ENGINE,
    short="XOR, one sample at a time",
    contestants=(
        Contestant(
            FIT,
            "chainrule_fit",
            "float64",
            {"engine": "native"},
            note="the whole call, with the loss after every epoch",
            target_us=2000,
        ),
        Contestant(ENGINE, "chainrule_engine", "float64", {"engine": "native"}),
        Contestant(
            "NumPy, the tutorial's class",
            "numpy_tutorial",
            "float64",
            against=FIT,
            note="with the loss after every epoch",
        ),
        Contestant("JAX lax.scan, float64", "jax_scan", "float64", against=ENGINE, requires="jax"),
        Contestant(
            "FANN incremental, float64",
            "fann",
            "float64",
            against=ENGINE,
            same_network=False,
            note="2-2-1 with constant biases, own start weights",
        ),
        Contestant(
            "PyTorch, float64",
            "torch_",
            "float64",
            epochs=100,
            against=ENGINE,
            requires="torch",
        ),
    ),
)
