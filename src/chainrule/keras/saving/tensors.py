"""``.safetensors`` files: the same arrays under the same places, and the configuration as JSON.

The arrays are called as in Keras's files, ``layers/dense/vars/0``; so any reader of safetensors
finds the weights.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.saving.contents import Contents
from chainrule.keras.saving.state import State, in_order
from chainrule.saving import read_tensors, write_tensors

Array = npt.NDArray[Any]

_KIND = "keras model"


def write(path: Path, contents: Contents) -> None:
    """Write a model, or weights alone; whole, or not at all."""
    state = contents.state
    tensors = {
        (f"{place}/vars/{i}" if place else f"vars/{i}"): array
        for place, arrays in state.groups.items()
        for i, array in enumerate(arrays)
    }
    description = {
        "kind": _KIND,
        "model": contents.config,
        "names": state.names,
        "key": str(state.key),  # 64 bits are more than some readers of JSON keep
        "notes": contents.notes,
    }
    write_tensors(path, tensors, description)


def read(path: Path) -> Contents:
    """Read a model, or weights alone.

    Raises
    ------
    ValueError
        When it is no such file, or a part of one.
    """
    tensors, description = read_tensors(path, kind=_KIND)
    found: dict[str, dict[int, Array]] = {place: {} for place in description.get("names", {})}
    for name, array in tensors.items():
        place, _, number = f"/{name}".rpartition("/vars/")
        if not number.isdigit():
            raise ValueError(f"{path} has a tensor {name!r}, which is no model's; give save()'s")
        found.setdefault(place[1:], {})[int(number)] = np.asarray(array)
    groups = {place: in_order(arrays, place, f"{path}") for place, arrays in found.items()}
    state = State(groups, dict(description.get("names", {})), int(description.get("key", 0)))
    return Contents(description.get("model"), state, description.get("notes", {}))
