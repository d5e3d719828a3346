"""ModelCheckpoint: which files there are, what is in them, what is said."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from chainrule.keras import Sequential, layers, models, optimizers
from chainrule.keras.callbacks import LambdaCallback, ModelCheckpoint, hooks

X, Y = np.ones((4, 1), "float32"), np.full((4, 1), 8.0, "float32")


def one_weight():
    """Halve the distance of one weight, 0 at first, to 8 in every step of a batch of 4."""
    model = Sequential([layers.Input((1,)), layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((1, 1), "float32")])
    model.compile(optimizers.SGD(0.25), "mse", metrics=["mae"])
    return model


def fit(*callbacks, epochs=3, batch_size=4, **settings):
    model = one_weight()
    settings = {"verbose": 0, "shuffle": False} | settings
    model.fit(X, Y, epochs=epochs, batch_size=batch_size, callbacks=list(callbacks), **settings)
    return model


def weights(folder):
    """Return the weight in each file."""
    return {
        path.name: float(models.load_model(path).get_weights()[0][0, 0])
        for path in sorted(Path(folder).rglob("*.safetensors"))
    }


def test_a_file_after_each_epoch(tmp_path):
    fit(ModelCheckpoint(tmp_path / "{epoch:02d}-{loss:.1f}-{mae:.0f}.safetensors"))
    assert weights(tmp_path) == {
        "01-64.0-8.safetensors": 4.0,
        "02-16.0-4.safetensors": 6.0,
        "03-4.0-2.safetensors": 7.0,
    }


def test_one_file_is_written_over_and_over(tmp_path):
    fit(ModelCheckpoint(f"{tmp_path}/deep/er/m.safetensors"))  # directories are made
    assert weights(tmp_path) == {"m.safetensors": 7.0}


def test_a_file_goes_on(tmp_path):
    path = tmp_path / "m.safetensors"
    whole = fit(ModelCheckpoint(tmp_path / "{epoch}.safetensors"), epochs=2)
    half = models.load_model(tmp_path / "1.safetensors")
    half.fit(X, Y, epochs=2, initial_epoch=1, batch_size=4, verbose=0, shuffle=False)
    np.testing.assert_array_equal(whole.get_weights()[0], half.get_weights()[0])
    assert not path.exists()


def test_weights_alone(tmp_path):
    fit(ModelCheckpoint(tmp_path / "w.safetensors", save_weights_only=True))
    with pytest.raises(ValueError, match="holds weights alone"):
        models.load_model(tmp_path / "w.safetensors")
    other = one_weight()
    other.load_weights(tmp_path / "w.safetensors")
    assert other.get_weights()[0] == 7.0
    assert int(other.optimizer.iterations) == 3


@pytest.mark.parametrize(
    ("save_freq", "expected"),
    [
        (2, {"1-2": 6.0, "2-2": 7.5, "3-2": 7.875}),  # 2 batches an epoch, each half the distance
        (3, {"2-1": 7.0, "3-2": 7.875}),
        (6, {"3-2": 7.875}),
        (7, {}),
    ],
)
def test_after_so_many_batches(save_freq, expected, tmp_path):
    fit(
        ModelCheckpoint(tmp_path / "{epoch}-{batch}.safetensors", save_freq=save_freq),
        batch_size=2,
    )
    found = {name.removesuffix(".safetensors"): w for name, w in weights(tmp_path).items()}
    assert found == expected


def test_only_batches_cut_epochs(tmp_path):
    path = tmp_path / "m.safetensors"
    assert hooks([ModelCheckpoint(path)])[:2] == (False, True)
    assert hooks([ModelCheckpoint(path, save_freq=2)])[:2] == (True, True)


def worse_then_better(epoch, logs):
    """Put these numbers into the logs, before the callbacks that come later."""
    logs["quality"] = [1.0, 3.0, 2.0, 4.0][epoch]


@pytest.mark.parametrize(
    ("settings", "best", "files"),
    [
        ({"mode": "max"}, 4.0, ["1", "2", "4"]),
        ({"mode": "min"}, 1.0, ["1"]),
        ({"mode": "max", "initial_value_threshold": 3.5}, 4.0, ["4"]),
        ({"mode": "min", "initial_value_threshold": 0.5}, 0.5, []),
    ],
)
def test_only_the_best(settings, best, files, tmp_path):
    keep = ModelCheckpoint(
        tmp_path / "{epoch}.safetensors", "quality", save_best_only=True, **settings
    )
    fit(LambdaCallback(on_epoch_end=worse_then_better), keep, epochs=4)
    assert [name[0] for name in weights(tmp_path)] == files
    assert keep.best == best


def test_auto_knows_losses_and_metrics(tmp_path):
    for name in ("loss", "mae", "val_loss", "val_mae"):
        path = tmp_path / f"{name}{{epoch}}.safetensors"
        fit(ModelCheckpoint(path, name, save_best_only=True), validation_data=(X, Y))
        assert (tmp_path / f"{name}3.safetensors").exists()
    with pytest.raises(ValueError, match="monitor is 'quality', of which it is not known whether"):
        fit(
            LambdaCallback(on_epoch_end=worse_then_better),
            ModelCheckpoint(tmp_path / "m.safetensors", "quality", save_best_only=True),
        )


def test_a_number_that_is_not_there(tmp_path):
    keep = ModelCheckpoint(tmp_path / "m.safetensors", save_best_only=True)
    text = "Can save best model only with val_loss available. Available metrics are: loss,mae"
    with pytest.warns(UserWarning, match=text):
        fit(keep, epochs=1)
    assert weights(tmp_path) == {"m.safetensors": 4.0}
    with warnings.catch_warnings():  # which nobody needs where everything is written
        warnings.simplefilter("error")
        fit(ModelCheckpoint(tmp_path / "m.safetensors"), epochs=1)


def test_what_is_said(tmp_path, capsys):
    path = f"{tmp_path}/m.safetensors"
    fit(ModelCheckpoint(path, verbose=1), epochs=1)
    assert capsys.readouterr().out == (
        f"\nEpoch 1: saving model to {path}\n\nEpoch 1: finished saving model to {path}\n"
    )
    keep = ModelCheckpoint(path, "quality", 1, save_best_only=True, mode="max")
    fit(LambdaCallback(on_epoch_end=worse_then_better), keep)
    assert capsys.readouterr().out == (
        f"\nEpoch 1: quality improved from None to 1.00000, saving model to {path}\n"
        f"\nEpoch 1: finished saving model to {path}\n"
        f"\nEpoch 2: quality improved from 1.00000 to 3.00000, saving model to {path}\n"
        f"\nEpoch 2: finished saving model to {path}\n"
        "\nEpoch 3: quality did not improve from 3.00000\n"
    )


@pytest.mark.parametrize(
    ("path", "settings", "error", "text"),
    [
        ("m", {}, ValueError, "filepath is 'm'; possible endings: .keras, .safetensors"),
        ("m.h5", {}, ValueError, "the HDF5 files of Keras 2"),
        ("m.weights.h5", {}, ValueError, "endings: .keras, .safetensors; it holds weights alone"),
        ("w.keras", {"save_weights_only": True}, ValueError, "it holds a whole model"),
        (3, {}, TypeError, "filepath is 3, a int; possible: a text or a Path"),
        ("m.safetensors", {"save_freq": "batch"}, ValueError, "save_freq is 'batch'; possible: 'e"),
        ("m.safetensors", {"save_freq": 0}, ValueError, "save_freq is 0; possible"),
        ("m.safetensors", {"save_freq": 1.5}, ValueError, "save_freq is 1.5; possible: 'epoch'"),
    ],
)
def test_what_is_not_possible(path, settings, error, text):
    with pytest.raises(error, match=text):
        ModelCheckpoint(path, **settings)


def test_names_that_the_logs_do_not_have(tmp_path):
    keep = ModelCheckpoint(tmp_path / "{val_loss}.safetensors")
    with pytest.raises(
        KeyError, match="'val_loss' cannot be filled in; possible: epoch, loss, mae"
    ):
        fit(keep)


def test_another_mode_is_auto(tmp_path):
    with pytest.warns(UserWarning, match="ModelCheckpoint mode 'low' is unknown, fallback to auto"):
        assert ModelCheckpoint(tmp_path / "m.safetensors", mode="low").mode == "auto"
