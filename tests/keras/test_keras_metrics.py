import numpy as np
import pytest

from chainrule.keras import losses, metrics
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
    ("MeanAbsolutePercentageError", {}, R, S, 100 * np.abs(E / R).mean(axis=1)),
    (
        "MeanSquaredLogarithmicError",
        {},
        BITS + 1,
        S,
        ((np.log1p(S) - np.log(BITS + 2)) ** 2).mean(axis=1),
    ),
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
