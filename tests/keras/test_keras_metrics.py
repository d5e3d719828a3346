import numpy as np
import pytest

from chainrule.keras import losses, metrics
from chainrule.keras.objects import classes
from chainrule.measures import MEASURES

rng = np.random.default_rng(3)
N, H = 14, 6
P = rng.dirichlet(np.ones(H), N).astype(np.float32)
LABELS = rng.integers(0, H, N)
ONE_HOT = np.eye(H, dtype=np.float32)[LABELS]
BITS = rng.integers(0, 2, (N, H)).astype(np.float32)
S = rng.random((N, H)).astype(np.float32)
R = rng.normal(size=(N, H)).astype(np.float32)
W = rng.random(N).astype(np.float32)
E = S - R
RANK = np.greater(P, np.take_along_axis(P, LABELS[:, None], 1)).sum(axis=1)  # how many are larger
DISTRIBUTIONS = np.roll(P, 1, axis=0)

# Class, settings, targets, outputs, and the value of each sample by its formula.
MEANS = [
    ("Accuracy", {}, BITS, S.round(), (S.round() == BITS).mean(axis=1)),
    ("BinaryAccuracy", {}, BITS, S, ((S > 0.5) == BITS).mean(axis=1)),
    ("BinaryAccuracy", {"threshold": 0.2}, BITS, S, ((S > 0.2) == BITS).mean(axis=1)),
    ("BinaryAccuracy", {}, BITS[:, 0], S[:, :1], (S[:, 0] > 0.5) == BITS[:, 0]),
    ("CategoricalAccuracy", {}, ONE_HOT, P, P.argmax(axis=1) == LABELS),
    ("SparseCategoricalAccuracy", {}, LABELS, P, P.argmax(axis=1) == LABELS),
    ("SparseCategoricalAccuracy", {}, LABELS[:, None], P, P.argmax(axis=1) == LABELS),
    ("TopKCategoricalAccuracy", {}, ONE_HOT, P, RANK < 5),
    ("TopKCategoricalAccuracy", {"k": 2}, ONE_HOT, P, RANK < 2),
    ("SparseTopKCategoricalAccuracy", {}, LABELS, P, RANK < 5),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, LABELS[:, None], P, RANK < 2),
    (
        "SparseTopKCategoricalAccuracy",
        {"k": 2, "from_sorted_ids": True},
        LABELS,
        np.argsort(-P, axis=1),
        RANK < 2,
    ),
    ("MeanSquaredError", {}, R, S, (E**2).mean(axis=1)),
    ("MeanAbsoluteError", {}, R, S, np.abs(E).mean(axis=1)),
    ("LogCoshError", {}, R, S, np.log(np.cosh(E)).mean(axis=1)),
    (
        "CosineSimilarity",
        {},
        R,
        S,
        (R * S).sum(axis=1) / np.sqrt((R**2).sum(axis=1) * (S**2).sum(axis=1)),
    ),
    (
        "BinaryCrossentropy",
        {},
        BITS,
        S,
        -np.log(np.where(BITS == 1, S, 1 - S)).mean(axis=1),
    ),
    ("CategoricalCrossentropy", {}, ONE_HOT, P, -np.log(P[np.arange(N), LABELS])),
    ("SparseCategoricalCrossentropy", {}, LABELS, P, -np.log(P[np.arange(N), LABELS])),
    (
        "KLDivergence",
        {},
        DISTRIBUTIONS,
        P,
        (DISTRIBUTIONS * np.log(DISTRIBUTIONS / P)).sum(axis=1),
    ),
    ("Poisson", {}, BITS, S, (S - BITS * np.log(S + 1e-7)).mean(axis=1)),
    ("Hinge", {}, BITS, R, np.maximum(1 - (2 * BITS - 1) * R, 0).mean(axis=1)),
    ("SquaredHinge", {}, BITS, R, (np.maximum(1 - (2 * BITS - 1) * R, 0) ** 2).mean(axis=1)),
    (
        "CategoricalHinge",
        {},
        ONE_HOT,
        R,
        np.maximum(1 + ((1 - ONE_HOT) * R).max(axis=1) - R[np.arange(N), LABELS], 0),
    ),
]
IDS = [f"{name}-{i}" for i, (name, *_) in enumerate(MEANS)]


def over_batches(metric, y_true, y_pred, weight=None):
    for part in (slice(0, 9), slice(9, N)):
        w = None if weight is None else weight[part]
        metric.update_state(y_true[part], y_pred[part], sample_weight=w)
    return metric.result()


