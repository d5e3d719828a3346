import dataclasses

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.initializers import INITIALIZERS
from chainrule.layers import BatchNormalization, Dense, Rescaling
from chainrule.losses import LOSSES
from chainrule.optimizers import SGD, Adagrad, Adam

NET = Architecture(3, (Dense(2, "sigmoid"), Dense(4, use_bias=False), Dense(1)))


def test_sizes():
    assert NET.inputs == 3
    assert NET.outputs == 1
    assert NET.n_parameters == (3 * 2 + 2) + 2 * 4 + (4 * 1 + 1)


def test_where_the_numbers_lie():
    theta = np.arange(NET.n_parameters, dtype=float)
    first, second, third = NET.views(theta)
    W1, b1, W2, W3, b3 = first["W"], first["b"], second["W"], third["W"], third["b"]
    np.testing.assert_array_equal(W1, [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(b1, [6, 7])
    np.testing.assert_array_equal(W2, [[8, 9, 10, 11], [12, 13, 14, 15]])
    assert list(second) == ["W"]
    np.testing.assert_array_equal(W3, [[16], [17], [18], [19]])
    np.testing.assert_array_equal(b3, [20])


def test_places_follow_each_other_without_gaps():
    start = 0
    for place in (place for own in NET.places for place in own):
        assert place.start == start
        assert place.stop == start + place.parameter.size
        start = place.stop
    assert start == NET.n_parameters


def test_views_share_memory_both_ways():
    theta = np.zeros(NET.n_parameters, dtype=np.float32)
    first, second, _ = NET.views(theta)
    W1, b1, W2 = first["W"], first["b"], second["W"]
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
    with pytest.raises(ValueError, match=r"^unknown loss 'hing'.*Possible: .*squared_errors"):
        Program(NET, "hing")


def test_parameters_of_a_loss_are_as_many_as_it_has():
    assert Program(NET, "huber", loss_parameters=(2.0,)).loss_parameters == (2.0,)
    with pytest.raises(ValueError, match=r"^loss_parameters has 2 numbers; possible: 1 for 'hube"):
        Program(NET, "huber", loss_parameters=(2.0, 3.0))


def test_the_reduction_of_a_program_is_that_of_the_loss_or_its_own():
    for own in (None, "sum", "mean"):
        program = Program(NET, "huber", reduction=own)
        assert program.loss_row.reduction == (own or "mean")
        assert program.loss_row.per_sample is LOSSES["huber"].per_sample
    with pytest.raises(ValueError, match=r"^reduction is 'none'; possible: 'sum', 'mean', or None"):
        Program(NET, "huber", reduction="none")


def test_targets_of_sparse_losses_have_one_column():
    net = Architecture(3, (Dense(5, "softmax"),))
    assert Program(net, "sparse_categorical_crossentropy").targets == 1
    assert Program(net, "categorical_crossentropy").targets == 5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("optimizer", "starts"), [(SGD(), []), (Adam(), [0, 0]), (Adagrad(), [0.1])]
)
def test_a_fresh_state(optimizer, starts, dtype):
    state = TrainingState.fresh(Program(NET, optimizer=optimizer), dtype)
    assert (state.step, state.key) == (0, 0)
    assert state.slots.dtype == dtype
    expected = np.tile(np.reshape(starts, (-1, 1)), NET.n_parameters).astype(dtype)
    np.testing.assert_array_equal(state.slots, expected)


def test_frozen_layers_and_moving_averages_are_not_trainable():
    net = Architecture(2, (Dense(3, trainable=False), BatchNormalization(), Dense(1)))
    # 0-9 frozen, gamma 9-12, beta 12-15, moving averages 15-21, W 21-24, b 24
    assert net.trainable == (slice(9, 12), slice(12, 15), slice(21, 24), slice(24, 25))


def test_layers_must_fit():
    with pytest.raises(ValueError, match=r"^scale has 2 numbers; possible: 1 or 3$"):
        Architecture(3, (Rescaling((1.0, 2.0)), Dense(1)))


def test_parameters_are_drawn_in_order_each_with_its_initializer():
    net = Architecture(
        3,
        (
            Dense(4, "relu", kernel_initializer="he_normal", bias_initializer="uniform"),
            BatchNormalization(),
            Dense(2, kernel_initializer="orthogonal"),
        ),
    )
    theta = net.draw(np.random.default_rng(5))
    assert theta.dtype == np.float64
    assert theta.shape == (net.n_parameters,)
    rng = np.random.default_rng(5)
    first, normalization, last = net.views(theta)
    np.testing.assert_array_equal(first["W"], INITIALIZERS["he_normal"].draw(rng, (3, 4)))
    np.testing.assert_array_equal(first["b"], INITIALIZERS["uniform"].draw(rng, (4,)))
    for name, value in (("gamma", 1), ("beta", 0), ("moving_mean", 0), ("moving_variance", 1)):
        np.testing.assert_array_equal(normalization[name], np.full(4, value))
    np.testing.assert_array_equal(last["W"], INITIALIZERS["orthogonal"].draw(rng, (4, 2)))
    np.testing.assert_array_equal(last["b"], [0, 0])


def test_one_generator_draws_network_after_network():
    rng, again = np.random.default_rng(1), np.random.default_rng(1)
    first, second = NET.draw(rng), NET.draw(rng)
    np.testing.assert_array_equal(first, NET.draw(again))
    np.testing.assert_array_equal(second, NET.draw(again))
    assert (first != second).any()


def test_drawing_a_network_without_parameters():
    net = Architecture(3, (Rescaling(2.0),))
    assert net.draw(np.random.default_rng(0)).shape == (0,)


def test_drawing_needs_a_generator_and_known_initializers():
    with pytest.raises(TypeError, match=r"^rng is 5, a int; possible: a numpy.random.Generator"):
        NET.draw(5)
    net = Architecture(3, (Dense(1, kernel_initializer="he"),))
    with pytest.raises(ValueError, match=r"^unknown initializer 'he'.*Possible: .*he_normal"):
        net.draw(np.random.default_rng(0))
