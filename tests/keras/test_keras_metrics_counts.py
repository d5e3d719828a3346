import numpy as np
import pytest

from chainrule.keras import metrics

rng = np.random.default_rng(4)
N, H = 40, 5
Y = rng.integers(0, 2, (N, H)).astype(np.float32)
P = rng.random((N, H)).astype(np.float32)
W = rng.random(N).astype(np.float32)
OUTPUTS = rng.dirichlet(np.ones(H), N).astype(np.float32)
ONE_HOT = np.eye(H, dtype=np.float32)[rng.integers(0, H, N)]
THRESHOLDS = [None, 0.3, [0.7, 0.2, 0.4], [0.0, 0.5, 1.0], (0.1, 0.1)]


def counted(y, p, thresholds, w=None, axis=None):
    """Count by the definition, one threshold at a time: TP, FP, TN, FN."""
    w = np.broadcast_to(1 if w is None else w.reshape(len(y), *[1] * (y.ndim - 1)), y.shape)
    yes = [p > t for t in thresholds]
    counts = ([x * y, x * (1 - y), ~x * (1 - y), ~x * y] for x in yes)
    return np.array([[np.sum(w * c, axis=axis) for c in four] for four in counts]).swapaxes(0, 1)


def over_batches(metric, y, p, w=None):
    for part in (slice(0, 13), slice(13, N)):
        metric.update_state(y[part], p[part], None if w is None else w[part])
    return metric.result()


@pytest.mark.parametrize("thresholds", THRESHOLDS, ids=str)
@pytest.mark.parametrize("weight", [None, W], ids=["plain", "weighted"])
def test_counts_and_shares(thresholds, weight):
    each = 0.5 if thresholds is None else thresholds
    TP, FP, TN, FN = counted(Y, P, np.atleast_1d(each).astype(np.float32), weight)
    expected = {
        "TruePositives": TP,
        "FalsePositives": FP,
        "TrueNegatives": TN,
        "FalseNegatives": FN,
        "Precision": np.divide(TP, TP + FP, out=np.zeros_like(TP), where=TP + FP > 0),
        "Recall": TP / (TP + FN),
    }
    for name, values in expected.items():
        metric = getattr(metrics, name)(thresholds=thresholds)
        value = over_batches(metric, Y, P, weight)
        assert value.dtype == np.float32
        assert value.shape == (() if len(values) == 1 else values.shape)
        np.testing.assert_allclose(value, np.squeeze(values), rtol=1e-5, atol=1e-5)
        assert metric.get_config()["thresholds"] == thresholds
        metric.reset_state()
        assert not np.any(metric.result())


def test_an_output_at_the_threshold_says_no():
    assert float(metrics.Precision(thresholds=0.5)([1, 1], [0.5, 0.75])) == 1
    assert float(metrics.Recall(thresholds=0.5)([1, 1], [0.5, 0.75])) == 0.5
    even = metrics.TruePositives(thresholds=[0.0, 0.5, 1.0])
    np.testing.assert_array_equal(even([1, 1, 1], [0.0, 0.5, 1.0]), [2, 1, 0])


def test_nothing_says_yes():
    assert float(metrics.Precision()([0, 1], [0.1, 0.2])) == 0
    assert float(metrics.Recall()([0, 0], [0.9, 0.2])) == 0
    assert float(metrics.Recall()([1, 1], [0.9, np.nan])) == 0.5


def test_one_class_and_the_k_best():
    only = metrics.Precision(class_id=2)
    TP, FP, _, _ = counted(Y[:, 2], P[:, 2], [0.5])
    assert float(over_batches(only, Y, P)) == pytest.approx((TP / (TP + FP)).item())
    best = np.argsort(-OUTPUTS, axis=1)[:, :2]
    found = np.take_along_axis(ONE_HOT, best, axis=1)
    precision, recall = metrics.Precision(top_k=2), metrics.Recall(top_k=2)
    assert float(over_batches(precision, ONE_HOT, OUTPUTS)) == pytest.approx(found.mean())
    assert float(over_batches(recall, ONE_HOT, OUTPUTS)) == pytest.approx(found.sum() / N)
    both = metrics.Recall(top_k=2, thresholds=0.3)
    values = np.take_along_axis(OUTPUTS, best, axis=1)
    expected = (found * (values > 0.3)).sum() / N
    assert float(over_batches(both, ONE_HOT, OUTPUTS)) == pytest.approx(expected)


def test_vectors_and_columns():
    expected = float(metrics.Precision()(Y[:, 0], P[:, 0]))
    for y, p in ((Y[:, :1], P[:, 0]), (Y[:, 0], P[:, :1]), (Y[:, :1], P[:, :1])):
        assert float(metrics.Precision()(y, p)) == expected
        weighted = float(metrics.Precision()(y, p, W))
        assert weighted == pytest.approx(float(metrics.Precision()(Y[:, 0], P[:, 0], W)))


