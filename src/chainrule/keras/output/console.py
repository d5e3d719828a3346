"""Writing to where the user reads: sys.stdout as it is now, whatever its encoding."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def say(message: object, end: str = "\n") -> None:
    """Print a message at once, as Keras's callbacks do.

    Examples
    --------
    >>> say("Epoch 3: early stopping")
    Epoch 3: early stopping
    """
    write(f"{message}{end}")


def write(text: str, stream: TextIO | None = None) -> None:
    """Write a text and flush; what the encoding does not have is left out, and bars become ``=``.

    Parameters
    ----------
    text : str
        What to write.
    stream : text file, optional
        Where to; ``sys.stdout`` as it is at the call if None.
    """
    stream = sys.stdout if stream is None else stream
    if stream is None:  # a program without a console
        return
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "utf-8"
        text = text.replace("━", "=")
        stream.write(text.encode(encoding, errors="ignore").decode(encoding))
    stream.flush()


def can_redraw(stream: TextIO | None = None) -> bool:
    """Tell whether the stream shows a line that is written over: a terminal or a notebook."""
    stream = sys.stdout if stream is None else stream
    if stream is None:
        return False
    if stream.isatty() or type(stream).__module__.startswith("ipykernel"):
        return True
    return stream is sys.__stdout__ and "PYCHARM_HOSTED" in os.environ
