"""Sequential: the tutorial's lines, the semantics of fit, evaluate and predict."""

import ast
import json
import subprocess
import sys

import numpy as np
import pytest

from chainrule import datasets
from chainrule.keras import backend, callbacks, constraints, layers, optimizers, utils
from chainrule.keras.models import Model, Sequential, clone_model, model_from_json

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype(np.float32)
LABELS = RNG.integers(0, 3, 50)
Y = np.eye(3, dtype=np.float32)[LABELS]


@pytest.fixture(autouse=True)
def _seed():
    utils.set_random_seed(1)


def small(*more, **compiled):
    model = Sequential(
        [layers.Input((4,)), layers.Dense(5, activation="tanh"), *more, layers.Dense(3, "softmax")]
    )
    settings = {"optimizer": "sgd", "loss": "categorical_crossentropy", "metrics": ["accuracy"]}
    model.compile(**settings | compiled)
    return model


def test_the_tutorial_learns_the_digits():
    digits = datasets.digits()
    model = Sequential()
    model.add(layers.Dense(32, input_shape=(64,), activation="sigmoid"))
    model.add(layers.Dense(16, activation="sigmoid"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        loss="categorical_crossentropy", optimizer=optimizers.SGD(0.1), metrics=["accuracy"]
    )
    H = model.fit(
        digits.X_train,
        digits.y_train,
        validation_data=(digits.X_test, digits.y_test),
        epochs=100,
        verbose=0,
        shuffle=True,
        batch_size=10,
    )
    assert list(H.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert H.epoch == list(range(100))
    assert all(isinstance(value, float) for value in H.history["loss"])
    assert H.history["val_accuracy"][-1] > 0.93
    loss, accuracy = model.evaluate(digits.X_test, digits.y_test, verbose=0)
    assert loss == pytest.approx(H.history["val_loss"][-1], rel=1e-5)
    assert accuracy == pytest.approx(H.history["val_accuracy"][-1])


def test_one_epoch_is_plain_gradient_descent():
    model = Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(optimizers.SGD(0.1), "mse")
    W, b = model.get_weights()
    x = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]], np.float32)
    y = np.array([[1.0], [0.0], [2.0]], np.float32)
    H = model.fit(x, y, batch_size=2, epochs=1, shuffle=False, verbose=0)
    losses = []
    for part in (slice(0, 2), slice(2, 3)):
        e = x[part] @ W + b - y[part]
        losses.append((len(e), float(np.mean(e**2))))
        W = W - 0.1 * 2 * x[part].T @ e / len(e)
        b = b - 0.1 * 2 * e.mean(axis=0)
    mean = sum(n * loss for n, loss in losses) / 3
    assert H.history["loss"][0] == pytest.approx(mean, rel=1e-5)
    np.testing.assert_allclose(model.get_weights()[0], W, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[1], b, rtol=1e-5)


