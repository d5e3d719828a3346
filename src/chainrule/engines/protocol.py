"""The contract between training and engines.

An engine does all arithmetic. It is given a *program* (the description of the network, its loss
and its optimiser), the flat vector of parameters ``theta`` (P,), and data: ``X`` (N, D) and ``Y``
(N, H), C-contiguous and of the dtype of ``theta``, float32 or float64. ``theta``, the state and
the log are changed in place, so that they are valid whenever an exception ends a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.description import described
from chainrule.engines.many import Many

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.int64]


@described
class Data:
    """Samples.

    Parameters
    ----------
    X : ndarray, shape (N, D)
        Inputs.
    Y : ndarray, shape (N, H)
        Targets; for sparse losses class numbers, shape (N, 1), as floats.
    weight : ndarray, shape (N,), or None
        What each sample's loss counts; 1 if None.
    """

    X: Array
    Y: Array
    weight: Array | None = None

    def rows(self, index: Indices) -> Data:
        """Return the samples of these numbers."""
        weight = None if self.weight is None else self.weight[index]
        return Data(self.X[index], self.Y[index], weight)

    def weights_of_samples(self) -> Array:
        """Return the weights as a column, shape (N, 1)."""
        if self.weight is None:
            return np.ones((len(self.X), 1), dtype=self.X.dtype)
        return self.weight.reshape(-1, 1)


@dataclass
class TrainingLog:
    """What a run of epochs leaves behind: numbers of each epoch, written as epochs end.

    Parameters
    ----------
    loss : ndarray, shape (epochs,)
        The loss of the batches of each epoch as they were met, while the parameters moved: their
        sum for a loss that sums over samples, their mean over samples for one that averages.
    validation_loss : ndarray, shape (epochs,)
        The loss on the validation data after each epoch; NaN when there is none.
    measures, validation_measures : ndarray, shape (epochs, M)
        The program's measures: means over the samples of each epoch as they were met, and over
        the validation data after it.
    epochs_done : int
        How many epochs were finished: fewer than asked for only when the run was interrupted.
    outputs : ndarray of the dtype of theta, shape (epochs, n, H), or None
        What the network gave for the n samples of each epoch, in the order in which they were met,
        each before the step that it made: what the measures see. Not written if None.
    """

    loss: npt.NDArray[np.float64]
    validation_loss: npt.NDArray[np.float64]
    measures: npt.NDArray[np.float64]
    validation_measures: npt.NDArray[np.float64]
    epochs_done: int = 0
    outputs: Array | None = None

    @classmethod
    def empty(cls, epochs: int, measures: int = 0) -> TrainingLog:
        """Return a log with room for ``epochs`` epochs and so many measures.

        Examples
        --------
        >>> log = TrainingLog.empty(2, measures=1)
        >>> log.loss, log.measures.shape, log.epochs_done
        (array([nan, nan]), (2, 1), 0)
        """
        one, many = (epochs,), (epochs, measures)
        return cls(
            loss=np.full(one, np.nan),
            validation_loss=np.full(one, np.nan),
            measures=np.full(many, np.nan),
            validation_measures=np.full(many, np.nan),
        )


class Engine(Protocol):
    """What every engine can do."""

    name: str

    def forward(self, architecture: Architecture, theta: Array, X: Array) -> Array:
        """Return the outputs A (N, H) of the last layer."""

    def value_and_gradient(
        self, program: Program, theta: Array, data: Data, *, key: int = 0, step: int = 1
    ) -> tuple[float, Array]:
        """Return the loss over the data and its gradient (P,) with respect to ``theta``.

        Both as in training: dropout masks are those of this key and step, and batch normalisation
        uses the statistics of the data.
        """

    def evaluate(self, program: Program, theta: Array, data: Data) -> float:
        """Return the loss over the data, as in use: no dropout, moving averages."""

    def orders(self, uniforms: npt.NDArray[np.float64]) -> Indices:
        """Return an order of N samples for each row of uniform numbers u in [0, 1), (epochs, N).

        Sample i = 0 .. N - 1, one after the other, takes the place of sample j, which goes to
        place i, where j = floor(u_i (i + 1)) is any of 0 .. i, each with the same chance.
        The orders may lie where the uniform numbers lay.

        Source: Fisher and Yates, Statistical Tables, 1938; Knuth, The Art of Computer Programming,
        volume 2, section 3.4.2, algorithm P.
        """

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
        """Train for ``len(log.loss)`` epochs.

        ``order`` (epochs, n) with n from 1 to N says which row of X comes when; None means first
        to last in every epoch. An order with n less than N makes epochs of n samples, such as a
        part of a longer epoch. Each epoch is cut into batches of ``batch_size`` rows (the last may
        be shorter), and each batch makes one step of the optimiser. An engine computes a batch
        the same way whatever n is, so that an epoch in parts is the epoch in one, bit for bit.
        """

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
        """Train M networks, each as ``train`` would, for as many epochs as ``loss`` has columns.

        ``order`` (M, epochs, N) holds each network's order of the samples, (1, epochs, N) one for
        all; None means first to last. ``loss`` (M, epochs) and ``measures`` (M, epochs, measures)
        are written as epochs end, and ``many.step`` when all of them have.
        """
