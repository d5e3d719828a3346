import math

import numpy as np
import pytest

from chainrule.keras import objects, optimizers
from chainrule.keras.optimizers import SGD, Adam, Nadam, Optimizer, RMSprop
from chainrule.keras.variables import Variable

ALL = [getattr(optimizers, name) for name in optimizers.__all__ if name[0].isupper()]
ALL.remove(Optimizer)


@pytest.fixture(autouse=True)
def _names_from_the_start():
    objects.forget_names()
    yield
    objects.forget_names()


def weights(dtype="float32"):
    kernel = Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "kernel", dtype=dtype, path="d/kernel")
    return [kernel, Variable([0.5, 0.5, 0.5], "bias", dtype=dtype, path="d/bias")]


# ---------------------------------------------------------------------------- variables


@pytest.mark.parametrize(
    ("made", "slots"),
    [
        (SGD(name="o"), []),
        (SGD(momentum=0.9, name="o"), ["kernel_momentum", "bias_momentum"]),
        (
            SGD(momentum=0.9, use_ema=True, name="o"),
            ["kernel_average", "bias_average", "kernel_momentum", "bias_momentum"],
        ),
        (
            RMSprop(momentum=0.5, centered=True, name="o"),
            [
                *("kernel_velocity", "bias_velocity", "kernel_momentum", "bias_momentum"),
                *("kernel_average_gradient", "bias_average_gradient"),
            ],
        ),
        (
            Adam(amsgrad=True, name="o"),
            [
                *("kernel_momentum", "kernel_velocity", "bias_momentum", "bias_velocity"),
                *("kernel_velocity_hat", "bias_velocity_hat"),
            ],
        ),
        (
            optimizers.Adadelta(name="o"),
            [
                *("kernel_accumulated_grad", "kernel_accumulated_delta_var"),
                *("bias_accumulated_grad", "bias_accumulated_delta_var"),
            ],
        ),
        (
            optimizers.Adamax(name="o"),
            ["kernel_momentum", "kernel_norm", "bias_momentum", "bias_norm"],
        ),
        (optimizers.Adagrad(name="o"), ["kernel_accumulator", "bias_accumulator"]),
        (optimizers.Lion(name="o"), ["kernel_momentum", "bias_momentum"]),
    ],
)
def test_variables_stand_in_keras_order_with_its_paths(made, slots):
    made.build(weights())
    paths = ["o/iteration", "o/learning_rate", *(f"o/d_{slot}" for slot in slots)]
    assert [variable.path for variable in made.variables] == paths
    assert not any(variable.trainable for variable in made.variables)


def test_slot_variables_are_views_of_the_state():
    made, (kernel, bias) = Adam(), weights()
    made.build([(kernel, slice(2, 8)), (bias, slice(8, 11))], 12, np.float32)
    assert made.state.slots.shape == (2, 12)
    made.state.slots[...] = np.arange(24).reshape(2, 12)
    momentum, velocity = made.variables[2:4]
    np.testing.assert_array_equal(momentum.numpy(), [[2, 3, 4], [5, 6, 7]])
    np.testing.assert_array_equal(velocity.numpy(), [[14, 15, 16], [17, 18, 19]])
    made.variables[5].assign([-1, -2, -3])
    np.testing.assert_array_equal(made.state.slots[1, 8:11], [-1, -2, -3])


def test_iterations_are_the_step_of_the_state():
    made = SGD()
    assert made.iterations.dtype == "int64"
    made.state.step = 7
    assert int(made.iterations) == 7
    made.iterations.assign(9)
    assert made.state.step == 9
    made.iterations.assign_add(1)
    assert made.state.step == 10


def test_adagrads_slots_begin_with_its_setting():
    made = optimizers.Adagrad(initial_accumulator_value=0.25)
    made.build(weights())
    np.testing.assert_array_equal(made.state.slots, np.full((1, 9), 0.25, np.float32))


def test_nadam_has_the_product_of_its_momenta():
    made, w = Nadam(0.1, beta_1=0.8), Variable([1.0], "w")
    for _ in range(3):
        made.apply([[1.0]], [w])
    expected = math.prod(0.8 * (1 - 0.5 * 0.96**t) for t in (1, 2, 3))
    assert made.variables[-1].name == "variable"
    assert made.variables[-1].numpy() == pytest.approx(expected)
    made.variables[-1].assign(0.0)
    assert float(made.variables[-1]) == pytest.approx(expected)


def test_building_again_keeps_the_numbers_in_new_places():
    made, (kernel, bias) = SGD(momentum=0.9), weights()
    made.build([kernel, bias])
    made.state.slots[0] = np.arange(9)
    first = made.state.slots
    made.build([kernel, bias])
    assert made.state.slots is first
    made.build([(kernel, slice(4, 10)), (bias, slice(0, 3))], 10)
    np.testing.assert_array_equal(made.state.slots[0], [6, 7, 8, 0, 0, 1, 2, 3, 4, 5])
    with pytest.raises(ValueError, match="other is no weight that sgd was built for"):
        made.build([Variable([1.0], "other")])


