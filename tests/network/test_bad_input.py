"""Bad input: the right exception, which names the argument, and a network that is unchanged."""

from datetime import date

import numpy as np
import pytest

from chainrule import NeuralNetwork

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
ONES = np.hstack([np.ones((4, 1)), X])
Y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
LABELS = [0, 1, 2, 1]


@pytest.fixture
def network(build):
    """A network that has learnt a little; after the test it must still be the same."""
    network = build([2, 3, 3], eta=0.5)
    network.fit(X, Y, 2, display_update=0)
    arrays, copies = list(network.W), [W.copy() for W in network.W]
    losses = list(network.loss_history)
    yield network
    assert all(W is V for W, V in zip(network.W, arrays, strict=True))
    for W, V in zip(network.W, copies, strict=True):
        np.testing.assert_array_equal(W, V)
    assert network.loss_history == losses
    assert (network.layers, network.eta) == ([2, 3, 3], 0.5)


def spoilt(array, value):
    array = array.copy()
    array[2, 1] = value
    return array


def valued(array, value):
    array = array.tolist()
    array[2][1] = value
    return array


# What can be wrong with any array: how it is made from a right one, the error, the message.
WRONG = {
    "NaN": (lambda a: spoilt(a, np.nan), ValueError, r"1 NaN or inf, the first at index \(2, 1\)"),
    "inf": (lambda a: spoilt(a, np.inf), ValueError, "1 NaN or inf, the first at index"),
    "-inf": (lambda a: spoilt(a, -np.inf), ValueError, "1 NaN or inf, the first at index"),
    "text": (lambda a: a.astype(str), TypeError, "text"),
    "a word": (lambda _: "digits", TypeError, "text"),
    "text in a list": (lambda a: valued(a, "7"), TypeError, "text"),
    "bytes": (lambda a: a.astype("S"), TypeError, "text"),
    "text as objects": (lambda a: spoilt(a.astype(object), "a"), TypeError, "text"),
    "complex": (lambda a: a + 0j, TypeError, "complex numbers"),
    "complex in a list": (lambda a: valued(a, 1j), TypeError, "complex numbers"),
    "dates": (lambda a: a.astype("M8[s]"), TypeError, "dates"),
    "a date": (lambda a: spoilt(a.astype(object), date(2024, 2, 29)), TypeError, "2024.* a date"),
    "a dict": (lambda _: {"a": 1}, TypeError, "a dict"),
    "an object": (lambda a: valued(a, object()), TypeError, "a object"),
    "a missing value": (lambda a: valued(a, None), (TypeError, ValueError), "None|NaN"),
    "nothing": (lambda _: None, (TypeError, ValueError), "None|NaN"),
    "ragged rows": (lambda a: [*a.tolist(), [1.0]], ValueError, "rows of unequal length"),
    "three axes": (lambda a: a[:, :, None], ValueError, r"shape \(4, \d, 1\)"),
}
ACTS = {
    "fit": (X, Y, lambda network, X, Y: network.fit(X, Y, method="SGD")),
    "back_propagation": (ONES, Y, lambda network, X, Y: network.back_propagation(X, Y)),
    "loss": (ONES, Y, lambda network, X, Y: network.loss(X, Y)),
    "predict": (X, None, lambda network, X, _: network.predict(X)),
}


@pytest.mark.parametrize("wrong", list(WRONG))
@pytest.mark.parametrize("act", list(ACTS))
def test_wrong_x(act, wrong, network):
    spoil, error, message = WRONG[wrong]
    inputs, targets, call = ACTS[act]
    with pytest.raises(error, match=f"^X (holds|has|is) .*({message})"):
        call(network, spoil(inputs), targets)


@pytest.mark.parametrize("wrong", list(WRONG))
@pytest.mark.parametrize("act", [act for act in ACTS if act != "predict"])
def test_wrong_y(act, wrong, network):
    spoil, error, message = WRONG[wrong]
    inputs, targets, call = ACTS[act]
    with pytest.raises(error, match=f"^y (holds|has|is) .*({message})"):
        call(network, inputs, spoil(targets))


@pytest.mark.parametrize("empty", [[], [[]], np.empty((0, 2)), np.empty((4, 0)), (), np.empty(0)])
@pytest.mark.parametrize("act", list(ACTS))
def test_empty_x(act, empty, network):
    _, targets, call = ACTS[act]
    with pytest.raises(ValueError, match=r"^X is empty \(shape .*\); give at least one sample"):
        call(network, empty, targets)


@pytest.mark.parametrize("empty", [[], [[]], np.empty((0, 3)), np.empty((4, 0))])
@pytest.mark.parametrize("act", [act for act in ACTS if act != "predict"])
def test_empty_y(act, empty, network):
    inputs, _, call = ACTS[act]
    with pytest.raises(ValueError, match=r"^y .*\(4, 3\)"):
        call(network, inputs, empty)


