"""What can go wrong on the way back: in the deltas, the gradients and the update."""
# ruff: noqa: ARG005 (one signature for all rows, whether a row needs every argument or not)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.diagnoses.whole_steps import WHOLE
from chainrule.teaching.mistakes import (
    Mistake,
)
from chainrule.teaching.oracle import (
    Problem,
    identity,
    sigmoid,
    steps,
)

Array = npt.NDArray[Any]

Step = list[Array]


@dataclass(frozen=True)
class Place:
    """What code with a mistake gives that is in one of the places of :func:`oracle.steps`."""

    options: dict[str, Any]

    def __call__(self, p: Problem) -> Step:
        """Return the step."""
        return steps(p, **self.options)


def _row(name: str, sentence: str, **options: Any) -> Mistake:
    return Mistake(name, sentence, Place(options))


def one(a: Array, z: Array) -> Array:
    """Return the slope of a linear unit."""
    del z
    return np.ones_like(a)


def _twice(a: Array, z: Array) -> Array:
    del z
    return np.asarray(sigmoid(a) * (1 - sigmoid(a)))


def _of_z(a: Array, z: Array) -> Array:
    del a
    return np.asarray(z * (1 - z))


_FORGOTTEN = (
    "The slope of the sigmoid is missing in the delta of {}. The chain rule has one "
    "factor for each function that is passed."
)

_SECOND = (
    "The slope of the sigmoid is taken of the wrong quantity in the delta of {}: the "
    "activations have been through the sigmoid already, and go through it again."
)

_OF_Z = (
    "The slope of the sigmoid is taken of the wrong quantity in the delta of {}: the product "
    "needs activations, not what goes into the sigmoid."
)

_HALF = (
    "One factor of the sigmoid's slope is missing or wrong in the delta of {}. Compare with "
    "`sigmoid_grad`."
)

_PLACES = (
    ("the output", ("last",)),
    ("the hidden layers", ("hidden",)),
    ("every layer", ("last", "hidden")),
)

_SLOPES: tuple[tuple[str, str, Callable[[Array, Array], Array]], ...] = (
    ("slope_forgotten", _FORGOTTEN, one),
    ("slope_of_wrong_quantity", _SECOND, _twice),
    ("slope_of_wrong_quantity", _OF_Z, _of_z),
    ("slope_of_wrong_quantity", _OF_Z, lambda a, z: sigmoid(z * (1 - z)) * 0 + z * (1 - a)),
    ("slope_half", _HALF, lambda a, z: a),
    ("slope_half", _HALF, lambda a, z: 1 - a),
    ("slope_half", _HALF, lambda a, z: a * (1 + a)),
    ("slope_half", _HALF, lambda a, z: a * (a - 1)),
    ("slope_half", _HALF, lambda a, z: a**2 * (1 - a) ** 2),
    ("slope_half", _HALF, lambda a, z: a * (1 - a) ** 2),
    ("slope_half", _HALF, lambda a, z: a**2 * (1 - a)),
    ("slope_half", _HALF, lambda a, z: a - 1),
    (
        "slope_of_tanh",
        "The slope of tanh is used in the delta of {}. This network has sigmoids.",
        lambda a, z: 1 - a**2,
    ),
)


def _slopes() -> list[Mistake]:
    return [
        _row(name, sentence.format(place), **dict.fromkeys(where, function))
        for name, sentence, function in _SLOPES
        for place, where in _PLACES
    ]


_ORDER = (
    "The deltas are matched with the wrong layers: they are found from the last layer to "
    "the first. In which order does the update read them?"
)

_OFF = (
    "A delta is carried back through the weights of the wrong layer. Which matrix leads from "
    "this layer to the next? Count the index again."
)

_OFF_A = (
    "The gradient of a matrix takes the activations of the wrong layer. Which activations go "
    "into that matrix?"
)

_OFF_S = (
    "The slope in a hidden delta is taken at the wrong layer. A delta belongs to one layer: "
    "which activations are its own?"
)

_SLOPE_ONLY = (
    "A hidden delta has only the slope of the sigmoid in it. The error that comes back from the "
    "layer above is the other factor."
)

_BRACKETS = (
    "In a hidden delta something is subtracted after the product, and not within a factor of the "
    "slope. Are there brackets missing?"
)

_LAST_D = (
    "Each hidden delta is computed from the same delta. It should come from that of the "
    "layer just above it."
)

_TRANSPOSED = "The gradient is transposed. It must have the shape of the weights that it changes."

_CARRY = (
    "The weights are not transposed when a delta is carried back. It goes through them the "
    "other way than the activations did."
)

_ERROR = "The error at the output is {}. Derive the loss by the prediction once more."

_UPDATED = (
    "The weights are changed before the deltas below them are computed. First all deltas "
    "with the old weights, then the updates."
)

_LINEAR = "The forward pass leaves out the activation in {}. `predict` shows what each layer does."

