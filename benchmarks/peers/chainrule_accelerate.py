"""Real Keras, its ``fit`` done by our engine through ``chainrule.accelerate``.

Weights, the optimiser's state and the history are written back into the real model each time.
"""

from __future__ import annotations

import chainrule
from benchmarks.peers.keras_ import KerasPeer, keras_on
from benchmarks.workload import Workload


class AcceleratedPeer(KerasPeer):
    """One call of ``chainrule.accelerate(model).fit``."""

    def run(self) -> None:
        self.fit(chainrule.accelerate(self._model), verbose=0)


def prepare(workload: Workload, *, dtype: str, epochs: int, backend: str) -> AcceleratedPeer:
    keras, versions = keras_on(backend)
    versions |= {"chainrule": chainrule.__version__}
    return AcceleratedPeer(workload, dtype, epochs, keras, versions)
