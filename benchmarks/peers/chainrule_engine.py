"""Our engines through their contract: the order of the samples is given, nothing is around it."""

from __future__ import annotations

import numpy as np

import chainrule
from benchmarks.peers import ForwardPeer
from benchmarks.workload import Workload
from chainrule.architecture import Architecture, Array, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data, Engine, TrainingLog
from chainrule.layers import Dense
from chainrule.optimizers import SGD, Adam, Optimizer

OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam}


def program_of(workload: Workload) -> Program:
    """Return the workload's network, loss and optimiser."""
    layers = tuple(
        Dense(units, activation, use_bias=workload.biases)
        for units, activation in zip(workload.widths[1:], workload.activations, strict=True)
    )
    return Program(
        Architecture(workload.widths[0], layers),
        workload.loss_name,
        OPTIMIZERS[workload.optimizer](workload.learning_rate),
        measures=("categorical_accuracy",) if workload.watched else (),
    )


def start_of(workload: Workload, dtype: str) -> Array:
    """Return the start weights as one vector."""
    parts = [part.ravel() for pair in workload.start(dtype) for part in pair if part is not None]
    return np.concatenate(parts)


def validation_of(workload: Workload, dtype: str) -> Data | None:
    """Return the validation data, or None."""
    validation = workload.validation(dtype)
    return None if validation is None else Data(*validation)


def versions_of(engine: Engine) -> dict[str, str]:
    """Return our version, and which build of the kernels runs."""
    versions = {"chainrule": chainrule.__version__}
    if kernels := getattr(engine, "isa", None):
        versions["chainrule's kernels"] = kernels
    return versions


class EnginePeer:
    """One call of ``train``."""

    def __init__(self, workload: Workload, dtype: str, epochs: int, engine: str) -> None:
        self._engine = get_engine(engine)
        self.versions = versions_of(self._engine)
        self._program = program_of(workload)
        self._epochs, self._batch_size = epochs, workload.batch_size
        self._data = Data(workload.inputs(workload.X, dtype), workload.Y.astype(dtype))
        self._validation = validation_of(workload, dtype)
        self._orders = workload.orders(epochs)
        self._start = start_of(workload, dtype)
        self.reset()

    def reset(self) -> None:
        self._theta = self._start.copy()
        self._state = TrainingState.fresh(self._program, self._start.dtype)

    def run(self) -> None:
        self._engine.train(
            self._program,
            self._theta,
            self._state,
            self._data,
            self._orders,
            batch_size=self._batch_size,
            log=TrainingLog.empty(self._epochs, len(self._program.measures)),
            validation=self._validation,
        )

    def outputs(self) -> Array:
        return self._engine.forward(self._program.architecture, self._theta, self._data.X)


def prepare(workload: Workload, *, dtype: str, epochs: int, engine: str) -> EnginePeer:
    return EnginePeer(workload, dtype, epochs, engine)


def prepare_forward(workload: Workload, *, dtype: str, epochs: int, engine: str) -> ForwardPeer:
    chosen = get_engine(engine)
    architecture, theta = program_of(workload).architecture, start_of(workload, dtype)
    return ForwardPeer(
        lambda X: chosen.forward(architecture, theta, X),
        workload.inputs(workload.X, dtype),
        epochs,
        versions_of(chosen),
    )
