import math

import numpy as np
import pytest

from chainrule.keras import initializers, random
from chainrule.keras.initializers.base import fans

SEEDED = [
    initializers.RandomNormal,
    initializers.RandomUniform,
    initializers.TruncatedNormal,
    initializers.VarianceScaling,
    initializers.GlorotUniform,
    initializers.GlorotNormal,
    initializers.HeNormal,
    initializers.HeUniform,
    initializers.LecunNormal,
    initializers.LecunUniform,
    initializers.Orthogonal,
]


@pytest.mark.parametrize("cls", SEEDED)
def test_one_seed_gives_the_same_numbers_at_each_call(cls):
    made = cls(seed=3)
    first = made((4, 3))
    assert first.shape == (4, 3)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(made((4, 3)), first)
    np.testing.assert_array_equal(cls(seed=3)((4, 3)), first)
    assert not np.array_equal(cls(seed=4)((4, 3)), first)


@pytest.mark.parametrize("cls", SEEDED)
def test_without_a_seed_the_numbers_are_new_and_set_seed_repeats_them(cls):
    random.set_seed(1)
    made = cls()
    first, second = made((4, 3)), made((4, 3))
    assert not np.array_equal(first, second)
    random.set_seed(1)
    np.testing.assert_array_equal(cls()((4, 3)), first)
    random.set_seed(None)


@pytest.mark.parametrize(
    ("cls", "variance"),
    [
        (initializers.GlorotUniform, 2 / 500),
        (initializers.GlorotNormal, 2 / 500),
        (initializers.HeNormal, 2 / 300),
        (initializers.HeUniform, 2 / 300),
        (initializers.LecunNormal, 1 / 300),
        (initializers.LecunUniform, 1 / 300),
        (initializers.VarianceScaling, 1 / 300),
    ],
)
def test_variance_is_scale_over_fan(cls, variance):
    W = cls(seed=0)((300, 200), "float64")
    assert W.mean() == pytest.approx(0, abs=4 * math.sqrt(variance / W.size))
    assert W.var() == pytest.approx(variance, rel=0.03)
    if "Uniform" in cls.__name__:
        assert np.abs(W).max() == pytest.approx(math.sqrt(3 * variance), rel=0.01)
    else:  # a normal distribution, cut at two of its own standard deviations
        assert np.abs(W).max() == pytest.approx(2 * math.sqrt(variance) / 0.879626, rel=0.01)


def test_forms_of_variance_scaling():
    wide = initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=0)((300, 200))
    assert wide.var() == pytest.approx(2 / 200, rel=0.03)
    assert np.abs(wide).max() > 3 * 0.1
    assert initializers.VarianceScaling(distribution="normal").distribution == "truncated_normal"
    along = initializers.VarianceScaling(
        3.0, "fan_in", "uniform", seed=0, input_axes=[1], output_axes=[0]
    )
    assert np.abs(along((10, 400))).max() == pytest.approx(math.sqrt(9 / 400), rel=0.01)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((), (1, 1)), ((7,), (7, 7)), ((5, 3), (5, 3)), ((2, 2, 5, 3), (20, 12)), ((0, 3), (1, 3))],
)
def test_fans(shape, expected):
    assert fans(shape) == expected


def test_those_that_draw_nothing():
    np.testing.assert_array_equal(initializers.Zeros()((2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(initializers.Ones()(()), 1.0)
    np.testing.assert_array_equal(initializers.Constant(0.5)((2,)), [0.5, 0.5])
    np.testing.assert_array_equal(initializers.Identity(2.0)((2, 3)), 2 * np.eye(2, 3))
    with pytest.raises(ValueError, match="two axes"):
        initializers.Identity()((3,))


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (2, 3, 4)])
def test_orthogonal(shape):
    W = initializers.Orthogonal(2.0, seed=0)(shape, "float64")
    assert W.shape == shape
    W = W.reshape(-1, shape[-1])
    small = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-12)
    with pytest.raises(ValueError, match="orthogonal needs"):
        initializers.Orthogonal()((3,))


def test_moments_of_those_with_their_own():
    normal = initializers.RandomNormal(1.0, 0.5, seed=0)((200, 200))
    assert normal.mean() == pytest.approx(1.0, abs=0.01)
    assert normal.std() == pytest.approx(0.5, abs=0.01)
    uniform = initializers.RandomUniform(-1.0, 3.0, seed=0)((200, 200))
    assert uniform.min() >= -1
    assert uniform.max() <= 3
    assert uniform.mean() == pytest.approx(1.0, abs=0.02)
    truncated = initializers.TruncatedNormal(1.0, 0.5, seed=0)((200, 200))
    assert np.abs(truncated - 1.0).max() <= 1.0


