"""Models and weights to files and back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.keras.saving.contents import Contents
from chainrule.keras.saving.description import made, written
from chainrule.keras.saving.formats import existing, find
from chainrule.keras.saving.placing import place
from chainrule.keras.saving.state import collect

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential


def save_model(
    model: Sequential,
    filepath: Any,
    overwrite: bool = True,
    zipped: bool | None = None,
    **old: Any,
) -> None:
    """Write a model: its layers, its weights, its ``compile`` and the state of its optimiser.

    The file is written whole, or stays as it was.

    Parameters
    ----------
    model : Sequential
        Which.
    filepath : str or Path
        Ends in ``.keras``, which real Keras opens (needs h5py), or in ``.safetensors``, which is
        ours and needs nothing. Without an ending, ``.safetensors`` is added.
    overwrite : bool
        Whether to replace a file that is there. If False, on a terminal you are asked; elsewhere
        that is an error.
    zipped : bool, optional
        True or None: models are single files.

    Raises
    ------
    FileExistsError
        When the file is there, and is not to be replaced.
    ImportError
        For ``.keras`` without h5py.
    ValueError
        For another ending, or when a part of the model cannot be said in a file.

    Examples
    --------
    >>> import tempfile
    >>> from chainrule.keras import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1, name="out")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, f"{folder}/digits.safetensors")
    ...     load_model(f"{folder}/digits.safetensors").get_layer("out").kernel.shape
    (2, 1)
    """
    _refuse_old("save", old)
    if zipped is False:
        raise ValueError(
            "zipped is False; possible: None, True: models are single files here. Real Keras "
            "writes folders"
        )
    path, kind = find(filepath, lambda row: row.models)
    if not model.built:
        import warnings

        warnings.warn(
            f"model {model.name!r} is not built, so the file has no weights; begin it with "
            f"Input(shape=...), or call build((None, columns)) first",
            stacklevel=2,
        )
    contents = Contents(written(model), collect(model))
    if _may_write(path, overwrite):
        kind.write(path, contents)


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,  # noqa: A002, Keras's name
    safe_mode: bool = True,  # noqa: ARG001, code in files is never run
) -> Sequential:
    """Read a model that :func:`save_model`, or ``model.save`` of real Keras 3, has written.

    Parameters
    ----------
    filepath : str or Path
        A ``.keras`` file (needs h5py) or a ``.safetensors`` file of ours.
    custom_objects : mapping of str to function or class, optional
        Metrics of your own, by the names under which the file has them.
    compile : bool
        Whether to compile the model, and let its optimiser go on where it stood.
    safe_mode : bool
        Taken, and without effect: code in files is never run.

    Returns
    -------
    Sequential

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        When there is no such file.
    ImportError
        For ``.keras`` without h5py.
    ValueError
        When the file is damaged, or holds something that is not supported.
    """
    path, kind = find(filepath, lambda row: row.models)
    contents = kind.read(existing(path))
    if contents.config is None:
        raise ValueError(
            f"{path} holds weights alone; build the model, and call load_weights() with it"
        )
    custom = {} if custom_objects is None else custom_objects
    if not isinstance(custom, Mapping):
        raise TypeError(f"custom_objects is {custom!r}; possible: a dictionary of names, or None")
    model = made(contents.config, f"{path}", bool(compile), custom)
    if model.built:
        place(model, contents.state, f"{path}")
    return model


def save_weights(
    model: Sequential, filepath: Any, overwrite: bool = True, max_shard_size: None = None
) -> None:
    """Write the weights of a model, and the state of its optimiser if it is compiled.

    Parameters
    ----------
    model : Sequential
        Built.
    filepath : str or Path
        Ends in ``.weights.h5``, which real Keras reads (needs h5py), or in ``.safetensors``.
        Without an ending, ``.safetensors`` is added.
    overwrite : bool
        As in :func:`save_model`.
    max_shard_size : None
        Weights are in one file here.

    Raises
    ------
    FileExistsError, ImportError, ValueError
        As :func:`save_model`; also when the model is not built.
    """
    if max_shard_size is not None:
        raise ValueError(f"max_shard_size is {max_shard_size!r}; possible: None: it is one file")
    if not model.built:
        raise ValueError(
            f"model {model.name!r} is not built, and has no weights to save; begin it with "
            f"Input(shape=...), or call build((None, columns)) first"
        )
    path, kind = find(filepath, lambda row: row.weights)
    contents = Contents(None, collect(model))
    if _may_write(path, overwrite):
        kind.write(path, contents)


def load_weights(model: Sequential, filepath: Any, skip_mismatch: bool = False, **old: Any) -> None:
    """Read weights into a model, and the optimiser's state if it is compiled with the same one.

    Layers are found by their kinds and order, as in Keras, not by their names.

    Parameters
    ----------
    model : Sequential
        Built.
    filepath : str or Path
        A file of weights or of a model: ``.weights.h5``, ``.keras`` or ``.safetensors``.
    skip_mismatch : bool
        Whether layers that do not fit stay as they are, with a warning.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        When there is no such file.
    ValueError
        When it is damaged, or does not fit; the model is unchanged then.

    Examples
    --------
    >>> import tempfile
    >>> from chainrule.keras import Sequential, layers
    >>> one, other = (Sequential([layers.Input((2,)), layers.Dense(1)]) for _ in range(2))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_weights(one, f"{folder}/one.safetensors")
    ...     load_weights(other, f"{folder}/one.safetensors")
    >>> bool((one.get_weights()[0] == other.get_weights()[0]).all())
    True
    """
    _refuse_old("load_weights", old)
    path, kind = find(filepath, lambda row: row.models or row.weights)
    place(model, kind.read(existing(path)).state, f"{path}", skip_mismatch)


def _may_write(path: Path, overwrite: bool) -> bool:
    """Tell whether to write; ask on a terminal, in the words of Keras."""
    if path.is_dir():
        raise IsADirectoryError(f"filepath {f'{path}'!r} is a directory; give a file")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"filepath is {f'{path}'!r}, and there is no directory {f'{path.parent}'!r}; make it "
            f"first"
        )
    if overwrite or not path.exists():
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise FileExistsError(
            f"filepath {f'{path}'!r} exists, and overwrite is False; give another path, or "
            f"overwrite=True"
        )
    answer = input(f"[WARNING] {path} already exists - overwrite? [y/n]").strip().lower()
    while answer not in ("y", "n"):
        answer = input('Enter "y" (overwrite) or "n" (cancel).').strip().lower()
    return answer == "y"


# Arguments of older Keras, with the values that change nothing, and what to do instead.
_OLD = {
    "include_optimizer": ((True,), "save_weights() of a model that is not compiled has none"),
    "save_format": ((None, "keras"), "the ending of the path says it"),
    "by_name": ((None, False), "layers are found by their kinds and order"),
    "objects_to_skip": ((None,), "skip_mismatch=True leaves out what does not fit"),
}


def _refuse_old(method: str, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if name not in _OLD:
            raise TypeError(f"{method}() has no argument {name!r}")
        harmless, instead = _OLD[name]
        if value not in harmless:
            raise ValueError(f"{name} is {value!r}; possible: {harmless[0]}; {instead}")
