"""Every optimiser, with its variants, makes the steps that Keras makes."""

import inspect

import pytest

from chainrule.keras import objects, optimizers

# A learning rate that moves weights well within 50 steps.
RATES = {"SGD": 0.1, "Adagrad": 0.1, "Adadelta": 1.0, "Lion": 0.003}

# Settings that all have, and those that some have: each is tried where a constructor takes it.
SHARED = {
    "default": {},
    "weight_decay": {"weight_decay": 0.05},
    "clipnorm": {"clipnorm": 0.05},
    "clipvalue": {"clipvalue": 0.01},
    "global_clipnorm": {"global_clipnorm": 0.1},
    "ema": {"use_ema": True, "ema_momentum": 0.9},
    "ema_overwrite": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 7},
}
OWN = {
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "rho": {"rho": 0.7},
    "centered": {"centered": True},
    "centered_momentum": {"centered": True, "momentum": 0.5},
    "epsilon": {"epsilon": 1e-3},
    "betas": {"beta_1": 0.8, "beta_2": 0.95},
    "amsgrad": {"amsgrad": True},
    "initial_accumulator_value": {"initial_accumulator_value": 0.5},
}


def takes(cls, settings):
    possible = set(inspect.signature(cls.__init__).parameters)
    return set(settings) <= possible


CASES = [
    (name, variant, settings)
    for name, cls in objects.classes("optimizer").items()
    for variant, settings in (
        *SHARED.items(),
        *((key, value) for key, value in OWN.items() if takes(cls, value)),
    )
]


def test_every_setting_has_a_case():
    tried = {"learning_rate", "self", "shared"} | {key for each in OWN.values() for key in each}
    tried |= {key for each in SHARED.values() for key in each}
    for name, cls in objects.classes("optimizer").items():
        left = set(inspect.signature(cls.__init__).parameters) - tried
        assert not left, f"{name}: no case of parity for {left}"


def pair_of(name, settings, twins, network):
    rate = RATES.get(name, 0.01)
    return twins(
        lambda kit: network(kit, hidden="sigmoid"),
        lambda kit: {
            "optimizer": getattr(kit.optimizers, name)(rate, **settings),
            "loss": "mean_squared_error",
        },
    )


@pytest.mark.parametrize("name", objects.classes("optimizer"))
def test_in_32_bits(name, twins, network, samples):
    pair_of(name, {}, twins, network).fit(samples.x, samples.numbers)


# The variants in 64 bits: in 32 a step of length learning_rate, whatever the gradient, makes of the
# rounding of small gradients what comes near the fifth digit. Keras keeps some numbers in 32 bits
# all the same, which shows in the eighth.
@pytest.mark.usefixtures("double")
@pytest.mark.parametrize(
    ("name", "variant", "settings"), CASES, ids=[f"{name}-{variant}" for name, variant, _ in CASES]
)
def test_variants_and_slots(name, variant, settings, twins, network, samples, close):
    pair = pair_of(name, settings, twins, network)
    pair.fit(samples.x, samples.numbers, relative=1e-6)
    for one, other in zip(
        pair.here.optimizer.variables, pair.real.optimizer.variables, strict=True
    ):
        assert one.path == other.path
        close(one.numpy(), other.numpy(), f"{variant}: {other.path}")


def test_the_names_of_keras(keras):
    names = {
        name for name in dir(keras.optimizers) if isinstance(getattr(keras.optimizers, name), type)
    }
    ours = set(objects.classes("optimizer"))
    assert ours <= names
    assert ours <= set(optimizers.__all__)


def test_averages_with_validation(twins, network, samples):
    """The averages replace the weights at the last step of each epoch, and then is validated."""
    settings = {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 5}
    pair = pair_of("SGD", settings, twins, network)
    data = samples.x[:13], samples.numbers[:13]
    pair.fit(samples.x, samples.numbers, validation_data=data)
