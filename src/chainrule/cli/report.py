"""The page ``report.html``: all results of ``chainrule digits``, pictures included, in one file."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

import numpy as np

import chainrule
from chainrule.cli.pictures import Picture

if TYPE_CHECKING:
    from chainrule.cli.digits import Results


def page(results: Results, pictures: Mapping[str, Picture]) -> str:
    """Return the page as HTML that asks for nothing else.

    Parameters
    ----------
    results : Results
        What came of the training.
    pictures : mapping of str to Picture
        The picture for each place of the template: first, sheet, curve, guesses, matrix and
        matrix_test.
    """
    template = Template(files("chainrule.cli").joinpath("report.html.in").read_text("utf-8"))
    data, nn = results.data, results.network
    texts = {
        "network": repr(nn),
        "widths": "-".join(str(width) for width in nn.layers),
        "n_all": str(len(data.X_train) + len(data.X_test)),
        "n_train": str(len(data.X_train)),
        "n_test": str(len(data.X_test)),
        "n_sheet": str(len(pictures["sheet"].figure.axes[0].images)),
        "n_guesses": str(len(pictures["guesses"].figure.axes[0].images)),
        "epochs": str(len(nn.loss_history)),
        "test_accuracy": f"{100 * results.test_accuracy:.1f}",
        "train_accuracy": f"{100 * results.train_accuracy:.1f}",
        "loss": f"{nn.loss_history[-1]:.3f}",
        "seconds": _duration(results.seconds),
        "version": chainrule.__version__,
        "numpy": np.__version__,
    }
    parts = {place: _image(picture) for place, picture in pictures.items()}
    parts["settings"] = _settings(results)
    parts["report"] = _report(results.report)
    return template.substitute({name: escape(text) for name, text in texts.items()}, **parts)


def _image(picture: Picture) -> str:
    source = base64.b64encode(picture.png()).decode("ascii")
    return f'<img alt="{escape(picture.alt)}" src="data:image/png;base64,{source}">'


def _settings(results: Results) -> str:
    options, nn = results.options, results.network
    rows = {
        "Layers": "-".join(str(width) for width in nn.layers),
        "Weights": f"{sum(W.size for W in nn.W):,}",
        "Learning rate": f"{nn.eta:g}",
        "Epochs": f"{len(nn.loss_history):,}",
        "Images a step": "1",
        "Seed of the weights": str(options.seed),
        "Share to test on": f"{options.test_size:g}",
        "Seed of the split": str(options.split_seed),
        "Engine": options.engine,
    }
    return "\n".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in rows.items()
    )


def _report(text: str) -> str:
    """Return the rows of the classification report as those of an HTML table."""
    head, *rows = [re.split(r" {2,}", line.strip()) for line in text.splitlines() if line.strip()]
    lines = [_row("th", "col", ["digit", *head])]
    for name, *values in rows:
        first_total = " class='total'" if name == "accuracy" else ""
        cells = [""] * (len(head) - len(values)) + values
        lines.append(_row("td", "row", [name, *cells], first_total))
    return f"<thead>{lines[0]}</thead>\n<tbody>\n" + "\n".join(lines[1:]) + "\n</tbody>"


def _row(tag: str, scope: str, cells: Sequence[str], attributes: str = "") -> str:
    first, *others = (escape(cell) for cell in cells)
    rest = "".join(f"<{tag}>{cell}</{tag}>" for cell in others)
    return f"<tr{attributes}><th scope='{scope}'>{first}</th>{rest}</tr>"


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
