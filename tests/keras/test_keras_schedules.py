import math

import numpy as np
import pytest

from chainrule.keras.optimizers import SGD, schedules
from chainrule.keras.optimizers.schedules import LearningRateSchedule
from chainrule.keras.variables import Tensor, Variable

STEPS = np.arange(0, 40)

ROWS = [
    (schedules.ExponentialDecay(0.1, 10, 0.5), lambda t: 0.1 * 0.5 ** (t / 10)),
    (
        schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True),
        lambda t: 0.1 * 0.5 ** (t // 10),
    ),
    (schedules.InverseTimeDecay(0.1, 10, 2.0), lambda t: 0.1 / (1 + 2 * t / 10)),
    (
        schedules.InverseTimeDecay(0.1, 10, 2.0, staircase=True),
        lambda t: 0.1 / (1 + 2 * (t // 10)),
    ),
    (
        schedules.PiecewiseConstantDecay([10, 20], [1.0, 0.5, 0.1]),
        lambda t: 1.0 if t <= 10 else 0.5 if t <= 20 else 0.1,
    ),
    (
        schedules.PolynomialDecay(0.1, 10, 0.01, power=2.0),
        lambda t: 0.09 * (1 - min(t, 10) / 10) ** 2 + 0.01,
    ),
    (
        schedules.PolynomialDecay(0.1, 10, 0.01, cycle=True),
        lambda t: 0.09 * (1 - t / (10 * max(1, math.ceil(t / 10)))) + 0.01,
    ),
    (
        schedules.CosineDecay(0.1, 20, alpha=0.1),
        lambda t: 0.1 * (0.9 * (1 + math.cos(math.pi * min(t, 20) / 20)) / 2 + 0.1),
    ),
    (
        schedules.CosineDecay(0.1, 20, warmup_target=0.5, warmup_steps=8),
        lambda t: (
            0.1 + 0.4 * t / 8 if t < 8 else 0.5 * (1 + math.cos(math.pi * min(t - 8, 20) / 20)) / 2
        ),
    ),
    (
        schedules.CosineDecayRestarts(0.1, 10, t_mul=1.0, m_mul=0.5),
        lambda t: 0.1 * 0.5 ** (t // 10) * (1 + math.cos(math.pi * (t % 10) / 10)) / 2,
    ),
]


@pytest.mark.parametrize(("schedule", "formula"), ROWS)
def test_values(schedule, formula):
    expected = [formula(int(t)) for t in STEPS]
    np.testing.assert_allclose([float(schedule(t)) for t in STEPS], expected, rtol=1e-6, atol=1e-9)
    # What the engine gets has no rounding to float32.
    rule = SGD(schedule).describe()
    np.testing.assert_allclose(rule.rates(1, len(STEPS)), expected, rtol=1e-12, atol=1e-15)


def test_a_value_is_a_tensor_and_a_variable_may_be_the_step():
    value = schedules.ExponentialDecay(0.1, 10, 0.5)(Variable(10))
    assert isinstance(value, Tensor)
    assert value.dtype == np.float32
    assert value.numpy() == np.float32(0.05)


CONFIGS = {
    "ExponentialDecay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 10,
        "decay_rate": 0.5,
        "staircase": False,
        "name": "ExponentialDecay",
    },
    "InverseTimeDecay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 10,
        "decay_rate": 0.5,
        "staircase": False,
        "name": "InverseTimeDecay",
    },
    "PiecewiseConstantDecay": {
        "boundaries": [10, 20],
        "values": [1.0, 0.5, 0.1],
        "name": "PiecewiseConstant",
    },
    "PolynomialDecay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 10,
        "end_learning_rate": 0.0001,
        "power": 1.0,
        "cycle": False,
        "name": "PolynomialDecay",
    },
    "CosineDecay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 10,
        "alpha": 0.0,
        "name": "CosineDecay",
        "warmup_target": None,
        "warmup_steps": 0,
    },
    "CosineDecayRestarts": {
        "initial_learning_rate": 0.1,
        "first_decay_steps": 10,
        "t_mul": 2.0,
        "m_mul": 1.0,
        "alpha": 0.0,
        "name": "SGDRDecay",
    },
}


@pytest.mark.parametrize("name", CONFIGS)
def test_configuration_goes_both_ways_with_keras_defaults(name):
    config = CONFIGS[name]
    cls = getattr(schedules, name)
    required = ("initial_learning_rate", "decay_steps", "first_decay_steps", "decay_rate")
    given = {key: config[key] for key in (*required, "boundaries", "values") if key in config}
    made = cls(**given)
    assert made.get_config() == config
    assert list(made.get_config()) == list(config)
    written = schedules.serialize(made)
    assert written["module"] == "keras.optimizers.schedules"
    assert schedules.deserialize(written).get_config() == config


def test_ones_own_schedule():
    class Warm(LearningRateSchedule):
        def __call__(self, step):
            return 0.1 * min(1.0, (step + 1) / 4)

    optimizer = SGD(Warm())
    np.testing.assert_allclose(optimizer.describe().rates(1, 5), [0.025, 0.05, 0.075, 0.1, 0.1])
    assert float(optimizer.learning_rate) == pytest.approx(0.025)
    with pytest.raises(ValueError, match="learning_rate is <Warm>, which a file cannot say"):
        optimizer.get_config()
    with pytest.raises(NotImplementedError, match="Warm must define get_config"):
        Warm().get_config()
    with pytest.raises(NotImplementedError, match=r"must define __call__\(step\)"):
        LearningRateSchedule()(0)


def test_wrong_settings_are_told():
    with pytest.raises(ValueError, match="decay_steps is 0; possible: a positive"):
        schedules.ExponentialDecay(0.1, 0, 0.5)
    with pytest.raises(ValueError, match="values has 2 numbers and boundaries 2"):
        schedules.PiecewiseConstantDecay([10, 20], [1.0, 0.5])
