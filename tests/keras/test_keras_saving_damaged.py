"""Our own files when they are damaged, are of something else, or cannot be written."""

import numpy as np
import pytest

from chainrule.keras import layers, models
from chainrule.saving import read_tensors, write_tensors


@pytest.fixture
def model():
    first, second = layers.Dense(3), layers.Dense(2)
    model = models.Sequential([layers.Input((4,)), first, second])
    model.compile("adam", "mse")
    return model


def test_damaged_files(model, tmp_path):
    path = tmp_path / "m.safetensors"
    model.save(path)
    whole = path.read_bytes()
    before = model.get_weights()
    for content in (b"", b"no such file", whole[:-1], whole[: len(whole) // 2]):
        path.write_bytes(content)
        for act in (models.load_model, model.load_weights):
            with pytest.raises(ValueError, match="is no safetensors file"):
                act(path)
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_other_tensors(model, tmp_path):
    path = tmp_path / "m.safetensors"
    write_tensors(path, {"w": np.ones(2)}, {"kind": "network"})
    with pytest.raises(ValueError, match="holds network, not a keras model"):
        models.load_model(path)
    model.save(path)
    tensors, description = read_tensors(path, kind="keras model")
    write_tensors(path, {**tensors, "w": np.ones(2)}, description)
    with pytest.raises(ValueError, match="has a tensor 'w', which is no model's"):
        models.load_model(path)
    del tensors["layers/dense_1/vars/0"]
    write_tensors(path, tensors, description)
    with pytest.raises(ValueError, match=r"has arrays \[1\] at layers/dense_1; some are missing"):
        model.load_weights(path)


def test_nothing_is_left_of_a_file_that_could_not_be_written(model, tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    model.save(path)
    whole = path.read_bytes()

    def no_space(*_):
        raise OSError("no space")

    monkeypatch.setattr("os.replace", no_space)
    with pytest.raises(OSError, match="no space"):
        model.save(path)
    assert [each.name for each in tmp_path.iterdir()] == ["m.safetensors"]
    assert path.read_bytes() == whole
