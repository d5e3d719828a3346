"""Data sets of the notebook, split into a part to train on and a part to test on.

>>> data = digits()
>>> data.X_train.shape, data.X_test.shape
((1347, 64), (450, 64))
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.arrays import integer

Array = npt.NDArray[Any]
Labels = npt.NDArray[np.int64]

_MISSING = (
    "the digits come with scikit-learn, which is not installed; "
    'next: pip install "chainrule[tutorial]"'
)
_WHAT_THE_DIGITS_ARE = "8 x 8 images of handwritten digits, 1797 of them by 43 people"
_DARKEST = 16.0  # the largest value of a pixel as it is in the file


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Inputs, labels and targets, N of them to train on and M to test on.

    Parameters
    ----------
    name : str
        What the data set is called.
    description : str
        What it holds and where it comes from.
    X_train, X_test : ndarray, shape (N, D) and (M, D)
        One sample a row.
    labels_train, labels_test : ndarray of int64, shape (N,) and (M,)
        The class of each sample.
    y_train, y_test : ndarray of int64, shape (N, H) and (M, H)
        The target of each sample: one-hot rows, or a single column of 0 and 1.
    image_shape : tuple of int, or None
        The shape of the image that a row of X is, if it is one.
    """

    name: str
    description: str
    X_train: Array
    X_test: Array
    labels_train: Labels
    labels_test: Labels
    y_train: Labels
    y_test: Labels
    image_shape: tuple[int, int] | None = None

    def __repr__(self) -> str:
        columns, outputs = self.X_train.shape[1], self.y_train.shape[1]
        return (
            f"Dataset {self.name}: {len(self.X_train)} samples to train on, {len(self.X_test)} "
            f"to test on, {columns} inputs, {outputs} output{'' if outputs == 1 else 's'}"
        )


def xor() -> Dataset:
    """Return the four points of the exclusive or: y = 1 where exactly one of two inputs is 1.

    No straight line separates its classes (Minsky and Papert, Perceptrons, 1969). There are only
    four points, so they are to train on and to test on.

    Examples
    --------
    >>> data = xor()
    >>> data.X_train.tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> data.y_train.T
    array([[0, 1, 1, 0]])
    """
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    labels = X[:, 0] ^ X[:, 1]
    y = labels[:, np.newaxis]
    return Dataset(
        name="xor",
        description="The exclusive or: 1 where exactly one of two inputs is 1",
        X_train=X,
        X_test=X.copy(),
        labels_train=labels,
        labels_test=labels.copy(),
        y_train=y.copy(),
        y_test=y.copy(),
    )


def digits(test_size: float = 0.25, split_seed: int = 13) -> Dataset:
    """Return scikit-learn's handwritten digits, pixels divided by 16, split and one-hot coded.

    The split is that of ``train_test_split(X, y, test_size=..., random_state=split_seed)``, and
    the targets are those of ``LabelBinarizer`` fitted to all labels.

    Parameters
    ----------
    test_size : float
        The share of the 1797 images to test on, rounded up to a whole image; between 0 and 1.
    split_seed : int
        Which random split, from 0 to 2**32 - 1.

    Returns
    -------
    Dataset
        X of shape (N, 64) with values from 0 to 1, targets of shape (N, 10), images 8 x 8.

    Raises
    ------
    ModuleNotFoundError
        When scikit-learn is not installed.
    TypeError, ValueError
        When an argument is not what it may be.

    Examples
    --------
    >>> data = digits()
    >>> data
    Dataset digits: 1347 samples to train on, 450 to test on, 64 inputs, 10 outputs
    >>> data.labels_train[0], data.y_train[0]
    (np.int64(0), array([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
    """
    test, train = _split(1797, test_size, split_seed)
    images, labels = digit_images()
    X = images.reshape(len(images), -1) / _DARKEST
    one_hot = np.eye(10, dtype=np.int64)
    return Dataset(
        name="digits",
        description=_digits_description(),
        X_train=X[train],
        X_test=X[test],
        labels_train=labels[train],
        labels_test=labels[test],
        y_train=one_hot[labels[train]],
        y_test=one_hot[labels[test]],
        image_shape=(8, 8),
    )


def digit_images() -> tuple[Array, Labels]:
    """Return all 1797 handwritten digits as they are in scikit-learn, and their labels.

    Returns
    -------
    images : ndarray, shape (1797, 8, 8)
        Pixels from 0, white, to 16, black.
    labels : ndarray of int64, shape (1797,)
        The digit that each image shows.

    Raises
    ------
    ModuleNotFoundError
        When scikit-learn is not installed.

    Examples
    --------
    >>> images, labels = digit_images()
    >>> images.shape, images.min(), images.max(), labels[:5]
    ((1797, 8, 8), np.float64(0.0), np.float64(16.0), array([0, 1, 2, 3, 4]))
    """
    # Importing scikit-learn takes some 1.5 s and 150 MB; reading its file takes 5 ms.
    path = _sklearn_folder() / "data" / "digits.csv.gz"
    if path.is_file():
        with gzip.open(path, "rt", encoding="ascii") as lines:
            table = np.loadtxt(lines, delimiter=",", dtype=np.int64)
        pixels, labels = table[:, :-1].astype(np.float64), table[:, -1].copy()
        return pixels.reshape(-1, 8, 8), labels
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.images, bunch.target.astype(np.int64)


def _sklearn_folder() -> Path:
    """Return the folder of ``sklearn.datasets`` without importing it."""
    spec = find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(_MISSING, name="sklearn")
    return Path(next(iter(spec.submodule_search_locations))) / "datasets"


def _digits_description() -> str:
    """Return scikit-learn's description of its digits, or a line if it is not where it was."""
    path = _sklearn_folder() / "descr" / "digits.rst"
    return path.read_text(encoding="utf-8") if path.is_file() else _WHAT_THE_DIGITS_ARE


def _split(n: int, test_size: float, seed: int) -> tuple[Labels, Labels]:
    """Return the indices to test on and to train on, as scikit-learn's ``ShuffleSplit`` does."""
    if isinstance(test_size, bool) or not isinstance(test_size, (float, int, np.floating)):
        raise TypeError(
            f"test_size is {test_size!r}, a {type(test_size).__name__}; "
            "possible: a number between 0 and 1, such as 0.25"
        )
    if not 0 < test_size < 1:
        raise ValueError(f"test_size is {test_size}; possible: between 0 and 1, such as 0.25")
    n_test = int(np.ceil(test_size * n))
    if n_test == n:
        raise ValueError(
            f"test_size is {test_size}, which leaves none of {n} samples to train on; "
            f"possible: at most {(n - 1) / n:.4f}"
        )
    if integer("split_seed", seed, least=0) >= 2**32:
        raise ValueError(f"split_seed is {seed}; possible: an integer from 0 to 2**32 - 1")
    order = np.random.RandomState(seed).permutation(n)
    return order[:n_test], order[n_test:]
