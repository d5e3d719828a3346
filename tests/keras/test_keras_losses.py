import numpy as np
import pytest

from chainrule.keras import losses
from chainrule.losses import LOSSES

Y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], np.float32)
P = np.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]], np.float32)
Z = np.array([[1.0, -1.0, 0.5], [2.0, 0.0, -3.0]], np.float32)
SOFTMAX = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
SIGMOID = 1 / (1 + np.exp(-Z))
E = P - Y

# Class, settings, targets, outputs, and the loss of each sample by its formula.
CASES = [
    ("MeanSquaredError", {}, Y, P, (E**2).mean(axis=1)),
    ("MeanAbsoluteError", {}, Y, P, np.abs(E).mean(axis=1)),
    ("MeanAbsolutePercentageError", {}, P, Y, 100 * np.abs(E / P).mean(axis=1)),
    (
        "MeanSquaredLogarithmicError",
        {},
        Y,
        P,
        (np.log((1 + P) / (1 + Y)) ** 2).mean(axis=1),
    ),
    ("Huber", {"delta": 10.0}, Y, P, (E**2 / 2).mean(axis=1)),
    ("Huber", {"delta": 0.1}, Y, Y + 1, np.full(2, 0.1 * (1 - 0.05))),
    ("LogCosh", {}, Y, P, np.log(np.cosh(E)).mean(axis=1)),
    ("Poisson", {}, Y, P, (P - Y * np.log(P + 1e-7)).mean(axis=1)),
    (
        "CosineSimilarity",
        {},
        Y,
        P,
        -(Y * P).sum(axis=1) / np.sqrt((P**2).sum(axis=1)),
    ),
    ("BinaryCrossentropy", {}, Y, P, -np.log(np.where(Y == 1, P, 1 - P)).mean(axis=1)),
    (
        "BinaryCrossentropy",
        {"from_logits": True},
        Y,
        Z,
        -np.log(np.where(Y == 1, SIGMOID, 1 - SIGMOID)).mean(axis=1),
    ),
    (
        "BinaryCrossentropy",
        {"label_smoothing": 0.2},  # targets 0.9 and 0.1
        Y,
        P,
        -np.where(
            Y == 1, 0.9 * np.log(P) + 0.1 * np.log(1 - P), 0.1 * np.log(P) + 0.9 * np.log(1 - P)
        ).mean(axis=1),
    ),
    (
        "BinaryFocalCrossentropy",
        {"gamma": 2.0},
        Y,
        P,
        -(np.where(Y == 1, 1 - P, P) ** 2 * np.log(np.where(Y == 1, P, 1 - P))).mean(axis=1),
    ),
    (
        "BinaryFocalCrossentropy",
        {"gamma": 1.0, "alpha": 0.75, "apply_class_balancing": True},
        Y,
        P,
        -(
            np.where(Y == 1, 0.75, 0.25)
            * np.where(Y == 1, 1 - P, P)
            * np.log(np.where(Y == 1, P, 1 - P))
        ).mean(axis=1),
    ),
    ("CategoricalCrossentropy", {}, Y, P, -np.log([0.5, 0.7])),
    ("CategoricalCrossentropy", {}, Y, 3 * P, -np.log([0.5, 0.7])),  # outputs are made to sum to 1
    ("CategoricalCrossentropy", {"from_logits": True}, Y, Z, -np.log(SOFTMAX[[0, 1], [0, 2]])),
    (
        "CategoricalCrossentropy",
        {"label_smoothing": 0.3},  # targets 0.8 and 0.1
        Y,
        P,
        -((0.7 * Y + 0.1) * np.log(P)).sum(axis=1),
    ),
    (
        "CategoricalFocalCrossentropy",
        {},
        Y,
        P,
        -0.25 * np.array([0.5, 0.3]) ** 2 * np.log([0.5, 0.7]),
    ),
    (
        "CategoricalFocalCrossentropy",
        {"alpha": 1.0, "gamma": 1.0, "from_logits": True},
        Y,
        Z,
        -((1 - SOFTMAX) * np.log(SOFTMAX))[[0, 1], [0, 2]],
    ),
    ("SparseCategoricalCrossentropy", {}, [0, 2], P, -np.log([0.5, 0.7])),
    ("SparseCategoricalCrossentropy", {}, [[0], [2]], P, -np.log([0.5, 0.7])),
    (
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        [0, 2],
        Z,
        -np.log(SOFTMAX[[0, 1], [0, 2]]),
    ),
    ("KLDivergence", {}, P[::-1].copy(), P, (P[::-1] * np.log(P[::-1] / P)).sum(axis=1)),
    ("Hinge", {}, Y, Z, np.maximum(1 - (2 * Y - 1) * Z, 0).mean(axis=1)),
    ("Hinge", {}, 2 * Y - 1, Z, np.maximum(1 - (2 * Y - 1) * Z, 0).mean(axis=1)),
    ("SquaredHinge", {}, Y, Z, (np.maximum(1 - (2 * Y - 1) * Z, 0) ** 2).mean(axis=1)),
    ("CategoricalHinge", {}, Y, Z, [1 + 0.5 - 1.0, 1 + 2.0 + 3.0]),
]
IDS = [f"{name}-{i}" for i, (name, *_) in enumerate(CASES)]


