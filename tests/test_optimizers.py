import math

import numpy as np
import pytest

from chainrule.optimizers import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    Nadam,
    RMSprop,
)

NAMES = list(OPTIMIZERS)
DTYPES = [np.float32, np.float64]


# Keras 3's formulas for one number w, plain Python: w and the state s after step t, from 1.
def keras_sgd(o, s, w, g, _t, lr):
    if o.momentum == 0:
        return w - g * lr
    s["m"] = s.get("m", 0.0) * o.momentum - g * lr
    return w + s["m"] * o.momentum - g * lr if o.nesterov else w + s["m"]


def keras_rmsprop(o, s, w, g, _t, lr):
    s["v"] = o.rho * s.get("v", 0.0) + (1 - o.rho) * g**2
    denominator = s["v"] + o.epsilon
    if o.centered:
        s["average"] = o.rho * s.get("average", 0.0) + (1 - o.rho) * g
        denominator = s["v"] - s["average"] ** 2 + o.epsilon
    increment = lr * g / math.sqrt(denominator)
    if o.momentum > 0:
        s["m"] = o.momentum * s.get("m", 0.0) + increment
        return w - s["m"]
    return w - increment


def keras_adam(o, s, w, g, t, lr):
    alpha = lr * math.sqrt(1 - o.beta_2**t) / (1 - o.beta_1**t)
    m, v = s.get("m", 0.0), s.get("v", 0.0)
    s["m"] = m + (g - m) * (1 - o.beta_1)
    s["v"] = v + (g**2 - v) * (1 - o.beta_2)
    v = s["v"]
    if o.amsgrad:
        s["v_hat"] = v = max(s.get("v_hat", 0.0), v)
    return w - s["m"] * alpha / (math.sqrt(v) + o.epsilon)


def keras_adamax(o, s, w, g, t, lr):
    m = s.get("m", 0.0)
    s["m"] = m + (g - m) * (1 - o.beta_1)
    s["u"] = max(o.beta_2 * s.get("u", 0.0), abs(g))
    return w - (lr * s["m"]) / ((1 - o.beta_1**t) * (s["u"] + o.epsilon))


def keras_nadam(o, s, w, g, t, lr):
    u_t = o.beta_1 * (1 - 0.5 * 0.96**t)
    u_t_1 = o.beta_1 * (1 - 0.5 * 0.96 ** (t + 1))
    s["product"] = s.get("product", 1.0) * u_t
    m, v = s.get("m", 0.0), s.get("v", 0.0)
    s["m"] = m + (g - m) * (1 - o.beta_1)
    s["v"] = v + (g**2 - v) * (1 - o.beta_2)
    m_hat = u_t_1 * s["m"] / (1 - s["product"] * u_t_1) + (1 - u_t) * g / (1 - s["product"])
    v_hat = s["v"] / (1 - o.beta_2**t)
    return w - m_hat * lr / (math.sqrt(v_hat) + o.epsilon)


def keras_adagrad(o, s, w, g, _t, lr):
    s["sum"] = s.get("sum", o.initial_accumulator) + g**2
    return w - lr * g / math.sqrt(s["sum"] + o.epsilon)


def keras_adadelta(o, s, w, g, _t, lr):
    def rms(x):
        return math.sqrt(x + o.epsilon)

    s["g"] = o.rho * s.get("g", 0.0) + (1 - o.rho) * g**2
    delta = -rms(s.get("d", 0.0)) * g / rms(s["g"])
    s["d"] = o.rho * s.get("d", 0.0) + (1 - o.rho) * delta**2
    return w + lr * delta


def keras_lion(o, s, w, g, _t, lr):
    m = s.get("m", 0.0)
    direction = m * o.beta_1 + g * (1 - o.beta_1)
    s["m"] = m * o.beta_2 + g * (1 - o.beta_2)
    return w - lr * ((direction > 0) - (direction < 0))


