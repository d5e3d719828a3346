"""What all metrics share: variables that add up batches, and a mean over samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from chainrule.keras.metrics.samplewise import samplewise
from chainrule.keras.objects import Configured, new_name, snake_case
from chainrule.keras.variables import Tensor, Variable, tensor
from chainrule.measures import MEASURES

Array = npt.NDArray[Any]

# Measures that are means over outputs, each with its own target: they know no rows of outputs.
_OF_EACH_OUTPUT = (
    "binary_accuracy",
    "mean_squared_error",
    "mean_absolute_error",
)


class Metric(Configured):
    """The base of all metrics.

    A metric adds up batches in its variables (:meth:`update_state`), and says what they come to
    (:meth:`result`). A class with :meth:`per_sample` is the mean of these values over all samples;
    others define ``update_state`` and ``result`` themselves.

    Parameters
    ----------
    dtype : str, optional
        In which it is computed; ``backend.floatx()`` if None.
    name : str, optional
        Its name in logs and histories; the class's name if None.

    Examples
    --------
    >>> class Largest(Metric):
    ...     def __init__(self, name="largest", dtype=None):
    ...         super().__init__(name=name, dtype=dtype)
    ...         self.largest = self.add_weight(name="largest", initializer="zeros")
    ...
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(np.maximum(self.largest, np.abs(y_true - y_pred).max()))
    ...
    ...     def result(self):
    ...         return self.largest.value
    >>> Largest()(np.array([0.0, 0.0]), np.array([1.0, -2.0]))
    Tensor(2., dtype=float32)
    """

    # What get_config has beside the name and the dtype.
    _settings: ClassVar[tuple[str, ...]] = ()
    # "up" where more is better, "down" where less is, None where nobody can say.
    _direction: str | None = None
    # The row of chainrule.measures that is the same for one sample.
    measure: str | None = None

    def __init__(self, dtype: str | None = None, name: str | None = None) -> None:
        self.name = name or new_name(snake_case(type(self).__name__))
        self._dtype = dtype
        self._variables: list[Variable] = []
        if type(self).per_sample is not Metric.per_sample:
            self._begin_mean()

    @property
    def dtype(self) -> str:
        """In which the metric is computed."""
        from chainrule.keras import backend

        return np.dtype(self._dtype or backend.floatx()).name

    @property
    def rises(self) -> bool | None:
        """Whether more is better; None where that is not known."""
        return None if self._direction is None else self._direction == "up"

    def engine_measure(
        self, sparse_targets: bool, output_rank: int = 2, targets_changed: bool = False
    ) -> str | None:
        """Return the row of ``chainrule.measures.MEASURES`` that an engine can count instead.

        Its mean over samples without weights is this metric's result. For binary accuracy this
        holds where targets are 0 or 1.

        Parameters
        ----------
        sparse_targets : bool
            Whether the engine's targets are class numbers.
        output_rank : int
            How many axes the network's outputs have, with that of the samples.
        targets_changed : bool
            Whether the engine gets other targets than the user gave: smoothed ones, or -1 and 1
            for 0 and 1.

        Examples
        --------
        >>> from chainrule.keras.metrics import CategoricalAccuracy, RootMeanSquaredError
        >>> CategoricalAccuracy().engine_measure(sparse_targets=False)
        'categorical_accuracy'
        >>> RootMeanSquaredError().engine_measure(sparse_targets=False)
        """
        name = self.measure
        if name is None or name not in MEASURES or MEASURES[name].sparse != sparse_targets:
            return None
        if output_rank > 2 and name not in _OF_EACH_OUTPUT:
            return None
        if targets_changed and not name.endswith("accuracy"):
            return None
        return name

    def per_sample(self, y_true: Any, y_pred: Any) -> Any:
        """Return the values, shape (N, ...), of which the metric is the mean."""
        raise NotImplementedError(
            f"{type(self).__name__} must define update_state(y_true, y_pred, sample_weight=None) "
            f"and result()"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        self._add_to_mean(self.per_sample(y_true, y_pred), sample_weight)

    def result(self) -> Any:
        """Return the metric of all batches since the last :meth:`reset_state`."""
        if not hasattr(self, "_total"):
            self.per_sample(None, None)  # raises, and says what is missing
        count = self._count.array
        mean = self._total.array / count if count != 0 else 0.0
        return tensor(np.asarray(mean, dtype=self.dtype))

    def reset_state(self) -> None:
        """Forget all batches."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape))

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Add a batch, and return the metric of all batches."""
        self.update_state(*values, **named)
        return self.result()

    def _begin_mean(self) -> None:
        self._total = self.add_variable(name="total")
        self._count = self.add_variable(name="count")

    def _add_to_mean(self, values: Any, sample_weight: Any) -> None:
        value, weight = samplewise(values, sample_weight, self.dtype)
        self._total.assign_add(value.sum())
        alone = len(value) if value.ndim else 1
        self._count.assign_add(alone if weight is None else weight.sum())

    def add_variable(
        self,
        shape: Sequence[int] = (),
        initializer: Any = "zeros",
        dtype: str | None = None,
        aggregation: str | None = "sum",  # noqa: ARG002
        name: str | None = None,
    ) -> Variable:
        """Return a new variable of the metric; :meth:`reset_state` makes it 0.

        ``aggregation`` says how several devices put theirs together; here is one.
        """
        shape, dtype = tuple(shape), dtype or self.dtype
        if initializer in (None, "zeros"):
            value: Any = np.zeros(shape)
        else:
            from chainrule.keras import initializers

            value = initializers.get(initializer)(shape, dtype=dtype)
        name = name or "variable"
        path = f"{self.name.replace('/', '>')}/{name}"
        variable = Variable(value, name, trainable=False, dtype=dtype, path=path)
        self._variables.append(variable)
        return variable

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = "zeros",
        dtype: str | None = None,
        name: str | None = None,
    ) -> Variable:
        """Return a new variable, as :meth:`add_variable` does."""
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """The variables of the metric, and of the metrics that are attributes of it."""
        found = list(self._variables)
        for value in list(vars(self).values()):
            for each in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(each, Metric):
                    found += each.variables
        return found

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as Keras writes them."""
        settings = {name: getattr(self, name) for name in self._settings}
        return {"name": self.name, "dtype": self.dtype, **settings}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def scalar(value: Any, dtype: str) -> Tensor:
    """Return a number, or an array, as a tensor of that dtype.

    Examples
    --------
    >>> scalar(1, "float32")
    Tensor(1., dtype=float32)
    """
    return tensor(np.asarray(value, dtype=dtype))
