"""Rows that many cases share: our engine and our training loop, and the frameworks beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.contest import Contestant

FIT = "chainrule"
ENGINE = "chainrule, the engine alone"

# Their orders of the samples are their own, so their losses are a little elsewhere.
OWN_ORDER = 0.4
OWN_ORDER_NOTE = "shuffles by itself"

JAX, JAX_FORWARD = "JAX lax.scan", "JAX jit"
SKLEARN, TORCH = "scikit-learn", "PyTorch"
KERAS_JAX, KERAS_TENSORFLOW = "Keras on JAX", "Keras on TensorFlow"

# The file of peers, its options, the module it cannot do without, how it may differ.
FRAMEWORKS: dict[str, dict[str, Any]] = {
    JAX: {"module": "jax_scan", "requires": "jax"},
    JAX_FORWARD: {"module": "jax_scan", "requires": "jax"},
    KERAS_JAX: {
        "module": "keras_",
        "requires": "keras",
        "options": {"backend": "jax"},
        "agreement": OWN_ORDER,
        "note": OWN_ORDER_NOTE,
    },
    SKLEARN: {"module": "sklearn_", "requires": "sklearn"},
    TORCH: {"module": "torch_", "requires": "torch"},
    KERAS_TENSORFLOW: {
        "module": "keras_",
        "requires": "keras",
        "options": {"backend": "tensorflow"},
        "rounds": 5,  # slow, and steady enough
        "agreement": OWN_ORDER,
        "note": OWN_ORDER_NOTE,
    },
}


def ours(dtype: str, target_us: float, threads_target_us: float | None = None) -> list[Contestant]:
    """Return our rows: the whole call, the engine alone, and where wanted with two threads."""
    native = {"engine": "native"}
    rows = [
        Contestant(
            FIT,
            "chainrule_training",
            dtype,
            native,
            note="the whole call: draws the orders, keeps a history",
            target_us=target_us,
        ),
        Contestant(ENGINE, "chainrule_engine", dtype, native, note="the orders are given"),
    ]
    if threads_target_us is not None:
        rows.append(
            Contestant(
                f"{FIT}, 2 threads",
                "chainrule_training",
                dtype,
                native,
                target_us=threads_target_us,
                threads=2,
            )
        )
    return rows


def frameworks(
    dtype: str, epochs: Mapping[str, int | None], against: str = FIT, **changes: Any
) -> list[Contestant]:
    """Return the rows of the frameworks named in ``epochs``, each with its number of epochs.

    None stands for as many as the case has; ``changes`` are put over every row's settings.
    """
    return [
        Contestant(
            name, dtype=dtype, against=against, **FRAMEWORKS[name] | changes | {"epochs": number}
        )
        for name, number in epochs.items()
    ]