KERAS = {
    "sgd": keras_sgd,
    "rmsprop": keras_rmsprop,
    "adam": keras_adam,
    "adamw": keras_adam,
    "adamax": keras_adamax,
    "nadam": keras_nadam,
    "adagrad": keras_adagrad,
    "adadelta": keras_adadelta,
    "lion": keras_lion,
}

# Every class with its defaults, and with each of its settings in use.
CASES = [
    *(OPTIMIZERS[name](0.05) for name in OPTIMIZERS),
    SGD(0.05, momentum=0.9),
    SGD(0.05, momentum=0.8, nesterov=True),
    SGD(0.05, nesterov=True),
    SGD(0.05, weight_decay=0.1),
    SGD(lambda step: 0.1 / (step + 1), momentum=0.9),
    RMSprop(0.05, rho=0.7, epsilon=1e-3),
    RMSprop(0.05, momentum=0.9),
    RMSprop(0.05, centered=True),
    RMSprop(0.05, momentum=0.5, centered=True),
    RMSprop(0.05, momentum=0.5, centered=True, ema_momentum=0.5),
    Adam(0.05, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
    Adam(0.05, beta_2=0.5, amsgrad=True),
    AdamW(0.05, weight_decay=0.3, amsgrad=True),
    Adam(lambda step: 0.1 * 0.5**step, weight_decay=0.01),
    Adamax(0.05, beta_1=0.8, beta_2=0.6, epsilon=1e-3),
    Nadam(0.05, beta_1=0.7, beta_2=0.9, epsilon=1e-3),
    Adagrad(0.05, initial_accumulator=0.0, epsilon=1e-3),
    Adadelta(1.0, rho=0.5, epsilon=1e-2),
    Lion(0.05, beta_1=0.5, beta_2=0.7, weight_decay=0.1),
    *(OPTIMIZERS[name](0.05, clip_value=0.3) for name in OPTIMIZERS),
    *(OPTIMIZERS[name](0.05, clip_norm=0.8) for name in OPTIMIZERS),
    *(OPTIMIZERS[name](0.05, global_clip_norm=0.8) for name in OPTIMIZERS),
    *(OPTIMIZERS[name](0.05, weight_decay=0.2, ema_momentum=0.6) for name in OPTIMIZERS),
]
BLOCKS = (slice(0, 4), slice(4, 5), slice(5, 9))


def slots_for(optimizer, theta):
    slots = np.empty((len(optimizer.slots), len(theta)), dtype=theta.dtype)
    slots[:] = np.reshape(optimizer.initial_slots(), (-1, 1))
    return slots


def clipped_as_keras(o, gradient):
    """Clip a list of lists, one for each parameter array."""
    if o.clip_value is not None:
        return [[min(max(g, -o.clip_value), o.clip_value) for g in block] for block in gradient]
    norms = [math.hypot(*block) for block in gradient]
    if o.clip_norm is not None:
        c = o.clip_norm
        return [[g * c / max(n, c) for g in b] for b, n in zip(gradient, norms, strict=True)]
    if o.global_clip_norm is not None:
        c, norm = o.global_clip_norm, math.hypot(*norms)
        return [[g * c * min(1 / norm, 1 / c) for g in block] for block in gradient]
    return gradient


def trained_as_keras(o, theta, gradients):
    """Return the parameters and their averages after all steps."""
    weights = theta.tolist()
    states = [{} for _ in weights]
    averages = [0.0] * len(weights)
    for t, gradient in enumerate(gradients.tolist(), start=1):
        lr = o.learning_rate(t - 1) if callable(o.learning_rate) else o.learning_rate
        clipped = clipped_as_keras(o, [gradient[block] for block in BLOCKS])
        g = [gi for block in clipped for gi in block]
        for i, state in enumerate(states):
            w = weights[i] - weights[i] * o.weight_decay * lr
            weights[i] = KERAS[o.name](o, state, w, g[i], t, lr)
            momentum = (t != 1) * (o.ema_momentum or 0.0)
            averages[i] = momentum * averages[i] + (1 - momentum) * weights[i]
    return weights, averages


def test_every_row_is_tested():
    assert set(KERAS) == set(OPTIMIZERS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", CASES, ids=lambda o: o.name)
def test_steps_are_those_of_keras(optimizer, dtype, rng):
    theta = rng.normal(size=9).astype(dtype)
    gradients = rng.normal(size=(5, 9)).astype(dtype)
    gradients[2] *= 20
    weights, averages = trained_as_keras(optimizer, theta, gradients)
    slots = slots_for(optimizer, theta)
    for t, gradient in enumerate(gradients, start=1):
        before = gradient.copy()
        optimizer.step(theta, gradient, slots, t, BLOCKS)
        np.testing.assert_array_equal(gradient, before)
    close = {"rtol": 1e-12} if dtype is np.float64 else {"rtol": 2e-5, "atol": 1e-6}
    assert theta.dtype == slots.dtype == dtype
    np.testing.assert_allclose(theta, weights, **close)
    if optimizer.ema_momentum is not None:
        assert optimizer.slots[-1] == "ema"
        np.testing.assert_allclose(slots[-1], averages, **close)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_knows_its_name_and_its_slots(name):
    row = OPTIMIZERS[name]
    assert row.name == name
    for optimizer in (row(), row(ema_momentum=0.9)):
        own = optimizer.own_slots
        assert isinstance(own, tuple)
        assert all(isinstance(slot, str) for slot in own)
        assert optimizer.slots == own + (("ema",) if optimizer.ema_momentum else ())
        assert len(optimizer.initial_slots()) == len(optimizer.slots)


def test_slots_are_there_only_where_needed():
    assert SGD().slots == ()
    assert SGD(momentum=0.9).slots == ("velocity",)
    assert RMSprop().slots == ("velocity",)
    assert RMSprop(centered=True, momentum=0.1).slots == (
        *("velocity", "average_gradient"),
        "momentum",
    )
    assert Adam().slots == ("momentum", "velocity")
    assert Adam(amsgrad=True).slots == ("momentum", "velocity", "velocity_hat")
    assert Adagrad(ema_momentum=0.5).initial_slots() == (0.1, 0.0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_a_step_works_in_place_and_only_reads_the_gradient(name, dtype):
    optimizer = OPTIMIZERS[name](learning_rate=0.1)
    theta = np.array([1.0, -2.0, 3.0], dtype=dtype)
    same, before = theta, theta.copy()
    gradient = np.array([0.5, -0.5, 0.0], dtype=dtype)
    gradient.flags.writeable = False
    optimizer.step(theta, gradient, slots_for(optimizer, theta), t=1)
    assert theta is same
    assert theta.dtype == dtype
    assert theta[0] < before[0]
    assert theta[1] > before[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_optimizer_finds_the_bottom_of_a_bowl(name):
    optimizer = OPTIMIZERS[name](learning_rate=10.0 if name == "adadelta" else 0.05)
    bottom = np.array([3.0, -1.0, 0.5])
    theta = np.zeros(3)
    slots = slots_for(optimizer, theta)
    start = np.sum((theta - bottom) ** 2)
    steps = 4000 if name == "adagrad" else 500
    for t in range(1, steps + 1):
        optimizer.step(theta, 2 * (theta - bottom), slots, t)
    assert np.sum((theta - bottom) ** 2) < 2e-2 * start


@pytest.mark.parametrize("name", NAMES)
def test_what_is_in_no_block_stays(name, rng):
    optimizer = OPTIMIZERS[name](0.1, weight_decay=0.1, ema_momentum=0.9)
    theta, gradient = rng.normal(size=(2, 9))
    slots = slots_for(optimizer, theta)
    before, slots_before = theta.copy(), slots.copy()
    optimizer.step(theta, gradient, slots, 1, [slice(0, 4), slice(5, 9)])
    assert theta[4] == before[4]
    assert (np.delete(theta, 4) != np.delete(before, 4)).all()
    np.testing.assert_array_equal(slots[:, 4], slots_before[:, 4])
    before = theta.copy()
    optimizer.step(theta, gradient, slots, 2, ())
    np.testing.assert_array_equal(theta, before)


@pytest.mark.parametrize("name", NAMES)
def test_without_blocks_everything_is_one(name, rng):
    optimizer = OPTIMIZERS[name](0.1, clip_norm=0.5, weight_decay=0.1)
    start, gradient = rng.normal(size=(2, 9))
    found, expected = start.copy(), start.copy()
    optimizer.step(found, gradient, slots_for(optimizer, start), 1)
    optimizer.step(expected, gradient, slots_for(optimizer, start), 1, (slice(0, 9),))
    np.testing.assert_array_equal(found, expected)


def test_clipping_by_hand():
    gradient = np.array([3.0, 4.0, 0.0, 12.0])
    blocks = [slice(0, 2), slice(2, 4)]
    expected = {
        "clip_value": (3.5, [3, 3.5, 0, 3.5]),
        "clip_norm": (10.0, [3, 4, 0, 10]),
        "global_clip_norm": (6.5, [1.5, 2, 0, 6]),
    }
    for clip, (limit, clipped) in expected.items():
        theta = np.zeros(4)
        SGD(1.0, **{clip: limit}).step(theta, gradient, np.empty((0, 4)), 1, blocks)
        np.testing.assert_allclose(theta, np.negative(clipped), rtol=1e-15)


@pytest.mark.parametrize("clip", ["clip_value", "clip_norm", "global_clip_norm"])
def test_a_gradient_without_length_is_clipped_to_itself(clip):
    theta = np.ones(3)
    SGD(1.0, **{clip: 1e-3}).step(theta, np.zeros(3), np.empty((0, 3)), 1)
    np.testing.assert_array_equal(theta, 1)


def test_nadam_knows_its_product_of_momenta_at_any_step():
    """The step is a function of t and the slots alone: a long run is not replayed."""
    for beta_1 in (0.0, 0.9, 0.9999):
        product = 1.0
        optimizer = Nadam(1.0, beta_1, 0.5)
        for t in range(1, 3001):
            u = beta_1 * (1 - 0.5 * 0.96**t)
            product *= u
            if t in (1, 2, 999, 1000, 1001, 3000):
                ahead = beta_1 * (1 - 0.5 * 0.96 ** (t + 1))
                theta, slots = np.zeros(1), np.zeros((2, 1))
                optimizer.step(theta, np.ones(1), slots, t)
                m_hat = ahead * (1 - beta_1) / (1 - product * ahead) + (1 - u) / (1 - product)
                expected = -m_hat / (math.sqrt(0.5 / (1 - 0.5**t)) + 1e-7)
                np.testing.assert_allclose(theta, expected, rtol=1e-11)


def test_a_variance_is_never_negative(rng):
    optimizer = RMSprop(1e-3, centered=True)
    theta = np.zeros(200, dtype=np.float32)
    gradient = rng.uniform(1e2, 1e4, 200).astype(np.float32)
    slots = slots_for(optimizer, theta)
    for t in range(1, 400):  # of a constant gradient it is 0, and by rounding less
        optimizer.step(theta, gradient, slots, t)
        assert np.isfinite(theta).all()


def test_sgd_without_momentum_has_no_memory():
    once, again = np.array([1.0]), np.array([1.0])
    SGD(0.1).step(once, np.array([2.0]), np.empty((0, 1)), t=1)
    SGD(0.1).step(again, np.array([2.0]), np.empty((0, 1)), t=1000)
    assert once == again == 0.8


def test_a_schedule_is_called_with_the_steps_made_before():
    asked = []

    def schedule(step):
        asked.append(step)
        return np.float32(0.5)

    optimizer = SGD(schedule)
    theta = np.ones(1)
    optimizer.step(theta, np.ones(1), np.empty((0, 1)), t=1)
    optimizer.step(theta, np.ones(1), np.empty((0, 1)), t=2)
    assert asked == [0, 1]
    assert type(optimizer.rate(3)) is float
    assert theta == 0
