"""fit against the oracle: XOR, and the digits of scikit-learn as the tutorial learns them."""

import numpy as np
import pytest

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
METHODS = ["batch", "SGD"]
EPOCHS = {"native": 100, "numpy": 10}  # of SGD on the digits: the reference is slow


def assert_same(network, oracle, atol=0.0):
    for W, V in zip(network.W, oracle.W, strict=True):
        np.testing.assert_allclose(W, V, rtol=1e-9, atol=atol)
    assert len(network.loss_history) == len(oracle.loss_history)
    np.testing.assert_allclose(network.loss_history, oracle.loss_history, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("layers", [[2, 2, 1], [2, 1], [2, 3, 3, 1]])
def test_xor(layers, method, build, tutorial_network, capsys):
    network, oracle = build(layers, eta=0.5), tutorial_network(layers, eta=0.5)
    assert network.fit(*XOR, n_epochs=250, method=method) is None
    printed = capsys.readouterr().out
    oracle.fit(*XOR, n_epochs=250, method=method)
    assert printed == capsys.readouterr().out
    assert [line.split(",")[0] for line in printed.splitlines()] == [
        "epoch=1",
        "epoch=100",
        "epoch=200",
    ]
    assert_same(network, oracle, atol=1e-14)  # 2-1 cannot learn it: its weights go to 0


def test_xor_is_solved(build):
    network = build([2, 2, 1], eta=0.5)
    network.fit(*XOR, n_epochs=1000, method="SGD", display_update=0)
    assert (network.predict(XOR[0]) > 0.5).astype(int).tolist() == XOR[1].tolist()
    assert network.loss_history[-1] < 0.01


def test_digits_by_sgd(engine_name, build, digits, trained_oracle, capsys):
    epochs = EPOCHS[engine_name]
    oracle = trained_oracle(epochs)
    network = build([64, 32, 16, 10])
    capsys.readouterr()
    network.fit(digits.X_train, digits.y_train, epochs, method="SGD", display_update=10)
    assert capsys.readouterr().out == oracle.printed
    assert_same(network, oracle)
    outputs = network.predict(digits.X_test)
    np.testing.assert_allclose(outputs, oracle.predict(digits.X_test), rtol=1e-9)
    assert (outputs.argmax(axis=1) == digits.y_test.argmax(axis=1)).mean() > 0.9


def test_digits_by_batch(build, digits, tutorial_network, capsys):
    # The step of a batch is the sum over its samples, so eta is small here.
    given = (digits.X_train, digits.y_train, 10, "batch", 4)
    network = build([64, 32, 16, 10], eta=1e-3)
    network.fit(*given)
    printed = capsys.readouterr().out
    oracle = tutorial_network([64, 32, 16, 10], eta=1e-3)
    oracle.fit(*given)
    assert printed == capsys.readouterr().out
    assert_same(network, oracle)


def test_samples_come_in_the_order_given(build, rng):
    X, y = rng.normal(size=(6, 2)), rng.uniform(size=(6, 1))
    forwards, backwards, by_steps = (build([2, 3, 1], eta=0.5) for _ in range(3))
    forwards.fit(X, y, 1, "SGD", 0)
    backwards.fit(X[::-1], y[::-1], 1, "SGD", 0)
    for xi, yi in zip(X, y, strict=True):
        by_steps.back_propagation([1, *xi], yi)
    np.testing.assert_allclose(forwards.W[0], by_steps.W[0], rtol=1e-12)
    assert not np.allclose(forwards.W[0], backwards.W[0], rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_loss_history_is_the_loss_after_each_epoch(method, build, rng):
    X, y = rng.normal(size=(6, 2)), rng.uniform(size=(6, 1))
    network, slow = build([2, 3, 1]), build([2, 3, 1])
    network.fit(X, y, 5, method, 0)
    expected = []
    for _ in range(5):
        slow.fit(X, y, 1, method, 0)
        expected.append(slow.loss(X, y, bias_trick=True))
    np.testing.assert_allclose(network.loss_history, expected, rtol=1e-12)
    assert {type(loss) for loss in network.loss_history} == {float}


@pytest.mark.parametrize("method", METHODS)
def test_a_second_fit_goes_on(method, build, tutorial_network, capsys):
    network, oracle = build([2, 2, 1], eta=0.5), tutorial_network([2, 2, 1], eta=0.5)
    history = network.loss_history
    for trained in (network, oracle):
        for epochs in (30, 1, 25):
            trained.fit(*XOR, epochs, method, display_update=20)
    assert network.loss_history is history
    assert_same(network, oracle)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[:5] == lines[5:]

    whole = build([2, 2, 1], eta=0.5)
    whole.fit(*XOR, 56, method, display_update=0)
    assert whole.loss_history == network.loss_history


def test_the_defaults_are_ten_epochs_of_batch(build, tutorial_network, capsys):
    network, oracle = build([2, 2, 1]), tutorial_network([2, 2, 1])
    network.fit(*XOR)
    oracle.fit(*XOR)
    assert_same(network, oracle)
    assert len(network.loss_history) == 10
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"epoch=1, loss={oracle.loss_history[0]:.3f}"] * 2


@pytest.mark.parametrize("display_update", [0, None, False])
def test_nothing_is_printed(display_update, build, capsys):
    build([2, 2, 1]).fit(*XOR, n_epochs=3, display_update=display_update)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize(
    ("display_update", "epochs"), [(1, [1, 2, 3, 4, 5]), (2, [1, 2, 4]), (5, [1, 5]), (6, [1])]
)
def test_which_epochs_are_printed(display_update, epochs, build, capsys):
    network = build([2, 2, 1])
    network.fit(*XOR, n_epochs=5, display_update=display_update)
    expected = [f"epoch={e}, loss={network.loss_history[e - 1]:.3f}" for e in epochs]
    assert capsys.readouterr().out.splitlines() == expected


@pytest.mark.parametrize("method", METHODS)
def test_no_epochs_change_nothing(method, build, capsys):
    network, untouched = build([2, 2, 1]), build([2, 2, 1])
    network.fit(*XOR, n_epochs=0, method=method)
    np.testing.assert_array_equal(network.W[0], untouched.W[0])
    assert network.loss_history == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("method", METHODS)
def test_one_sample_is_enough(method, build, tutorial_network):
    network, oracle = build([2, 3, 2], eta=0.5), tutorial_network([2, 3, 2], eta=0.5)
    X, y = np.array([[0.5, -2.0]]), np.array([[1.0, 0.0]])
    network.fit(X, y, 20, method, display_update=0)
    oracle.fit(X, y, 20, method, display_update=1000)
    assert_same(network, oracle)


def test_eta_may_be_changed_between_fits(build, tutorial_network):
    network, oracle = build([2, 2, 1]), tutorial_network([2, 2, 1])
    for trained in (network, oracle):
        trained.fit(*XOR, 5)
        trained.eta = 0.7
        trained.fit(*XOR, 5)
    assert_same(network, oracle)