@pytest.mark.parametrize(("name", "settings", "y_true", "y_pred", "expected"), MEANS, ids=IDS)
def test_metric_is_the_mean_of_its_formula(name, settings, y_true, y_pred, expected):
    metric = getattr(metrics, name)(**settings)
    value = over_batches(metric, y_true, y_pred)
    assert value.dtype == np.float32
    assert value.shape == ()
    assert float(value) == pytest.approx(np.mean(expected), rel=2e-6)
    metric.reset_state()
    assert float(metric.result()) == 0.0
    weighted = over_batches(metric, y_true, y_pred, W)
    assert float(weighted) == pytest.approx(np.average(expected, weights=W), rel=2e-6)
    np.testing.assert_allclose(metric.variables[1].numpy(), W.sum(), rtol=1e-6)


@pytest.mark.parametrize(("name", "settings", "y_true", "y_pred", "expected"), MEANS, ids=IDS)
def test_engine_counts_the_same(name, settings, y_true, y_pred, expected):
    metric = getattr(metrics, name)(**settings)
    for sparse in (False, True):
        row = metric.engine_measure(sparse)
        if row is not None:
            Y = y_true.reshape(N, -1)
            np.testing.assert_allclose(MEASURES[row].per_sample(y_pred, Y), expected, rtol=1e-6)
            assert MEASURES[row].rises == metric.rises
            assert MEASURES[row].sparse == sparse


def test_which_metrics_an_engine_can_count():
    known = {
        "BinaryAccuracy": "binary_accuracy",
        "CategoricalAccuracy": "categorical_accuracy",
        "TopKCategoricalAccuracy": "top_k_categorical_accuracy",
        "MeanSquaredError": "mean_squared_error",
        "MeanAbsoluteError": "mean_absolute_error",
    }
    for name, row in known.items():
        metric = getattr(metrics, name)()
        assert metric.engine_measure(sparse_targets=False) == row
        assert metric.engine_measure(sparse_targets=True) is None
    sparse = metrics.SparseCategoricalAccuracy()
    assert sparse.engine_measure(sparse_targets=True) == "sparse_categorical_accuracy"
    assert sparse.engine_measure(sparse_targets=False) is None
    for metric in (
        metrics.BinaryAccuracy(threshold=0.4),
        metrics.TopKCategoricalAccuracy(k=3),
        metrics.RootMeanSquaredError(),
        metrics.AUC(),
        metrics.Accuracy(),
        metrics.MeanMetricWrapper(losses.MeanSquaredError()),  # a mean over batches
        metrics.MeanMetricWrapper(lambda y_true, y_pred: y_pred - y_true),
    ):
        assert metric.engine_measure(sparse_targets=False) is None
    wrapped = metrics.MeanMetricWrapper(losses.mean_squared_error)
    assert wrapped.engine_measure(sparse_targets=False) == "mean_squared_error"
    # Rows of outputs are unknown to the engine where there are more axes.
    assert metrics.CategoricalAccuracy().engine_measure(False, output_rank=3) is None
    assert metrics.BinaryAccuracy().engine_measure(False, output_rank=3) == "binary_accuracy"
    # Errors from smoothed targets are others; which side and which class stay the same.
    assert metrics.MeanSquaredError().engine_measure(False, targets_changed=True) is None
    changed = metrics.CategoricalAccuracy().engine_measure(False, targets_changed=True)
    assert changed == "categorical_accuracy"


def test_more_axes():
    y, p = rng.integers(0, 3, (4, 5)), rng.random((4, 5, 3))
    right = p.argmax(axis=-1) == y
    assert float(metrics.SparseCategoricalAccuracy()(y, p)) == pytest.approx(right.mean())
    one_hot = np.eye(3)[y]
    assert float(metrics.CategoricalAccuracy()(one_hot, p)) == pytest.approx(right.mean())
    weight = rng.random((4, 5))
    # Weights of samples are means of theirs, so that the sum is by N and not by all of them.
    expected = (right * weight).mean(axis=1).sum() / weight.mean(axis=1).sum()
    value = metrics.CategoricalAccuracy()(one_hot, p, sample_weight=weight)
    assert float(value) == pytest.approx(expected)


def test_root_mean_squared_error():
    value = over_batches(metrics.RootMeanSquaredError(), R, S)
    assert float(value) == pytest.approx(np.sqrt(np.mean(E**2)))
    weighted = over_batches(metrics.RootMeanSquaredError(), R, S, W)
    expected = np.sqrt(np.average((E**2).mean(axis=1), weights=W))
    assert float(weighted) == pytest.approx(expected)


