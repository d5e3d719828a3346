import numpy as np
import pytest

from chainrule.keras import random


@pytest.fixture(autouse=True)
def _no_seed_remains():
    yield
    random.set_seed(None)


def test_streams_are_the_same_after_a_seed_and_differ_from_each_other():
    random.set_seed(3)
    first = [random.generator().random() for _ in range(3)]
    random.set_seed(3)
    assert [random.generator().random() for _ in range(3)] == first
    assert len(set(first)) == 3


def test_a_stream_does_not_depend_on_what_another_has_drawn():
    random.set_seed(3)
    random.generator()
    second = random.generator().random()
    random.set_seed(3)
    random.generator().random(1000)
    assert random.generator().random() == second


def test_without_a_seed_streams_differ():
    random.set_seed(None)
    first = random.generator().random()
    random.set_seed(None)
    assert random.generator().random() != first


def test_an_integer_gives_numpys_own_stream():
    assert random.generator(5).random() == np.random.default_rng(5).random()
    assert random.generator(np.int64(5)).random() == random.generator(5).random()
    assert random.generator(-1).random() != random.generator(1).random()


@pytest.mark.parametrize("seed", ["1", 1.5, True])
def test_a_wrong_seed_is_refused(seed):
    with pytest.raises(TypeError, match=r"seed is .*possible: an integer"):
        random.generator(seed)


def test_a_seed_generator_gives_another_stream_each_time():
    made, again = random.SeedGenerator(7), random.SeedGenerator(7)
    numbers = [made.next().random() for _ in range(3)]
    assert [random.generator(again).random() for _ in range(3)] == numbers
    assert len(set(numbers)) == 3
    config = random.SeedGenerator(7, name="own").get_config()
    assert config == {"seed": 7, "name": "own"}
    assert random.SeedGenerator.from_config(config).next().random() == numbers[0]


def test_functions_have_shape_type_and_moments():
    normal = random.normal((200, 200), mean=2.0, stddev=3.0, seed=0)
    assert normal.shape == (200, 200)
    assert normal.dtype == np.float32
    assert float(normal.mean()) == pytest.approx(2.0, abs=0.05)
    assert float(normal.std()) == pytest.approx(3.0, abs=0.05)
    uniform = random.uniform((100, 100), -1.0, 3.0, dtype="float64", seed=0)
    assert uniform.dtype == np.float64
    assert -1 <= uniform.min() < -0.99
    assert 2.99 < uniform.max() <= 3
    assert np.abs(random.truncated_normal((100, 100), stddev=0.5, seed=0)).max() <= 1.0
    assert set(random.randint((100,), 2, 4, seed=0).tolist()) == {2, 3}
    shuffled = random.shuffle(np.arange(10), seed=0)
    assert shuffled.tolist() != list(range(10))
    assert sorted(shuffled.tolist()) == list(range(10))
