"""NumPy: all networks in stacked arrays, one step of all of them for each sample.

For two layers of sigmoid units with biases, and the sum of squared errors.
"""

from __future__ import annotations

import numpy as np

from benchmarks.peers import Array
from benchmarks.workload import Workload


def sigmoid(Z: Array) -> Array:
    return 1 / (1 + np.exp(-Z))


class NumpyManyPeer:
    """W1 (M, D, U), b1 (M, U), W2 (M, U, H), b2 (M, H) of M networks."""

    versions = {"numpy": np.__version__}  # noqa: RUF012

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._eta, self._epochs = workload.learning_rate, epochs
        self._X, self._Y = workload.inputs(workload.X, dtype), workload.Y.astype(dtype)
        self._start = workload.starts(dtype)
        self.reset()

    def reset(self) -> None:
        self._W1, self._b1, self._W2, self._b2 = (
            part.copy() for pair in self._start for part in pair if part is not None
        )

    def run(self) -> None:
        for _ in range(self._epochs):
            for x, y in zip(self._X, self._Y, strict=True):
                self._step(x, y)

    def _step(self, x: Array, y: Array) -> None:
        A1 = sigmoid(x @ self._W1 + self._b1)  # (M, U)
        A2 = sigmoid((A1[:, np.newaxis] @ self._W2)[:, 0] + self._b2)  # (M, H)
        D2 = 2 * (A2 - y) * A2 * (1 - A2)
        D1 = (self._W2 @ D2[:, :, np.newaxis])[:, :, 0] * A1 * (1 - A1)
        self._W2 -= self._eta * A1[:, :, np.newaxis] * D2[:, np.newaxis]
        self._b2 -= self._eta * D2
        self._W1 -= self._eta * x[:, np.newaxis] * D1[:, np.newaxis]
        self._b1 -= self._eta * D1

    def outputs(self) -> Array:
        A1 = sigmoid(self._X @ self._W1 + self._b1[:, np.newaxis])
        return sigmoid(A1 @ self._W2 + self._b2[:, np.newaxis])


def prepare(workload: Workload, *, dtype: str, epochs: int) -> NumpyManyPeer:
    return NumpyManyPeer(workload, dtype, epochs)
