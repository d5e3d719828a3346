"""Pictures of a training: loss and accuracy, on what is trained on and on what is held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from chainrule.plots.style import (
    BLUE,
    INK,
    LINES,
    MARGIN,
    ORANGE,
    SOFT,
    TEXT,
    axes_of,
    dress,
    figure_of,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Array = npt.NDArray[Any]
History = Mapping[str, Sequence[float]]


class _Quantity(NamedTuple):
    """A column of a history, and its colours: strong, and pale for a broad line."""

    name: str
    strong: str
    pale: str


_LOSS = _Quantity("loss", ORANGE, "#f5c39c")
_ACCURACY = _Quantity("accuracy", BLUE, "#a9c5fa")
_LEGEND: dict[str, Any] = {
    "frameon": False,
    "fontsize": TEXT,
    "labelcolor": INK,
    "handlelength": 2.4,
    "columnspacing": 2.0,
}


def training_curves(
    history: History, *, title: str = "Training loss and accuracy", ax: Axes | None = None
) -> Figure:
    """Draw loss and accuracy over the epochs in one picture, as far as the history has them.

    The training is drawn broad and pale and the validation narrow and dark, so that both are seen
    where they coincide, in colours and in grey. The legend has the values of the last epoch.

    Parameters
    ----------
    history : mapping of str to sequence of float, each of shape (epochs,)
        ``H.history`` of ``H = model.fit(...)``: "loss", and where they were measured "accuracy",
        "val_loss" and "val_accuracy".
    title : str
        What stands above the picture.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if None.

    Raises
    ------
    ValueError
        When there is no loss, or the columns are not of one length.

    Examples
    --------
    >>> figure = training_curves({"loss": [2.0, 1.0], "val_loss": [2.1, 1.25]})
    >>> [text.get_text() for text in figure.legends[0].texts]
    ['training loss, ends at 1.000', 'validation loss, ends at 1.250']
    """
    columns = _columns(history)
    ax = axes_of(ax, 7.0, 5.0)
    handles = [
        line for each in (_LOSS, _ACCURACY) for line in _draw(ax, columns, each, f" {each.name}")
    ]
    ax.axhline(1, color=SOFT, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
    _scale(ax, columns)
    _name_the_ends(ax, columns)
    dress(ax, title, "Epoch", "Loss, accuracy")
    figure = figure_of(ax)
    # Below the picture, where no line can be.
    figure.legend(
        handles=handles, loc="outside lower center", ncols=-(-len(handles) // 2), **_LEGEND
    )
    return figure


def training_panels(history: History, *, title: str = "") -> Figure:
    """Draw the loss over the epochs in one panel, the accuracy in another one beside it.

    Lines and colours are those of :func:`training_curves`.

    Parameters
    ----------
    history : mapping of str to sequence of float, each of shape (epochs,)
        ``H.history`` of ``H = model.fit(...)``, with "loss" and "accuracy", and where there was a
        validation "val_loss" and "val_accuracy".
    title : str
        What stands before the names of the panels.

    Raises
    ------
    ValueError
        When loss or accuracy is missing, or the columns are not of one length.

    Examples
    --------
    >>> figure = training_panels({"loss": [2.0, 1.0], "accuracy": [0.5, 0.75]})
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['Loss', 'Accuracy']
    """
    columns = _columns(history)
    if "accuracy" not in columns:
        raise ValueError(
            f"history has {', '.join(history)}; needed: loss and accuracy; "
            "next: compile with metrics=['accuracy'], or draw training_curves"
        )
    figure = new_figure(12.0, 5.0, "constrained")
    figure.set_layout_engine("constrained", w_pad=MARGIN, h_pad=MARGIN, wspace=0.05)
    for ax, each in zip(figure.subplots(1, 2), (_LOSS, _ACCURACY), strict=True):
        handles = _draw(ax, columns, each, "")
        own = {name: values for name, values in columns.items() if name.endswith(each.name)}
        _scale(ax, own, up_to=1.0 if each is _ACCURACY else 0.0)
        label = each.name.capitalize()
        dress(ax, f"{title}: {each.name}" if title else label, "Epoch", label)
        ax.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.15),
            ncols=2,
            **_LEGEND,
        )
    return figure


def _columns(history: History) -> dict[str, Array]:
    """Return the columns that are drawn, checked."""
    names = (f"{kind}{each.name}" for kind in ("", "val_") for each in (_LOSS, _ACCURACY))
    columns = {
        name: np.asarray(history[name], dtype=np.float64) for name in names if name in history
    }
    if "loss" not in columns:
        has = ", ".join(map(repr, history)) or "nothing"
        raise ValueError(f"history has {has}; needed: 'loss'; possible: H.history of model.fit")
    epochs = columns["loss"].size
    for name, values in columns.items():
        if values.shape != (epochs,) or not epochs:
            raise ValueError(
                f"history[{name!r}] has shape {values.shape}; possible: (epochs,), at least one, "
                "as many as the loss has"
            )
    return columns


def _draw(ax: Axes, columns: Mapping[str, Array], quantity: _Quantity, called: str) -> list[Line2D]:
    """Draw a quantity in training, and in validation if there was one; return the lines."""
    name, strong, pale = quantity
    looks: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (name, "training", {"color": pale, "linewidth": 4.0, "zorder": 3}),
        (f"val_{name}", "validation", {"color": strong, "linewidth": 1.5, "zorder": 4}),
    )
    lines = []
    for column, part, look in looks:
        if column in columns:
            values = columns[column]
            lines += ax.plot(
                np.arange(1, len(values) + 1),
                values,
                marker="o" if len(values) == 1 else "",  # a line of one point is not seen
                solid_capstyle="round",
                solid_joinstyle="round",
                label=f"{part}{called}, ends at {values[-1]:.3f}",
                **look,
            )
    return lines


def _scale(ax: Axes, columns: Mapping[str, Array], up_to: float = 1.0) -> None:
    """Show all that is finite, from 0 to at least ``up_to``, and the epochs from 0 on."""
    from matplotlib.ticker import MaxNLocator

    values = np.concatenate(list(columns.values()))
    top = max(up_to, float(np.max(values[np.isfinite(values)], initial=0.0)))
    ax.set_ylim(0, 1.05 * top or 1.0)
    ax.set_xlim(0, max(2, *map(len, columns.values())))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    ax.grid(axis="y", color=LINES, linewidth=1)
    ax.set_axisbelow(True)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def _name_the_ends(ax: Axes, columns: Mapping[str, Array]) -> None:
    """Write beside the last points which quantity they are of: in grey, colours do not tell."""
    ends = []
    for each in (_LOSS, _ACCURACY):
        last = [columns[c][-1] for c in (each.name, f"val_{each.name}") if c in columns]
        if last and np.all(np.isfinite(last)):
            ends.append((float(np.mean(last)), each))
    apart = 0.06 * ax.get_ylim()[1]
    if len(ends) == 2 and abs(ends[0][0] - ends[1][0]) < apart:
        middle = (ends[0][0] + ends[1][0]) / 2
        up = 0.5 if ends[0][0] >= ends[1][0] else -0.5
        ends = [(middle + up * apart, ends[0][1]), (middle - up * apart, ends[1][1])]
    for height, each in ends:
        ax.annotate(
            each.name,
            (ax.get_xlim()[1], height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            size=TEXT,
            weight="bold",
            color=each.strong,
            annotation_clip=False,
        )
