import dataclasses

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.layers import Dense
from chainrule.losses import LOSSES
from chainrule.optimizers import SGD

NET = Architecture(3, (Dense(2, "sigmoid"), Dense(4, use_bias=False), Dense(1)))


def test_sizes():
    assert NET.inputs == 3
    assert NET.outputs == 1
    assert NET.n_parameters == (3 * 2 + 2) + 2 * 4 + (4 * 1 + 1)


def test_where_the_numbers_lie():
    theta = np.arange(NET.n_parameters, dtype=float)
    (W1, b1), (W2, b2), (W3, b3) = NET.views(theta)
    np.testing.assert_array_equal(W1, [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(b1, [6, 7])
    np.testing.assert_array_equal(W2, [[8, 9, 10, 11], [12, 13, 14, 15]])
    assert b2 is None
    np.testing.assert_array_equal(W3, [[16], [17], [18], [19]])
    np.testing.assert_array_equal(b3, [20])


def test_places_follow_each_other_without_gaps():
    start = 0
    for place in NET.parameters:
        assert place.start == start
        assert place.bias == start + place.inputs * place.units
        start = place.stop
    assert start == NET.n_parameters


def test_views_share_memory_both_ways():
    theta = np.zeros(NET.n_parameters, dtype=np.float32)
    (W1, b1), (W2, _), _ = NET.views(theta)
    W1[1, 0] = 5
    b1[1] = 6
    theta[8] = 7
    assert theta[2] == 5
    assert theta[7] == 6
    assert W2[0, 0] == 7


@pytest.mark.parametrize("inputs", [0, -3])
def test_inputs_are_at_least_one(inputs):
    with pytest.raises(ValueError, match=f"^inputs is {inputs}: a network has at least 1$"):
        Architecture(inputs, (Dense(1),))


def test_there_is_a_layer():
    with pytest.raises(ValueError, match=r"^layers is empty: a network has at least one layer$"):
        Architecture(1, ())


def test_descriptions_are_values():
    assert Architecture(2, (Dense(1),)) == Architecture(2, (Dense(1),))
    assert Program(NET, optimizer=SGD(0.5)) == Program(NET, optimizer=SGD(0.5))
    assert Program(NET, optimizer=SGD(0.5)) != Program(NET, optimizer=SGD(0.25))
    with pytest.raises(dataclasses.FrozenInstanceError):
        NET.inputs = 4
    with pytest.raises(dataclasses.FrozenInstanceError):
        Program(NET).loss = "other"


def test_program_defaults():
    program = Program(NET)
    assert program.loss == "sum_of_squared_errors"
    assert program.optimizer == SGD(0.01)


@pytest.mark.parametrize("loss", list(LOSSES))
def test_every_loss_is_possible(loss):
    assert Program(NET, loss).loss == loss


def test_an_unknown_loss_names_what_is_possible():
    with pytest.raises(ValueError, match=r"^unknown loss 'hinge'.*Possible: .*squared_errors"):
        Program(NET, "hinge")


@dataclasses.dataclass(frozen=True)
class TwoSlots(SGD):
    slots = ("first", "second")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("optimizer", "n_slots"), [(SGD(), 0), (TwoSlots(), 2)])
def test_a_fresh_state_is_zeros(optimizer, n_slots, dtype):
    state = TrainingState.fresh(Program(NET, optimizer=optimizer), dtype)
    assert state.step == 0
    assert state.slots.dtype == dtype
    np.testing.assert_array_equal(state.slots, np.zeros((n_slots, NET.n_parameters)))
