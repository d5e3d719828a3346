"""What is looked at after epochs: which samples, how often, how many of them."""

import numpy as np
import pytest


@pytest.fixture
def pair(twins, network):
    return twins(
        lambda kit: network(kit, output="softmax"),
        lambda kit: {
            "optimizer": kit.optimizers.Adam(0.01),
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy", "mae"],
        },
    )


@pytest.mark.filterwarnings("ignore:validation_split takes the last")  # which only we say
@pytest.mark.parametrize("share", [0.1, 0.25, 0.33, 0.5, 0.97])
def test_a_split(share, pair, samples):
    pair.fit(samples.x, samples.one_hot, validation_split=share, epochs=2)


def test_data_wins_over_a_split(pair, samples):
    pair.fit(
        samples.x,
        samples.one_hot,
        validation_split=0.5,
        validation_data=(samples.x[:9], samples.one_hot[:9]),
        epochs=2,
    )


@pytest.mark.parametrize("size", [1, 5, 13, 100])
def test_batch_sizes(size, pair, samples):
    pair.fit(
        samples.x,
        samples.one_hot,
        validation_data=(samples.x[:13], samples.one_hot[:13]),
        validation_batch_size=size,
        epochs=2,
    )


@pytest.mark.parametrize("frequency", [1, 2, 3, 10, [1, 4], [5]])
def test_frequencies(frequency, pair, samples):
    """Values there are only of the epochs that were looked at."""
    H, _ = pair.fit(
        samples.x,
        samples.one_hot,
        validation_data=(samples.x[:13], samples.one_hot[:13]),
        validation_freq=frequency,
        epochs=6,
    )
    assert len(H.history["loss"]) == 6


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_steps(steps, pair, samples):
    """Each time the first batches: a validation does not go on where the last one stopped."""
    pair.fit(
        samples.x,
        samples.one_hot,
        validation_data=(samples.x[:31], samples.one_hot[:31]),
        validation_steps=steps,
        epochs=3,
    )


def test_in_32_samples_at_once(pair, samples):
    """batch_size counts for the validation, too, where it has none of its own."""
    pair.fit(
        np.tile(samples.x, (2, 1)),
        np.tile(samples.one_hot, (2, 1)),
        batch_size=None,
        validation_split=0.4,
        epochs=3,
    )


def test_validation_from_the_first_epoch_of_a_second_run(pair, samples):
    settings = {"validation_split": 0.2, "validation_freq": 2}
    pair.fit(samples.x, samples.one_hot, epochs=3, **settings)
    H, _ = pair.fit(samples.x, samples.one_hot, epochs=7, initial_epoch=3, **settings)
    assert H.epoch == [3, 4, 5, 6]


def test_lists_of_numbers(pair, samples):
    """As NumPy has them; lists of lists are several inputs in Keras."""
    pair.fit(samples.x.astype(float), samples.one_hot.astype(int), validation_split=0.2, epochs=2)