@pytest.mark.parametrize(("name", "settings", "y_true", "y_pred", "expected"), CASES, ids=IDS)
def test_loss_is_the_mean_of_its_formula(name, settings, y_true, y_pred, expected):
    loss = getattr(losses, name)(**settings)
    value = loss(y_true, y_pred)
    assert value.dtype == np.float32
    assert value.shape == ()
    assert float(value) == pytest.approx(np.mean(expected), rel=1e-5)
    np.testing.assert_allclose(loss.call(y_true, y_pred), expected, rtol=1e-5)
    function = getattr(losses, losses.base.snake_case(name))
    np.testing.assert_allclose(function(y_true, y_pred, **settings), expected, rtol=1e-5)


@pytest.mark.parametrize(("name", "settings", "y_true", "y_pred", "expected"), CASES, ids=IDS)
def test_engine_trains_with_the_same_loss(name, settings, y_true, y_pred, expected):
    loss = getattr(losses, name)(**settings)
    loss.check_trainable()
    A = np.asarray(y_pred, np.float64)
    targets = losses.check_targets(loss, y_true, A.shape[1], dtype="float64")
    row = LOSSES[loss.row]
    values = row.per_sample(A, loss.smoothed(targets), *(loss.parameters or row.parameters))
    np.testing.assert_allclose(values * loss.sample_scale, expected, rtol=1e-5)
    assert loss.engine_reduction == "mean"


def test_reductions_put_samples_together():
    y, p, w = np.zeros((2, 1)), np.array([[1.0], [3.0]]), np.array([1.0, 0.5])
    expected = {
        "sum_over_batch_size": (5.0, 2.75),
        "mean": (5.0, 2.75),
        "sum": (10.0, 5.5),
        "mean_with_sample_weight": (5.0, 5.5 / 1.5),
    }
    for reduction, (plain, weighted) in expected.items():
        loss = losses.MeanSquaredError(reduction=reduction)
        assert float(loss(y, p)) == pytest.approx(plain)
        assert float(loss(y, p, w)) == pytest.approx(weighted)
        assert float(loss(y, p, w[:, None])) == pytest.approx(weighted)
    for reduction in ("none", None):
        np.testing.assert_array_equal(losses.MeanSquaredError(reduction)(y, p, w), [1.0, 4.5])
    assert losses.MeanSquaredError("sum").engine_reduction == "sum"
    assert losses.MeanSquaredError("mean").engine_reduction == "mean"
    with pytest.raises(ValueError, match="reduction is 'avg'; possible: 'sum_over_batch_size'"):
        losses.MeanSquaredError(reduction="avg")
    with pytest.raises(ValueError, match="reduction=None; possible in training"):
        losses.MeanSquaredError(reduction=None).check_trainable()


def test_outputs_of_any_rank():
    rng = np.random.default_rng(1)
    y, p = rng.random((2, 4, 3)), rng.random((2, 4, 3))
    np.testing.assert_allclose(losses.mean_squared_error(y, p), ((y - p) ** 2).mean(axis=-1))
    shares = p / p.sum(axis=-1, keepdims=True)
    classes = rng.integers(0, 3, (2, 4))
    expected = -np.log(np.take_along_axis(shares, classes[..., None], -1)[..., 0])
    for targets in (classes, classes[..., None]):
        values = losses.sparse_categorical_crossentropy(targets, p)
        np.testing.assert_allclose(values, expected, rtol=1e-6)
    weights = rng.random((2, 4))
    weighted = losses.SparseCategoricalCrossentropy()(classes, p, weights)
    assert float(weighted) == pytest.approx(np.mean(expected * weights), rel=1e-6)
    moved = losses.categorical_crossentropy(y.swapaxes(1, 2), p.swapaxes(1, 2), axis=1)
    np.testing.assert_allclose(moved, -(y * np.log(shares)).sum(axis=-1), rtol=1e-6)


