"""The layout of Keras's ``.weights.h5``: a group ``vars`` at each place, with arrays 0, 1, ...

Links, arrays that lie in other files and arrays that unfold to far more than the file holds are
not followed: a file can name nothing but its own numbers.
"""

from __future__ import annotations

import io
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.saving.state import OPTIMIZER, State, in_order

Array = npt.NDArray[Any]

_KEY = "chainrule_key"  # of dropout; an attribute, which Keras does not look at
_LARGE = 2**26  # bytes; what is larger must lie in the file with at least a hundredth of its size


def needed_h5py(what: str) -> ModuleType:
    """Return h5py.

    Raises
    ------
    ImportError
        When it is not installed; with how to install it, and how to do without.
    """
    try:
        import h5py
    except ImportError:
        raise ImportError(
            f'{what} needs h5py: pip install "chainrule[keras]"; or give a path that ends in '
            f".safetensors, which needs nothing"
        ) from None
    module: ModuleType = h5py
    return module


def encode(state: State) -> bytes:
    """Return the content of a ``.weights.h5`` file."""
    h5py = needed_h5py("writing .keras and .weights.h5 files")
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for place, arrays in state.groups.items():
            group = file.create_group(f"{place}/vars" if place else "vars")
            group.attrs["name"] = state.names[place]
            for i, array in enumerate(arrays):
                group[str(i)] = array
        if OPTIMIZER in state.groups and state.key:
            file[OPTIMIZER]["vars"].attrs[_KEY] = np.uint64(state.key)
    return content.getvalue()


def decode(content: bytes | Path, where: str) -> State:
    """Return the numbers of a ``.weights.h5`` file.

    Raises
    ------
    ValueError
        When it is no such file, or holds something else than numbers.
    """
    h5py = needed_h5py("reading .keras and .weights.h5 files")
    state = State()
    found: dict[str, dict[int, Array]] = {}

    def visit(name: str, entry: Any) -> None:
        above, _, last = f"/{name}".rpartition("/")
        if last == "vars" and isinstance(entry, h5py.Group):
            found.setdefault(above[1:], {})
            state.names[above[1:]] = str(entry.attrs.get("name", ""))
            if above == f"/{OPTIMIZER}":
                state.key = int(entry.attrs.get(_KEY, 0))
        elif last.isdigit() and above.endswith("/vars") and isinstance(entry, h5py.Dataset):
            place = above.removesuffix("/vars")[1:]
            found.setdefault(place, {})[int(last)] = _numbers(entry, f"{where}: {name}")

    try:
        with h5py.File(io.BytesIO(content) if isinstance(content, bytes) else content, "r") as file:
            file.visititems(visit)  # which follows no links, and meets nothing twice
    except (OSError, RuntimeError, KeyError) as error:
        raise ValueError(
            f"{where} is no whole HDF5 file ({error}); give one made by save() or save_weights()"
        ) from None
    state.groups = {place: in_order(arrays, place, where) for place, arrays in found.items()}
    return state


def _numbers(entry: Any, what: str) -> Array:
    """Return the numbers of one array."""
    if entry.dtype.kind not in "iuf":
        raise ValueError(f"{what} holds {entry.dtype}; possible: numbers")
    if entry.external or entry.is_virtual:
        raise ValueError(f"{what} lies in another file; possible: numbers in the file itself")
    if entry.nbytes > _LARGE and entry.nbytes > 100 * entry.id.get_storage_size():
        raise ValueError(
            f"{what} unfolds to {entry.nbytes} bytes, of which the file has hardly any"
        )
    return np.asarray(entry[()])
