"""What get_config() and to_json() say, and models made again from what Keras says."""

import inspect
import json

import pytest

from chainrule.keras import (
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    objects,
    optimizers,
    regularizers,
)

ROOMS = {
    each.__name__.rpartition(".")[2]: (each, kind)
    for each, kind in (
        (constraints, "constraint"),
        (initializers, "initializer"),
        (layers, "layer"),
        (losses, "loss"),
        (metrics, "metric"),
        (optimizers, "optimizer"),
        (regularizers, "regularizer"),
    )
}
ROOMS["schedules"] = (optimizers.schedules, "schedule")
# What has to be given.
GIVEN = {
    "Dense": {"units": 3},
    "Activation": {"activation": "relu"},
    "Reshape": {"target_shape": (2, 3)},
    "Dropout": {"rate": 0.25},
    "GaussianNoise": {"stddev": 0.25},
    "Rescaling": {"scale": 0.5},
    "InputLayer": {"shape": (4,)},
    "L1": {"l1": 0.25},  # which Keras rounds to 32 bits
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [3], "values": [0.1, 0.2]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 3},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 3},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 3},
}
# Settings that are not defaults, where a constructor has them.
OTHERS = {
    "activation": "tanh",
    "use_bias": False,
    "kernel_initializer": "he_normal",
    "kernel_regularizer": "l2",
    "bias_constraint": "non_neg",
    "from_logits": True,
    "label_smoothing": 0.25,
    "momentum": 0.75,
    "epsilon": 0.125,
    "center": False,
    "threshold": 0.5,
    "clipnorm": 1.0,
    "use_ema": True,
    "seed": 3,
    "name": "mine",
    "trainable": False,
}
LEFT_OUT = {
    "MeanMetricWrapper",  # has a function of the user's
    "Sequential",  # below
}
CASES = [
    (room, name)
    for room, (_, kind) in ROOMS.items()
    for name in objects.classes(kind)
    if name not in LEFT_OUT
]


def made(kit, room, name, settings):
    where = kit.optimizers if room == "schedules" else kit
    return getattr(getattr(where, room), name)(**settings)


def settings_of(keras, room, name):
    """Settings that both take: those without which nothing goes, then many more."""
    given = GIVEN.get(name, {})
    where = keras.optimizers if room == "schedules" else keras
    possible = set(inspect.signature(getattr(getattr(where, room), name).__init__).parameters)
    more = {key: value for key, value in OTHERS.items() if key in possible}
    if room == "layers":
        more |= {"name": "mine", "trainable": False} if name != "InputLayer" else {}
    if name == "ReLU":
        more.pop("threshold")  # not in the engine
    return given, given | more


@pytest.mark.parametrize(("room", "name"), CASES, ids=map("-".join, CASES))
def test_get_config(room, name, ours, keras):
    """As JSON has it, and in the order in which Keras has it."""
    for settings in settings_of(keras, room, name):
        here, real = (
            json.dumps(kit.saving_form) for kit in configs(ours, keras, room, name, settings)
        )
        assert here == real


class Written:
    def __init__(self, config):
        self.saving_form = config


def configs(ours, keras, room, name, settings):
    """Return what both write; tuples are lists in a file."""
    for kit in (ours, keras):
        made_one = made(kit, room, name, settings)
        written = kit.layers.serialize(made_one) if room == "layers" else made_one.get_config()
        yield Written(json.loads(json.dumps(written, default=str)))


@pytest.mark.parametrize(("room", "name"), CASES, ids=map("-".join, CASES))
def test_from_the_config_of_keras(room, name, ours, keras):
    _, settings = settings_of(keras, room, name)
    real = json.loads(json.dumps(made(keras, room, name, settings).get_config()))
    where = ours.optimizers if room == "schedules" else ours
    here = getattr(getattr(where, room), name).from_config(real)
    assert json.loads(json.dumps(here.get_config())) == real


def tutorial(kit):
    model = kit.Sequential(name="digits")
    model.add(kit.layers.Dense(32, input_shape=(64,), activation="sigmoid"))
    model.add(kit.layers.Dense(16, activation="relu", kernel_regularizer=kit.regularizers.L2(0.1)))
    model.add(kit.layers.Dense(10, activation="softmax"))
    return model


def mixed(kit):
    L = kit.layers
    inner = kit.Sequential([L.Dense(4), L.LeakyReLU(0.1)], name="inner")
    return kit.Sequential(
        [
            L.Input((2, 3), name="pixels"),
            L.Flatten(),
            L.BatchNormalization(momentum=0.9),
            inner,
            L.Dropout(0.5, seed=1),
            L.Reshape((2, 2)),
            L.Flatten(),
            L.LayerNormalization(),
            L.Dense(1, "sigmoid", trainable=False, kernel_constraint=kit.constraints.MaxNorm(3)),
        ]
    )


def unbuilt(kit):
    return kit.Sequential([kit.layers.Dense(3), kit.layers.ReLU(max_value=6)])


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning")
@pytest.mark.parametrize("build", [tutorial, mixed, unbuilt], ids=lambda f: f.__name__)
def test_to_json(build, ours, keras):
    here, real = build(ours), build(keras)
    assert json.loads(here.to_json()) == json.loads(real.to_json())
    assert here.to_json() == real.to_json()
    again = ours.Sequential.from_config(json.loads(real.to_json())["config"])
    assert again.get_config() == here.get_config()
    ported = keras.models.model_from_json(here.to_json())
    assert json.loads(ported.to_json()) == json.loads(real.to_json())


def test_what_keras_says_of_compile(ours, keras):
    configs = []
    for kit in (ours, keras):
        model = tutorial_with_input(kit)
        model.compile(
            kit.optimizers.Adam(kit.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)),
            kit.losses.CategoricalCrossentropy(label_smoothing=0.25),
            metrics=["accuracy", kit.metrics.AUC(name="area")],
            weighted_metrics=["mse"],
        )
        model.build((None, 64))
        configs.append(json.loads(model.to_json())["compile_config"])
        configs[-1].pop("jit_compile")  # "auto", which is what the back end can do
    assert configs[0] == configs[1]


def tutorial_with_input(kit):
    return kit.Sequential(
        [kit.layers.Input((64,)), kit.layers.Dense(10, activation="softmax")], name="digits"
    )
