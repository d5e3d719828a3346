"""The pictures of docs/performance.md, drawn from a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.report import percent, three_digits, time_text
from benchmarks.summary import best_peer, median, our_row, share_of_peak, target_share
from benchmarks.summary import peers as others
from chainrule.plots.style import BLUE, FAINT, INK, LINES, ORANGE, SOFT, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 160
WIDTH = 10.0  # inches, of every picture
BAR = "#c3cbd4"  # a peer's
LEAST_SHARE = 0.05  # of the peak: where less is to reach, arithmetic is not what takes the time
LABEL = 0.07  # how much of the axis a percentage takes
HEAD, TEXT, SMALL = 13, 10, 9  # sizes of text, in points


def rows_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return our row and the peers of its precision, the fastest first."""
    ours = our_row(case)
    return sorted([ours, *others(case)], key=median) if ours else []


def plain(ax: Axes) -> None:
    """Leave the axes without frame and ticks."""
    ax.tick_params(length=0, labelsize=SMALL, labelcolor=SOFT)
    for spine in ax.spines.values():
        spine.set_visible(False)


def head(figure: Figure, title: str, subtitle: str, inches: float) -> None:
    """Write title and subtitle at the left of the top, ``inches`` being the figure's height."""
    figure.text(0.02, 1 - 0.32 / inches, title, size=HEAD, weight="bold", color=INK, va="center")
    figure.text(0.02, 1 - 0.60 / inches, subtitle, size=TEXT, color=SOFT, va="center")


def machine_words(result: dict[str, Any]) -> str:
    machine = result["machine"]
    return f"{machine['cpu']}, {machine['isa']}, one thread, {result['date']}"


def short(name: str) -> str:
    """Return a row's name without its precision and what else follows a comma."""
    return name.partition(",")[0]


def peers(result: dict[str, Any]) -> Figure:
    """Draw the time of ours and of each peer in every case, as bars on a logarithmic scale."""
    cases = [case for case in result["cases"].values() if case.get("summary") and best_peer(case)]
    columns = 2
    lines = [cases[i : i + columns] for i in range(0, len(cases), columns)]
    bars = [max(len(rows_of(case)) for case in line) for line in lines]
    bar, gap, top = 0.24, 0.58, 0.85  # inches: a bar, between panels, above all
    inches = top + sum(n * bar + gap for n in bars)
    figure = new_figure(WIDTH, inches, None)
    head(
        figure,
        "Time against the other libraries",
        f"Logarithmic scale, shorter is faster; in grey: times ours. {machine_words(result)}.",
        inches,
    )
    most = max(
        median(row) / case["summary"]["us_per_unit"] for case in cases for row in rows_of(case)
    )
    bottom = inches - top
    for line, n in zip(lines, bars, strict=True):
        height = n * bar
        bottom -= height + gap
        for place, case in enumerate(line):
            left = 0.175 + 0.5 * place
            own = len(rows_of(case)) * bar
            box = (left, (bottom + gap * 0.3 + height - own) / inches, 0.195, own / inches)
            panel(figure.add_axes(box), case, most)
    return figure


