"""The oracle is right where no option is given, and each mistake gives something else."""

import itertools

import numpy as np
import pytest

from chainrule import NeuralNetwork
from chainrule.teaching import oracle
from chainrule.teaching.comparing import close
from chainrule.teaching.diagnoses import curves, epochs, gradients, outputs, weights
from chainrule.teaching.oracle import Problem, finite_differences, forward, loss, oblong, square

PROBLEMS = [square, oblong, lambda: oracle.problem([3, 1], 2), lambda: oracle.problem([2, 2, 1], 4)]


@pytest.mark.parametrize("make", PROBLEMS)
def test_steps_are_half_of_the_finite_differences(make):
    p = make()
    gradient = finite_differences(lambda W: loss(W, p.X1, p.y), p.W)
    for step, expected in zip(oracle.steps(p), gradient, strict=True):
        np.testing.assert_allclose(2 * step, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("make", PROBLEMS)
@pytest.mark.parametrize("method", ["batch", "SGD"])
def test_the_package_gives_the_same(make, method):
    p = make()
    nn = NeuralNetwork(p.layers, eta=p.eta, engine="numpy")
    nn.W = [w.copy() for w in p.W]
    np.testing.assert_allclose(nn.predict(p.X), forward(p.W, p.X1)[-1], rtol=1e-12)
    assert nn.loss(p.X1, p.y) == pytest.approx(loss(p.W, p.X1, p.y), rel=1e-12)
    nn.fit(p.X, p.y, n_epochs=3, method=method, display_update=None)
    W, losses = oracle.train(p, 3, per_sample=method == "SGD", factor=2)
    for given, expected in zip(nn.W, W, strict=True):
        np.testing.assert_allclose(given, expected, rtol=1e-10)
    np.testing.assert_allclose(nn.loss_history, losses, rtol=1e-10)


def test_shapes_are_those_of_the_package():
    for layers in ([2, 2, 1], [64, 32, 16, 10], [3, 1]):
        assert oracle.shapes(layers) == [W.shape for W in NeuralNetwork(layers).W]


def test_square_is_square_and_oblong_is_not():
    p = square()
    assert {a.shape for a in (*p.W, p.X1, p.y)} == {(4, 4)}
    sizes = [n for w in oblong().W for n in w.shape] + [len(oblong().X)]
    assert len({*sizes}) == 5


def test_finite_differences_leave_the_weights():
    p = square()
    before = [w.copy() for w in p.W]
    finite_differences(lambda W: loss(W, p.X1, p.y), p.W)
    assert all(np.array_equal(a, b) for a, b in zip(p.W, before, strict=True))


@pytest.mark.parametrize("row", gradients.ROWS, ids=lambda row: row.name)
def test_a_mistake_on_the_way_back_gives_something_else(row):
    right = oracle.steps(square())
    given = row.gives(square())
    assert [g.shape for g in given] == [r.shape for r in right]
    assert not close(given, right)
    assert not close(given, [2 * r for r in right])


@pytest.mark.parametrize("row", outputs.ROWS, ids=lambda row: row.name)
def test_a_mistake_on_the_way_forth_gives_something_else(row):
    p = square()
    assert not close(row.gives(p), outputs.right(p))


def test_mistakes_of_different_names_give_different_steps():
    p = square()
    given = [(row, row.gives(p)) for row in gradients.ROWS]
    for (a, x), (b, y) in itertools.combinations(given, 2):
        if a.name != b.name:
            for factor in (0.5, 1, 2):
                assert not close(x, [factor * step for step in y]), (a.sentence, b.sentence)


def test_mistakes_of_different_sentences_give_different_outputs():
    p = square()
    with np.errstate(all="ignore"):
        given = [(row, row.gives(p)) for row in outputs.ROWS]
    for (a, x), (b, y) in itertools.combinations(given, 2):
        if a.name != b.name:
            assert not close(x, y), (a.sentence, b.sentence)


def test_mistakes_of_fit_make_different_calls():
    given = [(row, row.gives(None)) for row in epochs.ROWS]
    for (a, x), (b, y) in itertools.combinations(given, 2):
        assert x != y or a.name == b.name, (a.sentence, b.sentence)
    assert all(events != epochs.RIGHT for _, events in given)


def test_mistakes_of_init_give_different_shapes():
    layers = [6, 11, 4, 9, 2]
    given = [(row, row.gives(layers)) for row in weights.SHAPES]
    for (a, x), (b, y) in itertools.combinations(given, 2):
        assert x != y or a.name == b.name, (a.sentence, b.sentence)
    assert all(shapes != oracle.shapes(layers) for _, shapes in given)


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        (curves.SIGMOID, oracle.sigmoid),
        (curves.SIGMOID_GRAD, lambda z: oracle.sigmoid(z) * (1 - oracle.sigmoid(z))),
    ],
)
def test_mistakes_of_the_functions_give_different_values(rows, right):
    z = np.array([[-2.0, -0.7, 0.3], [0.0, 1.1, 2.6]])
    with np.errstate(all="ignore"):
        given = [(row, row.gives(z)) for row in rows]
    for (a, x), (b, y) in itertools.combinations(given, 2):
        assert a.name == b.name or not close(x, y), (a.name, b.name)
    assert not any(close(x, right(z)) for _, x in given)


def test_a_problem_with_one_sample():
    p = oblong()
    one = Problem(p.layers, p.W, p.X[:1], p.y[:1], p.eta)
    total = [oracle.steps(Problem(p.layers, p.W, p.X[i : i + 1], p.y[i : i + 1])) for i in range(7)]
    assert close(oracle.steps(one), total[0])
    assert close([sum(s) for s in zip(*total, strict=True)], oracle.steps(p))
