"""Our many networks at once: one call of ``train_many``, or one training after the other."""

from __future__ import annotations

import numpy as np

import chainrule
from benchmarks.peers import MissingPeerError
from benchmarks.peers.chainrule_engine import program_of, versions_of
from benchmarks.workload import Workload
from chainrule import training
from chainrule.architecture import Array
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data


class ManyPeer:
    """All networks in one call, from their own start weights."""

    def __init__(self, workload: Workload, dtype: str, epochs: int, engine: str) -> None:
        self._workload, self._epochs, self._engine = workload, epochs, engine
        self.versions = versions_of(get_engine(engine))
        self._program = program_of(workload)
        self._X, self._Y = workload.inputs(workload.X, dtype), workload.Y.astype(dtype)
        parts = [part for pair in workload.starts(dtype) for part in pair if part is not None]
        flat = [part.reshape(workload.networks, -1) for part in parts]
        self._start = np.ascontiguousarray(np.hstack(flat))
        self.reset()

    def reset(self) -> None:
        self._thetas = self._start.copy()

    def run(self) -> None:
        chainrule.train_many(
            self._program,
            self._X,
            self._Y,
            epochs=self._epochs,
            batch_size=self._workload.batch_size,
            thetas=self._thetas,
            engine=self._engine,
        )

    def outputs(self) -> Array:
        engine = get_engine(self._engine)
        architecture = self._program.architecture
        return np.stack([engine.forward(architecture, theta, self._X) for theta in self._thetas])


class OneByOnePeer(ManyPeer):
    """The same networks, one call of ``training.fit`` for each."""

    def run(self) -> None:
        engine, data = get_engine(self._engine), Data(self._X, self._Y)
        for theta in self._thetas:
            training.fit(
                engine,
                self._program,
                theta,
                data,
                epochs=self._epochs,
                batch_size=self._workload.batch_size,
            )


def prepare(
    workload: Workload, *, dtype: str, epochs: int, engine: str, together: bool
) -> ManyPeer:
    if not together:
        return OneByOnePeer(workload, dtype, epochs, engine)
    if not hasattr(chainrule, "train_many"):
        raise MissingPeerError("this version of chainrule has no train_many")
    return ManyPeer(workload, dtype, epochs, engine)
