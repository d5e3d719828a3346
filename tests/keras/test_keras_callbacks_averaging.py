"""SwapEMAWeights, on one weight whose averages are counted by hand."""

import numpy as np
import pytest

from chainrule.keras import Sequential, layers, optimizers
from chainrule.keras.callbacks import (
    EarlyStopping,
    LambdaCallback,
    ModelCheckpoint,
    SwapEMAWeights,
    hooks,
)
from chainrule.keras.models import load_model

X, Y = np.ones((1, 1), "float32"), np.full((1, 1), 8.0, "float32")
WEIGHT = [4.0, 6.0, 7.0]  # after each step: half of the distance to 8
AVERAGE = [4.0, 5.0, 6.0]  # half of the one before, half of the weight


def one_weight(use_ema=True):
    model = Sequential([layers.Input((1,)), layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((1, 1), "float32")])
    model.compile(optimizers.SGD(0.25, use_ema=use_ema, ema_momentum=0.5), "mse")
    return model


def fit(model, *callbacks, epochs=3, **settings):
    settings = {"verbose": 0} | settings
    return model.fit(X, Y, epochs=epochs, batch_size=1, callbacks=list(callbacks), **settings)


def weight(model):
    return float(model.get_weights()[0][0, 0])


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_validation_sees_the_averages_and_training_does_not(swap_on_epoch):
    model = one_weight()
    history = fit(model, SwapEMAWeights(swap_on_epoch), validation_data=(X, Y)).history
    assert history["loss"] == [64.0, 16.0, 4.0]
    assert history["val_loss"] == [(8 - average) ** 2 for average in AVERAGE]
    assert weight(model) == AVERAGE[-1]  # with which training ends in any case


def test_without_it_validation_sees_the_weights():
    history = fit(one_weight(), validation_data=(X, Y)).history
    assert history["val_loss"] == [(8 - each) ** 2 for each in WEIGHT]


@pytest.mark.parametrize(("swap_on_epoch", "expected"), [(False, WEIGHT), (True, AVERAGE)])
def test_what_later_callbacks_see(swap_on_epoch, expected, tmp_path):
    seen, model = [], one_weight()
    look = LambdaCallback(on_epoch_end=lambda *_: seen.append(weight(model)))
    keep = ModelCheckpoint(tmp_path / "{epoch}.safetensors")
    fit(model, SwapEMAWeights(swap_on_epoch), look, keep)
    assert seen == expected
    assert [weight(load_model(tmp_path / f"{i}.safetensors")) for i in (1, 2, 3)] == expected


def test_a_run_that_ends_early_ends_with_the_averages():
    model = one_weight()
    stop = EarlyStopping("loss", min_delta=100.0)
    assert fit(model, SwapEMAWeights(swap_on_epoch=True), stop).epoch == [0, 1]
    assert weight(model) == AVERAGE[1]


def test_evaluation_and_prediction_outside_of_training():
    model, swap = one_weight(), SwapEMAWeights()
    fit(model, swap, epochs=2)
    model.set_weights([np.full((1, 1), 6.0, "float32")])  # and no more the average, 5
    assert model.predict(X, verbose=0, callbacks=[swap]) == 5.0
    assert model.evaluate(X, Y, verbose=0, callbacks=[swap]) == 9.0
    assert weight(model) == 6.0


def test_only_the_epochs_of_one_that_swaps_there():
    assert hooks([SwapEMAWeights(swap_on_epoch=True)]).epochs
    assert not hooks([SwapEMAWeights()]).batches


def test_an_optimizer_without_averages():
    model = one_weight(use_ema=False)
    with pytest.raises(ValueError, match="needs the averages of an optimizer with use_ema=True"):
        fit(model, SwapEMAWeights(), validation_data=(X, Y))
