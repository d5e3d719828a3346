"""What all losses share: being called, weights of samples, how samples are put together."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from chainrule.keras.losses.shapes import floats, per_sample, same_rank
from chainrule.keras.objects import Configured, classes, new_name, snake_case
from chainrule.keras.variables import Tensor, tensor
from chainrule.losses import LOSSES

Array = npt.NDArray[Any]

# How the losses of samples are put together, and what the engine calls it; None: only here.
_REDUCTIONS: dict[str | None, Literal["mean", "sum"] | None] = {
    "sum_over_batch_size": "mean",
    "mean": "mean",
    "sum": "sum",
    "mean_with_sample_weight": None,
    "none": None,
    None: None,
}


class Loss(Configured):
    """The base of all losses; called with targets and outputs, a loss returns a number.

    Parameters
    ----------
    name : str, optional
        The class's name if None.
    reduction : str or None
        "sum_over_batch_size" or "mean" (the mean over samples), "sum", "mean_with_sample_weight"
        (the sum, by that of the weights), "none" or None (one loss a sample).
    dtype : str, optional
        In which it is computed; ``backend.floatx()`` if None.

    Raises
    ------
    ValueError
        When there is no such reduction.

    Notes
    -----
    A class of your own, with ``call(y_true, y_pred)``, can be called but not trained with:
    chainrule does not differentiate Python code.

    Examples
    --------
    >>> class Worst(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.max(np.abs(y_true - y_pred), axis=-1)
    >>> Worst()([[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]])
    Tensor(3., dtype=float32)
    """

    # The row of chainrule.losses without "_from_logits"; "" in classes that users write.
    _row: ClassVar[str] = ""
    # What get_config has beside the name and the reduction.
    _settings: ClassVar[tuple[str, ...]] = ()
    # Whether the loss is a mean over outputs, each with its own target.
    elementwise: ClassVar[bool] = False

    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        if reduction not in _REDUCTIONS:
            raise ValueError(
                f"reduction is {reduction!r}; possible: {', '.join(map(repr, _REDUCTIONS))}"
            )
        self.name = name or new_name(snake_case(type(self).__name__))
        self.reduction = reduction
        self._dtype = dtype

    @property
    def dtype(self) -> str:
        """In which the loss is computed."""
        from chainrule.keras import backend

        return np.dtype(self._dtype or backend.floatx()).name

    @property
    def row(self) -> str:
        """Name of the row of ``chainrule.losses.LOSSES`` that computes it; "" if there is none."""
        return self._row + ("_from_logits" if self._row and self.from_logits else "")

    @property
    def parameters(self) -> tuple[float, ...]:
        """What the row gets beside outputs and targets; its defaults if empty."""
        return ()

    @property
    def sample_scale(self) -> float:
        """What the row's losses must be multiplied with: training gives it as weights."""
        return 1.0

    @property
    def sparse(self) -> bool:
        """Whether targets are class numbers."""
        return self.row in LOSSES and LOSSES[self.row].sparse

    @property
    def engine_reduction(self) -> Literal["mean", "sum"]:
        """How training puts the losses of a batch together."""
        reduction = _REDUCTIONS[self.reduction]
        if reduction is None:
            raise ValueError(
                f"loss {self.name!r} has reduction={self.reduction!r}; possible in training: "
                f"'sum_over_batch_size', 'mean', 'sum'"
            )
        return reduction

    def check_trainable(self) -> None:
        """Check that an engine can train with this loss.

        Raises
        ------
        ValueError
            When it cannot, with the setting that is in the way.

        Examples
        --------
        >>> from chainrule.keras.losses import MeanSquaredError
        >>> MeanSquaredError(reduction=None).check_trainable()
        Traceback (most recent call last):
        ...
        ValueError: loss 'mean_squared_error' has reduction=None; possible in training: \
'sum_over_batch_size', 'mean', 'sum'
        """
        if type(self) not in classes("loss").values():
            raise ValueError(
                f"loss is a {type(self).__name__}, a class of your own; it needs real Keras "
                f"(import keras in the place of chainrule.keras), since chainrule does not "
                f"differentiate Python code. "
                f"Possible: {', '.join(map(snake_case, classes('loss')))}"
            )
        if self.axis != -1:
            raise ValueError(f"loss {self.name!r} has axis={self.axis}; possible in training: -1")
        _ = LOSSES[self.row], self.engine_reduction  # each raises where it is not possible

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the losses of samples: shape (...) for outputs of shape (..., H)."""
        if not self._row:
            raise NotImplementedError(f"{type(self).__name__} must define call(y_true, y_pred)")
        A = floats(y_pred)
        Y, A = same_rank(floats(y_true, A.dtype.name), A)
        Y = self.smoothed(self.targets(Y))
        losses = per_sample(self.row, Y, A, self.parameters, self.axis, self.elementwise)
        return tensor(np.asarray(losses * A.dtype.type(self.sample_scale)))

    def targets(self, y_true: Array) -> Array:
        """Return the targets that the row gets for those that the user has; not smoothed yet."""
        return y_true

    def smoothed(self, Y: Array) -> Array:
        """Return y (1 - s) + s / K; K is 2 where each output is a yes or no of its own."""
        s = self.label_smoothing
        if not s:
            return Y
        classes = 2 if LOSSES[self.row].binary else Y.shape[-1]
        return Y * (1 - s) + s / classes

    def mask(self, y_true: Array) -> Array | None:  # noqa: ARG002
        """Return which losses count, shape (...); all do if None."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """Return the loss of a batch."""
        A = floats(y_pred, self.dtype)
        Y = floats(y_true, self.dtype)
        losses = np.asarray(self.call(Y, A), dtype=self.dtype)
        weight = None if sample_weight is None else floats(sample_weight, self.dtype)
        return tensor(np.asarray(reduce(losses, weight, self.mask(Y), self.reduction)))

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as Keras writes them."""
        settings = {name: getattr(self, name) for name in self._settings}
        return {"name": self.name, "reduction": self.reduction, **settings}

    def __repr__(self) -> str:
        settings = {name: getattr(self, name) for name in self._settings}
        if self.reduction != "sum_over_batch_size":
            settings["reduction"] = self.reduction
        text = ", ".join(f"{name}={value!r}" for name, value in settings.items())
        return f"<{type(self).__name__}{': ' if text else ''}{text}>"


def reduce(
    losses: Array,
    weight: Array | None = None,
    mask: Array | None = None,
    reduction: str | None = "sum_over_batch_size",
) -> Array:
    """Return the losses put together, each times its weight.

    The mean is the sum by the number of losses, whatever their weights; by that of those which
    count if there is a mask; and 0 if there are none.

    Examples
    --------
    >>> losses, weight = np.array([1.0, 3.0]), np.array([1.0, 0.0])
    >>> float(reduce(losses, weight))
    0.5
    >>> float(reduce(losses, weight, reduction="mean_with_sample_weight"))
    1.0
    """
    if mask is not None:
        weight = masked(weight, mask, losses.dtype.name, reduction)
    if weight is not None:
        losses, weight = same_rank(losses, weight)
        losses = losses * weight
    if reduction in (None, "none") or losses.shape in ((), (0,)):
        return losses
    total: Array = losses.sum()
    if reduction == "sum":
        return total
    weighted = reduction == "mean_with_sample_weight" and weight is not None
    divisor = np.sum(weight) if weighted else losses.size  # type: ignore[arg-type]
    return losses.dtype.type(_divided(total, divisor))  # type: ignore[no-any-return]


def masked(weight: Array | None, mask: Array, dtype: str, reduction: str | None = "sum") -> Array:
    """Return the weights, 0 where the mask is; for a mean so that only what counts is divided by.

    Examples
    --------
    >>> masked(None, np.array([True, False]), "float32", "mean")
    array([2., 0.], dtype=float32)
    """
    counted = mask.astype(dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        counted = counted * counted.dtype.type(_divided(counted.size, counted.sum()))
    if weight is None:
        return counted
    counted, weight = same_rank(counted, floats(weight, dtype))
    return counted * weight


def _divided(number: Any, by: Any) -> Any:
    return number / by if by != 0 else 0.0