def test_a_watched_run_is_bit_for_bit_the_run_that_nobody_watches(capsys):
    class Looks(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            pass

        def on_train_batch_end(self, batch, logs=None):
            pass

    weights, histories = [], []
    for verbose, called in ((0, []), (2, []), (1, []), (0, [Looks()])):
        utils.set_random_seed(3)
        model = small(optimizer="adam")
        H = model.fit(
            X, Y, epochs=7, batch_size=8, validation_split=0.2, verbose=verbose, callbacks=called
        )
        weights.append(model.get_weights())
        histories.append(H.history)
    capsys.readouterr()
    for other, history in zip(weights[1:], histories[1:], strict=True):
        for a, b in zip(weights[0], other, strict=True):
            np.testing.assert_array_equal(a, b)
        assert list(history) == list(histories[0])
        for name in history:
            np.testing.assert_allclose(history[name], histories[0][name], rtol=1e-12)


def test_frozen_layers_stay_bitwise_the_same():
    model = small()
    model.layers[0].trainable = False
    before = model.layers[0].get_weights()
    last = model.layers[1].get_weights()
    model.fit(X, Y, epochs=3, verbose=0)
    for a, b in zip(before, model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(last[0], model.layers[1].get_weights()[0])
    assert len(model.trainable_weights) == 2
    assert len(model.non_trainable_weights) == 2


def test_lines_of_output(capsys):
    small().fit(X, Y, epochs=2, batch_size=10, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2"
    assert lines[1].startswith("5/5 - 0s - ")
    assert "step - accuracy: 0." in lines[1]
    assert len(lines) == 4


def test_metrics_that_engines_do_not_count():
    model = small(metrics=["accuracy", "mse", "AUC"], loss="categorical_crossentropy")
    before = model.get_weights()
    H = model.fit(X, Y, epochs=1, batch_size=50, shuffle=False, verbose=0)
    assert list(H.history) == ["AUC", "accuracy", "loss", "mse"]
    model.set_weights(before)
    found = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert list(found) == ["AUC", "accuracy", "loss", "mse"]  # in the order of Keras
    for name, values in H.history.items():
        assert found[name] == pytest.approx(values[0], rel=1e-5)


def test_batches_give_what_arrays_give():
    a, b = small(), small()
    b.set_weights(a.get_weights())
    H = a.fit(X, Y, batch_size=16, epochs=3, shuffle=False, verbose=0)

    class Parts(utils.Sequence):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return X[16 * i : 16 * i + 16], Y[16 * i : 16 * i + 16]

    G = b.fit(Parts(), epochs=3, shuffle=False, verbose=0)
    for name in H.history:
        np.testing.assert_allclose(G.history[name], H.history[name], rtol=1e-6)
    for u, v in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(u, v)
    c = small()
    c.set_weights(b.get_weights())
    assert c.train_on_batch(X, Y) == pytest.approx(c_loss(b), rel=1e-5)


def c_loss(model):
    return model.evaluate(X, Y, verbose=0)


def test_class_weights_are_weights_of_samples():
    a, b = small(metrics=[]), small(metrics=[])
    b.set_weights(a.get_weights())
    weight = np.array([1.0, 2.0, 0.5])[LABELS]
    H = a.fit(X, Y, class_weight={1: 2.0, 2: 0.5}, shuffle=False, verbose=0)
    G = b.fit(X, Y, sample_weight=weight, shuffle=False, verbose=0)
    assert H.history == G.history


def test_constraints_hold_after_every_step():
    dense = layers.Dense(
        3, kernel_constraint=constraints.NonNeg(), bias_constraint=constraints.MaxNorm(0.1)
    )
    model = Sequential([layers.Input((4,)), dense])
    model.compile(optimizers.SGD(0.5), "mse")
    model.fit(X, Y, epochs=3, verbose=0)
    assert dense.kernel.numpy().min() >= 0
    assert np.linalg.norm(dense.bias.numpy()) <= 0.1 + 1e-6


def test_averages_take_the_place_of_weights_at_the_end():
    model = small(optimizer=optimizers.SGD(0.5, use_ema=True, ema_momentum=0.9))
    plain = small(optimizer=optimizers.SGD(0.5))
    plain.set_weights(model.get_weights())
    model.fit(X, Y, epochs=1, batch_size=25, shuffle=False, verbose=0)
    plain.fit(X[:25], Y[:25], epochs=1, batch_size=25, shuffle=False, verbose=0)
    first = plain.get_weights()
    plain.fit(X[25:], Y[25:], epochs=1, batch_size=25, shuffle=False, verbose=0)
    for a, b, c in zip(model.get_weights(), first, plain.get_weights(), strict=True):
        np.testing.assert_allclose(a, 0.9 * b + 0.1 * c, rtol=1e-5, atol=1e-7)


def test_validation_of_some_epochs_and_of_weighted_data():
    model = small(weighted_metrics=["mae"])
    weight = np.linspace(0, 1, 10).astype(np.float32)
    H = model.fit(
        X,
        Y,
        epochs=4,
        validation_data=(X[:10], Y[:10], weight),
        validation_freq=2,
        verbose=0,
    )
    assert len(H.history["val_loss"]) == 2
    found = model.evaluate(X[:10], Y[:10], sample_weight=weight, verbose=0, return_dict=True)
    error = np.abs(model.predict(X[:10], verbose=0) - Y[:10]).mean(axis=1)
    assert found["mae"] == pytest.approx((error * weight).sum() / weight.sum(), rel=1e-5)
    assert H.history["val_mae"][-1] == pytest.approx(found["mae"], rel=1e-6)


def test_models_within_models_share_their_weights():
    inner = Sequential([layers.Input((4,)), layers.Dense(5, "tanh")], name="inner")
    outer = Sequential([layers.Input((4,)), inner, layers.Dense(3, "softmax")])
    outer.compile("sgd", "categorical_crossentropy")
    outer.fit(X, Y, epochs=2, verbose=0)
    W, b = inner.get_weights()
    np.testing.assert_allclose(inner(X), np.tanh(X @ W + b), rtol=1e-5, atol=1e-6)
    outer.fit(X, Y, epochs=1, verbose=0)
    assert not np.array_equal(W, inner.get_weights()[0])
    assert outer.count_params() == 43
    assert isinstance(outer, Model)


def test_early_stopping_and_rates_are_heard():
    model = small()
    H = model.fit(
        X,
        Y,
        epochs=9,
        verbose=0,
        callbacks=[
            callbacks.EarlyStopping("loss", patience=2, min_delta=100.0),
            callbacks.LearningRateScheduler(lambda epoch: 0.5 / (epoch + 1)),
        ],
    )
    assert H.epoch == [0, 1, 2]
    assert H.history["learning_rate"] == pytest.approx([0.5, 0.25, 0.5 / 3])


def test_stopping_within_an_epoch_keeps_that_epoch():
    class Stop(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):  # noqa: ARG002
            if batch == 1:
                self.model.stop_training = True

    H = small().fit(X, Y, batch_size=10, epochs=5, verbose=0, callbacks=[Stop()])
    assert H.epoch == [0]
    assert len(H.history["loss"]) == 1


def test_initial_epoch_and_going_on():
    model = small()
    model.fit(X, Y, epochs=2, verbose=0)
    H = model.fit(X, Y, initial_epoch=2, epochs=5, verbose=0)
    assert H.epoch == [2, 3, 4]
    assert int(model.optimizer.iterations.numpy()) == 10


def test_predict_takes_lists_and_single_batches():
    model = small()
    A = model.predict(X.tolist(), verbose=0)
    np.testing.assert_array_equal(A, model.predict_on_batch(X))
    np.testing.assert_array_equal(A, model(X).numpy())
    np.testing.assert_allclose(A.sum(axis=1), 1, rtol=1e-6)


def test_settings_go_through_json():
    model = small(layers.Dropout(0.5), layers.BatchNormalization())
    again = model_from_json(model.to_json())
    assert again.get_config() == model.get_config()
    assert json.loads(model.to_json())["class_name"] == "Sequential"
    copy = clone_model(model)
    assert [v.shape for v in copy.weights] == [v.shape for v in model.weights]
    with pytest.raises(ValueError, match=r"unknown layer 'Functional'"):
        model_from_json('{"class_name": "Functional", "config": {}, "module": "keras"}')


def test_double_precision_when_asked_for():
    backend.set_floatx("float64")
    try:
        model = small()
    finally:
        backend.set_floatx("float32")
    model.fit(X, Y, verbose=0)
    assert model.get_weights()[0].dtype == np.float64


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"loss": "categorical_crosentropy"}, "did you mean 'categorical_crossentropy'"),
        ({"optimizer": "adamm"}, "did you mean 'adam'"),
        ({"metrics": ["accurracy"]}, "did you mean 'accuracy'"),
    ],
)
def test_typos_are_named_in_compile(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


def test_wrong_data_is_named_and_changes_nothing():
    model = small()
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"sparse_categorical_crossentropy"):
        model.fit(X, LABELS, verbose=0)
    with pytest.raises(ValueError, match=r"x has samples of shape \(3,\); this model takes \(4,\)"):
        model.fit(X[:, :3], Y, verbose=0)
    with pytest.raises(ValueError, match=r"call compile\(\.\.\.\) before fit"):
        Sequential([layers.Input((4,)), layers.Dense(3)]).fit(X, Y)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_keras_dropped_says_what_replaced_it():
    with pytest.raises(AttributeError, match=r"predict\(x\)\.argmax"):
        small().predict_classes(X)
    with pytest.raises(NotImplementedError, match=r"chainrule trains chains"):
        Model(inputs=1, outputs=2)


