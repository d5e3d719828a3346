"""``chainrule check``: run a notebook and say what its checks say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainrule.cli import output
from chainrule.teaching.running import Report, run_notebook

_STATES = {
    "slow": "it was stopped after {timeout:g} s",
    "died": "the Python that ran it has died",
    "error": "{error}",
}


def run(notebook: Path, *, timeout: float, as_json: bool) -> bool:
    """Run and print; see the command's help. Return whether all is right.

    Raises
    ------
    NotebookError
        When it is no notebook.
    """
    report = run_notebook(notebook, timeout)
    if as_json:
        output.line(json.dumps(_plain(notebook, report), indent=2))
    else:
        _print(report, timeout)
    return report.passed


def _plain(notebook: Path, report: Report) -> dict[str, Any]:
    """Return the report for machines."""
    return {
        "notebook": str(notebook),
        "passed": report.passed,
        "checks": report.checks,
        "problems": report.problems,
        "not_reached": report.not_reached,
    }


def _text(text: str) -> str:
    """Return a text in which a table on a terminal finds no markup."""
    if not output.on_terminal():
        return text
    from rich.markup import escape

    return escape(text)


def _print(report: Report, timeout: float) -> None:
    rows: list[tuple[int, str, str, str]] = []
    for check in report.checks:
        answer = "passed" if check["passed"] else "not yet"
        rows.append((check["cell"], check["exercise"], answer, check["message"]))
    for problem in report.problems:
        what = _STATES[problem["state"]].format(timeout=timeout, error=problem["error"])
        where = f"line {problem['line']}: " if problem["line"] else ""
        rows.append((problem["cell"], "the cell", "stopped", where + what))
    for missed in report.not_reached:
        rows.append((missed["cell"], missed["exercise"], "not reached", "The check was not run."))
    rows.sort(key=lambda row: row[0])
    if rows:
        shown = [
            (cell, _text(exercise), answer, _text(what)) for cell, exercise, answer, what in rows
        ]
        output.table(("cell", "exercise", "answer", "what"), shown, "cell {}: {} {}: {}")
    if not report.checks and not report.not_reached:
        output.line("The notebook calls no checks; they look like check.sigmoid(sigmoid).")
        return
    passed = sum(check["passed"] for check in report.checks)
    total = len(report.checks) + len(report.not_reached)
    stopped = len(report.problems)
    cells = f"; {stopped} cell{'s' if stopped > 1 else ''} stopped" if stopped else ""
    output.line(f"{passed} of {total} checks passed{cells}")
