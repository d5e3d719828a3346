"""One network on several threads: the same bits as on one, and threads that do have a share."""

import os

import numpy as np
import pytest

from chainrule import _native
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    GaussianNoise,
    LayerNormalization,
    PReLU,
    Rescaling,
)
from chainrule.optimizers import SGD, Adam

# Where each test is slow one of these will do.
NUMBERS = [int(n) for n in os.environ.get("CHAINRULE_TEST_THREADS", "2 3 4").split()]

INPUTS, OUTPUTS = 60, 5
# A call starts threads for 2^23 multiplications; a panel is cut for 2^18: 40 rows or more here.
SAMPLES = 1300  # ten panels of 128 rows, and one too small to be shared
MEASURES = ("categorical_accuracy", "mean_squared_error")
DTYPES = [np.float32, np.float64]

LAYERS = {
    "dense": (Dense(64, "relu"), Dense(40, "tanh"), Dense(OUTPUTS, "softmax")),
    "dropout": (
        Dropout(0.2),
        Dense(64, "relu"),
        Dropout(0.4),
        Dense(45),
        Dense(OUTPUTS, "softmax"),
    ),
    "noise": (GaussianNoise(0.1), Dense(64), GaussianNoise(0.2), Dense(45), Dense(OUTPUTS)),
    "rescaling": (
        Rescaling(0.5, 0.1),
        Dense(64, "tanh"),
        Rescaling(2.0),
        Dense(45),
        Dense(OUTPUTS),
    ),
    "others": (
        Dense(64, use_bias=False, kernel_l2=0.01),
        PReLU(),
        Activation("elu"),
        Dense(45, "softmax", trainable=False),
        Dense(OUTPUTS, "sigmoid"),
    ),
}
OPTIMIZERS = {
    "sgd": SGD(0.05),
    "momentum": SGD(0.05, momentum=0.9, nesterov=True),
    "adam": Adam(0.01),
    "amsgrad": Adam(0.01, amsgrad=True, weight_decay=0.1),
    "clip_norm": Adam(0.01, clip_norm=0.05),
    "global_clip_norm": SGD(0.05, global_clip_norm=0.05),
    "average": Adam(0.01, ema_momentum=0.9),
}


class Problem:
    """A network and its data, and all that the engine makes of them."""

    def __init__(
        self,
        engine,
        layers,
        dtype,
        optimizer,
        loss="mean_squared_error",
        inputs=INPUTS,
        samples=SAMPLES,
    ):
        rng = np.random.default_rng(3)
        self.engine = engine
        self.architecture = Architecture(inputs, layers)
        self.program = Program(self.architecture, loss, optimizer, measures=MEASURES)
        self.theta = self.architecture.draw(rng).astype(dtype)
        X = rng.normal(size=(samples, inputs)).astype(dtype)
        Y = np.eye(OUTPUTS, dtype=dtype)[rng.integers(0, OUTPUTS, samples)]
        self.plain = Data(X, Y)
        self.weighted = Data(X, Y, rng.uniform(0.5, 2, samples).astype(dtype))

    def train(self, data, batch_size, *, ordered=True, epochs=2):
        """Return the parameters, the slots and the log of a run."""
        theta, state = self.theta.copy(), TrainingState.fresh(self.program, self.theta.dtype)
        log = TrainingLog.empty(epochs, len(MEASURES))
        log.outputs = np.full((epochs, len(data.X), OUTPUTS), np.nan, self.theta.dtype)
        rows = np.tile(np.arange(len(data.X)), (epochs, 1))
        order = np.random.default_rng(1).permuted(rows, axis=1) if ordered else None
        # Two panels of 128 rows, and one too small to be shared.
        validation = Data(data.X[:276], data.Y[:276])
        self.engine.train(
            self.program,
            theta,
            state,
            data,
            order,
            batch_size=batch_size,
            log=log,
            validation=validation,
        )
        assert np.isfinite(log.loss).all()
        assert not np.array_equal(theta, self.theta)
        logs = (log.loss, log.measures, log.validation_loss, log.validation_measures)
        assert np.isfinite(log.outputs).all()
        return theta, state.slots, log.outputs, *logs

    def use(self, data):
        """Return what evaluate, forward and value_and_gradient say."""
        loss = self.engine.evaluate(self.program, self.theta, data)
        A = self.engine.forward(self.architecture, self.theta, data.X)
        value, gradient = self.engine.value_and_gradient(
            self.program, self.theta, data, key=5, step=7
        )
        return loss, A, value, gradient


