"""Many at once: a thousand XOR networks of 2-2-1, a thousand epochs, one sample at a time."""

from __future__ import annotations

import numpy as np

from benchmarks.case import NetworkCase
from benchmarks.contest import Contestant
from benchmarks.workload import Workload

NETWORKS, EPOCHS = 1000, 1000
TOGETHER, ALONE = "chainrule train_many", "chainrule, one network after the other"


def workload() -> Workload:
    from chainrule.datasets import xor

    data = xor()
    return Workload(
        data.X_train.astype(np.float32),
        data.y_train.astype(np.float32),
        layers=(2, 2, 1),
        learning_rate=0.5,
        epochs=EPOCHS,
        biases=True,
        networks=NETWORKS,
    )


CASE = NetworkCase(
    name="many",
    title=f"{NETWORKS:,} XOR networks of 2-2-1 at once, sigmoid, squared error, one sample at a "
    f"time, {EPOCHS:,} epochs, float32",
    short=f"{NETWORKS:,} XOR networks",
    unit="network",
    workload=workload,
    units_per_epoch=lambda work: work.networks / work.epochs,
    reference=ALONE,
    ours=TOGETHER,
    contestants=(
        Contestant(
            TOGETHER,
            "chainrule_many",
            "float32",
            {"engine": "native", "together": True},
            target_us=20,
        ),
        Contestant(
            ALONE, "chainrule_many", "float32", {"engine": "native", "together": False}, rounds=3
        ),
        Contestant("JAX vmap", "jax_many", "float32", against=TOGETHER, requires="jax"),
        Contestant("NumPy, stacked", "numpy_many", "float32", against=TOGETHER, rounds=3),
    ),
)
