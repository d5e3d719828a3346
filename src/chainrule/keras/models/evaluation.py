"""Evaluation and prediction."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule.engines import get_engine
from chainrule.engines.protocol import Engine
from chainrule.keras import data
from chainrule.keras.callbacks import CallbackList
from chainrule.keras.models.compiled import Compiled
from chainrule.keras.models.counting import by_batch, result
from chainrule.keras.models.samples import Prepared, prepare
from chainrule.keras.models.trainer import batch_of

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential

Array = npt.NDArray[Any]


@cache
def engine() -> Engine:
    """Return the engine that computes for models."""
    return get_engine("native")


def outputs(model: Sequential, x: Any) -> Array:
    """Return the outputs for samples x, shape (N, ...), in one call of the engine."""
    array = data.arrays(x, "x", model.dtype)
    if not model.built:
        model.build((None, *(array.shape[1:] or (1,))))
    network = model.network
    rows = network.rows(array)
    if not len(rows):
        return np.empty((0, *network.result), dtype=network.dtype)
    A = engine().forward(network.architecture, network.theta, rows)
    return A.reshape(len(A), *network.result)


def predict(
    model: Sequential,
    x: Any,
    batch_size: int | None = None,
    *,
    verbose: int | str = "auto",
    steps: int | None = None,
    callbacks: Any = None,
) -> Array:
    """Return the outputs for samples, or for batches of them; see :meth:`Trainer.predict`."""
    batch_of(batch_size)  # refuses what is none
    given = data.adapt(x, batch_size=batch_size, steps_per_epoch=steps, dtype=model.dtype)
    size = given.batch_size if isinstance(given, data.Samples) else None
    verbose = 1 if verbose == "auto" else int(verbose)
    called = CallbackList(
        callbacks,
        add_progbar=verbose != 0,
        model=model,
        verbose=verbose,
        epochs=1,
        steps=given.num_batches,
    )
    one_by_one = called.hooks.predict_batches
    called.on_predict_begin()
    parts = []
    for i, part in enumerate(_inputs(given, size if one_by_one else None)):
        if one_by_one:
            called.on_predict_batch_begin(i)
        parts.append(outputs(model, part))
        if one_by_one or not isinstance(given, data.Samples):
            called.on_predict_batch_end(i, {"outputs": parts[-1]})
    called.on_predict_end()
    if not parts:
        raise ValueError("x is empty; give at least one sample")
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _inputs(given: Any, size: int | None) -> Iterator[Array]:
    if isinstance(given, data.Samples):
        step = size or max(given.n, 1)
        for start in range(0, given.n, step):
            yield given.x[start : start + step]
    else:
        for x, _, _ in given.epoch():
            yield x


def evaluate(
    model: Sequential,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    *,
    verbose: int | str = "auto",
    steps: int | None = None,
    callbacks: Any = None,
) -> dict[str, float]:
    """Return the loss and the metrics by name; see :meth:`Trainer.evaluate`."""
    compiled = model.needed("evaluate")
    batch_of(batch_size)  # refuses what is none
    given = x  # which validation has adapted already
    if not isinstance(x, data.Samples | data.Batches):
        given = data.adapt(
            x, y, sample_weight, batch_size=batch_size, steps_per_epoch=steps, dtype=model.dtype
        )
    verbose = 1 if verbose == "auto" else int(verbose)
    whole = isinstance(given, data.Samples)
    if isinstance(given, data.Batches):
        given.restart()
    if isinstance(callbacks, CallbackList):
        called = callbacks
    else:
        called = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            model=model,
            verbose=verbose,
            epochs=1,
            steps=given.num_batches,
        )
    one_by_one = not whole or called.hooks.test_batches
    in_batches = one_by_one or compiled.sums or any(by_batch(m) for m in compiled.metrics)
    called.on_test_begin()
    total, n, logs = 0.0, 0, {}
    compiled_before = len(compiled.metrics)
    for metric in compiled.metrics:
        metric.reset_state()
    for i, batch in enumerate(_batches(given, in_batches)):
        if one_by_one:
            called.on_test_batch_begin(i)
        prepared = prepare(model, compiled, *batch)
        if not compiled_before and i == 0:
            for metric in compiled.metrics:
                metric.reset_state()
        total += len(prepared.data.X) * look(model, compiled, prepared)
        n += len(prepared.data.X)
        logs = {"loss": total / n}
        logs |= {metric.name: result(metric) for metric in compiled.metrics}
        if one_by_one:
            called.on_test_batch_end(i, logs)
    if not n:
        raise ValueError("x is empty; give at least one sample")
    called.on_test_end(logs)
    return logs


def _batches(given: Any, in_batches: bool) -> Iterator[tuple[Array, Any, Array | None]]:
    if not isinstance(given, data.Samples):
        for x, y, weight in given.epoch():
            yield x, y, weight
        return
    step = given.batch_size if in_batches else max(given.n, 1)
    for start in range(0, given.n, step):
        part = slice(start, start + step)
        weight = None if given.weight is None else given.weight[part]
        yield given.x[part], None if given.y is None else given.y[part], weight


def look(model: Sequential, compiled: Compiled, prepared: Prepared) -> float:
    """Return the loss on samples, and let the metrics count them."""
    network, samples = model.network, prepared.data
    program = compiled.program(network)
    value = engine().evaluate(program, network.theta, samples)
    if compiled.metrics:
        A = engine().forward(network.architecture, network.theta, samples.X)
        count(compiled, prepared, A.reshape(len(A), *network.result))
    return value


def count(compiled: Compiled, prepared: Prepared, A: Array) -> None:
    """Let the metrics count outputs A (N, ...)."""
    for metric in compiled.metrics:
        weight = prepared.weight if compiled.weighs(metric) else None
        metric.update_state(prepared.y, A, sample_weight=weight)
