"""Samples as the user has them, made ready for an engine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule.engines.protocol import Data
from chainrule.keras import losses
from chainrule.keras.models.compiled import Compiled

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential

Array = npt.NDArray[Any]


@dataclass
class Prepared:
    """Samples for an engine, the targets and weights as they were given, and by what they differ.

    The engine's weights are ``scale`` times those of the user.
    """

    data: Data
    y: Array
    weight: Array | None
    scale: float = 1.0


def prepare(
    model: Sequential, compiled: Compiled, x: Array, y: Any, weight: Array | None, name: str = "y"
) -> Prepared:
    """Return samples for an engine; build the model if it is not built.

    Raises
    ------
    ValueError
        When samples do not fit the model, or targets the loss.
    """
    loss = compiled.needed_loss()
    if y is None:
        raise ValueError(f"{name} is not given; possible: targets, one for each of the samples")
    if not model.built:
        model.build((None, *(x.shape[1:] or (1,))))
    network = model.network
    X = network.rows(x)
    dtype = network.dtype.name
    Y = losses.check_targets(loss, y, network.result, dtype=dtype, samples=len(X), name=name)
    compiled.resolve(np.asarray(y), network.result)
    given = weight
    if weight is not None:
        weight = np.ascontiguousarray(weight, dtype=dtype).reshape(-1)
    scale = loss.sample_scale
    if loss.engine_reduction == "sum":  # of what the engine takes the mean of in a sample
        scale *= math.prod(network.result[:-1])
    if scale != 1:
        ones = np.ones(len(X), dtype=dtype) if weight is None else weight
        weight = ones * network.dtype.type(scale)
    if not loss.sparse:
        Y = np.ascontiguousarray(loss.smoothed(Y), dtype=dtype)
    return Prepared(Data(X, Y, weight), np.asarray(y), given, scale)
