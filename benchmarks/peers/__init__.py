"""The contestants, one kind a file; ours are ``chainrule_engine`` and ``chainrule_fit``.

Each file has a function ``prepare(workload, *, dtype, epochs, **options)`` that returns a
:class:`Peer`. Heavy libraries are imported in it, or at the top of the file: nobody imports a
peer but the process that runs it.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy.typing as npt


class MissingPeerError(Exception):
    """Something other than a Python module is missing; the text says what and how to get it."""


class Peer(Protocol):
    """One library, ready to train. It may have ``loss_history``: the loss after each epoch."""

    versions: dict[str, str]

    def reset(self) -> None:
        """Go back to the start weights. Not timed."""

    def run(self) -> None:
        """Do the job. Timed."""

    def outputs(self) -> npt.NDArray[Any]:
        """Return the outputs (N, H) for all samples after the last run. Not timed."""
