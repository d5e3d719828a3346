"""Layers: shapes, numbers, settings; what is computed, against plain NumPy."""

import numpy as np
import pytest

from chainrule.keras import Sequential, layers, optimizers, regularizers

X = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]], np.float32)


def test_dense_is_a_product_a_bias_and_an_activation():
    layer = layers.Dense(2, activation="relu")
    layer.build((None, 3))
    W = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    layer.set_weights([W, np.array([0.5, -0.5])])
    np.testing.assert_allclose(layer(X), np.maximum(X @ W + [0.5, -0.5], 0))
    assert layer.count_params() == 8
    assert [v.path for v in layer.weights] == [f"{layer.name}/kernel", f"{layer.name}/bias"]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.Activation("tanh"), np.tanh(X)),
        (layers.ReLU(), np.maximum(X, 0)),
        (layers.ReLU(negative_slope=0.5), np.where(X > 0, X, X / 2)),
        (layers.ReLU(max_value=6), np.clip(X, 0, 6)),
        (layers.LeakyReLU(), np.where(X > 0, X, 0.3 * X)),
        (layers.PReLU("ones"), X),
        (layers.ELU(2.0), np.where(X > 0, X, 2 * np.expm1(X))),
        (layers.Softmax(), np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)),
        (layers.Dropout(0.5), X),
        (layers.GaussianNoise(0.5), X),
        (layers.Rescaling(2.0, -1.0), 2 * X - 1),
        (layers.Rescaling([1.0, 2.0, 3.0]), X * [1, 2, 3]),
        (layers.Normalization(mean=[1, 2, 3], variance=[4, 4, 4]), (X - [1, 2, 3]) / 2),
        (layers.BatchNormalization(epsilon=0.0), X),
        (
            layers.LayerNormalization(epsilon=0.0),
            (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_layer_computes_out_of_training(layer, expected):
    np.testing.assert_allclose(layer(X), expected, rtol=2e-6, atol=2e-7)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


def test_dropout_in_training_drops_and_scales():
    A = layers.Dropout(0.25)(np.ones((100, 100), np.float32), training=True).numpy()
    assert set(np.unique(A).tolist()) == {0.0, float(np.float32(1 / 0.75))}
    assert abs((A == 0).mean() - 0.25) < 0.02


def test_normalization_adapts_to_columns_and_to_images():
    layer = layers.Normalization()
    layer.adapt(X)
    assert layer.mean.shape == layer.variance.shape == (1, 3)
    np.testing.assert_allclose(layer.mean[0], X.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(layer.variance[0], X.var(axis=0), rtol=1e-6)
    images = np.arange(24.0, dtype=np.float32).reshape(4, 3, 2)
    last = layers.Normalization(axis=-1)
    last.adapt(images)
    deviation = images.std(axis=(0, 1))
    np.testing.assert_allclose(
        last(images), (images - images.mean(axis=(0, 1))) / deviation, rtol=1e-5
    )
    assert [v.name for v in last.weights] == ["mean", "variance", "count"]


def test_switched_off_gamma_is_no_weight_and_is_not_trained():
    layer = layers.BatchNormalization(scale=False)
    model = Sequential([layers.Input((3,)), layer, layers.Dense(1)])
    assert [v.name for v in layer.weights] == ["beta", "moving_mean", "moving_variance"]
    assert layer.count_params() == 9
    model.compile("sgd", "mse")
    model.fit(X, [[1.0], [2.0]], epochs=5, verbose=0)
    hidden = layer.parameters()[0]
    assert hidden.name == "gamma"
    np.testing.assert_array_equal(hidden.numpy(), [1, 1, 1])
    assert np.any(layer.beta.numpy() != 0)


@pytest.mark.parametrize("kind", [layers.BatchNormalization, layers.LayerNormalization])
def test_regularizers_of_gamma_and_beta_are_added_to_the_loss(kind):
    layer = kind(
        gamma_regularizer="l2", beta_regularizer=regularizers.L1(0.5), gamma_initializer="ones"
    )
    model = Sequential([layers.Input((3,)), layer])
    plain = Sequential([layers.Input((3,)), kind()])
    for each in (model, plain):
        each.layers[0].beta.assign([1.0, -2.0, 0.0])
        each.compile("sgd", "mse")
    found = model.train_on_batch(X, X) - plain.train_on_batch(X, X)
    assert found == pytest.approx(0.01 * 3 + 0.5 * 3, rel=1e-5)
    again = kind.from_config(layer.get_config())
    assert (again.gamma_regularizer.l2, again.beta_regularizer.l1) == (0.01, 0.5)
    layer.trainable = False  # what is frozen is not penalised, as in Keras
    model.compile("sgd", "mse")
    assert model.evaluate(X, X, verbose=0) == pytest.approx(
        np.mean(np.square(model.predict(X, verbose=0) - X)), rel=1e-5
    )


def test_a_function_may_constrain_weights():
    layer = layers.Dense(1, kernel_constraint=lambda w: np.clip(w, -0.25, 0.25))
    model = Sequential([layers.Input((3,)), layer])
    model.compile(optimizers.SGD(1.0), "mse")
    model.fit(X, [[9.0], [-9.0]], verbose=0)
    assert float(np.abs(layer.kernel.numpy()).max()) == 0.25


def test_slope_of_prelu_is_learnt_regularized_constrained_and_frozen():
    layer = layers.PReLU("ones", alpha_regularizer="l2", alpha_constraint="non_neg")
    model = Sequential([layers.Input((2,)), layer])
    assert layer.name.startswith("p_re_lu")
    assert [v.path.split("/", 1)[1] for v in layer.weights] == [f"{layer.name}/alpha"]
    model.compile(optimizers.SGD(0.1), "mse")
    # alpha = 1: outputs -2 and 3; the loss is the mean of (a - y)^2, and 0.01 sum alpha^2.
    model.train_on_batch([[-2.0, 3.0]], [[-1.0, 3.0]])
    slope = (-2.0 - -1.0) * -2.0 + 0.02  # dL/dalpha of the first column
    np.testing.assert_allclose(layer.alpha, [1 - 0.1 * slope, 1 - 0.1 * 0.02], rtol=1e-6)
    model.train_on_batch([[-20.0, 3.0]], [[20.0, 3.0]])
    assert float(layer.alpha[0]) == 0  # the step ends below 0
    layer.trainable = False
    before = layer.get_weights()[0]
    model.compile("sgd", "mse")
    model.train_on_batch([[-2.0, -3.0]], [[5.0, 5.0]])
    np.testing.assert_array_equal(layer.alpha, before)


def test_prelu_shares_no_axes():
    with pytest.raises(ValueError, match=r"shared_axes is \[1\]; possible: None"):
        layers.PReLU(shared_axes=[1])


def test_shapes_go_through_flatten_and_reshape():
    model = Sequential(
        [layers.Input((2, 3)), layers.Flatten(), layers.Dense(6), layers.Reshape((3, -1))]
    )
    assert model.output_shape == (None, 3, 2)
    assert model(np.zeros((5, 2, 3))).shape == (5, 3, 2)
    with pytest.raises(ValueError, match=r"both must have 6 numbers"):
        layers.Reshape((4, 2)).build((None, 6))


def test_dense_refuses_images_and_says_flatten():
    with pytest.raises(ValueError, match=r"put layers\.Flatten\(\) in front"):
        Sequential([layers.Input((8, 8)), layers.Dense(3)])


@pytest.mark.parametrize("name", ["Conv2D", "LSTM", "Embedding", "Lambda"])
def test_what_is_no_feed_forward_network_says_use_keras(name):
    with pytest.raises(NotImplementedError, match=rf"layers\.{name} is not supported"):
        getattr(layers, name)


def test_a_typo_gets_a_suggestion():
    with pytest.raises(AttributeError, match=r"'Dens': did you mean 'Dense'\?"):
        _ = layers.Dens
    with pytest.raises(ValueError, match=r"did you mean 'sigmoid'"):
        layers.Dense(3, activation="sigmiod")


def test_layers_of_ones_own_and_placeholders_need_keras():
    class Mine(layers.Layer):
        pass

    with pytest.raises(TypeError, match=r"does not differentiate Python code"):
        Mine()
    with pytest.raises(NotImplementedError, match=r"no functional graphs"):
        layers.Dense(3)(layers.Input((2,)))


def test_wrong_weights_change_nothing():
    layer = layers.Dense(2)
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ValueError, match=r"shape \(3,\) for .*bias, which has shape \(2,\)"):
        layer.set_weights([np.ones((3, 2)), np.ones(3)])
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_config_of_dense_has_keras_keys_in_keras_order():
    assert list(layers.Dense(2).get_config()) == [
        "name",
        "trainable",
        "dtype",
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "quantization_config",
    ]
