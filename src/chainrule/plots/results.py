"""Pictures of results: the loss, what two inputs lead to, and what is taken for what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule.plots.style import (
    BLUE,
    FAINT,
    INK,
    LINES,
    ORANGE,
    PAPER,
    SMALL,
    SOFT,
    TEXT,
    as_many,
    axes_of,
    dress,
    figure_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[Any]


def loss_curve(losses: npt.ArrayLike, *, title: str = "Loss", ax: Axes | None = None) -> Figure:
    """Draw the loss over the epochs, which count from 1.

    Parameters
    ----------
    losses : array_like, shape (epochs,)
        The loss after each epoch.
    title : str
        What stands above the picture.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if None.

    Examples
    --------
    >>> figure = loss_curve([1.0, 0.5, 0.25])
    >>> figure.axes[0].lines[0].get_ydata()
    array([1.  , 0.5 , 0.25])
    """
    from matplotlib.ticker import MaxNLocator

    values = np.asarray(losses, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"losses has shape {values.shape}; possible: (epochs,), at least one")
    ax = axes_of(ax, 6.0, 4.0)
    epochs = np.arange(1, len(values) + 1)
    ax.plot(epochs, values, color=BLUE, linewidth=2.2, solid_capstyle="round", zorder=3)
    ax.plot(epochs[-1:], values[-1:], "o", color=BLUE, markersize=6, clip_on=False, zorder=4)
    if np.isfinite(values[-1]):
        ax.annotate(
            f"{values[-1]:.3g}",
            (epochs[-1], values[-1]),
            xytext=(0, 9),
            textcoords="offset points",
            ha="right",
            size=TEXT,
            weight="bold",
            color=BLUE,
        )
        ax.set_ylim(bottom=0)
    ax.set_xlim(0, max(len(values), 2))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    dress(ax, title, "Epoch", "Loss (sum of squared errors)")
    ax.grid(axis="y", color=LINES, linewidth=1)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    return figure_of(ax)


def decision_boundary(
    predict: Callable[[Array], npt.ArrayLike],
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    title: str = "Decision boundary",
    ax: Axes | None = None,
) -> Figure:
    """Draw the output of a network over its two inputs, the line where it is 0.5, and the data.

    Parameters
    ----------
    predict : callable
        ``predict(grid)`` of shape (G, 2) gives G outputs between 0 and 1, (G,) or (G, 1).
    X : array_like, shape (N, 2)
        The points.
    y : array_like, shape (N,) or (N, 1)
        Their classes, 0 and 1: circles and squares.
    title : str
        What stands above the picture.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if None.

    Examples
    --------
    >>> figure = decision_boundary(lambda grid: grid[:, 0], [[0, 0], [1, 0]], [0, 1])
    >>> [text.get_text() for text in figure.legends[0].texts]
    ['class 0', 'class 1', 'output = 0.5']
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.lines import Line2D

    points = np.asarray(X, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"X has shape {points.shape}; possible: (samples, 2)")
    classes = np.ravel(as_many("y", y, points))
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.35 * max(float(np.max(high - low)), 1e-9)
    x1, x2 = (np.linspace(low[i] - margin, high[i] + margin, 201) for i in range(2))
    grid = np.stack(np.meshgrid(x1, x2), axis=-1)  # (201, 201, 2)
    field = np.asarray(predict(grid.reshape(-1, 2)), dtype=np.float64).reshape(grid.shape[:2])

    ax = axes_of(ax, 5.6, 5.6)
    colours = LinearSegmentedColormap.from_list(
        "classes", ["#e98a45", "#f7cfae", "#faf7f4", "#b3cbfa", "#5f8ff2"]
    )
    shades = ax.imshow(
        field,
        cmap=colours,
        vmin=0,
        vmax=1,
        origin="lower",
        extent=(float(x1[0]), float(x1[-1]), float(x2[0]), float(x2[-1])),
        interpolation="bilinear",
    )
    if field.min() < 0.5 < field.max():  # an untrained network may have no boundary
        ax.contour(x1, x2, field, [0.5], colors=INK, linewidths=1.8)
    handles = []
    for label, marker, colour in ((0, "o", ORANGE), (1, "s", BLUE)):
        look: dict[str, Any] = {
            "marker": marker,
            "color": colour,
            "markersize": 12,
            "linestyle": "none",
            "markeredgecolor": PAPER,
            "markeredgewidth": 2,
        }
        ax.plot(*points[classes == label].T, **look)
        handles.append(Line2D([], [], label=f"class {label}", **look))
    handles.append(Line2D([], [], color=INK, linewidth=1.8, label="output = 0.5"))

    ax.locator_params(nbins=5)
    dress(ax, title, "first input", "second input")
    figure = figure_of(ax)
    bar = figure.colorbar(shades, ax=ax, ticks=np.linspace(0, 1, 5), shrink=0.8, pad=0.03)
    bar.set_label("output of the network", size=TEXT, color=INK)
    bar.ax.tick_params(labelsize=SMALL, colors=SOFT, length=0)
    bar.outline.set_visible(False)
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=3,
        handletextpad=0.5,
        columnspacing=2.4,
        frameon=False,
        fontsize=TEXT,
        labelcolor=INK,
    )
    return figure


