"""The reference engine: the definition of what every engine computes, in NumPy.

It is written to be read, and is never made faster. N samples, D inputs and H outputs of a layer:

    forward    Z = X W + b             (N, D) (D, H) + (H,) -> (N, H)
               A = f(Z)                (N, H)
    backward   dL/dA                   (N, H)   from the loss, or from the layer above
               D_ = dL/dZ = dL/dA * f'(Z)       (N, H)
               dL/dW = X^T D_          (D, N) (N, H) -> (D, H)
               dL/db = sum of D_ over samples   (H,)
               dL/dX = D_ W^T          (N, H) (H, D) -> (N, D)   which is dL/dA of the layer below

Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.activations import ACTIVATIONS
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.protocol import Indices, TrainingLog
from chainrule.losses import LOSSES

Array = npt.NDArray[Any]


class ReferenceEngine:
    """The engine that the others must agree with.

    Examples
    --------
    One unit, w = 2, b = 1, and the sample x = 3 with target 5: a = 7, loss (7 - 5)^2 = 4,
    dL/dw = 2 (7 - 5) 3 = 12, dL/db = 4.

    >>> from chainrule.layers import Dense
    >>> program = Program(Architecture(1, (Dense(1),)))
    >>> theta = np.array([2.0, 1.0])
    >>> X, Y = np.array([[3.0]]), np.array([[5.0]])
    >>> engine = ReferenceEngine()
    >>> engine.forward(program.architecture, theta, X)
    array([[7.]])
    >>> engine.value_and_gradient(program, theta, X, Y)
    (4.0, array([12.,  4.]))
    """

    name = "numpy"

    def forward(self, architecture: Architecture, theta: Array, X: Array) -> Array:
        """Return the outputs of the last layer, shape (N, H)."""
        return self._forward(architecture, theta, X)[1][-1]

    def evaluate(self, program: Program, theta: Array, X: Array, Y: Array) -> float:
        """Return the loss over X, Y."""
        return self._loss(program, self.forward(program.architecture, theta, X), Y)

    def value_and_gradient(
        self, program: Program, theta: Array, X: Array, Y: Array
    ) -> tuple[float, Array]:
        """Return the loss over X, Y and its gradient, shape (P,)."""
        architecture = program.architecture
        loss = LOSSES[program.loss]
        Zs, As = self._forward(architecture, theta, X)
        gradient = np.empty_like(theta)
        weights, gradients = architecture.views(theta), architecture.views(gradient)

        dA = loss.gradient(As[-1], Y) * theta.dtype.type(loss.scale(len(X)))  # (N, H)
        for i in reversed(range(len(architecture.layers))):
            activation = ACTIVATIONS[architecture.layers[i].activation]
            (W, _), (dW, db) = weights[i], gradients[i]
            delta = dA * activation.derivative(Zs[i], As[i + 1])  # (N, H)
            dW[...] = As[i].T @ delta  # (D, H)
            if db is not None:
                db[...] = delta.sum(axis=0)  # (H,)
            dA = delta @ W.T  # (N, D)
        return self._loss(program, As[-1], Y), gradient

    def train(
        self,
        program: Program,
        theta: Array,
        state: TrainingState,
        X: Array,
        Y: Array,
        order: Indices | None,
        *,
        batch_size: int,
        log: TrainingLog,
        validation: tuple[Array, Array] | None = None,
    ) -> None:
        """Train for ``len(log.loss)`` epochs; see :class:`chainrule.engines.protocol.Engine`."""
        n = len(X)
        reduction = LOSSES[program.loss].reduction
        for epoch in range(len(log.loss)):
            rows = np.arange(n) if order is None else order[epoch]
            total = 0.0
            for start in range(0, n, batch_size):
                batch = rows[start : start + batch_size]
                value, gradient = self.value_and_gradient(program, theta, X[batch], Y[batch])
                state.step += 1
                program.optimizer.step(theta, gradient, state.slots, state.step)
                total += value if reduction == "sum" else value * len(batch) / n
            log.loss[epoch] = total
            if validation is not None:
                log.validation_loss[epoch] = self.evaluate(program, theta, *validation)
            log.epochs_done = epoch + 1

    def _forward(
        self, architecture: Architecture, theta: Array, X: Array
    ) -> tuple[list[Array], list[Array]]:
        """Return Z of every layer, and A of every layer with X in front of them."""
        Zs: list[Array] = []
        As = [X]  # (N, D)
        for layer, (W, b) in zip(architecture.layers, architecture.views(theta), strict=True):
            Z = As[-1] @ W if b is None else As[-1] @ W + b  # (N, H)
            Zs.append(Z)
            As.append(ACTIVATIONS[layer.activation].value(Z))
        return Zs, As

    def _loss(self, program: Program, A: Array, Y: Array) -> float:
        loss = LOSSES[program.loss]
        return float(np.sum(loss.per_sample(A, Y), dtype=np.float64) * loss.scale(len(A)))
