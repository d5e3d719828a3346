"""Where pictures go: a folder that is made and tried before any work is done."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.cli import output

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 150


@dataclass(frozen=True)
class Picture:
    """A picture, what it is called, what file it goes to, and what it shows in words."""

    name: str
    file: str
    figure: Figure
    alt: str = ""

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        file = io.BytesIO()
        self.figure.savefig(file, format="png", dpi=_DPI)
        return file.getvalue()

    def save(self, folder: Path) -> Path:
        """Write the picture to its file in ``folder``, and return where that is."""
        path = folder / self.file
        # A date in the file would make two runs of the same command differ.
        metadata = {"CreationDate": None} if path.suffix == ".pdf" else None
        self.figure.savefig(path, dpi=_DPI, metadata=metadata)
        return path


def prepare(folder: Path) -> None:
    """Make the folder, and raise now what would go wrong after the training.

    Raises
    ------
    ModuleNotFoundError
        When matplotlib is not installed.
    OSError
        When the folder cannot be made or written to.
    """
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise ModuleNotFoundError(
            "pictures are drawn by matplotlib, which is not installed; "
            'next: pip install "chainrule[tutorial]", or give --no-plots'
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(
            f"--out {str(folder)!r} cannot be written to: {error.strerror}; "
            "possible: a directory, made if it is not there"
        ) from None


def save_all(pictures: Sequence[Picture], folder: Path) -> None:
    """Write the pictures to their files and print where each is."""
    for picture in pictures:
        output.line(f"{picture.name}: {picture.save(folder)}")
