"""Every metric, epoch by epoch, with and without weights."""

import inspect

import numpy as np
import pytest

from chainrule.keras import metrics, objects

# As in the tests of losses: the first row whose word is in the name of the metric.
KINDS = (
    ("Sparse", "softmax", "labels"),
    ("Categorical", "softmax", "one_hot"),
    ("FScore", "softmax", "one_hot"),
    ("F1Score", "softmax", "one_hot"),
    ("FBetaScore", "softmax", "one_hot"),
    ("KLDivergence", "softmax", "shares"),
    ("Hinge", "linear", "signs"),
    ("Poisson", "softplus", "positive"),
    ("Logarithmic", "softplus", "positive"),
    ("Percentage", "linear", "positive"),
    *((word, "sigmoid", "yes_no") for word in ("Binary", "AUC", "Precision", "Recall")),
    *((word, "sigmoid", "yes_no") for word in ("Positives", "Negatives")),
    ("", "linear", "numbers"),
)
SETTINGS = {
    "default": {},
    "threshold": {"threshold": 0.4},
    "k": {"k": 2},
    "thresholds": {"thresholds": 0.3},
    "several_thresholds": {"thresholds": [0.2, 0.5, 0.7]},
    "top_k": {"top_k": 2},
    "class_id": {"class_id": 1},
    "pr": {"curve": "PR", "num_thresholds": 50},
    "majoring": {"summation_method": "majoring"},
    "minoring": {"curve": "PR", "summation_method": "minoring"},
    "multi_label": {"multi_label": True, "num_labels": 3},
    "label_weights": {"multi_label": True, "num_labels": 3, "label_weights": [1.0, 2.0, 0.5]},
    "logits": {"from_logits": True},
    "micro": {"average": "micro"},
    "macro": {"average": "macro", "threshold": 0.4},
    "weighted": {"average": "weighted"},
    "beta": {"average": "macro", "beta": 2.0},
    "smoothed": {"label_smoothing": 0.1},
    "ignored": {"ignore_class": 1},
    "variance": {"class_aggregation": "variance_weighted_average"},
    "aggregated": {"class_aggregation": None},
    "uniform": {"class_aggregation": "uniform_average", "num_regressors": 1},
}
UNTRIED = {"self", "name", "dtype", "axis", "from_sorted_ids", "fn", "kwargs"}
# Not of targets and outputs; and those that give an array, which a history cannot hold.
CALLED_OTHERWISE = {"Mean", "Sum", "MeanMetricWrapper"}


def takes(cls, settings):
    possible = inspect.signature(cls.__init__).parameters
    lists = "Sequence" in str(possible["thresholds"].annotation) if "thresholds" in possible else 0
    return set(settings) <= set(possible) and not (lists and settings.get("thresholds") == 0.3)


CASES = [
    (name, variant)
    for name, cls in objects.classes("metric").items()
    for variant, settings in SETTINGS.items()
    if name not in CALLED_OTHERWISE and takes(cls, settings)
]


def kind(name):
    return next((output, targets) for word, output, targets in KINDS if word in name)


def scalar(name, settings):
    """Whether the result is one number."""
    if name in ("FBetaScore", "F1Score"):
        return settings.get("average") is not None
    if name == "R2Score":  # num_regressors is one that Keras cannot count while JAX compiles
        several = settings.get("class_aggregation", "uniform_average") is None
        return not several and "num_regressors" not in settings
    return not isinstance(settings.get("thresholds"), list) or name == "AUC"


def test_every_setting_has_a_case():
    assert set(metrics.__all__) >= set(objects.classes("metric"))
    tried = UNTRIED | {key for each in SETTINGS.values() for key in each}
    for name, cls in objects.classes("metric").items():
        left = set(inspect.signature(cls.__init__).parameters) - tried
        assert not left, f"{name}: no case of parity for {left}"


@pytest.mark.parametrize(("name", "variant"), CASES, ids=map("-".join, CASES))
def test_called(name, variant, ours, keras, close):
    """Batch after batch, with and without weights, from zero again after reset_state()."""
    settings = SETTINGS[variant]
    output, targets = kind(name)
    if settings.get("from_logits"):
        output = "linear"
    rng = np.random.default_rng(11)
    here, real = (getattr(kit.metrics, name)(**settings) for kit in (ours, keras))
    assert here.name == real.name
    for weighted in (False, True):
        for batch in range(3):
            y = draw(rng, targets, 7)
            A = np.asarray(getattr(keras.activations, output)(rng.normal(size=(7, 3)))).astype("f")
            weight = rng.uniform(0.1, 2, size=7).astype("f") if weighted else None
            for metric in (here, real):
                metric.update_state(y, A, sample_weight=weight)
            close(np.asarray(here.result()), np.asarray(real.result()), f"{name} {batch}")
        here.reset_state()
        real.reset_state()


def draw(rng, targets, n):
    labels = rng.integers(0, 3, size=n)
    return {
        "labels": labels,
        "one_hot": np.eye(3, dtype="float32")[labels],
        "yes_no": rng.integers(0, 2, size=(n, 3)).astype("float32"),
        "signs": rng.choice([-1.0, 1.0], size=(n, 3)).astype("float32"),
        "numbers": rng.normal(size=(n, 3)).astype("float32"),
        "positive": rng.uniform(0.1, 2.0, size=(n, 3)).astype("float32"),
        "shares": rng.dirichlet([1.0, 2.0, 3.0], size=n).astype("float32"),
    }[targets]