CONFIGS = [
    (initializers.Zeros(), {}),
    (initializers.Ones(), {}),
    (initializers.Constant(0.5), {"value": 0.5}),
    (initializers.Identity(), {}),
    (initializers.Identity(2.0), {"gain": 2.0}),
    (initializers.RandomNormal(), {"seed": None, "mean": 0.0, "stddev": 0.05}),
    (initializers.TruncatedNormal(seed=1), {"seed": 1, "mean": 0.0, "stddev": 0.05}),
    (initializers.RandomUniform(), {"seed": None, "minval": -0.05, "maxval": 0.05}),
    (initializers.Orthogonal(), {"seed": None, "gain": 1.0}),
    (initializers.HeNormal(3), {"seed": 3, "input_axes": None, "output_axes": None}),
    (
        initializers.VarianceScaling(),
        {
            "seed": None,
            "scale": 1.0,
            "mode": "fan_in",
            "distribution": "truncated_normal",
            "input_axes": None,
            "output_axes": None,
        },
    ),
]


@pytest.mark.parametrize(("made", "config"), CONFIGS)
def test_configuration_goes_both_ways(made, config):
    assert made.get_config() == config
    assert list(made.get_config()) == list(config)
    written = initializers.serialize(made)
    assert written["module"] == "keras.initializers"
    again = initializers.get(written)
    assert type(again) is type(made)
    assert again.get_config() == config


def test_a_seed_generator_is_written_and_read():
    made = initializers.HeNormal(seed=random.SeedGenerator(7, name="own"))
    first, second = made((2, 2)), made((2, 2))
    assert not np.array_equal(first, second)
    written = initializers.serialize(made)
    assert written["config"]["seed"]["class_name"] == "SeedGenerator"
    assert written["config"]["seed"]["config"] == {"seed": 7, "name": "own"}
    np.testing.assert_array_equal(initializers.get(written)((2, 2)), first)


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("glorot_uniform", initializers.GlorotUniform),
        ("GlorotUniform", initializers.GlorotUniform),
        ("zero", initializers.Zeros),
        ("one", initializers.Ones),
        ("normal", initializers.RandomNormal),
        ("uniform", initializers.RandomUniform),
        ("IdentityInitializer", initializers.Identity),
    ],
)
def test_get_knows_the_spellings(name, cls):
    assert type(initializers.get(name)) is cls


def test_get_takes_arrays_functions_and_ones_own_classes():
    given = initializers.get(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(given((2,), "float32"), np.float32([1, 2]))
    with pytest.raises(ValueError, match=r"shape \(2,\), and the weight has shape \(3,\)"):
        given((3,))

    def function(shape, dtype=None):
        return np.ones(shape, dtype)

    class Own(initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return np.full(shape, 3.0, dtype)

    assert initializers.get(function) is function
    assert isinstance(initializers.get(Own), Own)
    assert initializers.get(None) is None


def test_wrong_settings_are_told():
    with pytest.raises(ValueError, match=r"kernel_initializer='glorot_unifrom': did you mean"):
        initializers.get("glorot_unifrom", "kernel_initializer")
    with pytest.raises(ValueError, match="distribution is 'gauss'; possible: uniform"):
        initializers.VarianceScaling(distribution="gauss")
    with pytest.raises(ValueError, match="mode is 'fan'; possible: fan_in"):
        initializers.VarianceScaling(mode="fan")
    with pytest.raises(ValueError, match="scale is -1"):
        initializers.VarianceScaling(-1)
    with pytest.raises(TypeError, match="seed is 'a'"):
        initializers.HeNormal(seed="a")


def test_constant_takes_arrays():
    constant = initializers.Constant(np.array([1.0, 2.0], np.float32))
    np.testing.assert_array_equal(constant((3, 2)), [[1, 2]] * 3)
    written = initializers.serialize(constant)["config"]
    assert written == {
        "value": {"class_name": "__numpy__", "config": {"value": [1.0, 2.0], "dtype": "float32"}}
    }
    again = initializers.Constant.from_config(written)
    assert again.value.dtype == np.float32
    np.testing.assert_array_equal(again((2,)), [1, 2])
    with pytest.raises(ValueError, match=r"a value of shape \(2,\); possible for weights of shape"):
        constant((3,))
