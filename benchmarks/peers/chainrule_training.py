"""Our training loop, the whole call: it draws the orders, trains, validates, keeps a history."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.chainrule_engine import program_of, start_of, validation_of, versions_of
from benchmarks.workload import Workload
from chainrule import training
from chainrule.architecture import Array
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data


class TrainingPeer:
    """One call of ``training.fit``."""

    def __init__(self, workload: Workload, dtype: str, epochs: int, engine: str) -> None:
        self._workload, self._epochs = workload, epochs
        self._engine = get_engine(engine)
        self.versions = versions_of(self._engine)
        self._program = program_of(workload)
        self._data = Data(workload.inputs(workload.X, dtype), workload.Y.astype(dtype))
        self._validation = validation_of(workload, dtype)
        self._start = start_of(workload, dtype)
        self.reset()

    def reset(self) -> None:
        self._theta = self._start.copy()

    def run(self) -> None:
        self._fit()

    def outputs(self) -> Array:
        return self._engine.forward(self._program.architecture, self._theta, self._data.X)

    @property
    def loss_history(self) -> list[float]:
        """The loss after each epoch, from a run that stops after each to look."""
        losses: list[float] = []
        self.reset()
        self._fit(
            [training.Every(1, lambda *_: losses.append(self._workload.loss(self.outputs())))]
        )
        return losses

    def _fit(self, callbacks: list[training.Callback] | None = None) -> None:
        work = self._workload
        training.fit(
            self._engine,
            self._program,
            self._theta,
            self._data,
            epochs=self._epochs,
            batch_size=work.batch_size,
            shuffle=np.random.default_rng(work.seed) if work.shuffle else None,
            validation_data=self._validation,
            callbacks=callbacks or [],
        )


def prepare(workload: Workload, *, dtype: str, epochs: int, engine: str) -> TrainingPeer:
    return TrainingPeer(workload, dtype, epochs, engine)
