"""Losses: how far the outputs A are from the targets Y, and beside each its gradient dL/dA.

One row a loss. A row gives the loss of each sample; the loss of a batch is the sum of those of
its samples, or their mean, as the row says. The formulas are Keras 3's, and lie beside this file:
of numbers in ``regression.py``, of yes and no in ``binary.py``, of one class among many in
``categorical.py``. The native engine has a row of the same name in ``native/losses.hpp``, and a
test holds the two tables together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Literal

import numpy.typing as npt

from chainrule.description import described
from chainrule.losses import binary, categorical, regression
from chainrule.tables import Table

__all__ = ["LOSSES", "Loss"]

Array = npt.NDArray[Any]


@described
class Loss:
    """One loss: its value for each sample, its gradient, and how samples are put together.

    Parameters
    ----------
    name : str
        The identifier that programs use.
    per_sample : callable
        ``per_sample(A, Y, *parameters)`` of shapes (N, H), (N, H) gives the N losses, shape (N,).
    gradient : callable
        ``gradient(A, Y, *parameters)``, shape (N, H): row n is the gradient of the n-th sample's
        loss with respect to its outputs. Both results have the dtype of ``A``.
    reduction : {"sum", "mean"}
        The loss of a batch is the sum, or the mean, of the losses of its samples.
    parameters : tuple of float
        The defaults of what the formulas have beside A and Y, in their order.
    on_logits : mapping of str to str
        From the name of an activation to that of the row which computes this activation and this
        loss at once, from Z: where exp and log cancel, no precision is lost to either.
    sparse : bool
        Y holds the numbers of classes, shape (N, 1), in the dtype of A.
    binary : bool
        Each column of Y is a yes or no of its own, 1 or 0.

    Examples
    --------
    >>> LOSSES["huber"].parameters
    (1.0,)
    >>> LOSSES["binary_crossentropy"].on_logits["sigmoid"]
    'binary_crossentropy_from_logits'
    """

    name: str
    per_sample: Callable[..., Array]
    gradient: Callable[..., Array]
    reduction: Literal["sum", "mean"]
    parameters: tuple[float, ...] = ()
    on_logits: Mapping[str, str] = field(default_factory=dict, hash=False)
    sparse: bool = False
    binary: bool = False

    def scale(self, n_samples: int) -> float:
        """Return the weight of one sample in the loss of a batch: 1, or 1 / n_samples.

        Examples
        --------
        >>> LOSSES["sum_of_squared_errors"].scale(10)
        1.0
        >>> LOSSES["mean_squared_error"].scale(10)
        0.1
        """
        return 1.0 if self.reduction == "sum" else 1.0 / n_samples


_ROWS = (
    Loss(
        "sum_of_squared_errors",
        regression.squared_errors,
        regression.squared_errors_gradient,
        "sum",
    ),
    Loss(
        "mean_squared_error",
        regression.mean_squared_error,
        regression.mean_squared_error_gradient,
        "mean",
    ),
    Loss(
        "mean_absolute_error",
        regression.mean_absolute_error,
        regression.mean_absolute_error_gradient,
        "mean",
    ),
    Loss("huber", regression.huber, regression.huber_gradient, "mean", parameters=(1.0,)),
    Loss("log_cosh", regression.log_cosh, regression.log_cosh_gradient, "mean"),
    Loss(
        "binary_crossentropy",
        binary.binary_crossentropy,
        binary.binary_crossentropy_gradient,
        "mean",
        on_logits={"sigmoid": "binary_crossentropy_from_logits"},
        binary=True,
    ),
    Loss(
        "binary_crossentropy_from_logits",
        binary.binary_crossentropy_from_logits,
        binary.binary_crossentropy_from_logits_gradient,
        "mean",
        binary=True,
    ),
    Loss(
        "categorical_crossentropy",
        categorical.categorical_crossentropy,
        categorical.categorical_crossentropy_gradient,
        "mean",
        on_logits={"softmax": "categorical_crossentropy_from_logits"},
    ),
    Loss(
        "categorical_crossentropy_from_logits",
        categorical.categorical_crossentropy_from_logits,
        categorical.categorical_crossentropy_from_logits_gradient,
        "mean",
    ),
    Loss(
        "sparse_categorical_crossentropy",
        categorical.sparse_categorical_crossentropy,
        categorical.sparse_categorical_crossentropy_gradient,
        "mean",
        on_logits={"softmax": "sparse_categorical_crossentropy_from_logits"},
        sparse=True,
    ),
    Loss(
        "sparse_categorical_crossentropy_from_logits",
        categorical.sparse_categorical_crossentropy_from_logits,
        categorical.sparse_categorical_crossentropy_from_logits_gradient,
        "mean",
        sparse=True,
    ),
    Loss(
        "binary_focal_crossentropy",
        binary.binary_focal_crossentropy,
        binary.binary_focal_crossentropy_gradient,
        "mean",
        parameters=(2.0, 0.25),  # gamma, alpha
        on_logits={"sigmoid": "binary_focal_crossentropy_from_logits"},
        binary=True,
    ),
    Loss(
        "binary_focal_crossentropy_from_logits",
        binary.binary_focal_crossentropy_from_logits,
        binary.binary_focal_crossentropy_from_logits_gradient,
        "mean",
        parameters=(2.0, 0.25),  # gamma, alpha
        binary=True,
    ),
    Loss("hinge", binary.hinge, binary.hinge_gradient, "mean"),
    Loss("squared_hinge", binary.squared_hinge, binary.squared_hinge_gradient, "mean"),
    Loss(
        "categorical_hinge",
        categorical.categorical_hinge,
        categorical.categorical_hinge_gradient,
        "mean",
    ),
    Loss("kl_divergence", categorical.kl_divergence, categorical.kl_divergence_gradient, "mean"),
    Loss("poisson", regression.poisson, regression.poisson_gradient, "mean"),
    Loss(
        "cosine_similarity",
        regression.cosine_similarity,
        regression.cosine_similarity_gradient,
        "mean",
    ),
    Loss(
        "mean_absolute_percentage_error",
        regression.mean_absolute_percentage_error,
        regression.mean_absolute_percentage_error_gradient,
        "mean",
    ),
    Loss(
        "mean_squared_logarithmic_error",
        regression.mean_squared_logarithmic_error,
        regression.mean_squared_logarithmic_error_gradient,
        "mean",
    ),
    Loss(
        "categorical_focal_crossentropy",
        categorical.categorical_focal_crossentropy,
        categorical.categorical_focal_crossentropy_gradient,
        "mean",
        parameters=(2.0, 0.25),  # gamma, alpha
        on_logits={"softmax": "categorical_focal_crossentropy_from_logits"},
    ),
    Loss(
        "categorical_focal_crossentropy_from_logits",
        categorical.categorical_focal_crossentropy_from_logits,
        categorical.categorical_focal_crossentropy_from_logits_gradient,
        "mean",
        parameters=(2.0, 0.25),  # gamma, alpha
    ),
)

LOSSES: Table[Loss] = Table("loss", {row.name: row for row in _ROWS})