ROWS: tuple[Mistake, ...] = (
    *_slopes(),
    _row("wrong_order_of_deltas", _ORDER, order=lambda D: D[::-1]),
    _row(
        "wrong_order_of_deltas",
        "Each new delta goes to the front of the list, and the list is turned round afterwards as "
        "well. Where in it is that of the layer above?",
        order=lambda D: D[::-1],
        delta_from=lambda layer, n: n - 1,
    ),
    _row("transposed_gradient", _TRANSPOSED, gradient=lambda A, D: D.T @ A),
    _row("transposed_gradient", _TRANSPOSED, gradient=lambda A, D: A @ D),
    _row("transposed_gradient", _TRANSPOSED, gradient=lambda A, D: A @ D.T),
    _row("transposed_gradient", _TRANSPOSED, gradient=lambda A, D: D @ A),
    _row(
        "elementwise_gradient",
        "Activations and deltas are multiplied value by value. The "
        "gradient adds up over all samples, as a matrix product does.",
        gradient=lambda A, D: A * D,
    ),
    _row("weights_not_transposed", _CARRY, carry=lambda D, W: D @ W),
    _row("weights_not_transposed", _CARRY, carry=lambda D, W: W @ D),
    _row("weights_not_transposed", _CARRY, carry=lambda D, W: W @ D.T),
    _row(
        "delta_not_carried",
        "The weights are missing where a delta goes back to the layer below. "
        "Through what do its units act on the next layer?",
        carry=lambda D, W: D,
    ),
    _row(
        "delta_not_carried",
        "A delta is multiplied with the weights value by value. It goes back "
        "through them by a matrix product.",
        carry=lambda D, W: D * W,
    ),
    _row(
        "slope_by_matrix_product",
        "The slope of the sigmoid enters a hidden delta by a matrix product. Each value has its "
        "own slope: multiply value by value.",
        combine=lambda back, curve: back @ curve,
    ),
    _row(
        "slope_added",
        "The slope of the sigmoid is added in a hidden delta. The chain rule multiplies.",
        combine=lambda back, curve: back + curve,
    ),
    _row(
        "slope_of_wrong_quantity",
        "The slope of the sigmoid is taken of a delta. It is the slope where the activations of "
        "the layer are.",
        combine=lambda back, curve: back * sigmoid(back) * (1 - sigmoid(back)),
    ),
    _row("delta_not_carried", _SLOPE_ONLY, combine=lambda back, curve: curve),
    _row(
        "brackets_missing",
        _BRACKETS,
        hidden=lambda a, z: a,
        combine=lambda back, a: back * a - a,
    ),
    _row(
        "brackets_missing",
        _BRACKETS,
        hidden=lambda a, z: a,
        combine=lambda back, a: back * a - a / 2,
    ),
    _row("layers_off_by_one", _OFF, weight=0),
    _row("layers_off_by_one", _OFF, weight=2),
    _row("layers_off_by_one", _OFF, weight=-1),
    _row("layers_off_by_one", _OFF_A, activation_of=1),
    _row("layers_off_by_one", _OFF_A, activation_of=None),
    _row("layers_off_by_one", _OFF_A, activation_of=-1),
    _row("layers_off_by_one", _OFF_S, slope_of=1),
    _row("layers_off_by_one", _OFF_S, slope_of=-1),
    _row("last_delta_only", _LAST_D, delta_from=lambda layer, n: n - 1),
    _row("last_delta_only", _LAST_D, delta_from=lambda layer, n: n - 1, weight=None),
    _row("updated_too_early", _UPDATED, updated=True),
    _row("error_of_output", _ERROR.format("squared"), error=lambda a, y: (a - y) ** 2),
    _row("error_of_output", _ERROR.format("an absolute value"), error=lambda a, y: abs(a - y)),
    _row(
        "error_of_output", _ERROR.format("a sum instead of a difference"), error=lambda a, y: a + y
    ),
    _row("error_of_output", _ERROR.format("the prediction alone"), error=lambda a, y: a),
    _row("error_of_output", _ERROR.format("the target alone"), error=lambda a, y: y + 0 * a),
    _row("error_of_output", _ERROR.format("the target alone"), error=lambda a, y: 0 * a - y),
    _row("error_of_output", _ERROR.format("only its sign"), error=lambda a, y: np.sign(a - y)),
    _row("error_of_output", _ERROR.format("rounded"), error=lambda a, y: np.round(a) - y),
    _row("sigmoid_missing", _LINEAR.format("every layer"), activation=identity),
    _row("sigmoid_missing", _LINEAR.format("the last layer"), last_activation=identity),
    _row(
        "sigmoid_missing",
        _LINEAR.format("the hidden layers"),
        activation=identity,
        last_activation=sigmoid,
    ),
    _row(
        "sigmoid_twice",
        "The forward pass applies the activation twice in each layer.",
        activation=lambda z: sigmoid(sigmoid(z)),
    ),
    _row(
        "always_from_inputs",
        "In the forward pass each layer gets X again. It should get what the layer before gave.",
        always_from_inputs=True,
    ),
    *WHOLE,
)


def options_of_rows() -> list[tuple[Mistake, dict[str, Any]]]:
    """Return the mistakes in places of :func:`oracle.steps`, for networks of other outputs."""
    return [(row, row.gives.options) for row in ROWS if isinstance(row.gives, Place)]