def test_a_model_is_built_by_its_first_data():
    model = Sequential([layers.Dense(2), layers.Dense(1)])
    assert not model.built
    model.compile("sgd", "mse")
    model.fit(X, np.ones(50), verbose=0)
    assert model.input_shape == (None, 4)
    assert model.pop().name == model.layers[-1].name or len(model.layers) == 1


def test_targets_that_the_loss_changes_are_measured_as_they_were_given():
    model = Sequential([layers.Input((4,)), layers.Dense(1, "tanh")])
    model.compile("sgd", "hinge", metrics=["mse"], weighted_metrics=["mse"])
    y = (LABELS > 0).astype(np.float32)
    before = model.predict(X, verbose=0)[:, 0]
    H = model.fit(X, y, batch_size=50, verbose=0)
    assert list(H.history) == ["loss", "mse", "weighted_mse"]
    assert H.history["mse"][0] == pytest.approx(np.mean((before - y) ** 2), rel=1e-5)
    assert H.history["loss"][0] == pytest.approx(
        np.mean(np.maximum(1 - (2 * y - 1) * before, 0)), rel=1e-5
    )


def test_one_seed_draws_the_same_however_a_model_is_put_together():
    utils.set_random_seed(1)
    listed = Sequential([layers.Input((3,)), layers.Dense(2), layers.Dense(1)])
    utils.set_random_seed(1)
    grown = Sequential()
    for layer in (layers.Input((3,)), layers.Dense(2), layers.Dense(1)):
        grown.add(layer)
    utils.set_random_seed(1)
    late = Sequential([layers.Dense(2), layers.Dense(1)])
    late.build((None, 3))
    for one, two, three in zip(*(m.get_weights() for m in (listed, grown, late)), strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(one, three)


def test_validation_sees_weights_after_their_constraint():
    model = Sequential([layers.Input((4,)), layers.Dense(1, kernel_constraint="non_neg")])
    model.compile(optimizers.SGD(1.0), "mse")
    x, y = -np.ones((8, 4), np.float32), np.full((8, 1), 3.0, np.float32)
    H = model.fit(x, y, epochs=2, verbose=0, validation_data=(x, y))
    assert np.all(model.layers[0].kernel.numpy() >= 0)
    assert H.history["val_loss"][-1] == model.evaluate(x, y, verbose=0)


def test_compile_imports_what_fit_needs_so_that_the_first_fit_only_trains():
    code = """
import sys
import numpy as np
from chainrule.keras import Sequential, layers
model = Sequential([layers.Input((2,)), layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
before = set(sys.modules)
x, y = np.ones((4, 2)), np.ones((4, 1))
model.fit(x, y, validation_data=(x, y), verbose=0)
print(sorted(set(sys.modules) - before))
"""
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    engine = ["chainrule._native", "chainrule.engines.native"]
    assert ast.literal_eval(made.stdout) == engine
