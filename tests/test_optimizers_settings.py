"""What optimisers are given: defaults, ranges, errors."""

import dataclasses
import math

import numpy as np
import pytest

from chainrule.optimizers import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    Nadam,
    RMSprop,
)

NAMES = list(OPTIMIZERS)

# Keras 3's, in the order of the fields, which native rows read.
DEFAULTS = {
    "sgd": (0.01, 0.0, (0.0, 0.0)),
    "rmsprop": (0.001, 0.0, (0.9, 0.0, 1e-7, 0.0)),
    "adam": (0.001, 0.0, (0.9, 0.999, 1e-7, 0.0)),
    "adamw": (0.001, 0.004, (0.9, 0.999, 1e-7, 0.0)),
    "adamax": (0.001, 0.0, (0.9, 0.999, 1e-7)),
    "nadam": (0.001, 0.0, (0.9, 0.999, 1e-7)),
    "adagrad": (0.001, 0.0, (0.1, 1e-7)),
    "adadelta": (0.001, 0.0, (0.95, 1e-7)),
    "lion": (0.001, 0.0, (0.9, 0.99)),
}


@pytest.mark.parametrize("name", NAMES)
def test_defaults(name):
    optimizer = OPTIMIZERS[name]()
    found = (optimizer.learning_rate, optimizer.weight_decay, optimizer.settings)
    assert found == DEFAULTS[name]
    assert all(type(setting) is float for setting in optimizer.settings)
    clips = (optimizer.clip_value, optimizer.clip_norm, optimizer.global_clip_norm)
    assert (*clips, optimizer.ema_momentum) == (None,) * 4


def test_the_first_settings_are_positional_and_the_shared_ones_are_not():
    assert SGD(0.1, 0.9, True) == SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    assert Adam(0.1, 0.8) == Adam(learning_rate=0.1, beta_1=0.8)
    with pytest.raises(TypeError):
        Lion(0.1, 0.9, 0.99, 0.5)


@pytest.mark.parametrize("name", NAMES)
def test_optimizers_are_values(name):
    row = OPTIMIZERS[name]
    assert row() == row()
    assert hash(row()) == hash(row())
    assert row(learning_rate=0.5) != row(learning_rate=0.25)
    with pytest.raises(dataclasses.FrozenInstanceError):
        row().learning_rate = 1


@pytest.mark.parametrize("number", [np.float64, np.float32])
@pytest.mark.parametrize("name", NAMES)
def test_settings_from_numpy_do_not_change_the_dtype(name, number):
    plain = OPTIMIZERS[name](0.25, weight_decay=0.5, clip_norm=0.5, ema_momentum=0.5)
    optimizer = OPTIMIZERS[name](
        *(number(0.25),),
        weight_decay=number(0.5),
        clip_norm=number(0.5),
        ema_momentum=number(0.5),
    )
    assert optimizer == plain
    assert all(type(v) in (float, bool) for k, v in vars(optimizer).items() if v is not None)


@pytest.mark.parametrize("rate", [0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("name", NAMES)
def test_learning_rate_is_positive_and_finite(name, rate):
    with pytest.raises(ValueError, match=r"^learning_rate is .*; possible: a positive, finite"):
        OPTIMIZERS[name](rate)


@pytest.mark.parametrize(
    ("row", "settings", "message"),
    [
        (SGD, {"momentum": 1.5}, "momentum is 1.5; possible: a finite number, at least 0 and at"),
        (SGD, {"momentum": -0.1}, "momentum is -0.1; possible"),
        (SGD, {"weight_decay": -1.0}, "weight_decay is -1.0; possible: a finite number, at least"),
        (SGD, {"weight_decay": math.inf}, "weight_decay is inf"),
        (SGD, {"weight_decay": math.nan}, "weight_decay is nan"),
        (SGD, {"clip_value": 0}, "clip_value is 0; possible: a positive"),
        (SGD, {"clip_norm": -1.0}, "clip_norm is -1.0"),
        (SGD, {"global_clip_norm": math.nan}, "global_clip_norm is nan"),
        (SGD, {"clip_norm": 1.0, "clip_value": 1.0}, "clip_value and clip_norm are given; pos"),
        (SGD, {"clip_norm": 1.0, "global_clip_norm": 1.0}, "clip_norm and global_clip_norm are"),
        (SGD, {"ema_momentum": 1.1}, "ema_momentum is 1.1"),
        (RMSprop, {"rho": 1.0}, "rho is 1.0; possible: a finite number, at least 0 and less"),
        (RMSprop, {"momentum": 2}, "momentum is 2"),
        (RMSprop, {"epsilon": 0.0}, "epsilon is 0.0"),
        (Adam, {"beta_1": 1.0}, "beta_1 is 1.0"),
        (AdamW, {"beta_2": -0.5}, "beta_2 is -0.5"),
        (Adamax, {"epsilon": -1e-7}, "epsilon is -1e-07"),
        (Nadam, {"beta_1": math.nan}, "beta_1 is nan"),
        (Adagrad, {"initial_accumulator": -0.1}, "initial_accumulator is -0.1"),
        (Adagrad, {"epsilon": 0}, "epsilon is 0"),
        (Adadelta, {"rho": 1.5}, "rho is 1.5"),
        (Adadelta, {"epsilon": math.inf}, "epsilon is inf"),
        (Lion, {"beta_1": 1.0}, "beta_1 is 1.0"),
        (Lion, {"beta_2": 1.0}, "beta_2 is 1.0"),
    ],
)
def test_settings_out_of_range(row, settings, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        row(**settings)


@pytest.mark.parametrize("setting", ["learning_rate", "weight_decay", "clip_norm", "ema_momentum"])
@pytest.mark.parametrize("value", ["0.1", True, [0.1]])
def test_settings_of_a_wrong_type(setting, value):
    with pytest.raises(TypeError, match=f"^{setting} is .*; possible: a .*finite number"):
        SGD(**{setting: value})
