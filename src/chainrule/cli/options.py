"""Options that several commands have, and how their values are read.

A wrong value gets a message that says what came and what is possible, in the words of this
package; those of typer differ from one version to the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from chainrule.engines import ENGINES

LAST_SEED = 2**32 - 1


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


def engine(value: object) -> str:
    """Read the name of an engine."""
    name = str(value)
    try:
        ENGINES[name]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return name


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
        parser=engine,
        metavar="|".join(ENGINES),
        help="Who computes: the fast engine, or the one that is written to be read.",
    ),
]
