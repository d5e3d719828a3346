"""``fit`` on batches that come one after the other, and single batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule import training
from chainrule.engines.protocol import TrainingLog
from chainrule.keras import data
from chainrule.keras.callbacks import CallbackList, History
from chainrule.keras.models.compiled import Compiled
from chainrule.keras.models.counting import result
from chainrule.keras.models.evaluation import count, engine
from chainrule.keras.models.samples import Prepared, prepare
from chainrule.keras.models.watching import averages, limits

if TYPE_CHECKING:
    from chainrule.keras.models.fitting import Validation
    from chainrule.keras.models.sequential import Sequential

Array = npt.NDArray[Any]


def train_on_batch(
    model: Sequential, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None
) -> dict[str, float]:
    """Make one step on one batch; return the loss and the metrics from before it."""
    compiled = model.needed("train_on_batch")
    data.check_class_weight(class_weight)
    size = max(1, len(data.arrays(x, "x", model.dtype)))
    given = data.adapt(x, y, sample_weight, batch_size=size, dtype=model.dtype)
    assert isinstance(given, data.Samples)  # arrays are
    x, y, weight = given
    prepared = prepare(model, compiled, x, y, weight)
    for metric in compiled.metrics:
        metric.reset_state()
    loss = step(model, compiled, prepared, class_weight)
    for act in [*limits(model), *averages(model, compiled)]:
        act()
    return {"loss": loss} | {m.name: result(m) for m in compiled.metrics}


def step(model: Sequential, compiled: Compiled, prepared: Prepared, class_weight: Any) -> float:
    """Make one step on prepared samples, and let the metrics count them; return the loss."""
    network = model.network
    program = compiled.program(network)
    samples = training.weighted(program, prepared.data, class_weight)
    state = compiled.state(network, model.trainable_weights)
    log = TrainingLog.empty(1)
    if compiled.metrics:
        shape = (1, len(samples.X), network.architecture.outputs)
        log.outputs = np.empty(shape, dtype=network.dtype)
    engine().train(
        program,
        network.theta,
        state,
        samples,
        None,
        batch_size=len(samples.X),
        log=log,
    )
    if log.outputs is not None:  # those from before the step, as in Keras
        weight = None if samples.weight is None else samples.weight / prepared.scale
        counted = Prepared(samples, prepared.y, weight)
        count(compiled, counted, log.outputs.reshape(-1, *network.result))
    return float(log.loss[0])


def fit_batches(
    model: Sequential,
    given: data.Batches,
    validation: Validation,
    epochs: int,
    verbose: int,
    callbacks: Any,
    initial_epoch: int,
    class_weight: Any,
) -> History:
    """Train on batches as they come; see :meth:`Trainer.fit`."""
    compiled = model.needed("fit")
    called = CallbackList(
        callbacks,
        add_history=True,
        add_progbar=verbose != 0,
        model=model,
        verbose=verbose,
        epochs=epochs,
        steps=given.num_batches,
    )
    validation.called = called
    model.stop_training = False
    called.on_train_begin()
    initial_epoch = model.restored_epoch(initial_epoch)
    logs: dict[str, float] = {}
    for epoch in range(initial_epoch, epochs):
        if model.stop_training:
            break
        called.on_epoch_begin(epoch)
        logs = _epoch(model, compiled, given, called, class_weight)
        if not logs:  # a generator at its end, which has been said
            break
        if validation.wanted:
            logs |= validation(epoch)
        called.on_epoch_end(epoch, logs)
    compiled.optimizer.finalize_variable_values(model.trainable_weights)
    called.on_train_end(logs)
    history = called.history
    assert history is not None  # add_history
    return history


def _epoch(
    model: Sequential,
    compiled: Compiled,
    given: data.Batches,
    called: CallbackList,
    class_weight: Any,
) -> dict[str, float]:
    """Train on the batches of one epoch; return the loss and the metrics."""
    for metric in compiled.metrics:
        metric.reset_state()
    total, n, logs = 0.0, 0, {}
    acts: list[Any] | None = None
    for i, (x, y, weight) in enumerate(given.epoch()):
        called.on_train_batch_begin(i)
        prepared = prepare(model, compiled, x, y, weight)
        total += len(prepared.data.X) * step(model, compiled, prepared, class_weight)
        n += len(prepared.data.X)
        acts = [*limits(model), *averages(model, compiled)] if acts is None else acts
        for act in acts:
            act()
        logs = {"loss": total / n}
        logs |= {metric.name: result(metric) for metric in compiled.metrics}
        called.on_train_batch_end(i, logs)
        if model.stop_training:
            break
    return logs
