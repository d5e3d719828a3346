import numpy as np
import pytest

from chainrule.keras import regularizers
from chainrule.keras.regularizers import L1, L1L2, L2

W = np.array([[1.0, -2.0], [0.5, 0.0]], dtype=np.float32)


@pytest.mark.parametrize(
    ("regularizer", "penalty"),
    [
        (L1(0.5), 0.5 * 3.5),
        (L2(0.5), 0.5 * 5.25),
        (L1L2(0.5, 0.25), 0.5 * 3.5 + 0.25 * 5.25),
        (L1L2(), 0.0),
    ],
)
def test_penalty_is_the_formula_in_the_dtype_of_the_weights(regularizer, penalty):
    value = regularizer(W)
    assert value.dtype == np.float32
    assert value.shape == ()
    assert float(value) == pytest.approx(penalty)
    assert regularizer(W.astype(np.float64)).dtype == np.float64


def test_factors_are_what_the_engine_needs():
    assert (L1(0.5).l1, L1(0.5).l2) == (0.5, 0.0)
    assert (L2(0.5).l1, L2(0.5).l2) == (0.0, 0.5)
    assert (L1L2(0.1, 0.2).l1, L1L2(0.1, 0.2).l2) == (0.1, 0.2)


def test_defaults_are_those_of_keras():
    assert L1().get_config() == {"l1": 0.01}
    assert L2().get_config() == {"l2": 0.01}
    assert L1L2().get_config() == {"l1": 0.0, "l2": 0.0}
    assert L2(None).l2 == 0.01


@pytest.mark.parametrize("made", [L1(0.5), L2(0.25), L1L2(0.5, 0.25)])
def test_configuration_goes_both_ways(made):
    written = regularizers.serialize(made)
    assert written["module"] == "keras.regularizers"
    assert written["class_name"] == type(made).__name__
    again = regularizers.get(written)
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()


@pytest.mark.parametrize("name", ["l1_l2", "L1L2", "l1l2"])
def test_get_knows_the_spellings(name):
    assert isinstance(regularizers.get(name), L1L2)
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get(L2), L2)
    made = L2(0.3)
    assert regularizers.get(made) is made
    assert regularizers.l2 is L2


def test_a_wrong_name_is_told_with_the_argument():
    with pytest.raises(ValueError, match=r"kernel_regularizer='l3'.*Possible: l1, l2, l1_l2"):
        regularizers.get("l3", "kernel_regularizer")


def test_a_function_needs_real_keras():
    with pytest.raises(TypeError, match=r"L1, L2 and L1L2.*real Keras"):
        regularizers.get(lambda w: 0.01 * abs(w).sum())


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), "0.1", True])
def test_a_wrong_factor_is_refused(value):
    with pytest.raises(ValueError, match=r"l2 is .*; possible: a finite number of at least 0"):
        L2(value)


def test_the_orthogonal_one_is_not_supported():
    with pytest.raises(ValueError, match="not supported here"):
        regularizers.OrthogonalRegularizer()
