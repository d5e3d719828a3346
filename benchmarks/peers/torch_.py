"""PyTorch: modules, autograd and an optimiser, in a Python loop over batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from benchmarks.peers import Array, ForwardPeer
from benchmarks.workload import Workload

VERSIONS = {"torch": torch.__version__}
DTYPES = {"float32": torch.float32, "float64": torch.float64}

ACTIVATIONS: dict[str, Callable[[], torch.nn.Module]] = {
    "sigmoid": torch.nn.Sigmoid,
    "tanh": torch.nn.Tanh,
    "relu": torch.nn.ReLU,
    "linear": torch.nn.Identity,
    "softmax": lambda: torch.nn.Softmax(dim=-1),
}

# Cross-entropy takes the last layer before its softmax.
LOSSES: dict[str, Callable[[], torch.nn.Module]] = {
    "sum_of_squared_errors": lambda: torch.nn.MSELoss(reduction="sum"),
    "mean_squared_error": torch.nn.MSELoss,
    "categorical_crossentropy": torch.nn.CrossEntropyLoss,
}

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": lambda parameters, lr: torch.optim.Adam(parameters, lr=lr, eps=1e-7),
}


def network(workload: Workload, dtype: str) -> torch.nn.Sequential:
    """Return the network with its start weights, its last activation the last module."""
    modules: list[torch.nn.Module] = []
    for (W, b), activation in zip(workload.start(dtype), workload.activations, strict=True):
        layer = torch.nn.Linear(*W.shape, bias=b is not None, dtype=DTYPES[dtype])
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(W.T))
            if b is not None:
                layer.bias.copy_(torch.tensor(b))
        modules += [layer, ACTIVATIONS[activation]()]
    return torch.nn.Sequential(*modules)


class TorchPeer:
    """The same network, data and order of samples as ours."""

    versions = VERSIONS

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._workload, self._epochs, self._dtype = workload, epochs, dtype
        self._X = torch.tensor(workload.inputs(workload.X, dtype))
        self._Y = torch.tensor(workload.Y.astype(dtype))
        validation = workload.validation(dtype)
        self._validation = validation and tuple(torch.tensor(part) for part in validation)
        self.reset()

    def reset(self) -> None:
        work = self._workload
        self._model = network(work, self._dtype)
        softmax = work.output == "softmax"
        self._trained = self._model[:-1] if softmax else self._model
        self._optimizer = OPTIMIZERS[work.optimizer](
            self._model.parameters(), lr=work.learning_rate
        )
        self._loss = LOSSES[work.loss_name]()

    def run(self) -> None:
        orders = self._workload.orders(self._epochs)
        self._history: list[Any] = []
        for epoch in range(self._epochs):
            hits = torch.tensor(0)
            for X, Y in self._batches(None if orders is None else torch.from_numpy(orders[epoch])):
                self._optimizer.zero_grad()
                outputs = self._trained(X)
                self._loss(outputs, Y).backward()
                self._optimizer.step()
                if self._validation:
                    hits += (outputs.argmax(-1) == Y.argmax(-1)).sum()
            if self._validation:
                self._history.append((hits.item(), *self._judge(*self._validation)))

    def _batches(self, order: torch.Tensor | None) -> Any:
        """Return the epoch's batches; one sample is a vector."""
        size = self._workload.batch_size
        if order is not None:
            return ((self._X[index], self._Y[index]) for index in order.split(size))
        if size == 1:
            return zip(self._X, self._Y, strict=True)
        return zip(self._X.split(size), self._Y.split(size), strict=True)

    def _judge(self, X: torch.Tensor, Y: torch.Tensor) -> tuple[float, int]:
        with torch.no_grad():
            outputs = self._trained(X)
            hits = (outputs.argmax(-1) == Y.argmax(-1)).sum()
            return self._loss(outputs, Y).item(), int(hits.item())

    def outputs(self) -> Array:
        with torch.no_grad():
            return np.asarray(self._model(self._X))


def prepare(workload: Workload, *, dtype: str, epochs: int) -> TorchPeer:
    torch.set_num_threads(1)
    return TorchPeer(workload, dtype, epochs)


def prepare_forward(workload: Workload, *, dtype: str, epochs: int) -> ForwardPeer:
    torch.set_num_threads(1)
    model = network(workload, dtype)

    def call(X: torch.Tensor) -> Array:
        with torch.inference_mode():
            return np.asarray(model(X))

    return ForwardPeer(call, torch.tensor(workload.inputs(workload.X, dtype)), epochs, VERSIONS)
