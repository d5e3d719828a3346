"""Run a notebook's cells in this process, and write what happens as lines of JSON to stdout.

``python -m chainrule.teaching.worker notebook.ipynb 60`` is started by
:func:`chainrule.teaching.running.run_notebook`, which kills it if a cell never ends. What the
cells print goes nowhere. Python's sockets connect to this machine only; programs that a cell
starts are not held back.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from chainrule.teaching.limits import TimeIsUpError, limited
from chainrule.teaching.notebook import Cell, read_notebook
from chainrule.teaching.result import Result
from chainrule.teaching.showing import collecting

_CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_ASKING = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_HERE = ("127.", "::1", "localhost", "")


class NoNetworkError(OSError):
    """A cell wanted to connect to another machine."""


def forbid_network() -> None:
    """Let Python's sockets connect to this machine only, for the rest of the process."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CONNECTING:
            address = arguments[-1]
            host = address[0] if isinstance(address, tuple) else "localhost"  # a path, of AF_UNIX
        elif event in _ASKING:
            host = arguments[0]
        else:
            return
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        if name != "" and not name.startswith(_HERE[:3]):
            raise NoNetworkError(f"no network here: {name} is out of reach")

    sys.addaudithook(refuse)


def main(path: str, seconds: float) -> None:
    """Run all cells; a cell that fails does not stop those after it."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    cells = read_notebook(path)
    sys.path.insert(0, str(Path(path).resolve().parent))
    os.chdir(Path(path).resolve().parent)
    module = ModuleType("__main__")
    # What notebooks have without importing it.
    module.__dict__.update(display=lambda *_, **__: None, get_ipython=lambda: None)
    sys.modules["__main__"] = module
    forbid_network()
    for cell in cells:
        _tell(out, event="start", cell=cell.number)

        def collect(result: Result, number: int = cell.number) -> None:
            _tell(out, event="check", **{**asdict(result), "cell": number})

        with collecting(collect):
            _tell(out, event="end", cell=cell.number, **_run(cell, module.__dict__, seconds))
    _tell(out, event="done")
    out.flush()
    os._exit(0)  # threads that a cell has started, and what it does at exit, are not waited for


def _tell(out: TextIO, **event: Any) -> None:
    out.write(json.dumps(event) + "\n")
    out.flush()


def _run(cell: Cell, names: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Return how a cell ended: "right", "slow", or "error" with what and where."""
    try:
        code = compile(cell.python(), cell.filename, "exec")
        limited(lambda: exec(code, names), seconds)
    except TimeIsUpError as error:
        return {"state": "slow", "line": _line(error, cell)}
    except BaseException as error:  # SystemExit and KeyboardInterrupt end a cell, not the notebook
        text = " ".join(str(error).split())
        blank = "ellipsis" in text.lower()  # what the student notebook has in its blanks
        said = f"{type(error).__name__}: {text}" if text else type(error).__name__
        return {
            "state": "error",
            "error": "a blank, `...`, is not filled in yet" if blank else said,
            "line": _line(error, cell),
        }
    finally:
        if "matplotlib.pyplot" in sys.modules:  # as notebooks do after each cell
            sys.modules["matplotlib.pyplot"].close("all")
    return {"state": "right"}


def _line(error: BaseException, cell: Cell) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == cell.filename:
        return error.lineno
    if isinstance(error, TimeIsUpError):
        places = [n for name, n in error.places if name == cell.filename]
        return places[-1] if places else None
    frames = traceback.walk_tb(error.__traceback__)
    lines = [n for frame, n in frames if frame.f_code.co_filename == cell.filename]
    return lines[-1] if lines else None


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
