import numpy as np
import pytest

from chainrule import optimizers as rules
from chainrule.keras import objects, optimizers
from chainrule.keras.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop, schedules
from chainrule.keras.variables import Variable

ALL = [getattr(optimizers, name) for name in optimizers.__all__ if name[0].isupper()]
ALL.remove(Optimizer)

SHARED = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
OWN = {
    "SGD": {"momentum": 0.0, "nesterov": False},
    "RMSprop": {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False},
    "Adam": {**ADAM, "amsgrad": False},
    "AdamW": {**ADAM, "amsgrad": False},
    "Adamax": ADAM,
    "Nadam": ADAM,
    "Adagrad": {"initial_accumulator_value": 0.1, "epsilon": 1e-7},
    "Adadelta": {"rho": 0.95, "epsilon": 1e-7},
    "Lion": {"beta_1": 0.9, "beta_2": 0.99},
}


@pytest.fixture(autouse=True)
def _names_from_the_start():
    objects.forget_names()
    yield
    objects.forget_names()


def weights(dtype="float32"):
    kernel = Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "kernel", dtype=dtype, path="d/kernel")
    return [kernel, Variable([0.5, 0.5, 0.5], "bias", dtype=dtype, path="d/bias")]


# ------------------------------------------------------------------------------- settings


@pytest.mark.parametrize("cls", ALL)
def test_defaults_are_those_of_keras(cls):
    name = {"RMSprop": "rm_sprop", "AdamW": "adam_w"}.get(cls.__name__, cls.__name__.lower())
    rate = float(np.float32(0.01 if cls is SGD else 0.001))
    expected = {"name": name, "learning_rate": rate} | SHARED | OWN[cls.__name__]
    if cls is AdamW:
        expected["weight_decay"] = 0.004
    config = cls().get_config()
    assert config == expected
    assert list(config) == list(expected)
    assert cls().name == f"{name}_1"


@pytest.mark.parametrize("cls", ALL)
def test_configuration_goes_both_ways(cls):
    made = cls(learning_rate=0.5, weight_decay=0.1, clipnorm=2.0, use_ema=True, name="own")
    written = optimizers.serialize(made)
    assert written["module"] == "keras.optimizers"
    assert written["class_name"] == cls.__name__
    again = optimizers.get(written)
    assert type(again) is cls
    assert again.get_config() == made.get_config()
    assert again.describe() == made.describe()


def test_a_schedule_is_written_and_read():
    made = Adam(schedules.ExponentialDecay(0.1, 10, 0.5))
    written = optimizers.serialize(made)
    assert written["config"]["learning_rate"]["class_name"] == "ExponentialDecay"
    again = optimizers.deserialize(written)
    assert again.describe() == made.describe()
    assert again.get_config() == made.get_config()


@pytest.mark.parametrize("cls", ALL)
def test_describe_is_the_engines_rule_and_lives_until_a_setting_changes(cls):
    made = cls(learning_rate=0.5, clipvalue=1.0)
    rule = made.describe()
    assert type(rule) is rules.OPTIMIZERS[cls.__name__.lower()]
    assert rule.learning_rate == 0.5
    assert rule.clip_value == 1.0
    assert made.describe() is rule
    made.learning_rate = 0.25
    assert made.describe().learning_rate == 0.25
    made.learning_rate.assign(0.125)
    assert made.describe().learning_rate == 0.125


def test_every_setting_reaches_the_rule():
    made = RMSprop(0.5, 0.8, 0.7, 1e-3, True, weight_decay=0.1, use_ema=True, ema_momentum=0.6)
    assert made.describe() == rules.RMSprop(
        0.5,
        rho=0.8,
        momentum=0.7,
        epsilon=1e-3,
        centered=True,
        weight_decay=0.1,
        ema_momentum=0.6,
    )
    assert SGD(0.5, clipnorm=2.0).describe() == rules.SGD(0.5, clip_norm=2.0)
    assert SGD(0.5, global_clipnorm=2.0).describe() == rules.SGD(0.5, global_clip_norm=2.0)
    made = optimizers.Adagrad(0.5, initial_accumulator_value=0.3)
    assert made.describe() == rules.Adagrad(0.5, initial_accumulator=0.3)
    made = SGD(0.5)
    made.momentum = 0.9
    assert made.describe().momentum == 0.9


def test_the_rate_is_rounded_as_the_variable_is():
    assert SGD(0.1).describe().learning_rate == float(np.float32(0.1))


