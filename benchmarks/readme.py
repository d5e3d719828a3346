"""The benchmark's tables in README.md, made from a result file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.report import memory_cell, ratio_cell, time_text

START, END = "<!-- benchmark:start -->", "<!-- benchmark:end -->"


def markdown_table(case: dict[str, Any]) -> list[str]:
    """Return the lines of the measured rows of a case."""
    rows = [row for row in case["contestants"] if "us_per_unit" in row]
    columns = [
        ("", ":--", [row["name"] for row in rows]),
        (f"a {case['unit']}", "--:", [time_text(row["us_per_unit"]["median"]) for row in rows]),
        ("times ours", "--:", [ratio_cell(row) for row in rows]),
        ("peak memory", "--:", [memory_cell(row).partition(" (")[0] for row in rows]),
    ]
    kept = [column for column in columns if any(column[2])]
    lines = [[head for head, _, _ in kept], [rule for _, rule, _ in kept]]
    lines += [list(cells) for cells in zip(*(cells for _, _, cells in kept), strict=True)]
    return ["| " + " | ".join(line) + " |" for line in lines]


def source_line(result: dict[str, Any], path: str) -> str:
    """Return where the numbers come from."""
    peak = result["machine"]["fma_peak_gflops"]["float32"]
    measured = f", {peak:.0f} GFLOP/s a core in float32" if peak else ""
    versions = ", ".join(
        f"{name} {number}" for name, number in result["versions"].items() if number
    )
    return (
        f"Source: [`{path}`]({path}) of {result['date']}, made by `{result['command']}` on "
        f"{result['machine']['cpu']} ({result['machine']['isa']}{measured}). Medians; training "
        f"on one thread. *Times ours*: against our row of the same precision and the same work. "
        f"{versions}."
    )


def section(result: dict[str, Any], path: str) -> str:
    """Return all that stands between the markers."""
    lines = []
    for case in result["cases"].values():
        lines += [f"**{case['title']}**", "", *markdown_table(case), ""]
    return "\n".join([*lines, source_line(result, path)])


def replace_section(text: str, new: str) -> str:
    """Return the text with what is between the markers replaced.

    Raises
    ------
    ValueError
        When the markers are not there, once and in their order.
    """
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end or START in rest or END in after:
        raise ValueError(f"README has not exactly one {START} and after it one {END}")
    return f"{before}{START}\n{new}\n{END}{after}"


def update(readme: Path, source: Path) -> None:
    """Write the tables of a result file into README.md."""
    result = json.loads(source.read_text(encoding="utf-8"))
    path = source.resolve().relative_to(readme.resolve().parent).as_posix()
    text = replace_section(readme.read_text(encoding="utf-8"), section(result, path))
    readme.write_text(text, encoding="utf-8")
