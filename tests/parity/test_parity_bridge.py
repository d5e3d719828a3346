"""What of real Keras is refused; from_keras and to_keras."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("keras", reason="real Keras is not installed: make test-keras")

from tests.parity.accelerated import SETTINGS, network

import chainrule

# What is refused.


def mine(y_true, y_pred):
    return (y_true - y_pred) ** 2


mine.__name__ = "mean_squared_error"  # its name is that of a known one


def refused(keras):
    layers, k = keras.layers, keras

    class Dense(layers.Dense):
        """Not Keras's, by the same name."""

    class Stepping(k.Sequential):
        def train_step(self, *_):
            raise AssertionError

    def chain(*inner, shape=(6,), made=k.Sequential, **compiled):
        model = made([k.Input(shape), *inner, layers.Dense(3)])
        model.compile(**({"optimizer": "sgd", "loss": "mse"} | compiled))
        return model

    def graph(join):
        x = k.Input((6,))
        model = k.Model(x, join(x, layers.Dense(6)(x)))
        model.compile("sgd", "mse")
        return model

    x = k.Input((6,))
    excluding = k.optimizers.AdamW()
    excluding.exclude_from_weight_decay(var_names=["bias"])
    twice = layers.Dense(6)
    return {
        "Conv2D": lambda: chain(layers.Conv2D(2, 2, name="c"), layers.Flatten(), shape=(4, 4, 1)),
        "Lambda": lambda: chain(layers.Lambda(lambda x: x)),
        "Dense is a layer of your own": lambda: chain(Dense(3)),
        "train_step() of its own": lambda: chain(made=Stepping),
        "loss is 'mean_squared_error', Python code of your own": lambda: chain(loss=mine),
        "metrics is 'mean_squared_error', Python code": lambda: chain(metrics=[mine]),
        "activation is 'mean_squared_error'": lambda: chain(layers.Dense(3, activation=mine)),
        "mixed_float16": lambda: chain(layers.Dense(3, dtype="mixed_float16")),
        "activity_regularizer": lambda: chain(layers.Dense(3, activity_regularizer="l2")),
        "Ftrl is not known here": lambda: chain(optimizer="ftrl"),
        "gradient_accumulation_steps": lambda: chain(
            optimizer=k.optimizers.SGD(gradient_accumulation_steps=2)
        ),
        "exclude_from_weight_decay() was called": lambda: chain(optimizer=excluding),
        "LossScaleOptimizer": lambda: chain(
            optimizer=k.optimizers.LossScaleOptimizer(k.optimizers.SGD())
        ),
        "joins or parts branches": lambda: graph(lambda a, b: layers.Add()([a, b])),
        "calls the operation": lambda: graph(lambda _, b: k.ops.tanh(b)),
        "uses a layer twice": lambda: k.Model(x, twice(twice(x))),
        "has 2 outputs": lambda: k.Model(x, [layers.Dense(1)(x), layers.Dense(2)(x)]),
        "is called with training": lambda: k.Model(x, layers.Dropout(0.1)(x, training=True)),
    }


def test_the_table_of_what_is_refused(keras):
    for words, build in refused(keras).items():
        model = build()
        before = model.get_weights()
        with pytest.raises(NotImplementedError, match="cannot be trained by chainrule") as caught:
            chainrule.accelerate(model)
        assert words in str(caught.value)
        assert "Keras itself" in str(caught.value)
        assert not hasattr(model, "_pair")
        for a, b in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_all_reasons_are_said_at_once(keras):
    model = keras.Sequential(
        [keras.Input((4, 4)), keras.layers.LSTM(3, name="a"), keras.layers.Lambda(abs, name="b")]
    )
    model.compile("ftrl", mine)
    with pytest.raises(NotImplementedError) as caught:
        chainrule.from_keras(model)
    for words in ("layer 'a' (LSTM): ", "layer 'b' (Lambda): ", "optimizer: Ftrl", "loss is "):
        assert words in str(caught.value)


def test_models_here_need_no_acceleration(keras):
    assert keras is not None
    with pytest.raises(TypeError, match=r"trains as it is; call its fit\(\)"):
        chainrule.accelerate(chainrule.keras.Sequential())


# There and back.


