"""Every kind of layer, trained; frozen layers, models within models, moving statistics."""

import numpy as np
import pytest

from chainrule.keras import layers, models, objects

# For each kind of layer what stands in the middle of a network, one entry a case.
CASES = {
    "Dense": {
        "plain": lambda L: [L.Dense(5)],
        "no_bias": lambda L: [L.Dense(5, activation="relu", use_bias=False)],
    },
    "Activation": {"tanh": lambda L: [L.Activation("tanh")]},
    "Flatten": {
        "square": lambda L: [L.Reshape((2, 4)), L.Flatten()],
        "flat": lambda L: [L.Flatten()],
    },
    "Reshape": {"cube": lambda L: [L.Reshape((2, -1, 2)), L.Activation("relu"), L.Flatten()]},
    "ReLU": {
        "plain": lambda L: [L.ReLU()],
        "slope": lambda L: [L.ReLU(negative_slope=0.2)],
        "six": lambda L: [L.ReLU(max_value=6)],
    },
    "LeakyReLU": {"plain": lambda L: [L.LeakyReLU()], "slope": lambda L: [L.LeakyReLU(0.05)]},
    "PReLU": {
        "plain": lambda L: [L.PReLU()],
        "begun": lambda L: [L.PReLU(alpha_initializer=_init(L, 0.25), alpha_regularizer="l2")],
    },
    "ELU": {"plain": lambda L: [L.ELU()], "alpha": lambda L: [L.ELU(alpha=0.5)]},
    "Softmax": {"plain": lambda L: [L.Softmax()]},
    "InputLayer": {"named": lambda L: [L.Dense(4)]},
    "Dropout": {"none": lambda L: [L.Dropout(0.0)]},
    "GaussianNoise": {"none": lambda L: [L.GaussianNoise(0.0)]},
    "BatchNormalization": {
        "plain": lambda L: [L.BatchNormalization()],
        "momentum": lambda L: [L.BatchNormalization(momentum=0.7, epsilon=0.01)],
        "no_center": lambda L: [L.BatchNormalization(center=False)],
        "no_scale": lambda L: [L.BatchNormalization(scale=False, momentum=0.9)],
        "neither": lambda L: [L.BatchNormalization(scale=False, center=False)],
        "begun": lambda L: [
            L.BatchNormalization(
                beta_initializer=_init(L, 0.3),
                gamma_initializer=_init(L, 0.7),
                moving_mean_initializer=_init(L, 0.1),
                moving_variance_initializer=_init(L, 2.0),
                gamma_constraint="non_neg",
            )
        ],
        "frozen": lambda L: [L.BatchNormalization(trainable=False)],
        "twice": lambda L: [
            L.BatchNormalization(),
            L.Dense(4, activation="relu"),
            L.BatchNormalization(),
        ],
    },
    "LayerNormalization": {
        "plain": lambda L: [L.LayerNormalization()],
        "no_center": lambda L: [L.LayerNormalization(center=False, epsilon=0.01)],
        "no_scale": lambda L: [L.LayerNormalization(scale=False)],
        "frozen": lambda L: [L.LayerNormalization(trainable=False)],
    },
    "Rescaling": {
        "number": lambda L: [L.Rescaling(1 / 3, offset=-0.5)],
        "numbers": lambda L: [L.Rescaling([0.5] * 4 + [2.0] * 4, offset=0.1)],
    },
    "Normalization": {
        "given": lambda L: [L.Normalization(mean=0.3, variance=2.0)],
        "columns": lambda L: [
            L.Normalization(mean=[0.1 * i for i in range(8)], variance=[1.0 + i for i in range(8)])
        ],
        "whole": lambda L: [L.Normalization(axis=None, mean=0.1, variance=0.5)],
    },
    "Sequential": {"inner": lambda L: [_inner(L)]},
}


def _init(L, value):
    return _kit(L).initializers.Constant(value)


def _inner(L):
    return _kit(L).Sequential([L.Dense(4, activation="tanh"), L.Dense(5)], name="inner")


def _kit(L):
    import importlib

    return importlib.import_module(L.__name__.split(".layers")[0].replace("keras.api", "keras"))


NAMES = list(objects.classes("layer"))


def test_every_layer_has_a_case():
    assert {name for name in (*layers.__all__, *models.__all__) if name in NAMES} == set(NAMES)
    assert set(NAMES) <= set(CASES)


def around(kit, middle):
    """Without a first bias: a normalisation after it makes its gradient 0 but for rounding."""
    L = kit.layers
    return kit.Sequential([L.Input((6,)), L.Dense(8, use_bias=False), *middle(L), L.Dense(3)])


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name in NAMES for case in CASES.get(name, [None])]
)
def test_training(name, case, twins, samples, close):
    """Trained with a validation, so that layers are asked in both ways after each epoch."""
    pair = twins(
        lambda kit: around(kit, CASES[name][case]),
        lambda kit: {"optimizer": kit.optimizers.SGD(0.05), "loss": "mse", "metrics": ["mae"]},
    )
    pair.fit(samples.x, samples.numbers, validation_data=(samples.x[:11] / 2, samples.numbers[:11]))
    outputs = pair.each(lambda _, model: model(samples.x[:8], training=True))
    close(*outputs, "outputs in training")
    paths = pair.each(lambda _, model: [v.path for v in model.weights])
    assert paths[0] == paths[1]
    shapes = pair.each(
        lambda _, m: [(each.name, tuple(each.output.shape), each.trainable) for each in m.layers]
    )
    assert shapes[0] == shapes[1]


