"""A notebook with blanks fails kindly: a cell that meets a blank names it, in a few words.

A blank is ``...``, which is a value of Python. Code that computes with it stops with a long
traceback about an "ellipsis", of which a beginner learns nothing.
"""

from __future__ import annotations

import ast
import linecache
import sys
from types import TracebackType
from typing import Any

from chainrule.teaching.result import Result
from chainrule.teaching.showing import show

_THIS_CELL = "this cell"


def explain_blanks() -> None:
    """Show a box in the place of the traceback when a notebook's cell meets a blank.

    All other errors are shown as ever. Outside of IPython nothing is done.

    Examples
    --------
    >>> explain_blanks()
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return
    open_names: set[str] = set()  # what cells would have made that met a blank

    def explain(
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        sentence = sentence_for(error, trace, open_names)
        if sentence is None:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
            return
        if "matplotlib.pyplot" in sys.modules:  # a picture that was begun would be shown empty
            sys.modules["matplotlib.pyplot"].close("all")
        open_names.update(_names_made(shell.user_ns.get("In", [""])[-1]))
        show(Result(_THIS_CELL, False, sentence, "blank"))

    shell.set_custom_exc((Exception,), explain)


def sentence_for(
    error: BaseException, trace: TracebackType | None, open_names: set[str]
) -> str | None:
    """Return which blank an error comes from, or None if it comes from none.

    Parameters
    ----------
    error : BaseException
        What a cell ended with.
    trace : traceback or None
        Its traceback.
    open_names : set of str
        The variables that earlier cells would have made, had they not met a blank.

    Examples
    --------
    >>> sentence_for(NameError("name 'nn' is not defined", name="nn"), None, {"nn"})
    '`nn` is not there yet: the cell that makes it still has a blank. Fill that in first.'
    >>> sentence_for(ZeroDivisionError(), None, set()) is None
    True
    """
    if isinstance(error, NameError) and error.name in open_names:
        return (
            f"`{error.name}` is not there yet: the cell that makes it still has a blank. "
            "Fill that in first."
        )
    where, statement, values = _place(trace)
    blank_here = [name for name in _names_read(statement) if values.get(name) is Ellipsis]
    if "ellipsis" not in str(error).lower() and not blank_here:
        return None
    if _has_blank(statement):
        return f"{where} still has a blank: put your own code in the place of the `...`."
    if blank_here:
        names = " and ".join(f"`{name}`" for name in blank_here)
        are = "is" if len(blank_here) == 1 else "are"
        return f"{where} cannot run yet: {names} {are} still `...`. Fill that in first."
    return f"{where} cannot run yet: it meets a `...` that is not filled in."


def _place(trace: TracebackType | None) -> tuple[str, ast.AST, dict[str, Any]]:
    """Return in words where a cell stopped, the statement there, and its variables."""
    last = None
    while trace is not None:
        if "__file__" not in trace.tb_frame.f_globals:  # a module has one, a notebook has none
            last = trace
        trace = trace.tb_next
    if last is None:
        return "This cell", ast.Module(body=[], type_ignores=[]), {}
    frame, number = last.tb_frame, last.tb_lineno
    lines = linecache.getlines(frame.f_code.co_filename)
    line = lines[number - 1].strip() if number <= len(lines) else ""
    inside = frame.f_code.co_name  # of another cell, if it is a function
    where = f"Line {number}" if inside == "<module>" else f"In `{inside}`, line {number}"
    values = {**frame.f_globals, **frame.f_locals}
    return f"{where}, `{line}`,", _statement("".join(lines), number), values


def _parsed(source: str) -> ast.Module:
    """Return the syntax tree, empty for what is no Python."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _statement(cell: str, number: int) -> ast.AST:
    """Return the innermost statement at a line; of a loop and the like, only its head."""
    tree = _parsed(cell)
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= number <= (node.end_lineno or 0)
    ]
    if not around:
        return tree
    found = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        if hasattr(found, block):
            setattr(found, block, [])
    return found


def _has_blank(tree: ast.AST) -> bool:
    return any(isinstance(n, ast.Constant) and n.value is Ellipsis for n in ast.walk(tree))


def _names_read(tree: ast.AST) -> list[str]:
    """Return the variables that a statement uses, each once, in its order."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    in_order = sorted(found, key=lambda n: (n.lineno, n.col_offset))
    return list(dict.fromkeys(n.id for n in in_order))


def _names_made(cell: str) -> set[str]:
    """Return the variables that a cell sets outside of its functions."""
    tree = _parsed(cell)
    inside = {
        id(inner)
        for scope in ast.walk(tree)
        if isinstance(scope, ast.FunctionDef | ast.ClassDef | ast.Lambda)
        for inner in ast.walk(scope)
        if inner is not scope
    }
    nodes = [node for node in ast.walk(tree) if id(node) not in inside]
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
