"""Regularisers and constraints: what the loss gets added, and what is done after each step."""

import inspect

import numpy as np
import pytest

from chainrule.keras import constraints, initializers, objects, regularizers

SETTINGS = {
    "L1": [{}, {"l1": 0.03}],
    "L2": [{}, {"l2": 0.03}],
    "L1L2": [{}, {"l1": 0.02, "l2": 0.03}],
    "MaxNorm": [{}, {"max_value": 0.6}, {"max_value": 0.6, "axis": 1}],
    "NonNeg": [{}],
    "UnitNorm": [{}, {"axis": 1}],
    "MinMaxNorm": [
        {},
        {"min_value": 0.5, "max_value": 0.8},
        {"min_value": 0.5, "max_value": 0.8, "rate": 0.3, "axis": 1},
    ],
}
ROOMS = {"regularizer": regularizers, "constraint": constraints}
CASES = [
    (kind, name, settings)
    for kind in ROOMS
    for name in objects.classes(kind)
    for settings in SETTINGS.get(name, [{}])
]


def made(kit, kind, name, settings):
    room = ROOMS[kind].__name__.rpartition(".")[2]
    return getattr(getattr(kit, room), name)(**settings)


@pytest.mark.parametrize("kind", ROOMS)
def test_every_setting_has_a_case(kind):
    assert set(objects.classes(kind)) == set(SETTINGS) & set(ROOMS[kind].__all__)
    for name, cls in objects.classes(kind).items():
        possible = set(inspect.signature(cls).parameters)
        assert possible == {key for each in SETTINGS[name] for key in each}, name


@pytest.mark.parametrize("place", ["kernel", "bias"])
@pytest.mark.parametrize(
    ("kind", "name", "settings"), CASES, ids=[f"{n}-{'-'.join(s)}" for _, n, s in CASES]
)
def test_training(kind, name, settings, place, twins, network, samples):
    if place == "bias" and settings.get("axis") == 1:
        return  # a bias has one axis

    def build(kit):
        # JAX alone takes 1 as the slope of |b| at 0: biases begin elsewhere.
        start = kit.initializers.Constant(0.3)
        limits = {f"{place}_{kind}": made(kit, kind, name, settings)}
        return network(kit, bias_initializer=start, **limits)

    pair = twins(
        build,
        lambda kit: {"optimizer": kit.optimizers.SGD(0.1), "loss": "mean_squared_error"},
    )
    pair.fit(samples.x, samples.numbers)
    assert len(set(map(float, pair.here.layers[0].bias.numpy()))) > 1


def test_both_in_all_layers_with_validation_and_evaluation(twins, samples, close):
    """The loss of a validation, and of evaluate(), has what regularisers add."""

    def build(kit):
        return kit.Sequential(
            [
                kit.layers.Input((6,)),
                kit.layers.Dense(
                    8,
                    activation="relu",
                    kernel_regularizer="l2",
                    bias_regularizer=kit.regularizers.L1(0.02),
                    bias_initializer=kit.initializers.Constant(0.3),
                    kernel_constraint="non_neg",
                ),
                kit.layers.Dense(
                    3,
                    kernel_regularizer=kit.regularizers.L1L2(0.01, 0.02),
                    bias_constraint=kit.constraints.MaxNorm(0.5),
                ),
            ]
        )

    pair = twins(build, lambda _: {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]})
    pair.fit(samples.x, samples.numbers, validation_split=0.25)
    close(*pair.each(lambda _, m: m.evaluate(samples.x, samples.numbers, verbose=0)), "evaluate")


@pytest.mark.parametrize(
    ("kind", "name", "settings"), CASES, ids=[f"{n}-{'-'.join(s)}" for _, n, s in CASES]
)
def test_called(kind, name, settings, ours, keras, close):
    w = np.random.default_rng(5).normal(size=(4, 3)).astype("float32")
    found = [np.asarray(made(kit, kind, name, settings)(w)) for kit in (ours, keras)]
    close(*found, name)


@pytest.mark.parametrize("name", ["Zeros", "Ones", "Constant", "Identity"])
def test_initializers_without_chance(name, ours, keras, close):
    assert name in initializers.__all__
    settings = {"Constant": {"value": 0.3}, "Identity": {"gain": 2.0}}.get(name, {})
    found = [
        np.asarray(getattr(kit.initializers, name)(**settings)((4, 3))) for kit in (ours, keras)
    ]
    close(*found, name)


DRAWN = [name for name in objects.classes("initializer") if name != "Identity"]


@pytest.mark.parametrize("name", DRAWN)
def test_initializers_draw_from_the_same_distribution(name, ours, keras):
    """Mean, deviation and bounds of many draws, and the axes that count as inputs."""
    for shape in ((300, 200), (50, 800)):
        here, real = (
            np.asarray(getattr(kit.initializers, name)()(shape), float) for kit in (ours, keras)
        )
        n = here.size
        deviation = real.std()
        assert abs(here.mean() - real.mean()) <= 8 * deviation / n**0.5
        assert abs(here.std() - deviation) <= 8 * deviation / n**0.5
        if "Uniform" in name or "Truncated" in name or "VarianceScaling" in name:
            np.testing.assert_allclose(
                [here.min(), here.max()], [real.min(), real.max()], rtol=0.02
            )
