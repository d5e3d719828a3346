"""PyTorch: modules, autograd and an optimiser, in a Python loop over samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.workload import Workload


class TorchPeer:
    """Layers without bias on data with a column of ones: the same network as ours."""

    versions = {"torch": torch.__version__}  # noqa: RUF012

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._workload, self._epochs = workload, epochs
        self._dtype = {"float32": torch.float32, "float64": torch.float64}[dtype]
        self._X = torch.tensor(workload.inputs_with_ones, dtype=self._dtype)
        self._Y = torch.tensor(workload.Y, dtype=self._dtype)
        self.reset()

    def reset(self) -> None:
        modules: list[torch.nn.Module] = []
        for W in self._workload.start_weights():
            layer = torch.nn.Linear(*W.shape, bias=False, dtype=self._dtype)
            with torch.no_grad():
                layer.weight.copy_(torch.tensor(W.T))
            modules += [layer, torch.nn.Sigmoid()]
        self._model = torch.nn.Sequential(*modules)
        self._optimizer = torch.optim.SGD(self._model.parameters(), lr=self._workload.eta)
        self._loss = torch.nn.MSELoss(reduction="sum")

    def run(self) -> None:
        for _ in range(self._epochs):
            for x, y in zip(self._X, self._Y, strict=True):
                self._optimizer.zero_grad()
                self._loss(self._model(x), y).backward()
                self._optimizer.step()

    def outputs(self) -> npt.NDArray[Any]:
        with torch.no_grad():
            return np.asarray(self._model(self._X))


def prepare(workload: Workload, *, dtype: str, epochs: int) -> TorchPeer:
    torch.set_num_threads(1)
    return TorchPeer(workload, dtype, epochs)
