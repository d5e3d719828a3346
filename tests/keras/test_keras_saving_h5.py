"""Files of Keras: their layout, their limits, what damage says. Real Keras is in tests/parity."""

import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from chainrule.keras import layers, models
from chainrule.keras.callbacks import ModelCheckpoint
from chainrule.keras.saving import archive, weights_h5
from chainrule.keras.saving.placing import place
from chainrule.keras.saving.state import State, collect

h5py = pytest.importorskip("h5py", reason="h5py is not installed: the extra chainrule[keras]")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 4)).astype("float32")
Y = RNG.normal(size=(24, 2)).astype("float32")


@pytest.fixture
def model():
    inner = models.Sequential([layers.Dense(3, name="in"), layers.BatchNormalization()], name="sub")
    model = models.Sequential(
        [
            layers.Input((4,)),
            layers.Normalization(),
            inner,
            layers.Dropout(0.5, seed=1),
            layers.Dense(2, name="out"),
        ],
        name="whole",
    )
    model.layers[0].adapt(X)
    model.compile("adam", "mse")
    model.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    return model


def same(one, other):
    for here, there in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(here.numpy(), there.numpy(), err_msg=here.path)
    for here, there in zip(one.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(here.numpy(), there.numpy(), err_msg=here.path)


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def rewritten(path, **changes):
    """Write the zip anew, with other members."""
    content = members(path) | changes
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            if data is not None:
                archive.writestr(name, data)
    return path


def test_an_archive_has_the_three_members_of_keras(model, tmp_path):
    model.save(tmp_path / "m.keras")
    found = members(tmp_path / "m.keras")
    assert list(found) == ["metadata.json", "config.json", "model.weights.h5"]
    metadata = json.loads(found["metadata.json"])
    assert metadata["keras_version"] == "3.15.1"
    assert metadata["date_saved"][10] == "@"
    config = json.loads(found["config.json"])
    assert list(config) == [
        *("module", "class_name", "config", "registered_name", "build_config", "compile_config")
    ]
    assert (config["module"], config["class_name"]) == ("keras", "Sequential")
    assert config["compile_config"]["optimizer"]["class_name"] == "Adam"
    assert config["config"]["layers"][1]["build_config"] == {"input_shape": [None, 4]}


def test_the_layout_of_the_weights(model):
    with h5py.File(io.BytesIO(weights_h5.encode(collect(model)))) as file:
        names = []
        file.visit(names.append)
        arrays = {name for name in names if isinstance(file[name], h5py.Dataset)}
        assert arrays == {
            *(f"layers/normalization/vars/{i}" for i in range(3)),
            *(f"layers/sequential/layers/dense/vars/{i}" for i in range(2)),
            *(f"layers/sequential/layers/batch_normalization/vars/{i}" for i in range(4)),
            *(f"layers/dense/vars/{i}" for i in range(2)),
            *(f"optimizer/vars/{i}" for i in range(2 + 2 * 6)),
        }
        assert file["vars"].attrs["name"] == "whole"
        assert file["layers/dense/vars"].attrs["name"] == "out"
        assert file["layers/sequential/vars"].attrs["name"] == "sub"
        assert len(file["layers/dropout/vars"]) == 0
        np.testing.assert_array_equal(file["layers/dense/vars/0"], model.layers[-1].kernel.numpy())
        assert file["optimizer/vars/0"][()] == 6


def test_both_files_come_back(model, tmp_path):
    model.save(tmp_path / "m.keras")
    found = models.load_model(tmp_path / "m.keras")
    same(model, found)
    assert found.get_config() == model.get_config()
    assert found.get_compile_config() == model.get_compile_config()
    assert found.optimizer.state.key == model.optimizer.state.key != 0  # of dropout
    more = {"epochs": 2, "verbose": 0, "shuffle": False}
    assert found.fit(X, Y, **more).history == model.fit(X, Y, **more).history
    for name in ("w.weights.h5", "later.keras"):
        (model.save_weights if name[0] == "w" else model.save)(tmp_path / name)
        other = models.clone_model(model)
        other.compile("adam", "mse")
        other.load_weights(tmp_path / name)
        same(model, other)


def test_the_names_of_keras_2_13(model):
    groups = collect(model).groups
    older = {at.replace("layers", "_layer_checkpoint_dependencies"): a for at, a in groups.items()}
    other = models.clone_model(model)
    place(other, State(older, {}), "old")
    for one, two in zip(model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def test_seeds_of_dropout_in_files_are_no_weights(model, tmp_path):
    state = collect(model)
    state.groups["layers/dropout/seed_generator"] = [np.array([1, 0], "uint32")]
    state.names["layers/dropout/seed_generator"] = "seed_generator"
    (tmp_path / "w.weights.h5").write_bytes(weights_h5.encode(state))
    other = models.clone_model(model)
    other.load_weights(tmp_path / "w.weights.h5")  # without a warning
    np.testing.assert_array_equal(other.layers[-1].kernel.numpy(), model.layers[-1].kernel.numpy())


def test_damaged_archives(model, tmp_path):
    path = tmp_path / "m.keras"
    model.save(path)
    whole = path.read_bytes()
    before = model.get_weights()
    for content in (b"", b"text", whole[:-30], whole[: len(whole) // 2]):
        path.write_bytes(content)
        for act in (models.load_model, model.load_weights):
            with pytest.raises(ValueError, match=r"m.keras is no whole .keras file \(.*give one"):
                act(path)
    middle = whole.index(b"\x89HDF") + 3000  # a byte of the weights: the checksum is wrong
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    with pytest.raises(ValueError, match=r"is no whole .keras file .*CRC"):
        models.load_model(path)
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_damaged_weights(model, tmp_path):
    path = tmp_path / "w.weights.h5"
    model.save_weights(path)
    whole = path.read_bytes()
    for content in (b"", b"text", whole[: len(whole) // 2], whole[:512]):
        path.write_bytes(content)
        with pytest.raises(
            ValueError, match=r"w.weights.h5 is no whole HDF5 file \(.*give one mad"
        ):
            model.load_weights(path)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"config.json": None}, r"has no config.json, but metadata.json, model.weights.h5; give a"),
        ({"model.weights.h5": None}, "has no model.weights.h5, but metadata.json, config.json"),
        ({"config.json": "{"}, "its configuration is no JSON"),
        ({"config.json": "[" * 100_000}, "its configuration is no JSON"),
        ({"config.json": "[]"}, "its configuration is a list, not a model's"),
        ({"model.weights.h5": b"no"}, "is no whole HDF5 file"),
    ],
)
def test_archives_without_what_they_need(model, changes, text, tmp_path):
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match=text):
        models.load_model(rewritten(tmp_path / "m.keras", **changes))


def test_members_of_other_names_are_not_touched(model, tmp_path):
    model.save(tmp_path / "m.keras")
    rewritten(tmp_path / "m.keras", **{"../out": b"no", "assets/x": b"no"})
    same(model, models.load_model(tmp_path / "m.keras"))
    assert [path.name for path in tmp_path.iterdir()] == ["m.keras"]


def test_members_that_unfold_to_far_more(model, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_LARGE", 2**20)
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", "{}")
        file.writestr("model.weights.h5", bytes(2**21))
    with pytest.raises(ValueError, match=r"says that its model.weights.h5 has 2097152 bytes"):
        model.load_weights(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", " " * 2**21)
    with pytest.raises(ValueError, match=r"says that its config.json has 2097152 bytes"):
        models.load_model(path)


def h5(write):
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        write(file.create_group("layers/dense/vars"))
    return content.getvalue()


def other_file(group):
    group.create_dataset("0", (2,), "f4", external=[("/etc/passwd", 0, 8)])


def bomb(group):
    group.create_dataset("0", (2**12, 2**13), "f4", chunks=(2**10, 2**10), compression="gzip")


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (other_file, "f: layers/dense/vars/0 lies in another file; possible: numbers in the file"),
        (bomb, "unfolds to 134217728 bytes, of which the file has hardly any"),
        (
            lambda g: g.create_dataset("0", data=["a", "b"], dtype=h5py.string_dtype()),
            "holds object",
        ),
        (
            lambda g: g.create_dataset("1", data=[1.0]),
            r"has arrays \[1\] at layers/dense; some are",
        ),
    ],
    ids=["external", "bomb", "texts", "missing"],
)
def test_what_weights_may_not_be(write, text):
    with pytest.raises(ValueError, match=text):
        weights_h5.decode(h5(write), "f")


def test_links_are_not_followed(tmp_path):
    (tmp_path / "other.h5").write_bytes(h5(lambda g: g.create_dataset("0", data=[1.0])))

    def links(group):
        group["0"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/layers/dense/vars/0")
        group["1"] = h5py.SoftLink("/layers")

    assert weights_h5.decode(h5(links), "f").groups == {"layers/dense": []}


def test_a_checkpoint_needs_h5py_at_once(monkeypatch):
    assert ModelCheckpoint("m.keras").filepath == "m.keras"
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r'pip install "chainrule\[keras\]"'):
        ModelCheckpoint("m.keras")


def test_checkpoints_of_keras(model, tmp_path):
    keep = [
        ModelCheckpoint(tmp_path / "{epoch:02d}-{loss:.1f}.keras"),
        ModelCheckpoint(tmp_path / "w.weights.h5", save_weights_only=True),
    ]
    loss = model.fit(X, Y, epochs=2, verbose=0, callbacks=keep).history["loss"]
    names = [f"01-{loss[0]:.1f}.keras", f"02-{loss[1]:.1f}.keras", "w.weights.h5"]
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == names
    same(model, models.load_model(tmp_path / names[1]))
