"""W is the user's: read, written in place, replaced, held."""

import numpy as np
import pytest

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])


@pytest.fixture
def pair(build, tutorial_network):
    return build([2, 2, 1], eta=0.5), tutorial_network([2, 2, 1], eta=0.5)


def train(network):
    network.fit(X, Y, n_epochs=5, method="SGD", display_update=1000)


def assert_same(network, oracle):
    np.testing.assert_allclose(network.predict(X), oracle.predict(X), rtol=1e-12)
    for W, V in zip(network.W, oracle.W, strict=True):
        np.testing.assert_allclose(W, V, rtol=1e-11)


def test_writing_in_place_is_used(pair):
    network, oracle = pair
    for changed in pair:
        changed.W[0][1, 2] = 3.0
        changed.W[1][...] *= -0.5
    assert_same(network, oracle)
    train(network)
    train(oracle)
    assert_same(network, oracle)


def test_replacing_one_is_used(pair):
    network, oracle = pair
    new = np.arange(9.0).reshape(3, 3) / 10
    network.W[0] = new
    oracle.W[0] = new.copy()
    assert_same(network, oracle)
    train(network)
    train(oracle)
    assert_same(network, oracle)
    assert network.W[0] is new


def test_replacing_all_is_used(pair, rng):
    network, oracle = pair
    new = [rng.normal(size=(3, 3)), rng.normal(size=(3, 1))]
    network.W = new
    oracle.W = [W.copy() for W in new]
    assert_same(network, oracle)
    train(network)
    train(oracle)
    assert_same(network, oracle)
    assert network.W is new


def test_what_a_user_holds_sees_updates(pair):
    network, oracle = pair
    held, first = network.W, network.W[0]
    column = first[:, 1]
    train(network)
    train(oracle)
    network.back_propagation([[1.0, 0.5, 0.5]], [[1.0]])
    oracle.back_propagation(np.array([[1.0, 0.5, 0.5]]), np.array([[1.0]]))
    assert network.W is held
    assert network.W[0] is first
    np.testing.assert_allclose(first, oracle.W[0], rtol=1e-11)
    np.testing.assert_allclose(column, oracle.W[0][:, 1], rtol=1e-11)


def frozen(W):
    W = W.copy()
    W.flags.writeable = False
    return W


def strided(W):
    wide = np.zeros((2 * W.shape[0], 3 * W.shape[1]))
    wide[::2, ::3] = W
    return wide[::2, ::3]


@pytest.mark.parametrize(
    "form",
    [
        np.float32,
        np.float16,
        np.longdouble,
        lambda W: W.astype(">f8"),
        lambda W: (4 * W).astype(np.int8),
        lambda W: W > 0,
        np.ndarray.tolist,
        lambda W: tuple(map(tuple, W.tolist())),
        frozen,
        np.asfortranarray,
        strided,
        lambda W: np.ascontiguousarray(W[::-1])[::-1],
    ],
    ids=[
        *("float32", "float16", "longdouble", "big-endian", "int8", "bool", "list", "tuple"),
        *("read-only", "Fortran", "strided", "backwards"),
    ],
)
def test_replacements_of_every_form(form, pair):
    network, oracle = pair
    given = [form(W) for W in network.W]
    before = [np.array(W) for W in given]
    network.W[:] = given
    oracle.W = [np.array(W, dtype=np.float64) for W in given]
    assert_same(network, oracle)
    train(network)
    train(oracle)
    assert_same(network, oracle)
    for W, old, was in zip(network.W, given, before, strict=True):
        assert W.dtype == np.float64
        assert W.flags.writeable
        if W is not old:  # what could not take the update is not half changed
            np.testing.assert_array_equal(np.array(old), was)


@pytest.mark.parametrize(
    ("index", "shape"), [(0, (3, 2)), (0, (2, 3)), (0, (9,)), (1, (3,)), (1, (1, 3)), (1, (3, 3))]
)
def test_a_wrong_shape_is_named(index, shape, pair):
    network, _ = pair
    network.W[index] = np.ones(shape)
    others = network.W[1 - index].copy()
    possible = [(3, 3), (3, 1)][index]
    message = rf"^W\[{index}\] has shape {_escaped(shape)}; possible: {_escaped(possible)}$"
    for act in uses(network):
        with pytest.raises(ValueError, match=message):
            act()
    np.testing.assert_array_equal(network.W[index], np.ones(shape))
    np.testing.assert_array_equal(network.W[1 - index], others)
    assert network.loss_history == []


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_wrong_number_is_named(number, pair):
    network, _ = pair
    network.W = [np.ones((3, 3))] * number
    for act in uses(network):
        with pytest.raises(ValueError, match=rf"^W has {number} arrays; possible: 2, "):
            act()
    assert network.loss_history == []


@pytest.mark.parametrize(
    "W",
    [np.ones((3, 3)) * 1j, np.full((3, 3), "a"), [["1"] * 3] * 3, [[None] * 3] * 3],
    ids=["complex", "text", "list of text", "None"],
)
def test_weights_that_are_no_numbers_are_refused(W, pair):
    network, _ = pair
    network.W[0] = W
    for act in uses(network):
        with pytest.raises((TypeError, ValueError), match=r"W\[0\]"):
            act()
    assert network.W[0] is W
    assert network.loss_history == []


def test_ragged_weights_are_refused(pair):
    network, _ = pair
    network.W[0] = [[1, 2, 3], [1, 2], [1]]
    for act in uses(network):
        with pytest.raises(ValueError, match=r"W\[0\]"):
            act()


def uses(network):
    return [
        lambda: network.predict(X),
        lambda: network.loss(X, Y, bias_trick=True),
        lambda: network.fit(X, Y),
        lambda: network.back_propagation([1, 0, 0], [0]),
    ]


def _escaped(shape):
    return str(shape).replace("(", r"\(").replace(")", r"\)")


def test_w_may_be_a_tuple(build):
    nn = build([2, 2, 1])
    other = build([2, 2, 1])
    nn.W = tuple(W.tolist() for W in nn.W)
    for network in (nn, other):
        network.fit([[0, 1]], [[1]], n_epochs=3, display_update=0)
    np.testing.assert_array_equal(nn.W[0], other.W[0])
    np.testing.assert_array_equal(nn.W[1], other.W[1])
