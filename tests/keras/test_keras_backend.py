import numpy as np
import pytest

from chainrule.keras import backend as K  # noqa: N812  as the users of Keras call it
from chainrule.keras.objects import new_name
from chainrule.keras.variables import Variable


@pytest.fixture(autouse=True)
def settings():
    yield
    K.set_floatx("float32")
    K.set_epsilon(1e-7)
    K.set_image_data_format("channels_last")


def test_settings_begin_as_in_keras():
    assert K.floatx() == "float32"
    assert K.epsilon() == 1e-7
    assert K.image_data_format() == "channels_last"
    assert K.backend() == "chainrule"


def test_settings_can_be_changed():
    K.set_floatx("float64")
    K.set_epsilon(1e-3)
    K.set_image_data_format("channels_first")
    assert K.cast_to_floatx([1, 2]).dtype == np.float64
    assert K.epsilon() == 1e-3
    assert K.image_data_format() == "channels_first"


@pytest.mark.parametrize(
    ("change", "value", "message"),
    [
        (K.set_floatx, "float16", "floatx is 'float16'; possible: float32, float64; for half"),
        (K.set_floatx, "int32", "floatx is 'int32'; possible: float32, float64$"),
        (K.set_epsilon, -1.0, "epsilon is -1.0; possible: a positive, finite number"),
        (K.set_epsilon, float("nan"), "epsilon is nan"),
        (K.set_image_data_format, "nchw", "data_format is 'nchw'; possible: channels_last"),
    ],
)
def test_a_wrong_setting_is_refused_and_changes_nothing(change, value, message):
    with pytest.raises(ValueError, match=message):
        change(value)
    test_settings_begin_as_in_keras()


def test_clear_session_counts_names_anew():
    K.clear_session()
    assert [new_name("dense"), new_name("dense")] == ["dense", "dense_1"]
    K.clear_session(free_memory=False)
    assert new_name("dense") == "dense"
    K.clear_session()


def test_values_of_variables_are_read_and_written():
    rate = Variable(0.5, dtype="float32")
    K.set_value(rate, 0.25)
    assert K.get_value(rate) == np.float32(0.25)
    assert isinstance(K.get_value(rate), np.float32)
    assert K.eval(rate) == 0.25
    kernel = Variable(np.zeros((2, 3)))
    K.batch_set_value([(kernel, np.ones((2, 3))), (rate, 2)])
    values = K.batch_get_value([kernel, rate])
    np.testing.assert_array_equal(values[0], np.ones((2, 3)))
    assert values[1] == 2.0
    values[0][...] = 7.0
    assert kernel.array.max() == 1.0  # a copy


def test_set_value_refuses_what_is_no_variable():
    with pytest.raises(TypeError, match=r"x is 0\.5, a float; possible: a variable, such as model"):
        K.set_value(0.5, 0.25)


def test_shapes_and_types_are_told():
    kernel = Variable(np.zeros((2, 3)), dtype="float32")
    assert K.int_shape(kernel) == (2, 3)
    assert K.ndim(kernel) == 2
    assert K.count_params(kernel) == 6
    assert K.count_params(Variable(1.0)) == 1
    assert K.dtype(kernel) == "float32"
    assert K.int_shape("no array") is None
    assert K.ndim("no array") is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mean", "use numpy.mean"),
        ("dot", "use numpy.dot"),
        ("sigmoid", "use keras.activations.sigmoid"),
        ("binary_crossentropy", "use keras.losses.binary_crossentropy"),
        ("function", "it needs a graph of operations"),
        ("learning_phase", r"use model\(x, training=True\)"),
        ("nonsense", "use NumPy's functions"),
    ],
)
def test_what_is_missing_says_what_to_use(name, message):
    with pytest.raises(AttributeError, match=f"has no '{name}'; .*{message}"):
        getattr(K, name)
    assert not hasattr(K, name)


def test_config_has_the_same_settings():
    from chainrule.keras import config

    config.set_floatx("float64")
    assert K.floatx() == config.floatx() == "float64"
    assert config.set_epsilon is K.set_epsilon
    with pytest.raises(AttributeError, match="no setting 'flotx': did you mean 'floatx'"):
        _ = config.flotx
