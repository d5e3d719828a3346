"""Options that several commands have, and how their values are read.

A wrong value gets a message that says what came and what is possible, in the words of this
package; those of typer differ from one version to the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.cli.experiments import EXPERIMENTS, FRAMEWORKS
from chainrule.engines import ENGINES
from chainrule.tables import Table

LAST_SEED = 2**32 - 1

# Options of ``chainrule digits`` that mean something only with --model, and only without.
_NEEDS_MODEL = "goes with --model; next: add --model sigmoid, or --model relu"
WITH_MODEL = {
    "framework": _NEEDS_MODEL,
    "batch_size": _NEEDS_MODEL,
    "learning_rate": f"{_NEEDS_MODEL}, or write --eta",
    "quiet": _NEEDS_MODEL,
}
WITHOUT_MODEL = {
    "eta": "does not go with --model; next: write --learning-rate",
    "engine": "does not go with --model; next: leave it out",
}


def whole(low: int, high: int | None = None) -> Callable[[object], int]:
    """Return what reads a whole number from ``low`` to ``high``."""
    possible = f"a whole number {f'of at least {low}' if high is None else f'from {low} to {high}'}"

    def read(value: object) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = low - 1
        if number < low or (high is not None and number > high):
            raise typer.BadParameter(f"{str(value)!r}; possible: {possible}")
        return number

    return read


def positive(value: object) -> float:
    """Read a positive, finite number."""
    return _between(value, math.inf, "a positive, finite number")


def share(value: object) -> float:
    """Read the share of the images to test on, which leaves at least one to train on."""
    number = _between(value, 1, "a number between 0 and 1, such as 0.25")
    if number > 1796 / 1797:
        raise typer.BadParameter(
            f"{str(value)!r} leaves no image to train on; possible: up to 0.9994"
        )
    return number


def layers(value: object) -> list[int]:
    """Read the widths of a network for the digits, such as ``64,32,16,10``."""
    if isinstance(value, list):  # some versions of typer read a default twice
        return value
    text = str(value)
    possible = "possible: 64, the widths of hidden layers, 10; such as 64,32,16,10"
    try:
        widths = [int(width) for width in text.split(",")]
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a list of whole numbers; {possible}") from None
    if min(widths) < 1:
        raise typer.BadParameter(f"{text!r} has a width below 1; {possible}")
    if len(widths) < 2 or widths[0] != 64 or widths[-1] != 10:
        raise typer.BadParameter(
            f"{text!r} does not go from the 64 pixels to the 10 digits; {possible}"
        )
    return widths


def is_given(context: typer.Context, name: str) -> bool:
    """Return whether a parameter was written on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def refuse(context: typer.Context, reasons: Mapping[str, str]) -> None:
    """Raise a usage error if one of these parameters was written, for its reason."""
    for name, reason in reasons.items():
        if is_given(context, name):
            raise typer.BadParameter(reason, context, param_hint=f"'--{name.replace('_', '-')}'")


def check_held_back(test_size: float, validation_split: float) -> None:
    """Raise a usage error where nothing is left to train on beside what is held back."""
    if validation_split and test_size > 1795 / 1797:
        raise typer.BadParameter(
            f"'{test_size}' leaves one image, to train and to validate on; possible: up to 0.9988",
            param_hint="'--test-size'",
        )


def row_of(table: Table[Any]) -> Callable[[object], str]:
    """Return what reads the name of a row of a table."""

    def read(value: object) -> str:
        name = str(value)
        try:
            table[name]
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        return name

    return read


def _between(value: object, high: float, possible: str) -> float:
    """Read a number between 0 and ``high``, neither of them included."""
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not 0 < number < high:
        raise typer.BadParameter(f"{str(value)!r}; possible: {possible}")
    return number


Epochs = Annotated[
    int, typer.Option(parser=whole(1), metavar="N", help="How often all samples are seen.")
]
Eta = Annotated[
    float, typer.Option(parser=positive, metavar="NUMBER", help="Learning rate, positive.")
]
Seed = Annotated[
    int,
    typer.Option(
        parser=whole(0, LAST_SEED), metavar="N", help="Seed from which the weights are drawn."
    ),
]
Out = Annotated[
    Path, typer.Option(metavar="DIR", help="Where the pictures go. Made if it is not there.")
]
NoPlots = Annotated[bool, typer.Option("--no-plots", help="Train and print; write no files.")]
Engine = Annotated[
    str,
    typer.Option(
        parser=row_of(ENGINES),
        metavar="|".join(ENGINES),
        help="Who computes: the fast engine, or the one that is written to be read.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        parser=row_of(EXPERIMENTS),
        metavar="|".join(EXPERIMENTS),
        help="Run the tutorial's experiment with Keras that has these hidden layers.",
    ),
]
Framework = Annotated[
    str,
    typer.Option(
        parser=row_of(FRAMEWORKS),
        metavar="|".join(FRAMEWORKS),
        help="With --model: whose Keras runs, chainrule.keras or real Keras.",
    ),
]
