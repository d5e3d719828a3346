"""Chains of layers of every kind, drawn at random: the engines agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
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
    Rescaling,
)
from chainrule.optimizers import SGD

# Smooth, so that rounding decides nothing.
SMOOTH = st.sampled_from(["linear", "tanh", "sigmoid", "softsign", "silu", "softmax", "gelu"])
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
    Dropout: st.builds(Dropout, st.floats(0, 0.5)),
    GaussianNoise: st.builds(GaussianNoise, st.floats(0, 1)),
    BatchNormalization: st.builds(BatchNormalization, st.floats(0, 1), st.just(0.1), st.booleans()),
    LayerNormalization: st.builds(LayerNormalization, st.just(0.1), st.booleans()),
    Rescaling: st.builds(Rescaling, NUMBER, NUMBER),
    Normalization: st.builds(Normalization, NUMBER, NUMBER),
    Flatten: st.builds(Flatten),
}


def test_every_kind_of_layer_is_drawn():
    assert set(KINDS) == set(RULES)


@st.composite
def chains(draw):
    layers = draw(st.lists(st.one_of(*KINDS.values()), min_size=1, max_size=7))
    return Architecture(draw(st.integers(1, 40)), (*layers, Dense(draw(st.integers(1, 20)))))


def trained(engine, program, theta, data, order, batch_size):
    theta, log = theta.copy(), TrainingLog.empty(len(order))
    state = TrainingState.fresh(program, theta.dtype, key=2**40 + 3)
    engine.train(
        program, theta, state, data, order, batch_size=batch_size, log=log, validation=data
    )
    return theta, state.slots, log.loss, log.validation_loss


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_drawn_chains(dtype, fast_engine, make_problem):
    close = {"rtol": 1e-10, "atol": 1e-12} if dtype == np.float64 else {"rtol": 1e-3, "atol": 1e-4}

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(chains(), st.integers(1, 90), st.integers(1, 100), st.integers(0, 2**32 - 1))
    def check(architecture, samples, batch_size, seed):
        rng = np.random.default_rng(seed)
        program = Program(architecture, "mean_squared_error", SGD(0.01, momentum=0.5))
        theta, X, Y = make_problem(rng, program, samples, dtype)
        order = rng.integers(0, samples, size=(2, rng.integers(1, samples + 1)))
        reference, data = get_engine("numpy"), Data(X, Y)
        np.testing.assert_allclose(
            fast_engine.forward(architecture, theta, X),
            reference.forward(architecture, theta, X),
            **close,
        )
        ends = (
            trained(engine, program, theta, data, order, batch_size)
            for engine in (fast_engine, reference)
        )
        for found, expected in zip(*ends, strict=True):
            np.testing.assert_allclose(found, expected, **close)

    check()


def test_three_hundred_layers(fast_engine, rng, make_problem):
    layers = tuple(
        layer for _ in range(100) for layer in (Dense(5), LayerNormalization(), Activation("tanh"))
    )
    program = Program(Architecture(5, (*layers, Dense(2))), "mean_squared_error", SGD(1e-3))
    theta, X, Y = make_problem(rng, program, 9)
    order = np.array([rng.permutation(9) for _ in range(5)])
    ends = [
        trained(engine, program, theta, Data(X, Y), order, 4)
        for engine in (fast_engine, get_engine("numpy"))
    ]
    for found, expected in zip(*ends, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)
    assert not np.array_equal(ends[0][0], theta)
