"""The digits in batches: 64-32-16-10, softmax and cross-entropy, SGD, validated every epoch."""

from __future__ import annotations

from benchmarks.case import NetworkCase
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


def workload(hidden: str, batch_size: int, epochs: int) -> Workload:
    from chainrule.datasets import digits

    data = digits()
    return Workload(
        data.X_train.astype("float32"),
        data.y_train.astype("float32"),
        layers=(64, 32, 16, 10),
        learning_rate=0.1,
        epochs=epochs,
        hidden=hidden,
        output="softmax",
        loss_name="categorical_crossentropy",
        batch_size=batch_size,
        biases=True,
        shuffle=True,
        X_validation=data.X_test.astype("float32"),
        Y_validation=data.y_test.astype("float32"),
    )


def case(name: str, hidden: str, batch_size: int, target_us: float) -> NetworkCase:
    return NetworkCase(
        name=name,
        title=f"Digits 64-32-16-10, {hidden}, softmax cross-entropy, SGD, batch {batch_size}, "
        "float32, shuffled, with accuracy and validation every epoch",
        short=f"digits, {hidden}, batch {batch_size}",
        unit="step",
        workload=lambda: workload(hidden, batch_size, epochs=100),
        units_per_epoch=lambda work: work.steps_per_epoch,
        reference=FIT,
        ours=FIT,
        contestants=(
            *ours("float32", target_us),
            *frameworks(
                "float32",
                {JAX: 50, KERAS_JAX: 4, SKLEARN: 5, TORCH: 4, KERAS_TENSORFLOW: 1},
            ),
        ),
    )


SIGMOID = case("digits_sigmoid_b10", "sigmoid", 10, target_us=1.0)
RELU = case("digits_relu_b16", "relu", 16, target_us=1.4)
