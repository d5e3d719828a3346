"""What tests of accelerate(model) share: a model of Keras, trained by it and by the engine."""

from __future__ import annotations

import chainrule

SETTINGS = {"epochs": 10, "batch_size": 8, "shuffle": False, "verbose": 0}  # 50 steps
# Slots are sums of gradients that nearly cancel, and rounding shows in 32 bits. In 64 as well:
# Keras on TensorFlow takes 1 - beta_2 of a 32-bit beta_2, which is off by 1.3e-5.
SLOTS = 5e-5

OPTIMIZERS = {
    "sgd": lambda k: k.optimizers.SGD(0.1),
    "momentum": lambda k: k.optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "schedule": lambda k: k.optimizers.SGD(k.optimizers.schedules.ExponentialDecay(0.1, 20, 0.5)),
    "clipnorm": lambda k: k.optimizers.SGD(0.1, clipnorm=0.1),
    "average": lambda k: k.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9),
    "rmsprop": lambda k: k.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "adam": lambda k: k.optimizers.Adam(0.01),
    "amsgrad": lambda k: k.optimizers.Adam(0.01, amsgrad=True),
    "adamw": lambda k: k.optimizers.AdamW(0.01),
    "adamax": lambda k: k.optimizers.Adamax(0.01),
    "nadam": lambda k: k.optimizers.Nadam(0.01),
    "adagrad": lambda k: k.optimizers.Adagrad(0.1),
    "adadelta": lambda k: k.optimizers.Adadelta(1.0),
    "lion": lambda k: k.optimizers.Lion(0.01),
}


def network(
    keras, optimizer=None, inner=(), metrics=("accuracy",), loss="categorical_crossentropy"
):
    """6-8-3 with the same weights in each call, compiled."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="tanh", kernel_regularizer="l2"),
            *inner,
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    # A large epsilon: where gradients are nearly 0, Adam divides rounding by rounding.
    model.compile(optimizer or keras.optimizers.Adam(0.01, epsilon=1e-3), loss, metrics=metrics)
    return model


def compare(close, one, other, metrics=True):
    """Assert that weights, the optimisers' variables, and what metrics say are the same."""
    close.weights(one, other)
    for a, b in zip(one.optimizer.variables, other.optimizer.variables, strict=True):
        close(a.numpy(), b.numpy(), a.path, SLOTS)
    if not metrics:
        return
    results = [model.get_metrics_result() for model in (one, other)]
    assert list(results[0]) == list(results[1])
    for name, value in results[1].items():
        close(results[0][name], value, f"metric {name}")


def train_both(keras, samples, close, build=network, callbacks=list, **settings):
    """Train one with Keras, one accelerated; assert that all is the same; return them.

    ``build(keras)`` and ``callbacks()`` are called for each.
    """
    settings = {"x": samples.x, "y": samples.one_hot} | SETTINGS | settings
    theirs, ours = build(keras), build(keras)
    H = theirs.fit(callbacks=callbacks(), **settings)
    with chainrule.accelerate(ours):
        h = ours.fit(callbacks=callbacks(), **settings)
    assert isinstance(h, keras.callbacks.History)
    assert h.model is ours
    assert ours.history is h
    assert h.epoch == H.epoch
    assert h.params == H.params
    assert ours.stop_training == theirs.stop_training
    close.history(h.history, H.history)
    compare(close, ours, theirs)
    return ours, theirs
