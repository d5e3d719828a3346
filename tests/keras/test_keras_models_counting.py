"""Metrics that engines do not count, and losses that sum: `fit` against batches by hand."""

import numpy as np
import pytest

from chainrule.keras import Sequential, callbacks, layers, losses, metrics, optimizers

rng = np.random.default_rng(5)
X = rng.normal(size=(23, 4)).astype(np.float32)
Y = (X @ [1.0, -1.0, 0.5, 0.0] > 0).astype(np.float32)[:, None]
W = rng.random(23).astype(np.float32)


def worst(y_true, y_pred):
    """One number for a batch, which is not the mean of what samples would give."""
    return np.max(np.abs(y_true - y_pred))


class Largest(metrics.Metric):
    def __init__(self, name="largest", **settings):
        super().__init__(name=name, **settings)
        self.largest = self.add_weight(name="largest")

    def update_state(self, _, y_pred, sample_weight=None):  # noqa: ARG002
        self.largest.assign(np.maximum(self.largest, np.max(y_pred)))

    def result(self):
        return self.largest.value


def network(loss="binary_crossentropy", measured=(), weighted=None):
    model = Sequential([layers.Input((4,)), layers.Dense(3, "tanh"), layers.Dense(1, "sigmoid")])
    start = np.random.default_rng(1)
    model.set_weights([start.normal(size=w.shape) for w in model.get_weights()])
    model.compile(optimizers.SGD(0.5), loss, metrics=list(measured), weighted_metrics=weighted)
    return model


def by_hand(model, epochs, size, weight=None):
    """The history of batches that are trained one after the other, with means as Keras has them."""
    history = []
    for _ in range(epochs):
        for metric in model.metrics:
            metric.reset_state()
        total = 0.0
        for start in range(0, len(X), size):
            part = slice(start, start + size)
            A = model.predict(X[part], verbose=0)
            w = None if weight is None else weight[part]
            for metric in model.metrics:
                counts = w if metric.name.startswith("weighted") else None
                metric.update_state(Y[part], A, sample_weight=counts)
            values = [float(metric.result()) for metric in model.metrics]
            kept = [[v.numpy() for v in metric.variables] for metric in model.metrics]
            found = model.train_on_batch(X[part], Y[part], w)  # which lets the metrics begin anew
            for metric, numbers in zip(model.metrics, kept, strict=True):
                for variable, number in zip(metric.variables, numbers, strict=True):
                    variable.assign(number)
            loss = found[0] if isinstance(found, list) else found
            total += loss * len(A)
        history.append([total / len(X), *values])
    return np.array(history)


def table(history, model):
    names = ["loss", *(metric.name for metric in model.metrics)]
    return np.array([history.history[name] for name in names]).T


MEASURED = ["accuracy", metrics.AUC, metrics.RootMeanSquaredError, metrics.Precision, worst]


def made():
    return [each() if isinstance(each, type) else each for each in [*MEASURED, Largest]]


@pytest.mark.parametrize("size", [5, 8, 23, 64])
def test_metrics_are_those_of_the_batches_as_they_were_met(size):
    model, other = network(measured=made()), network(measured=made())
    H = model.fit(X, Y, batch_size=size, epochs=3, verbose=0, shuffle=False)
    other.train_on_batch(X[:1] * 0, Y[:1] * 0 + 0.5)  # finds the metrics
    other.set_weights(network().get_weights())
    expected = by_hand(other, 3, size)
    np.testing.assert_allclose(table(H, model), expected, rtol=2e-6)
    for mine, its in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-5, atol=1e-6)


def test_weighted_metrics_see_the_weights_of_samples_and_of_classes():
    once, twice = network(weighted=[metrics.AUC(name="auc")]), network()
    twice.compile(optimizers.SGD(0.5), "binary_crossentropy", weighted_metrics=["AUC"])
    classes = {0: 0.25, 1: 2.0}
    H = once.fit(X, Y, 5, 2, 0, sample_weight=W, class_weight=classes, shuffle=False)
    weight = W * np.where(Y[:, 0] == 1, 2.0, 0.25).astype(np.float32)
    again = twice.fit(X, Y, 5, 2, 0, sample_weight=weight, shuffle=False)
    np.testing.assert_allclose(H.history["auc"], again.history["AUC"], rtol=1e-6)
    plain = network(measured=[metrics.AUC(name="auc")])
    P = plain.fit(X, Y, 5, 2, 0, sample_weight=weight, shuffle=False)
    assert np.all(np.abs(np.subtract(P.history["auc"], H.history["auc"])) > 1e-4)


def test_shuffled_samples_keep_their_targets():
    model = network(measured=[metrics.RootMeanSquaredError(name="rmse"), "mse"])
    H = model.fit(X, Y, 4, epochs=6, verbose=0)
    np.testing.assert_allclose(
        H.history["rmse"], np.sqrt(H.history["mse"]), rtol=1e-5
    )  # the engine counts one of them


