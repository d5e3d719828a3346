"""Draw the figures of docs/maths: `python docs/site/figures.py`; needs matplotlib.

Each row of FIGURES is one file of docs/images/maths. Same code, same bytes, as long as matplotlib
is the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chainrule.activations import ACTIVATIONS
from chainrule.losses import LOSSES
from chainrule.optimizers import SGD, Adam
from chainrule.plots.style import (
    BLUE,
    FAINT,
    INK,
    LINES,
    ORANGE,
    PAPER,
    RIGHT,
    SMALL,
    SOFT,
    TEXT,
    WRONG,
    canvas,
    dress,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLACE = Path(__file__).parent.parent / "images" / "maths"
COLOURS = (BLUE, ORANGE, RIGHT, WRONG, SOFT, "#8b5cf6", "#0891b2")


def one_unit() -> Figure:
    """Draw the chain from x to L, with what each step's derivative is."""
    figure, ax = canvas(7.6, 1.9)
    ax.set(xlim=(-0.6, 9.6), ylim=(-1.25, 1.3))
    for x, label in zip((0, 3, 6, 9), ("$x$", "$z$", "$a$", "$L$"), strict=True):
        node(ax, x, 0, label)
    steps = (("$w x + b$", "$w$"), ("$f(z)$", "$f'(z)$"), ("$(a - y)^2$", "$2(a - y)$"))
    for x, (forward, slope) in zip((0, 3, 6), steps, strict=True):
        arrow(ax, (x + 0.55, 0.12), (x + 2.45, 0.12), BLUE)
        ax.text(x + 1.5, 0.42, forward, color=BLUE, size=TEXT + 1, ha="center")
        arrow(ax, (x + 2.45, -0.14), (x + 0.55, -0.14), ORANGE)
        ax.text(x + 1.5, -0.72, slope, color=ORANGE, size=TEXT + 1, ha="center")
    ax.text(-0.5, 1.12, "forward: values", color=BLUE, size=SMALL)
    ax.text(
        -0.5, -1.22, "backward: each slope times what came from the right", color=ORANGE, size=SMALL
    )
    return figure


def sigmoid() -> Figure:
    """Draw the sigmoid and its derivative."""
    figure = new_figure(6.0, 2.9, "constrained")
    ax = figure.add_subplot()
    z = np.linspace(-7, 7, 281)
    row = ACTIVATIONS["sigmoid"]
    a = row.value(z)
    ax.axhline(0.25, color=LINES, linewidth=1)
    ax.plot(z, a, color=BLUE, linewidth=2.2)
    ax.plot(z, row.derivative(z, a), color=ORANGE, linewidth=2.2)
    dress(ax, "", "z", "")
    ax.text(3.0, 0.80, "f(z)", color=BLUE, size=TEXT)
    ax.text(2.2, 0.13, "f '(z) = a (1 - a)", color=ORANGE, size=TEXT)
    ax.text(-6.9, 0.27, "1/4", color=SOFT, size=SMALL)
    bare(ax)
    return figure


def two_layers() -> Figure:
    """Draw the arrays of the two-layer network, in their shapes, with what flows between."""
    figure, ax = canvas(8.2, 3.1)
    ax.set(xlim=(0, 16.4), ylim=(-2.2, 4.1))
    arrays = (
        (0.3, 3, 4, "$X$", "(4, 3)", FAINT),
        (4.3, 3, 3, "$W^{(1)}$", "(3, 3)", BLUE),
        (8.3, 3, 4, "$A^{(1)}$", "(4, 3)", FAINT),
        (12.0, 1, 3, "$W^{(2)}$", "(3, 1)", BLUE),
        (14.6, 1, 4, "$A^{(2)}$", "(4, 1)", FAINT),
    )
    size = 0.52
    for x, columns, rows, label, shape, colour in arrays:
        top = 1.0 + rows * size / 2
        for i in range(rows):
            for j in range(columns):
                cell = (x + j * size, top - (i + 1) * size)
                ax.add_patch(rectangle(cell, size, colour))
        ax.text(
            x + columns * size / 2,
            2.45,
            label,
            color=INK,
            size=TEXT + 4,
            ha="center",
        )
        ax.text(x + columns * size / 2, -0.45, shape, color=SOFT, size=SMALL, ha="center")
    for x, text in ((3.05, "@"), (6.95, "f"), (10.9, "@"), (13.55, "f")):
        ax.text(x, 1.0, text, color=INK, size=TEXT + 2, ha="center", va="center")
    ax.text(0.3, 3.65, "forward", color=BLUE, size=TEXT)
    arrow(ax, (2.4, 3.78), (15.1, 3.78), BLUE)
    ax.text(13.0, -1.25, "backward", color=ORANGE, size=TEXT)
    arrow(ax, (12.7, -1.12), (0.3, -1.12), ORANGE)
    for x, text in (
        (12.3, r"$A^{(1)\top} \delta^{(2)}$"),
        (5.1, r"$X^\top \delta^{(1)}$"),
        (8.9, r"$\delta^{(2)} W^{(2)\top}$"),
    ):
        ax.text(x, -1.95, text, color=ORANGE, size=TEXT + 3, ha="center")
    return figure


