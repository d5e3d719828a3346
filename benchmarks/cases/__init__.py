"""The cases, one kind a file. A new case is a row here."""

from __future__ import annotations

from benchmarks.case import Case
from benchmarks.cases import (
    digits_batches,
    digits_sgd,
    forward,
    fresh,
    images,
    keras_fit,
    many,
    process,
    surrogate,
    xor,
)

CASES: dict[str, Case] = {
    case.name: case
    for case in (
        digits_sgd.CASE,
        digits_batches.SIGMOID,
        digits_batches.RELU,
        images.BATCH_128,
        images.BATCH_32,
        images.WIDE,
        surrogate.CASE,
        forward.ONE_ROW,
        forward.MANY_ROWS,
        fresh.CASE,
        xor.CASE,
        many.CASE,
        keras_fit.FIT_CASE,
        keras_fit.ACCELERATE,
        process.CASE,
    )
}
