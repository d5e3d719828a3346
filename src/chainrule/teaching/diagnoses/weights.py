"""What can go wrong in ``__init__``: shapes, drawing, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from chainrule.teaching.mistakes import (
    Mistake,
)
from chainrule.teaching.oracle import shapes

Shapes = list[tuple[int, ...]]


def _pairs(layers: Sequence[int], inputs: int, outputs: int, at_end: int) -> Shapes:
    """Return (in + inputs, out + outputs) of each pair, the last out + at_end."""
    found: Shapes = [(a + inputs, b + outputs) for a, b in pairwise(layers)]
    found[-1] = (found[-1][0], layers[-1] + at_end)
    return found


SHAPES: tuple[Mistake, ...] = (
    Mistake(
        "append_outside_loop",
        "Only the last matrix of the loop is kept. Is `append` indented far enough to be inside "
        "of it?",
        lambda layers: shapes(layers)[-2:] if len(layers) > 4 else [],
    ),
    Mistake(
        "no_bias",
        "The bias has no place in the weights: the matrices have one row and one "
        "column less than they need. Count the ones that are put in front.",
        lambda layers: _pairs(layers, 0, 0, 0),
    ),
    Mistake(
        "no_bias_unit",
        "The hidden layers have no extra unit for the bias: look at the number "
        "of columns of every matrix but the last.",
        lambda layers: _pairs(layers, 1, 0, 0),
    ),
    Mistake(
        "no_bias_row",
        "The matrices have too few rows: what comes into a layer has one entry more, for the bias.",
        lambda layers: _pairs(layers, 0, 1, 0),
    ),
    Mistake(
        "bias_at_output",
        "The last matrix has a column too many: the outputs need no bias unit.",
        lambda layers: _pairs(layers, 1, 1, 1),
    ),
    Mistake(
        "no_bias_row_last",
        "The last matrix has a row too few: the last hidden layer has an "
        "extra unit for the bias, too.",
        lambda layers: [*_pairs(layers, 1, 1, 0)[:-1], (layers[-2], layers[-1])],
    ),
    Mistake(
        "layers_off_by_one",
        "The last matrix has the rows of a layer further back. It is made after the loop: where "
        "does the variable of the loop stand then?",
        lambda layers: [*shapes(layers)[:-1], (layers[-3] + 1, layers[-1])],
    ),
    Mistake(
        "transposed_shapes",
        "The shapes of W are swapped: rows are for what comes in, columns for what goes out.",
        lambda layers: [s[::-1] for s in shapes(layers)],
    ),
    Mistake(
        "transposed_shapes",
        "The shapes of W are swapped: rows are for what comes in, columns for what goes out.",
        lambda layers: [s[::-1] for s in _pairs(layers, 0, 0, 0)],
    ),
    Mistake(
        "last_matrix_missing",
        "The last matrix of W is missing. There is one for each step from a layer to the next.",
        lambda layers: shapes(layers)[:-1],
    ),
    Mistake(
        "first_matrix_missing",
        "W begins one layer too late: the matrix that takes the inputs "
        "is missing. Where does the loop start?",
        lambda layers: shapes(layers)[1:],
    ),
    Mistake(
        "layers_off_by_one",
        "A matrix in the middle is missing: the loop ends one layer too "
        "early. Count which pairs of layers it must see.",
        lambda layers: [*shapes(layers)[:-2], shapes(layers)[-1]],
    ),
    Mistake(
        "layers_off_by_one",
        "There is one matrix too many: the loop makes the last one as "
        "well, which is made again after it. Look where the loop ends.",
        lambda layers: [*_pairs(layers, 1, 1, 1), shapes(layers)[-1]],
    ),
    Mistake(
        "layers_off_by_one",
        "There is one matrix too many: the loop makes the last one as "
        "well, which is made again after it. Look where the loop ends.",
        lambda layers: [*shapes(layers), shapes(layers)[-1]],
    ),
    Mistake(
        "wrong_widths",
        "The shapes in the loop do not change from layer to layer. Which "
        "widths does the loop variable point at?",
        lambda layers: [*[shapes(layers)[0]] * (len(layers) - 2), shapes(layers)[-1]],
    ),
    Mistake(
        "wrong_widths",
        "Both sides of a matrix have the width of the same layer. A matrix "
        "leads from one layer to the next.",
        lambda layers: [*[(n + 1, n + 1) for n in layers[:-2]], shapes(layers)[-1]],
    ),
    Mistake(
        "bias_twice",
        "The matrices of the hidden layers have a column too many: the bias is counted twice.",
        lambda layers: [*[(a, b + 1) for a, b in shapes(layers)[:-1]], shapes(layers)[-1]],
    ),
    Mistake(
        "bias_twice",
        "The matrices have a row too many: the bias is counted twice.",
        lambda layers: [(a + 1, b) for a, b in shapes(layers)],
    ),
)

COUNT = Mistake(
    "number_of_matrices",
    "W has {given} matrices for {layers} layers, where {expected} are "
    "expected: one for each step from a layer to the next.",
)

SHAPE = Mistake(
    "weight_shape",
    "W[{i}] has the shape {shape}, which does not fit. For the layers {layers}, "
    "count what comes in and what goes out there, with the bias.",
)

NUMBER = Mistake(
    "weights_are_numbers",
    "W[{i}] is a single number. Which function draws a whole matrix, and how is it told the shape?",
)

MISSING = Mistake(
    "attribute_missing",
    "The network keeps no `self.{name}`, which other methods need. Set it in `__init__`.",
)

NOT_MATRICES = Mistake(
    "weights_not_a_list",
    "`self.W` must be a list with one array for each step between layers; "
    "yours is of another kind.",
)

ETA = Mistake(
    "eta_not_kept",
    "`self.eta` is not the learning rate that was given. Is a fixed number in its place?",
)

LAYERS = Mistake(
    "layers_not_kept", "`self.layers` is not the list of layers that was given. Keep it as it came."
)

LAYERS_CHANGED = Mistake(
    "layers_changed",
    "The list of layers that is given comes out changed. "
    "Who calls you still needs it: work on a copy.",
)

HISTORY = Mistake("history_not_empty", "`self.loss_history` must be an empty list at the start.")

SHARED = Mistake(
    "weights_shared",
    "Two networks share `self.{name}`: a new one changes the other. "
    "Each must make its own, inside of `__init__`.",
)

ZEROS = Mistake(
    "constant_weights",
    "All values of W[{i}] are the same, so that all units would "
    "learn the same. Draw them at random.",
)

POSITIVE = Mistake(
    "uniform_weights",
    "All values of W[{i}] are positive. Drawn from the normal "
    "distribution, half of them would be negative: which function draws so?",
)

SAME = Mistake(
    "reseeded",
    "The matrices begin with the same numbers: the generator starts anew "
    "for each of them. It must start only once.",
)

NOT_SEEDED = Mistake(
    "seed_ignored",
    "Two networks with the same `rand_seed` have different "
    "weights. Is the seed used before they are drawn?",
)

ONE_SEED = Mistake(
    "seed_ignored",
    "Networks with different values of `rand_seed` have the same "
    "weights. Is a fixed number in its place?",
)

RETURNS = Mistake("init_returns", "`__init__` must not return a value; it sets attributes of self.")
