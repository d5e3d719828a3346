"""What all contestants of a training case are given: data, network and start weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Workload:
    """One network of the tutorial, to be trained one sample at a time in the order given.

    Sigmoid in every layer, sum of squared errors, gradient descent with step ``eta``.

    Shapes: ``X`` (N, D) without the column of ones, ``Y`` (N, H), ``layers`` (D, ..., H).
    """

    X: Array
    Y: Array
    layers: tuple[int, ...]
    eta: float
    epochs: int
    seed: int = 42

    @property
    def inputs_with_ones(self) -> Array:
        """X behind a column of ones, shape (N, D + 1): the bias trick."""
        return np.column_stack([np.ones(len(self.X)), self.X])

    @property
    def widths(self) -> tuple[int, ...]:
        """The layers with the bias trick: one unit more in all but the last."""
        return (*(width + 1 for width in self.layers[:-1]), self.layers[-1])

    def start_weights(self) -> list[Array]:
        """Return the tutorial's first weights, W (inputs, units) of each layer."""
        random = np.random.RandomState(self.seed)
        pairs = zip(self.widths[:-1], self.widths[1:], strict=True)
        return [random.randn(inputs, units) for inputs, units in pairs]

    def flops_per_sample(self) -> int:
        """Count multiplications and additions of one update, activations left out.

        Two for each weight forward, two in its gradient's update, and two backward, but not in
        the first layer, whose inputs need no gradient.
        """
        sizes = [a * b for a, b in zip(self.widths[:-1], self.widths[1:], strict=True)]
        return 2 * (3 * sum(sizes) - sizes[0])

    def loss(self, outputs: Array) -> float:
        """Return the sum of squared errors of ``outputs`` (N, H)."""
        return float(np.sum(np.square(outputs.astype(np.float64) - self.Y)))

    def accuracy(self, outputs: Array) -> float:
        """Return the share of samples whose class is right: the largest output, or one >= 0.5."""
        if self.Y.shape[1] == 1:
            return float(np.mean((outputs >= 0.5) == (self.Y >= 0.5)))
        return float(np.mean(outputs.argmax(axis=1) == self.Y.argmax(axis=1)))

    def save(self, path: Path) -> None:
        """Write the workload to an npz file."""
        np.savez(
            path,
            X=self.X,
            Y=self.Y,
            layers=self.layers,
            eta=self.eta,
            epochs=self.epochs,
            seed=self.seed,
        )

    @classmethod
    def load(cls, path: Path) -> Workload:
        """Read what :meth:`save` wrote."""
        with np.load(path) as file:
            layers = tuple(int(width) for width in file["layers"])
            eta, epochs, seed = float(file["eta"]), int(file["epochs"]), int(file["seed"])
            return cls(file["X"], file["Y"], layers, eta, epochs, seed)