def counted(work):
    """Return what work() returns; the threads it started, and the turns that they shared."""
    before = _native.counts_of_threads()
    result = work()
    started, turns, _ = np.subtract(_native.counts_of_threads(), before)
    return result, started, turns


def assert_same_bits(threads, work, *, calls=1, turns):
    """Compare work() on 1 and on more threads; each of so many calls must start them.

    They must share so many turns; None: some.
    """
    threads(1)
    expected, started, shared = counted(work)
    assert (started, shared) == (0, 0)
    for n in NUMBERS:
        threads(n)
        found, started, shared = counted(work)
        assert started == calls * (n - 1)
        assert shared == turns or (turns is None and shared > 0)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)


def assert_as_reference(problem, reference, batch_size=128, **how):
    close = 1e-9 if problem.theta.dtype == np.float64 else 1e-3
    found, expected = (p.train(p.weighted, batch_size, **how)[0] for p in (problem, reference))
    np.testing.assert_allclose(found, expected, rtol=close, atol=close / 10)


# The turns of an epoch: three for each panel that is shared, and two for validation.
BATCHES = {40: 3 * 32 + 2, 100: 3 * 13 + 2, 128: 3 * 10 + 2, 200: 3 * 13 + 2, 1300: 3 * 10 + 2}


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("batch_size", BATCHES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_training(layers, batch_size, dtype, fast_engine, threads):
    problem = Problem(fast_engine, LAYERS[layers], dtype, Adam(0.01))
    turns = 2 * BATCHES[batch_size]
    assert_same_bits(threads, lambda: problem.train(problem.weighted, batch_size), turns=turns)


# Panels of 128 rows of so many numbers are not gathered whole: some rows at a time for the product,
# some columns at a time for the gradient. Rows of 1024 numbers are not read where they lie either.
@pytest.mark.parametrize("ordered", [False, True], ids=["first to last", "ordered"])
@pytest.mark.parametrize("inputs", [1100, 1024])
@pytest.mark.parametrize("dtype", DTYPES)
def test_many_inputs(inputs, ordered, dtype, fast_engine, reference, threads):
    layers = (Dense(64, "relu"), Dense(40, "tanh"), Dense(OUTPUTS, "softmax"))
    problem, expected = (
        Problem(engine, layers, dtype, SGD(0.01), inputs=inputs, samples=293)
        for engine in (fast_engine, reference)
    )
    assert_same_bits(
        threads,
        lambda: problem.train(problem.weighted, 128, ordered=ordered),
        turns=2 * (3 * 3 + 2),  # the last 37 rows are two pieces, and one of 36 and of 1 for one
    )
    assert_same_bits(threads, lambda: problem.use(problem.weighted), calls=3, turns=None)
    assert_as_reference(problem, expected, ordered=ordered)
    close = 1e-9 if dtype == np.float64 else 1e-3
    for found, wanted in zip(*(p.use(p.weighted) for p in (problem, expected)), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=close, atol=close / 10)


# Kernels of more than 256 KB are transposed in parts, by the thread that has those columns: a turn
# of their own between those of the layers around them. Below such a kernel D lies where A did, and
# where D is large the kernel above it is treated so however small it is. Numbers of units, turns of
# two panels (of which the second is too small to be packed), layers.
LARGE = {
    "many units": (2100, 8, lambda n: (Dense(40, "tanh"), Dense(n, "gelu"))),
    "two": (300, 10, lambda n: (Dense(n, "silu"), Dense(n + 1, "selu"), Dense(n - 1, "gelu"))),
    "below softmax": (300, 8, lambda n: (Dense(n, "softmax"), Dense(n + 1, "relu6"))),
    "above dropout": (300, 10, lambda n: (Dense(n, "elu"), Dropout(0.2), Dense(n + 1, "mish"))),
    "above prelu": (300, 10, lambda n: (Dense(n), PReLU(), Dense(n + 1, "relu"))),
    "frozen": (300, 8, lambda n: (Dense(n, "relu"), Dense(n + 1, "tanh", trainable=False))),
    "packed": (544, 10, lambda n: (Dense(n, "relu"), Dense(n - 16, "relu"), Dense(n - 40, "tanh"))),
    "narrower": (544, 12, lambda n: (Dense(n, "tanh"), Dense(n - 16, "relu"), Dense(n // 4 + 9))),
    "small": (700, 10, lambda n: (Dense(n, "tanh"), Dense(60, "relu"))),
    "small above softmax": (700, 6, lambda n: (Dense(n, "softmax"), Dense(60, "relu"))),
}


@pytest.mark.parametrize("layers", LARGE)
@pytest.mark.parametrize("dtype", DTYPES)
def test_large_kernels(layers, dtype, fast_engine, reference, threads):
    units, turns, hidden = LARGE[layers]
    if dtype == np.float64:
        units = units * 2 // 3  # as many bytes, nearly
    network = (*hidden(units), Dense(OUTPUTS, "softmax"))
    problem = Problem(fast_engine, network, dtype, SGD(0.01), samples=172)
    for batch_size in (128, 172):  # either way panels of 128 and 44 rows
        assert_same_bits(
            threads,
            lambda n=batch_size: problem.train(problem.weighted, n, epochs=1),
            turns=turns + 2,
        )
    assert_as_reference(problem, Problem(reference, network, dtype, SGD(0.01), samples=172))


# With Adam each tile of a gradient makes its step at once, with clipping only when all are there.
@pytest.mark.parametrize("optimizer", [Adam(0.001), Adam(0.001, clip_norm=0.05)])
@pytest.mark.parametrize("batch_size", [128, 300])
def test_steps_of_large_kernels(optimizer, batch_size, fast_engine, reference):
    layers = (Dense(400, "relu"), Dense(320, "tanh"), Dense(109), Dense(OUTPUTS, "softmax"))
    problem, expected = (
        Problem(engine, layers, np.float64, optimizer, samples=300)
        for engine in (fast_engine, reference)
    )
    assert_as_reference(problem, expected, batch_size)


# All rows of a batch go through together then: with 300 of them D has a place of its own.
@pytest.mark.parametrize("batch_size", [100, 300])
def test_large_kernels_with_sums_over_rows(batch_size, fast_engine, reference):
    layers = (
        Dense(220, "relu"),
        BatchNormalization(),
        Dense(210, "relu"),
        Dense(200, "tanh"),
        Dense(OUTPUTS, "softmax"),
    )
    problem, expected = (
        Problem(engine, layers, np.float64, SGD(0.01), samples=300)
        for engine in (fast_engine, reference)
    )
    assert_as_reference(problem, expected, batch_size)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("ordered", [False, True], ids=["first to last", "ordered"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_optimizers(optimizer, ordered, dtype, fast_engine, threads):
    loss = "categorical_crossentropy"
    problem = Problem(fast_engine, LAYERS["dropout"], dtype, OPTIMIZERS[optimizer], loss)
    for data in (problem.plain, problem.weighted):
        assert_same_bits(
            threads, lambda d=data: problem.train(d, 100, ordered=ordered), turns=2 * BATCHES[100]
        )


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_without_training(layers, dtype, fast_engine, threads):
    problem = Problem(fast_engine, LAYERS[layers], dtype, SGD(0.1))
    for data in (problem.plain, problem.weighted):
        # Ten panels: a turn each for evaluate and forward, three for the gradient.
        assert_same_bits(threads, lambda d=data: problem.use(d), calls=3, turns=50)


@pytest.mark.parametrize(
    "layer", [BatchNormalization(), LayerNormalization()], ids=["batch", "layer"]
)
def test_layers_that_add_up_over_rows_are_not_shared(layer, fast_engine, threads):
    layers = (Dense(64), layer, Dense(45), Dense(OUTPUTS))
    problem = Problem(fast_engine, layers, np.float32, SGD(0.01))
    assert_same_bits(threads, lambda: problem.train(problem.plain, 128), turns=0)


def test_small_work_starts_no_threads(fast_engine, threads):
    problem = Problem(fast_engine, LAYERS["dense"], np.float32, SGD(0.01))
    threads(4)
    few = Data(problem.plain.X[:100], problem.plain.Y[:100])
    assert counted(lambda: problem.use(few))[1:] == (0, 0)


def test_all_threads_take_pieces(fast_engine, threads):
    """A thread takes what there is when the system lets it run: soon, but nobody says when."""
    problem = Problem(fast_engine, LAYERS["dense"], np.float64, Adam(0.01))
    threads(3)
    before = _native.counts_of_threads()[2]
    for _ in range(1000):
        problem.train(problem.plain, 128)
        if _native.counts_of_threads()[2] > before:
            return
    pytest.fail("in 1000 runs the threads that were started took no piece")
