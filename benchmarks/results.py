"""Result files: what is in them, what they are called, where the newest is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.contest import ONE_THREAD
from benchmarks.machine import slug

FOLDER = Path(__file__).with_name("results")
SCHEMA = 2


def make(
    cases: dict[str, dict[str, Any]],
    machine: dict[str, Any],
    versions: dict[str, str | None],
    *,
    day: date,
    command: str,
    complete: bool,
    forced_isa: str | None = None,
    studies: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the content of a result file. The versions of peers are moved to the top.

    ``complete`` says that all cases ran, in full; ``forced_isa`` is what ``CHAINRULE_ISA`` said;
    ``studies`` is what was measured of ours alone.
    """
    versions = dict(versions)
    for case in cases.values():
        for row in case.get("narrow", ()):
            row.pop("versions", None)  # ours, but for the kernels
        for row in case["contestants"]:
            versions |= row.pop("versions", {})
    return {
        "schema": SCHEMA,
        "date": day.isoformat(),
        "command": command,
        "complete": complete and forced_isa is None,
        "forced_isa": forced_isa,
        "machine": machine,
        "versions": versions,
        "environment": ONE_THREAD,
        "cases": cases,
        "studies": studies or {},
    }


def file_name(result: dict[str, Any]) -> str:
    """Return ``<date>-<machine>.json``; a run of a part, or with a forced ISA, says so."""
    words = [result["date"], slug(result["machine"]["cpu"], result["machine"]["isa"])]
    if not result["complete"]:
        words.append(result["forced_isa"] or "part")
    return "-".join(words) + ".json"


def write(result: dict[str, Any], folder: Path) -> Path:
    """Write a result file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(result)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return path


def newest(folder: Path) -> Path | None:
    """Return the newest file of a complete run, by the date in its name, or None."""
    for path in sorted(folder.glob("*.json"), reverse=True):
        if json.loads(path.read_text(encoding="utf-8"))["complete"]:
            return path
    return None
