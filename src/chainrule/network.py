"""The notebook's class: a feed-forward network of sigmoid units with the bias trick.

Derivation: docs/maths/back-propagation.md#the-bias-trick, docs/maths/two-layers.md#backward
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule import training
from chainrule.activations import sigmoid, sigmoid_derivative
from chainrule.architecture import Architecture, Program
from chainrule.arrays import integer, positive, real_array, real_matrix, widths
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data
from chainrule.layers import Dense
from chainrule.optimizers import SGD
from chainrule.saving import read_tensors, write_tensors

Array = npt.NDArray[Any]

_KIND = "NeuralNetwork"
_FORMAT = 1  # the version of the files that save() writes


class NeuralNetwork:
    """A feed-forward network of sigmoid units, trained by gradient descent on squared errors.

    Layer by layer A = f(A W) with f(z) = 1 / (1 + exp(-z)), from [1, X], that is, X with a column
    of ones in front (the bias trick), to the outputs, which lie between 0 and 1. Each hidden
    layer has one more unit than ``layers`` says, in the place of a constant. The loss is
    L = sum over samples and outputs of (a - y)^2, and a step is W <- W - eta dL/dW.

    Parameters
    ----------
    layers : sequence of int
        The number of inputs, of units of each hidden layer, and of outputs.
    eta : float
        The learning rate, positive and finite.
    rand_seed : int
        Weights are drawn with ``numpy.random.RandomState(rand_seed).randn``. The global random
        state is not touched.
    engine : {"native", "numpy"}
        Who computes: the fast engine, or the one that is written to be read. Both give the same
        results.

    Attributes
    ----------
    W : list of ndarray, float64
        The weights, of shape (layers[i] + 1, layers[i + 1] + 1), the last without the + 1 for its
        outputs. They may be read, written in place and replaced.
    layers, eta
        As given.
    loss_history : list of float
        The loss over all training samples after each epoch of ``fit``.

    Raises
    ------
    ValueError, TypeError
        When an argument is not what it may be.

    Examples
    --------
    The exclusive or, which no single layer can learn:

    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> y = [[0], [1], [1], [0]]
    >>> nn = NeuralNetwork([2, 2, 1], eta=0.5)
    >>> [W.shape for W in nn.W]
    [(3, 3), (3, 1)]
    >>> nn.fit(X, y, n_epochs=1000, method="SGD", display_update=500)
    epoch=1, loss=0.977
    epoch=500, loss=0.033
    epoch=1000, loss=0.008
    >>> (nn.predict(X) > 0.5).astype(int).ravel()
    array([0, 1, 1, 0])
    """

    W: list[Array]
    layers: list[int]
    eta: float
    loss_history: list[float]

    def __init__(
        self,
        layers: Sequence[int],
        eta: float = 0.1,
        rand_seed: int | None = 42,
        *,
        engine: str = "native",
    ) -> None:
        self.layers = widths("layers", layers)
        self.eta = positive("eta", eta)
        self._engine = get_engine(engine)
        random = _random_state(rand_seed)
        self.W = [random.randn(*shape) for shape in self._shapes()]
        self.loss_history = []

    def __repr__(self) -> str:
        return "NeuralNetwork: {}".format("-".join(str(width) for width in self.layers))

    def sigmoid(self, x: npt.ArrayLike) -> Any:
        """Return the activation 1 / (1 + exp(-x)), element by element.

        Examples
        --------
        >>> float(NeuralNetwork([2, 1]).sigmoid(0))
        0.5
        """
        return sigmoid(_floats(x))[()]

    def sigmoid_grad(self, x: npt.ArrayLike) -> Any:
        """Return the derivative of the activation at x: sigmoid(x) (1 - sigmoid(x)).

        Examples
        --------
        >>> float(NeuralNetwork([2, 1]).sigmoid_grad(0))
        0.25
        """
        z = _floats(x)
        return sigmoid_derivative(z, sigmoid(z))[()]

    def predict(self, X: npt.ArrayLike, bias_trick: bool = True) -> Array:
        """Compute the outputs for the inputs X.

        Parameters
        ----------
        X : array_like, shape (N, layers[0]) or (layers[0],)
            One sample a row, or a single sample.
        bias_trick : bool
            Put a column of ones in front of X. With False, X must have that column already.

        Returns
        -------
        ndarray, shape (N, layers[-1])
            Values between 0 and 1.
        """
        inputs = self._inputs(X, bias_trick)
        program = self._program()
        return self._engine.forward(program.architecture, self._pack(), inputs)

    def loss(self, X: npt.ArrayLike, y: npt.ArrayLike, bias_trick: bool = False) -> float:
        """Compute the sum of squared errors over all samples and outputs.

        Parameters
        ----------
        X : array_like, shape (N, layers[0] + 1)
            Inputs with their column of ones; without it if ``bias_trick`` is True.
        y : array_like, shape (N, layers[-1])
            Targets.
        bias_trick : bool
            Put a column of ones in front of X.
        """
        inputs = self._inputs(X, bias_trick)
        targets = self._targets(y, len(inputs))
        return self._engine.evaluate(self._program(), self._pack(), Data(inputs, targets))

    def back_propagation(self, X: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """Make one step of gradient descent on the samples given: W <- W - eta dL/dW.

        Parameters
        ----------
        X : array_like, shape (N, layers[0] + 1) or (layers[0] + 1,)
            Inputs with their column of ones.
        y : array_like, shape (N, layers[-1]) or (layers[-1],)
            Targets.
        """
        inputs = self._inputs(X, bias_trick=False)
        targets = self._targets(y, len(inputs))
        self._train(inputs, targets, epochs=1, batch_size=len(inputs))

    def fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        n_epochs: int = 10,
        method: str = "batch",
        display_update: int | None = 100,
    ) -> None:
        """Train for a number of epochs; a second call goes on where the first stopped.

        Parameters
        ----------
        X : array_like, shape (N, layers[0])
            One sample a row, without the column of ones.
        y : array_like, shape (N, layers[-1])
            Targets; labels as one-hot rows, see scikit-learn's LabelBinarizer.
        n_epochs : int
            How often all samples are seen.
        method : {"batch", "SGD"}
            One step an epoch on all samples, or one step a sample, in the order given.
        display_update : int or None
            Print the loss after the first epoch and after every so many; never if 0 or None.

        Raises
        ------
        ValueError, TypeError
            When an argument is not what it may be; the network is then unchanged.
        KeyboardInterrupt
            On Ctrl-C; the network keeps what it has learnt, and ``loss_history`` has one entry
            for each epoch that was finished.
        """
        inputs = self._inputs(X, bias_trick=True)
        targets = self._targets(y, len(inputs))
        epochs = integer("n_epochs", n_epochs, least=0)
        batch_size = {"batch": len(inputs), "sgd": 1}.get(str(method).lower())
        if batch_size is None:
            raise ValueError(f"method is {method!r}; possible: 'batch', 'SGD'")
        every = integer("display_update", display_update, least=0) if display_update else 0
        callbacks = [training.Every(every, _print_loss)] if every else []
        self._train(
            inputs,
            targets,
            epochs=epochs,
            batch_size=batch_size,
            validation_data=Data(inputs, targets),
            callbacks=callbacks,
            history=training.History(validation_loss=self.loss_history),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to a safetensors file; an existing one is replaced in one step.

        Raises
        ------
        OSError
            When the file cannot be written; an existing one is then as it was.
        """
        tensors = {f"W{i}": W for i, W in enumerate(self._weights())}
        tensors["loss_history"] = np.asarray(self.loss_history, dtype=np.float64)
        description = {
            "kind": _KIND,
            "format": _FORMAT,
            "layers": self.layers,
            "eta": float(self.eta),
        }
        write_tensors(path, tensors, description)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, engine: str = "native") -> NeuralNetwork:
        """Read a network that :meth:`save` wrote.

        Raises
        ------
        FileNotFoundError
            When there is no such file.
        ValueError
            When the file holds something else.
        """
        tensors, description = read_tensors(path, kind=_KIND)
        if description.get("format") != _FORMAT:
            raise ValueError(
                f"path {os.fspath(path)!r} has format {description.get('format')!r}; "
                f"possible: {_FORMAT}; a newer chainrule may read it"
            )
        try:
            network = cls(description["layers"], description["eta"], engine=engine)
            network.W = [tensors[f"W{i}"] for i in range(len(network.W))]
            network.loss_history = tensors["loss_history"].tolist()
            network._weights()
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"path {os.fspath(path)!r} is damaged: {error}") from error
        return network

    def _shapes(self) -> list[tuple[int, int]]:
        """Return the shapes of W: a bias row everywhere, a bias unit everywhere but at the end."""
        *hidden, outputs = self.layers[1:]
        units = [*(width + 1 for width in hidden), outputs]
        return list(zip([self.layers[0] + 1, *units], units, strict=False))

    def _program(self) -> Program:
        """Return what the engines are told: dense layers without b, because W holds the bias."""
        (inputs, _), *_ = shapes = self._shapes()
        layers = tuple(Dense(units, "sigmoid", use_bias=False) for _, units in shapes)
        eta = positive("eta", self.eta)
        return Program(Architecture(inputs, layers), "sum_of_squared_errors", SGD(eta))

    def _inputs(self, X: npt.ArrayLike, bias_trick: bool) -> Array:
        """Return X as a matrix with its column of ones."""
        matrix = real_matrix("X", X)
        expected = self.layers[0] + (0 if bias_trick else 1)
        if matrix.shape[1] != expected:
            ones = "" if bias_trick else " (the column of ones included, as bias_trick is False)"
            raise ValueError(
                f"X has {matrix.shape[1]} columns (shape {np.shape(X)}); "
                f"possible: {expected}{ones}, for layers {self.layers}"
            )
        if not bias_trick:
            return matrix
        with_ones = np.empty((len(matrix), expected + 1))
        with_ones[:, 0] = 1
        with_ones[:, 1:] = matrix
        return with_ones

    def _targets(self, y: npt.ArrayLike, n_samples: int) -> Array:
        """Return y as a matrix of one row a sample."""
        array = real_array("y", y)
        outputs = self.layers[-1]
        if array.ndim < 2:
            # One column written as a vector, or the one sample's row; never a vector of labels.
            if array.size == n_samples and outputs == 1:
                array = array.reshape(n_samples, 1)
            elif array.size == outputs and n_samples == 1:
                array = array.reshape(1, outputs)
            else:
                raise ValueError(
                    f"y is a vector of {array.size} values; possible: shape ({n_samples}, "
                    f"{outputs}), one row a sample; if it holds labels, use LabelBinarizer"
                )
        if len(array) != n_samples:
            raise ValueError(
                f"y has {len(array)} samples (shape {array.shape}) and X has {n_samples}; "
                f"possible: as many of each, y of shape ({n_samples}, {outputs})"
            )
        if array.shape != (n_samples, outputs):
            hint = "; if it holds labels, use LabelBinarizer" if array.shape[1:] == (1,) else ""
            raise ValueError(
                f"y has shape {array.shape}; possible: ({n_samples}, {outputs}), one column an "
                f"output{hint}"
            )
        return array

    def _weights(self) -> list[Array]:
        """Return W as float64 arrays, whatever users have put there, of the right shapes."""
        shapes = self._shapes()
        if len(self.W) != len(shapes):
            raise ValueError(f"W has {len(self.W)} arrays; possible: {len(shapes)}, {shapes}")
        # NaN and inf are let through: they are what a network that diverged has.
        weights = [real_array(f"W[{i}]", W, finite=False) for i, W in enumerate(self.W)]
        for i, (W, shape) in enumerate(zip(weights, shapes, strict=True)):
            if W.shape != shape:
                raise ValueError(f"W[{i}] has shape {W.shape}; possible: {shape}")
        return weights

    def _pack(self) -> Array:
        """Return all weights in one vector, row by row, layer by layer."""
        return np.concatenate([W.ravel() for W in self._weights()])

    def _unpack(self, theta: Array) -> None:
        """Write the weights back, into the arrays that users may hold where that is possible."""
        self.W = self.W if isinstance(self.W, list) else list(self.W)
        start = 0
        for i, (inputs, units) in enumerate(self._shapes()):
            new = theta[start : start + inputs * units].reshape(inputs, units)
            start += inputs * units
            W = self.W[i]
            if isinstance(W, np.ndarray) and W.dtype == np.float64 and W.flags.writeable:
                W[...] = new
            else:
                self.W[i] = new.copy()

    def _train(self, inputs: Array, targets: Array, **options: Any) -> None:
        theta = self._pack()
        try:
            training.fit(self._engine, self._program(), theta, Data(inputs, targets), **options)
        finally:
            self._unpack(theta)


def _floats(x: npt.ArrayLike) -> Array:
    """Return x as floats: as they are, or float64 in the place of integers."""
    array = np.asarray(x)
    return array if array.dtype.kind == "f" else real_array("x", array, finite=False)


def _print_loss(epoch: int, history: training.History) -> None:
    print(f"epoch={epoch}, loss={history.validation_loss[-1]:.3f}")


def _random_state(seed: int | None) -> np.random.RandomState:
    try:
        return np.random.RandomState(seed)  # the notebook's generator; NPY002 asks for another
    except (TypeError, ValueError):
        raise ValueError(
            f"rand_seed is {seed!r}; possible: an integer from 0 to 2**32 - 1, or None"
        ) from None
