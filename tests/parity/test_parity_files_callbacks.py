"""Callbacks that write files or swap weights, here and in real Keras: what they say and leave."""

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="real Keras is not installed: make test-keras")
pytest.importorskip("h5py", reason="h5py is not installed: the extra chainrule[keras]")

from chainrule import keras as ours  # noqa: E402

RNG = np.random.default_rng(5)
X = RNG.uniform(0.1, 1.0, size=(32, 4)).astype("float32")
Y = np.eye(3, dtype="float32")[RNG.integers(0, 3, 32)]


def network(kit, optimizer="sgd"):
    """Build 4-6-3 with the same weights on both sides."""
    first, last = (kit.layers.Dense(n, activation=f) for n, f in ((6, "tanh"), (3, "softmax")))
    model = kit.Sequential([kit.layers.Input((4,)), first, last])
    model.compile(optimizer, "categorical_crossentropy")
    model.set_weights([np.full(v.shape, 0.25, "float32") for v in model.weights])
    return model


def numbers(variables):
    return [np.asarray(variable) for variable in variables]


def checkpointed(kit, folder, capsys, **settings):
    """Return what a ModelCheckpoint says, and which files there are."""
    folder.mkdir()
    model = network(kit)
    keep = kit.callbacks.ModelCheckpoint(folder / "{epoch:02d}.keras", verbose=1, **settings)
    model.fit(X, Y, epochs=3, verbose=0, shuffle=False, batch_size=8, callbacks=[keep])
    said = capsys.readouterr().out.replace(str(folder), "")
    return said, sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"save_freq": 6},
        {"monitor": "loss", "save_best_only": True},
        {"monitor": "loss", "save_best_only": True, "mode": "max"},
        {"monitor": "loss", "save_best_only": True, "initial_value_threshold": 1.0},
    ],
    ids=["all", "batches", "best", "worst", "threshold"],
)
def test_checkpoints_are_said_and_written_alike(settings, tmp_path, capsys):
    here = checkpointed(ours, tmp_path / "a", capsys, **settings)
    assert here == checkpointed(keras, tmp_path / "b", capsys, **settings)


class CutError(Exception):
    """The run is interrupted."""


def test_backups_go_on_at_the_same_epoch(tmp_path):
    found = []
    for kit in (ours, keras):
        model = network(kit, "adam")

        class Cut(kit.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):  # noqa: ARG002
                if epoch == 2:
                    raise CutError

        keep = kit.callbacks.BackupAndRestore(str(tmp_path / kit.__name__))
        settings = {"epochs": 5, "verbose": 0, "shuffle": False, "batch_size": 8}
        with pytest.raises(CutError):
            model.fit(X, Y, callbacks=[keep, Cut()], **settings)
        found.append(model.fit(X, Y, callbacks=[keep], **settings))
    assert found[0].epoch == found[1].epoch == [2, 3, 4]
    np.testing.assert_allclose(found[0].history["loss"], found[1].history["loss"], rtol=1e-5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averages_are_looked_at_alike(swap_on_epoch):
    found = []
    for kit in (ours, keras):
        model = network(kit, kit.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.9))
        settings = {"epochs": 3, "verbose": 0, "shuffle": False, "batch_size": 8}
        swap = kit.callbacks.SwapEMAWeights(swap_on_epoch)
        history = model.fit(X, Y, validation_data=(X, Y), callbacks=[swap], **settings).history
        found.append(([history["loss"], history["val_loss"]], numbers(model.weights)))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-5)
    for here, real in zip(found[0][1], found[1][1], strict=True):
        np.testing.assert_allclose(here, real, rtol=1e-4, atol=1e-6)
