"""Names that do not exist: what is said of them."""

import importlib
import inspect

import numpy as np
import pytest

from chainrule import __version__, keras
from chainrule.keras import (
    callbacks,
    constraints,
    layers,
    losses,
    metrics,
    optimizers,
    regularizers,
)
from chainrule.keras.optimizers import schedules


def small():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy")
    return model


@pytest.mark.parametrize(
    ("module", "name", "meant"),
    [
        ("activations", "rleu", "relu"),
        ("backend", "set_flotx", "set_floatx"),
        ("callbacks", "EarlyStoping", "EarlyStopping"),
        ("constraints", "MaxNrm", "MaxNorm"),
        ("initializers", "HeNorml", "HeNormal"),
        ("layers", "Dens", "Dense"),
        ("losses", "MeanSquaredEror", "MeanSquaredError"),
        ("metrics", "Acuracy", "Accuracy"),
        ("models", "Sequentail", "Sequential"),
        ("optimizers", "Adamm", "Adam"),
        ("optimizers.schedules", "ExponentialDecy", "ExponentialDecay"),
        ("random", "unifrom", "uniform"),
        ("regularizers", "L1L3", "L1L2"),
        ("saving", "load_modle", "load_model"),
        ("utils", "to_categorial", "to_categorical"),
    ],
)
def test_names_in_modules_get_a_suggestion(module, name, meant):
    found = importlib.import_module(f"chainrule.keras.{module}")
    with pytest.raises(AttributeError, match=f"'{name}'.*: did you mean '{meant}'"):
        getattr(found, name)


@pytest.mark.parametrize(
    "line",
    [
        "from chainrule.keras.activations import sparsemax",
        "from chainrule.keras.callbacks import OrbaxCheckpoint",
        "from chainrule.keras.initializers import STFT",
        "from chainrule.keras.layers import Conv2D",
        "from chainrule.keras.losses import Dice",
        "from chainrule.keras.metrics import MeanIoU",
        "from chainrule.keras.optimizers import Ftrl",
        "from chainrule.keras.random import gamma",
        "from chainrule.keras.utils import Progbar",
        "from chainrule.keras import ops",
    ],
)
def test_an_import_of_what_only_keras_has_says_so(line):
    with pytest.raises(NotImplementedError, match=f"{line.split()[-1]}.* ([Uu]se|needs) "):
        exec(line)


@pytest.mark.parametrize("name", ["ftrl", "Lamb", "schedule_free_adam_w", "lossscaleoptimizer"])
def test_an_optimizer_that_only_keras_has_is_named_when_it_is_compiled(name):
    with pytest.raises(ValueError, match=f"{name.lower()}' needs real Keras: .* here: sgd, lion, "):
        small().compile(name, "mse")


def test_optimizers_of_keras_2_say_what_replaced_them():
    with pytest.raises(NotImplementedError, match=r"dropped by Keras; write optimizers\.SGD, "):
        _ = optimizers.legacy


@pytest.mark.parametrize(
    ("call", "wrong", "meant"),
    [
        (lambda: layers.Dense(3, activaton="relu"), "activaton", "activation"),
        (lambda: keras.Sequential(layer=[]), "layer", "layers"),
        (lambda: callbacks.EarlyStopping(patince=3), "patince", "patience"),
        (lambda: constraints.MaxNorm(maxvalue=3), "maxvalue", "max_value"),
        (lambda: losses.Huber(delt=3), "delt", "delta"),
        (lambda: metrics.AUC(curv="PR"), "curv", "curve"),
        (lambda: regularizers.L2(l=0.1), "l", "l2"),
        (lambda: schedules.CosineDecay(0.1, 1, alhpa=0.1), "alhpa", "alpha"),
        (lambda: small().compile(optimiser="sgd"), "optimiser", "optimizer"),
        (lambda: small().fit(nb_epoch=3), "nb_epoch", "epochs"),
        (lambda: keras.utils.plot_model(small(), show_shape=True), "show_shape", "show_shapes"),
    ],
)
def test_arguments_get_a_suggestion(call, wrong, meant):
    said = f"^{wrong} is no argument of [A-Za-z0-9_]+: did you mean '{meant}'[?] Possible: "
    with pytest.raises(TypeError, match=said):
        call()


def test_a_metric_of_ones_own_may_have_arguments_of_its_own():
    class Far(metrics.Mean):
        def __init__(self, least, **more):
            super().__init__(**more)
            self.least = least

    assert (Far(0.5, name="far").name, Far(0.5).least) == ("far", 0.5)
    with pytest.raises(TypeError, match=r"nam is no argument of Mean: did you mean 'name'[?]"):
        Far(0.5, nam="far")


def test_signatures_stay_those_that_are_written():
    assert list(inspect.signature(callbacks.CSVLogger).parameters) == [
        "filename",
        "separator",
        "append",
    ]


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_methods_for_generators_say_what_replaced_them(method):
    with pytest.raises(AttributeError, match=rf"dropped by Keras; {method}\(\) takes generators"):
        getattr(small(), f"{method}_generator")(iter([]), steps=1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([1.0, 2.0], r"class_weight is a list; possible: a dictionary .*dict\(enumerate"),
        ({"a": 1.0}, "class_weight has the key 'a', a str"),
        ({0: "2"}, r"class_weight\[0\] is '2', a str; possible: a number"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
def test_weights_of_classes_are_a_mapping_of_numbers(method, wrong, said):
    with pytest.raises(TypeError, match=said):
        getattr(small(), method)(np.ones((2, 2)), np.eye(2), class_weight=wrong)


def test_the_version_is_that_of_the_package():
    assert keras.__version__ == __version__