def confusion_matrix(
    counts: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    title: str = "Confusion matrix",
    ax: Axes | None = None,
) -> Figure:
    """Draw a confusion matrix: actual classes down, predicted classes across, counts in the cells.

    The shade of a cell grows with the square root of its count, so that a single error can be
    seen beside a diagonal of hundreds.

    Parameters
    ----------
    counts : array_like of int, shape (K, K)
        ``counts[i, j]`` samples of class i were seen as j.
    names : sequence of str, optional
        What the classes are called; 0 to K - 1 if None.
    title : str
        What stands above the picture.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if None.

    Examples
    --------
    >>> figure = confusion_matrix([[5, 1], [0, 6]])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['5', '1', '0', '6']
    """
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm

    C = np.asarray(counts)
    if C.ndim != 2 or C.shape[0] != C.shape[1] or C.size == 0:
        raise ValueError(f"counts has shape {C.shape}; possible: (classes, classes)")
    k = len(C)
    ax = axes_of(ax, max(4.2, 0.56 * k + 1.0), max(4.4, 0.56 * k + 1.3))
    shades = LinearSegmentedColormap.from_list(
        "counts", ["#f6f8fb", "#c9dcfb", "#7ba7f4", "#2f6be6", "#173a8a"]
    )
    norm = PowerNorm(0.5, vmin=0, vmax=max(1, int(C.max())))
    edges = np.arange(k + 1) - 0.5
    # A mesh, not an image: its cells stay sharp in a PDF at any size.
    ax.pcolormesh(edges, edges, C, cmap=shades, norm=norm, edgecolors=PAPER, linewidth=2)
    for (i, j), n in np.ndenumerate(C):
        colour = _readable_on(shades(norm(n))) if n else FAINT
        ax.text(
            j,
            i,
            f"{n}",
            ha="center",
            va="center",
            size=TEXT,
            weight="bold" if n else "normal",
            color=colour,
        )
    labels = [str(i) for i in range(k)] if names is None else list(names)
    ax.set_xticks(range(k), labels)
    ax.set_yticks(range(k), labels)
    ax.set_xlim(-0.5, k - 0.5)
    ax.set_ylim(k - 0.5, -0.5)
    ax.set_aspect("equal")
    dress(ax, title, "predicted class", "actual class")
    for spine in ax.spines.values():
        spine.set_visible(False)
    return figure_of(ax)


def _readable_on(background: Sequence[float]) -> str:
    """Return black or white, whichever has more contrast, as WCAG 2.1 defines it."""
    c = np.asarray(background[:3])
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    return "black" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "white"
