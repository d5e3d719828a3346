import pytest

from chainrule.keras import losses, metrics
from chainrule.keras.objects import classes

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
    "MeanAbsolutePercentageError": {},
    "MeanSquaredError": {},
    "MeanSquaredLogarithmicError": {},
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
    *("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError"),
    *("MeanSquaredLogarithmicError", "RootMeanSquaredError", "LogCoshError", "BinaryCrossentropy"),
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
    ("mape", "MeanAbsolutePercentageError"),
    ("msle", "MeanSquaredLogarithmicError"),
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
    with pytest.raises(NotImplementedError, match=r"'MeanIoU'.* needs real Keras"):
        _ = metrics.MeanIoU
    with pytest.raises(AttributeError, match="'MeanSquareError': did you mean 'MeanSquaredError'"):
        _ = metrics.MeanSquareError
    with pytest.raises(ValueError, match=r"'io_u'.* needs real Keras"):
        metrics.get("io_u")
