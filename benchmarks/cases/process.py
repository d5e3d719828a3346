"""Whole processes, from nothing to the shell's next prompt: wall time and peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.contest import Settings
from benchmarks.timing import summarise, turns

LAUNCHER = Path(__file__).resolve().parents[1] / "launch.py"


@dataclass(frozen=True)
class Command:
    """A row: what to run, and the figures to reach."""

    name: str
    arguments: tuple[str, ...]
    target_us: float | None = None
    target_memory_mb: float | None = None


def chainrule(*arguments: str) -> tuple[str, ...]:
    """Return the command as installed beside this Python, or else from the source tree."""
    script = Path(sys.executable).with_name("chainrule")
    if script.exists():
        return (str(script), *arguments)
    return (sys.executable, "-c", "from chainrule.cli import main; main()", *arguments)


@dataclass(frozen=True)
class ProcessCase:
    """Commands run in turn, each in a fresh folder."""

    name: str
    title: str
    unit: str
    commands: tuple[Command, ...]
    most_rounds: int = 7

    def run(self, settings: Settings) -> dict[str, Any]:
        rows: list[dict[str, Any]] = [
            {
                "name": command.name,
                "target_us": command.target_us,
                "target_memory_mb": command.target_memory_mb,
                "units_per_run": 1,
                "seconds": [],
            }
            for command in self.commands
        ]
        rounds = min(settings.rounds, self.most_rounds)
        for number, order in enumerate(turns(len(rows), rounds)):
            settings.progress(f"round {number + 1} of {rounds}")
            for i in order:
                if "failed" not in rows[i]:
                    add_run(rows[i], launch(self.commands[i].arguments))
        for row in rows:
            if "failed" not in row:
                row["us_per_unit"] = asdict(summarise([1e6 * s for s in row["seconds"]]))
        return {
            "title": self.title,
            "unit": self.unit,
            "threads": None,  # as many as the program likes
            "contestants": rows,
        }


def launch(arguments: tuple[str, ...], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a command through ``launch.py`` and return what that says."""
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [sys.executable, "-I", "-S", str(LAUNCHER), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=folder,
            env=environment,
        )
    return dict(json.loads(answer.stdout))


def add_run(row: dict[str, Any], answer: dict[str, Any]) -> None:
    """Add one run to its row."""
    if answer["exit_code"] != 0:
        row["failed"] = f"exit code {answer['exit_code']}"
        return
    row["seconds"].append(answer["seconds"])
    row["peak_memory_mb"] = max(row.get("peak_memory_mb", 0.0), answer["peak_memory_mb"])


CASE = ProcessCase(
    name="process",
    title="Whole processes",
    unit="process",
    commands=(
        Command("python, and nothing", (sys.executable, "-c", "pass")),
        Command("import numpy", (sys.executable, "-c", "import numpy")),
        Command("import chainrule", (sys.executable, "-c", "import chainrule")),
        Command(
            "chainrule digits --no-plots",
            chainrule("digits", "--no-plots"),
            target_us=1.2e6,
            target_memory_mb=200,
        ),
    ),
)
