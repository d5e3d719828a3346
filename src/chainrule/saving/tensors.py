"""Arrays and a description in one safetensors file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.saving.whole import write_whole

Array = npt.NDArray[Any]

_KEY = "chainrule"  # where the description lies in the file's metadata


def write_tensors(
    path: str | os.PathLike[str], tensors: Mapping[str, Array], description: Mapping[str, Any]
) -> None:
    """Write ``tensors`` and a JSON ``description`` to ``path``, in one step.

    Whatever happens, ``path`` holds the old content or the new, never a part.

    Raises
    ------
    OSError
        When the directory is missing or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_tensors(f"{folder}/a.safetensors", {"w": np.ones(2)}, {"kind": "example"})
    ...     read_tensors(f"{folder}/a.safetensors", kind="example")
    ({'w': array([1., 1.])}, {'kind': 'example'})
    """
    import json

    from safetensors.numpy import save

    # Not ascontiguousarray, which would make a single number an array of one.
    arrays = {name: np.asarray(array, order="C") for name, array in tensors.items()}
    write_whole(path, save(arrays, metadata={_KEY: json.dumps(dict(description))}))


def read_tensors(
    path: str | os.PathLike[str], *, kind: str
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read what :func:`write_tensors` wrote with ``description["kind"] == kind``.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When it is no safetensors file, or one that holds something else.
    """
    import json
    from pathlib import Path

    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        reason = "is a directory" if Path(path).is_dir() else "does not exist"
        raise FileNotFoundError(f"path {os.fspath(path)!r} {reason}; give a file made by save()")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(
            f"path {os.fspath(path)!r} is no safetensors file ({error}); give a file made by save()"
        ) from None
    try:
        description = json.loads(metadata[_KEY])
    except (KeyError, json.JSONDecodeError):
        description = None
    found = description.get("kind") if isinstance(description, dict) else None
    if not isinstance(description, dict) or found != kind:
        raise ValueError(f"path {os.fspath(path)!r} holds {found or 'other tensors'}, not a {kind}")
    return tensors, description
