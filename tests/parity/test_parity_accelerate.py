"""accelerate(model) beside Keras's own training of the same model, on any back end of Keras."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest

pytest.importorskip("keras", reason="real Keras is not installed: make test-keras")

from tests.parity.accelerated import OPTIMIZERS, SETTINGS, compare, network, train_both

import chainrule


@pytest.fixture
def same(close):
    """same(one, other): see compare."""
    return partial(compare, close)


@pytest.fixture
def both(keras, samples, close):
    """both(build, **fit): see train_both."""
    return partial(train_both, keras, samples, close)


# Training.


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_in_32_bits_it_ends_as_in_keras(name, both):
    both(lambda keras: network(keras, OPTIMIZERS[name](keras)))


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.usefixtures("double")
def test_each_optimizer_ends_as_in_keras(name, both):
    ours, _ = both(lambda keras: network(keras, OPTIMIZERS[name](keras)))
    assert all(w.dtype == np.float64 for w in ours.get_weights())


@pytest.mark.parametrize(
    "settings",
    [
        {"validation_split": 0.25},
        {"validation_split": 0.25, "validation_freq": 3},
        {"sample_weight": np.linspace(0.5, 2, 40)},
        {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}},
        {"initial_epoch": 7},
        {"batch_size": 7},
        {"batch_size": None},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_arguments_of_fit(settings, both):
    both(**settings)


def test_metrics_of_every_kind(both):
    def build(keras):
        metrics = [
            "accuracy",
            keras.metrics.Precision(name="p"),
            keras.metrics.TopKCategoricalAccuracy(2),
            "mse",
        ]
        return network(keras, metrics=metrics)

    both(build, validation_split=0.25)


def test_batch_normalization_writes_its_averages(both):
    ours, _ = both(
        lambda keras: network(keras, inner=[keras.layers.BatchNormalization(momentum=0.9)])
    )
    assert np.abs(ours.layers[1].moving_mean.numpy()).max() > 0.01


def test_layers_of_every_kind(both):
    def build(keras):
        layers = keras.layers
        return network(
            keras,
            inner=[
                layers.LayerNormalization(),
                layers.LeakyReLU(0.2),
                layers.Reshape((2, 4)),
                layers.Flatten(),
                layers.Rescaling(2.0, 0.1),
                layers.Activation("elu"),
            ],
        )

    both(build)


def test_a_functional_chain_with_a_model_in_it(both):
    def build(keras):
        keras.utils.set_random_seed(3)
        inner = keras.Sequential([keras.layers.Dense(5, activation="relu"), keras.layers.Dense(4)])
        x = keras.Input((6,), name="columns")
        hidden = inner(keras.layers.Dense(8, activation="tanh")(x))
        model = keras.Model(x, keras.layers.Dense(3, activation="softmax")(hidden))
        model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
        return model

    both(build)


def test_sparse_targets_and_logits(both, samples):
    def build(keras):
        model = network(keras)
        model.layers[-1].activation = keras.activations.linear
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9), loss, metrics=["accuracy"])
        return model

    both(build, y=samples.labels)


def test_a_frozen_layer_stays_bitwise_the_same(both, keras):
    def build(keras):
        model = network(keras)
        model.layers[0].trainable = False
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "categorical_crossentropy")
        return model

    before = build(keras).layers[0].get_weights()
    ours, _ = both(build)
    for a, b in zip(before, ours.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_training_goes_on_from_one_to_the_other(keras, samples, same):
    theirs, ours = network(keras), network(keras)
    rest = {name: value for name, value in SETTINGS.items() if name != "epochs"}
    x, y = samples.x, samples.one_hot
    theirs.fit(x, y, epochs=12, **rest)
    ours.fit(x, y, epochs=3, **rest)
    fast = chainrule.accelerate(ours)
    fast.fit(x, y, epochs=3, **rest)
    fast.fit(x, y, epochs=3, **rest)
    assert int(ours.optimizer.iterations.numpy()) == 45
    ours.fit(x, y, epochs=3, **rest)
    same(ours, theirs)


def test_each_fit_starts_from_what_the_model_is_then(keras, samples, same):
    theirs, ours = (network(keras, OPTIMIZERS["momentum"](keras)) for _ in range(2))
    fast = chainrule.accelerate(ours)
    for model, trained in ((theirs, theirs), (ours, fast)):
        trained.fit(samples.x, samples.one_hot, **SETTINGS)
        model.set_weights([w / 2 for w in model.get_weights()])
        model.optimizer.learning_rate = 0.05
        trained.fit(samples.x, samples.one_hot, **SETTINGS)
        model.compile("sgd", "mse")  # which leaves the metrics, in Keras
        h = trained.fit(samples.x, samples.one_hot, **SETTINGS)
        assert list(h.history) == ["accuracy", "loss"]
    same(ours, theirs)


def test_what_is_written_is_a_copy_wherever_it_lies(keras, ours):
    from chainrule.bridge.pairing import _write

    room = np.zeros(80, "float32")
    for start in range(32):  # JAX keeps the memory of arrays that begin at a multiple of 64 bytes
        theirs = keras.Variable(np.zeros(8, "float32"))
        variable = ours.Variable(np.zeros(8, "float32"))
        variable.array = room[start : start + 8]
        _write(theirs, variable)
        variable.array += 1
        np.testing.assert_array_equal(theirs.numpy(), variable.array - 1)


def test_an_unbuilt_model_is_built_by_the_samples(keras, samples, close):
    def build():
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(3)])
        model.compile("sgd", "mse")
        return model

    theirs, ours = build(), build()
    H = theirs.fit(samples.x, samples.numbers, **SETTINGS)
    h = chainrule.accelerate(ours).fit(samples.x, samples.numbers, **SETTINGS)
    close.history(h.history, H.history)
    close.weights(ours, theirs)
    with pytest.raises(ValueError, match=r"does not know the shape.*call model\.build"):
        chainrule.accelerate(build()).fit(iter([(samples.x, samples.numbers)]), verbose=0)


# Data.


@pytest.mark.parametrize("kind", ["tensors", "generator", "dataset"])
def test_data_of_every_kind(kind, keras, samples, close):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, i):
            part = slice(8 * i, 8 * i + 8)
            return samples.x[part], samples.one_hot[part]

    def generator():
        while True:
            yield from (Batches()[i] for i in range(5))

    def data():
        if kind == "tensors":
            tensors = map(keras.ops.convert_to_tensor, (samples.x, samples.one_hot))
            return dict(zip(("x", "y"), tensors, strict=True)) | SETTINGS
        if kind == "generator":
            return {"x": generator(), "steps_per_epoch": 5} | settings
        return {"x": Batches()} | settings

    settings = {"epochs": 10, "shuffle": False, "verbose": 0}
    theirs, ours = network(keras), network(keras)
    H, h = theirs.fit(**data()), chainrule.accelerate(ours).fit(**data())
    close.history(h.history, H.history)
    close.weights(ours, theirs)


# The other methods.


def test_evaluate_and_predict(keras, samples, close):
    theirs, ours = network(keras), network(keras)
    fast = chainrule.accelerate(ours)
    x, y = samples.x, samples.one_hot
    for batches in range(2):
        close(fast.predict(x, verbose=0), theirs.predict(x, verbose=0), "predict")
        close(fast.predict_on_batch(x), theirs.predict_on_batch(x), "predict_on_batch")
        for method in ("evaluate", "test_on_batch"):
            quiet = {"verbose": 0} if method == "evaluate" else {}
            a, b = (getattr(model, method)(x, y, **quiet) for model in (fast, theirs))
            close(a, b, method)
            a, b = (
                getattr(model, method)(x, y, return_dict=True, **quiet) for model in (fast, theirs)
            )
            close.history({k: [v] for k, v in a.items()}, {k: [v] for k, v in b.items()})
        for _ in range(3):
            close(fast.train_on_batch(x, y), theirs.train_on_batch(x, y), "train_on_batch")
        assert int(ours.optimizer.iterations.numpy()) == 3 * (batches + 1)
    close.weights(ours, theirs)


def test_evaluate_and_predict_call_callbacks(keras, samples, close):
    class Halving(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):  # noqa: ARG002
            self.model.set_weights([w / 2 for w in self.model.get_weights()])

        on_predict_begin = on_test_begin

    theirs, ours = network(keras), network(keras)
    for model in (theirs, ours):  # the optimizer is built
        model.fit(samples.x, samples.one_hot, **(SETTINGS | {"epochs": 1}))
    fast, settings = chainrule.accelerate(ours), {"verbose": 0, "callbacks": [Halving()]}
    a, b = (model.evaluate(samples.x, samples.one_hot, **settings) for model in (fast, theirs))
    close(a, b, "evaluate")
    a, b = (model.predict(samples.x, **settings) for model in (fast, theirs))
    close(a, b, "predict")
    close.weights(ours, theirs)


def test_a_number_where_there_are_no_metrics(keras, samples):
    model = network(keras, metrics=None)
    found = chainrule.accelerate(model).evaluate(samples.x, samples.one_hot, verbose=0)
    assert found == pytest.approx(model.evaluate(samples.x, samples.one_hot, verbose=0), rel=1e-5)


def test_a_model_that_is_not_compiled_predicts(keras, samples, close):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])
    fast = chainrule.accelerate(model)
    close(fast.predict(samples.x, verbose=0), model.predict(samples.x, verbose=0), "predict")
    for method in ("fit", "evaluate", "train_on_batch"):
        with pytest.raises(ValueError, match=rf"compile\(.*{method}"):
            getattr(fast, method)(samples.x, samples.numbers)


@pytest.mark.parametrize("verbose", [1, 2])
def test_the_same_is_printed(verbose, keras, samples, capsys):
    settings = {"epochs": 2, "shuffle": False, "verbose": verbose}
    printed = []
    for trained in (network(keras), chainrule.accelerate(network(keras))):
        trained.fit(samples.x, samples.one_hot, **settings)
        text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)  # colours
        text = re.sub(r"\d+(us|ms|s)(/step)?", "?", text)
        text = re.sub(r"[^\n]*[\r\x08]+(?=.*2/2)", "", text)  # what was drawn over
        printed.append([line.strip() for line in text.splitlines() if line.strip()])
    assert printed[0] == printed[1]
    assert len(printed[0]) == 4


# In the model's place.


def test_the_models_own_methods_are_back(keras, samples):
    model = network(keras)
    names = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")
    with chainrule.accelerate(model) as outer:
        assert model.fit == outer.fit
        with chainrule.accelerate(model) as inner:
            assert model.fit == inner.fit
        assert model.fit == outer.fit
    assert not set(names) & set(vars(model))
    with pytest.raises(RuntimeError, match="mine"), chainrule.accelerate(model):
        raise RuntimeError("mine")
    assert not set(names) & set(vars(model))
    vars(model)["fit"] = len  # of the user's own
    with chainrule.accelerate(model):
        model.fit(samples.x, samples.one_hot, verbose=0)
    assert model.fit is len


def test_all_else_is_the_models(keras):
    model = network(keras)
    fast = chainrule.accelerate(model)
    assert fast.layers == model.layers
    assert fast.optimizer is model.optimizer
    fast.stop_training = True
    assert model.stop_training is True
    assert fast(np.zeros((1, 6), "float32")).shape == (1, 3)
    with pytest.raises(AttributeError, match="fits"):
        fast.fits()
