"""Our Keras face: the whole call of ``fit`` as a reader of the tutorial writes it.

With a terminal, the bar is written to a pseudo-terminal that another process reads.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import redirect_stdout, suppress

from benchmarks.peers.chainrule_engine import versions_of
from benchmarks.peers.keras_ import KerasPeer
from benchmarks.workload import Workload
from chainrule import keras
from chainrule.keras.models.evaluation import engine


class ChainruleKerasPeer(KerasPeer):
    """One ``fit`` of ``chainrule.keras``; with a terminal, ``verbose=1``."""

    def __init__(self, workload: Workload, dtype: str, epochs: int, terminal: bool) -> None:
        versions = versions_of(engine())
        super().__init__(workload, dtype, epochs, keras, versions)
        self._terminal = Terminal() if terminal else None

    def run(self) -> None:
        if self._terminal is None:
            self.fit(self._model, verbose=0)
            return
        with redirect_stdout(self._terminal.stream):
            self.fit(self._model, verbose=1)

    def close(self) -> None:
        """Close the terminal, if there is one."""
        if self._terminal is not None:
            self._terminal.close()

    @property
    def loss_history(self) -> list[float]:
        """The loss after each epoch, from a run that stops after each to look."""
        losses: list[float] = []
        look = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda *_: losses.append(self._workload.loss(self.outputs()))
        )
        self.reset()
        self.fit(self._model, verbose=0, callbacks=[look])
        return losses


class Terminal:
    """The writing end of a terminal, which a process reads, on another core if there is one."""

    def __init__(self) -> None:
        import pty

        master, slave = pty.openpty()
        nowhere = subprocess.DEVNULL
        self._reader = subprocess.Popen(["cat"], stdin=master, stdout=nowhere, stderr=nowhere)
        os.close(master)
        with suppress(AttributeError, OSError):  # a system, a machine without a choice of cores
            others = set(range(os.cpu_count() or 1)) - os.sched_getaffinity(0)
            os.sched_setaffinity(self._reader.pid, others)
        self.stream = os.fdopen(slave, "w", encoding="utf-8")

    def close(self) -> None:
        """End the reader."""
        self.stream.close()
        self._reader.wait()


def prepare(
    workload: Workload, *, dtype: str, epochs: int, terminal: bool = False
) -> ChainruleKerasPeer:
    return ChainruleKerasPeer(workload, dtype, epochs, terminal)
