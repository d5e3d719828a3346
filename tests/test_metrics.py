import warnings

import numpy as np
import pytest

from chainrule import metrics

theirs = pytest.importorskip("sklearn.metrics", reason="these metrics are compared with its own")


def labels_of(kind):
    rng = np.random.default_rng(5)
    true = rng.integers(0, 10, 450)
    if kind == "good":
        return true, np.where(rng.random(450) < 0.95, true, rng.integers(0, 10, 450))
    if kind == "random":
        return true, rng.integers(0, 10, 450)
    if kind == "class never seen":
        return true, np.where(true == 3, 4, true)
    if kind == "class only predicted":
        return np.where(true == 3, 4, true), true
    if kind == "all one class":
        return true, np.full(450, 7)
    if kind == "long and negative names":
        return 10**14 * (true - 5), 10**14 * (rng.integers(3, 10, 450) - 5)
    assert kind == "one sample"
    return [4], [4]


KINDS = [
    "good",
    "random",
    "class never seen",
    "class only predicted",
    "all one class",
    "long and negative names",
    "one sample",
]


@pytest.mark.parametrize("kind", KINDS)
def test_classification_report_is_that_of_scikit_learn(kind):
    true, predicted = labels_of(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of divisions by zero
        expected = theirs.classification_report(true, predicted)
    assert metrics.classification_report(true, predicted) == expected


def test_classification_report_when_nothing_is_right():
    # scikit-learn writes the counts as 1.0 here and as 1 everywhere else; ours are always counts.
    report = metrics.classification_report([0, 1], [1, 0])
    assert [line.split() for line in report.splitlines() if line] == [
        ["precision", "recall", "f1-score", "support"],
        ["0", "0.00", "0.00", "0.00", "1"],
        ["1", "0.00", "0.00", "0.00", "1"],
        ["accuracy", "0.00", "2"],
        ["macro", "avg", "0.00", "0.00", "0.00", "2"],
        ["weighted", "avg", "0.00", "0.00", "0.00", "2"],
    ]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "negative" not in kind])
def test_accuracy_and_confusion_matrix_are_those_of_scikit_learn(kind):
    true, predicted = labels_of(kind)
    assert metrics.accuracy(true, predicted) == theirs.accuracy_score(true, predicted)
    np.testing.assert_array_equal(
        metrics.confusion_matrix(true, predicted, 12),
        theirs.confusion_matrix(true, predicted, labels=range(12)),
    )


def test_confusion_matrix_has_as_many_classes_as_labels_need():
    assert metrics.confusion_matrix([0, 2], [2, 2]).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: metrics.accuracy([1, 2], [1]), ValueError, "y_true has 2 .* y_pred has 1"),
        (lambda: metrics.accuracy([], []), ValueError, "y_true is empty"),
        (lambda: metrics.accuracy([[0, 1]], [1]), ValueError, r"y_true.argmax\(axis=1\)"),
        (lambda: metrics.accuracy([1], [0.5]), TypeError, "y_pred holds float64"),
        (lambda: metrics.confusion_matrix([0], [-1]), ValueError, "from -1 to 0"),
        (lambda: metrics.confusion_matrix([0], [3], 3), ValueError, "n_classes - 1 = 2"),
    ],
)
def test_wrong_labels_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
