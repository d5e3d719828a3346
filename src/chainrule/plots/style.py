"""What the pictures share: colours, sizes of text, margins, empty figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[Any]

INK, SOFT, FAINT, LINES, PAPER = "#1f2933", "#66727f", "#8a96a3", "#dfe4ea", "#ffffff"
BLUE, ORANGE = "#2563eb", "#d9620a"
RIGHT, WRONG = "#15914b", "#d92632"
TITLE, TEXT, SMALL = 13, 11, 10  # sizes of text, in points
MARGIN = 0.14  # around every picture, in inches


def new_figure(width: float, height: float, layout: str | None) -> Figure:
    """Return an empty figure of that size in inches, which belongs to no global state."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise ModuleNotFoundError(
            "pictures are drawn by matplotlib, which is not installed; "
            'next: pip install "chainrule[tutorial]"',
            name="matplotlib",
        ) from None
    return Figure(figsize=(width, height), dpi=100, layout=layout, facecolor=PAPER)  # type: ignore[arg-type]


def axes_of(ax: Axes | None, width: float, height: float) -> Axes:
    """Return ``ax``, or the axes of a new figure."""
    if ax is not None:
        return ax
    figure = new_figure(width, height, "constrained")
    figure.set_layout_engine("constrained", w_pad=MARGIN, h_pad=MARGIN)
    return figure.add_subplot()


def figure_of(ax: Axes) -> Figure:
    """Return the figure that holds ``ax``."""
    return ax.figure.figure


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure that is one axes without ticks or frame, but for a small margin."""
    width, height = width + 2 * MARGIN, height + 2 * MARGIN
    figure = new_figure(width, height, None)
    x, y = MARGIN / width, MARGIN / height
    ax = figure.add_axes((x, y, 1 - 2 * x, 1 - 2 * y))
    ax.set_axis_off()
    return figure, ax


def dress(ax: Axes, title: str, xlabel: str, ylabel: str) -> None:
    """Give an axes its title, its labels and the fonts and colours of all the pictures."""
    ax.set_title(title, loc="left", size=TITLE, weight="bold", color=INK, pad=12)
    ax.set_xlabel(xlabel, size=TEXT, color=INK, labelpad=7)
    ax.set_ylabel(ylabel, size=TEXT, color=INK, labelpad=7)
    ax.tick_params(labelsize=SMALL, labelcolor=INK, color=LINES, length=0, pad=5)
    for spine in ax.spines.values():
        spine.set_color(LINES)


def as_many(name: str, values: npt.ArrayLike, samples: Array) -> Array:
    """Return ``values`` as an array, checked to hold one for each sample."""
    array = np.asarray(values)
    if array.ndim == 0 or len(array) != len(samples):
        raise ValueError(f"{name} has shape {array.shape}; possible: {len(samples)}, one a sample")
    return array
