"""Chains of layers of every kind, drawn at random: the engines agree."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.activations import ACTIVATIONS
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.engines.rules import RULES
from chainrule.layers import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNormalization,
    Normalization,
    PReLU,
    Rescaling,
)
from chainrule.losses import LOSSES
from chainrule.optimizers import OPTIMIZERS, SGD

# Where rounding decides on which side of a jump a number falls, engines need not agree. A row of
# the tables is drawn unless its derivative, or its step, jumps.
JUMPS = {"relu", "relu6", "leaky_relu", "selu", "hard_sigmoid"}
JUMPS |= {"hard_tanh", "hard_silu", "soft_shrink", "hard_shrink"}
JUMPS |= {"mean_absolute_error", "mean_absolute_percentage_error", "hinge", "categorical_hinge"}
JUMPS |= {"lion"}  # a step is the sign of a gradient


def smooth(table):
    return st.sampled_from([name for name in table if name not in JUMPS])


SMOOTH = smooth(ACTIVATIONS)
NUMBER = st.floats(0.25, 2)
KINDS = {
    Dense: st.builds(
        Dense,
        st.integers(1, 40),
        SMOOTH,
        use_bias=st.booleans(),
        kernel_l2=st.sampled_from([0.0, 0.01]),
        max_norm=st.sampled_from([None, 1.0]),
        trainable=st.booleans(),
    ),
    Activation: st.builds(Activation, SMOOTH),
    PReLU: st.builds(PReLU, alpha_l2=st.sampled_from([0.0, 0.01]), trainable=st.booleans()),
    Dropout: st.builds(Dropout, st.floats(0, 0.5)),
    GaussianNoise: st.builds(GaussianNoise, st.floats(0, 1)),
    BatchNormalization: st.builds(
        BatchNormalization,
        st.floats(0, 1),
        st.just(0.1),
        *[st.booleans()] * 3,
        gamma_l2=st.sampled_from([0.0, 0.01]),
    ),
    LayerNormalization: st.builds(
        LayerNormalization,
        st.just(0.1),
        *[st.booleans()] * 3,
        beta_l2=st.sampled_from([0.0, 0.01]),
    ),
    Rescaling: st.builds(Rescaling, NUMBER, NUMBER),
    Normalization: st.builds(Normalization, NUMBER, NUMBER),
    Flatten: st.builds(Flatten),
}


def test_every_kind_of_layer_is_drawn():
    assert set(KINDS) == set(RULES)


@st.composite
def optimizers(draw):
    row = OPTIMIZERS[draw(smooth(OPTIMIZERS))]
    # Behind a layer that takes the mean out, the gradient of a bias is rounding noise. A larger
    # epsilon keeps the optimiser from dividing noise by noise.
    others = {"epsilon": 0.01, "momentum": draw(st.sampled_from([0.0, 0.5]))}
    fields = {field.name for field in dataclasses.fields(row)}
    chosen = {name: value for name, value in others.items() if name in fields}
    return row(learning_rate=1e-3, **chosen)


@st.composite
def programs(draw, suited):
    layers = draw(st.lists(st.one_of(*KINDS.values()), min_size=1, max_size=7))
    loss = draw(smooth(LOSSES))
    last = suited(loss, (1, draw(st.integers(1, 20)))).architecture.layers
    architecture = Architecture(draw(st.integers(1, 40)), (*layers, *last))
    return Program(architecture, loss, draw(optimizers()))


def trained(engine, program, theta, data, order, batch_size):
    theta, log = theta.copy(), TrainingLog.empty(len(order))
    state = TrainingState.fresh(program, theta.dtype, key=2**40 + 3)
    engine.train(
        program, theta, state, data, order, batch_size=batch_size, log=log, validation=data
    )
    return theta, state.slots, log.loss, log.validation_loss


def assert_alike(dtype, found, expected, exact):
    """Assert agreement; in float32 a few numbers may instead be as exact as the reference's."""
    if dtype == np.float64:
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
        return
    close = np.isclose(found, expected, rtol=1e-4, atol=1e-5)
    assert np.count_nonzero(~close) <= 0.01 * close.size
    error = np.abs(expected - exact)
    np.testing.assert_array_less(np.abs(found - exact)[~close], 2 * error[~close])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_drawn_chains(dtype, fast_engine, reference, make_problem, suited):
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(programs(suited), st.integers(1, 90), st.integers(1, 100), st.integers(0, 2**32 - 1))
    def check(program, samples, batch_size, seed):
        rng = np.random.default_rng(seed)
        theta, X, Y = make_problem(rng, program, samples, dtype)
        order = rng.integers(0, samples, size=(2, rng.integers(1, samples + 1)))
        doubles = [array.astype(np.float64) for array in (theta, X, Y)]
        ends = [
            (
                engine.forward(program.architecture, theta, X),
                *trained(engine, program, theta, Data(X, Y), order, batch_size),
            )
            for engine, (theta, X, Y) in (
                (fast_engine, (theta, X, Y)),
                (reference, (theta, X, Y)),
                (reference, doubles),
            )
        ]
        for found, expected, exact in zip(*ends, strict=True):
            assert_alike(dtype, found, expected, exact)

    check()


def test_three_hundred_layers(fast_engine, reference, rng, make_problem):
    layers = tuple(
        layer for _ in range(100) for layer in (Dense(5), LayerNormalization(), Activation("tanh"))
    )
    program = Program(Architecture(5, (*layers, Dense(2))), "mean_squared_error", SGD(1e-3))
    theta, X, Y = make_problem(rng, program, 9)
    order = np.array([rng.permutation(9) for _ in range(5)])
    ends = [
        trained(engine, program, theta, Data(X, Y), order, 4) for engine in (fast_engine, reference)
    ]
    for found, expected in zip(*ends, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)
    assert not np.array_equal(ends[0][0], theta)
