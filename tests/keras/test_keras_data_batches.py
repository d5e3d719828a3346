import itertools
import random
import threading
import warnings

import numpy as np
import pytest

from chainrule.keras.data import Batches, PyDataset, adapt, pack, unpack


class Numbered(PyDataset):
    """Batches of two samples; both have the number of the batch."""

    def __init__(self, n=3, **settings):
        super().__init__(**settings)
        self.n, self.asked, self.calls = n, [], []

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        self.asked.append(index)
        return np.full((2, 1), index), np.full(2, index)

    def on_epoch_begin(self):
        self.calls.append("begin")

    def on_epoch_end(self):
        self.calls.append("end")


class Endless(Numbered):
    num_batches = None


def pairs(n):
    return ((np.full((2, 1), i), np.full(2, i)) for i in range(n))


class Loader:
    """What can be read again and again, and does not know how long it is."""

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return pairs(self.n)


class Counted(Loader):
    """What says how many batches there are as tf.data does."""

    def __init__(self, n, cardinality):
        super().__init__(n)
        self.said = cardinality

    def cardinality(self):
        return np.int64(self.said)

    def __len__(self):
        raise TypeError("unknown")


def numbers(batches):
    """The numbers of the batches of the next epoch."""
    return [int(batch.y[0]) for batch in batches.epoch()]


# Of real Keras 3.15 are the lengths of the epochs and whether it warns, for data sets; generators
# that end too early differ: Keras gives the first two batches again, here nothing comes.
def test_a_pass_is_an_epoch_without_steps():
    dataset = Numbered()
    batches = adapt(dataset)
    assert batches.num_batches == 3
    assert [numbers(batches) for _ in range(2)] == [[0, 1, 2], [0, 1, 2]]
    assert dataset.calls == ["begin", "end"] * 2


def test_epochs_go_on_through_a_pass_and_end_with_it():
    batches = adapt(Numbered(), steps_per_epoch=2)
    assert batches.num_batches == 2
    assert numbers(batches) == [0, 1]
    with pytest.warns(UserWarning, match=r"ran out of data: x \(Numbered\) gave 3 batches in all,"):
        assert numbers(batches) == [2]
    assert numbers(batches) == [0, 1]
    assert not batches.exhausted


def test_steps_that_are_a_pass_or_half_of_one_never_warn():
    batches = adapt(Numbered(4), steps_per_epoch=2)
    assert [numbers(batches) for _ in range(3)] == [[0, 1], [2, 3], [0, 1]]
    batches = adapt(Numbered(2), steps_per_epoch=2)
    assert [numbers(batches) for _ in range(2)] == [[0, 1], [0, 1]]


def test_more_steps_than_batches_warn_in_every_epoch():
    batches = adapt(Numbered(), steps_per_epoch=4)
    for _ in range(2):
        with pytest.warns(UserWarning, match="and an epoch needs 4"):
            assert numbers(batches) == [0, 1, 2]


def test_a_generator_is_read_once():
    batches = adapt(pairs(5), steps_per_epoch=3)
    assert numbers(batches) == [0, 1, 2]
    with pytest.warns(UserWarning, match=r"x \(generator\) gave 5 batches in all, 2 of them in"):
        assert numbers(batches) == [3, 4]
    assert batches.exhausted


def test_a_generator_without_steps_is_one_epoch():
    batches = adapt(pairs(3))
    assert batches.num_batches is None
    assert numbers(batches) == [0, 1, 2]
    assert batches.num_batches == 3
    assert batches.exhausted
    with pytest.warns(UserWarning, match="0 of them in this epoch, and another epoch was to come"):
        assert numbers(batches) == []


def test_a_generator_without_end_is_read_by_steps():
    batches = adapt(((np.zeros((1, 1)), [i]) for i in itertools.count()), steps_per_epoch=2)
    assert [numbers(batches) for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]
    assert not batches.exhausted


