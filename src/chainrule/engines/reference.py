"""The reference engine: the definition of what every engine computes, in NumPy.

It is written to be read, and is never made faster. A network is a chain of layers, each with a
rule (rules.py): forward turns X (N, D) into A (N, H), backward turns dL/dA (N, H) into dL/dX
(N, D) and the gradients of the layer's parameters. For a dense layer:

    forward    Z = X W + b             (N, D) (D, H) + (H,) -> (N, H)
               A = f(Z)                (N, H)
    backward   dL/dA                   (N, H)   from the loss, or from the layer above
               D_ = dL/dZ = dL/dA * f'(Z)       (N, H)
               dL/dW = X^T D_          (D, N) (N, H) -> (D, H)
               dL/db = sum of D_ over samples   (H,)
               dL/dX = D_ W^T          (N, H) (H, D) -> (N, D)   which is dL/dA of the layer below

Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986.
Derivation: docs/maths/back-propagation.md#the-whole-network
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.many import Many, train_alone
from chainrule.engines.protocol import Data, Indices, TrainingLog
from chainrule.engines.rules import (
    RULES,
    Mode,
    batch_norm_averages,
    dense_backward_from_logits,
)
from chainrule.layers import Activation, BatchNormalization, Dense
from chainrule.losses import LOSSES, Loss
from chainrule.measures import MEASURES

Array = npt.NDArray[Any]


class ReferenceEngine:
    """The engine that the others must agree with.

    Examples
    --------
    One unit, w = 2, b = 1, and the sample x = 3 with target 5: a = 7, loss (7 - 5)^2 = 4,
    dL/dw = 2 (7 - 5) 3 = 12, dL/db = 4.

    >>> program = Program(Architecture(1, (Dense(1),)))
    >>> theta = np.array([2.0, 1.0])
    >>> X, Y = np.array([[3.0]]), np.array([[5.0]])
    >>> engine = ReferenceEngine()
    >>> engine.forward(program.architecture, theta, X)
    array([[7.]])
    >>> engine.value_and_gradient(program, theta, Data(X, Y))
    (4.0, array([12.,  4.]))
    """

    name = "numpy"

    def forward(self, architecture: Architecture, theta: Array, X: Array) -> Array:
        """Return the outputs of the last layer, shape (N, H)."""
        return _forward(architecture, theta, X, Mode())[0]

    def evaluate(self, program: Program, theta: Array, data: Data) -> float:
        """Return the loss over the data, with the penalties of the regularisers."""
        A, kept = _forward(program.architecture, theta, data.X, Mode())
        return _value(program, A, kept, data) + _penalty(program, theta)

    def value_and_gradient(
        self, program: Program, theta: Array, data: Data, *, key: int = 0, step: int = 1
    ) -> tuple[float, Array]:
        """Return the loss over the data, computed as in training, and its gradient (P,)."""
        value, gradient, _, _ = self._backward(program, theta, data, key, step)
        return value + _penalty(program, theta), gradient

    def orders(self, uniforms: npt.NDArray[np.float64]) -> Indices:
        """Return an order of the samples for each row (epochs, N); see Engine."""
        epochs, n = uniforms.shape
        places = np.floor(uniforms * np.arange(1, n + 1)).astype(np.int64)  # (epochs, N)
        orders, epoch = np.empty_like(places), np.arange(epochs)
        for i in range(n):
            j = places[:, i]
            orders[:, i] = orders[epoch, j]
            orders[epoch, j] = i
        return orders

    def train(
        self,
        program: Program,
        theta: Array,
        state: TrainingState,
        data: Data,
        order: Indices | None,
        *,
        batch_size: int,
        log: TrainingLog,
        validation: Data | None = None,
    ) -> None:
        """Train for ``len(log.loss)`` epochs; see :class:`chainrule.engines.protocol.Engine`."""
        if batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}; possible: 1 or more")
        n = len(data.X) if order is None else order.shape[1]
        mean = program.loss_row.reduction == "mean"
        for epoch in range(len(log.loss)):
            rows = np.arange(n) if order is None else order[epoch]
            total, counted = 0.0, np.zeros(len(program.measures))
            for start in range(0, n, batch_size):
                batch = data.rows(rows[start : start + batch_size])
                value, A = self._step(program, theta, state, batch)
                total += value * len(batch.X) / n if mean else value
                counted += _measure(program, A, batch)
                if log.outputs is not None:
                    log.outputs[epoch, start : start + len(A)] = A
            log.loss[epoch] = total
            log.measures[epoch] = counted / n
            if validation is not None:
                log.validation_loss[epoch] = self.evaluate(program, theta, validation)
                A = self.forward(program.architecture, theta, validation.X)
                log.validation_measures[epoch] = _measure(program, A, validation) / len(A)
            log.epochs_done = epoch + 1

    def train_many(
        self,
        program: Program,
        many: Many,
        data: Data,
        order: Indices | None,
        *,
        batch_size: int,
        loss: npt.NDArray[np.float64],
        measures: npt.NDArray[np.float64],
    ) -> None:
        """Train one network after the other; see :class:`chainrule.engines.protocol.Engine`."""
        train_alone(
            self, program, many, data, order, batch_size=batch_size, loss=loss, measures=measures
        )
        many.step += loss.shape[1] * -(-len(data.X) // batch_size)

    def _step(
        self, program: Program, theta: Array, state: TrainingState, batch: Data
    ) -> tuple[float, Array]:
        """Make one step of the optimiser; return the loss and the outputs before it."""
        architecture = program.architecture
        state.step += 1
        value, gradient, kept, A = self._backward(program, theta, batch, state.key, state.step)
        value += _penalty(program, theta)
        program.optimizer.step(theta, gradient, state.slots, state.step, architecture.trainable)
        for layer, p, cache in zip(
            architecture.layers, architecture.views(theta), kept, strict=True
        ):
            if isinstance(layer, BatchNormalization):
                batch_norm_averages(layer, p, cache)
        for place in (place for own in architecture.places for place in own):
            limit = place.parameter.max_norm
            if limit is not None and place.parameter.trainable:
                _limit_norms(place.view(theta), limit)
        return value, A

    def _backward(
        self, program: Program, theta: Array, data: Data, key: int, step: int
    ) -> tuple[float, Array, list[Any], Array]:
        """Return the loss of the data, the gradient, what forward kept, and the outputs."""
        architecture, loss = program.architecture, program.loss_row
        mode = Mode(training=True, key=key, step=step)
        A, kept = _forward(architecture, theta, data.X, mode)
        gradient = np.zeros_like(theta)
        weights, gradients = architecture.views(theta), architecture.views(gradient)

        weight = data.weights_of_samples() * theta.dtype.type(loss.scale(len(A)))  # (N, 1)
        logits = _logits(program, kept)
        if logits is None:
            dA = weight * loss.gradient(A, data.Y, *_parameters(program))  # (N, H)
        for i in reversed(range(len(architecture.layers))):
            layer = architecture.layers[i]
            if logits is not None and i == len(architecture.layers) - 1:
                row, Z = logits
                D_ = weight * row.gradient(Z, data.Y, *_parameters(program))  # dL/dZ (N, H)
                if isinstance(layer, Dense):
                    dA, found = dense_backward_from_logits(weights[i], kept[i][0], D_)
                else:
                    dA, found = D_, {}
            else:
                dA, found = RULES[type(layer)].backward(layer, weights[i], kept[i], dA)
            for place in architecture.places[i]:
                parameter = place.parameter
                if parameter.trainable:
                    W, dW = weights[i][parameter.name], gradients[i][parameter.name]
                    dW[...] = found[parameter.name]
                    if parameter.l1:
                        dW += theta.dtype.type(parameter.l1) * np.sign(W)
                    if parameter.l2:
                        dW += theta.dtype.type(2 * parameter.l2) * W
        return _value(program, A, kept, data), gradient, kept, A


def _forward(
    architecture: Architecture, theta: Array, X: Array, mode: Mode
) -> tuple[Array, list[Any]]:
    """Return the output of the last layer, and what each layer kept for backward."""
    kept = []
    A = X  # (N, D)
    layers = zip(architecture.layers, architecture.views(theta), strict=True)
    for stream, (layer, p) in enumerate(layers):
        own = Mode(mode.training, mode.key, mode.step, stream)
        A, cache = RULES[type(layer)].forward(layer, p, A, own)  # (N, H)
        kept.append(cache)
    return A, kept


def _logits(program: Program, kept: list[Any]) -> tuple[Loss, Array] | None:
    """Return the row that computes the last activation and the loss at once, and its argument Z.

    So exp and log, where both occur, cancel on paper and not in floating point.
    """
    layer = program.architecture.layers[-1]
    if isinstance(layer, Dense):
        Z = kept[-1][1]
    elif isinstance(layer, Activation):
        Z = kept[-1][0]
    else:
        return None
    name = program.loss_row.on_logits.get(layer.activation)
    return None if name is None else (LOSSES[name], Z)


def _measure(program: Program, A: Array, data: Data) -> Array:
    """Return the sum over samples of each measure, shape (M,)."""
    return np.array([MEASURES[name].per_sample(A, data.Y).sum() for name in program.measures])


def _parameters(program: Program) -> tuple[float, ...]:
    return program.loss_parameters or program.loss_row.parameters


def _value(program: Program, A: Array, kept: list[Any], data: Data) -> float:
    """Return the sum over samples of weight times loss, or that divided by N."""
    logits = _logits(program, kept)
    row, inputs = (program.loss_row, A) if logits is None else logits
    per_sample = row.per_sample(inputs, data.Y, *_parameters(program))  # (N,)
    total = np.sum(data.weights_of_samples()[:, 0] * per_sample, dtype=np.float64)
    return float(total * program.loss_row.scale(len(A)))


def _penalty(program: Program, theta: Array) -> float:
    """Return the sum over parameters of l1 sum |w| + l2 sum w^2."""
    total = 0.0
    for place in (place for own in program.architecture.places for place in own):
        w = theta[place.slice].astype(np.float64)
        if place.parameter.trainable and place.parameter.l1:
            total += place.parameter.l1 * np.abs(w).sum()
        if place.parameter.trainable and place.parameter.l2:
            total += place.parameter.l2 * np.square(w).sum()
    return float(total)


def _limit_norms(W: Array, limit: float) -> None:
    """Scale every column of W (D, H) to at most this norm."""
    norms = np.sqrt(np.square(W).sum(axis=0))  # (H,)
    W *= np.minimum(norms, W.dtype.type(limit)) / (W.dtype.type(1e-7) + norms)
