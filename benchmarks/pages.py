"""Sections of pages that are made from a result file: found by their markers, and replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# What stands between the two markers of a name is made; all else is written by hand.
MARKER = re.compile(r"<!-- (?P<name>[a-z_]+):(?P<end>start|end) -->")

Section = Callable[[dict[str, Any], str], str]


def replaced(text: str, sections: Mapping[str, str]) -> str:
    """Return the text with what is between the markers of each section replaced.

    Raises
    ------
    ValueError
        When a section has not exactly one pair of markers, or a pair has no section.

    Examples
    --------
    >>> replaced("<!-- a:start -->old<!-- a:end -->", {"a": "new"}).splitlines()
    ['<!-- a:start -->', 'new', '<!-- a:end -->']
    """
    expected = [(name, end) for name in sections for end in ("start", "end")]
    found = [(mark["name"], mark["end"]) for mark in MARKER.finditer(text)]
    if sorted(found) != sorted(expected) or found[::2] != [(n, "start") for n, _ in found[1::2]]:
        names = ", ".join(sections)
        raise ValueError(f"the page has not exactly one pair of markers for each of: {names}")
    for name, new in sections.items():
        before, start, rest = text.partition(f"<!-- {name}:start -->")
        _, end, after = rest.partition(f"<!-- {name}:end -->")
        text = f"{before}{start}\n{new}\n{end}{after}"
    return text


def update(page: Path, result: dict[str, Any], source: Path, makers: Mapping[str, Section]) -> None:
    """Write the sections of a result into a page; they are told where its file lies."""
    path = Path(relative(source.resolve(), page.resolve().parent)).as_posix()
    sections = {name: make(result, path) for name, make in makers.items()}
    page.write_text(replaced(page.read_text(encoding="utf-8"), sections), encoding="utf-8")


def relative(path: Path, folder: Path) -> str:
    """Return the way from a folder to a path, up and down again."""
    import os.path

    return os.path.relpath(path, folder)


def table(columns: list[tuple[str, str, list[str]]]) -> str:
    """Return a table in Markdown, without the columns that have nothing in them.

    Each column is a head, "left" or "right", and its cells.

    Examples
    --------
    >>> print(table([("who", "left", ["we"]), ("time", "right", ["1 us"]), ("x", "left", [""])]))
    | who | time |
    | :-- | --: |
    | we | 1 us |
    """
    rules = {"left": ":--", "right": "--:"}
    kept = [column for column in columns if any(column[2])]
    lines = [[head for head, _, _ in kept], [rules[side] for _, side, _ in kept]]
    lines += [list(cells) for cells in zip(*(cells for _, _, cells in kept), strict=True)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
