"""Every schedule: its values, and training by it."""

import inspect

import numpy as np
import pytest

from chainrule.keras import objects, optimizers

# Settings that change much within 50 steps, for each schedule.
SETTINGS = {
    "ExponentialDecay": [
        (0.1, 10, 0.5),
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
    ],
    "InverseTimeDecay": [
        (0.1, 10, 0.5),
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
    ],
    "PiecewiseConstantDecay": [
        ([10, 25], [0.1, 0.05, 0.2]),
        {"boundaries": [3, 4, 45], "values": [0.1, 0.05, 0.2, 0.0]},
    ],
    "PolynomialDecay": [
        (0.1, 20),
        {"initial_learning_rate": 0.1, "decay_steps": 30, "end_learning_rate": 0.02, "power": 2},
        {"initial_learning_rate": 0.1, "decay_steps": 12, "end_learning_rate": 0.0, "cycle": True},
    ],
    "CosineDecay": [
        (0.1, 20),
        {"initial_learning_rate": 0.1, "decay_steps": 30, "alpha": 0.2},
        {
            "initial_learning_rate": 0.01,
            "decay_steps": 30,
            "warmup_target": 0.1,
            "warmup_steps": 10,
        },
    ],
    "CosineDecayRestarts": [
        (0.1, 7),
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.5},
        {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.5, "alpha": 0.1},
    ],
}
CASES = [
    (name, number)
    for name in objects.classes("schedule")
    for number in range(len(SETTINGS.get(name, [None])))
]


def made(kit, name, number):
    settings = SETTINGS[name][number]
    cls = getattr(kit.optimizers.schedules, name)
    return cls(**settings) if isinstance(settings, dict) else cls(*settings)


def test_every_setting_has_a_case():
    assert set(optimizers.schedules.__all__) >= set(objects.classes("schedule"))
    for name, cls in objects.classes("schedule").items():
        possible = set(inspect.signature(cls).parameters) - {"name"}
        tried = {key for each in SETTINGS[name] if isinstance(each, dict) for key in each}
        assert possible == tried, name


@pytest.mark.parametrize(("name", "number"), CASES)
def test_values(name, number, ours, keras, close):
    here, real = (made(kit, name, number) for kit in (ours, keras))
    steps = [*range(0, 13), *range(17, 60, 7), 1000]
    close([float(here(s)) for s in steps], [float(real(s)) for s in steps], name)
    assert here.get_config() == real.get_config()


@pytest.mark.parametrize(("name", "number"), CASES)
def test_training(name, number, twins, network, samples):
    pair = twins(
        network,
        lambda kit: {
            "optimizer": kit.optimizers.SGD(made(kit, name, number), momentum=0.5),
            "loss": "mean_squared_error",
        },
    )
    pair.fit(samples.x, samples.numbers)


def test_a_schedule_goes_on_where_training_stopped(twins, network, samples):
    pair = twins(
        network,
        lambda kit: {
            "optimizer": kit.optimizers.Adam(made(kit, "ExponentialDecay", 0)),
            "loss": "mean_squared_error",
        },
    )
    pair.fit(samples.x, samples.numbers, epochs=3)
    pair.fit(samples.x, samples.numbers, epochs=5, initial_epoch=3)
    pair.each(lambda _, model: model.train_on_batch(samples.x[:8], samples.numbers[:8]))
    pair.same()
    assert np.asarray(pair.here.optimizer.iterations) == 26
