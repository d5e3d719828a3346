"""Losses of probabilities: of yes and no, of one class among many, of whole distributions.

The formulas are rows of ``chainrule.losses``. With ``from_logits=True`` outputs are what goes into
a sigmoid or a softmax. ``label_smoothing`` s makes targets y (1 - s) + s / K, K the number of
classes. Beside the classes are functions of the same names, which give one loss a sample.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.losses.base import Loss
from chainrule.keras.losses.regression import MEAN
from chainrule.keras.losses.shapes import floats
from chainrule.keras.objects import register
from chainrule.keras.variables import Tensor, tensor

Array = npt.NDArray[Any]


@register("loss", "keras.losses", "bce", "BCE")
class BinaryCrossentropy(Loss):
    """L = mean of -(y log p + (1 - y) log(1 - p)), each output a yes or no of its own.

    Examples
    --------
    >>> round(float(BinaryCrossentropy()([[1.0], [0.0]], [[0.5], [0.5]])), 4)
    0.6931
    """

    _row = "binary_crossentropy"
    _settings = ("from_logits", "label_smoothing", "axis")
    elementwise = True

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "binary_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


@register("loss", "keras.losses")
class BinaryFocalCrossentropy(Loss):
    """L = mean of m^gamma times the binary cross-entropy, m the probability of what is wrong.

    With ``apply_class_balancing``, also times alpha where y = 1 and 1 - alpha where y = 0.
    Source: Lin et al., Focal Loss for Dense Object Detection, 2017.

    Examples
    --------
    >>> round(float(BinaryFocalCrossentropy(gamma=1.0)([[1.0], [0.0]], [[0.5], [0.5]])), 4)
    0.3466
    """

    _row = "binary_focal_crossentropy"
    _settings = (
        "from_logits",
        "label_smoothing",
        "axis",
        "apply_class_balancing",
        "alpha",
        "gamma",
    )
    elementwise = True

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "binary_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    @property
    def parameters(self) -> tuple[float, ...]:
        """``gamma`` and ``alpha``; classes that are not balanced count one half each."""
        return (float(self.gamma), float(self.alpha) if self.apply_class_balancing else 0.5)

    @property
    def sample_scale(self) -> float:
        """2 where classes are not balanced, which makes 1 of one half."""
        return 1.0 if self.apply_class_balancing else 2.0


@register("loss", "keras.losses")
class CategoricalCrossentropy(Loss):
    """L = -sum of y log p over the classes; targets are one-hot, or probabilities.

    Examples
    --------
    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.25, 0.75]])), 4)
    0.2877
    """

    _row = "categorical_crossentropy"
    _settings = ("from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


@register("loss", "keras.losses")
class CategoricalFocalCrossentropy(Loss):
    """L = -sum of alpha (1 - p)^gamma y log p over the classes.

    Source: Lin et al., Focal Loss for Dense Object Detection, 2017.

    Examples
    --------
    >>> loss = CategoricalFocalCrossentropy(alpha=1.0, gamma=1.0)
    >>> round(float(loss([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.3466
    """

    _row = "categorical_focal_crossentropy"
    _settings = ("from_logits", "label_smoothing", "axis", "alpha", "gamma")

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "categorical_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    @property
    def parameters(self) -> tuple[float, ...]:
        """``gamma`` and ``alpha``."""
        return (float(self.gamma), float(self.alpha))


@register("loss", "keras.losses")
class SparseCategoricalCrossentropy(Loss):
    """L = -log p of the class y; targets are class numbers from 0.

    Losses of the class ``ignore_class`` are 0 and do not count in the mean.

    Examples
    --------
    >>> round(float(SparseCategoricalCrossentropy()([1], [[0.25, 0.75]])), 4)
    0.2877
    """

    _row = "sparse_categorical_crossentropy"
    _settings = ("from_logits", "ignore_class")

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = MEAN,
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def check_trainable(self) -> None:
        """Check that an engine can train with this loss: it cannot ignore a class."""
        super().check_trainable()
        if self.ignore_class is not None:
            raise ValueError(
                f"loss {self.name!r} has ignore_class={self.ignore_class}; possible in training: "
                f"None; give those samples sample_weight 0, and a class that exists, instead"
            )

    def mask(self, y_true: Array) -> Array | None:
        """Return where the class is not the ignored one."""
        if self.ignore_class is None:
            return None
        last = y_true.ndim > 1 and y_true.shape[-1] == 1
        return np.asarray((y_true[..., 0] if last else y_true) != self.ignore_class)

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return the losses of samples, 0 for those of the ignored class."""
        A = floats(y_pred)
        Y = floats(y_true, A.dtype.name)
        mask = self.mask(Y)
        if mask is None:
            return super().call(Y, A)
        losses = super().call(np.where(mask.reshape(Y.shape), Y, 0), A)
        return tensor(np.where(mask.reshape(losses.shape), losses, 0))


@register("loss", "keras.losses", "kld", "KLD")
class KLDivergence(Loss):
    """L = sum of y log(y / p) over the classes, both at least epsilon.

    Examples
    --------
    >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    _row = "kl_divergence"

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "kl_divergence",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Return :class:`BinaryCrossentropy` of each sample."""
    return BinaryCrossentropy(from_logits, label_smoothing, axis).call(y_true, y_pred)


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Return :class:`BinaryFocalCrossentropy` of each sample."""
    loss = BinaryFocalCrossentropy(
        apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis
    )
    return loss.call(y_true, y_pred)


def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Return :class:`CategoricalCrossentropy` of each sample."""
    return CategoricalCrossentropy(from_logits, label_smoothing, axis).call(y_true, y_pred)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Return :class:`CategoricalFocalCrossentropy` of each sample."""
    loss = CategoricalFocalCrossentropy(alpha, gamma, from_logits, label_smoothing, axis)
    return loss.call(y_true, y_pred)


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Tensor:
    """Return :class:`SparseCategoricalCrossentropy` of each sample."""
    loss = SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis)
    return loss.call(y_true, y_pred)


def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """Return :class:`KLDivergence` of each sample."""
    return KLDivergence().call(y_true, y_pred)
