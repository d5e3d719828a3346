"""Run a notebook in a process of its own, and collect what its checks say."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, Any

from chainrule.teaching.notebook import read_notebook

_START = 60.0  # seconds for Python itself to start
_GRACE = 10.0  # for a cell to be stopped from inside, before its process is killed


@dataclass
class Report:
    """What came of a notebook.

    Attributes
    ----------
    checks : list of dict
        The answers in their order: cell, exercise, passed, mistake, message.
    problems : list of dict
        The cells that did not end well: cell, state ("error", "slow" or "died"), error, line.
    not_reached : list of dict
        The checks that stand in a cell and were not run: cell, exercise.
    """

    checks: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    not_reached: list[dict[str, Any]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether there are checks, all were run and passed, and no cell failed."""
        return bool(self.checks) and not self.wrong

    @property
    def wrong(self) -> int:
        """How many things are wrong."""
        failed = sum(not check["passed"] for check in self.checks)
        return failed + len(self.problems) + len(self.not_reached)


def run_notebook(path: str | os.PathLike[str], timeout: float = 60.0) -> Report:
    """Run a notebook's code cells one after the other and return what its checks say.

    Its code runs with the rights of who calls this. Python's sockets cannot reach other machines.

    Parameters
    ----------
    path : str or path
        A notebook of format 4.
    timeout : float
        Seconds for each cell.

    Raises
    ------
    NotebookError
        When it is no notebook.
    """
    cells = read_notebook(path)
    report = Report()
    command = [sys.executable, "-m", "chainrule.teaching.worker", os.fspath(path), str(timeout)]
    # A notebook draws into its page; here nobody looks. Its own folder is no place for bytecode.
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile("w+", errors="replace") as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        try:
            _follow(process, report, timeout)
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
    ran = Counter((check["cell"], check["exercise"]) for check in report.checks)
    for cell in cells:
        for exercise, times in Counter(cell.checks()).items():
            missing = times - ran[cell.number, exercise]
            report.not_reached += [{"cell": cell.number, "exercise": exercise}] * max(missing, 0)
    return report


def _follow(process: subprocess.Popen[str], report: Report, timeout: float) -> None:
    """Read what the process tells until it is done, dies, or a cell takes far too long."""
    events: queue.Queue[dict[str, Any] | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, events), daemon=True)
    reader.start()
    cell = 0
    while True:
        try:
            event = events.get(timeout=timeout + _GRACE if cell else _START)
        except queue.Empty:
            report.problems.append({"cell": cell, "state": "slow", "error": None, "line": None})
            return
        if event is None:
            report.problems.append({"cell": cell, "state": "died", "error": None, "line": None})
            return
        kind = event.pop("event")
        if kind == "done":
            return
        if kind == "start":
            cell = event["cell"]
        elif kind == "check":
            report.checks.append(event)
        elif event["state"] != "right" and not _is_said(event, report):
            report.problems.append({"error": None, "line": None, **event})


def _is_said(event: dict[str, Any], report: Report) -> bool:
    """Return whether an error is only the assertion that a check passes."""
    failed = any(c["cell"] == event["cell"] and not c["passed"] for c in report.checks)
    return failed and str(event.get("error")).startswith("AssertionError")


def _read(lines: IO[str] | None, events: queue.Queue[dict[str, Any] | None]) -> None:
    try:
        for line in lines or ():
            events.put(json.loads(line))
    except ValueError:  # the pipe was closed, or a line was cut where the process died
        pass
    events.put(None)
