"""A surrogate of four inputs and outputs: 4-32-16-4, all 10,000 samples in every step."""

from __future__ import annotations

import numpy as np

from benchmarks.case import NetworkCase, Published
from benchmarks.cases.rivals import (
    FIT,
    JAX,
    KERAS_JAX,
    KERAS_TENSORFLOW,
    SKLEARN,
    TORCH,
    frameworks,
    ours,
)
from benchmarks.workload import Workload

SAMPLES = 10_000
STEPS = 50


def workload() -> Workload:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((SAMPLES, 4)).astype(np.float32)
    mixed = X @ rng.standard_normal((4, 4))
    Y = np.sin(mixed) + 0.1 * rng.standard_normal((SAMPLES, 4))
    return Workload(
        X,
        Y.astype(np.float32),
        layers=(4, 32, 16, 4),
        learning_rate=0.001,
        epochs=STEPS,
        hidden="tanh",
        output="linear",
        loss_name="mean_squared_error",
        optimizer="adam",
        batch_size=SAMPLES,
        biases=True,
    )


CASE = NetworkCase(
    name="surrogate",
    title="Surrogate 4-32-16-4, tanh, mean squared error, Adam, all 10,000 samples a step, "
    f"float32 ({STEPS} steps)",
    short="4-32-16-4, full batch",
    unit="sample",
    workload=workload,
    units_per_epoch=lambda work: len(work.X),
    reference=FIT,
    ours=FIT,
    contestants=(
        *ours("float32", target_us=1 / 25),
        *frameworks(
            "float32",
            {JAX: 20, KERAS_JAX: 10, SKLEARN: 10, TORCH: 10, KERAS_TENSORFLOW: 5},
            agreement=0.05,  # there is but one batch
            note="",
        ),
    ),
    published=(
        Published(
            "SimpleChains.jl",
            us_per_unit=1 / 13.5,
            note="published, not measured here: 10,000 steps in 0.41 s on 18 cores with AVX-512, "
            "that is 13.5 million samples a second and core",
        ),
    ),
)