def test_r2_score():
    spread = ((R - R.mean(axis=0)) ** 2).sum(axis=0)
    scores = 1 - (E**2).sum(axis=0) / spread
    np.testing.assert_allclose(over_batches(metrics.R2Score(None), R, S), scores, rtol=1e-5)
    assert float(over_batches(metrics.R2Score(), R, S)) == pytest.approx(scores.mean(), rel=1e-5)
    weighted = metrics.R2Score("variance_weighted_average")
    expected = (scores * spread).sum() / spread.sum()
    assert float(over_batches(weighted, R, S)) == pytest.approx(expected, rel=1e-5)
    adjusted = 1 - (1 - scores.mean()) * (N * H - 1) / (N * H - 3 - 1)  # Keras counts all targets
    metric = metrics.R2Score(num_regressors=3)
    assert float(over_batches(metric, R, S)) == pytest.approx(adjusted, rel=1e-5)
    mean = np.average(R, axis=0, weights=W)
    of_samples = W[:, None]
    scores = 1 - (of_samples * E**2).sum(axis=0) / (of_samples * (R - mean) ** 2).sum(axis=0)
    np.testing.assert_allclose(over_batches(metrics.R2Score(None), R, S, W), scores, rtol=1e-5)


def test_r2_score_of_what_it_cannot_be():
    with pytest.raises(ValueError, match="class_aggregation is 'mean'; possible: None, 'uniform_"):
        metrics.R2Score("mean")
    with pytest.raises(ValueError, match="num_regressors is -1; possible: at least 0"):
        metrics.R2Score(num_regressors=-1)
    with pytest.raises(ValueError, match=r"y_true has shape \(3,\) and y_pred \(3,\)"):
        metrics.R2Score()(np.ones(3), np.ones(3))
    metric = metrics.R2Score(num_regressors=5)
    metric.update_state([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
    with pytest.warns(UserWarning, match="num_regressors=5 and saw 3 targets"):
        assert float(metric.result()) == pytest.approx(4 / 7)


def test_mean_and_sum():
    mean, total = metrics.Mean(), metrics.Sum()
    for values, weight in (([1.0, 3.0], None), (5.0, None), ([[2.0, 4.0]], [0.5])):
        mean.update_state(values, weight)
        total.update_state(values, weight)
    assert float(mean.result()) == pytest.approx((1 + 3 + 5 + 0.5 * 3) / 3.5)
    assert float(total.result()) == pytest.approx(1 + 3 + 5 + 0.5 * 6)
    assert [v.path for v in mean.variables] == ["mean/total", "mean/count"]
    assert float(mean.total) == pytest.approx(10.5)


def test_ignored_class_has_the_value_0_and_counts_where_there_are_no_weights():
    y, expected = np.where(LABELS == 2, -1, LABELS), -np.log(P[np.arange(N), LABELS])
    expected = np.where(y == -1, 0, expected)
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=-1)
    assert float(metric(y, P)) == pytest.approx(expected.mean())
    metric.reset_state()
    kept = W * (y != -1)
    assert float(metric(y, P, sample_weight=W)) == pytest.approx(
        (expected * kept).sum() / kept.sum()
    )


def test_wrapped_function():
    def bias(y_true, y_pred, factor=1.0):
        return factor * np.mean(y_pred - y_true, axis=-1)

    metric = metrics.MeanMetricWrapper(bias, factor=2.0)
    assert metric.name == "bias"
    assert metric.rises is None
    assert float(over_batches(metric, R, S)) == pytest.approx(2 * E.mean(), rel=1e-5)
    by_batch = metrics.MeanMetricWrapper(losses.MeanSquaredError())
    expected = np.mean([np.mean(E[:9] ** 2), np.mean(E[9:] ** 2)])
    assert float(over_batches(by_batch, R, S)) == pytest.approx(expected)
    assert by_batch.rises is False


def test_metric_of_the_user():
    class Share(metrics.Metric):
        def __init__(self, name="share", dtype=None):
            super().__init__(name=name, dtype=dtype)
            self.right = self.add_weight(shape=(), initializer="zeros", name="right")
            self.seen = self.add_weight(name="seen", dtype="int64")
            self.inner = metrics.Mean(name="inner")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.right.assign_add(np.sum(np.abs(y_true - y_pred) < 0.5))
            self.seen.assign_add(len(y_true))
            self.inner.update_state(y_pred, sample_weight)

        def result(self):
            return self.right / self.seen

    metric = Share()
    assert float(metric(np.zeros(4), np.array([0.1, 0.2, 0.9, 0.3]))) == 0.75
    assert [v.path for v in metric.variables] == [
        "share/right",
        "share/seen",
        "inner/total",
        "inner/count",
    ]
    metric.reset_state()
    assert [float(v) for v in metric.variables] == [0, 0, 0, 0]
    assert metric.variables[1].dtype == "int64"
    assert metric.get_config() == {"name": "share", "dtype": "float32"}
    assert repr(metric) == "<Share name=share>"
    with pytest.raises(NotImplementedError, match="Metric must define update_state"):
        metrics.Metric().update_state([1], [1])
    with pytest.raises(NotImplementedError, match="Metric must define update_state"):
        metrics.Metric().result()


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="for class numbers use sparse_categorical_accuracy"):
        metrics.CategoricalAccuracy()(LABELS, P)
    with pytest.raises(ValueError, match="for class numbers use sparse_top_k_categorical_acc"):
        metrics.TopKCategoricalAccuracy()(LABELS, P)
    with pytest.raises(ValueError, match="for one-hot targets use categorical_accuracy"):
        metrics.SparseCategoricalAccuracy()(ONE_HOT, P)