def test_looking_at_the_first_batch_takes_it_from_no_epoch():
    for x in (pairs(2), Numbered(2), Loader(2)):
        batches = adapt(x)
        assert batches.first().x.tolist() == [[0.0], [0.0]]
        assert batches.first().n == 2
        assert numbers(batches) == [0, 1]


def test_a_generator_without_batches_is_refused():
    with pytest.raises(ValueError, match="x is a generator without a batch left; give a new one"):
        adapt(pairs(0))
    with pytest.raises(ValueError, match=r"x \(Numbered\) has no batches; its length is 0"):
        adapt(Numbered(0))
    with pytest.raises(ValueError, match=r"x \(Loader\) gives no batches"):
        adapt(Loader(0)).first()


def test_a_loader_of_unknown_length_begins_again():
    batches = adapt(Loader(3))
    assert batches.num_batches is None
    assert [numbers(batches) for _ in range(2)] == [[0, 1, 2], [0, 1, 2]]
    assert batches.num_batches == 3
    batches = adapt(Loader(4), steps_per_epoch=2)
    assert [numbers(batches) for _ in range(3)] == [[0, 1], [2, 3], [0, 1]]


@pytest.mark.parametrize(
    ("said", "known", "endless"), [(3, 3, False), (-1, None, True), (-2, None, False)]
)
def test_the_cardinality_of_a_data_set_is_read(said, known, endless):
    batches = adapt(Counted(3, said))
    assert batches.num_batches == known
    assert batches.endless is endless


def test_the_order_of_a_data_set_is_shuffled_by_pythons_random():
    batches = adapt(Numbered(8), shuffle=True)
    expected = random.Random(3)
    state = random.getstate()
    try:
        random.seed(3)
        for _ in range(2):
            order = list(range(8))
            expected.shuffle(order)
            assert numbers(batches) == order
    finally:
        random.setstate(state)


def test_workers_prepare_batches_ahead_and_in_order():
    threads = set()

    class Watched(Numbered):
        def __getitem__(self, index):
            threads.add(threading.get_ident())
            return super().__getitem__(index)

    dataset = Watched(20, workers=3, max_queue_size=4)
    batches = adapt(dataset)
    epoch = batches.epoch()
    assert next(epoch).y[0] == 0
    assert len(dataset.asked) <= 4
    assert [int(batch.y[0]) for batch in epoch] == list(range(1, 20))
    assert threading.get_ident() not in threads
    assert numbers(batches) == list(range(20))


def test_an_epoch_that_is_left_ends():
    dataset = Numbered(20, workers=2)
    epoch = adapt(dataset).epoch()
    next(epoch)
    epoch.close()
    assert dataset.calls == ["begin", "end"]


def test_an_epoch_after_one_that_was_left_begins_anew_without_steps():
    batches = adapt(Numbered())
    left = batches.epoch()
    next(left)
    left.close()
    assert numbers(batches) == [0, 1, 2]


def test_an_endless_data_set_is_read_by_steps():
    batches = adapt(Endless(), steps_per_epoch=2)
    assert [numbers(batches) for _ in range(2)] == [[0, 1], [2, 3]]
    endless = adapt(Endless())
    assert endless.endless
    with pytest.raises(ValueError, match=r"x \(Endless\) never ends.*give steps_per_epoch= to fit"):
        endless.gathered()


def test_what_has_items_and_a_length_is_like_a_data_set():
    class Old:
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return [np.full((1, 1), index), [index]]

    assert numbers(adapt(Old())) == [0, 1]


def test_a_data_set_without_items_or_length_says_so():
    with pytest.raises(NotImplementedError, match="PyDataset has no __getitem__"):
        PyDataset()[0]
    with pytest.raises(NotImplementedError, match="PyDataset has neither __len__ nor num_batches"):
        PyDataset().num_batches  # noqa: B018


