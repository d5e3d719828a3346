"""The compiled kernels (native/bindings.cpp). Only engines/native.py calls them."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

Stage = tuple[str, int, int, str, float, int, list[float], int]
BlockTuple = tuple[int, int, bool, float, float, float]
OptimizerTuple = tuple[str, list[float], int, float, float, float, float, float]

class Compiled:
    def __init__(
        self,
        isa: str,
        stages: list[Stage],
        blocks: list[BlockTuple],
        loss: str,
        mean: bool,
        on_logits: bool,
        targets: int,
        loss_parameters: list[float],
        optimizer: OptimizerTuple,
        measures: list[str],
        /,
    ) -> None: ...
    @property
    def isa(self) -> str: ...
    def isa_in_float32(self, batch_size: int, /) -> str: ...
    def isa_in_float64(self, batch_size: int, /) -> str: ...
    @property
    def in_lanes(self) -> bool: ...

def orders(numbers: npt.NDArray[np.int64], /) -> None: ...
def forward(program: Compiled, theta: Array, X: Array, A: Array, /) -> None: ...
def evaluate(
    program: Compiled, theta: Array, X: Array, Y: Array, weight: Array | None, /
) -> float: ...
def value_and_gradient(
    program: Compiled,
    theta: Array,
    X: Array,
    Y: Array,
    weight: Array | None,
    key: int,
    step: int,
    gradient: Array,
    /,
) -> float: ...
def train(
    program: Compiled,
    theta: Array,
    slots: Array,
    X: Array,
    Y: Array,
    weight: Array | None,
    order: npt.NDArray[np.int64] | None,
    batch_size: int,
    rates: npt.NDArray[np.float64],
    key: int,
    first_step: int,
    loss: npt.NDArray[np.float64],
    X_validation: Array | None,
    Y_validation: Array | None,
    weight_validation: Array | None,
    validation_loss: npt.NDArray[np.float64],
    measures: npt.NDArray[np.float64],
    validation_measures: npt.NDArray[np.float64],
    outputs: Array | None,
    done: npt.NDArray[np.int64],
    /,
) -> None: ...
def train_many(
    program: Compiled,
    thetas: Array,
    slots: Array,
    X: Array,
    Y: Array,
    weight: Array | None,
    order: npt.NDArray[np.int64] | None,
    batch_size: int,
    rates: npt.NDArray[np.float64],
    own_rates: bool,
    keys: npt.NDArray[np.uint64],
    first_step: int,
    loss: npt.NDArray[np.float64],
    measures: npt.NDArray[np.float64],
    /,
) -> None: ...
def num_threads() -> int: ...
def set_num_threads(n: int, /) -> None: ...
def counts_of_threads() -> tuple[int, int, int]: ...
def apply(isa: str, name: str, x: Array, y: Array, /) -> None: ...
def works_in_halves() -> bool: ...
def isas() -> list[str]: ...
def tables() -> tuple[list[str], list[str], list[str], list[str]]: ...
