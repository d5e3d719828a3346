"""scikit-learn: ``MLPClassifier`` with batches of one sample, one ``partial_fit`` an epoch.

What differs: its biases are constants, so it has 64-32-16-10 and no bias units; its start
weights are its own; its ten logistic outputs are trained by cross-entropy, as it has squared
errors for linear outputs only; and it adds up the loss as it meets the samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import sklearn
from sklearn.neural_network import MLPClassifier

from benchmarks.workload import Workload


class SklearnPeer:
    versions = {"scikit-learn": sklearn.__version__}  # noqa: RUF012

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._workload, self._epochs = workload, epochs
        self._X, self._Y = workload.X.astype(dtype), workload.Y.astype(int)
        self.reset()

    def reset(self) -> None:
        self._model = MLPClassifier(
            self._workload.layers[1:-1],
            activation="logistic",
            solver="sgd",
            alpha=0.0,
            batch_size=1,
            learning_rate_init=self._workload.eta,
            momentum=0.0,
            shuffle=False,
            random_state=self._workload.seed,
        )

    def run(self) -> None:
        classes = np.arange(self._Y.shape[1])
        for _ in range(self._epochs):
            self._model.partial_fit(self._X, self._Y, classes=classes)

    def outputs(self) -> npt.NDArray[Any]:
        return np.asarray(self._model.predict_proba(self._X))


def prepare(workload: Workload, *, dtype: str, epochs: int) -> SklearnPeer:
    return SklearnPeer(workload, dtype, epochs)