def test_a_rate_of_zero_moves_nothing():
    made, (kernel, bias) = SGD(0.0), weights()
    made.apply([np.ones((2, 3)), np.ones(3)], [kernel, bias])
    np.testing.assert_array_equal(bias.numpy(), 0.5)


def test_a_function_without_arguments_is_asked_at_each_step():
    rates = iter([0.5, 0.25])
    made, w = SGD(lambda: next(rates)), Variable([1.0], "w")
    made.apply([[1.0]], [w])
    assert w.numpy() == [0.5]
    made.apply([[1.0]], [w])
    assert w.numpy() == [0.25]


def test_a_schedule_goes_with_the_iterations_and_cannot_become_a_number():
    made = SGD(schedules.PiecewiseConstantDecay([1], [0.5, 0.25]))
    assert float(made.learning_rate) == 0.5
    made.iterations.assign(2)
    assert float(made.learning_rate) == 0.25
    assert [v.path for v in made.variables] == ["sgd/iteration"]
    with pytest.raises(TypeError, match="is the schedule <PiecewiseConstantDecay"):
        made.learning_rate = 0.1
    made.learning_rate = schedules.ExponentialDecay(1.0, 2, 0.5)
    assert float(made.learning_rate) == 0.5


# ------------------------------------------------------------------- errors and old spellings


def test_old_spelling_of_the_learning_rate():
    with pytest.warns(DeprecationWarning, match=r"SGD\(lr=...\).*SGD\(learning_rate=...\)"):
        made = SGD(lr=0.5)
    with pytest.warns(DeprecationWarning, match="learning_rate"):
        assert float(made.lr) == 0.5
    with pytest.warns(DeprecationWarning, match="learning_rate"):
        made.lr = 0.25
    assert float(made.learning_rate) == 0.25


def test_decay_is_refused_with_what_replaced_it():
    with pytest.raises(ValueError, match=r"InverseTimeDecay\(0.1, 1, 0.01\)"):
        SGD(0.1, decay=0.01)
    with pytest.warns(DeprecationWarning, match="decay"):
        SGD(0.1, decay=0.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"momentun": 0.9}, r"momentun is no argument of SGD: did you mean 'momentum'\?"),
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "clipnorm and clipvalue are given; possible: one"),
        ({"clipnorm": -1.0}, "clipnorm is -1.0; possible: a positive"),
        ({"gradient_accumulation_steps": 2}, "possible: None.*real Keras"),
        ({"loss_scale_factor": 2.0}, "possible: None.*real Keras"),
        ({"learning_rate": -1.0}, "learning_rate is -1.0; possible: a finite number"),
        ({"learning_rate": "0.1"}, "learning_rate is '0.1'; possible"),
        ({"momentum": 2.0}, "momentum is 2.0; possible"),
        ({"use_ema": True, "ema_momentum": 2.0}, "ema_momentum is 2.0; possible"),
        ({"use_ema": True, "ema_overwrite_frequency": 0}, "ema_overwrite_frequency is 0"),
    ],
)
def test_wrong_settings_are_told(settings, message):
    with pytest.raises(ValueError, match=message):
        SGD(**settings)


def test_adamw_needs_a_decay_and_exclusion_is_refused():
    with pytest.raises(ValueError, match="weight_decay is None"):
        AdamW(weight_decay=None)
    with pytest.raises(ValueError, match="not supported here"):
        AdamW().exclude_from_weight_decay(var_names=["bias"])


@pytest.mark.parametrize("name", ["adam", "Adam", "ADAM"])
def test_get_knows_the_spellings(name):
    assert type(optimizers.get(name)) is Adam
    made = Adam()
    assert optimizers.get(made) is made
    assert type(optimizers.get(Adam)) is Adam
    assert optimizers.get(None) is None
    old = optimizers.get({"class_name": name, "config": {"learning_rate": 0.5}})
    assert float(old.learning_rate) == 0.5


def test_wrong_identifiers_are_told():
    with pytest.raises(ValueError, match=r"unknown optimizer optimizer='rmsporp': did you mean"):
        optimizers.get("rmsporp", "optimizer")
    with pytest.raises(TypeError, match="possible: a name"):
        optimizers.get(0.1)
    with pytest.raises(ValueError, match=r"formula is not known here.*real Keras"):
        Optimizer(0.1).describe()
