"""Outputs from Python: one row through a small network, 10,000 rows through a large one."""

from __future__ import annotations

from benchmarks.case import NetworkCase
from benchmarks.cases.images import workload as images_workload
from benchmarks.cases.rivals import (
    JAX_FORWARD,
    KERAS_JAX,
    KERAS_TENSORFLOW,
    SKLEARN,
    TORCH,
    frameworks,
)
from benchmarks.contest import TARGET_PEAK, Contestant
from benchmarks.workload import Workload

ENGINE, FLOAT64, FACE = "chainrule", "chainrule, float64", "chainrule NeuralNetwork.predict"
NATIVE = {"engine": "native"}

WIDE = (784, 512, 512, 10)
ROWS = 10_000
# 85 % of the peak.
WIDE_TARGET_US = 2 * ROWS * (784 * 512 + 512 * 512 + 512 * 10) / (850 * TARGET_PEAK["float32"])


def one_row() -> Workload:
    from chainrule.datasets import digits

    data = digits()
    return Workload(
        data.X_train[:1].astype("float32"),
        data.y_train[:1].astype("float32"),
        layers=(64, 32, 16, 10),
        learning_rate=0.1,
        epochs=1000,
        output="softmax",
        loss_name="categorical_crossentropy",
        biases=True,
        job="forward",
    )


def many_rows() -> Workload:
    from dataclasses import replace

    from benchmarks.images import images

    X, Y = images(ROWS)
    return replace(images_workload(WIDE, 128, epochs=1), X=X, Y=Y, job="forward")


ONE_ROW = NetworkCase(
    name="forward_row",
    title="Forward of one row from Python, 64-32-16-10, float32",
    short="forward of one row",
    unit="call",
    workload=one_row,
    units_per_epoch=lambda _: 1,
    reference=ENGINE,
    ours=ENGINE,
    contestants=(
        Contestant(ENGINE, "chainrule_engine", "float32", NATIVE, target_us=3),
        Contestant(FLOAT64, "chainrule_engine", "float64", NATIVE),
        Contestant(
            FACE,
            "chainrule_fit",
            "float64",
            NATIVE,
            same_network=False,
            note="the tutorial's class: sigmoid outputs, bias trick",
        ),
        Contestant(
            "chainrule, NumPy engine",
            "chainrule_engine",
            "float32",
            {"engine": "numpy"},
            against=ENGINE,
        ),
        *frameworks(
            "float32",
            {JAX_FORWARD: 1000, SKLEARN: 200, TORCH: 1000, KERAS_JAX: 20, KERAS_TENSORFLOW: 5},
            against=ENGINE,
            note="",
        ),
    ),
)

MANY_ROWS = NetworkCase(
    name="forward_rows",
    title="Forward of 10,000 rows, 784-512-512-10, relu, float32",
    short="forward of 10,000 rows",
    unit="call",
    workload=many_rows,
    units_per_epoch=lambda _: 1,
    reference=ENGINE,
    ours=ENGINE,
    contestants=(
        Contestant(ENGINE, "chainrule_engine", "float32", NATIVE, target_us=WIDE_TARGET_US),
        Contestant(
            "chainrule, 2 threads",
            "chainrule_engine",
            "float32",
            NATIVE,
            threads=2,
        ),
        *frameworks(
            "float32",
            dict.fromkeys((JAX_FORWARD, SKLEARN, TORCH, KERAS_JAX, KERAS_TENSORFLOW), 1),
            against=ENGINE,
            note="",
        ),
    ),
)
