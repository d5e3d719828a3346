"""Every fast engine gives what the reference gives."""

import dataclasses
import itertools
import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.activations import ACTIVATIONS
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.losses import LOSSES
from chainrule.optimizers import OPTIMIZERS

# Under a sanitizer the engine only runs: what it computes is compared in the build that users have,
# and the reference would take most of the time.
ALONE = os.environ.get("CHAINRULE_TEST_ALONE") == "1"

UPDATES = 20
DTYPES = [np.float64, np.float32]
TOLERANCE = {
    np.float64: {"rtol": 1e-10, "atol": 1e-13},
    np.float32: {"rtol": 1e-4, "atol": 1e-6},
}
# Around the widths of vectors and tiles, and far from them.
CHAINS = [
    (1, 1),
    (2, 1, 2),
    (1, 2, 7, 1),
    (7, 8, 9),
    (15, 16, 17),
    (17, 15, 3),
    (33, 65, 10),
    (65, 33, 31, 32),
    (130, 3, 130, 2),
    (63, 64, 1, 64, 4),
    (66, 19, 34, 2),
]


def chain(widths, activations=("sigmoid",), biases=(True,), loss="sum_of_squared_errors"):
    """Describe a network; activations and biases are repeated as often as needed."""
    layers = tuple(
        Dense(width, activations[i % len(activations)], biases[i % len(biases)])
        for i, width in enumerate(widths[1:])
    )
    return Program(Architecture(widths[0], layers), loss)


def with_optimizer(program, name, batch):
    """Add an optimiser whose steps are long, but not so long that training diverges."""
    widths = [program.architecture.inputs, *(la.units for la in program.architecture.layers)]
    rate = 0.2 / (batch * max(widths))
    return dataclasses.replace(program, optimizer=OPTIMIZERS[name](learning_rate=rate))


def trained(engine, program, theta, X, Y, *, epochs, batch_size, order=None, validation=None):
    theta = theta.copy()
    state, log = TrainingState.fresh(program, theta.dtype), TrainingLog.empty(epochs)
    engine.train(
        *(program, theta, state, Data(X, Y), order),
        batch_size=batch_size,
        log=log,
        validation=validation,
    )
    return theta, state, log


def assert_close_or_as_exact(found, expected, exact=None):
    """Assert the tolerance; in float32 a few numbers may instead be as exact as the reference's.

    Where a gradient cancels to rounding noise, an optimiser that divides by its size makes steps of
    that noise. Neither engine can be held to the other there, but both to float64.
    """
    close = TOLERANCE[found.dtype.type]
    off = ~np.isclose(found, expected, **close)
    if exact is None or found.dtype == np.float64 or off.mean() > 0.01:
        np.testing.assert_allclose(found, expected, **close)
    else:
        own_error = np.abs(expected[off] - exact[off])
        np.testing.assert_array_less(np.abs(found[off] - exact[off]), 2 * own_error)


def assert_trained_alike(engine, reference, program, theta, X, Y, *, moves=True, **options):
    found, state, log = trained(engine, program, theta, X, Y, **options)
    if ALONE:
        assert log.epochs_done > 0
        return
    expected, expected_state, expected_log = trained(reference, program, theta, X, Y, **options)
    close = TOLERANCE[theta.dtype.type]
    pairs = [(found, expected), (state.slots, expected_state.slots)]
    if not all(np.allclose(*pair, **close) for pair in pairs):
        doubles = (a.astype(np.float64) for a in (theta, X, Y))
        exact, exact_state, _ = trained(reference, program, *doubles, **options)
        pairs[0] += (exact,)
        pairs[1] += (exact_state.slots,)
    for pair in pairs:
        assert_close_or_as_exact(*pair)
    np.testing.assert_allclose(log.loss, expected_log.loss, **close)
    np.testing.assert_allclose(log.validation_loss, expected_log.validation_loss, **close)
    assert (state.step, log.epochs_done) == (expected_state.step, expected_log.epochs_done)
    assert not (moves and np.array_equal(expected, theta))


def test_the_tables_have_the_same_rows(fast_engine):
    from chainrule import _native

    assert fast_engine.name == "native"
    native = [set(rows) for rows in _native.tables()]
    assert native[:3] == [set(ACTIVATIONS), set(LOSSES), set(OPTIMIZERS)]