LOGITS = {"from_logits": False, "label_smoothing": 0}
CONFIGS = {
    "AUC": {
        "num_thresholds": 200,
        "curve": "ROC",
        "summation_method": "interpolation",
        "multi_label": False,
        "num_labels": None,
        "label_weights": None,
        "from_logits": False,
    },
    "Accuracy": {},
    "BinaryAccuracy": {"threshold": 0.5},
    "BinaryCrossentropy": LOGITS,
    "CategoricalAccuracy": {},
    "CategoricalCrossentropy": {**LOGITS, "axis": -1},
    "CategoricalHinge": {},
    "CosineSimilarity": {},
    "F1Score": {"average": None, "threshold": None},
    "FBetaScore": {"average": None, "beta": 1.0, "threshold": None},
    "FalseNegatives": {"thresholds": None},
    "FalsePositives": {"thresholds": None},
    "Hinge": {},
    "KLDivergence": {},
    "LogCoshError": {},
    "Mean": {},
    "MeanAbsoluteError": {},
    "MeanSquaredError": {},
    "Poisson": {},
    "Precision": {"thresholds": None, "top_k": None, "class_id": None},
    "R2Score": {"class_aggregation": "uniform_average", "num_regressors": 0},
    "Recall": {"thresholds": None, "top_k": None, "class_id": None},
    "RootMeanSquaredError": {},
    "SparseCategoricalAccuracy": {},
    "SparseCategoricalCrossentropy": {"from_logits": False, "ignore_class": None, "axis": -1},
    "SparseTopKCategoricalAccuracy": {"k": 5},
    "SquaredHinge": {},
    "Sum": {},
    "TopKCategoricalAccuracy": {"k": 5},
    "TrueNegatives": {"thresholds": None},
    "TruePositives": {"thresholds": None},
}
FALL = {
    *("MeanSquaredError", "MeanAbsoluteError"),
    *("RootMeanSquaredError", "LogCoshError", "BinaryCrossentropy"),
    *("CategoricalCrossentropy", "SparseCategoricalCrossentropy", "KLDivergence", "Poisson"),
    *("Hinge", "SquaredHinge", "CategoricalHinge"),
}
NEITHER = {
    "Mean",
    "Sum",
    "TruePositives",
    "TrueNegatives",
    "FalsePositives",
    "FalseNegatives",
}


@pytest.mark.parametrize("name", CONFIGS)
def test_config_has_keras_keys_in_keras_order(name):
    metric = getattr(metrics, name)(name="mine")
    config = {"name": "mine", "dtype": "float32", **CONFIGS[name]}
    assert list(metric.get_config().items()) == list(config.items())
    again = metrics.deserialize(metrics.serialize(metric))
    assert type(again) is type(metric)
    assert again.get_config() == config


@pytest.mark.parametrize("name", CONFIGS)
def test_which_direction_is_better(name):
    expected = None if name in NEITHER else name not in FALL
    assert getattr(metrics, name)().rises is expected


def test_every_metric_has_a_tested_config():
    assert set(CONFIGS) | {"MeanMetricWrapper"} == set(classes("metric"))


