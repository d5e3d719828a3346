"""Every activation: its values, and networks trained with it."""

from functools import partial

import numpy as np
import pytest

from chainrule.keras import activations

NAMES = list(activations.FUNCTIONS)
# Settings of functions, and the points where they bend.
SETTINGS = {
    "relu": [
        {"negative_slope": 0.1},
        {"max_value": 6.0},
        {"threshold": 0.5},
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5},
    ],
    "leaky_relu": [{"negative_slope": 0.05}],
    "elu": [{"alpha": 0.7}],
    "celu": [{"alpha": 0.7}],
    "gelu": [{"approximate": True}],
    "softmax": [{"axis": 0}],
    "log_softmax": [{"axis": 0}],
    "squareplus": [{"b": 2}],
    "hard_shrink": [{"threshold": 0.3}],
    "soft_shrink": [{"threshold": 0.3}],
    "threshold": [{"threshold": 0.3, "default_value": 0.1}],
    "sparsemax": [{"axis": 0}],
    "glu": [{"axis": 0}],
}
NEEDED = {"threshold": {"threshold": 0.5, "default_value": 0.0}}
# In a network: those whose settings the engine has.
TRAINED = [
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 6.0}),
    ("leaky_relu", {"negative_slope": 0.05}),
    ("elu", {"alpha": 0.7}),
    ("gelu", {"approximate": True}),
]


def points(rows=8):
    bends = [-1e3, -20, -6, -3, -1, -0.5, 0.0, 0.5, 1, 3, 6, 20, 80]
    grid = np.concatenate([bends, np.linspace(-8, 8, 8 * rows - len(bends))])
    return grid.reshape(rows, 8).astype("float32")


def values(kits, name):
    for settings in (NEEDED.get(name, {}), *SETTINGS.get(name, [])):
        x = points().astype(kits[0].backend.floatx())
        yield [np.asarray(getattr(kit.activations, name)(x, **settings)) for kit in kits]


@pytest.mark.parametrize("name", NAMES)
def test_values(name, ours, keras, close):
    for here, real in values((ours, keras), name):
        assert here.dtype == real.dtype == np.float32
        close(here, real, name)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("name", NAMES)
def test_each_value(name, ours, keras):
    """Each relative to itself; in 64 bits, since in 32 Keras's own have few digits near 0."""
    for here, real in values((ours, keras), name):
        assert here.dtype == np.float64
        np.testing.assert_allclose(here, real, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_training(name, twins, samples):
    """In a hidden layer, and in a layer of its own."""
    pair = twins(
        lambda kit: kit.Sequential(
            [
                kit.layers.Input((6,)),
                kit.layers.Dense(8, activation=name),
                kit.layers.Dense(4),
                kit.layers.Activation(name),
                kit.layers.Dense(3),
            ]
        ),
        lambda kit: {"optimizer": kit.optimizers.SGD(0.02), "loss": "mean_squared_error"},
    )
    pair.fit(samples.x, samples.numbers)


@pytest.mark.parametrize(
    ("name", "settings"), TRAINED, ids=[f"{n}-{'-'.join(s)}" for n, s in TRAINED]
)
def test_training_with_settings(name, settings, twins, network, samples):
    pair = twins(
        lambda kit: network(kit, hidden=partial(getattr(kit.activations, name), **settings)),
        lambda kit: {"optimizer": kit.optimizers.SGD(0.05), "loss": "mean_squared_error"},
    )
    pair.fit(samples.x, samples.numbers)


@pytest.mark.parametrize("name", NAMES)
def test_names(name, ours, keras):
    written = [kit.activations.serialize(kit.activations.get(name)) for kit in (ours, keras)]
    assert written[0] == written[1]
    assert ours.activations.deserialize(written[1]) is ours.activations.get(name)
