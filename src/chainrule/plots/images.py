"""Pictures of images: a row with labels, a sheet, and what each was taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule.plots.style import (
    INK,
    RIGHT,
    TEXT,
    TITLE,
    WRONG,
    as_many,
    canvas,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[Any]


def digit_row(images: npt.ArrayLike, labels: npt.ArrayLike) -> Figure:
    """Draw images side by side, each with its label above it.

    Parameters
    ----------
    images : array_like, shape (N, height, width)
        The larger a value, the darker the pixel.
    labels : array_like, shape (N,)
        What stands above each image.

    Examples
    --------
    >>> figure = digit_row(np.eye(8)[np.newaxis].repeat(3, axis=0), [1, 2, 3])
    >>> len(figure.axes[0].images)
    3
    """
    pictures = _images(images)
    names = as_many("labels", labels, pictures)
    n = len(pictures)
    figure, ax = canvas(0.62 * n, 0.85)
    corners = _tile(ax, pictures, columns=n, gap=0.14, head=0.46)
    for (x, y), name in zip(corners, names, strict=True):
        ax.text(x + 0.5, y - 0.08, f"{name}", ha="center", va="bottom", size=TITLE, color=INK)
    return figure


def digit_sheet(images: npt.ArrayLike, columns: int = 20) -> Figure:
    """Draw many images in rows: 180 of them in 9 rows of 20.

    Parameters
    ----------
    images : array_like, shape (N, height, width)
        The larger a value, the darker the pixel.
    columns : int
        How many images stand in a row.

    Examples
    --------
    >>> figure = digit_sheet(np.zeros((180, 8, 8)))
    >>> len(figure.axes[0].images)
    180
    """
    pictures = _images(images)
    figure, ax = canvas(0.6 * columns, 0.6 * -(-len(pictures) // columns))
    _tile(ax, pictures, columns, gap=0.25)
    return figure


def predictions(
    images: npt.ArrayLike, labels: npt.ArrayLike, predicted: npt.ArrayLike, columns: int = 10
) -> Figure:
    """Draw images framed green where the prediction is right, red where it is wrong.

    A wrong guess also has a thicker frame and is named above the image, so that nobody has to
    tell the colours apart.

    Parameters
    ----------
    images : array_like, shape (N, height, width)
        The larger a value, the darker the pixel.
    labels, predicted : array_like, shape (N,)
        What each image is, and what it was taken for.
    columns : int
        How many images stand in a row.

    Examples
    --------
    >>> figure = predictions(np.zeros((2, 8, 8)), [3, 5], [3, 6])
    >>> [text.get_text() for text in figure.axes[0].texts if "seen" in text.get_text()]
    ['seen as 6']
    """
    from matplotlib.patches import Rectangle

    pictures = _images(images)
    true, seen = as_many("labels", labels, pictures), as_many("predicted", predicted, pictures)
    rows = -(-len(pictures) // columns)
    figure, ax = canvas(0.95 * columns, 1.18 * rows + 0.2)
    corners = _tile(ax, pictures, columns, gap=0.16, head=0.26, top=0.16)
    for (x, y), is_, guess in zip(corners, true, seen, strict=True):
        right = is_ == guess
        colour, width = (RIGHT, 2.5) if right else (WRONG, 4.5)
        frame = Rectangle((x, y), 1, 1, fill=False, edgecolor=colour, linewidth=width)
        frame.set_joinstyle("round")
        ax.add_patch(frame)
        if not right:
            ax.text(
                x + 0.5,
                y - 0.06,
                f"seen as {guess}",
                ha="center",
                va="bottom",
                size=TEXT,
                weight="bold",
                color=WRONG,
            )
    n_right = int(np.sum(true == seen))
    ax.text(
        0,
        0.02,
        f"{n_right} of {len(true)} right",
        ha="left",
        va="top",
        size=TITLE,
        weight="bold",
        color=INK,
    )
    return figure


def _tile(
    ax: Axes, images: Array, columns: int, gap: float, head: float = 0.0, top: float = 0.0
) -> list[tuple[float, float]]:
    """Draw images in rows and return their upper left corners; each is one unit wide and high.

    One axes holds them all: an axes for each image would take ten times as long to draw.
    """
    corners = []
    darkest = max(float(images.max()), 1e-9)
    for i, image in enumerate(images):
        row, column = divmod(i, columns)
        x, y = column * (1 + gap), top + head + row * (1 + gap + head)
        extent = (x, x + 1, y + 1, y)
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=darkest, extent=extent, interpolation="none")
        corners.append((x, y))
    rows = -(-len(images) // columns)
    ax.set_xlim(-0.04, min(columns, max(len(images), 1)) * (1 + gap) - gap + 0.04)
    ax.set_ylim(top + rows * (1 + gap + head) - gap + 0.04, -0.04)
    return corners


def _images(images: npt.ArrayLike) -> Array:
    array = np.asarray(images)
    if array.ndim != 3 or len(array) == 0:
        raise ValueError(
            f"images has shape {array.shape}; possible: (samples, height, width), such as "
            "X.reshape(-1, 8, 8)"
        )
    return array
