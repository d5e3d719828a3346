"""Weights of samples, of classes, and of both, in training and in validation."""

import numpy as np
import pytest

OUTPUTS = {"labels": "softmax", "one_hot": "softmax", "numbers": "linear"}
LOSSES = {
    "labels": "sparse_categorical_crossentropy",
    "one_hot": "categorical_crossentropy",
    "numbers": "mean_squared_error",
}
CLASSES = {0: 0.5, 1: 2.0, 2: 1.3}


@pytest.fixture
def pair_of(twins, network):
    def make(targets, **compiled):
        return twins(
            lambda kit: network(kit, output=OUTPUTS[targets]),
            lambda kit: {
                "optimizer": kit.optimizers.SGD(0.1),
                "loss": LOSSES[targets],
                "metrics": ["accuracy"],
                "weighted_metrics": ["mse"] if targets != "labels" else ["accuracy"],
                **compiled,
            },
        )

    return make


@pytest.mark.parametrize("targets", OUTPUTS)
def test_of_samples(targets, pair_of, samples):
    pair_of(targets).fit(samples.x, getattr(samples, targets), sample_weight=samples.weight)


@pytest.mark.parametrize("targets", ["labels", "one_hot"])
def test_of_classes(targets, pair_of, samples):
    pair_of(targets).fit(samples.x, getattr(samples, targets), class_weight=CLASSES)


def test_of_some_classes(pair_of, samples):
    """A class that is not named counts 1."""
    pair_of("labels").fit(samples.x, samples.labels, class_weight={1: 3.0}, epochs=4)


def test_of_both(pair_of, samples):
    """Their product; Keras, which refuses both in one call, gets it ready made."""
    pair = pair_of("labels")
    product = samples.weight * np.vectorize(CLASSES.get)(samples.labels)
    settings = {"batch_size": 8, "epochs": 4, "shuffle": False, "verbose": 0}
    found = (
        model.fit(samples.x, samples.labels, **weights, **settings)
        for model, weights in (
            (pair.here, {"sample_weight": samples.weight, "class_weight": CLASSES}),
            (pair.real, {"sample_weight": product.astype("float32")}),
        )
    )
    pair.same(*(each.history for each in found))


def test_of_zero(pair_of, samples):
    """Samples that do not count; a whole batch of them."""
    weight = samples.weight.copy()
    weight[8:16] = weight[3] = 0
    pair_of("one_hot").fit(samples.x, samples.one_hot, sample_weight=weight)


def test_of_validation(pair_of, samples):
    pair_of("one_hot").fit(
        samples.x,
        samples.one_hot,
        sample_weight=samples.weight,
        validation_data=(samples.x[:13], samples.one_hot[:13], samples.weight[7:20]),
        epochs=4,
    )


def test_of_a_validation_alone(pair_of, samples):
    pair_of("one_hot").fit(
        samples.x,
        samples.one_hot,
        validation_data=(samples.x[:13], samples.one_hot[:13], samples.weight[7:20]),
        epochs=4,
    )


def test_with_a_validation_split(pair_of, samples):
    """The weights are split with the samples."""
    pair_of("one_hot").fit(
        samples.x, samples.one_hot, sample_weight=samples.weight, validation_split=0.3, epochs=4
    )


def test_of_classes_with_a_validation_split(pair_of, samples):
    """They count in training alone."""
    pair_of("labels").fit(
        samples.x, samples.labels, class_weight=CLASSES, validation_split=0.3, epochs=4
    )


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_with_other_reductions(reduction, twins, network, samples):
    pair = twins(
        network,
        lambda kit: {
            "optimizer": kit.optimizers.SGD(0.02),
            "loss": kit.losses.MeanSquaredError(reduction=reduction),
            "weighted_metrics": ["mae"],
        },
    )
    pair.fit(samples.x, samples.numbers, sample_weight=samples.weight, validation_split=0.2)


def test_of_evaluation_and_of_single_batches(pair_of, samples, close):
    pair = pair_of("one_hot")
    x, y, w = samples.x, samples.one_hot, samples.weight
    close(*pair.each(lambda _, m: m.evaluate(x, y, sample_weight=w, verbose=0)), "evaluate")
    close(*pair.each(lambda _, m: m.train_on_batch(x, y, sample_weight=w)), "train_on_batch")
    close(*pair.each(lambda _, m: m.test_on_batch(x, y, sample_weight=w)), "test_on_batch")
    pair.same()
    pair = pair_of("labels")
    found = pair.each(
        lambda _, m: m.train_on_batch(x, samples.labels, class_weight=CLASSES, return_dict=True)
    )
    close.history(*({k: [v] for k, v in sorted(each.items())} for each in found))
    pair.same()


def test_with_regularizers_and_decay(twins, network, samples):
    """Neither is weighted."""
    pair = twins(
        lambda kit: network(kit, kernel_regularizer="l2"),
        lambda kit: {"optimizer": kit.optimizers.SGD(0.1, weight_decay=0.01), "loss": "mse"},
    )
    pair.fit(samples.x, samples.numbers, sample_weight=samples.weight)
