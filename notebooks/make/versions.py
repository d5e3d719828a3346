"""The three notebooks, as nbformat has them, from the cells of the source.

Cells of the source may carry, beside their type,

- ``exercise="name"``: holds solutions between marks (see :mod:`notebooks.make.marks`);
- ``check="name" points=2``: checks what the student wrote;
- ``answer=true``: is for the solution only.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from notebooks.make import marks

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "deep_learning.py"
_CELLS = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Version:
    """One of the notebooks.

    Attributes
    ----------
    name : str
        The folder that it lies in.
    write : callable
        What it makes of a code cell's source.
    mark : callable
        The metadata of a cell, from that of the source's cell.
    answers : bool
        Whether the answers to the questions are in it.
    runs : bool
        Whether it is kept with its outputs.
    """

    name: str
    write: Callable[[NotebookNode], str]
    mark: Callable[[NotebookNode], dict[str, Any]]
    answers: bool = False
    runs: bool = False

    @property
    def path(self) -> Path:
        """Where it lies."""
        return ROOT / self.name / f"{SOURCE.stem}.ipynb"


def read_source(path: Path = SOURCE) -> NotebookNode:
    """Return the source as a notebook."""
    return jupytext.read(path, fmt="py:percent")


def build(version: Version, source: NotebookNode) -> NotebookNode:
    """Return a notebook without outputs; the same source gives the same notebook."""
    cells = []
    for cell, name in zip(source.cells, _ids(source), strict=True):
        if cell.metadata.get("answer") and not version.answers:
            continue
        text = version.write(cell) if cell.cell_type == "code" else cell.source
        new = _CELLS[cell.cell_type](source=text, metadata=version.mark(cell))
        new.id = name
        cells.append(new)
    return nbformat.v4.new_notebook(cells=cells, metadata=_METADATA)


def _ids(source: NotebookNode) -> Iterator[str]:
    """Yield an id for each cell: its name, or what its text comes to."""
    seen: Counter[str] = Counter()
    for cell in source.cells:
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        name = next((f"{k}-{cell.metadata[k]}" for k in _NAMED if k in cell.metadata), digest)
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}-{seen[name]}"


_NAMED = ("exercise", "check")


def _student_mark(cell: NotebookNode) -> dict[str, Any]:
    # With blanks a cell may fail; with this tag "Run All" goes on behind it.
    return {"tags": ["raises-exception"]} if cell.cell_type == "code" else {}


def _nbgrader_source(cell: NotebookNode) -> str:
    if "check" in cell.metadata:
        return "\n".join(f"assert {line}" for line in cell.source.splitlines())
    return marks.for_nbgrader(cell.source)


def _nbgrader_mark(cell: NotebookNode) -> dict[str, Any]:
    exercise, check = cell.metadata.get("exercise"), cell.metadata.get("check")
    if not (exercise or check):
        return {}
    row = {
        "schema_version": 3,
        "grade_id": f"check-{check}" if check else f"exercise-{exercise}",
        "solution": bool(exercise),
        "grade": bool(check),
        "locked": bool(check),
        "task": False,
    }
    return {"nbgrader": {**row, "points": cell.metadata["points"]} if check else row}


VERSIONS = {
    version.name: version
    for version in (
        Version("student", lambda cell: marks.with_blanks(cell.source), _student_mark),
        Version(
            "solution",
            lambda cell: marks.solved(cell.source),
            lambda _: {},
            answers=True,
            runs=True,
        ),
        Version("nbgrader", _nbgrader_source, _nbgrader_mark),
    )
}


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return what :func:`build` would have made: sources and metadata, nothing that a run left."""
    plain = nbformat.from_dict(notebook)
    plain.metadata = nbformat.from_dict(_METADATA)
    for cell in plain.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return plain
