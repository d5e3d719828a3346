"""BackupAndRestore: an interrupted run goes on at its epoch, as if nothing had happened."""

import numpy as np
import pytest

from chainrule.keras import Sequential, layers, optimizers
from chainrule.keras.callbacks import (
    BackupAndRestore,
    Callback,
    EarlyStopping,
    LambdaCallback,
    hooks,
)

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 3)).astype("float32"), RNG.normal(size=(12, 2)).astype("float32")


class PowerCutError(Exception):
    pass


def cut(at, hook="on_epoch_begin"):
    """Raise when the epoch of that number begins, or the batch of that number ends."""
    seen = []

    def act(*_, **__):
        seen.append(hook)
        if len(seen) == at + 1:
            raise PowerCutError

    return LambdaCallback(**{hook: act})


def network():
    model = Sequential([layers.Input((3,)), layers.Dense(4, "tanh"), layers.Dropout(0.2)])
    model.add(layers.Dense(2))
    start = np.random.default_rng(1)
    model.set_weights([start.normal(size=v.shape) for v in model.weights])
    model.compile(optimizers.Adam(0.05), "mse")
    return model


class Batches:
    def __len__(self):
        return 3

    def __getitem__(self, i):
        return X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]


def fit(model, callbacks, epochs=6, source="arrays", **settings):
    settings = {"epochs": epochs, "verbose": 0, "shuffle": False, "callbacks": callbacks} | settings
    if source == "arrays":
        return model.fit(X, Y, batch_size=4, **settings)
    return model.fit(Batches(), **settings)


@pytest.mark.parametrize("verbose", [0, 2])
@pytest.mark.parametrize("source", ["arrays", "batches"])
def test_a_run_goes_on_where_it_was_cut(source, verbose, tmp_path):
    keep, first = BackupAndRestore(tmp_path / "backup"), network()
    with pytest.raises(PowerCutError):
        fit(first, [keep, cut(4)], source=source, verbose=verbose)
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == ["latest.safetensors"]

    second = network()  # as in another process
    found = fit(second, [BackupAndRestore(tmp_path / "backup")], source=source, verbose=verbose)
    assert found.epoch == [4, 5]
    assert int(second.optimizer.iterations) == 18
    assert not (tmp_path / "backup").exists()
    assert first.optimizer.state.key == second.optimizer.state.key  # of dropout


def without_dropout():
    plain = Sequential([layers.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2)])
    plain.set_weights(network().get_weights())
    plain.compile(optimizers.Adam(0.05), "mse")
    return plain


@pytest.mark.parametrize("source", ["arrays", "batches"])
def test_the_numbers_are_those_of_a_run_that_was_not_cut(source, tmp_path):
    whole = without_dropout()
    expected = fit(whole, [], source=source).history["loss"]
    with pytest.raises(PowerCutError):
        fit(without_dropout(), [BackupAndRestore(tmp_path), cut(4)], source=source)
    second = without_dropout()
    found = fit(second, [BackupAndRestore(tmp_path)], source=source)
    assert found.history["loss"] == expected[4:]
    for one, other in zip(whole.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_run_that_was_cut_within_an_epoch(tmp_path):
    """3 batches an epoch; after 2 there is a file, at 4 it is replaced, after the 5th it ends."""
    model = without_dropout()
    with pytest.raises(PowerCutError):
        fit(model, [BackupAndRestore(tmp_path, save_freq=2), cut(4, "on_train_batch_end")])
    second = without_dropout()
    found = fit(second, [BackupAndRestore(tmp_path, save_freq=2)])
    assert found.epoch == [1, 2, 3, 4, 5]  # the second epoch begins again
    assert int(second.optimizer.iterations) == 4 + 5 * 3


def test_only_batches_cut_epochs(tmp_path):
    assert hooks([BackupAndRestore(tmp_path)])[:2] == (False, True)
    assert hooks([BackupAndRestore(tmp_path, save_freq=3)])[:2] == (True, True)


def test_the_next_run_begins_at_its_own_epoch(tmp_path):
    model = without_dropout()
    with pytest.raises(PowerCutError):
        fit(model, [BackupAndRestore(tmp_path), cut(2)])
    assert fit(model, [BackupAndRestore(tmp_path)]).epoch == [2, 3, 4, 5]
    assert fit(model, [BackupAndRestore(tmp_path)]).epoch == [0, 1, 2, 3, 4, 5]
    assert fit(model, []).epoch == [0, 1, 2, 3, 4, 5]


def test_a_finished_run_that_is_kept(tmp_path):
    keep = BackupAndRestore(tmp_path, delete_checkpoint=False)
    model = without_dropout()
    fit(model, [keep], epochs=3)
    before = model.get_weights()
    assert fit(model, [keep], epochs=3).epoch == []
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert fit(without_dropout(), [keep], epochs=5).epoch == [3, 4]


def test_other_files_in_the_directory_stay(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    fit(without_dropout(), [BackupAndRestore(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_run_that_a_callback_ended_is_finished(tmp_path):
    stop = EarlyStopping("loss", min_delta=100.0)
    assert fit(without_dropout(), [BackupAndRestore(tmp_path / "b"), stop]).epoch == [0, 1]
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("double", [False, True])
def test_a_damaged_file(double, tmp_path):
    keep = BackupAndRestore(tmp_path, double_checkpoint=double)
    with pytest.raises(PowerCutError):
        fit(without_dropout(), [keep, cut(4)])
    names = ["latest.safetensors", *(["previous.safetensors"] if double else [])]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    content = (tmp_path / "latest.safetensors").read_bytes()
    (tmp_path / "latest.safetensors").write_bytes(content[:-1])
    if double:
        with pytest.warns(UserWarning, match="is no safetensors file .*; the backup before it is"):
            assert fit(without_dropout(), [keep]).epoch == [3, 4, 5]
        assert list(tmp_path.parent.glob(tmp_path.name)) == []
    else:
        with pytest.raises(ValueError, match="is no safetensors file"):
            fit(without_dropout(), [keep])


def test_the_file_of_another_model(tmp_path):
    with pytest.raises(PowerCutError):
        fit(without_dropout(), [BackupAndRestore(tmp_path), cut(1)])
    other = Sequential([layers.Input((3,)), layers.Dense(2, name="only")])
    other.compile("adam", "mse")
    before = other.get_weights()
    with pytest.raises(ValueError, match="layer 'only' has kernel of shape"):
        fit(other, [BackupAndRestore(tmp_path)])
    np.testing.assert_array_equal(other.get_weights()[0], before[0])


def test_a_file_of_something_else(tmp_path):
    without_dropout().save_weights(tmp_path / "latest.safetensors")
    with pytest.raises(ValueError, match="is no file of a BackupAndRestore; give it a directory a"):
        fit(without_dropout(), [BackupAndRestore(tmp_path)])


def test_what_is_not_possible():
    with pytest.raises(ValueError, match="backup_dir is ''; give a directory for this run alone"):
        BackupAndRestore("")
    with pytest.raises(ValueError, match="save_freq is False; possible: 'epoch', or an integer"):
        BackupAndRestore("backup", save_freq=False)


def test_a_callback_of_the_users_own_may_say_where_to_begin():
    class Begin(Callback):
        def on_train_begin(self, logs=None):  # noqa: ARG002
            self.model._initial_epoch = 4  # as callbacks for real Keras do it

    for verbose in (0, 2):
        assert fit(without_dropout(), [Begin()], verbose=verbose).epoch == [4, 5]
    assert fit(without_dropout(), [Begin()], epochs=4).epoch == []
