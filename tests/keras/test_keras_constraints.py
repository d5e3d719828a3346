import numpy as np
import pytest

from chainrule.keras import constraints
from chainrule.keras.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm

# The columns have norms 5 and 0.5.
W = np.array([[3.0, -0.3], [4.0, 0.4]], dtype=np.float32)


def test_max_norm_scales_only_what_is_longer():
    scaled = MaxNorm(2.0)(W)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, [[1.2, -0.3], [1.6, 0.4]], rtol=1e-5)


def test_max_norm_along_the_other_axis():
    norms = np.sqrt((W**2).sum(axis=1))
    np.testing.assert_allclose(MaxNorm(1.0, axis=1)(W), W / norms[:, None], rtol=1e-5)


def test_unit_norm_divides_by_norm_and_epsilon():
    np.testing.assert_allclose(UnitNorm()(W), [[0.6, -0.6], [0.8, 0.8]], rtol=1e-5)
    np.testing.assert_array_equal(UnitNorm()(np.zeros((2, 2))), 0)


def test_unit_norm_of_the_whole_matrix():
    np.testing.assert_allclose(UnitNorm(axis=[0, 1])(W), W / np.sqrt(25.25), rtol=1e-5)


def test_min_max_norm_goes_a_part_of_the_way():
    # 5 -> 0.25 * 2 + 0.75 * 5 = 4.25 and 0.5 -> 0.25 * 1 + 0.75 * 0.5 = 0.625
    scaled = MinMaxNorm(1.0, 2.0, rate=0.25)(W)
    np.testing.assert_allclose(scaled, [[2.55, -0.375], [3.4, 0.5]], rtol=1e-5)


def test_non_neg_cuts():
    np.testing.assert_array_equal(NonNeg()(W), [[3.0, 0.0], np.float32([4.0, 0.4])])


def test_the_engines_own_limit():
    assert MaxNorm(3).max_norm == 3.0
    assert MaxNorm(3, axis=[0]).max_norm == 3.0
    assert MaxNorm(3, axis=1).max_norm is None
    assert all(other.max_norm is None for other in (NonNeg(), UnitNorm(), MinMaxNorm()))


@pytest.mark.parametrize(
    ("made", "config"),
    [
        (MaxNorm(), {"max_value": 2, "axis": 0}),
        (NonNeg(), {}),
        (UnitNorm(1), {"axis": 1}),
        (MinMaxNorm(), {"min_value": 0.0, "max_value": 1.0, "rate": 1.0, "axis": 0}),
    ],
)
def test_configuration_goes_both_ways(made, config):
    assert made.get_config() == config
    assert list(made.get_config()) == list(config)
    again = constraints.get(constraints.serialize(made))
    assert type(again) is type(made)
    assert again.get_config() == config


@pytest.mark.parametrize("name", ["max_norm", "MaxNorm", "maxnorm"])
def test_get_knows_the_spellings(name):
    assert isinstance(constraints.get(name), MaxNorm)
    assert constraints.max_norm is constraints.maxnorm is MaxNorm


def test_ones_own_constraint_is_taken_as_it_is():
    class Halved(Constraint):
        def __call__(self, w):
            return w / 2

    made = Halved()
    assert constraints.get(made) is made
    assert isinstance(constraints.get(Halved), Halved)
    assert made.max_norm is None
    np.testing.assert_array_equal(made(W), W / 2)
    assert constraints.get(np.abs) is np.abs
    assert constraints.get(None) is None


def test_a_wrong_name_is_told():
    with pytest.raises(ValueError, match=r"kernel_constraint='max_nrom': did you mean"):
        constraints.get("max_nrom", "kernel_constraint")
