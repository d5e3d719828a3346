"""The kinds of files, one row each, and which of them a path means."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chainrule.keras.saving import archive, tensors, weights_h5
from chainrule.keras.saving.contents import Contents
from chainrule.saving import write_whole


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Parameters
    ----------
    write, read : callable
        To and from a path.
    models, weights : bool
        Whether such a file may be written for a whole model, and for weights alone.
    check : callable
        Raises if this kind cannot be written here.
    """

    write: Callable[[Path, Contents], None]
    read: Callable[[Path], Contents]
    models: bool
    weights: bool
    check: Callable[[], object] = lambda: None


def _need_h5py() -> None:
    weights_h5.needed_h5py("writing .keras and .weights.h5 files")


def _write_weights_h5(path: Path, contents: Contents) -> None:
    write_whole(path, weights_h5.encode(contents.state))


def _read_weights_h5(path: Path) -> Contents:
    return Contents(None, weights_h5.decode(path, f"{path}"))


# By the ending of the path; the first that fits counts.
FORMATS = {
    ".weights.h5": Format(
        _write_weights_h5, _read_weights_h5, models=False, weights=True, check=_need_h5py
    ),
    ".keras": Format(archive.write, archive.read, models=True, weights=False, check=_need_h5py),
    ".safetensors": Format(tensors.write, tensors.read, models=True, weights=True),
}
DEFAULT = ".safetensors"  # of a path without an ending

_KERAS_2 = (
    "the HDF5 files of Keras 2 are neither written nor read: real Keras opens them, and saves them "
    "as .keras"
)
_HINTS = {
    ".weights.h5": "it holds weights alone: save_weights() and load_weights() take it",
    ".h5": _KERAS_2,
    ".hdf5": _KERAS_2,
    ".keras": "it holds a whole model: save() writes it",
    ".json": "weights are in one file here: .weights.h5 or .safetensors",
}


def find(filepath: object, wanted: Callable[[Format], bool]) -> tuple[Path, Format]:
    """Return the path, and the kind of file that it means.

    A path without an ending means our own ``.safetensors``, and gets that ending.

    Raises
    ------
    TypeError
        When it is no path.
    ValueError
        When no file with this ending is wanted.

    Examples
    --------
    >>> find("digits", lambda format: format.models)[0].name
    'digits.safetensors'
    >>> find("digits.h6", lambda format: format.models)
    Traceback (most recent call last):
    ...
    ValueError: filepath is 'digits.h6'; possible endings: .keras, .safetensors
    """
    if not isinstance(filepath, str | os.PathLike):
        raise TypeError(
            f"filepath is {filepath!r}, a {type(filepath).__name__}; possible: a text or a Path"
        )
    text = os.fspath(filepath)
    if text and not Path(text).suffix and not text.endswith(("/", os.sep)):
        text += DEFAULT
    return Path(text), ending(text, wanted)


def ending(path: str, wanted: Callable[[Format], bool]) -> Format:
    """Return the kind of file that a path's ending means.

    Raises
    ------
    ValueError
        When no file with this ending is wanted.
    """
    for end, row in FORMATS.items():
        if path.endswith(end) and wanted(row):
            return row
    possible = ", ".join(end for end, row in FORMATS.items() if wanted(row))
    hint = next((f"; {hint}" for end, hint in _HINTS.items() if path.endswith(end)), "")
    raise ValueError(f"filepath is {path!r}; possible endings: {possible}{hint}")


def existing(path: Path) -> Path:
    """Return the path of a file that is there.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        When there is none.
    """
    if path.is_dir():
        raise IsADirectoryError(f"filepath {f'{path}'!r} is a directory; give a file")
    if not path.is_file():
        raise FileNotFoundError(f"filepath {f'{path}'!r} does not exist")
    return path
