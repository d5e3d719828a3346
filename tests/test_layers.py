import dataclasses

import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.layers import Dense


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
    with pytest.raises(ValueError, match=f"^units is {units}: a layer has at least 1$"):
        Dense(units)


def test_an_unknown_activation_names_the_likely_one():
    with pytest.raises(ValueError, match=r"^unknown activation 'sigmoyd': did you mean 'sigmoid'"):
        Dense(1, "sigmoyd")