def test_from_keras_goes_on_where_keras_was(keras, samples, close):
    model = network(keras, inner=[keras.layers.BatchNormalization(), keras.layers.Dropout(0.0)])
    model.fit(samples.x, samples.one_hot, **SETTINGS)
    here = chainrule.from_keras(model)
    assert isinstance(here, chainrule.keras.Sequential)
    assert [layer.name for layer in here.layers] == [layer.name for layer in model.layers]
    assert here.name == model.name
    close.weights(here, model)
    before = model.get_weights()
    h = here.fit(samples.x, samples.one_hot, **SETTINGS)
    for a, b in zip(before, model.get_weights(), strict=True):  # it is another model
        np.testing.assert_array_equal(a, b)
    H = model.fit(samples.x, samples.one_hot, **SETTINGS)
    close.history(h.history, H.history)
    close.weights(here, model)


def test_to_keras_goes_on_where_we_were(keras, ours, samples, close):
    here = network(ours, inner=[ours.layers.BatchNormalization(), ours.layers.Rescaling(2.0)])
    here.fit(samples.x, samples.one_hot, **SETTINGS)
    model = here.to_keras()
    assert type(model) is keras.Sequential
    close.weights(here, model)
    for a, b in zip(here.optimizer.variables, model.optimizer.variables, strict=True):
        close(a.numpy(), b.numpy(), a.path)
    H = model.fit(samples.x, samples.one_hot, **SETTINGS)
    h = here.fit(samples.x, samples.one_hot, **SETTINGS)
    close.history(h.history, H.history)
    close.weights(here, model)


def test_state_of_layers_that_are_frozen_later_goes_both_ways(keras, ours, samples, close):
    here = network(ours, ours.optimizers.SGD(0.1, momentum=0.9))
    here.fit(samples.x, samples.one_hot, **SETTINGS)
    here.layers[0].trainable = False
    there = here.to_keras()
    assert not there.layers[0].trainable
    back = chainrule.from_keras(there)
    for a, b, c in zip(*(m.optimizer.variables for m in (here, there, back)), strict=True):
        close(b.numpy(), a.numpy(), a.path)
        close(c.numpy(), a.numpy(), a.path)
    assert np.abs(there.optimizer.variables[2].numpy()).max() > 0
    frozen = there.layers[0].get_weights()
    for model in (here, back, chainrule.accelerate(there)):
        model.fit(samples.x, samples.one_hot, **SETTINGS)
    close.weights(back, there)
    close.weights(here, there)
    for a, b in zip(frozen, there.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert keras is not None


def test_from_keras_changes_nothing_there(keras):
    model = network(keras)
    chainrule.from_keras(model)
    assert not model.optimizer.built
    assert not model._compile_metrics.built


def test_a_normalization_that_was_adapted_goes_both_ways(ours, samples, close):
    layer = ours.layers.Normalization()
    layer.adapt(samples.x)
    here = ours.Sequential([ours.Input((6,)), layer, ours.layers.Dense(2)])
    there = here.to_keras()
    close(here.predict(samples.x, verbose=0), there.predict(samples.x, verbose=0), "predict")
    back = chainrule.from_keras(there)
    close(back.predict(samples.x, verbose=0), there.predict(samples.x, verbose=0), "predict")
    assert back.optimizer is None
    assert not there.compiled


def test_models_that_are_not_built_or_hold_others(keras, ours):
    assert not ours.Sequential([ours.layers.Dense(2)]).to_keras().built
    inner = ours.Sequential([ours.Input((6,)), ours.layers.Dense(4)], name="inner")
    there = ours.Sequential([ours.Input((6,)), inner, ours.layers.Dense(2)]).to_keras()
    assert isinstance(there.layers[0], keras.Sequential)
    back = chainrule.from_keras(there)
    assert [layer.name for layer in back.layers] == [layer.name for layer in there.layers]
    assert isinstance(back.layers[0], ours.Sequential)
    for a, b in zip(back.get_weights(), there.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_functions_of_the_user_stay_here(ours, keras):
    assert keras is not None
    model = network(ours, metrics=[mine])
    with pytest.raises(NotImplementedError, match="function 'mean_squared_error'"):
        model.to_keras()
