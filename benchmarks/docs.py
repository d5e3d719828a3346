"""The tables and pictures of docs/performance.md, made from a result file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks import pages, pictures, readme
from benchmarks.report import (
    loss_cell,
    note_cell,
    peak_cell,
    percent,
    ratio_cell,
    target_cell,
    three_digits,
    time_text,
)
from benchmarks.summary import in_step_with_peak, share_of_peak, target_share


def cases_with_ours(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [case for case in result["cases"].values() if case.get("summary")]


def shares(result: dict[str, Any], _: str) -> str:
    """Return ours beside the figures to reach: as times, and as shares of each core's peak."""
    rows = []
    for case in cases_with_ours(result):
        rows += [
            (case, row)
            for row in case["contestants"]
            if row.get("target_us") and "us_per_unit" in row
        ]
    peaks = result["machine"]["fma_peak_gflops"]

    def here(case: dict[str, Any], row: dict[str, Any]) -> str:
        if not peaks.get(row["dtype"]) or not target_share(case, row):
            return ""
        target_peak = case["target_peak_gflops"][row["dtype"]]
        return time_text(in_step_with_peak(row["target_us"], target_peak, peaks[row["dtype"]]))

    def optional(share: float | None) -> str:
        return "" if share is None else percent(share)

    return pages.table(
        [
            ("case", "left", [f"{case['short']}: {row['name']}" for case, row in rows]),
            ("ours", "right", [time_text(row["us_per_unit"]["median"]) for _, row in rows]),
            ("to reach", "right", [time_text(row["target_us"]) for _, row in rows]),
            ("that share of this peak", "right", [here(case, row) for case, row in rows]),
            (
                "ours, of the peak",
                "right",
                [optional(share_of_peak(row, result["machine"])) for _, row in rows],
            ),
            (
                "to reach, of its peak",
                "right",
                [optional(target_share(case, row)) for case, row in rows],
            ),
        ]
    )


def narrow(result: dict[str, Any], _: str) -> str:
    """Return how many times our time the best peer takes, with each instruction set."""
    cases = [case for case in cases_with_ours(result) if case["summary"]["best_peer"]]
    isas = list(dict.fromkeys(isa for case in cases for isa in case["summary"].get("narrow", {})))

    def cell(case: dict[str, Any], isa: str) -> str:
        found = case["summary"]["narrow"].get(isa)
        return three_digits(found["best_peer_ratio"]) if found else ""

    widest = result["versions"].get("chainrule's kernels") or "widest"
    return pages.table(
        [
            ("case", "left", [case["short"] for case in cases]),
            ("best peer", "left", [case["summary"]["best_peer"] for case in cases]),
            (widest, "right", [readme.ratio(case["summary"]) for case in cases]),
            *((isa, "right", [cell(case, isa) for case in cases]) for isa in isas),
        ]
    )


def growth(result: dict[str, Any], _: str) -> str:
    """Return the slopes in a sentence."""
    curves = result["studies"].get("growth", {})
    words = [f"{name} {curve['slope']:.2f}" for name, curve in curves.items()]
    return f"Fitted slopes: {', '.join(words)}." if words else "Not measured."


def memory(result: dict[str, Any], _: str) -> str:
    """Return what runs took beside their data, and the bound."""
    study = result["studies"].get("memory")
    rows = [row for row in study["rows"] if "failed" not in row] if study else []
    if not rows:
        return "Not measured."
    head = [
        ("samples", "right", [f"{row['samples']:,}" for row in rows]),
        ("data", "right", [megabytes(row["data_bytes"]) for row in rows]),
        ("taken beside it", "right", [megabytes(row["taken_bytes"]) for row in rows]),
        ("bound", "right", [megabytes(row["bound_bytes"]) for row in rows]),
        ("of the bound", "right", [percent(r["taken_bytes"] / r["bound_bytes"]) for r in rows]),
        ("order of an epoch", "right", [megabytes(row["order_bytes"]) for row in rows]),
        ("of the bound without it", "right", [percent(without_order(row)) for row in rows]),
    ]
    return f"{study['title']}:\n\n{pages.table(head)}"


def without_order(row: dict[str, Any]) -> float:
    """Return what share of the bound was taken, when the order of an epoch counts as data."""
    share: float = (row["taken_bytes"] - row["order_bytes"]) / row["bound_bytes"]
    return share


def megabytes(size: int) -> str:
    return f"{three_digits(size / 1e6)} MB"


def details(result: dict[str, Any], path: str) -> str:
    """Return every case's table in full."""
    parts = []
    for case in result["cases"].values():
        rows = case["contestants"]
        measured = [
            time_text(r["us_per_unit"]["median"]) if "us_per_unit" in r else "" for r in rows
        ]
        published = case.get("published", [])
        blank = [""] * len(published)
        columns = [
            ("", "left", [r["name"] for r in rows] + [p["name"] for p in published]),
            (
                f"a {case['unit']}",
                "right",
                measured + [time_text(p["us_per_unit"]) for p in published],
            ),
            ("times ours", "right", [ratio_cell(r) for r in rows] + blank),
            ("of peak", "right", [peak_cell(r, result["machine"]) for r in rows] + blank),
            ("to reach", "right", [target_cell(r, case) for r in rows] + blank),
            ("training loss", "right", [loss_cell(r) for r in rows] + blank),
            ("note", "left", [note_cell(r) for r in rows] + [p["note"] for p in published]),
        ]
        parts.append(f"**{case['title']}**\n\n{pages.table(columns)}")
    return "\n\n".join([*parts, readme.source_line(result, path)])


MAKERS: dict[str, pages.Section] = {
    "overview": lambda result, path: (
        f"{readme.overview(result)}\n\n{readme.source_line(result, path)}"
    ),
    "shares": shares,
    "narrow": narrow,
    "growth": growth,
    "memory": memory,
    "details": details,
}


def update(folder: Path, source: Path) -> None:
    """Write the tables of a result file into performance.md and its pictures into images/."""
    result = json.loads(source.read_text(encoding="utf-8"))
    pages.update(folder / "performance.md", result, source, MAKERS)
    for name, draw in pictures.PICTURES.items():
        figure = draw(result)
        figure.savefig(folder / "images" / name, dpi=pictures.DPI)
