"""Networks trained together are what they are when each is trained alone."""

import dataclasses

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.architecture import Architecture, Program
from chainrule.engines import get_engine
from chainrule.engines.many import Many, train_alone
from chainrule.engines.protocol import Data
from chainrule.layers import BatchNormalization, Dense, Dropout
from chainrule.losses import LOSSES
from chainrule.optimizers import OPTIMIZERS, SGD, Adam

DTYPES = [np.float64, np.float32]
TOLERANCE = {
    np.float64: {"rtol": 1e-10, "atol": 1e-13},
    np.float32: {"rtol": 1e-4, "atol": 1e-6},
}
SAMPLES, UPDATES = 10, 20
NETWORKS = 37  # fills no whole number of vectors
ROWWISE = ("softmax", "log_softmax")
# Losses that see all outputs of a sample: only the cross-entropies of logits go into lanes.
TO_TRAIN_ALONE = (
    "categorical_hinge",
    "cosine_similarity",
    "categorical_focal_crossentropy",
    "categorical_focal_crossentropy_from_logits",
)


def in_lanes(engine, program):
    return engine._compile(program).in_lanes


def problem(make_problem, program, dtype=np.float64, networks=NETWORKS, samples=SAMPLES):
    """Draw many starts, and data for all of them."""
    rng = np.random.default_rng(7)
    _, X, Y = make_problem(rng, program, samples, dtype)
    thetas = np.array([make_problem(rng, program, 1, dtype)[0] for _ in range(networks)])
    return thetas, Data(X, Y)


def train(engine, program, thetas, data, *, alone=False, **settings):
    """Train copies of thetas; return them, the slots, the loss and the measures."""
    epochs = settings.get("epochs", 2)
    networks = len(thetas)
    keys = np.arange(networks, dtype=np.uint64) + np.uint64(settings.get("first_key", 0))
    many = Many.fresh(program, thetas.copy(), keys, settings.get("rates"))
    loss = np.full((networks, epochs), np.nan)
    measures = np.full((networks, epochs, len(program.measures)), np.nan)
    arguments = (program, many, data, settings.get("order"))
    named = {"batch_size": settings.get("batch_size", 4), "loss": loss, "measures": measures}
    if alone:
        train_alone(engine, *arguments, **named)
    else:
        engine.train_many(*arguments, **named)
    return many.thetas, many.slots, loss, measures


def assert_same_as_alone(engine, program, thetas, data, **settings):
    epochs = -(-UPDATES // -(-SAMPLES // settings.get("batch_size", 4)))
    settings = {"epochs": epochs, **settings}
    together = train(engine, program, thetas, data, **settings)
    alone = train(engine, program, thetas, data, alone=True, **settings)
    tolerance = TOLERANCE[thetas.dtype.type]
    assert np.isfinite(together[2]).all()
    assert not np.array_equal(together[0], thetas)
    for found, expected in zip(together, alone, strict=True):
        np.testing.assert_allclose(found, expected, **tolerance)


def rates_of(networks, highest):
    return np.linspace(0.1, 1, networks) * highest


def orders_of(networks, epochs, samples=SAMPLES):
    rng = np.random.default_rng(1)
    orders = np.tile(np.arange(samples, dtype=np.int64), (networks, epochs, 1))
    return rng.permuted(orders, axis=2)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("dtype", DTYPES)
def test_activations(activation, dtype, fast_engine, suited, make_problem):
    program = suited("mean_squared_error", (3, 5, 2), activation)
    assert in_lanes(fast_engine, program) == (activation not in ROWWISE)
    thetas, data = problem(make_problem, program, dtype)
    assert_same_as_alone(fast_engine, program, thetas, data, rates=rates_of(NETWORKS, 0.05))


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - set(ROWWISE)))
def test_activations_of_the_output(activation, fast_engine, suited, make_problem):
    program = suited("mean_squared_error", (3, 2), output=activation)
    assert in_lanes(fast_engine, program)
    thetas, data = problem(make_problem, program)
    assert_same_as_alone(fast_engine, program, thetas, data, rates=rates_of(NETWORKS, 0.05))


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("dtype", DTYPES)
def test_losses(loss, dtype, fast_engine, suited, make_problem):
    program = suited(loss, (3, 5, 4), "tanh")
    assert in_lanes(fast_engine, program) == (loss not in (*TO_TRAIN_ALONE, "kl_divergence"))
    thetas, data = problem(make_problem, program, dtype)
    highest = 1e-4 if "percentage" in loss else 0.01  # its gradients are a hundred times as large
    assert_same_as_alone(fast_engine, program, thetas, data, rates=rates_of(NETWORKS, highest))


