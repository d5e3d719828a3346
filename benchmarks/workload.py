"""What all contestants of a case are given: data, network, start weights, order of samples."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def sum_of_squared_errors(A: Array, Y: Array) -> float:
    return float(np.sum(np.square(A - Y)))


def mean_squared_error(A: Array, Y: Array) -> float:
    return float(np.mean(np.square(A - Y)))


def categorical_crossentropy(A: Array, Y: Array) -> float:
    return float(-np.mean(np.sum(Y * np.log(np.clip(A, 1e-7, 1)), axis=1)))


LOSSES: dict[str, Callable[[Array, Array], float]] = {
    loss.__name__: loss
    for loss in (sum_of_squared_errors, mean_squared_error, categorical_crossentropy)
}


@dataclass(frozen=True)
class Workload:
    """One network and what is done with it: trained, or asked for its outputs.

    Parameters
    ----------
    X, Y : ndarray, shape (N, D) and (N, H)
        The samples.
    layers : tuple of int
        D, the units of each hidden layer, H.
    learning_rate : float
        Of the optimiser.
    epochs : int
        How often all samples are seen; where nothing is trained, how often they go forward.
    hidden, output : str
        The activation of the hidden layers and of the last: sigmoid, tanh, relu, linear, softmax.
    loss_name : str
        A row of ``LOSSES``. The first sums over a batch, the others average.
    optimizer : str
        "sgd" or "adam".
    batch_size : int
        Samples a step; the last batch of an epoch may be shorter.
    biases : bool
        A bias a unit, or else the tutorial's bias trick: no biases, a column of ones before X and
        one unit more in each hidden layer.
    shuffle : bool
        A new order of the samples for every epoch, or always first to last.
    X_validation, Y_validation : ndarray or None
        With them, the accuracy of every epoch's batches is counted, and after every epoch loss and
        accuracy on these samples.
    job : str
        "train" or "forward".
    networks : int
        How many networks are trained at once, from the seeds 0, 1, ...
    seed : int
        Of the start weights and of the orders.
    """

    X: Array
    Y: Array
    layers: tuple[int, ...]
    learning_rate: float
    epochs: int
    hidden: str = "sigmoid"
    output: str = "sigmoid"
    loss_name: str = "sum_of_squared_errors"
    optimizer: str = "sgd"
    batch_size: int = 1
    biases: bool = False
    shuffle: bool = False
    X_validation: Array | None = None
    Y_validation: Array | None = None
    job: str = "train"
    networks: int = 1
    seed: int = 42

    @property
    def widths(self) -> tuple[int, ...]:
        """The layers; with the bias trick one unit more in all but the last."""
        if self.biases:
            return self.layers
        return (*(width + 1 for width in self.layers[:-1]), self.layers[-1])

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation of each layer."""
        return (self.hidden,) * (len(self.layers) - 2) + (self.output,)

    @property
    def watched(self) -> bool:
        """Whether accuracy is counted and validation follows every epoch."""
        return self.X_validation is not None

    @property
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has."""
        return -(-len(self.X) // self.batch_size)

    def inputs(self, X: Array, dtype: str) -> Array:
        """Return X as the network takes it: with the bias trick behind a column of ones."""
        if not self.biases:
            X = np.column_stack([np.ones(len(X)), X])
        return np.ascontiguousarray(X, dtype=dtype)

    def validation(self, dtype: str) -> tuple[Array, Array] | None:
        """Return inputs and targets to validate with, or None."""
        if self.X_validation is None or self.Y_validation is None:
            return None
        return self.inputs(self.X_validation, dtype), self.Y_validation.astype(dtype)

    def start(self, dtype: str) -> list[tuple[Array, Array | None]]:
        """Return W (inputs, units) and b (units,) or None of each layer, before training.

        The tutorial's weights with the bias trick; else Glorot's uniform ones and biases of 0.
        """
        pairs = list(zip(self.widths[:-1], self.widths[1:], strict=True))
        random = np.random.RandomState(self.seed)
        if not self.biases:
            return [(random.randn(*shape).astype(dtype), None) for shape in pairs]
        limits = [np.sqrt(6 / sum(shape)) for shape in pairs]
        return [
            (random.uniform(-limit, limit, shape).astype(dtype), np.zeros(shape[1], dtype))
            for shape, limit in zip(pairs, limits, strict=True)
        ]

    def starts(self, dtype: str) -> list[tuple[Array, Array | None]]:
        """Return W (networks, inputs, units) and b (networks, units) of each layer, stacked."""
        each = [replace(self, seed=seed).start(dtype) for seed in range(self.networks)]
        return [
            (np.stack([W for W, _ in own]), np.stack([b for _, b in own]) if self.biases else None)
            for own in zip(*each, strict=True)
        ]

    def orders(self, epochs: int) -> Array | None:
        """Return which sample comes when, shape (epochs, N), or None for first to last."""
        if not self.shuffle:
            return None
        from chainrule.engines.reference import ReferenceEngine

        uniforms = np.random.default_rng(self.seed).random((epochs, len(self.X)))
        return ReferenceEngine().orders(uniforms)  # those that training.fit draws

    def flops_per_sample(self) -> int:
        """Count multiplications and additions a sample, biases and activations left out.

        Two for each weight forward; in training two in its gradient's update, and two backward,
        but not in the first layer, whose inputs need no gradient.
        """
        sizes = [a * b for a, b in zip(self.widths[:-1], self.widths[1:], strict=True)]
        return 2 * sum(sizes) if self.job == "forward" else 2 * (3 * sum(sizes) - sizes[0])

    def flops_per_epoch(self) -> int:
        """Count the arithmetic of all samples and networks."""
        return self.flops_per_sample() * len(self.X) * self.networks

    def loss(self, outputs: Array) -> float:
        """Return the loss of ``outputs`` (N, H), in float64; with (networks, N, H) of them all."""
        return LOSSES[self.loss_name](outputs.astype(np.float64), self.Y)

    def accuracy(self, outputs: Array) -> float | None:
        """Return the share of samples whose class is right: the largest output, or one >= 0.5.

        None where the targets are numbers, not classes, or nothing was trained.
        """
        if self.loss_name == "mean_squared_error" or self.job == "forward":
            return None
        if self.Y.shape[1] == 1:
            return float(np.mean((outputs >= 0.5) == (self.Y >= 0.5)))
        return float(np.mean(outputs.argmax(axis=1) == self.Y.argmax(axis=1)))

    def save(self, path: Path) -> None:
        """Write the workload to an npz file."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {name: value for name, value in own.items() if isinstance(value, np.ndarray)}
        rest = {name: value for name, value in own.items() if name not in arrays}
        np.savez(path, settings=np.array(json.dumps(rest)), **arrays)

    @classmethod
    def load(cls, path: Path) -> Workload:
        """Read what :meth:`save` wrote."""
        with np.load(path) as file:
            settings = json.loads(str(file["settings"]))
            settings["layers"] = tuple(settings["layers"])
            return cls(**settings, **{name: file[name] for name in file if name != "settings"})
