"""Show an answer: a box in a notebook, lines anywhere else; and keep it for who collects them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chainrule.teaching.result import Result

_collectors: list[Callable[[Result], None]] = []


def show(result: Result) -> None:
    """Show it on stdout, or in the notebook that runs; then tell who collects."""
    if _in_notebook():
        from IPython.display import display

        content = {"text/plain": result.text(), "text/html": result._repr_html_()}
        display(content, raw=True)  # type: ignore[no-untyped-call]
    else:
        print(result.text(), flush=True)
    for collect in _collectors:
        collect(result)


@contextmanager
def collecting(collect: Callable[[Result], None]) -> Iterator[None]:
    """Hand every answer to ``collect`` as well."""
    _collectors.append(collect)
    try:
        yield
    finally:
        _collectors.remove(collect)


def _in_notebook() -> bool:
    """Return whether a kernel runs that can show HTML; IPython in a terminal cannot."""
    ipython = sys.modules.get("IPython")  # not imported here: it would be loaded for nothing
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")