def test_divergence_from_sigmoids(fast_engine, suited, make_problem):
    program = suited("kl_divergence", (3, 5, 4), "tanh", output="sigmoid")
    assert in_lanes(fast_engine, program)
    thetas, data = problem(make_problem, program)
    assert_same_as_alone(fast_engine, program, thetas, data, rates=rates_of(NETWORKS, 0.01))


VARIANTS = [
    *((name, {}) for name in OPTIMIZERS),
    *(("sgd", {"momentum": 0.9, "nesterov": nesterov}) for nesterov in (False, True)),
    ("sgd", {"weight_decay": 0.1}),
    ("rmsprop", {"momentum": 0.9, "centered": True}),
    ("adam", {"amsgrad": True}),
]


@pytest.mark.parametrize(("name", "settings"), VARIANTS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("own_rates", [True, False])
def test_optimizers(name, settings, dtype, own_rates, fast_engine, suited, make_problem):
    optimizer = OPTIMIZERS[name](learning_rate=0.01, **settings)
    program = suited("mean_squared_error", (3, 5, 2), "tanh", optimizer=optimizer)
    assert in_lanes(fast_engine, program)
    thetas, data = problem(make_problem, program, dtype)
    rates = rates_of(NETWORKS, 0.01) if own_rates else None
    assert_same_as_alone(fast_engine, program, thetas, data, rates=rates)


@pytest.mark.parametrize("batch_size", [1, 3, SAMPLES, SAMPLES + 1])
@pytest.mark.parametrize("optimizer", [SGD(0.1), Adam(0.01)], ids=["sgd", "adam"])
@pytest.mark.parametrize("orders", ["none", "shared", "own"])
def test_batches_and_orders(batch_size, optimizer, orders, fast_engine, suited, make_problem):
    program = suited("mean_squared_error", (3, 5, 2), "tanh", optimizer=optimizer)
    thetas, data = problem(make_problem, program)
    epochs = -(-UPDATES // -(-SAMPLES // batch_size))
    networks = {"none": 0, "shared": 1, "own": NETWORKS}[orders]
    order = orders_of(networks, epochs) if networks else None
    assert_same_as_alone(fast_engine, program, thetas, data, batch_size=batch_size, order=order)


@pytest.mark.parametrize("networks", [1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65])
@pytest.mark.parametrize("dtype", DTYPES)
def test_any_number_of_networks(networks, dtype, fast_engine, suited, make_problem):
    program = suited("sum_of_squared_errors", (2, 3, 1), optimizer=SGD(0.1))
    thetas, data = problem(make_problem, program, dtype, networks)
    assert_same_as_alone(fast_engine, program, thetas, data, batch_size=1)


@pytest.mark.parametrize(
    "widths",
    [(1, 1), (9, 17, 8), (3, 4, 5, 6, 2), (20, 36, 5)],
    ids=lambda w: "-".join(map(str, w)),
)
@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("batch_size", [1, 4])
def test_shapes(widths, use_bias, batch_size, fast_engine, suited, make_problem):
    program = suited("mean_squared_error", widths, "tanh", use_bias, optimizer=SGD(0.05))
    assert in_lanes(fast_engine, program)
    thetas, data = problem(make_problem, program)
    assert_same_as_alone(fast_engine, program, thetas, data, batch_size=batch_size)


@pytest.mark.parametrize("loss", ["huber", "sum_of_squared_errors"])
def test_weights_of_samples(loss, fast_engine, suited, make_problem, rng):
    program = suited(loss, (3, 5, 2), "tanh", optimizer=SGD(0.01))
    thetas, data = problem(make_problem, program)
    data = Data(data.X, data.Y, rng.uniform(0.5, 2, size=SAMPLES))
    assert_same_as_alone(
        fast_engine, program, thetas, data, epochs=7, order=orders_of(NETWORKS, epochs=7)
    )


def test_a_schedule_of_rates(fast_engine, suited, make_problem):
    optimizer = SGD(lambda step: 0.1 / (1 + step))
    program = suited("mean_squared_error", (3, 5, 2), "tanh", optimizer=optimizer)
    for batch_size in (1, 4):
        thetas, data = problem(make_problem, program)
        assert_same_as_alone(fast_engine, program, thetas, data, batch_size=batch_size)


def test_the_loss_of_many_samples_is_added_in_double(fast_engine, suited):
    program = suited("sum_of_squared_errors", (2, 2, 1), optimizer=SGD(1e-12))
    rng = np.random.default_rng(5)
    thetas = rng.normal(size=(9, 9)).astype(np.float32)
    X, Y = rng.normal(size=(20_000, 2)), rng.normal(size=(20_000, 1))
    data = Data(X.astype(np.float32), Y.astype(np.float32))
    loss = train(fast_engine, program, thetas, data, epochs=1)[2][:, 0]
    exact = [get_engine("numpy").evaluate(program, t, Data(X, Y)) for t in thetas.astype(float)]
    np.testing.assert_allclose(loss, exact, rtol=1e-6)


def other_programs():
    """Programs whose networks do not go into lanes."""
    small = Architecture(3, (Dense(5, "tanh"), Dense(2)))
    dropped = Architecture(3, (Dense(5, "tanh"), Dropout(0.5), Dense(2)))
    normal = Architecture(3, (Dense(5), BatchNormalization(), Dense(2)))
    frozen = Architecture(3, (Dense(5, "tanh", trainable=False), Dense(2)))
    heavy = Architecture(3, (Dense(5, "tanh", kernel_l2=0.1), Dense(2)))
    large = Architecture(3, (Dense(2000, "tanh"), Dense(2)))
    for net in (dropped, normal, frozen, heavy, large):
        yield Program(net, "mean_squared_error", SGD(0.05))
    yield Program(small, "mean_squared_error", SGD(0.05, clip_norm=0.1))
    yield Program(small, "mean_squared_error", Adam(0.05, ema_momentum=0.9))
    yield Program(small, "mean_squared_error", SGD(0.05), measures=("mean_absolute_error",))


@pytest.mark.parametrize("k", range(8))
@pytest.mark.parametrize("own_rates", [True, False])
def test_others_are_trained_one_after_the_other(k, own_rates, fast_engine, make_problem):
    program = list(other_programs())[k]
    assert not in_lanes(fast_engine, program)
    thetas, data = problem(make_problem, program, networks=5)
    settings = {
        "epochs": 3,
        "order": orders_of(5, epochs=3),
        "first_key": 11,
        "rates": rates_of(5, 0.05) if own_rates else None,
    }
    together = train(fast_engine, program, thetas, data, **settings)
    alone = train(fast_engine, program, thetas, data, alone=True, **settings)
    for found, expected in zip(together, alone, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("dropout", [False, True], ids=["lanes", "alone"])
def test_the_same_bits_in_any_company(
    dtype, batch_size, dropout, fast_engine, threads, make_problem
):
    layers = (Dense(5, "sigmoid"), *((Dropout(0.5),) if dropout else ()), Dense(2))
    program = Program(Architecture(3, layers), "mean_squared_error", Adam(0.01))
    assert in_lanes(fast_engine, program) != dropout
    networks = 150
    thetas, data = problem(make_problem, program, dtype, networks)
    epochs = 160  # long enough for three threads to start
    settings = {"epochs": epochs, "batch_size": batch_size}
    threads(1)
    expected = train(fast_engine, program, thetas, data, **settings)
    for n in (2, 3, 64):
        threads(n)
        found = train(fast_engine, program, thetas, data, **settings)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    for part in (slice(0, 1), slice(7, 12), slice(99, 150)):
        own = {**settings, "first_key": part.start}
        found = train(fast_engine, program, thetas[part], data, **own)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b[part])


def test_a_run_goes_on_where_it_was(engine, suited, make_problem):
    program = suited("mean_squared_error", (3, 5, 2), "tanh", optimizer=Adam(0.01))
    thetas, data = problem(make_problem, program, networks=5)
    whole = train(engine, program, thetas, data, epochs=4)
    many = Many.fresh(program, thetas.copy(), np.arange(5, dtype=np.uint64))
    for _ in range(2):
        loss, measures = np.empty((5, 2)), np.empty((5, 2, 0))
        engine.train_many(program, many, data, None, batch_size=4, loss=loss, measures=measures)
    assert many.step == 12
    np.testing.assert_array_equal(many.thetas, whole[0])
    np.testing.assert_array_equal(loss, whole[2][:, 2:])


NET = Architecture(3, (Dense(4, "tanh"), Dense(2)))


def refuse(native, **changed):
    """Train on what is right but for what is changed."""
    optimizer = changed.pop("optimizer", SGD(0.1))
    given = {
        "thetas": np.zeros((6, 26)),
        "slots": np.zeros((6, 0, 26)),
        "keys": np.zeros(6, dtype=np.uint64),
        "rates": None,
        "X": np.zeros((5, 3)),
        "Y": np.zeros((5, 2)),
        "weight": None,
        "order": None,
        "batch_size": 2,
        "loss": np.zeros((6, 3)),
        "measures": np.zeros((6, 3, 0)),
        **changed,
    }
    many = Many(given["thetas"], given["slots"], given["keys"], given["rates"])
    native.train_many(
        Program(NET, "mean_squared_error", optimizer),
        many,
        Data(given["X"], given["Y"], given["weight"]),
        given["order"],
        batch_size=given["batch_size"],
        loss=given["loss"],
        measures=given["measures"],
    )


@pytest.fixture
def native():
    engines = pytest.importorskip("chainrule.engines.native", reason="the native engine")
    return engines.NativeEngine()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"thetas": np.zeros((6, 25))}, "thetas has 25 columns; the network has 26"),
        ({"thetas": np.zeros((0, 26))}, "thetas has no rows"),
        ({"slots": np.zeros((5, 0, 26))}, r"slots has shape \(5, 0, 26\); possible: \(6, 0, 26\)"),
        ({"optimizer": Adam()}, r"slots has shape \(6, 0, 26\); possible: \(6, 2, 26\)"),
        ({"keys": np.zeros(5, dtype=np.uint64)}, r"keys has shape \(5\); possible: \(6\)"),
        ({"rates": np.ones(1)}, r"rates has shape \(1\); possible: \(6\)"),
        ({"rates": np.ones(7)}, r"rates has shape \(7\); possible: \(6\)"),
        ({"X": np.zeros((5, 4))}, "X has 4 columns; the network has 3"),
        ({"Y": np.zeros((4, 2))}, "X has 5 rows and Y has 4"),
        ({"weight": np.zeros(4)}, "weight and X differ in length"),
        ({"batch_size": 0}, "batch_size is 0; possible: 1 or more"),
        ({"loss": np.zeros((5, 3))}, r"loss has shape \(5, 3\); possible: \(6, 3\)"),
        ({"measures": np.zeros((6, 3, 1))}, r"measures has shape \(6, 3, 1\); possible: "),
        ({"order": np.zeros((2, 3, 5), np.int64)}, r"order has shape \(2, 3, 5\); possible: \(6,"),
        ({"order": np.zeros((6, 2, 5), np.int64)}, r"order has shape \(6, 2, 5\); possible: \(6,"),
        ({"order": np.zeros((1, 3, 4), np.int64)}, r"order has shape \(1, 3, 4\); possible: \(1,"),
        ({"order": np.full((6, 3, 5), 5)}, "order holds 5; possible: 0 to 4"),
        ({"order": np.full((1, 3, 5), -1)}, "order holds -1; possible: 0 to 4"),
    ],
)
def test_what_does_not_fit_is_refused(changed, message, native):
    refuse(native)  # all the rest is right
    with pytest.raises(ValueError, match=message):
        refuse(native, **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"thetas": np.zeros((6, 26), dtype=np.float32)},
        {"thetas": np.zeros((26, 6)).T},
        {"loss": np.zeros((6, 3), dtype=np.float32)},
        {"keys": np.zeros(6, dtype=np.int64)},
        {"order": np.zeros((1, 3, 5), dtype=np.int32)},
    ],
    ids=["float32 among float64", "not C-contiguous", "loss in float32", "signed", "int32 order"],
)
def test_other_dtypes_and_layouts_are_refused(changed, native):
    with pytest.raises(TypeError):
        refuse(native, **changed)


def test_rates_replace_the_optimizers(engine, suited, make_problem):
    program = suited("mean_squared_error", (3, 5, 2), optimizer=SGD(0.5))
    thetas, data = problem(make_problem, program, networks=3)
    rates = np.array([0.1, 0.2, 0.3])
    found = train(engine, program, thetas, data, rates=rates)[0]
    for k, rate in enumerate(rates):
        own = dataclasses.replace(program, optimizer=SGD(float(rate)))
        expected = train(engine, own, thetas[k : k + 1], data)[0][0]
        np.testing.assert_allclose(found[k], expected, rtol=1e-12)
