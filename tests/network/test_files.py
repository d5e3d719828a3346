"""save and load."""

import json

import numpy as np
import pytest

from chainrule import NeuralNetwork
from chainrule.saving import read_tensors, write_tensors

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])


@pytest.fixture
def saved(build, tmp_path):
    """A trained network and the file that it was saved to."""
    network = build([2, 3, 1], eta=0.3)
    network.fit(X, Y, 7, "SGD", display_update=0)
    path = tmp_path / "network.safetensors"
    assert network.save(path) is None
    return network, path


def test_a_network_comes_back_as_it_was(saved, engine_name):
    network, path = saved
    loaded = NeuralNetwork.load(path, engine=engine_name)
    assert isinstance(loaded, NeuralNetwork)
    assert repr(loaded) == "NeuralNetwork: 2-3-1"
    assert (loaded.layers, loaded.eta) == ([2, 3, 1], 0.3)
    assert loaded.loss_history == network.loss_history
    assert [type(loss) for loss in loaded.loss_history] == [float] * 7
    for W, V in zip(loaded.W, network.W, strict=True):
        assert W.dtype == np.float64
        np.testing.assert_array_equal(W, V)
    np.testing.assert_array_equal(loaded.predict(X), network.predict(X))


@pytest.mark.parametrize("method", ["batch", "SGD"])
def test_a_loaded_network_goes_on_like_the_saved_one(method, saved, engine_name):
    network, path = saved
    loaded = NeuralNetwork.load(path, engine=engine_name)
    for trained in (network, loaded):
        trained.fit(X, Y, 5, method, display_update=0)
    assert loaded.loss_history == network.loss_history
    assert len(loaded.loss_history) == 12
    for W, V in zip(loaded.W, network.W, strict=True):
        np.testing.assert_array_equal(W, V)


def test_weights_of_a_loaded_network_can_be_written(saved, engine_name):
    loaded = NeuralNetwork.load(saved[1], engine=engine_name)
    held = loaded.W[0]
    held[0, 0] = 3.5
    loaded.fit(X, Y, 1, display_update=0)
    assert loaded.W[0] is held
    assert held[0, 0] != 3.5


def test_a_new_network(build, tmp_path, engine_name):
    network = build([2, 1])
    network.save(str(tmp_path / "new"))
    loaded = NeuralNetwork.load(str(tmp_path / "new"), engine=engine_name)
    assert loaded.loss_history == []
    np.testing.assert_array_equal(loaded.W[0], network.W[0])


def test_the_file_is_one_that_others_can_read(saved):
    safetensors = pytest.importorskip("safetensors.numpy")
    network, path = saved
    tensors = safetensors.load_file(path)
    assert sorted(tensors) == ["W0", "W1", "loss_history"]
    np.testing.assert_array_equal(tensors["W1"], network.W[1])
    length = int.from_bytes(path.read_bytes()[:8], "little")
    header = json.loads(path.read_bytes()[8 : 8 + length])
    description = json.loads(header["__metadata__"]["chainrule"])
    assert description["kind"] == "NeuralNetwork"
    assert description["layers"] == [2, 3, 1]
    assert description["eta"] == 0.3


@pytest.mark.parametrize("form", [np.float32, np.ndarray.tolist, np.asfortranarray, np.transpose])
def test_weights_of_every_form_are_saved(form, build, tmp_path, engine_name):
    network = build([2, 2, 1])
    network.W[0] = form(network.W[0])
    network.save(tmp_path / "file")
    loaded = NeuralNetwork.load(tmp_path / "file", engine=engine_name)
    assert loaded.W[0].dtype == np.float64
    np.testing.assert_array_equal(loaded.W[0], network.W[0])


@pytest.mark.parametrize("eta", [np.float32(0.5), np.int64(2), np.float64(0.25), 1])
def test_every_eta_is_saved(eta, build, tmp_path, engine_name):
    network = build([2, 1])
    network.eta = eta
    network.save(tmp_path / "file")
    assert NeuralNetwork.load(tmp_path / "file", engine=engine_name).eta == eta


def test_wrong_weights_are_not_saved(saved):
    network, path = saved
    before = path.read_bytes()
    network.W[0] = np.ones((2, 2))
    with pytest.raises(ValueError, match=r"^W\[0\] has shape"):
        network.save(path)
    assert path.read_bytes() == before


def test_the_engine_of_a_loaded_network(saved):
    loaded = NeuralNetwork.load(saved[1], engine="numpy")
    assert loaded.predict(X).shape == (4, 1)
    with pytest.raises(ValueError, match=r"unknown engine 'numpi': did you mean 'numpy'"):
        NeuralNetwork.load(saved[1], engine="numpi")


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^path '.*nowhere' does not exist"):
        NeuralNetwork.load(tmp_path / "nowhere", engine="numpy")


def test_a_file_of_another_kind(tmp_path):
    write_tensors(tmp_path / "file", {"W0": np.ones(2)}, {"kind": "Sequential"})
    with pytest.raises(ValueError, match=r"^path '.*file' holds Sequential, not a NeuralNetwork$"):
        NeuralNetwork.load(tmp_path / "file", engine="numpy")


DAMAGE = {
    "a newer format": ({"format": 99}, {}, "has format 99; possible: 1"),
    "no format": ({"format": None}, {}, "has format None"),
    "no layers": ({"layers": None}, {}, "is damaged: layers is None"),
    "wrong layers": ({"layers": [2, 0]}, {}, "is damaged: layers is"),
    "other layers": ({"layers": [2, 4, 1]}, {}, r"is damaged: W\[0\] has shape"),
    "more layers": ({"layers": [2, 3, 1, 1]}, {}, "is damaged: .*W2"),
    "wrong eta": ({"eta": -1.0}, {}, "is damaged: eta is -1.0"),
    "text for eta": ({"eta": "0.1"}, {}, "is damaged: eta is '0.1'"),
    "a wrong shape": ({}, {"W1": np.ones((1, 4))}, r"is damaged: W\[1\] has shape \(1, 4\)"),
    "missing weights": ({}, {"W1": None}, "is damaged: .*W1"),
    "missing losses": ({}, {"loss_history": None}, "is damaged: .*loss_history"),
}


@pytest.mark.parametrize("damage", list(DAMAGE))
def test_a_damaged_file(damage, saved, engine_name):
    path = saved[1]
    described, changed, message = DAMAGE[damage]
    tensors, description = read_tensors(path, kind="NeuralNetwork")
    tensors = {k: v for k, v in {**tensors, **changed}.items() if v is not None}
    write_tensors(path, tensors, {**description, **described})
    with pytest.raises(ValueError, match=rf"^path '.*network.safetensors' {message}"):
        NeuralNetwork.load(path, engine=engine_name)


@pytest.mark.parametrize("key", ["layers", "eta", "format", "kind"])
def test_a_description_without_a_part(key, saved, engine_name):
    path = saved[1]
    tensors, description = read_tensors(path, kind="NeuralNetwork")
    del description[key]
    write_tensors(path, tensors, description)
    with pytest.raises(ValueError, match=r"^path '.*network.safetensors' (is damaged|ha|holds)"):
        NeuralNetwork.load(path, engine=engine_name)
