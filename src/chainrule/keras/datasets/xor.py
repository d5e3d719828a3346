"""The exclusive or: four points that no straight line separates."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule import datasets

Part = tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]


def load_data() -> tuple[Part, Part]:
    """Return the four points, to train on and to test on.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Points (4, 2) of float32; labels (4,) of uint8, 1 where exactly one input is 1.

    Examples
    --------
    >>> (x_train, y_train), _ = load_data()
    >>> x_train.tolist(), y_train
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array([0, 1, 1, 0], dtype=uint8))
    """
    data = datasets.xor()
    return _part(data.X_train, data.labels_train), _part(data.X_test, data.labels_test)


def _part(X: npt.NDArray[Any], labels: npt.NDArray[Any]) -> Part:
    return X.astype(np.float32), labels.astype(np.uint8)
