"""Images of 784 pixels: relu, softmax and cross-entropy, Adam."""

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

SAMPLES = 8064  # 63 batches of 128, 252 of 32


def workload(layers: tuple[int, ...], batch_size: int, epochs: int) -> Workload:
    from benchmarks.images import images

    X, Y = images(SAMPLES)
    return Workload(
        X,
        Y,
        layers=layers,
        learning_rate=0.001,
        epochs=epochs,
        hidden="relu",
        output="softmax",
        loss_name="categorical_crossentropy",
        optimizer="adam",
        batch_size=batch_size,
        biases=True,
        shuffle=True,
    )


def case(
    name: str,
    layers: tuple[int, ...],
    batch_size: int,
    epochs: int,
    target_us: float,
    two_threads_us: float | None = None,
) -> NetworkCase:
    shape = "-".join(map(str, layers))
    return NetworkCase(
        name=name,
        title=f"Images {shape}, relu, softmax cross-entropy, Adam, batch {batch_size}, float32, "
        "shuffled",
        short=f"{shape}, batch {batch_size}",
        unit="step",
        workload=lambda: workload(layers, batch_size, epochs),
        units_per_epoch=lambda work: work.steps_per_epoch,
        reference=FIT,
        ours=FIT,
        contestants=(
            *ours("float32", target_us, two_threads_us),
            *frameworks(
                "float32", dict.fromkeys((JAX, KERAS_JAX, SKLEARN, TORCH, KERAS_TENSORFLOW), 1)
            ),
        ),
    )


BATCH_128 = case("images_b128", (784, 128, 10), 128, 3, target_us=280)
BATCH_32 = case("images_b32", (784, 128, 10), 32, 2, target_us=80)
WIDE = case("images_wide", (784, 512, 512, 10), 128, 1, target_us=2000, two_threads_us=1100)
