"""The process of one contestant: ``python -m benchmarks.worker MODULE WORKLOAD OPTIONS``.

It talks in lines of JSON. First it says that it is ready (or why not); then for each line "time
SECONDS" that it reads it answers with timings and with how fast the core was; at "end" it says what
it has learnt, and leaves.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from benchmarks.peers import MissingPeerError, Peer
from benchmarks.timing import gauge, time_once, time_repeatedly
from benchmarks.workload import Workload


def pin(cores: list[int] | None) -> None:
    """Stay on these cores, where the system can do that."""
    if cores is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


# The function of a peer's file for each job of a workload.
PREPARE = {"train": "prepare", "forward": "prepare_forward"}


def prepared(module: str, workload: Workload, options: dict[str, Any]) -> Peer:
    """Import a peer's file and return the peer, ready for the workload's job."""
    file = importlib.import_module(f"benchmarks.peers.{module}")
    peer: Peer = getattr(file, PREPARE[workload.job])(workload, **options)
    return peer


def start(module: str, workload: Workload, options: dict[str, Any]) -> tuple[Peer, dict[str, Any]]:
    """Return the peer, ready and warm, and what is to be said about its start."""
    began = time.perf_counter()
    peer = prepared(module, workload, options)
    ready = time.perf_counter()
    first = time_once(peer.reset, peer.run)
    return peer, {
        "setup_seconds": ready - began,
        "first_run_seconds": first,
        "versions": peer.versions,
    }


def finish(peer: Peer, workload: Workload) -> dict[str, Any]:
    """Return what the last run has learnt."""
    outputs = peer.outputs()
    return {
        "loss": workload.loss(outputs),
        "accuracy": workload.accuracy(outputs),
        "loss_history": getattr(peer, "loss_history", None),
    }


def without_folders(text: str) -> str:
    """Return a message without the folders of this machine: it goes into the result file."""
    return re.sub(r"(?<![\w.])/(?:[\w.+-]+/)+", "", text)


def main() -> None:
    """Serve until "end"."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # a peer may print; only answers go to the parent

    def say(**answer: Any) -> None:
        print(json.dumps(answer), file=channel, flush=True)

    module, path, text = sys.argv[1:]
    options = json.loads(text)
    pin(options.pop("cores"))
    workload = Workload.load(Path(path))
    try:
        peer, report = start(module, workload, options)
        say(**report)
        for line in sys.stdin:
            command, *words = line.split()
            if command == "end":
                say(**finish(peer, workload))
                return
            before = gauge()
            seconds = time_repeatedly(peer.reset, peer.run, float(words[0]))
            say(seconds=seconds, gauge=max(before, gauge()))
    except (ModuleNotFoundError, MissingPeerError) as error:
        name = getattr(error, "name", None)
        say(skipped=f"{name} is not installed" if name else str(error))
    except Exception as error:
        traceback.print_exc()
        say(failed=without_folders(f"{type(error).__name__}: {error}"))


if __name__ == "__main__":
    main()
