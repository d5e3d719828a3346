"""What the class has besides fit: weights as drawn, sigmoid, predict, loss, one step."""

import inspect

import numpy as np
import pytest

from chainrule import NeuralNetwork

LAYERS = [[2, 2, 1], [1, 1], [3, 2], [4, 5, 6, 3], [64, 32, 16, 10]]
CLOSE = {"rtol": 1e-12, "atol": 1e-15}


@pytest.fixture
def pair(build, tutorial_network, rng):
    """A network, the oracle with the same weights, and X with ones, X and y of five samples."""

    def make(layers, samples=5, **options):
        X = rng.normal(size=(samples, layers[0]))
        y = rng.uniform(size=(samples, layers[-1]))
        ones = np.hstack([np.ones((samples, 1)), X])
        return build(layers, **options), tutorial_network(layers, **options), ones, X, y

    return make


def test_signatures():
    def parameters(function):
        return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]

    none = inspect.Parameter.empty
    assert parameters(NeuralNetwork) == [
        ("layers", none),
        ("eta", 0.1),
        ("rand_seed", 42),
        ("engine", "native"),
    ]
    assert inspect.signature(NeuralNetwork).parameters["engine"].kind.name == "KEYWORD_ONLY"
    assert parameters(NeuralNetwork.predict)[1:] == [("X", none), ("bias_trick", True)]
    assert parameters(NeuralNetwork.loss)[1:] == [("X", none), ("y", none), ("bias_trick", False)]
    assert parameters(NeuralNetwork.back_propagation)[1:] == [("X", none), ("y", none)]
    assert parameters(NeuralNetwork.fit)[1:] == [
        ("X", none),
        ("y", none),
        ("n_epochs", 10),
        ("method", "batch"),
        ("display_update", 100),
    ]


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("seed", [42, 0, 2, 2**32 - 1])
def test_weights_are_those_of_the_global_generator(layers, seed, build):
    before = np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(seed)  # noqa: NPY002
        expected = [
            np.random.randn(layers[i] + 1, layers[i + 1] + 1)  # noqa: NPY002
            for i in range(len(layers) - 2)
        ]
        expected.append(np.random.randn(layers[-2] + 1, layers[-1]))  # noqa: NPY002
    finally:
        np.random.set_state(before)  # noqa: NPY002
    network = build(layers, rand_seed=seed)
    assert [W.shape for W in network.W] == [W.shape for W in expected]
    assert isinstance(network.W, list)
    for W, V in zip(network.W, expected, strict=True):
        assert W.dtype == np.float64
        np.testing.assert_array_equal(W, V)


def test_the_shapes_of_the_tutorial(build):
    assert [W.shape for W in build([2, 2, 1]).W] == [(3, 3), (3, 1)]
    assert [W.shape for W in build([64, 32, 16, 10]).W] == [(65, 33), (33, 17), (17, 10)]


def test_the_global_random_state_is_not_touched(build, rng):
    before = np.random.get_state()  # noqa: NPY002
    network = build([2, 2, 1])
    X, y = rng.normal(size=(3, 2)), rng.uniform(size=(3, 1))
    network.fit(X, y, method="SGD", display_update=0)
    network.fit(X, y, method="batch", display_update=0)
    network.predict(X)
    after = np.random.get_state()  # noqa: NPY002
    assert before[0] == after[0]
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]


def test_without_a_seed_weights_differ(build):
    first, second = build([2, 1], rand_seed=None), build([2, 1], rand_seed=None)
    assert (first.W[0] != second.W[0]).all()


def test_attributes(build):
    network = build([3, 4, 2], eta=0.25)
    assert network.layers == [3, 4, 2]
    assert network.eta == 0.25
    assert network.loss_history == []
    assert build([3, 2]).eta == 0.1


@pytest.mark.parametrize("layers", [(2, 3, 1), np.array([2, 3, 1]), range(2, 4), [np.int8(2), 1]])
def test_layers_are_any_sequence_of_integers(layers, build):
    network = build(layers)
    assert network.layers == list(layers)
    assert [type(width) for width in network.layers] == [int] * len(layers)
    assert network.W[0].shape[0] == 3


def test_the_list_of_layers_is_not_shared(build):
    layers = [2, 2, 1]
    network = build(layers)
    layers.append(5)
    assert network.layers == [2, 2, 1]


@pytest.mark.parametrize("eta", [1, 0.5, np.float32(0.5), np.int64(2), 1e-300])
def test_eta_is_any_positive_number(eta, build):
    assert build([2, 1], eta=eta).eta == eta


def test_repr(build):
    assert repr(build([2, 2, 1])) == "NeuralNetwork: 2-2-1"
    assert str(build([64, 32, 16, 10])) == "NeuralNetwork: 64-32-16-10"


