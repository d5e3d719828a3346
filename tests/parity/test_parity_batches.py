"""Batches: sizes that do not fit, single ones, and those that come from elsewhere."""

import numpy as np
import pytest


@pytest.fixture
def pair(twins, network):
    return twins(
        lambda kit: network(kit, output="softmax"),
        lambda kit: {
            "optimizer": kit.optimizers.SGD(0.1, momentum=0.5),
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy", kit.metrics.AUC(name="auc"), "mse"],
        },
    )


@pytest.mark.parametrize("size", [1, 7, 39, 40, 41, 1000])
def test_sizes(size, pair, samples):
    """The last batch is smaller; a batch may be larger than what there is."""
    pair.fit(samples.x, samples.one_hot, batch_size=size, epochs=2 if size == 1 else 8)


def test_steps_per_epoch(pair, samples):
    pair.fit(samples.x, samples.one_hot, steps_per_epoch=5, epochs=3)


def test_a_run_that_goes_on(pair, samples):
    pair.fit(samples.x, samples.one_hot, epochs=2)
    H, _ = pair.fit(samples.x, samples.one_hot, epochs=6, initial_epoch=2)
    assert H.epoch == [2, 3, 4, 5]
    H, _ = pair.fit(samples.x, samples.one_hot, epochs=3, initial_epoch=5)
    assert H.epoch == []


def test_single_batches(pair, samples, close):
    for i in range(0, 40, 9):
        x, y = samples.x[i : i + 9], samples.one_hot[i : i + 9]
        close(*pair.each(lambda _, m, x=x, y=y: m.train_on_batch(x, y)), "train_on_batch")
        close(*pair.each(lambda _, m, x=x, y=y: m.test_on_batch(x, y)), "test_on_batch")
        found = pair.each(lambda _, m, x=x, y=y: m.train_on_batch(x, y, return_dict=True))
        close.history(*({k: [v] for k, v in each.items()} for each in found))
        found = pair.each(lambda _, m, x=x, y=y: m.test_on_batch(x, y, return_dict=True))
        close.history(*({k: [v] for k, v in each.items()} for each in found))
        close(*pair.each(lambda _, m, x=x: m.predict_on_batch(x)), "predict_on_batch")
    pair.same()


@pytest.mark.parametrize("size", [1, 7, 32, 100])
def test_evaluate_and_predict(size, pair, samples, close):
    x, y = samples.x, samples.one_hot
    found = pair.each(lambda _, m: m.evaluate(x, y, batch_size=size, verbose=0))
    assert all(isinstance(value, float) for value in found[0])
    close(*found, "evaluate")
    found = pair.each(lambda _, m: m.evaluate(x, y, batch_size=size, verbose=0, return_dict=True))
    close.history(*({k: [v] for k, v in each.items()} for each in found))
    found = pair.each(lambda _, m: m.predict(x, batch_size=size, verbose=0))
    assert found[0].dtype == found[1].dtype
    close(*found, "predict")
    found = pair.each(lambda _, m: m.predict(x, batch_size=size, steps=1, verbose=0))
    close(*found, "predict with steps")
    found = pair.each(lambda _, m: m.evaluate(x, y, batch_size=size, steps=1, verbose=0))
    close(*found, "evaluate with steps")


def test_evaluate_without_metrics(twins, network, samples, close):
    pair = twins(network, lambda _: {"optimizer": "sgd", "loss": "mse"})
    found = pair.each(lambda _, m: m.evaluate(samples.x, samples.numbers, verbose=0))
    assert type(found[0]) is type(found[1]) is float
    close(*found, "evaluate")
    found = pair.each(lambda _, m: m.train_on_batch(samples.x, samples.numbers))
    assert np.shape(found[0]) == np.shape(found[1]) == ()
    close(*found, "train_on_batch")


def generator(samples, weights=False, endless=True, size=9):
    def batches():
        while True:
            for i in range(0, 40, size):
                part = slice(i, i + size)
                batch = samples.x[part], samples.one_hot[part]
                yield (*batch, samples.weight[part]) if weights else batch
            if not endless:
                return

    return lambda _: batches()


@pytest.mark.parametrize("weights", [False, True])
def test_a_generator(weights, pair, samples):
    pair.fit(generator(samples, weights), batch_size=None, steps_per_epoch=3, epochs=4)


def test_a_generator_of_validation(pair, samples):
    """For one epoch: how many batches Keras skips before the next depends on its back end."""
    pair.fit(
        generator(samples),
        batch_size=None,
        steps_per_epoch=5,
        epochs=1,
        validation_data=generator(samples, weights=True),
        validation_steps=4,
    )


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_a_generator_that_ends(pair, samples):
    """For its one epoch: after it Keras repeats the first batch, and we stop."""
    pair.fit(generator(samples, endless=False), batch_size=None, epochs=1)


def test_a_generator_that_is_evaluated(pair, samples, close):
    batches = generator(samples, weights=True)
    found = pair.each(lambda k, m: m.evaluate(batches(k), steps=4, verbose=0))
    close(*found, "evaluate")

    def inputs():
        yield (samples.x[:5],)
        yield (samples.x[5:12],)

    close(*pair.each(lambda _, m: m.predict(inputs(), steps=2, verbose=0)), "predict")


def test_a_sequence(pair, samples):
    def sequence(kit):
        base = getattr(kit.utils, "PyDataset", object)

        class Parts(base):
            def __init__(self):
                if base is not object:
                    super().__init__()

            def __len__(self):
                return 5

            def __getitem__(self, index):
                part = slice(8 * index, 8 * index + 8)
                return samples.x[part], samples.one_hot[part]

        return Parts()

    pair.fit(sequence, batch_size=None, epochs=4, validation_data=sequence)


def test_built_by_its_first_batch(twins, samples):
    """A model without an input is built by fit; its weights are copied then."""
    pair = twins(
        lambda kit: kit.Sequential([kit.layers.Dense(5, activation="relu"), kit.layers.Dense(3)]),
        lambda _: {"optimizer": "adam", "loss": "mse"},
    )
    assert not pair.here.built
    assert not pair.real.built
    pair.each(lambda _, m: m.predict(samples.x[:2], verbose=0))
    pair.here.set_weights(pair.real.get_weights())
    pair.fit(samples.x, samples.numbers, epochs=3)
