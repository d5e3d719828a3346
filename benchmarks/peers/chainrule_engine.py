"""Our engines through their contract: updates only, no loss after the epochs."""

from __future__ import annotations

import numpy as np

import chainrule
from benchmarks.workload import Workload
from chainrule.architecture import Architecture, Array, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.optimizers import SGD


class EnginePeer:
    """One call of ``train`` with batches of one sample."""

    def __init__(self, workload: Workload, dtype: str, epochs: int, engine: str) -> None:
        layers = tuple(Dense(units, "sigmoid", use_bias=False) for units in workload.widths[1:])
        architecture = Architecture(workload.widths[0], layers)
        self._engine = get_engine(engine)
        self.versions = {"chainrule": chainrule.__version__}
        if kernels := getattr(self._engine, "isa", None):
            self.versions["chainrule's kernels"] = kernels
        self._program = Program(architecture, "sum_of_squared_errors", SGD(workload.eta))
        self._epochs = epochs
        self._X = workload.inputs_with_ones.astype(dtype)
        self._Y = workload.Y.astype(dtype)
        self._start = np.concatenate([W.ravel() for W in workload.start_weights()]).astype(dtype)
        self.reset()

    def reset(self) -> None:
        self._theta = self._start.copy()
        self._state = TrainingState.fresh(self._program, self._start.dtype)

    def run(self) -> None:
        self._engine.train(
            self._program,
            self._theta,
            self._state,
            Data(self._X, self._Y),
            None,
            batch_size=1,
            log=TrainingLog.empty(self._epochs),
        )

    def outputs(self) -> Array:
        return self._engine.forward(self._program.architecture, self._theta, self._X)


def prepare(workload: Workload, *, dtype: str, epochs: int, engine: str) -> EnginePeer:
    return EnginePeer(workload, dtype, epochs, engine)
