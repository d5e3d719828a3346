"""scikit-learn: ``MLPClassifier`` and ``MLPRegressor``, one ``partial_fit`` an epoch.

What differs: the regressor's gradient is that of half the sum of squares over the outputs, and
its last layer is linear; where squared errors of sigmoid outputs are asked for, the classifier
trains its logistic outputs by cross-entropy. It adds up the loss as it meets the samples, and no
accuracy. It has biases in the place of the bias trick.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor

from benchmarks.peers import Array, ForwardPeer
from benchmarks.workload import Workload

VERSIONS = {"scikit-learn": sklearn.__version__}
ACTIVATIONS = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu", "linear": "identity"}


def targets(workload: Workload, dtype: str) -> Array:
    """Return numbers as they are, class numbers for softmax, rows of 0 and 1 for sigmoid."""
    if workload.output == "linear":
        return workload.Y.astype(dtype)
    return workload.Y.argmax(axis=1) if workload.output == "softmax" else workload.Y.astype(int)


def untrained(workload: Workload, dtype: str) -> Any:
    """Return a model with the workload's start weights, or its own with the bias trick."""
    kind = MLPRegressor if workload.output == "linear" else MLPClassifier
    model = kind(
        hidden_layer_sizes=workload.layers[1:-1],
        activation=ACTIVATIONS[workload.hidden],
        solver=workload.optimizer,
        alpha=0.0,
        batch_size=min(workload.batch_size, len(workload.X)),
        learning_rate_init=workload.learning_rate,
        momentum=0.0,
        epsilon=1e-7,
        shuffle=False,
        random_state=workload.seed,
    )
    X, Y = workload.X.astype(dtype), targets(workload, dtype)
    classes = {} if kind is MLPRegressor else {"classes": np.arange(workload.Y.shape[1])}
    few = slice(0, model.batch_size)
    model.partial_fit(X[few], Y[few], **classes)  # makes its weights
    if workload.biases:
        for W, b, (W_start, b_start) in zip(
            model.coefs_, model.intercepts_, workload.start(dtype), strict=True
        ):
            W[...], b[...] = W_start, b_start
        del model._optimizer  # made anew by the next call
    return model


class SklearnPeer:
    versions = VERSIONS

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._workload, self._dtype, self._epochs = workload, dtype, epochs
        self._X, self._Y = workload.X.astype(dtype), targets(workload, dtype)
        self.reset()

    def reset(self) -> None:
        self._model = untrained(self._workload, self._dtype)

    def run(self) -> None:
        work = self._workload
        orders = work.orders(self._epochs)
        self._history: list[Any] = []
        for epoch in range(self._epochs):
            order = slice(None) if orders is None else orders[epoch]
            self._model.partial_fit(self._X[order], self._Y[order])
            if work.watched:
                A, Y = self._model.predict_proba(work.X_validation), work.Y_validation
                right = np.mean(A.argmax(axis=1) == Y.argmax(axis=1))
                self._history.append((log_loss(Y, A), right))

    def outputs(self) -> Array:
        return np.asarray(predict(self._model)(self._X)).reshape(self._workload.Y.shape)


def predict(model: Any) -> Any:
    """Return what gives the model's outputs."""
    return model.predict if isinstance(model, MLPRegressor) else model.predict_proba


def prepare(workload: Workload, *, dtype: str, epochs: int) -> SklearnPeer:
    return SklearnPeer(workload, dtype, epochs)


def prepare_forward(workload: Workload, *, dtype: str, epochs: int) -> ForwardPeer:
    # Its batch of one row holds one class; any row does to make the weights.
    call = predict(untrained(workload, dtype))
    return ForwardPeer(call, workload.X.astype(dtype), epochs, VERSIONS)