def test_arguments_that_cannot_be():
    with pytest.raises(ValueError, match=r"thresholds has \[1.5\]; possible: numbers from 0 to 1"):
        metrics.Precision(thresholds=[0.5, 1.5])
    with pytest.raises(ValueError, match=r"y_pred has shape \(2,\) and class_id is 1"):
        metrics.Precision(class_id=1)([1, 0], [0.1, 0.2])
    with pytest.raises(ValueError, match=r"give utils.to_categorical\(y_true, 5\)"):
        metrics.Precision()(np.arange(3), P[:3])


def area(y, p, curve, method, inner, w=None):
    """The area by its definition: points at each threshold, then a sum."""
    ends = np.array([-1e-7, *sorted(inner), 1 + 1e-7])
    TP, FP, TN, FN = counted(y, p, ends, w)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, false_rate = TP / (TP + FN), FP / (FP + TN)
        precision = np.where(TP + FP > 0, TP / (TP + FP), 0)
        skew = (TP + FN) / (TN + FP)
        gain = np.where(TP > 0, 1 - skew * FP / TP, 1)
        recall_gain = np.maximum(np.where(TP > 0, 1 - skew * FN / TP, 0), 0)
    x, heights = {
        "ROC": (false_rate, recall),
        "PR": (recall, precision),
        "PRGAIN": (recall_gain, gain),
    }[curve]
    left, right = heights[:-1], heights[1:]
    taken = {
        "interpolation": (left + right) / 2,
        "minoring": np.minimum(left, right),
        "majoring": np.maximum(left, right),
    }[method]
    return np.sum((x[:-1] - x[1:]) * taken)


INNER = [0.15, 0.6, 0.35]
METHODS = ("interpolation", "minoring", "majoring")


# Precision and recall with interpolation have a test of their own.
CURVES = [(c, m) for c in ("ROC", "PR", "PRGAIN") for m in METHODS if (c, m) != ("PR", METHODS[0])]


@pytest.mark.parametrize(("curve", "method"), CURVES)
@pytest.mark.parametrize("weight", [None, W], ids=["plain", "weighted"])
def test_area_under_curves(curve, method, weight):
    metric = metrics.AUC(curve=curve, summation_method=method, thresholds=INNER)
    expected = area(Y, P, curve, method, INNER, weight)
    assert float(over_batches(metric, Y, P, weight)) == pytest.approx(expected, abs=2e-6)
    even = metrics.AUC(6, curve.lower(), method.title())
    expected = area(Y, P, curve, method, [0.2, 0.4, 0.6, 0.8], weight)
    assert float(over_batches(even, Y, P, weight)) == pytest.approx(expected, abs=2e-6)


def test_area_under_precision_and_recall_is_the_integral_between_thresholds():
    TP, FP, _, FN = counted(Y, P, np.array([-1e-7, *sorted(INNER), 1 + 1e-7]))
    expected = 0.0
    for i in range(len(TP) - 1):  # right and wrong grow by the same steps between two thresholds
        share = np.linspace(0, 1, 20001)
        right = TP[i + 1] + share * (TP[i] - TP[i + 1])
        wrong = FP[i + 1] + share * (FP[i] - FP[i + 1])
        precision = right[1:] / (right[1:] + wrong[1:])
        expected += np.mean(precision) * (TP[i] - TP[i + 1]) / (TP[0] + FN[0])
    metric = metrics.AUC(curve="PR", thresholds=INNER)
    assert float(over_batches(metric, Y, P)) == pytest.approx(expected, rel=1e-4)


def test_roc_area_is_the_probability_of_the_right_order():
    y, p = Y[:, 0], np.round(P[:, 0], 2) + 0.005  # no two thresholds between two outputs' values
    yes, no = p[y == 1], p[y == 0]
    order = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    assert float(metrics.AUC(num_thresholds=2001)(y, p)) == pytest.approx(order, abs=1e-6)


def test_ends_of_the_thresholds_lie_outside_of_all_outputs():
    for metric in (metrics.AUC(num_thresholds=3), metrics.AUC(thresholds=[0.4])):
        metric.update_state([1, 0, 1], [0.0, 0.0, 1.0])
        np.testing.assert_array_equal(metric.true_positives, [2, 1, 0])
        np.testing.assert_array_equal(metric.false_negatives, [0, 1, 2])
        np.testing.assert_array_equal(metric.true_negatives, [0, 1, 1])
        assert float(metric.result()) == pytest.approx(0.75)


