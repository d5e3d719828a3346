"""Files of real Keras that are refused, and what is said of them."""

import pytest

keras = pytest.importorskip("keras", reason="real Keras is not installed: make test-keras")
pytest.importorskip("h5py", reason="h5py is not installed: the extra chainrule[keras]")

from chainrule import keras as ours  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_models_that_need_real_keras(tmp_path):
    layers, path = keras.layers, tmp_path / "m.keras"
    x = layers.Input((4,))
    keras.Model(x, layers.Dense(2)(x), name="graph").save(path)
    with pytest.raises(ValueError, match=r"has 'graph', a Functional: a graph of .*from_keras\("):
        ours.models.load_model(path)
    keras.Sequential([layers.Input((4, 4, 1)), layers.Conv2D(2, 3, name="conv")]).save(path)
    with pytest.raises(ValueError, match=r"has 'conv', a Conv2D: layers.Conv2D is not supported"):
        ours.models.load_model(path)
    keras.Sequential([layers.Input((4,)), layers.Lambda(lambda x: 2 * x, name="twice")]).save(path)
    for safe_mode in (True, False):
        with pytest.raises(
            ValueError, match=r"has 'twice', a Lambda: Python code, which chainrule"
        ):
            ours.models.load_model(path, safe_mode=safe_mode)
    keras.Sequential([layers.Input((4,)), layers.Dense(2, dtype="mixed_float16")]).save(path)
    with pytest.raises(
        ValueError, match=r"dtype is .*mixed_float16.*; possible: 'float32', 'float64'"
    ):
        ours.models.load_model(path)
    keras.Sequential([layers.Input((4,)), layers.Dense(2)]).save(tmp_path / "m.h5")
    with pytest.raises(ValueError, match="the HDF5 files of Keras 2 are neither written nor read"):
        ours.models.load_model(tmp_path / "m.h5")


@keras.saving.register_keras_serializable(package="mine")
class Dense(keras.layers.Dense):
    """A layer of one's own, with the name of one of Keras's."""


def test_a_layer_of_ones_own(tmp_path):
    keras.Sequential([keras.layers.Input((4,)), Dense(2, name="own")]).save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="has 'own', a Dense: a class of somebody's own"):
        ours.models.load_model(tmp_path / "m.keras")
