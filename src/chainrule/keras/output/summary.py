"""The table of a model's layers."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

_WIDTH = 88  # of the table, where the terminal is wide enough
_TRAINABLE = 12  # how much wider with a column of what is trainable
_ENDS = (0.45, 0.80, 1.0)  # of the columns, as shares of the width


def summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a table of the layers, the shapes of their outputs, and their numbers of parameters.

    Parameters
    ----------
    model : Sequential
        Whose layers they are.
    line_length : int, optional
        The width of the table; 88, or what the terminal has, if None.
    positions : sequence of float, optional
        Where the columns end, as shares of the width.
    print_fn : callable, optional
        Gets the whole text, without colours; it is printed if None.
    expand_nested : bool
        Whether to show the layers of models among the layers.
    show_trainable : bool
        Whether to say which layers are trainable.
    layer_range : pair of str, optional
        Names, or patterns of names, of the first and the last layer to show.

    Raises
    ------
    ValueError
        When the width is too small, or the range names no layer.
    """
    from rich.console import Console
    from rich.table import Column, Table

    ends = list(positions or _ENDS)
    names, sides = ["Layer (type)", "Output Shape", "Param #"], ["left", "left", "right"]
    wanted = _WIDTH
    if show_trainable:
        wanted += _TRAINABLE
        ends = [end * 0.9 for end in ends] + [1.0]
        names, sides = [*names, "Trainable"], [*sides, "center"]
    width = line_length or min(wanted, shutil.get_terminal_size().columns - 4)
    widths = [stop - start for start, stop in pairwise([0, *(int(end * width) for end in ends)])]
    if min(widths) < 4:
        raise ValueError(f"line_length is {width}; possible: enough for columns of 4 characters")
    columns = [
        Column(name, justify=side, width=own)  # type: ignore[arg-type]
        for name, side, own in zip(names, sides, widths, strict=True)
    ]
    table = Table(*columns, width=width, show_lines=True)
    for layer in _chosen(model.layers, layer_range):
        for row in _rows(layer, "", expand_nested, show_trainable):
            table.add_row(*row)
    if print_fn is None:
        console = Console(highlight=False)
    else:
        console = Console(highlight=False, force_terminal=False, color_system=None)
        console.begin_capture()
    console.print(_bold(f'Model: "{_plain(model.name)}"'))
    console.print(table)
    for label, variables in _totals(model):
        count = _green(f"{sum(math.prod(v.shape) for v in variables):,}")
        console.print(f"{_bold(f' {label}: ')}{count} ({_size(variables)})")
    if print_fn is not None:
        print_fn(console.end_capture())


def _totals(model: Any) -> Iterator[tuple[str, list[Any]]]:
    """Give what the lines below the table count."""
    trainable, others = list(model.trainable_weights), list(model.non_trainable_weights)
    built = model.compiled and model.optimizer is not None and model.optimizer.built
    optimizer = list(model.optimizer.variables) if built else []
    yield "Total params", trainable + others + optimizer
    yield "Trainable params", trainable
    yield "Non-trainable params", others
    if built:
        yield "Optimizer params", optimizer


def _rows(layer: Any, indent: str, expand: bool, show_trainable: bool) -> Iterator[list[str]]:
    """Give the line of a layer, and those of the layers in it."""
    kind = f"[color(33)]{_plain(type(layer).__name__)}[/]"
    branch = f"{indent}└ " if indent else ""
    parameters = _green(f"{layer.count_params():,}" if layer.built else "0")
    if not layer.built and not getattr(layer, "nothing_to_build", False):
        parameters += " (unbuilt)"
    row = [f"{branch}{_plain(layer.name)} ({kind})", _shape(layer), parameters]
    if show_trainable and layer.weights:
        row.append(_bold(*(("Y", 34) if layer.trainable else ("N", 9))))
    elif show_trainable:
        row.append(_bold("-"))
    yield row
    if expand:
        for inner in getattr(layer, "layers", ()):
            yield from _rows(inner, indent + "   ", expand, show_trainable)


def _shape(layer: Any) -> str:
    if not layer.built:
        return "?"
    axes = (
        _green(axis) if axis is not None else "[color(45)]None[/]" for axis in layer.output_shape
    )
    return f"({', '.join(axes)})"


def _chosen(layers: Sequence[Any], layer_range: Sequence[str] | None) -> Sequence[Any]:
    """Return the layers from the first to the last one that is named."""
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(f"layer_range is {layer_range!r}; possible: two names of layers")
    first, last = (
        [i for i, layer in enumerate(layers) if re.match(name, layer.name)] for name in layer_range
    )
    if not first or not last:
        raise ValueError(
            f"layer_range is {layer_range!r}; possible: names among "
            f"{', '.join(layer.name for layer in layers)}"
        )
    if min(first) > max(last):
        first, last = last, first
    return layers[min(first) : max(last) + 1]


def _size(variables: Iterable[Any]) -> str:
    """Return how much memory variables take, in words."""
    size = float(sum(math.prod(v.shape) * np.dtype(v.dtype).itemsize for v in variables))
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"


def _bold(text: str, colour: int | None = None) -> str:
    return f"[bold]{text}[/]" if colour is None else f"[bold][color({colour})]{text}[/][/]"


def _green(text: object) -> str:
    return f"[color(34)]{text}[/]"


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