def test_set_weights_restores_all():
    one, other = Adam(0.1, name="one"), Adam(0.1, name="two")
    w, copy = weights(), weights()
    gradients = [np.ones((2, 3)), np.arange(3.0)]
    one.apply(gradients, w)
    other.build(copy)
    other.set_weights([variable.numpy() for variable in one.variables])
    for variable, new in zip(copy, w, strict=True):
        variable.assign(new.numpy())
    one.apply(gradients, w)
    other.apply(gradients, copy)
    for a, b in zip(w, copy, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    with pytest.raises(ValueError, match="weights has 1 arrays; possible: 6, one for each of two"):
        other.set_weights([1.0])


# -------------------------------------------------------------------------------- steps


@pytest.mark.parametrize("cls", ALL)
@pytest.mark.parametrize("settings", [{}, {"weight_decay": 0.1, "clipnorm": 0.5, "use_ema": True}])
def test_apply_makes_the_rules_steps(cls, settings):
    made = cls(learning_rate=0.125, **settings)
    variables = weights("float64")
    theta = np.concatenate([v.numpy().ravel() for v in variables])
    rule = made.describe()
    slots = np.ones((len(rule.slots), 9)) * np.array(rule.initial_slots()).reshape(-1, 1)
    rng = np.random.default_rng(0)
    for t in (1, 2, 3):
        g = rng.normal(size=9)
        made.apply([g[:6].reshape(2, 3), g[6:]], variables)
        rule.step(theta, g, slots, t, [slice(0, 6), slice(6, 9)])
    moved = np.concatenate([v.numpy().ravel() for v in variables])
    np.testing.assert_allclose(moved, theta, rtol=1e-14)
    assert int(made.iterations) == 3


def test_adams_first_step_by_hand():
    made, w = Adam(0.5, epsilon=1e-3), Variable([1.0, 1.0])
    made.apply([[4.0, -0.5]], [w])
    # m = 0.1 g, v = 0.001 g^2, and alpha = rate sqrt(0.001) / 0.1
    g = np.array([4.0, -0.5])
    expected = 1 - 0.5 * math.sqrt(0.001) * g / (math.sqrt(0.001) * np.abs(g) + 1e-3)
    np.testing.assert_allclose(w.numpy(), expected, rtol=1e-6)


def test_apply_gradients_takes_pairs_and_returns_the_iterations():
    made, (kernel, bias) = SGD(0.5), weights()
    steps = made.apply_gradients(zip([np.ones((2, 3)), np.ones(3)], [kernel, bias], strict=True))
    assert steps is made.iterations
    np.testing.assert_array_equal(bias.numpy(), 0.0)
    made.apply([np.ones((2, 3)), -np.ones(3)])  # the variables are known by now
    np.testing.assert_array_equal(bias.numpy(), 0.5)


def test_a_missing_gradient_leaves_its_variable_and_warns():
    made, (kernel, bias) = SGD(0.5, momentum=0.9), weights()
    before = kernel.numpy()
    with pytest.warns(UserWarning, match="None for d/kernel"):
        made.apply([None, np.ones(3)], [kernel, bias])
    np.testing.assert_array_equal(kernel.numpy(), before)
    np.testing.assert_array_equal(bias.numpy(), 0.0)


def test_wrong_gradients_are_told():
    made, (kernel, bias) = SGD(), weights()
    with pytest.raises(ValueError, match="trainable_variables is None"):
        made.apply([np.ones(3)])
    with pytest.raises(ValueError, match="grads has 1 arrays and trainable_variables 2"):
        made.apply([np.ones(3)], [kernel, bias])
    with pytest.raises(ValueError, match="no gradient at all"):
        made.apply([None, None], [kernel, bias])
    with pytest.raises(ValueError, match=r"shape \(2,\) for d/bias; possible: \(3,\)"):
        made.apply([np.ones((2, 3)), np.ones(2)], [kernel, bias])
    with pytest.raises(ValueError, match="other is no weight that sgd was built for"):
        made.apply([[1.0]], [Variable([1.0], "other")])


def test_a_constraint_of_a_variable_holds_after_the_step():
    w = Variable([1.0, -1.0], "w")
    w.constraint = lambda value: np.maximum(value, 0)
    SGD(0.5).apply([[4.0, -4.0]], [w])
    np.testing.assert_array_equal(w.numpy(), [0.0, 1.0])


def test_the_moving_average_takes_the_place_of_the_weights():
    made, w = SGD(1.0, use_ema=True, ema_momentum=0.75), Variable([4.0], "w")
    made.finalize_variable_values([w])  # before any step there is none
    assert w.numpy() == [4.0]
    for _ in range(3):  # w is 3, 2, 1; the average 3, 2.75, 2.3125
        made.apply([[1.0]], [w])
    assert w.numpy() == [1.0]
    made.finalize_variable_values([w])
    assert w.numpy() == [2.3125]


def test_the_moving_average_takes_it_again_and_again():
    made = SGD(1.0, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=2)
    w = Variable([4.0], "w")
    seen = []
    for _ in range(4):  # the average: 3, 2.75 -> w; then 0.75 * 2.75 + 0.25 * 1.75 = 2.5, ...
        made.apply([[1.0]], [w])
        seen.append(float(w.numpy()[0]))
    assert seen == [3.0, 2.75, 1.75, 0.75 * 2.5 + 0.25 * 0.75]


def test_without_an_average_nothing_is_put_in_place():
    made, w = SGD(1.0), Variable([4.0], "w")
    made.apply([[1.0]], [w])
    made.finalize_variable_values([w])
    assert w.numpy() == [3.0]