def test_one_column_and_a_vector_are_the_same_targets():
    y, p = np.array([1.0, 2.0]), np.array([[3.0], [5.0]])
    np.testing.assert_array_equal(losses.mean_squared_error(y, p), [4.0, 9.0])
    np.testing.assert_array_equal(losses.mean_squared_error(y[:, None], p[:, 0]), [4.0, 9.0])
    assert losses.mean_squared_error(y, p[:, 0]).shape == ()  # the mean over the only axis
    one = losses.mean_squared_error(np.zeros((2, 1)), np.ones((2, 3)))  # one target for three
    np.testing.assert_array_equal(one, [1.0, 1.0])


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"\(2, 3\) and y_pred \(2, 4\); possible for mean_sq"):
        losses.mean_squared_error(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match="for class numbers use sparse_categorical_crossentropy"):
        losses.categorical_crossentropy([0, 2], P)
    with pytest.raises(ValueError, match="for one-hot targets use categorical_crossentropy"):
        losses.sparse_categorical_crossentropy(Y, P)
    with pytest.raises(ValueError, match=r"y_pred is the number 2\.0"):
        losses.mean_squared_error(1.0, 2.0)


def test_ignored_class_does_not_count():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    y, p = np.array([0, -1, 2]), np.array([P[0], P[0], P[1]])
    kept = -np.log([0.5, 0.7])
    assert float(loss(y, p)) == pytest.approx(kept.mean())
    assert float(loss(y, p, [1.0, 9.0, 0.0])) == pytest.approx(kept[0] / 2)
    np.testing.assert_allclose(loss.call(y, p), [kept[0], 0, kept[1]], rtol=1e-6)
    total = losses.SparseCategoricalCrossentropy(ignore_class=-1, reduction="sum")
    assert float(total(y, p)) == pytest.approx(kept.sum())
    with pytest.raises(ValueError, match="ignore_class=-1; possible in training: None; give those"):
        loss.check_trainable()


def test_dtype_is_that_of_the_loss_and_else_floatx():
    assert losses.MeanSquaredError()(Y.astype("f8"), P.astype("f8")).dtype == np.float32
    assert losses.MeanSquaredError(dtype="float64")(Y, P).dtype == np.float64
    assert losses.mean_squared_error(Y.astype("f8"), P.astype("f8")).dtype == np.float64
    assert losses.mean_squared_error([[0, 1]], [[1, 1]]).dtype == np.float32