def settled(loss, optimizer, activation):
    """Name a learning rate for 20 steps that get somewhere and do not diverge.

    Most optimisers divide by the size of the gradient. Where that is rounding noise, so is their
    step: only short ones keep the float32 tolerance there.
    """
    if "percentage" in loss and optimizer == "sgd":  # gradients a hundred times as large
        return OPTIMIZERS[optimizer](learning_rate=1e-5)
    if activation in ("log_softmax", "sparse_plus"):  # some of its gradients are such noise
        return OPTIMIZERS[optimizer](learning_rate=1e-4)
    long = optimizer in ("sgd", "adadelta") and "sum" not in loss
    return OPTIMIZERS[optimizer](learning_rate=1e-2 if long else 1e-3)


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_every_combination(activation, loss, fast_engine, reference, rng, make_problem, suited):
    """Each optimiser and dtype; the batch size, bias and order change from case to case."""
    samples = 11
    sizes = itertools.cycle([3, 1, 7, samples, 3 * samples])
    for i, optimizer in enumerate(OPTIMIZERS):
        program = suited(loss, (5, 9, 17, 3), activation, use_bias=i % 2 == 0)
        program = dataclasses.replace(program, optimizer=settled(loss, optimizer, activation))
        for dtype in DTYPES:
            batch_size = next(sizes)
            theta, X, Y = make_problem(rng, program, samples, dtype)
            epochs = math.ceil(UPDATES / math.ceil(samples / batch_size))
            order = rng.permuted(np.tile(np.arange(samples), (epochs, 1)), axis=1)
            assert_trained_alike(
                *(fast_engine, reference, program, theta, X, Y),
                epochs=epochs,
                batch_size=batch_size,
                order=order if i % 3 else None,
            )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("output", list(ACTIVATIONS))