def test_a_data_set_may_forget_its_base():
    class Forgetful(Numbered):
        def __init__(self):
            self.n, self.asked, self.calls = 2, [], []

    assert numbers(adapt(Forgetful())) == [0, 1]


def test_arrays_go_on_through_epochs_of_steps():
    x, y = np.arange(8.0)[:, None], np.arange(8)
    batches = adapt(x, y, batch_size=2, steps_per_epoch=3)
    assert [batch.y.tolist() for batch in batches.epoch()] == [[0, 1], [2, 3], [4, 5]]
    with pytest.warns(UserWarning, match=r"x \(array\) gave 4 batches"):
        assert [batch.y.tolist() for batch in batches.epoch()] == [[6, 7]]
    shuffled = adapt(x, y, batch_size=2, steps_per_epoch=2, shuffle=True)
    seen = [label for _ in range(2) for batch in shuffled.epoch() for label in batch.y.tolist()]
    assert sorted(seen) == list(range(8))  # each once in two epochs


def test_classes_and_types_are_those_asked_for():
    batches = adapt(pairs(2), class_weight={1: 5.0}, dtype="float64")
    found = list(batches.epoch())
    assert [batch.weight.tolist() for batch in found] == [[1.0, 1.0], [5.0, 5.0]]
    assert found[0].x.dtype == found[0].weight.dtype == np.float64
    assert found[0].y.dtype == np.int64


def test_an_epoch_is_gathered_in_arrays():
    parts = [
        (np.zeros((2, 3)), [0, 1]),
        (np.ones((1, 3)), [2], [0.5]),
    ]
    samples, sizes = adapt(iter(parts)).gathered()
    assert sizes == [2, 1]
    np.testing.assert_array_equal(samples.x, [[0, 0, 0], [0, 0, 0], [1, 1, 1]])
    np.testing.assert_array_equal(samples.y, [0, 1, 2])
    np.testing.assert_array_equal(samples.weight, np.array([1, 1, 0.5], "float32"))
    only_x, _ = adapt(iter([(np.zeros((2, 3)),), np.ones((2, 3))])).gathered()
    assert only_x.y is None
    assert only_x.weight is None
    assert only_x.n == 4


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([(np.zeros((2, 3)), [0, 1, 2])], "x of batch 1 has 2 samples and y has 3"),
        ([(np.zeros((2, 3)), [0, 1]), (np.zeros((2, 4)), [0, 1])], r"x of batch 2 has shape"),
        ([(np.zeros((2, 3)), [0, 1]), (np.zeros((2, 3)),)], "1 of 2 batches have y; give it"),
        ([(1, 2, 3, 4)], "a batch has 4 parts; possible: x,"),
        ([(np.zeros(3), 1)], "y of batch 1 is the single number 1"),
    ],
)  # fmt: skip
def test_batches_that_do_not_fit_are_refused(parts, message):
    with pytest.raises(ValueError, match=message):
        adapt(iter(parts)).gathered()


@pytest.mark.parametrize("name", ["y", "sample_weight"])
def test_batches_hold_their_targets_and_weights(name):
    with pytest.raises(ValueError, match=f"{name} is given, and x is a generator, which gives"):
        adapt(pairs(2), **{name: [1.0]})


def test_batches_are_adapted_once():
    batches = adapt(pairs(2))
    assert adapt(batches) is batches
    assert isinstance(batches, Batches)


def test_packing_is_undone_by_unpacking():
    assert unpack(pack(1, 2, 3)) == (1, 2, 3)
    assert unpack(pack(1, 2)) == (1, 2, None)
    assert unpack(pack([1])) == ([1], None, None)
    assert unpack([1, 2]) == (1, 2, None)
    assert pack(1) == 1


def test_no_warning_comes_from_data_that_suffice():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        batches = adapt(pairs(6), steps_per_epoch=3, shuffle=True)
        assert [numbers(batches) for _ in range(2)] == [[0, 1, 2], [3, 4, 5]]
