import io

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib", reason="it draws the pictures")

from chainrule import plots  # noqa: E402

HISTORY = {
    "accuracy": [0.25, 0.5, 0.625],
    "loss": [2.0, 1.5, 1.25],
    "val_accuracy": [0.125, 0.375, 0.5],
    "val_loss": [2.25, 1.75, 1.375],
}


def rendered(figure):
    """Draw the figure, which is when matplotlib warns, and return its pixels."""
    from matplotlib.image import imread

    file = io.BytesIO()
    figure.savefig(file, format="png")
    file.seek(0)
    return imread(file)


def drawn(ax):
    """Return the lines that the legend names: their values by what they are called."""
    return {
        line.get_label().partition(",")[0]: line.get_ydata().tolist()
        for line in ax.lines
        if not line.get_label().startswith("_")
    }


def test_curves_are_the_columns_of_the_history_over_epochs_from_1():
    figure = plots.training_curves(HISTORY, title="a title")
    (ax,) = figure.axes
    assert drawn(ax) == {
        "training loss": HISTORY["loss"],
        "validation loss": HISTORY["val_loss"],
        "training accuracy": HISTORY["accuracy"],
        "validation accuracy": HISTORY["val_accuracy"],
    }
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert ax.lines[-1].get_ydata() == [1, 1]  # where accuracy cannot rise above
    assert ax.get_title(loc="left") == "a title"
    assert ax.get_xlim() == (0, 3)
    assert ax.get_ylim() == (0, 1.05 * 2.25)
    assert [text.get_text() for text in figure.legends[0].texts] == [
        "training loss, ends at 1.250",
        "validation loss, ends at 1.375",
        "training accuracy, ends at 0.625",
        "validation accuracy, ends at 0.500",
    ]


def test_training_and_validation_differ_in_grey_too():
    figure = plots.training_curves(HISTORY)
    training, validation = figure.axes[0].lines[:2]
    assert training.get_linewidth() > 2 * validation.get_linewidth()
    greys = [
        np.dot(matplotlib.colors.to_rgb(line.get_color()), [0.299, 0.587, 0.114])
        for line in (training, validation)
    ]
    assert greys[0] - greys[1] > 0.3


def test_nothing_lies_outside_of_the_picture_or_in_the_lines_way():
    figure = plots.training_curves(HISTORY, title="Digits, sigmoid layers: loss and accuracy")
    pixels = rendered(figure)[..., :3]
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert edge.min() == 1.0
    legend = figure.legends[0].get_window_extent()
    assert legend.y1 < figure.axes[0].get_window_extent().y0


def test_the_ends_of_close_lines_are_named_apart():
    close = {"loss": [2.0, 0.8], "accuracy": [0.1, 0.79]}
    texts = plots.training_curves(close).axes[0].texts
    assert [text.get_text() for text in texts] == ["loss", "accuracy"]
    loss, accuracy = (text.xy[1] for text in texts)
    assert loss - accuracy == pytest.approx(0.06 * 1.05 * 2.0)
    assert (loss + accuracy) / 2 == pytest.approx(0.795)


def test_panels_show_loss_and_accuracy_side_by_side():
    figure = plots.training_panels(HISTORY, title="Digits")
    left, right = figure.axes
    assert drawn(left) == {"training": HISTORY["loss"], "validation": HISTORY["val_loss"]}
    assert drawn(right) == {
        "training": HISTORY["accuracy"],
        "validation": HISTORY["val_accuracy"],
    }
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["Digits: loss", "Digits: accuracy"]
    assert left.get_ylim() == (0, 1.05 * 2.25)
    assert right.get_ylim() == (0, 1.05)
    for ax in figure.axes:
        assert (ax.get_xlabel(), ax.get_xlim()) == ("Epoch", (0, 3))
    pixels = rendered(figure)[..., :3]
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert edge.min() == 1.0


@pytest.mark.parametrize(
    "history",
    [
        {"loss": [2.0]},
        {"loss": [2.0, 1.0], "val_loss": [2.0, 1.0]},
        {"loss": [1e4, np.nan], "accuracy": [0.5, 0.1]},
        {"loss": [np.nan], "accuracy": [0.0]},
        {"loss": [np.inf, 3.0], "accuracy": [0.0, 0.5]},
    ],
)
def test_histories_that_are_short_or_not_finite_are_drawn(history):
    figure = plots.training_curves(history)
    rendered(figure)
    low, high = figure.axes[0].get_ylim()
    assert low == 0
    assert 1.05 <= high < np.inf
    if len(history["loss"]) == 1:
        assert figure.axes[0].lines[0].get_marker() == "o"
    if "accuracy" in history:
        rendered(plots.training_panels(history))


def test_curves_go_where_they_are_told_to():
    from matplotlib.figure import Figure

    ax = Figure(layout="constrained").add_subplot()
    assert plots.training_curves(HISTORY, ax=ax) is ax.figure


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({}, "history has nothing; needed: 'loss'"),
        ({"acc": [1.0]}, "history has 'acc'; needed: 'loss'; possible: H.history"),
        ({"loss": []}, r"history\['loss'\] has shape \(0,\)"),
        ({"loss": [1.0], "val_loss": [1.0, 2.0]}, r"history\['val_loss'\] has shape \(2,\)"),
        ({"loss": [[1.0]]}, r"history\['loss'\] has shape \(1, 1\)"),
    ],
)
def test_wrong_histories_are_named(history, message):
    for draw in (plots.training_curves, plots.training_panels):
        with pytest.raises(ValueError, match=message):
            draw(history)


def test_panels_need_an_accuracy():
    with pytest.raises(ValueError, match="has loss, val_loss; needed: loss and accuracy"):
        plots.training_panels({"loss": [1.0], "val_loss": [1.0]})