def test_every_activation_at_the_output(
    output, dtype, fast_engine, reference, rng, make_problem, suited
):
    program = suited("mean_squared_error", (5, 9, 17), "tanh", output=output)
    program = dataclasses.replace(program, optimizer=OPTIMIZERS["sgd"](learning_rate=0.1))
    for batch_size in (1, 4):
        problem = make_problem(rng, program, 11, dtype)
        assert_trained_alike(
            fast_engine, reference, program, *problem, epochs=4, batch_size=batch_size
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 8, 13, 40])
@pytest.mark.parametrize("widths", CHAINS, ids=lambda widths: "-".join(map(str, widths)))
def test_every_width(widths, batch_size, dtype, fast_engine, reference, rng, make_problem):
    samples = 13
    program = with_optimizer(
        chain(widths, ("sigmoid", "linear"), (True, True, False)), "sgd", min(batch_size, samples)
    )
    theta, X, Y = make_problem(rng, program, samples, dtype)
    _, X_new, Y_new = make_problem(rng, program, 5, dtype)
    epochs = math.ceil(UPDATES / math.ceil(samples / batch_size))
    assert_trained_alike(
        *(fast_engine, reference, program, theta, X, Y),
        epochs=epochs,
        batch_size=batch_size,
        order=rng.permuted(np.tile(np.arange(samples), (epochs, 1)), axis=1),
        validation=Data(X_new, Y_new),
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("samples", [1, 2, 3, 7, 16, 65, 300])
@pytest.mark.parametrize("widths", CHAINS, ids=lambda widths: "-".join(map(str, widths)))
def test_forward_evaluate_and_gradient(
    widths, samples, dtype, fast_engine, reference, rng, make_problem
):
    program = chain(widths, ("linear", "sigmoid"), (False, True))
    theta, X, Y = make_problem(rng, program, samples, dtype)
    close = TOLERANCE[dtype]
    A = fast_engine.forward(program.architecture, theta, X)
    assert A.dtype == dtype
    np.testing.assert_allclose(A, reference.forward(program.architecture, theta, X), **close)
    loss = fast_engine.evaluate(program, theta, Data(X, Y))
    assert type(loss) is float
    np.testing.assert_allclose(loss, reference.evaluate(program, theta, Data(X, Y)), **close)
    value, gradient = fast_engine.value_and_gradient(program, theta, Data(X, Y))
    expected_value, expected = reference.value_and_gradient(program, theta, Data(X, Y))
    assert gradient.dtype == dtype
    np.testing.assert_allclose(value, expected_value, **close)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(gradient / scale, expected / scale, **close)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_network_larger_than_the_caches_blocks(dtype, fast_engine, reference, rng, make_problem):
    program = with_optimizer(chain((784, 300, 10)), "sgd", 128)
    theta, X, Y = make_problem(rng, program, 300, dtype)
    assert_trained_alike(
        *(fast_engine, reference, program, theta, X, Y),
        epochs=4,
        batch_size=128,
        order=rng.permuted(np.tile(np.arange(300), (4, 1)), axis=1),
        validation=Data(X, Y),
    )


def test_repeated_and_missing_rows(fast_engine, reference, rng, make_problem):
    program = with_optimizer(chain((5, 9, 3)), "sgd", 3)
    theta, X, Y = make_problem(rng, program, 7)
    order = rng.integers(0, 7, size=(7, 7))
    assert_trained_alike(
        fast_engine, reference, program, theta, X, Y, epochs=7, batch_size=3, order=order
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [30, 3000])
def test_saturated_units(size, dtype, fast_engine, reference, rng, make_problem):
    program = with_optimizer(chain((5, 9, 3)), "sgd", 3)
    theta, X, Y = make_problem(rng, program, 7, dtype)
    assert_trained_alike(
        fast_engine, reference, program, theta, X * dtype(size), Y, epochs=7, batch_size=3
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_extremes_go_through(activation, dtype, fast_engine, reference):
    """One unit, w = 1: outputs and slopes for NaN, infinite and huge inputs."""
    program = Program(Architecture(1, (Dense(1, activation, use_bias=False),)))
    X = np.array([[np.nan], [np.inf], [-np.inf], [1e30], [-1e30], [1e4], [-1e4]], dtype=dtype)
    theta = np.ones(1, dtype=dtype)
    with np.errstate(all="ignore"):  # exp(1e30) is inf, and log_softmax has inf - inf
        expected = reference.forward(program.architecture, theta, X)
    found = fast_engine.forward(program.architecture, theta, X)
    np.testing.assert_allclose(found, expected, **TOLERANCE[dtype])
    for x in X[1:]:
        x = x.reshape(1, 1)
        if activation in ("exponential", "softmax", "log_softmax") and not abs(x) <= 1e4:
            continue  # inf times 0
        layers = (Dense(1, use_bias=False), Dense(1, activation, use_bias=False))
        data = Data(np.ones((1, 1), dtype=dtype), np.ones((1, 1), dtype=dtype))
        program = Program(Architecture(1, layers), "mean_absolute_error")
        theta = np.array([x[0, 0], 1], dtype=dtype)
        with np.errstate(all="ignore"):
            _, slopes = reference.value_and_gradient(program, theta, data)
        _, gradient = fast_engine.value_and_gradient(program, theta, data)
        np.testing.assert_allclose(gradient[0], slopes[0], **TOLERANCE[dtype])


def test_the_same_input_gives_the_same_bits(fast_engine, rng, make_problem):
    program = with_optimizer(chain((33, 65, 10)), "sgd", 7)
    problem = make_problem(rng, program, 50)
    first, again = (
        trained(
            fast_engine, program, *problem, epochs=5, batch_size=7, validation=Data(*problem[1:])
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[2].loss, again[2].loss)
    np.testing.assert_array_equal(first[2].validation_loss, again[2].validation_loss)


def test_data_is_only_read(fast_engine, reference, rng, make_problem):
    program = with_optimizer(chain((5, 9, 3), ("linear",)), "sgd", 3)
    theta, X, Y = make_problem(rng, program, 7)
    order = rng.permuted(np.tile(np.arange(7), (3, 1)), axis=1)
    for array in (X, Y, order):
        array.flags.writeable = False
    assert_trained_alike(
        *(fast_engine, reference, program, theta, X, Y),
        epochs=3,
        batch_size=3,
        order=order,
        validation=Data(X, Y),
    )
    theta.flags.writeable = False
    before = theta.copy()
    fast_engine.forward(program.architecture, theta, X)
    fast_engine.evaluate(program, theta, Data(X, Y))
    fast_engine.value_and_gradient(program, theta, Data(X, Y))
    np.testing.assert_array_equal(theta, before)


@st.composite
def cases(draw):
    widths = draw(st.lists(st.integers(1, 70), min_size=2, max_size=5))
    activations = draw(st.lists(st.sampled_from(list(ACTIVATIONS)), min_size=1, max_size=3))
    return {
        "loss": draw(st.sampled_from(list(LOSSES))),
        "widths": widths,
        "activations": activations,
        "use_bias": draw(st.booleans()),
        "optimizer": draw(st.sampled_from(list(OPTIMIZERS))),
        "samples": draw(st.integers(1, 40)),
        "batch_size": draw(st.integers(1, 50)),
        "shuffled": draw(st.booleans()),
        "dtype": draw(st.sampled_from(DTYPES)),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


@pytest.fixture
def check_drawn(fast_engine, reference, make_problem, suited):
    def check(case):
        rng = np.random.default_rng(case["seed"])
        program = suited(case["loss"], case["widths"], case["activations"], case["use_bias"])
        optimizer = OPTIMIZERS[case["optimizer"]](learning_rate=1e-4)
        program = dataclasses.replace(program, optimizer=optimizer)
        samples, batch_size = case["samples"], case["batch_size"]
        theta, X, Y = make_problem(rng, program, samples, case["dtype"])
        epochs = math.ceil(UPDATES / math.ceil(samples / batch_size))
        order = rng.permuted(np.tile(np.arange(samples), (epochs, 1)), axis=1)
        assert_trained_alike(
            *(fast_engine, reference, program, theta, X, Y),
            moves=False,  # one class, or a hinge that is satisfied, has no gradient
            epochs=epochs,
            batch_size=batch_size,
            order=order if case["shuffled"] else None,
            validation=Data(X, Y),
        )

    return check


def test_drawn_architectures(check_drawn):
    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(cases())
    def check(case):
        check_drawn(case)

    check()