def test_each_label_has_its_own_area():
    of_labels = [area(Y[:, i], P[:, i], "ROC", "interpolation", INNER) for i in range(H)]
    metric = metrics.AUC(thresholds=INNER, multi_label=True)
    assert metric.variables == []
    assert float(metric.result()) == 0
    assert float(over_batches(metric, Y, P)) == pytest.approx(np.mean(of_labels), rel=1e-5)
    assert [v.shape for v in metric.variables] == [(5, H)] * 4
    weights = [1.0, 2.0, 0.0, 0.5, 3.0]
    weighted = metrics.AUC(thresholds=INNER, multi_label=True, num_labels=H, label_weights=weights)
    expected = np.average(of_labels, weights=weights)
    assert float(over_batches(weighted, Y, P)) == pytest.approx(expected, rel=1e-5)
    assert weighted.get_config()["label_weights"] == weights
    written = {"class_name": "__tensor__", "config": {"value": weights, "dtype": "float32"}}
    again = metrics.AUC(multi_label=True, label_weights=written)
    np.testing.assert_array_equal(again.label_weights, weights)
    with pytest.raises(ValueError, match=r"y_pred has shape \(40,\) and multi_label is True"):
        metrics.AUC(multi_label=True)(Y[:, 0], P[:, 0])


def test_labels_weigh_in_one_area_too():
    metric = metrics.AUC(thresholds=INNER, label_weights=[1.0, 0.0, 0.0, 0.0, 0.0])
    expected = area(Y[:, 0], P[:, 0], "ROC", "interpolation", INNER)
    assert float(over_batches(metric, Y, P)) == pytest.approx(expected, rel=1e-5)


def test_logits():
    Z = np.log(P / (1 - P))
    metric = metrics.AUC(thresholds=INNER, from_logits=True)
    expected = area(Y, P, "ROC", "interpolation", INNER)
    assert float(over_batches(metric, Y, Z)) == pytest.approx(expected, rel=1e-5)


def test_thresholds_of_an_area():
    metric = metrics.AUC(num_thresholds=3)
    np.testing.assert_allclose(metric.thresholds, [-1e-7, 0.5, 1 + 1e-7])
    given = metrics.AUC(thresholds=INNER)
    assert given.num_thresholds == 5
    assert given.get_config()["thresholds"] == sorted(INNER)
    assert "thresholds" not in metric.get_config()
    for settings, message in (
        ({"num_thresholds": 1}, "num_thresholds is 1; possible: at least 2"),
        ({"num_labels": 3}, "num_labels is 3 and multi_label is False"),
        ({"curve": "XX"}, "curve is 'XX'; possible: 'ROC', 'PR', 'PRGAIN'"),
        ({"summation_method": "sum"}, "summation_method is 'sum'; possible: 'interpolation', 'min"),
    ):
        with pytest.raises(ValueError, match=message):
            metrics.AUC(**settings)


def f_scores(y, yes, beta, w=None, axis=0):
    w = np.ones((len(y), 1)) if w is None else w[:, None]
    TP, FP = (w * y * yes).sum(axis=axis), (w * (1 - y) * yes).sum(axis=axis)
    FN = (w * y * ~yes).sum(axis=axis)
    return (1 + beta**2) * TP / ((1 + beta**2) * TP + FP + beta**2 * FN)


@pytest.mark.parametrize("threshold", [None, 0.4])
@pytest.mark.parametrize("weight", [None, W], ids=["plain", "weighted"])
@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_f_scores(threshold, weight, beta):
    largest = np.equal(OUTPUTS, OUTPUTS.max(axis=1, keepdims=True))
    yes = largest if threshold is None else np.greater(OUTPUTS, threshold)
    each = f_scores(Y, yes, beta, weight)
    of_class = (Y * (1 if weight is None else weight[:, None])).sum(axis=0)
    expected = {
        None: each,
        "macro": each.mean(),
        "weighted": np.average(each, weights=of_class),
        "micro": f_scores(Y, yes, beta, weight, axis=None),
    }
    for average, value in expected.items():
        scores = [metrics.FBetaScore(average, beta, threshold)]
        if beta == 1:
            scores.append(metrics.F1Score(average, threshold))
        for metric in scores:
            assert np.all(metric.result() == 0)
            result = over_batches(metric, Y, OUTPUTS, weight)
            np.testing.assert_allclose(result, value, rtol=1e-5)


def test_arguments_of_f_scores():
    for settings, message in (
        ({"average": "mean"}, "average is 'mean'; possible: None, 'micro', 'macro', 'weighted'"),
        ({"beta": 1}, "beta is 1; possible: a float above 0"),
        ({"threshold": 1.5}, "threshold is 1.5; possible: a float above 0"),
    ):
        with pytest.raises(ValueError, match=message):
            metrics.FBetaScore(**settings)
    with pytest.raises(ValueError, match=r"for class numbers give utils\.to_categorical"):
        metrics.F1Score()([0, 1], P[:2])