@pytest.mark.parametrize("method", ["sigmoid", "sigmoid_grad"])
def test_sigmoid_and_its_gradient(method, build, tutorial_network):
    ours, theirs = getattr(build([2, 1]), method), getattr(tutorial_network([2, 1]), method)
    x = np.linspace(-30, 30, 603).reshape(3, -1)
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(ours([-1, 0, 2]), theirs(np.array([-1, 0, 2])), rtol=1e-15)
    assert ours(1.5) == pytest.approx(theirs(1.5), rel=1e-15)
    assert np.ndim(ours(3)) == 0
    assert ours(np.float32([0.5])).dtype == np.float32


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.int64, np.uint64, np.float16])
def test_sigmoid_of_every_real_dtype(dtype, build):
    network = build([2, 1])
    x = np.array([0, 1], dtype=dtype)
    np.testing.assert_allclose(network.sigmoid(x), [0.5, 0.7310585786300049], rtol=1e-3)
    np.testing.assert_allclose(network.sigmoid_grad(x), [0.25, 0.19661193324148185], rtol=2e-3)


def test_sigmoid_does_not_overflow(build):
    network = build([2, 1])
    x = np.array([-np.inf, -1e300, -800, 800, 1e300, np.inf])
    np.testing.assert_array_equal(network.sigmoid(x), [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(network.sigmoid_grad(x), np.zeros(6))


@pytest.mark.parametrize("layers", LAYERS)
def test_predict(layers, pair):
    network, oracle, ones, X, _ = pair(layers)
    expected = oracle.predict(X)
    assert expected.shape == (5, layers[-1])
    np.testing.assert_allclose(network.predict(X), expected, **CLOSE)
    np.testing.assert_allclose(network.predict(X, bias_trick=True), expected, **CLOSE)
    np.testing.assert_allclose(network.predict(ones, bias_trick=False), expected, **CLOSE)
    np.testing.assert_allclose(network.predict(ones, False), expected, **CLOSE)


@pytest.mark.parametrize("layers", LAYERS)
def test_predict_one_sample(layers, pair):
    network, oracle, ones, X, _ = pair(layers)
    expected = oracle.predict(X[2])
    assert expected.shape == (1, layers[-1])
    np.testing.assert_allclose(network.predict(X[2]), expected, **CLOSE)
    np.testing.assert_allclose(network.predict(ones[2], bias_trick=False), expected, **CLOSE)
    assert network.predict(X[2])[0][0] == pytest.approx(expected[0][0], rel=1e-12)


def test_a_column_that_is_not_one_is_used_as_it_is(pair):
    network, oracle, ones, _, y = pair([3, 2, 2])
    ones[:, 0] = 5
    np.testing.assert_allclose(
        network.predict(ones, bias_trick=False), oracle.predict(ones, bias_trick=False), **CLOSE
    )
    assert network.loss(ones, y) == pytest.approx(oracle.loss(ones, y), rel=1e-12)


@pytest.mark.parametrize("layers", LAYERS)
def test_loss(layers, pair):
    network, oracle, ones, X, y = pair(layers)
    expected = oracle.loss(ones, y)
    assert network.loss(ones, y) == pytest.approx(expected, rel=1e-12)
    assert network.loss(ones, y, bias_trick=False) == pytest.approx(expected, rel=1e-12)
    assert network.loss(X, y, bias_trick=True) == pytest.approx(expected, rel=1e-12)
    assert network.loss(X, y, True) == pytest.approx(expected, rel=1e-12)
    assert network.loss(ones[0], y[0]) == pytest.approx(oracle.loss(ones[0], y[0]), rel=1e-12)


def test_reading_changes_nothing(pair):
    network, oracle, ones, X, y = pair([3, 4, 2])
    network.predict(X)
    network.loss(ones, y)
    network.sigmoid(X)
    repr(network)
    for W, V in zip(network.W, oracle.W, strict=True):
        np.testing.assert_array_equal(W, V)
    assert network.loss_history == []


@pytest.mark.parametrize("layers", LAYERS)
def test_back_propagation_on_a_matrix(layers, pair):
    network, oracle, ones, _, y = pair(layers, eta=0.3)
    for _ in range(3):
        assert network.back_propagation(ones, y) is None
        oracle.back_propagation(ones, y)
    for W, V in zip(network.W, oracle.W, strict=True):
        np.testing.assert_allclose(W, V, rtol=1e-11, atol=1e-14)
    assert network.loss_history == []


@pytest.mark.parametrize("layers", LAYERS)
def test_back_propagation_on_one_sample(layers, pair):
    network, oracle, ones, _, y = pair(layers, eta=0.3)
    for xi, yi in zip(ones, y, strict=True):
        network.back_propagation(xi, yi)
        oracle.back_propagation(xi, yi)
    for W, V in zip(network.W, oracle.W, strict=True):
        np.testing.assert_allclose(W, V, rtol=1e-11, atol=1e-14)


def test_a_step_by_hand(build):
    """One unit: a = s(w0 + w1 x), dL/dw = 2 (a - y) a (1 - a) [1, x]."""
    network = build([1, 1], eta=0.5)
    network.W[0][...] = [[0.25], [-0.5]]
    a = 1 / (1 + np.exp(-(0.25 - 0.5 * 3)))
    slope = 2 * (a - 1) * a * (1 - a)
    network.back_propagation([1, 3], [1])
    expected = [[0.25 - 0.5 * slope], [-0.5 - 0.5 * slope * 3]]
    np.testing.assert_allclose(network.W[0], expected, rtol=1e-14)