SMOOTHED = {"from_logits": False, "label_smoothing": 0.0, "axis": -1}
CONFIGS = {
    "MeanSquaredError": ("mean_squared_error", {}),
    "MeanAbsoluteError": ("mean_absolute_error", {}),
    "MeanAbsolutePercentageError": ("mean_absolute_percentage_error", {}),
    "MeanSquaredLogarithmicError": ("mean_squared_logarithmic_error", {}),
    "CosineSimilarity": ("cosine_similarity", {}),
    "Huber": ("huber_loss", {}),
    "LogCosh": ("log_cosh", {}),
    "Poisson": ("poisson", {}),
    "KLDivergence": ("kl_divergence", {}),
    "Hinge": ("hinge", {}),
    "SquaredHinge": ("squared_hinge", {}),
    "CategoricalHinge": ("categorical_hinge", {}),
    "BinaryCrossentropy": ("binary_crossentropy", SMOOTHED),
    "CategoricalCrossentropy": ("categorical_crossentropy", SMOOTHED),
    "CategoricalFocalCrossentropy": (
        "categorical_focal_crossentropy",
        {**SMOOTHED, "alpha": 0.25, "gamma": 2.0},
    ),
    "SparseCategoricalCrossentropy": (
        "sparse_categorical_crossentropy",
        {"from_logits": False, "ignore_class": None},
    ),
    "BinaryFocalCrossentropy": (
        "binary_focal_crossentropy",
        {**SMOOTHED, "apply_class_balancing": False, "alpha": 0.25, "gamma": 2.0},
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_config_has_keras_keys_in_keras_order(name):
    loss = getattr(losses, name)()
    its_name, settings = CONFIGS[name]
    config = {"name": its_name, "reduction": "sum_over_batch_size", **settings}
    assert list(loss.get_config().items()) == list(config.items())
    written = losses.serialize(loss)
    assert written == {
        "module": "keras.losses",
        "class_name": name,
        "config": config,
        "registered_name": None,
    }
    again = losses.deserialize(written)
    assert type(again) is type(loss)
    assert again.get_config() == config


def test_every_loss_has_a_tested_config():
    assert set(CONFIGS) == set(losses.base.classes("loss"))


def test_what_people_see():
    assert repr(losses.MeanSquaredError()) == "<MeanSquaredError>"
    assert repr(losses.Huber(2.0)) == "<Huber: delta=2.0>"
    assert repr(losses.MeanSquaredError(reduction="sum")) == "<MeanSquaredError: reduction='sum'>"
    assert losses.Huber().name == "huber_loss"
    assert losses.MeanSquaredError(name="mine").name == "mine"


def test_an_axis_that_the_engine_has_not():
    with pytest.raises(ValueError, match="'cosine_similarity' has axis=0; possible in training"):
        losses.CosineSimilarity(axis=0).check_trainable()


def test_a_loss_of_the_user_can_be_called_but_not_trained_with():
    class Worst(losses.Loss):
        def call(self, y_true, y_pred):
            return np.max(np.abs(y_true - y_pred), axis=-1)

    class Twice(losses.MeanSquaredError):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    assert float(Worst()(Y, P)) == pytest.approx((0.5 + 0.3) / 2)
    assert float(Twice()(Y, P)) == pytest.approx(2 * np.mean(E**2))
    for mine in (Worst(), Twice()):
        with pytest.raises(ValueError, match="a class of your own; it needs real Keras"):
            mine.check_trainable()
    with pytest.raises(NotImplementedError, match="Loss must define call"):
        losses.Loss()(Y, P)


GETS = [
    ("mse", "MeanSquaredError"),
    ("MSE", "MeanSquaredError"),
    ("mean_squared_error", "MeanSquaredError"),
    ("MeanSquaredError", "MeanSquaredError"),
    ("mae", "MeanAbsoluteError"),
    ("MAE", "MeanAbsoluteError"),
    ("mape", "MeanAbsolutePercentageError"),
    ("MSLE", "MeanSquaredLogarithmicError"),
    ("categorical_focal_crossentropy", "CategoricalFocalCrossentropy"),
    ("bce", "BinaryCrossentropy"),
    ("BCE", "BinaryCrossentropy"),
    ("kld", "KLDivergence"),
    ("KLD", "KLDivergence"),
    ("kl_divergence", "KLDivergence"),
    ("huber", "Huber"),
    ("log_cosh", "LogCosh"),
    ("poisson", "Poisson"),
    ("hinge", "Hinge"),
    ("squared_hinge", "SquaredHinge"),
    ("categorical_hinge", "CategoricalHinge"),
    ("cosine_similarity", "CosineSimilarity"),
    ("binary_focal_crossentropy", "BinaryFocalCrossentropy"),
    ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"),
    (losses.mean_squared_error, "MeanSquaredError"),
    (losses.sparse_categorical_crossentropy, "SparseCategoricalCrossentropy"),
    (losses.Huber, "Huber"),
    ({"class_name": "Huber", "config": {"reduction": "sum"}}, "Huber"),
    ({"class_name": "function", "config": "hinge"}, "Hinge"),
]


@pytest.mark.parametrize(("identifier", "name"), GETS)
def test_get(identifier, name):
    assert type(losses.get(identifier)).__name__ == name


def test_get_passes_objects_and_none():
    loss = losses.Huber(3.0)
    assert losses.get(loss) is loss
    assert losses.get(None) is None


@pytest.mark.parametrize(
    ("y_shape", "output_shape", "name"),
    [
        ((4,), (4, 1), "BinaryCrossentropy"),
        ((4, 1), (4, 1), "BinaryCrossentropy"),
        ((4,), (4, 3), "SparseCategoricalCrossentropy"),
        ((4, 1), (4, 3), "SparseCategoricalCrossentropy"),
        ((4, 3), (4, 3), "CategoricalCrossentropy"),
        ((4, 5), (4, 5, 3), "SparseCategoricalCrossentropy"),
    ],
)
def test_crossentropy_is_chosen_by_the_shapes(y_shape, output_shape, name):
    for text in ("crossentropy", "ce", "CE"):
        assert type(losses.find(text, y_shape, output_shape)).__name__ == name
    assert type(losses.find("mse", y_shape, output_shape)) is losses.MeanSquaredError


def test_unknown_losses_are_said_with_what_is_possible():
    with pytest.raises(ValueError, match="unknown loss 'categorical_cross_entropy': did you mean"):
        losses.get("categorical_cross_entropy")
    with pytest.raises(ValueError, match="'my_loss', a function of your own; it needs real Keras"):
        losses.get(my_loss)
    for identifier in ("Dice", "dice", "tversky", {"class_name": "CTC", "config": {}}):
        with pytest.raises(ValueError, match="needs real Keras: import keras"):
            losses.get(identifier)
    with pytest.raises(TypeError, match="loss is 5"):
        losses.get(5)
    with pytest.raises(ValueError, match="custom_objects is given; possible: None"):
        losses.deserialize("mse", custom_objects={"a": my_loss})
    assert type(losses.deserialize("mse")) is losses.MeanSquaredError


def my_loss(y_true, y_pred):
    return np.mean(y_true - y_pred, axis=-1)


def test_what_only_keras_has_is_said_so_by_the_module():
    with pytest.raises(NotImplementedError, match=r"'Dice'.* needs real Keras"):
        _ = losses.Dice
    with pytest.raises(AttributeError, match="'MeanSquareError': did you mean 'MeanSquaredError'"):
        _ = losses.MeanSquareError
    with pytest.raises(ValueError, match=r"'dice'.* needs real Keras"):
        losses.get("dice")
