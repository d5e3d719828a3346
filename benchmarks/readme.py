"""The benchmark's tables in README.md, made from a result file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks import pages
from benchmarks.report import memory_cell, percent, three_digits, time_text
from benchmarks.summary import median, our_row, peers, share_of_peak


def overview(result: dict[str, Any]) -> str:
    """Return a table with a line for each case in which we have a row that stands for us."""
    cases = [case for case in result["cases"].values() if case.get("summary")]
    ours = [our_row(case) or {} for case in cases]
    shares = [share_of_peak(row, result["machine"]) for row in ours]
    times = [per_unit(case["summary"]["us_per_unit"], case) for case in cases]
    return pages.table(
        [
            ("", "left", [case["title"] for case in cases]),
            ("chainrule", "right", times),
            ("of the peak", "right", [percent(share) if share else "" for share in shares]),
            ("the others, times ours", "left", [others(case) for case in cases]),
        ]
    )


def others(case: dict[str, Any]) -> str:
    """Return how many times our time each peer takes, the fastest first."""
    ours = case["summary"]["us_per_unit"]
    ratios = {row["name"].partition(",")[0]: median(row) / ours for row in peers(case)}
    return ", ".join(f"{name} {three_digits(ratio)}" for name, ratio in ratios.items())


def per_unit(microseconds: float, case: dict[str, Any]) -> str:
    return f"{time_text(microseconds)} a {case['unit']}"


def ratio(summary: dict[str, Any]) -> str:
    found = summary["best_peer_ratio"]
    return "" if found is None else three_digits(found)


def processes(case: dict[str, Any]) -> str:
    """Return a table of whole processes and their memory."""
    rows = [row for row in case["contestants"] if "us_per_unit" in row]
    return pages.table(
        [
            ("", "left", [row["name"] for row in rows]),
            (
                f"a {case['unit']}",
                "right",
                [time_text(row["us_per_unit"]["median"]) for row in rows],
            ),
            ("peak memory", "right", [memory_cell(row).partition(" (")[0] for row in rows]),
        ]
    )


def source_line(result: dict[str, Any], path: str) -> str:
    """Return where the numbers come from."""
    peak = result["machine"]["fma_peak_gflops"]["float32"]
    measured = f", {peak:.0f} GFLOP/s a core in float32" if peak else ""
    versions = ", ".join(
        f"{name} {number}" for name, number in result["versions"].items() if number
    )
    return (
        f"Source: [`{Path(path).name}`]({path}) of {result['date']}, made by "
        f"`{result['command']}` on {result['machine']['cpu']} ({result['machine']['isa']}"
        f"{measured}). Medians; one thread. *Times ours*: the peer's time over ours, same "
        f"precision, same work. {versions}."
    )


def section(result: dict[str, Any], path: str) -> str:
    """Return all that stands between the markers."""
    others = [case for case in result["cases"].values() if "ours" not in case]
    tables = [overview(result), *(f"**{case['title']}**\n\n{processes(case)}" for case in others)]
    return "\n\n".join([*(table for table in tables if table), source_line(result, path)])


def update(readme: Path, source: Path) -> None:
    """Write the tables of a result file into README.md."""
    result = json.loads(source.read_text(encoding="utf-8"))
    pages.update(readme, result, source, {"benchmark": section})
