"""Data sets that come without a download: ``digits`` and ``xor``; each has ``load_data()``.

>>> (x_train, y_train), (x_test, y_test) = digits.load_data()
>>> x_train.shape, y_test.shape
((1347, 8, 8), (450,))
"""

from __future__ import annotations

from typing import Any

from chainrule.keras.datasets import digits, xor
from chainrule.keras.mistakes import close_to

__all__ = ["digits", "xor"]

# Keras's own data sets, each with where else it can be had.
_DOWNLOADED = {
    "mnist": "sklearn.datasets.fetch_openml('mnist_784')",
    "fashion_mnist": "sklearn.datasets.fetch_openml('Fashion-MNIST')",
    "cifar10": "sklearn.datasets.fetch_openml('CIFAR_10')",
    "cifar100": None,
    "imdb": None,
    "reuters": None,
    "boston_housing": None,
    "california_housing": "sklearn.datasets.fetch_california_housing()",
}


def __getattr__(name: str) -> Any:
    if name in _DOWNLOADED:
        other = _DOWNLOADED[name]
        raise NotImplementedError(
            f"datasets.{name} is not supported: nothing is downloaded here. Load it with real "
            f"Keras (from keras.datasets import {name}){f' or with {other}' if other else ''}, and "
            f"give the arrays to fit; datasets.digits comes without a download"
        )
    raise AttributeError(
        f"module 'chainrule.keras.datasets' has no data set {name!r}"
        f"{close_to(name, [*__all__, *_DOWNLOADED])}"
    )