def test_wrapped_functions_are_written_by_their_names():
    metric = metrics.MeanMetricWrapper(losses.huber, name="h", delta=2.0)
    function = {
        "module": "builtins",
        "class_name": "function",
        "config": "huber",
        "registered_name": "function",
    }
    assert metric.get_config() == {"name": "h", "dtype": "float32", "fn": function, "delta": 2.0}
    again = metrics.deserialize(metrics.serialize(metric))
    assert float(again([[0.0]], [[5.0]])) == 2 * (5 - 1)
    function["config"] = "print"
    with pytest.raises(ValueError, match="fn is the function 'print', which is not one of"):
        metrics.MeanMetricWrapper.from_config({"name": "p", "fn": function})


GETS = [
    ("mse", "MeanSquaredError"),
    ("MSE", "MeanSquaredError"),
    ("mae", "MeanAbsoluteError"),
    ("bce", "BinaryCrossentropy"),
    ("BCE", "BinaryCrossentropy"),
    ("auc", "AUC"),
    ("AUC", "AUC"),
    ("f1_score", "F1Score"),
    ("f_beta_score", "FBetaScore"),
    ("r2_score", "R2Score"),
    ("accuracy", "Accuracy"),
    ("log_cosh_error", "LogCoshError"),
    ("top_k_categorical_accuracy", "TopKCategoricalAccuracy"),
    ("sparse_categorical_accuracy", "SparseCategoricalAccuracy"),
    (metrics.Precision, "Precision"),
    (losses.Huber, "MeanMetricWrapper"),
    ({"class_name": "Recall", "config": {"top_k": 2}}, "Recall"),
]


@pytest.mark.parametrize(("identifier", "name"), GETS)
def test_get(identifier, name):
    assert type(metrics.get(identifier)).__name__ == name


def test_get_passes_objects_and_none():
    metric = metrics.AUC()
    assert metrics.get(metric) is metric
    assert metrics.get(None) is None


@pytest.mark.parametrize(
    ("y_shape", "output_shape", "kind"),
    [
        ((4,), (4, 1), "Binary"),
        ((4, 1), (4, 1), "Binary"),
        ((4,), (4, 3), "SparseCategorical"),
        ((4, 1), (4, 3), "SparseCategorical"),
        ((4, 3), (4, 3), "Categorical"),
        ((None, 3), (None, 3), "Categorical"),
        ((4, 5), (4, 5, 3), "SparseCategorical"),
    ],
)
def test_accuracy_is_chosen_by_the_shapes(y_shape, output_shape, kind):
    for text in ("accuracy", "acc", "Accuracy", "ACC"):
        metric = metrics.resolve(text, y_shape, output_shape)
        assert (type(metric).__name__, metric.name) == (f"{kind}Accuracy", text)
    for text in ("crossentropy", "ce"):
        metric = metrics.resolve(text, y_shape, output_shape)
        assert (type(metric).__name__, metric.name) == (f"{kind}Crossentropy", text)


def test_names_in_histories():
    def own(identifier):
        return metrics.resolve(identifier, (4, 2), (4, 2)).name

    assert own("mse") == "mse"
    assert own("BinaryAccuracy") == "BinaryAccuracy"
    assert own(metrics.MeanSquaredError()) == "mean_squared_error"
    assert own(metrics.MeanSquaredError(name="mine")) == "mine"
    assert own(losses.mean_squared_error) == "mean_squared_error"
    assert own(losses.Huber()) == "huber_loss"
    assert own(lambda y_true, y_pred: y_pred - y_true) == "lambda"


def test_unknown_metrics_are_said_with_what_is_possible():
    with pytest.raises(ValueError, match="unknown metric 'accuracyy': did you mean"):
        metrics.resolve("accuracyy", (4,), (4, 3))
    with pytest.raises(ValueError, match="the metric 'MeanIoU' needs real Keras"):
        metrics.get("MeanIoU")
    with pytest.raises(ValueError, match="metrics has None"):
        metrics.resolve(None, (4,), (4, 3))
    with pytest.raises(TypeError, match="metric is 5"):
        metrics.get(5)
    with pytest.raises(ValueError, match="custom_objects is given; possible: None"):
        metrics.deserialize("mse", custom_objects={"a": 1})


def test_what_only_keras_has_is_said_so_by_the_module():
    with pytest.raises(AttributeError, match=r"'MeanAbsolutePercentageError'.* needs real Keras"):
        _ = metrics.MeanAbsolutePercentageError
    with pytest.raises(AttributeError, match="has no attribute 'MeanSquareError'"):
        _ = metrics.MeanSquareError
    with pytest.raises(ValueError, match=r"'mape'.* needs real Keras"):
        metrics.get("mape")
