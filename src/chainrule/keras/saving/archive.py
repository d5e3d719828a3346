"""``.keras`` files: a zip of metadata.json, config.json and model.weights.h5."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chainrule.keras.saving import weights_h5
from chainrule.keras.saving.contents import Contents
from chainrule.saving import write_whole

_METADATA, _CONFIG, _WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
_LARGEST_TEXT = 2**27  # bytes of JSON
_LARGE = 2**26  # bytes; a larger member must take at least a hundredth of its size in the file
KERAS_VERSION = "3.15.1"  # whose files these are like


def write(path: Path, contents: Contents) -> None:
    """Write a model; whole, or not at all."""
    from chainrule import __version__

    metadata = {
        "keras_version": KERAS_VERSION,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "made_by": f"chainrule {__version__}",
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(_METADATA, json.dumps(metadata))
        archive.writestr(_CONFIG, json.dumps(contents.config))
        archive.writestr(_WEIGHTS, weights_h5.encode(contents.state))
    write_whole(path, whole.getvalue())


def read(path: Path) -> Contents:
    """Read a model; of the zip only the members of these names, into memory.

    Raises
    ------
    ImportError
        Without h5py.
    ValueError
        When it is no such file, or a part of one.
    """
    weights_h5.needed_h5py("reading .keras files")
    try:
        with zipfile.ZipFile(path) as archive:
            config = parsed(_member(archive, _CONFIG, path, _LARGEST_TEXT), path)
            weights = _member(archive, _WEIGHTS, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(
            f"{path} is no whole .keras file ({error}); give one made by save()"
        ) from None
    return Contents(config, weights_h5.decode(weights, f"{path}"))


def _member(archive: zipfile.ZipFile, name: str, path: Path, largest: int | None = None) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ValueError(
            f"{path} has no {name}, but {', '.join(archive.namelist()[:5]) or 'nothing'}; give a "
            f".keras file made by save(), here or in Keras 3"
        ) from None
    unfolds = info.file_size > _LARGE and info.file_size > 100 * info.compress_size
    if unfolds or (largest is not None and info.file_size > largest):
        raise ValueError(
            f"{path} says that its {name} has {info.file_size} bytes, which no model needs"
        )
    return archive.read(info)


def parsed(text: bytes | str, path: Path) -> Mapping[str, Any]:
    """Return the JSON of a model's configuration.

    Raises
    ------
    ValueError
        When it is none.
    """
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: its configuration is no JSON ({error})") from None
    if not isinstance(config, dict):
        raise ValueError(f"{path}: its configuration is a {type(config).__name__}, not a model's")
    return config