def activations() -> Figure:
    """Draw four panels of activations by family."""
    families = {
        "Saturating": ("sigmoid", "tanh", "softsign", "hard_sigmoid", "hard_tanh"),
        "Rectifiers": ("relu", "leaky_relu", "elu", "selu"),
        "Smooth": ("softplus", "silu", "gelu", "mish", "squareplus"),
        "Shrinking": ("tanh_shrink", "soft_shrink", "hard_shrink"),
    }
    figure = new_figure(8.0, 6.0, "constrained")
    z = np.linspace(-4, 4, 801)
    for ax, (title, names) in zip(figure.subplots(2, 2).flat, families.items(), strict=True):
        for name, colour in zip(names, COLOURS, strict=False):
            a = ACTIVATIONS[name].value(z)
            a[1:][np.abs(np.diff(a)) > 0.1] = np.nan  # a jump is no line
            ax.plot(z, a, color=colour, linewidth=1.8, label=name)
        panel(ax, title, "z")
    return figure


def losses() -> Figure:
    """Draw three panels of losses: of an error, of a probability, of a score."""
    e, a, s = np.linspace(-3, 3, 301), np.linspace(0.02, 0.999, 300), np.linspace(-2, 3, 301)
    groups = (
        ("Of an error", "a - y", e, 0.0, ("mean_squared_error", "mean_absolute_error", "huber")),
        (
            "Of a probability, y = 1",
            "a",
            a,
            1.0,
            ("binary_crossentropy", "binary_focal_crossentropy"),
        ),
        ("Of a score, y = 1", "a", s, 1.0, ("hinge", "squared_hinge")),
    )
    figure = new_figure(9.2, 3.2, "constrained")
    for ax, (title, xlabel, x, y, names) in zip(figure.subplots(1, 3), groups, strict=True):
        for name, colour in zip(names, COLOURS, strict=False):
            row = LOSSES[name]
            values = row.per_sample(x[:, None], np.full((len(x), 1), y), *row.parameters)
            ax.plot(x, values, color=colour, linewidth=2, label=name)
        panel(ax, title, xlabel)
        ax.set_ylim(-0.3, 6.8)
    return figure


def optimizers() -> Figure:
    """Draw the ways of three optimisers down a valley that is ten times as steep across."""
    figure = new_figure(7.4, 3.3, "constrained")
    ax = figure.add_subplot()
    steepness = np.array([0.1, 1.0])
    x, y = np.meshgrid(np.linspace(-9.5, 2.5, 121), np.linspace(-2.4, 2.4, 81))
    levels = np.geomspace(0.02, 7, 9)
    ax.contour(x, y, (steepness[0] * x**2 + steepness[1] * y**2) / 2, levels, colors=LINES)
    ways = ((SGD(1.8), "SGD"), (SGD(0.3, momentum=0.8), "momentum"), (Adam(0.6), "Adam"))
    for (optimizer, name), colour in zip(ways, COLOURS, strict=False):
        theta = np.array([-9.0, 2.0])
        slots, way = np.zeros((len(optimizer.slots), 2)), [theta.copy()]
        for t in range(1, 31):
            optimizer.step(theta, steepness * theta, slots, t)
            way.append(theta.copy())
        ax.plot(*np.array(way).T, color=colour, linewidth=1.6, marker="o", markersize=3, label=name)
    ax.plot(0, 0, marker="*", color=INK, markersize=11, linestyle="none")
    panel(ax, "Thirty steps down a narrow valley", "")
    ax.set(xticks=[], yticks=[], xlim=(-9.5, 2.5), ylim=(-2.4, 2.4))
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    figure.__name__: figure
    for figure in (one_unit, sigmoid, two_layers, activations, losses, optimizers)
}


def node(ax: Axes, x: float, y: float, label: str) -> None:
    """Draw a circle with a letter in it."""
    ax.plot(x, y, marker="o", markersize=30, color=PAPER, markeredgecolor=INK, markeredgewidth=1.4)
    ax.text(x, y - 0.02, label, size=TEXT + 3, color=INK, ha="center", va="center")


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    """Draw an arrow."""
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4}
    ax.annotate("", end, start, arrowprops=style)


def rectangle(corner: tuple[float, float], size: float, colour: str):  # type: ignore[no-untyped-def]
    """Return one cell of an array."""
    from matplotlib.patches import Rectangle

    return Rectangle(corner, size, size, facecolor=colour, alpha=0.35, edgecolor=PAPER, linewidth=2)


def panel(ax: Axes, title: str, xlabel: str) -> None:
    """Dress one of several panels, with names of its lines."""
    dress(ax, title, xlabel, "")
    ax.legend(frameon=False, fontsize=SMALL - 1, labelcolor=INK, loc="best")
    bare(ax)


def bare(ax: Axes) -> None:
    """Take away the frame, and show where 0 is."""
    ax.axhline(0, color=LINES, linewidth=1, zorder=0)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def main(place: Path = PLACE) -> None:
    """Write all figures."""
    import matplotlib

    place.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context({"svg.hashsalt": "chainrule", "mathtext.fontset": "stix"}):
        for name, draw in FIGURES.items():
            draw().savefig(place / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
