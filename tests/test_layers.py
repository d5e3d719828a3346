import dataclasses

import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.layers import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNormalization,
    Normalization,
    PReLU,
    Rescaling,
)


def test_defaults():
    layer = Dense(3)
    assert (layer.units, layer.activation, layer.use_bias) == (3, "linear", True)


def test_layers_are_values():
    assert Dense(3, "sigmoid") == Dense(3, "sigmoid")
    assert Dense(3, "sigmoid") != Dense(3, "linear")
    assert hash(Dense(3)) == hash(Dense(3))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Dense(3).units = 4


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_every_activation_is_possible(activation):
    assert Dense(1, activation).activation == activation


@pytest.mark.parametrize("units", [0, -1])
def test_units_are_at_least_one(units):
    with pytest.raises(ValueError, match=f"^units is {units}; possible: an integer of at least 1$"):
        Dense(units)


def test_an_unknown_activation_names_the_likely_one():
    with pytest.raises(ValueError, match=r"^unknown activation 'sigmoyd': did you mean 'sigmoid'"):
        Dense(1, "sigmoyd")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(1, kernel_l2=-1), "kernel_l2 is -1; possible: a finite number of at least"),
        (lambda: Dense(1, max_norm=0), "max_norm is 0; possible: a positive number, or None"),
        (lambda: PReLU(alpha_l1=-1), "alpha_l1 is -1; possible: a finite number of at least 0"),
        (lambda: PReLU(alpha_l2=-1), "alpha_l2 is -1; possible: a finite number of at least 0"),
        (lambda: Dropout(1.0), "rate is 1.0; possible: at least 0 and less than 1"),
        (lambda: GaussianNoise(-0.1), "stddev is -0.1; possible: a finite number of at least 0"),
        (lambda: Normalization((1.0, float("nan"))), "mean has nan; possible: finite numbers"),
        (lambda: Normalization(0.0, -1.0), "variance is -1.0; possible: a finite number of at"),
        (lambda: BatchNormalization(momentum=2), "momentum is 2; possible: from 0 to 1"),
        (lambda: LayerNormalization(epsilon=-1), "epsilon is -1; possible: a finite number"),
        (lambda: Activation("sigmiod"), "unknown activation 'sigmiod': did you mean 'sigmoid'"),
    ],
)
def test_settings_out_of_range(make, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        make()


def test_parameters():
    kernel, bias = Dense(3, kernel_l1=0.1, bias_l2=0.2, max_norm=2, trainable=False).parameters(5)
    assert (kernel.name, kernel.shape, kernel.size) == ("W", (5, 3), 15)
    assert (kernel.l1, kernel.l2, kernel.max_norm, kernel.trainable) == (0.1, 0, 2, False)
    assert (bias.name, bias.shape, bias.l2, bias.initializer) == ("b", (3,), 0.2, "zeros")
    (alpha,) = PReLU("ones", alpha_l1=0.1, alpha_l2=0.2, trainable=False).parameters(4)
    assert (alpha.name, alpha.shape, alpha.initializer) == ("alpha", (4,), "ones")
    assert (alpha.l1, alpha.l2, alpha.trainable) == (0.1, 0.2, False)
    assert PReLU().outputs(4) == 4
    names = [(p.name, p.trainable) for p in BatchNormalization().parameters(4)]
    assert names == [
        ("gamma", True),
        ("beta", True),
        ("moving_mean", False),
        ("moving_variance", False),
    ]
    names = [(p.name, p.trainable) for p in LayerNormalization(scale=False).parameters(4)]
    assert names == [("gamma", False), ("beta", True)]
    names = [(p.name, p.trainable) for p in BatchNormalization(center=False).parameters(4)[:2]]
    assert names == [("gamma", True), ("beta", False)]
    others = (GaussianNoise(0.1), Normalization(1.0, 2.0))
    for layer in (Activation("relu"), Dropout(0.5), Rescaling(2.0), Flatten(), *others):
        assert layer.parameters(4) == ()
        assert layer.outputs(4) == 4


def test_normalisation_is_made_from_data():
    layer = Normalization.adapt([[1, 10], [3, 10], [5, 10]])
    assert layer == Normalization((3.0, 10.0), (8 / 3, 0.0))
    assert layer.deviation == ((8 / 3) ** 0.5, 1e-7)
    assert hash(layer) == hash(Normalization((3.0, 10.0), (8 / 3, 0.0)))
    third = Normalization.adapt([[1 / 3]] * 7)
    assert (third.mean, third.variance) == ((1 / 3,), (0.0,))
    with pytest.raises(ValueError, match=r"^mean has 2 numbers; possible: 1 or 3$"):
        layer.outputs(3)
    with pytest.raises(ValueError, match=r"^X holds 1 NaN or inf"):
        Normalization.adapt([[float("nan")]])