def test_callbacks_see_metrics_within_an_epoch():
    seen = []

    class See(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append((batch, logs["rmse"], logs["mse"]))

    model = network(measured=[metrics.RootMeanSquaredError(name="rmse"), "mse"])
    plain = network(measured=[metrics.RootMeanSquaredError(name="rmse"), "mse"])
    H = model.fit(X, Y, 5, 2, 0, callbacks=[See()], shuffle=False)
    assert [batch for batch, *_ in seen] == [0, 1, 2, 3, 4] * 2
    _, rmse, mse = np.array(seen).T
    np.testing.assert_allclose(rmse, np.sqrt(mse), rtol=1e-5)
    expected = plain.fit(X, Y, 5, 2, 0, shuffle=False).history
    np.testing.assert_allclose(H.history["rmse"], expected["rmse"], rtol=1e-6)
    np.testing.assert_allclose(rmse[[4, 9]], expected["rmse"], rtol=1e-6)


def test_dropout_is_seen_by_metrics_that_python_counts():
    model = Sequential([layers.Input((4,)), layers.Dropout(0.5), layers.Dense(1, "sigmoid")])
    model.compile(optimizers.SGD(0.0), "mse", metrics=[metrics.RootMeanSquaredError(name="rmse")])
    H = model.fit(X, Y, 5, 3, 0)
    np.testing.assert_allclose(H.history["rmse"], np.sqrt(H.history["loss"]), rtol=1e-5)
    assert abs(H.history["rmse"][0] - H.history["rmse"][1]) > 1e-4  # other masks, other outputs


@pytest.mark.parametrize("verbose", [0, 2])
@pytest.mark.parametrize("hooked", [False, True])
@pytest.mark.parametrize("size", [5, 8, 23, 64])
def test_a_summing_loss_is_averaged_over_batches_by_their_sizes(size, hooked, verbose, capsys):
    seen = []

    class See(callbacks.Callback):
        def on_train_batch_end(self, _, logs=None):
            seen.append(logs["loss"])

    loss = losses.MeanSquaredError(reduction="sum")
    model, other = network(loss), network(loss)
    for each in (model, other):
        each.optimizer.learning_rate = 0.02
    users = [See()] if hooked else []
    H = model.fit(X, Y, size, 3, verbose, callbacks=users, shuffle=False, sample_weight=W)
    expected = by_hand(other, 3, size, W)
    np.testing.assert_allclose(H.history["loss"], expected[:, 0], rtol=2e-6)
    for mine, its in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-5, atol=1e-6)
    if hooked:
        batches = -(-len(X) // size)
        np.testing.assert_allclose(seen[batches - 1 :: batches], expected[:, 0], rtol=2e-6)
    assert capsys.readouterr().out.count("loss: ") == (3 if verbose else 0)


def test_validation_sums_batch_by_batch():
    model = network(losses.MeanSquaredError(reduction="sum"))
    H = model.fit(X, Y, 5, 1, 0, validation_data=(X, Y), validation_batch_size=8)
    errors = np.square(model.predict(X, verbose=0) - Y)[:, 0]
    parts = [errors[i : i + 8] for i in (0, 8, 16)]
    expected = sum(len(part) * part.sum() for part in parts) / len(X)
    assert H.history["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(X, Y, batch_size=8, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_a_single_batch_is_summed_as_one():
    model = network(losses.MeanSquaredError(reduction="sum"))
    errors = np.square(model.predict(np.tile(X, (3, 1)), verbose=0) - np.tile(Y, (3, 1)))
    found = model.test_on_batch(np.tile(X, (3, 1)), np.tile(Y, (3, 1)))
    assert found == pytest.approx(errors.sum(), rel=1e-5)


def test_sums_over_more_axes_are_those_of_all_outputs():
    model = Sequential([layers.Input((4,)), layers.Dense(6), layers.Reshape((3, 2))])
    model.compile(optimizers.SGD(0.0), losses.MeanSquaredError(reduction="sum"))
    T = rng.normal(size=(23, 3, 2)).astype(np.float32)
    expected = np.square(model.predict(X, verbose=0) - T).mean(axis=-1).sum()
    assert model.train_on_batch(X, T) == pytest.approx(expected, rel=1e-5)
    assert float(model.loss(T, model.predict(X, verbose=0))) == pytest.approx(expected, rel=1e-5)


def test_batches_follow_from_their_number():
    model = network()
    seen = []

    class See(callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):  # noqa: ARG002
            seen.append(batch)

    model.fit(X, Y, steps_per_epoch=2, verbose=0, callbacks=[See()])
    assert seen == [0, 1]  # 12 and 11 samples
    assert int(model.optimizer.iterations) == 2


def test_a_metric_of_several_numbers_stays_an_array(capsys):
    model = Sequential([layers.Input((4,)), layers.Dense(2, "softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=[metrics.F1Score()])
    T = np.hstack([Y, 1 - Y])
    H = model.fit(X, T, epochs=2, verbose=2, validation_data=(X, T))
    found = model.evaluate(X, T, verbose=0)
    assert H.history["f1_score"][0].shape == (2,)
    np.testing.assert_array_equal(H.history["val_f1_score"][1], found[1])
    mean = float(found[1].mean())
    assert f"val_f1_score: {mean:.4f}" in capsys.readouterr().out  # of a line the mean