def test_a_last_batch_of_one_sample(twins, samples):
    """Statistics of a batch of one."""
    pair = twins(
        lambda kit: around(kit, CASES["BatchNormalization"]["momentum"]),
        lambda kit: {"optimizer": kit.optimizers.SGD(0.05), "loss": "mse"},
    )
    pair.fit(samples.x[:33], samples.numbers[:33], epochs=4)


@pytest.mark.parametrize("axis", [-1, None, 1])
def test_normalization_that_adapts(axis, twins, samples, close):
    def build(kit):
        first = kit.layers.Normalization(axis=axis)
        first.adapt(samples.x * 3 + 1)
        return kit.Sequential([kit.layers.Input((6,)), first, kit.layers.Dense(3)])

    pair = twins(build, lambda _: {"optimizer": "sgd", "loss": "mse"})
    for part in ("mean", "variance"):
        close(*pair.each(lambda _, m, part=part: np.asarray(getattr(m.layers[0], part))), part)
    pair.fit(samples.x, samples.numbers, epochs=3)


@pytest.mark.parametrize("frozen", [0, 1, 2])
@pytest.mark.parametrize("settings", [{}, {"kernel_regularizer": "l2"}], ids=["plain", "l2"])
def test_a_frozen_layer(frozen, settings, twins, samples):
    def build(kit):
        layers = [kit.layers.Dense(5, activation="tanh", **settings) for _ in range(2)]
        model = kit.Sequential([kit.layers.Input((6,)), *layers, kit.layers.Dense(3)])
        model.layers[frozen].trainable = False
        return model

    pair = twins(build, lambda _: {"optimizer": "adam", "loss": "mse"})
    before = pair.here.layers[frozen].get_weights()
    pair.fit(samples.x, samples.numbers, epochs=4)
    for one, other in zip(before, pair.here.layers[frozen].get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    names = pair.each(lambda _, m: [v.path for v in m.trainable_variables])
    assert names[0] == names[1]


def test_frozen_within_a_frozen_model(twins, samples):
    def build(kit):
        inner = kit.Sequential(
            [kit.layers.Dense(4, activation="relu"), kit.layers.BatchNormalization()], name="inner"
        )
        model = kit.Sequential(
            [kit.layers.Input((6,)), kit.layers.Dense(5), inner, kit.layers.Dense(3)]
        )
        inner.trainable = False
        return model

    pair = twins(build, lambda _: {"optimizer": "rmsprop", "loss": "mse"})
    pair.fit(samples.x, samples.numbers, epochs=4)


def test_models_within_models(twins, samples):
    def build(kit):
        deep = kit.Sequential([kit.layers.Dense(4), kit.layers.ReLU()], name="deep")
        middle = kit.Sequential(
            [kit.layers.Input((8,)), deep, kit.layers.LayerNormalization()], name="middle"
        )
        return kit.Sequential(
            [kit.layers.Input((6,)), kit.layers.Dense(8), middle, kit.layers.Dense(3)], name="outer"
        )

    pair = twins(build, lambda _: {"optimizer": "adam", "loss": "mse"})
    pair.fit(samples.x, samples.numbers)
    paths = pair.each(lambda _, m: [v.path for v in m.weights])
    assert paths[0] == paths[1]


def test_thawed_between_two_runs(twins, samples):
    """First without, then with the first layer; compiled anew, as Keras wants it."""
    pair = twins(
        lambda kit: around(kit, CASES["Dense"]["plain"]),
        lambda _: {"optimizer": "sgd", "loss": "mse"},
    )
    pair.here.layers[0].trainable = pair.real.layers[0].trainable = False
    pair.each(lambda _, m: m.compile("sgd", "mse"))
    pair.fit(samples.x, samples.numbers, epochs=2)
    pair.here.layers[0].trainable = pair.real.layers[0].trainable = True
    pair.each(lambda _, m: m.compile("sgd", "mse"))
    pair.fit(samples.x, samples.numbers, epochs=2)


def test_inputs_of_several_axes(twins, samples):
    images = samples.x.reshape(40, 2, 3)
    pair = twins(
        lambda kit: kit.Sequential(
            [kit.layers.Input((2, 3)), kit.layers.Flatten(), kit.layers.Dense(3)]
        ),
        lambda _: {"optimizer": "sgd", "loss": "mse"},
    )
    pair.fit(images, samples.numbers, epochs=2)
