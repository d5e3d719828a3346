"""What Keras keeps in ``utils``: one-hot targets, seeds, data sets of batches, pictures of models.

>>> to_categorical([0, 2, 1])
array([[1., 0., 0.],
       [0., 0., 1.],
       [0., 1., 0.]])
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.backend import clear_session
from chainrule.keras.data import PyDataset
from chainrule.keras.data import pack as pack_x_y_sample_weight
from chainrule.keras.data import unpack as unpack_x_y_sample_weight
from chainrule.keras.drawing import plot_model
from chainrule.keras.mistakes import missing, named
from chainrule.keras.objects import deserialize as deserialize_keras_object
from chainrule.keras.objects import serialize as serialize_keras_object

__all__ = [
    "PyDataset",
    "Sequence",
    "clear_session",
    "deserialize_keras_object",
    "normalize",
    "pack_x_y_sample_weight",
    "plot_model",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
    "unpack_x_y_sample_weight",
]

Array = npt.NDArray[Any]

Sequence = PyDataset


@named
def to_categorical(x: npt.ArrayLike, num_classes: int | None = None) -> npt.NDArray[np.float64]:
    """Return one-hot targets: row i has a 1 in column x_i, and 0 elsewhere.

    Parameters
    ----------
    x : array_like of int, shape (N,) or (..., N) or (..., N, 1)
        The number of the class of each sample, from 0.
    num_classes : int, optional
        How many columns there are; the largest number and one more if None.

    Returns
    -------
    ndarray of float64, shape (..., N, num_classes)

    Raises
    ------
    TypeError
        When ``x`` holds no numbers.
    ValueError
        When a number is no integer, is negative, or is no class of so many.

    Examples
    --------
    >>> to_categorical([1, 0], num_classes=3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    >>> to_categorical([1, 3], num_classes=3)
    Traceback (most recent call last):
    ...
    ValueError: x holds class 3, and num_classes is 3; possible: 0 to 2, or num_classes=4
    """
    given = np.asarray(x)
    if given.dtype.kind not in "biuf":
        raise TypeError(
            f"x has the dtype {given.dtype}; possible: the numbers of classes, 0, 1, ...; "
            f"np.unique(x, return_inverse=True)[1] makes them of names"
        )
    if given.size == 0:
        raise ValueError(f"x is empty (shape {given.shape}); give at least one class")
    with np.errstate(invalid="ignore"):
        labels = given.astype(np.int64)
    if not np.array_equal(labels, given):
        wrong = given[labels != given].ravel()[0]
        raise ValueError(f"x holds {wrong}, which is no integer; possible: 0, 1, ...")
    if labels.min() < 0:
        raise ValueError(
            f"x holds class {labels.min()}; possible: from 0; "
            f"np.unique(x, return_inverse=True)[1] numbers them so"
        )
    largest = int(labels.max())
    columns = int(num_classes) if num_classes else largest + 1
    if largest >= columns:
        raise ValueError(
            f"x holds class {largest}, and num_classes is {columns}; "
            f"possible: 0 to {columns - 1}, or num_classes={largest + 1}"
        )
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    return np.eye(columns)[labels]


def normalize(x: npt.ArrayLike, axis: int | None = -1, order: float = 2) -> Array:
    """Return ``x`` divided by its norms along an axis; where the norm is 0, by 1.

    Parameters
    ----------
    x : array_like
        Real numbers.
    axis : int, optional
        Along which the norm is taken; of all together if None.
    order : float
        Which norm: 2 is the Euclidean length, 1 the sum of absolute values.

    Examples
    --------
    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    >>> normalize([[3.0, 4.0], [1.0, 4.0]], axis=0, order=1)
    array([[0.75, 0.5 ],
           [0.25, 0.5 ]])
    """
    array = np.asarray(x)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    flat = array.ravel() if axis is None else array
    norm = np.linalg.norm(flat, order, axis=axis, keepdims=True)
    if axis is None:
        norm = norm.reshape((1,) * array.ndim)
    scale: Array = np.where(norm == 0, np.ones_like(norm), norm)
    normal: Array = array / scale
    return normal


def set_random_seed(seed: int) -> None:
    """Make everything random the same again: Python's, NumPy's, and this package's numbers.

    Raises
    ------
    ValueError
        When it is no integer from 0 to 2**32 - 1.

    Examples
    --------
    >>> from chainrule.keras import random
    >>> set_random_seed(1)
    >>> first = random.uniform((2,))
    >>> set_random_seed(1)
    >>> bool((random.uniform((2,)) == first).all())
    True
    """
    import random

    from chainrule.keras.random import set_seed

    integer = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not integer or not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed!r}; possible: an integer from 0 to 2**32 - 1")
    random.seed(int(seed))
    np.random.seed(int(seed))  # noqa: NPY002  what users' own code may draw from
    set_seed(int(seed))


_CLOSED = (
    "files may name only the layers, losses, ... that docs/keras.md lists, never code of one's "
    "own; for own classes use real Keras"
)
_NO_FILES = "it reads or downloads files; real Keras does it, and its arrays work here"
_INSTEAD = {
    "CustomObjectScope": _CLOSED,
    "custom_object_scope": _CLOSED,
    "get_custom_objects": _CLOSED,
    "get_registered_name": _CLOSED,
    "get_registered_object": _CLOSED,
    "register_keras_serializable": _CLOSED,
    "FeatureSpace": "scikit-learn's ColumnTransformer prepares tables",
    "audio_dataset_from_directory": _NO_FILES,
    "get_file": _NO_FILES,
    "image_dataset_from_directory": _NO_FILES,
    "text_dataset_from_directory": _NO_FILES,
    "timeseries_dataset_from_array": "numpy.lib.stride_tricks.sliding_window_view makes windows",
    "load_img": _NO_FILES,
    "save_img": _NO_FILES,
    "array_to_img": _NO_FILES,
    "img_to_array": "numpy.asarray(image) makes an array of an image",
    "pad_sequences": "sequences are for recurrent networks; use real Keras",
    "model_to_dot": "plot_model draws without Graphviz; its figure can be saved as PDF or SVG",
    "split_dataset": "slice the arrays, or give validation_split to fit",
    "get_source_inputs": "models are chains here: model.inputs",
    "multi_gpu_model": "the engine runs on the processor",
}
_ONLY_IN_KERAS = (
    "Config",
    "Progbar",
    "bounding_boxes",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "standardize_dtype",
)


def __getattr__(name: str) -> Any:
    if name in _INSTEAD:
        raise NotImplementedError(f"utils.{name} is not supported: {_INSTEAD[name]}")
    raise missing(__name__, name, __all__, _ONLY_IN_KERAS)