@pytest.mark.parametrize("columns", [1, 3, 5])
def test_wrong_number_of_columns(columns, network):
    wrong = np.ones((4, columns))
    message = rf"^X has {columns} columns .*possible: 2\D.*\[2, 3, 3\]"
    for call in (
        lambda: network.fit(wrong, Y),
        lambda: network.predict(wrong),
        lambda: network.predict(wrong[0]),
        lambda: network.loss(wrong, Y, bias_trick=True),
    ):
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_wrong_number_of_columns_where_x_has_its_ones(columns, network):
    wrong = np.ones((4, columns))
    message = rf"^X has {columns} columns .*possible: 3 \(the column of ones included"
    for call in (
        lambda: network.back_propagation(wrong, Y),
        lambda: network.predict(wrong, bias_trick=False),
        lambda: network.loss(wrong, Y),
    ):
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("samples", [1, 3, 5])
@pytest.mark.parametrize("act", [act for act in ACTS if act != "predict"])
def test_different_lengths(act, samples, network):
    inputs, _, call = ACTS[act]
    with pytest.raises(ValueError, match=rf"^y has {samples} samples .* X has 4.*\(4, 3\)"):
        call(network, inputs, np.ones((samples, 3)))


@pytest.mark.parametrize("width", [2, 4])
@pytest.mark.parametrize("act", [act for act in ACTS if act != "predict"])
def test_y_of_the_wrong_width(act, width, network):
    inputs, _, call = ACTS[act]
    with pytest.raises(ValueError, match=rf"^y has shape \(4, {width}\); possible: \(4, 3\)"):
        call(network, inputs, np.ones((4, width)))


@pytest.mark.parametrize(
    "labels", [LABELS, np.array(LABELS), np.array(LABELS)[:, None], [[0], [1], [2], [1]]]
)
@pytest.mark.parametrize("act", [act for act in ACTS if act != "predict"])
def test_a_vector_of_labels_is_told_of_the_binarizer(act, labels, network):
    inputs, _, call = ACTS[act]
    with pytest.raises(ValueError, match=r"^y .*possible: .*\(4, 3\).*use LabelBinarizer"):
        call(network, inputs, labels)


def test_as_many_labels_as_outputs_are_labels_too(network):
    with pytest.raises(ValueError, match=r"^y .*possible: .*\(3, 3\).*use LabelBinarizer"):
        network.fit(X[:3], [0, 1, 2])


def test_sparse_matrices(network):
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"^X is a sparse matrix; give X\.toarray\(\)$"):
        network.fit(sparse.csr_matrix(X), Y)
    with pytest.raises(TypeError, match=r"^y is a sparse matrix; give y\.toarray\(\)$"):
        network.fit(X, sparse.csr_array(Y))


@pytest.mark.parametrize("method", ["adam", "", "batch ", None, 3, b"SGD", ["SGD"]])
def test_unknown_method(method, network):
    with pytest.raises((ValueError, TypeError), match=r"^method is .*; possible: 'batch', 'SGD'$"):
        network.fit(X, Y, method=method)


@pytest.mark.parametrize("argument", ["n_epochs", "display_update"])
def test_counts(argument, network):
    for value in (2.5, "10", True, [3], np.float64(3), 1j):
        with pytest.raises(
            TypeError, match=rf"^{argument} is .*possible: an integer of at least 0"
        ):
            network.fit(X, Y, **{argument: value})
    with pytest.raises(ValueError, match=rf"^{argument} is -1; possible: an integer of at least 0"):
        network.fit(X, Y, **{argument: -1})


def test_n_epochs_is_not_none(network):
    with pytest.raises(TypeError, match=r"^n_epochs is None"):
        network.fit(X, Y, n_epochs=None)


NOT_TWO_POSITIVE_INTEGERS = [
    *([], [2], (), [0, 1], [2, 0], [2, -1], [2, 2.0], [2.5, 1], ["2", "1"], [2, True]),
    *([2, None], [[2, 2], 1], [2, float("nan")], [2, 1j], np.array([2.0, 1.0])),
    *(5, None, "2-2-1", "21", 2.5, np.array(5)),
]


@pytest.mark.parametrize("layers", NOT_TWO_POSITIVE_INTEGERS, ids=repr)
def test_layers(layers, build):
    with pytest.raises((ValueError, TypeError), match=r"^layers is .*; possible: .*\[2, 2, 1\]"):
        build(layers)


@pytest.mark.parametrize(
    "eta", [0, 0.0, -0.1, np.nan, np.inf, -np.inf, np.float32(0), pytest.param(10**400, id="huge")]
)
def test_eta_that_is_not_positive_and_finite(eta, build):
    message = r"^eta is .*; possible: a positive, finite number$"
    with pytest.raises(ValueError, match=message):
        build([2, 1], eta=eta)
    network = build([2, 3, 3])
    before = [W.copy() for W in network.W]
    network.eta = eta
    for call in (lambda: network.fit(X, Y), lambda: network.back_propagation(ONES, Y)):
        with pytest.raises(ValueError, match=message):
            call()
    for W, V in zip(network.W, before, strict=True):
        np.testing.assert_array_equal(W, V)
    assert network.loss_history == []


@pytest.mark.parametrize("eta", ["0.1", None, 1j, [0.1], True, np.array([0.1])], ids=repr)
def test_eta_that_is_no_number(eta, build):
    with pytest.raises(TypeError, match=r"^eta is .*possible: a positive, finite number$"):
        build([2, 1], eta=eta)


@pytest.mark.parametrize("seed", [-1, 1.5, "a", 2**32, np.nan])
def test_rand_seed(seed, build):
    with pytest.raises((ValueError, TypeError), match=r"^rand_seed is .*; possible: an integer"):
        build([2, 1], rand_seed=seed)


@pytest.mark.parametrize("engine", ["tensorflow", "", None, 3])
def test_unknown_engine(engine):
    with pytest.raises(ValueError, match=r"^unknown engine .*Possible: native, numpy$"):
        NeuralNetwork([2, 1], engine=engine)
