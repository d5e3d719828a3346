"""The marks around a solution in the source, and what each notebook makes of them.

In the source a solution stands between two marks. Lines that begin with ``###`` right after the
first mark are what the student sees in its place; if there are none, it is ``...``::

    ### BEGIN SOLUTION
    ### h = ...  # activations of the first layer, (4, 3)
    h = sigmoid(X @ w1)
    ### END SOLUTION
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

BEGIN, END, SHOWN = "### BEGIN SOLUTION", "### END SOLUTION", "###"


class MarkError(ValueError):
    """A mark that has no partner, or a solution without lines."""


@dataclass(frozen=True)
class Region:
    """One solution: the lines that the student sees, and the right ones, both with indentation."""

    indent: str
    shown: tuple[str, ...]
    solution: tuple[str, ...]


def split(source: str) -> Iterator[str | Region]:
    r"""Yield the lines of a cell and, in their places, its solutions.

    Raises
    ------
    MarkError
        When marks do not come in pairs, or there is nothing between them.

    Examples
    --------
    >>> list(split("a = 1\n### BEGIN SOLUTION\nb = 2\n### END SOLUTION"))
    ['a = 1', Region(indent='', shown=('...',), solution=('b = 2',))]
    """
    inside: list[str] | None = None
    indent = ""
    for line in source.splitlines():
        bare = line.strip()
        if bare == BEGIN:
            if inside is not None:
                raise MarkError(f"a solution begins within another one: {line!r}")
            inside, indent = [], line[: len(line) - len(line.lstrip())]
        elif bare == END:
            if inside is None:
                raise MarkError("a solution ends that did not begin")
            yield _region(indent, inside)
            inside = None
        elif inside is not None:
            inside.append(line)
        else:
            yield line
    if inside is not None:
        raise MarkError(f"a solution does not end; it begins with {inside[:1]}")


def _region(indent: str, lines: list[str]) -> Region:
    n_shown = next((i for i, s in enumerate(lines) if not s.strip().startswith(SHOWN)), len(lines))
    solution = tuple(lines[n_shown:])
    if not any(line.strip() for line in solution):
        raise MarkError("a solution has no lines")
    seen = [line.strip().removeprefix(SHOWN).removeprefix(" ") for line in lines[:n_shown]]
    return Region(indent, tuple(indent + line for line in seen or ["..."]), solution)


def has_solution(source: str) -> bool:
    """Return whether a cell holds a solution."""
    return BEGIN in source


def _written(source: str, write: Callable[[Region], tuple[str, ...]]) -> str:
    lines: list[str] = []
    for part in split(source):
        lines += (part,) if isinstance(part, str) else write(part)
    return "\n".join(lines)


def with_blanks(source: str) -> str:
    r"""Return a cell as the student gets it.

    Examples
    --------
    >>> print(with_blanks("### BEGIN SOLUTION\n### b = ...\nb = 2\n### END SOLUTION\nc = 3"))
    b = ...
    c = 3
    """
    return _written(source, lambda region: region.shown)


def solved(source: str) -> str:
    r"""Return a cell with its solution and without marks.

    Examples
    --------
    >>> print(solved("### BEGIN SOLUTION\n### b = ...\nb = 2\n### END SOLUTION\nc = 3"))
    b = 2
    c = 3
    """
    return _written(source, lambda region: region.solution)


def for_nbgrader(source: str) -> str:
    r"""Return a cell with nbgrader's marks, behind what the student sees.

    nbgrader takes away what is between its marks and leaves the rest. Lines that only give a name
    its blank can stand before the solution, if the solution does not read what the name was before.
    Others would disturb it, and become comments.

    Examples
    --------
    >>> print(for_nbgrader("### BEGIN SOLUTION\n### b -= ...\nb -= 2\n### END SOLUTION"))
    # b -= ...
    ### BEGIN SOLUTION
    b -= 2
    ### END SOLUTION
    """

    def write(region: Region) -> tuple[str, ...]:
        shown = region.shown
        if not _may_be_run_before(shown, region.solution):
            n = len(region.indent)
            shown = tuple(f"{region.indent}# {line[n:]}" for line in shown)
        return *shown, region.indent + BEGIN, *region.solution, region.indent + END

    return _written(source, write)


def _may_be_run_before(shown: tuple[str, ...], solution: tuple[str, ...]) -> bool:
    try:
        statements = _parsed(shown)
    except SyntaxError:  # half a statement
        return False
    names = set()
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)) if (
                value is Ellipsis
            ):
                names.add(name)
            case _:
                return False
    for statement in _parsed(solution):
        used = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        if names & {node.id for node in used if isinstance(node.ctx, ast.Load)}:
            return False
        names -= {node.id for node in used if isinstance(node.ctx, ast.Store)}
    return True


def _parsed(lines: tuple[str, ...]) -> list[ast.stmt]:
    return ast.parse(textwrap.dedent("\n".join(lines))).body
