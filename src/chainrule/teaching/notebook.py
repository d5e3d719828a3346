"""Read a notebook's code cells, and make of each what Python can run."""

from __future__ import annotations

import ast
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from chainrule.teaching.exercises import EXERCISES

# Cell magics after which Python follows; what follows others is no Python.
_AROUND_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun")
_MAGIC = re.compile(r"^(\s*)(?:([\w, ]+=)\s*)?[%!].*$|^(\s*)\??[\w.]+\?{1,2}\s*$|^(\s*)\?.*$")


class NotebookError(ValueError):
    """A file is no notebook that can be run."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its number among the code cells, from 1, and its text."""

    number: int
    source: str

    @property
    def filename(self) -> str:
        """How the cell is called in tracebacks."""
        return f"<cell {self.number}>"

    def python(self) -> str:
        r"""Return the text without magics and shell commands, line by line as it was.

        >>> print(Cell(1, "%matplotlib inline\nx = 7 \\\n % 4\n!pip install numpy").python())
        pass
        x = 7 \
         % 4
        pass
        """
        lines = self.source.split("\n")
        first = next((i for i, line in enumerate(lines) if line.strip()), 0)
        if lines[first].startswith("%%"):
            if lines[first].split()[0] not in _AROUND_PYTHON:
                return ""
            lines[first] = ""
        for _ in range(len(lines)):
            try:
                compile("\n".join(lines), self.filename, "exec", ast.PyCF_ONLY_AST)
            except (SyntaxError, ValueError) as error:
                # Only where Python cannot read a line is it taken for a magic: others may start
                # with %, in the midst of a formula.
                at = (getattr(error, "lineno", None) or 0) - 1
                found = _MAGIC.match(lines[at]) if 0 <= at < len(lines) else None
                if found is None:
                    break
                indent = found[1] or found[3] or found[4] or ""
                lines[at] = f"{indent}{found[2]} None" if found[2] else f"{indent}pass"
            else:
                break
        return "\n".join(lines)

    def checks(self) -> list[str]:
        r"""Return the names of the checks that the cell calls, as far as its text shows them.

        >>> Cell(1, "assert check.sigmoid(sigmoid)\nprint(check.nothing(1))").checks()
        ['sigmoid']
        """
        try:
            tree = ast.parse(self.python())
        except (SyntaxError, ValueError):
            return re.findall(rf"\bcheck\.({'|'.join(EXERCISES)})\(", self.source)
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        return [
            call.attr
            for call in calls
            if isinstance(call, ast.Attribute)
            and isinstance(call.value, ast.Name)
            and call.value.id == "check"
            and call.attr in EXERCISES
        ]


def read_notebook(path: str | os.PathLike[str]) -> list[Cell]:
    """Return the code cells of a notebook.

    Raises
    ------
    NotebookError
        When there is no such file, or it is no notebook of format 4.
    """
    name = repr(os.fspath(path))
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotebookError(f"there is no file {name}; give the path of a notebook") from None
    except IsADirectoryError:
        raise NotebookError(f"{name} is a folder; give the path of a notebook in it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotebookError(f"{name} cannot be read as text: {error}") from None
    try:
        content = json.loads(text)
    except ValueError as error:
        raise NotebookError(f"{name} is no notebook: it is not JSON ({error})") from None
    if not isinstance(content, dict) or not isinstance(content.get("nbformat", 4), int):
        raise NotebookError(f"{name} is no notebook; possible: a file that Jupyter has saved")
    if content.get("nbformat", 4) != 4:
        raise NotebookError(
            f"{name} has the notebook format {content['nbformat']}; possible: 4; open and save it "
            "in Jupyter"
        )
    cells = content.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotebookError(f"{name} is no notebook: it has no cells")
    sources = [cell.get("source", "") for cell in cells if cell.get("cell_type") == "code"]
    joined = ["".join(s) if isinstance(s, list) else str(s) for s in sources]
    return [Cell(i, source) for i, source in enumerate(joined, 1)]