# Several metrics in one training, since Keras compiles each model anew: those of one kind.
GROUPS = list(dict.fromkeys(kind(name) for name, _ in CASES))
LOSSES = {
    "labels": "sparse_categorical_crossentropy",
    "one_hot": "categorical_crossentropy",
    "shares": "kl_divergence",
    "yes_no": "binary_crossentropy",
    "signs": "hinge",
    "positive": "mean_absolute_error",
    "numbers": "mean_squared_error",
}


@pytest.mark.parametrize(("output", "targets"), GROUPS, ids=map("-".join, GROUPS))
@pytest.mark.parametrize("weighted", [False, True], ids=["metrics", "weighted_metrics"])
def test_epoch_by_epoch(output, targets, weighted, twins, network, samples):
    """All metrics of a kind at once: of training and of validation, with weights of samples."""
    listed = [
        (name, variant)
        for name, variant in CASES
        if kind(name) == (output, targets)
        and scalar(name, SETTINGS[variant])
        and not SETTINGS[variant].get("from_logits")
    ]

    def compiled(kit):
        made = [
            getattr(kit.metrics, name)(**SETTINGS[variant], name=f"{name}_{variant}")
            for name, variant in listed
        ]
        which = "weighted_metrics" if weighted else "metrics"
        return {"optimizer": kit.optimizers.SGD(0.05), "loss": LOSSES[targets], which: made}

    y = getattr(samples, targets)
    pair = twins(lambda kit: network(kit, output=output), compiled)
    settings = {"sample_weight": samples.weight} if weighted else {}
    pair.fit(
        samples.x,
        y,
        validation_data=(samples.x[5:18], y[5:18], *((samples.weight[5:18],) * weighted)),
        epochs=4,
        **settings,
    )


@pytest.mark.parametrize(
    ("output", "targets", "names"),
    [
        ("softmax", "one_hot", ["accuracy", "mse", "categorical_crossentropy"]),
        ("softmax", "labels", ["acc", "sparse_top_k_categorical_accuracy"]),
        ("sigmoid", "yes_no", ["accuracy", "auc", "precision", "recall", "binary_accuracy"]),
        ("linear", "numbers", ["mae", "MSE", "cosine_similarity", "root_mean_squared_error"]),
    ],
)
def test_identifiers(output, targets, names, twins, network, samples):
    """Names in a history are those that were given."""
    pair = twins(
        lambda kit: network(kit, output=output),
        lambda kit: {
            "optimizer": kit.optimizers.SGD(0.05),
            "loss": LOSSES[targets],
            "metrics": names,
            "weighted_metrics": names[:1],
        },
    )
    y = getattr(samples, targets)
    pair.fit(samples.x, y, epochs=3, sample_weight=samples.weight, validation_split=0.3)


@pytest.mark.parametrize("targets", ["yes_no", "labels"])
def test_one_output(targets, twins, network, samples):
    """Accuracy of a single sigmoid, with targets (N,) and (N, 1)."""
    y = (getattr(samples, targets).reshape(40, -1)[:, 0] > 0).astype("float32")
    for shaped, more in ((y, []), (y[:, None], ["f1_score"])):
        pair = twins(
            lambda kit: network(kit, output="sigmoid", outputs=1),
            lambda _, more=more: {
                "optimizer": "adam",
                "loss": "binary_crossentropy",
                "metrics": ["accuracy", "auc", *more],
            },
        )
        pair.fit(samples.x, shaped, epochs=3, validation_split=0.2)


@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_means_and_sums(name, ours, keras, close):
    here, real = (getattr(kit.metrics, name)() for kit in (ours, keras))
    for values, weight in (([1.0, 2.0], None), ([[3.0, 4.0]], None), ([5.0, 6.0], [1.0, 0.5])):
        for metric in (here, real):
            metric.update_state(values, sample_weight=weight)
        close(np.asarray(here.result()), np.asarray(real.result()), name)


def test_a_function_of_ones_own(twins, network, samples):
    def largest(y_true, y_pred):
        return abs(y_true - y_pred).max(axis=-1)

    pair = twins(
        network, lambda _: {"optimizer": "sgd", "loss": "mse", "metrics": [largest, "mae"]}
    )
    pair.fit(samples.x, samples.numbers, epochs=3, validation_split=0.2)


ARRAYS = {
    "f1_score": lambda _: "f1_score",
    "FBetaScore": lambda kit: kit.metrics.FBetaScore(beta=2.0),
    "Precision": lambda kit: kit.metrics.Precision(thresholds=[0.3, 0.5]),
    "R2Score": lambda kit: kit.metrics.R2Score(class_aggregation=None),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_results_that_are_arrays(name, twins, network, samples, close, printed):
    """They stay arrays in histories and in lists; of lines they are the means."""
    pair = twins(
        lambda kit: network(kit, output="softmax"),
        lambda kit: {
            "optimizer": kit.optimizers.SGD(0.05),
            "loss": "categorical_crossentropy",
            "metrics": [ARRAYS[name](kit)],
        },
    )
    pair.fit(samples.x, samples.one_hot, epochs=3, validation_split=0.3)
    found = pair.each(lambda _, m: m.evaluate(samples.x, samples.one_hot, verbose=0))
    for here, real in zip(*found, strict=True):
        close(here, real, "evaluate")
    lines = pair.each(
        lambda _, m: printed(lambda: m.evaluate(samples.x, samples.one_hot, verbose=2))
    )
    assert lines[0].partition("step - ")[2] == lines[1].partition("step - ")[2]
