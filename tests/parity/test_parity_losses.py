"""Every loss, with its settings and reductions: as trained with, and as called."""

import inspect

import numpy as np
import pytest

from chainrule.keras import losses, objects

# What comes in front of a loss, and what targets it is for: the first row whose word is in its
# name; where there is none, numbers.
KINDS = (
    ("Sparse", "softmax", "labels"),
    ("Categorical", "softmax", "one_hot"),
    ("KLDivergence", "softmax", "shares"),
    ("Binary", "sigmoid", "yes_no"),
    ("Hinge", "linear", "signs"),
    ("Poisson", "softplus", "positive"),
    ("Logarithmic", "softplus", "positive"),
    ("Percentage", "linear", "positive"),
    ("", "linear", "numbers"),
)
# Settings, each tried where a constructor takes all of it.
SETTINGS = {
    "default": {},
    "from_logits": {"from_logits": True},
    "label_smoothing": {"label_smoothing": 0.2},
    "smoothed_logits": {"from_logits": True, "label_smoothing": 0.2},
    "sum": {"reduction": "sum"},
    "mean": {"reduction": "mean"},
    "delta": {"delta": 0.4},
    "gamma": {"gamma": 1.3},
    "alpha": {"alpha": 0.4},
    "class_balancing": {"apply_class_balancing": True, "alpha": 0.3},
    "balanced_logits": {"apply_class_balancing": True, "from_logits": True},
}
UNTRIED = {"self", "name", "dtype", "axis", "ignore_class"}  # refused in training
RATES = {"MeanAbsolutePercentageError": 1e-4}  # or rounding grows from step to step


def takes(cls, settings):
    return set(settings) <= set(inspect.signature(cls.__init__).parameters)


CASES = [
    (name, variant)
    for name, cls in objects.classes("loss").items()
    for variant, settings in SETTINGS.items()
    if takes(cls, settings)
]


def kind(name):
    return next((output, targets) for word, output, targets in KINDS if word in name)


def test_every_setting_has_a_case():
    tried = UNTRIED | {key for each in SETTINGS.values() for key in each}
    for name, cls in objects.classes("loss").items():
        left = set(inspect.signature(cls.__init__).parameters) - tried
        assert not left, f"{name}: no case of parity for {left}"


@pytest.mark.parametrize(("name", "variant"), CASES, ids=map("-".join, CASES))
def test_training(name, variant, twins, network, samples):
    settings = SETTINGS[variant]
    output, targets = kind(name)
    if settings.get("from_logits"):
        output = "linear"
    pair = twins(
        lambda kit: network(kit, output=output),
        lambda kit: {
            "optimizer": kit.optimizers.SGD(RATES.get(name, 0.02)),
            "loss": getattr(kit.losses, name)(**settings),
        },
    )
    pair.fit(samples.x, getattr(samples, targets))


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight", "none"])
@pytest.mark.parametrize("name", objects.classes("loss"))
def test_called(name, reduction, ours, keras, samples, close):
    output, targets = kind(name)
    z = np.random.default_rng(1).normal(size=(40, 3)).astype("float32")
    y, A = getattr(samples, targets), np.asarray(getattr(keras.activations, output)(z))
    for weight in (None, samples.weight):
        found = [
            np.asarray(getattr(kit.losses, name)(reduction=reduction)(y, A, sample_weight=weight))
            for kit in (ours, keras)
        ]
        close(*found, name)


@pytest.mark.parametrize("name", objects.classes("loss"))
def test_at_extremes(name, ours, keras, close):
    """Outputs of exactly 0 and 1, and large ones, cost what they cost in Keras."""
    output, targets = kind(name)
    y = {
        "labels": np.array([0, 1, 2]),
        "numbers": np.array([[0, 1, -1], [2, 0, 0], [1e3, 0, 1]]),
        "signs": np.array([[1, -1, 1], [-1, -1, 1], [1, 1, 1]]),
    }.get(targets, np.eye(3))
    A = {"softmax": np.eye(3)[::-1], "sigmoid": np.eye(3)[::-1]}.get(
        output, np.array([[0, 1, 50], [1e-8, 1e4, 1], [3, 2, 1]])
    )
    found = [
        np.asarray(getattr(kit.losses, name)(reduction="none")(y, A.astype("float32")))
        for kit in (ours, keras)
    ]
    close(*found, name)


FUNCTIONS = [
    name
    for name in losses.__all__
    if inspect.isfunction(getattr(losses, name))
    and name not in ("get", "find", "check_targets", "serialize", "deserialize")
]


def test_ignored_class(ours, keras, samples, close):
    A = samples.shares
    found = [
        kit.losses.SparseCategoricalCrossentropy(ignore_class=1)(samples.labels, A)
        for kit in (ours, keras)
    ]
    close(*found, "ignore_class")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name, ours, keras, samples, close):
    output, targets = kind(name.replace("_", " ").title().replace(" ", ""))
    z = np.random.default_rng(1).normal(size=(40, 3)).astype("float32")
    y, A = getattr(samples, targets), np.asarray(getattr(keras.activations, output)(z))
    close(*(np.asarray(getattr(kit.losses, name)(y, A)) for kit in (ours, keras)), name)


@pytest.mark.parametrize("name", objects.spellings("loss"))
def test_spellings(name, ours, keras):
    """What Keras finds by a spelling is found here by the same, and is the same."""
    try:
        real = keras.losses.get(name)
    except ValueError:
        return  # a spelling that only we have
    here = ours.losses.get(name)
    found = getattr(real, "name", getattr(real, "__name__", ""))
    assert objects.snake_case(type(here).__name__) == found.removesuffix("_loss")
