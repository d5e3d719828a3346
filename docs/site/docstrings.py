"""Docstrings of chainrule as Sphinx is to read them: formulas are text, citations are links.

A docstring marks literals (``so``), roles (:class:`so`), and nothing else. What looks like markup
beside them is mathematics: |z| is no substitution, D_ no link, and columns are to stay columns.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_MARKED = re.compile(r"(``.*?``|:[a-z]+:`[^`]*`)")
_LOOKS_MARKED = re.compile(r"[|*]|(?<=\w)_(?!\w)")
_CITED = re.compile(r"docs/(maths/[\w-]+)\.md#([\w-]+)")
_COLUMNS = re.compile(r"\S {3,}\S")


def as_read(line: str) -> str:
    """Return a line of prose with its mathematics escaped, and its citations as links."""
    if _CITED.search(line):
        return _CITED.sub(r"`\1.md#\2 <../\1.html#\2>`__", line)
    parts = _MARKED.split(line)
    parts[::2] = [_LOOKS_MARKED.sub(r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts)


def process(*event: Any) -> None:
    """Change a docstring's lines in place, paragraph by paragraph.

    Examples, tables and blocks of formulas stay as they are.
    """
    lines: list[str] = event[-1]
    found: list[str] = []
    outer: int | None = None  # the indent of the line that a literal block hangs from
    for blank, group in groupby(lines, key=lambda line: not line.strip()):
        paragraph = list(group)
        indent = len(paragraph[0]) - len(paragraph[0].lstrip())
        if not blank and outer is not None and indent <= outer:
            outer = None
        starts = (i for i, line in enumerate(paragraph) if line.lstrip().startswith(">>>"))
        prose = paragraph[: next(starts, None)]
        if blank or outer is not None or not prose or "====" in prose[0]:
            found += paragraph
        elif any(map(_COLUMNS.search, prose)):
            found += [" " * indent + "::", "", *("    " + line for line in paragraph)]
        else:
            found += [*map(as_read, prose), *paragraph[len(prose) :]]
            if prose[-1].endswith("::"):
                outer = indent
    lines[:] = found


def without_methods(app: Sphinx, what: str, *_: Any) -> bool | None:
    """Skip the methods on the page of names that are described in full on another one."""
    return True if what == "class" and app.env.docname == "api/keras" else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Read docstrings before napoleon turns their sections into markup."""
    app.connect("autodoc-process-docstring", process, priority=400)
    app.connect("autodoc-skip-member", without_methods)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