def panel(ax: Axes, case: dict[str, Any], most: float) -> None:
    """Draw one case: a bar a row from a tenth of our time on."""
    plain(ax)
    rows = rows_of(case)
    ours = case["summary"]["us_per_unit"]
    start = 0.1
    for y, row in enumerate(rows):
        times = median(row) / ours
        mine = row["name"] == case["ours"]
        ax.barh(y, times - start, left=start, height=0.72, color=BLUE if mine else BAR)
        weight = "bold" if mine else "normal"
        name = "chainrule" if mine else short(row["name"])
        ax.annotate(
            name,
            (start, y),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            size=SMALL,
            color=INK,
            weight=weight,
        )
        text = time_text(median(row))
        label = ax.annotate(
            text,
            (times, y),
            xytext=(5, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            size=SMALL,
            color=INK,
            weight=weight,
        )
        if not mine:
            ax.annotate(
                f"{three_digits(times)}x",
                (1, 0.5),
                xycoords=label,
                xytext=(6, 0),
                textcoords="offset points",
                ha="left",
                va="center",
                size=SMALL,
                color=FAINT,
            )
    ax.set(xscale="log", xlim=(start, most), ylim=(len(rows) - 0.5, -0.5), xticks=[], yticks=[])
    ax.minorticks_off()
    ax.annotate(
        f"{case['short']}, a {case['unit']}",
        (-0.79, 1),
        xycoords="axes fraction",
        xytext=(0, 5),
        textcoords="offset points",
        size=TEXT,
        weight="bold",
        color=INK,
    )


def peak(result: dict[str, Any]) -> Figure:
    """Draw which share of the core's peak ours and the best peer reach, and what is to reach."""
    cases = [
        case
        for case in result["cases"].values()
        if case.get("summary")
        and share_of_peak(our_row(case) or {}, result["machine"])
        and (target_share(case, our_row(case) or {}) or 1) > LEAST_SHARE
    ]
    bar, top, foot = 0.42, 1.05, 0.75
    inches = top + foot + bar * len(cases)
    figure = new_figure(WIDTH, inches, None)
    gflops = result["machine"]["fma_peak_gflops"]["float32"]
    head(
        figure,
        "Share of the core's peak",
        f"Of {gflops:.0f} GFLOP/s in float32, half in float64. {machine_words(result)}.",
        inches,
    )
    ax = figure.add_axes((0.27, foot / inches, 0.69, bar * len(cases) / inches))
    plain(ax)
    for y, case in enumerate(cases):
        ours = our_row(case) or {}
        share = share_of_peak(ours, result["machine"]) or 0.0
        target = target_share(case, ours)
        rival = best_peer(case)
        other = share_of_peak(rival, result["machine"]) if rival else None
        ax.barh(y, share, height=0.56, color=BLUE)
        marks = [mark for mark in (other, target) if mark is not None]
        crowded = any(share - LABEL < mark <= share for mark in marks)
        inside = share > 0.12 and not crowded
        ax.annotate(
            percent(share),
            (share, y),
            xytext=(-6 if inside else 5, 0),
            size=SMALL,
            textcoords="offset points",
            ha="right" if inside else "left",
            va="center",
            color="white" if inside else INK,
            weight="bold",
        )
        if other is not None:
            ax.plot(other, y, "o", color="white", markeredgecolor=INK, markersize=5.5, zorder=3)
        if target is not None:
            ax.plot([target, target], [y - 0.4, y + 0.4], color=ORANGE, linewidth=2.4, zorder=3)
    ax.set(xlim=(0, 1), ylim=(len(cases) - 0.5, -0.62))
    ax.set_yticks(range(len(cases)), [case["short"] for case in cases])
    ax.set_xticks(np.linspace(0, 1, 6), [percent(share) for share in np.linspace(0, 1, 6)])
    ax.tick_params(axis="y", labelsize=TEXT, labelcolor=INK, pad=8)
    ax.grid(axis="x", color=LINES, linewidth=0.8)
    ax.set_axisbelow(True)
    key(figure, 0.22 / inches)
    return figure


def key(figure: Figure, y: float) -> None:
    """Say what the three marks of the picture of peaks are."""
    marks: list[tuple[str, dict[str, Any]]] = [
        ("chainrule", {"marker": "s", "color": BLUE, "markersize": 8}),
        ("best peer", {"marker": "o", "color": "white", "markeredgecolor": INK}),
        ("to reach", {"marker": "|", "color": ORANGE, "markersize": 11, "markeredgewidth": 2.4}),
    ]
    from matplotlib.lines import Line2D

    for x, (name, style) in zip((0.275, 0.385, 0.49), marks, strict=True):
        style = {"markersize": 5.5, "linestyle": "none"} | style
        figure.add_artist(Line2D([x], [y], **style))
        figure.text(x + 0.012, y, name, size=SMALL, color=INK, va="center")


def growth(result: dict[str, Any]) -> Figure:
    """Draw time against samples, weights and epochs, each with its fitted slope."""
    curves = result["studies"].get("growth", {})
    inches = 4.1
    figure = new_figure(WIDTH, inches, None)
    head(
        figure,
        "Time against samples, weights and epochs",
        "Seconds of a training run, both axes logarithmic; grey: exactly in proportion. "
        f"{machine_words(result)}.",
        inches,
    )
    for place, (name, curve) in enumerate(curves.items()):
        ax = figure.add_axes((0.08 + 0.325 * place, 0.17, 0.245, 0.56))
        curve_panel(ax, name, curve)
    return figure


def curve_panel(ax: Axes, name: str, curve: dict[str, Any]) -> None:
    """Draw one curve beside the straight line through its middle."""
    plain(ax)
    x, seconds = np.array(curve["x"]), np.array(curve["seconds"])
    middle = np.exp(np.mean(np.log(seconds / x)))
    ax.plot(x, middle * x, color=BAR, linewidth=1.6)
    ax.plot(x, seconds, "o-", color=BLUE, linewidth=1.8, markersize=4.5)
    ax.set(xscale="log", yscale="log")
    ax.set_xticks(x[[0, -1]], [f"{value:,}" for value in x[[0, -1]]])
    ends = seconds[[0, -1]]
    ax.set_yticks(ends, [time_text(1e6 * value) for value in ends])
    ax.minorticks_off()
    ax.spines["bottom"].set(visible=True, color=LINES)
    ax.spines["left"].set(visible=True, color=LINES)
    ax.set_title(
        f"{name}: slope {curve['slope']:.2f}", loc="left", size=TEXT, weight="bold", color=INK
    )
    ax.set_xlabel(f"{name} ({curve['title']})", size=SMALL, color=SOFT, labelpad=2)


# The file in docs/images/ and what draws it.
PICTURES: dict[str, Callable[[dict[str, Any]], Figure]] = {
    "performance_peers.png": peers,
    "performance_peak.png": peak,
    "performance_growth.png": growth,
}
