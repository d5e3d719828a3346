"""Our class of the tutorial: the whole call of ``fit``, with its loss after every epoch."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

import chainrule
from benchmarks.peers import ForwardPeer
from benchmarks.workload import Workload
from chainrule import NeuralNetwork


class FitPeer:
    """``NeuralNetwork.fit`` as a reader of the tutorial calls it."""

    versions = {"chainrule": chainrule.__version__}  # noqa: RUF012

    def __init__(self, workload: Workload, epochs: int, engine: str) -> None:
        self._workload, self._epochs, self._engine = workload, epochs, engine
        self.reset()

    def reset(self) -> None:
        work = self._workload
        self._network = NeuralNetwork(
            list(work.layers), eta=work.learning_rate, rand_seed=work.seed, engine=self._engine
        )

    def run(self) -> None:
        work = self._workload
        self._network.fit(work.X, work.Y, n_epochs=self._epochs, method="SGD", display_update=0)

    def outputs(self) -> npt.NDArray[Any]:
        return self._network.predict(self._workload.X)

    @property
    def loss_history(self) -> list[float]:
        return [float(loss) for loss in self._network.loss_history]


def prepare(workload: Workload, *, dtype: str, epochs: int, engine: str) -> FitPeer:
    assert dtype == "float64"  # the class knows no other
    return FitPeer(workload, epochs, engine)


def prepare_forward(workload: Workload, *, dtype: str, epochs: int, engine: str) -> ForwardPeer:
    assert dtype == "float64"
    network = NeuralNetwork(list(workload.layers), rand_seed=workload.seed, engine=engine)
    return ForwardPeer(
        network.predict, workload.X.astype(dtype), epochs, {"chainrule": chainrule.__version__}
    )
