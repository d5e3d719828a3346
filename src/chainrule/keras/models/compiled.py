"""What ``compile`` settles: the optimiser, the loss, and what is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt

from chainrule.architecture import Program, TrainingState
from chainrule.keras import losses, metrics, optimizers, random
from chainrule.keras.models.network import Network

Array = npt.NDArray[Any]


class Compiled:
    """The optimiser, the loss and the metrics of a model.

    Parameters
    ----------
    optimizer : str or Optimizer
        How weights are changed.
    loss : str or Loss or None
        What is made small.
    listed, weighted : list
        The metrics, without and with sample weights, as they were given.

    Raises
    ------
    TypeError, ValueError
        For an unknown name, at once, with what was probably meant.
    """

    def __init__(self, optimizer: Any, loss: Any, listed: Any, weighted: Any) -> None:
        self.optimizer = optimizers.get(optimizer)
        self.loss: losses.Loss | None = losses.get(_only("loss", loss))
        self.listed = _several("metrics", listed)
        self.weighted = _several("weighted_metrics", weighted)
        self.given_loss = loss
        for identifier in (*self.listed, *self.weighted):
            if isinstance(identifier, str):  # an unknown name is said at once
                metrics.resolve(identifier, (None, 2), (None, 2))
        self.metrics: list[metrics.Metric] = []
        self._with_weights: set[int] = set()
        self._shapes: tuple[Any, Any] | None = None

    @property
    def names(self) -> list[str]:
        """The names of the metrics, in their order."""
        return [metric.name for metric in self.metrics]

    def resolve(self, y: Array, output: tuple[int, ...]) -> None:
        """Find the metrics for targets of this shape and outputs (N, *output)."""
        shapes = ((None, *y.shape[1:]), (None, *output))
        if self._shapes is not None:
            return
        self._shapes = shapes
        self.metrics, self._with_weights, taken = [], set(), {"loss"}
        for identifier, weighs in (
            *((each, False) for each in self.listed),
            *((each, True) for each in self.weighted),
        ):
            metric = metrics.resolve(identifier, *shapes)
            if weighs and metric.name in taken:
                metric.name = f"weighted_{metric.name}"
            base, count = metric.name, 0
            while metric.name in taken:  # two of one name in a list: the later ones get numbers
                count += 1
                metric.name = f"{base}_{count}"
            taken.add(metric.name)
            self.metrics.append(metric)
            if weighs:
                self._with_weights.add(id(metric))

    def weighs(self, metric: metrics.Metric) -> bool:
        """Whether a metric counts samples with their weights."""
        return id(metric) in self._with_weights

    def needed_loss(self) -> losses.Loss:
        """Return the loss.

        Raises
        ------
        ValueError
            When there is none.
        """
        if self.loss is None:
            raise ValueError(
                "loss is not given to compile(); possible: a name such as 'mean_squared_error' or "
                "'categorical_crossentropy'"
            )
        self.loss.check_trainable()
        return self.loss

    @property
    def sums(self) -> bool:
        """Whether the loss of a batch is the sum, not the mean, over its samples."""
        return self.loss is not None and self.loss.engine_reduction == "sum"

    def program(self, network: Network, measures: tuple[str, ...] = ()) -> Program:
        """Return what an engine must know to train the network."""
        loss = self.needed_loss()
        return Program(
            network.architecture,
            loss.row,
            self.optimizer.describe(),
            loss.parameters,
            measures,
            loss.engine_reduction,
        )

    def state(self, network: Network, trainable: Sequence[Any]) -> TrainingState:
        """Return where the optimiser stands; it is built for the weights if it was not."""
        size = network.architecture.n_parameters
        self.optimizer.build(network.slices(trainable), size, network.dtype)
        state: TrainingState = self.optimizer.state
        if not state.key:
            state.key = int(random.generator().integers(1, 2**63))
        return state

    def measures(self, weighted_samples: bool) -> dict[int, str]:
        """Return, by the number of the metric, the engine's measures that are the same."""
        loss = self.needed_loss()
        changed = bool(loss.label_smoothing) or loss.row in ("hinge", "squared_hinge")
        rank = len(self._shapes[1]) if self._shapes else 2
        found = {}
        for i, metric in enumerate(self.metrics):
            name = metric.engine_measure(loss.sparse, rank, changed)
            if name is not None and not (weighted_samples and self.weighs(metric)):
                found[i] = name
        return found


def _only(name: str, value: Any) -> Any:
    """Return what is meant by a list or a dictionary of one: a chain has one output."""
    if isinstance(value, Mapping) and "class_name" not in value:
        value = list(value.values())
    if isinstance(value, list | tuple):
        if len(value) != 1:
            raise ValueError(f"{name} has {len(value)} entries; possible: one, for the one output")
        return value[0]
    return value


def _several(name: str, value: Any) -> list[Any]:
    """Return the metrics that are meant as a flat list."""
    if value is None:
        return []
    if isinstance(value, Mapping) and "class_name" not in value:
        value = _only(name, value)
    if not isinstance(value, list | tuple):
        return [value]
    if len(value) == 1 and isinstance(value[0], list | tuple):
        return list(value[0])
    return [each for each in value if each is not None]
