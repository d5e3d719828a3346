"""Ink: a plan, drawn by matplotlib in the colours of all pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.keras.drawing.blocks import Card
from chainrule.keras.drawing.layout import BAR, LINE, PAD, SPACE, Box, Plan, text_width
from chainrule.plots.style import BLUE, FAINT, INK, LINES, PAPER, RIGHT, SMALL, SOFT, TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WASH = "#f6f8fa"  # within frames
_MIDDLE = "center_baseline"


def draw(plan: Plan) -> Figure:
    """Return the figure of a plan; its axes are in inches."""
    from chainrule.plots.style import new_figure

    figure = new_figure(plan.width, plan.height, None)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(0, plan.width)
    ax.set_ylim(plan.height, 0)
    for title, box in plan.frames:
        _frame(ax, title, box)
    for card, box in plan.cards:
        _card(ax, card, box)
    _arrows(ax, plan)
    return figure


def _frame(ax: Axes, title: str, box: Box) -> None:
    from matplotlib.patches import FancyBboxPatch

    rounded = "round,pad=0,rounding_size=0.1"
    frame = FancyBboxPatch((box.x, box.y), box.width, box.height, boxstyle=rounded, fc=_WASH)
    frame.set(edgecolor=FAINT, linewidth=1.0, linestyle=(0, (4, 3)))
    ax.add_patch(frame)
    ax.text(box.x + SPACE, box.y + 0.19, title, size=SMALL, color=SOFT, va=_MIDDLE)


def _card(ax: Axes, card: Card, box: Box) -> None:
    from matplotlib.patches import FancyBboxPatch, Rectangle

    rounded = "round,pad=0,rounding_size=0.07"
    paper = FancyBboxPatch((box.x, box.y), box.width, box.height, boxstyle=rounded, fc=PAPER, lw=0)
    ax.add_patch(paper)
    colour = BLUE if card.has_weights else FAINT
    bar = ax.add_patch(Rectangle((box.x, box.y), BAR, box.height, fc=colour, lw=0))
    bar.set_clip_path(paper)
    border = FancyBboxPatch((box.x, box.y), box.width, box.height, boxstyle=rounded, fill=False)
    border.set(edgecolor=LINES, linewidth=1.2)
    ax.add_patch(border)
    left = box.x + BAR + PAD
    y = box.y + box.height / 2 - (LINE / 2 if card.detail else 0.0)
    ax.text(left, y, card.title, size=TEXT, weight="bold", color=INK, va=_MIDDLE)
    if card.name:
        beside = left + text_width(card.title, TEXT, bold=True) + SPACE
        ax.text(beside, y, card.name, size=SMALL, color=SOFT, va=_MIDDLE)
    if card.detail:
        ax.text(left, y + LINE, card.detail, size=SMALL, color=SOFT, va=_MIDDLE)
    if card.tag:
        right, colour = box.x + box.width - PAD, RIGHT if card.tag == "trainable" else SOFT
        ax.text(right, y, card.tag, size=SMALL, color=colour, ha="right", va=_MIDDLE)


def _arrows(ax: Axes, plan: Plan) -> None:
    from matplotlib.patches import FancyArrowPatch

    style = "-|>,head_length=4.5,head_width=2.2"
    align = {"ha": "center", "va": "bottom"} if plan.rightwards else {"va": _MIDDLE}
    for tail, head, label, (x, y) in plan.arrows:
        ax.add_patch(
            FancyArrowPatch(
                tail, head, arrowstyle=style, mutation_scale=1, color=SOFT, lw=1.2,
                shrinkA=1, shrinkB=1,
            )
        )  # fmt: skip
        if label:
            ax.text(x, y, label, size=SMALL, color=INK, **align)  # type: ignore[arg-type]
