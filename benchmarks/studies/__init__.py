"""What is measured of ours alone: how time grows, and what memory a run takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.contest import Settings
from benchmarks.studies import growth, memory

# Each study measures and returns what goes into the result file.
STUDIES: dict[str, Callable[[Settings], dict[str, Any]]] = {
    "growth": growth.run,
    "memory": memory.run,
}
