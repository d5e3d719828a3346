"""The contestants, one kind a file; ours are the files ``chainrule_*``.

Each file has a function ``prepare(workload, *, dtype, epochs, **options)`` that returns a
:class:`Peer`, and where it is asked for outputs ``prepare_forward`` with the same arguments. Heavy
libraries are imported in it, or at the top of the file: nobody imports a peer but the process
that runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class MissingPeerError(Exception):
    """Something other than a Python module is missing; the text says what and how to get it."""


class Peer(Protocol):
    """One library, ready to run. It may have ``loss_history``: the loss after each epoch."""

    versions: dict[str, str]

    def reset(self) -> None:
        """Go back to the start weights. Not timed."""

    def run(self) -> None:
        """Do the job. Timed."""

    def outputs(self) -> Array:
        """Return the outputs (N, H) for all samples after the last run. Not timed."""


class ForwardPeer:
    """Calls a function that gives outputs, as often as the workload has epochs.

    Parameters
    ----------
    call : callable
        Takes ``X`` and returns the outputs, and has them when it returns.
    X : object
        The inputs, of the type that the library likes best.
    calls : int
        How often a run calls it.
    versions : dict
        Of the library.
    """

    def __init__(
        self, call: Callable[[Any], Any], X: Any, calls: int, versions: dict[str, str]
    ) -> None:
        self._call, self._X, self._calls, self.versions = call, X, calls, versions

    def reset(self) -> None:
        """Nothing has changed."""

    def run(self) -> None:
        call, X = self._call, self._X
        for _ in range(self._calls):
            call(X)

    def outputs(self) -> Array:
        return np.asarray(self._call(self._X))
