"""The compiled kernels (native/bindings.cpp). Only engines/native.py calls them."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

class Compiled:
    def __init__(
        self,
        isa: str,
        layers: list[tuple[int, int, str, bool]],
        loss: str,
        optimizer: str,
        learning_rate: float,
        /,
    ) -> None: ...
    @property
    def isa(self) -> str: ...

def forward(program: Compiled, theta: Array, X: Array, A: Array, /) -> None: ...
def evaluate(program: Compiled, theta: Array, X: Array, Y: Array, /) -> float: ...
def value_and_gradient(
    program: Compiled, theta: Array, X: Array, Y: Array, gradient: Array, /
) -> float: ...
def train(
    program: Compiled,
    theta: Array,
    X: Array,
    Y: Array,
    order: npt.NDArray[np.int64] | None,
    batch_size: int,
    loss: npt.NDArray[np.float64],
    X_validation: Array | None,
    Y_validation: Array | None,
    validation_loss: npt.NDArray[np.float64],
    done: npt.NDArray[np.int64],
    /,
) -> None: ...
def isas() -> list[str]: ...
def tables() -> tuple[list[str], list[str], list[str]]: ...
