"""The handwritten digits of scikit-learn, in the form in which Keras gives images."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chainrule import datasets

Bytes = npt.NDArray[np.uint8]
Part = tuple[Bytes, Bytes]


def load_data(test_size: float = 0.25, split_seed: int = 13) -> tuple[Part, Part]:
    """Return the 1797 images of 8 x 8 pixels and their labels, split as the tutorial does.

    The split is that of scikit-learn's ``train_test_split(X, y, test_size=test_size,
    random_state=split_seed)``, and of :func:`chainrule.datasets.digits`.

    Parameters
    ----------
    test_size : float
        The share of the images to test on, between 0 and 1.
    split_seed : int
        Which random split.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : ndarrays of uint8
        Images (N, 8, 8), with pixels from 0, white, to 16, black; labels (N,), from 0 to 9.

    Raises
    ------
    ModuleNotFoundError
        When scikit-learn is not installed, which the images come with.
    TypeError, ValueError
        When an argument is not what it may be.

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_train.dtype, x_train.max(), y_train[:5]
    ((1347, 8, 8), dtype('uint8'), np.uint8(16), array([0, 7, 1, 3, 7], dtype=uint8))
    """
    data = datasets.digits(test_size, split_seed)
    parts = ((data.X_train, data.labels_train), (data.X_test, data.labels_test))
    train, test = (
        ((X * 16).astype(np.uint8).reshape(-1, 8, 8), labels.astype(np.uint8))
        for X, labels in parts
    )
    return train, test
