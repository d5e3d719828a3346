"""FANN: its incremental training, one call of the C library an epoch.

What differs: its biases are constants, so it has 64-32-16-10 and no bias units (3 % fewer
weights), and its gradient has no factor 2, so its learning rate is twice ours.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers import MissingPeerError
from benchmarks.workload import Workload

# The numbers of the enumerations in fann_data.h.
TRAIN_INCREMENTAL = 0
ERRORFUNC_LINEAR = 0
SIGMOID = 3


class FannPeer:
    """The network and the data as the C library holds them."""

    versions: dict[str, str] = {}  # noqa: RUF012  # the library does not tell

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._workload, self._dtype, self._epochs = workload, dtype, epochs
        self._real: Any = {"float32": ctypes.c_float, "float64": ctypes.c_double}[dtype]
        self._fann = load({"float32": "fann", "float64": "doublefann"}[dtype], self._real)
        self._network = self._create()
        self._data = self._copy_data()
        self._connections = self._start_connections()
        self.reset()

    def reset(self) -> None:
        self._fann.fann_set_weight_array(self._network, self._connections, len(self._connections))

    def run(self) -> None:
        for _ in range(self._epochs):
            self._fann.fann_train_epoch(self._network, self._data)

    def outputs(self) -> npt.NDArray[Any]:
        n_outputs = self._workload.layers[-1]
        rows = []
        for x in self._workload.X.astype(self._dtype):
            pointer = self._fann.fann_run(self._network, (self._real * len(x))(*x))
            rows.append(pointer[:n_outputs])
        return np.array(rows)

    def _create(self) -> ctypes.c_void_p:
        layers = self._workload.layers
        network = ctypes.c_void_p(
            self._fann.fann_create_standard_array(
                len(layers), (ctypes.c_uint * len(layers))(*layers)
            )
        )
        self._fann.fann_set_activation_function_hidden(network, SIGMOID)
        self._fann.fann_set_activation_function_output(network, SIGMOID)
        self._fann.fann_set_activation_steepness_hidden(network, self._real(0.5))
        self._fann.fann_set_activation_steepness_output(network, self._real(0.5))
        self._fann.fann_set_training_algorithm(network, TRAIN_INCREMENTAL)
        self._fann.fann_set_train_error_function(network, ERRORFUNC_LINEAR)
        self._fann.fann_set_learning_rate(network, ctypes.c_float(2 * self._workload.learning_rate))
        self._fann.fann_set_learning_momentum(network, ctypes.c_float(0.0))
        return network

    def _copy_data(self) -> ctypes.c_void_p:
        real_pointer = ctypes.POINTER(self._real)
        signature = ctypes.CFUNCTYPE(None, *[ctypes.c_uint] * 3, real_pointer, real_pointer)
        X, Y = self._workload.X, self._workload.Y

        def copy_sample(n: int, n_inputs: int, n_outputs: int, x: Any, y: Any) -> None:
            np.ctypeslib.as_array(x, (n_inputs,))[:] = X[n]
            np.ctypeslib.as_array(y, (n_outputs,))[:] = Y[n]

        return ctypes.c_void_p(
            self._fann.fann_create_train_from_callback(
                len(X), X.shape[1], Y.shape[1], signature(copy_sample)
            )
        )

    def _start_connections(self) -> Any:
        class Connection(ctypes.Structure):
            _fields_ = (
                ("source", ctypes.c_uint),
                ("target", ctypes.c_uint),
                ("weight", self._real),
            )

        connections = (Connection * self._fann.fann_get_total_connections(self._network))()
        self._fann.fann_get_connection_array(self._network, connections)
        weights = np.random.RandomState(self._workload.seed).randn(len(connections))
        for connection, weight in zip(connections, weights, strict=True):
            connection.weight = weight
        return connections


def load(name: str, real: Any) -> ctypes.CDLL:
    """Return the C library with the types of what it returns."""
    path = ctypes.util.find_library(name)
    if path is None:
        raise MissingPeerError(f"lib{name} is not installed (Debian: libfann-dev)")
    library = ctypes.CDLL(path)
    for function, result in (
        ("fann_create_standard_array", ctypes.c_void_p),
        ("fann_create_train_from_callback", ctypes.c_void_p),
        ("fann_train_epoch", ctypes.c_float),
        ("fann_run", ctypes.POINTER(real)),
    ):
        getattr(library, function).restype = result
    return library


def prepare(workload: Workload, *, dtype: str, epochs: int) -> FannPeer:
    return FannPeer(workload, dtype, epochs)
