"""What is printed: rich tables and a progress bar on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Advance = Callable[[int, float], None]


def on_terminal() -> bool:
    """Return whether a person looks at what is printed."""
    return sys.stdout.isatty()


def heading(text: str, *, first: bool = False) -> None:
    """Print the title of a part, after an empty line if it is not the first."""
    if not first:
        line()
    if on_terminal():
        from rich.console import Console

        Console(highlight=False).print(f"[bold blue]{text}[/]")
    else:
        line(text)


def line(text: object = "") -> None:
    """Print a line and pass it on at once: who reads a pipe sees training go on."""
    print(text, flush=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], plain: str) -> None:
    """Print rows: as a table on a terminal, in a pipe each as a line of the format ``plain``."""
    if not on_terminal():
        for row in rows:
            line(plain.format(*row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(*columns, box=box.SIMPLE_HEAD, header_style="bold")
    for row in rows:
        shown.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(highlight=False).print(shown)


@contextmanager
def progress(epochs: int) -> Iterator[Advance]:
    """Show a progress bar on a terminal; yield what tells it of epochs done and their loss."""
    if not on_terminal():
        yield lambda _done, _loss: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("training"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TextColumn("epochs, loss {task.fields[loss]:.3f}"),
        TimeElapsedColumn(),
    )
    with bar:
        task = bar.add_task("training", total=epochs, loss=float("nan"))

        def advance(done: int, loss: float) -> None:
            fields: dict[str, Any] = {"loss": loss}
            bar.update(task, completed=done, **fields)

        yield advance
