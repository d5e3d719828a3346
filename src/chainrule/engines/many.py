"""Many trainings in one call: what an engine gets, and what it must agree with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Program, TrainingState

if TYPE_CHECKING:
    from chainrule.engines.protocol import Data, Engine, Indices

Array = npt.NDArray[Any]


@dataclass
class Many:
    """Networks of one program that are trained side by side, M of them, all at the same step.

    Parameters
    ----------
    thetas : ndarray, shape (M, P)
        The parameters; changed in place.
    slots : ndarray, shape (M, S, P)
        What the optimiser carries; changed in place.
    keys : ndarray of uint64, shape (M,)
        Of each network's dropout masks.
    learning_rates : ndarray of float64, shape (M,), or None
        One for each network; the optimiser's own if None.
    step : int
        How many steps have been made.
    """

    thetas: Array
    slots: Array
    keys: npt.NDArray[np.uint64]
    learning_rates: npt.NDArray[np.float64] | None = None
    step: int = 0

    @classmethod
    def fresh(
        cls,
        program: Program,
        thetas: Array,
        keys: npt.NDArray[np.uint64],
        learning_rates: npt.NDArray[np.float64] | None = None,
    ) -> Many:
        """Return the networks before the first step.

        Examples
        --------
        >>> from chainrule.architecture import Architecture
        >>> from chainrule.layers import Dense
        >>> from chainrule.optimizers import Adam
        >>> program = Program(Architecture(2, (Dense(1),)), optimizer=Adam())
        >>> Many.fresh(program, np.zeros((5, 3)), np.zeros(5, np.uint64)).slots.shape
        (5, 2, 3)
        """
        starts = program.optimizer.initial_slots()
        networks, n_parameters = thetas.shape
        slots = np.empty((networks, len(starts), n_parameters), dtype=thetas.dtype)
        slots[:] = np.reshape(starts, (-1, 1))
        return cls(thetas, slots, keys, learning_rates)


def train_alone(
    engine: Engine,
    program: Program,
    many: Many,
    data: Data,
    order: Indices | None,
    *,
    batch_size: int,
    loss: npt.NDArray[np.float64],
    measures: npt.NDArray[np.float64],
) -> None:
    """Train one network after the other: the definition of every engine's ``train_many``.

    ``order``, ``loss`` and ``measures`` are those of
    :meth:`chainrule.engines.protocol.Engine.train_many`.
    """
    from chainrule.engines.protocol import TrainingLog

    for k, theta in enumerate(many.thetas):
        own = program
        if many.learning_rates is not None:
            rate = float(many.learning_rates[k])
            own = replace(program, optimizer=replace(program.optimizer, learning_rate=rate))
        state = TrainingState(many.slots[k], many.step, int(many.keys[k]))
        log = TrainingLog(
            loss=loss[k],
            validation_loss=np.empty(loss.shape[1]),
            measures=measures[k],
            validation_measures=np.empty(measures.shape[1:]),
        )
        own_order = None if order is None else order[k if len(order) > 1 else 0]
        engine.train(own, theta, state, data, own_order, batch_size=batch_size, log=log)
