"""Many networks at once: seeds, learning rates and orders of the data, tried in one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule import training
from chainrule.architecture import Program
from chainrule.arrays import integer, real_array, real_matrix
from chainrule.engines import get_engine
from chainrule.engines.many import Many
from chainrule.engines.protocol import Data, Engine, Indices

__all__ = ["TrainedMany", "train_many"]

Array = npt.NDArray[Any]

# An engine call gets at most so many sample indices, losses or learning rates; see training.py.
_MOST_INDICES = 1 << 22


@dataclass(frozen=True)
class TrainedMany:
    """What :func:`train_many` leaves behind, network by network.

    Parameters
    ----------
    thetas : ndarray, shape (M, P)
        The parameters after training.
    loss : ndarray of float64, shape (M, epochs)
        The loss of the batches of each epoch as they were met, as
        :class:`chainrule.engines.protocol.TrainingLog` has it.
    measures : dict of str to ndarray of float64, shape (M, epochs)
        The program's measures, likewise.
    """

    thetas: Array
    loss: npt.NDArray[np.float64]
    measures: dict[str, npt.NDArray[np.float64]]


def train_many(
    program: Program,
    X: npt.ArrayLike,
    Y: npt.ArrayLike,
    *,
    epochs: int,
    batch_size: int,
    seeds: Iterable[int] | None = None,
    thetas: Array | None = None,
    learning_rates: npt.ArrayLike | None = None,
    shuffle: np.random.Generator | Sequence[np.random.Generator | int] | None = None,
    weight: npt.ArrayLike | None = None,
    dtype: npt.DTypeLike = np.float32,
    engine: str = "native",
) -> TrainedMany:
    """Train many networks of one program on the same data, each as if it were trained alone.

    The native engine trains tiny networks one a vector lane, others one a thread.

    Parameters
    ----------
    program : Program
        Architecture, loss and optimiser.
    X : array_like, shape (N, D)
        Inputs.
    Y : array_like, shape (N, H)
        Targets; shape (N,) will do for a single column. For sparse losses class numbers.
    epochs : int
        How often all samples are seen.
    batch_size : int
        Samples a step; the last batch of an epoch may be shorter.
    seeds : iterable of int
        One network for each, from ``architecture.draw(np.random.default_rng(seed))``. The seed is
        also the key of the network's dropout masks.
    thetas : ndarray, shape (M, P)
        Or else the parameters to start from, float32 or float64 and C-contiguous; they are changed
        in place, also when an exception ends the run. The key of dropout is then the row's number.
    learning_rates : array_like, shape (M,), optional
        One for each network, in the place of the optimiser's.
    shuffle : Generator, or sequence of M Generators or seeds, optional
        Draws a new order of the samples for every epoch: the same for all networks, or an own one
        for each. First to last if None.
    weight : array_like, shape (N,), optional
        What each sample's loss counts; 1 if None.
    dtype : dtype
        float32 or float64, of networks that come from seeds.
    engine : {"native", "numpy"}
        Who computes. NumPy trains one network after the other.

    Returns
    -------
    TrainedMany

    Raises
    ------
    TypeError, ValueError
        When an argument is not what it may be; nothing is changed then.

    Examples
    --------
    The exclusive or from a hundred starts. How many of them learn it?

    >>> from chainrule.architecture import Architecture
    >>> from chainrule.layers import Dense
    >>> from chainrule.optimizers import SGD
    >>> network = Architecture(2, (Dense(2, "sigmoid"), Dense(1, "sigmoid")))
    >>> X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> many = train_many(
    ...     Program(network, optimizer=SGD(1.0)), X, Y, seeds=range(100), epochs=2000, batch_size=1
    ... )
    >>> many.thetas.shape, many.loss.shape
    ((100, 9), (100, 2000))
    >>> int((many.loss[:, -1] < 0.1).sum())
    56

    One start, five learning rates:

    >>> rates = [0.01, 0.1, 1.0, 3.0, 10.0]
    >>> many = train_many(
    ...     Program(network), X, Y, seeds=[5] * 5, learning_rates=rates, epochs=2000, batch_size=1
    ... )
    >>> many.loss[:, -1].round(2)
    array([1.  , 0.97, 0.  , 0.  , 0.  ])
    """
    integer("epochs", epochs, least=0)
    integer("batch_size", batch_size, least=1)
    chosen = get_engine(engine)
    thetas, keys = _starts(program, seeds, thetas, np.dtype(dtype))
    data = _data(program, X, Y, weight, thetas.dtype)
    rates = None if learning_rates is None else _rates(program, learning_rates, len(thetas))
    generators = _generators(shuffle, len(thetas))
    many = Many.fresh(program, thetas, keys, rates)
    n, M = len(data.X), len(thetas)
    loss, measures = (
        np.full((M, epochs), np.nan),
        np.full((M, epochs, len(program.measures)), np.nan),
    )
    most = max(1, _MOST_INDICES // max(n * len(generators), n, M))
    for first in range(0, epochs, most):
        part = slice(first, min(epochs, first + most))
        whole = part.stop - first == epochs
        own_loss = loss if whole else np.full((M, part.stop - first), np.nan)
        own_measures = measures if whole else np.full((*own_loss.shape, measures.shape[2]), np.nan)
        chosen.train_many(
            program,
            many,
            data,
            _orders(chosen, generators, part.stop - first, n),
            batch_size=batch_size,
            loss=own_loss,
            measures=own_measures,
        )
        if not whole:
            loss[:, part], measures[:, part] = own_loss, own_measures
    named = {name: measures[:, :, i] for i, name in enumerate(program.measures)}
    return TrainedMany(thetas, loss, named)


def _starts(
    program: Program, seeds: Iterable[int] | None, thetas: Array | None, dtype: np.dtype[Any]
) -> tuple[Array, npt.NDArray[np.uint64]]:
    """Return the parameters to start from (M, P), and the keys (M,)."""
    n_parameters = program.architecture.n_parameters
    if (seeds is None) == (thetas is None):
        given = "neither is" if seeds is None else "both are"
        raise ValueError(f"{given} given of seeds and thetas; possible: one of them")
    if thetas is None:
        if dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype is {dtype}; possible: float32 and float64")
        numbers = _seeds(seeds)
        thetas = np.empty((len(numbers), n_parameters), dtype)
        for theta, seed in zip(thetas, numbers, strict=True):
            theta[:] = program.architecture.draw(np.random.default_rng(seed))
        return thetas, np.array(numbers, dtype=np.uint64)
    if not isinstance(thetas, np.ndarray) or thetas.dtype not in (np.float32, np.float64):
        found = thetas.dtype if isinstance(thetas, np.ndarray) else f"a {type(thetas).__name__}"
        raise TypeError(f"thetas is {found}; possible: an array of float32 or float64")
    if thetas.ndim != 2 or thetas.shape[1] != n_parameters or len(thetas) == 0:
        raise ValueError(
            f"thetas has shape {thetas.shape}; possible: (networks, {n_parameters}), at least one"
        )
    if not (thetas.flags.c_contiguous and thetas.flags.aligned and thetas.flags.writeable):
        raise ValueError(
            "thetas is read-only, or its rows do not lie one after the other in memory, so that "
            "it cannot be trained in place; give np.array(thetas)"
        )
    return thetas, np.arange(len(thetas), dtype=np.uint64)


def _seeds(seeds: Iterable[int] | None) -> list[int]:
    possible = "possible: integers from 0 to 2^64 - 1, one a network, such as range(1000)"
    if not isinstance(seeds, Iterable) or isinstance(seeds, (str, bytes)):
        raise TypeError(f"seeds is {seeds!r}; {possible}")
    numbers = [integer("a seed in seeds", seed, least=0) for seed in seeds]
    if not numbers or max(numbers) >= 1 << 64:
        raise ValueError(f"seeds is {'empty' if not numbers else max(numbers)}; {possible}")
    return numbers


def _data(
    program: Program,
    X: npt.ArrayLike,
    Y: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    dtype: np.dtype[Any],
) -> Data:
    inputs = real_matrix("X", X)
    targets = real_array("Y", Y)
    targets = targets.reshape(-1, 1) if targets.ndim == 1 else real_matrix("Y", targets)
    for name, array, columns in (
        ("X", inputs, program.architecture.inputs),
        ("Y", targets, program.targets),
    ):
        if array.shape[1] != columns:
            raise ValueError(
                f"{name} has {array.shape[1]} columns; possible: {columns} for this program"
            )
    weights = None if weight is None else real_array("weight", weight)
    for name, other in (("Y", targets), ("weight", weights)):
        if other is not None and other.shape[:1] != (len(inputs),):
            raise ValueError(
                f"{name} has shape {other.shape}; possible: {len(inputs)} rows, as many as X"
            )
    if weights is not None:
        if weights.ndim != 1:
            raise ValueError(f"weight has shape {weights.shape}; possible: ({len(inputs)},)")
        weights = weights.astype(dtype)
    return Data(inputs.astype(dtype), targets.astype(dtype), weights)


def _rates(program: Program, value: npt.ArrayLike, M: int) -> npt.NDArray[np.float64]:
    if callable(program.optimizer.learning_rate):
        raise ValueError(
            "learning_rates is given, and the optimizer's learning_rate is a schedule; "
            "possible: one of them"
        )
    rates = real_array("learning_rates", value)
    if rates.shape != (M,):
        raise ValueError(
            f"learning_rates has shape {rates.shape}; possible: ({M},), one for each network"
        )
    if not (rates > 0).all():
        raise ValueError(f"learning_rates holds {rates[rates <= 0][0]}; possible: positive numbers")
    return rates


def _generators(shuffle: object, M: int) -> list[np.random.Generator]:
    """Return no generator, one for all networks, or one for each."""
    if shuffle is None:
        return []
    if isinstance(shuffle, np.random.Generator):
        return [shuffle]
    if not isinstance(shuffle, Sequence) or isinstance(shuffle, (str, bytes)):
        raise TypeError(
            f"shuffle is {shuffle!r}; possible: None, a numpy.random.Generator, or a sequence of "
            f"Generators or seeds, one for each of the {M} networks"
        )
    if len(shuffle) != M:
        raise ValueError(
            f"shuffle has {len(shuffle)} entries; possible: {M}, one for each network, or a single "
            f"numpy.random.Generator for all"
        )
    return [
        one
        if isinstance(one, np.random.Generator)
        else np.random.default_rng(integer("a seed in shuffle", one, least=0))
        for one in shuffle
    ]


def _orders(
    engine: Engine, generators: list[np.random.Generator], epochs: int, n: int
) -> Indices | None:
    """Draw an order of n samples an epoch from each generator, shape (generators, epochs, n)."""
    if not generators:
        return None
    return np.stack([training.orders(engine, rng, epochs, n) for rng in generators])
