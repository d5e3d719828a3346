"""Measures: what is counted beside the loss while an epoch goes by, such as accuracy.

One row a measure. It gives one number for each sample from the outputs A (N, H) and the targets
Y (N, H), or class numbers Y (N, 1); the measure of an epoch is the mean over its samples, each
taken with the weights that the network had when it met the sample, as Keras does it. The native
engine has a row of the same name in ``native/measures.hpp``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.description import described
from chainrule.tables import Table

Array = npt.NDArray[Any]

TOP = 5  # of the top-k measures


@described
class Measure:
    """One measure: ``per_sample(A, Y)`` of shapes (N, H) and (N, H) or (N, 1) gives (N,).

    ``rises`` says whether more is better.
    """

    name: str
    per_sample: Callable[[Array, Array], Array]
    sparse: bool = False
    rises: bool = True


def binary_accuracy(A: Array, Y: Array) -> Array:
    """Return the share of outputs on the same side of 0.5 as their target, which is 0 or 1.

    Examples
    --------
    >>> binary_accuracy(np.array([[0.6, 0.6]]), np.array([[1.0, 0.0]]))
    array([0.5])
    """
    return np.mean((A > 0.5) == (Y > 0.5), axis=1)  # type: ignore[no-any-return]


def categorical_accuracy(A: Array, Y: Array) -> Array:
    """Return 1 where the largest output is that of the largest target, else 0.

    Examples
    --------
    >>> categorical_accuracy(np.array([[0.1, 0.9]]), np.array([[0.0, 1.0]]))
    array([1.])
    """
    return (A.argmax(axis=1) == Y.argmax(axis=1)).astype(float)  # type: ignore[no-any-return]


def sparse_categorical_accuracy(A: Array, Y: Array) -> Array:
    """Return 1 where the largest output is that of the class in Y (N, 1), else 0.

    Examples
    --------
    >>> sparse_categorical_accuracy(np.array([[0.1, 0.9]]), np.array([[0.0]]))
    array([0.])
    """
    return (A.argmax(axis=1) == Y[:, 0]).astype(float)  # type: ignore[no-any-return]


def top_k_categorical_accuracy(A: Array, Y: Array) -> Array:
    """Return 1 where fewer than 5 outputs are larger than that of the largest target, else 0.

    Examples
    --------
    >>> A = np.arange(7.0)[None]
    >>> top_k_categorical_accuracy(A, np.eye(7)[[2]]), top_k_categorical_accuracy(A, np.eye(7)[[1]])
    (array([1.]), array([0.]))
    """
    return _within_top(A, Y.argmax(axis=1))


def sparse_top_k_categorical_accuracy(A: Array, Y: Array) -> Array:
    """Return 1 where fewer than 5 outputs are larger than that of the class in Y (N, 1), else 0.

    Examples
    --------
    >>> sparse_top_k_categorical_accuracy(np.arange(7.0)[None], np.array([[2.0]]))
    array([1.])
    """
    return _within_top(A, Y[:, 0].astype(int))


def mean_squared_error(A: Array, Y: Array) -> Array:
    """Return the mean over outputs of (a - y)^2.

    Examples
    --------
    >>> mean_squared_error(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([2.5])
    """
    return np.mean(np.square(A - Y), axis=1)  # type: ignore[no-any-return]


def mean_absolute_error(A: Array, Y: Array) -> Array:
    """Return the mean over outputs of |a - y|.

    Examples
    --------
    >>> mean_absolute_error(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    array([1.5])
    """
    return np.mean(np.abs(A - Y), axis=1)  # type: ignore[no-any-return]


def _within_top(A: Array, classes: Array) -> Array:
    chosen = np.take_along_axis(A, classes[:, None], axis=1)  # (N, 1)
    return (np.sum(chosen < A, axis=1) < TOP).astype(float)  # type: ignore[no-any-return]


MEASURES: Table[Measure] = Table(
    "measure",
    {
        row.name: row
        for row in (
            Measure("binary_accuracy", binary_accuracy),
            Measure("categorical_accuracy", categorical_accuracy),
            Measure("sparse_categorical_accuracy", sparse_categorical_accuracy, sparse=True),
            Measure("top_k_categorical_accuracy", top_k_categorical_accuracy),
            Measure(
                "sparse_top_k_categorical_accuracy",
                sparse_top_k_categorical_accuracy,
                sparse=True,
            ),
            Measure("mean_squared_error", mean_squared_error, rises=False),
            Measure("mean_absolute_error", mean_absolute_error, rises=False),
        )
    },
)
