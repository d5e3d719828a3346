import io
import subprocess
import sys

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib", reason="it draws the pictures")

from chainrule import plots  # noqa: E402


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def rendered(figure):
    """Draw the figure, which is when matplotlib warns, and return its pixels."""
    from matplotlib.image import imread

    file = io.BytesIO()
    figure.savefig(file, format="png")
    file.seek(0)
    return imread(file)


def images(n):
    return np.random.default_rng(0).random((n, 8, 8))


def test_digit_row_shows_every_image_under_its_label():
    pictures = images(20)
    figure = plots.digit_row(pictures, np.arange(20) % 10)
    shown = [np.asarray(image.get_array()) for image in figure.axes[0].images]
    np.testing.assert_array_equal(shown, pictures)
    assert texts(figure) == [str(i % 10) for i in range(20)]
    assert rendered(figure).min() < 0.1


def test_digit_sheet_has_nine_rows_of_twenty():
    pictures = images(180)
    figure = plots.digit_sheet(pictures)
    drawn = figure.axes[0].images
    np.testing.assert_array_equal([np.asarray(image.get_array()) for image in drawn], pictures)
    lefts = {image.get_extent()[0] for image in drawn}
    tops = {image.get_extent()[3] for image in drawn}
    assert (len(tops), len(lefts)) == (9, 20)
    # the 21st is the first of the second row
    assert drawn[20].get_extent()[0] == drawn[0].get_extent()[0]
    assert drawn[20].get_extent()[3] > drawn[0].get_extent()[3]
    rendered(figure)


def test_dark_pixels_are_large_values():
    picture = np.zeros((1, 8, 8))
    picture[0, :4] = 16
    pixels = rendered(plots.digit_sheet(picture, columns=1))[..., :3].mean(axis=2)
    middle = pixels.shape[1] // 2
    assert pixels[int(0.3 * len(pixels)), middle] < 0.01
    assert pixels[int(0.7 * len(pixels)), middle] > 0.99


@pytest.mark.parametrize("losses", [[4.0, 2.0, 1.0], [3.0], [2.0, np.nan], [1e-9] * 5])
def test_loss_curve_is_the_losses(losses):
    figure = plots.loss_curve(losses, title="a title")
    ax = figure.axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), range(1, len(losses) + 1))
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), losses)
    assert ax.get_xlabel() == "Epoch"
    assert ax.get_ylabel().startswith("Loss")
    assert ax.get_title(loc="left") == "a title"
    rendered(figure)


def test_decision_boundary_shows_field_line_and_points():
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]

    def predict(grid):  # 0.5 where the first input is 0.5
        return grid[:, :1].clip(0, 1)

    figure = plots.decision_boundary(predict, X, y)
    ax = figure.axes[0]
    field = np.asarray(ax.images[0].get_array())
    left, right, bottom, top = ax.images[0].get_extent()
    assert left < 0 < 1 < right
    assert bottom < 0 < 1 < top
    expected = np.linspace(left, right, field.shape[1]).clip(0, 1)
    np.testing.assert_allclose(field, np.broadcast_to(expected, field.shape), atol=1e-12)
    line = np.concatenate([path.vertices for path in ax.collections[0].get_paths()])
    np.testing.assert_allclose(line[:, 0], 0.5, atol=1e-9)
    points = {line.get_marker(): np.stack(line.get_data(), 1).tolist() for line in ax.lines}
    assert points == {"o": [[0, 0], [1, 1]], "s": [[0, 1], [1, 0]]}
    assert [text.get_text() for text in figure.legends[0].texts][-1] == "output = 0.5"
    rendered(figure)


def test_decision_boundary_of_a_network_that_has_none():
    figure = plots.decision_boundary(
        lambda grid: np.full(len(grid), 0.25), [[0, 0], [1, 1]], [0, 1]
    )
    assert not figure.axes[0].collections
    rendered(figure)


def test_predictions_are_framed_by_colour_and_width_and_wrong_ones_named():
    from matplotlib.colors import to_rgb

    labels = np.arange(60) % 10
    seen = labels.copy()
    seen[[7, 33]] = 0, 9
    figure = plots.predictions(images(60), labels, seen)
    ax = figure.axes[0]
    assert len(ax.images) == len(ax.patches) == 60
    for i, (frame, image) in enumerate(zip(ax.patches, ax.images, strict=True)):
        red, green, _ = to_rgb(frame.get_edgecolor()[:3])
        assert (red > green) == (i in (7, 33))
        assert (frame.get_linewidth() > 4) == (i in (7, 33))
        assert frame.get_xy() == (image.get_extent()[0], image.get_extent()[3])
    assert texts(figure) == ["seen as 0", "seen as 9", "58 of 60 right"]
    named = ax.texts[0].get_position()
    assert named[0] == ax.patches[7].get_x() + 0.5
    assert named[1] < ax.patches[7].get_y()
    rendered(figure)


def test_confusion_matrix_has_its_counts_in_the_cells():
    counts = np.arange(100).reshape(10, 10)
    figure = plots.confusion_matrix(counts, title="training set")
    ax = figure.axes[0]
    cells = {text.get_position(): text.get_text() for text in ax.texts}
    assert cells == {(j, i): str(counts[i, j]) for i in range(10) for j in range(10)}
    np.testing.assert_array_equal(ax.collections[0].get_array(), counts)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "actual class")
    assert [label.get_text() for label in ax.get_yticklabels()] == [str(i) for i in range(10)]
    assert ax.get_ylim() == (9.5, -0.5)  # class 0 on top
    rendered(figure)


def test_text_in_the_cells_can_be_read():
    """Contrast of at least 4.5 to 1 (WCAG 2.1), but for zeros, which should step back."""
    from matplotlib.colors import to_rgb

    def luminance(colour):
        c = np.asarray(to_rgb(colour))
        return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [
            0.2126,
            0.7152,
            0.0722,
        ]

    counts = np.arange(144).reshape(12, 12)
    ax = plots.confusion_matrix(counts).axes[0]
    cells = ax.collections[0]
    for text, n in zip(ax.texts, counts.ravel(), strict=True):
        dark, light = sorted((luminance(text.get_color()), luminance(cells.to_rgba(n)[:3])))
        assert (light + 0.05) / (dark + 0.05) > (4.5 if n else 2.5), n


def test_a_single_error_can_be_seen_beside_hundreds():
    counts = np.diag([140] * 10)
    counts[0, 1] = 1
    cells = plots.confusion_matrix(counts).axes[0].collections[0]
    assert np.abs(np.subtract(cells.to_rgba(1), cells.to_rgba(0))).max() > 0.05


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_pictures_can_be_drawn_side_by_side(layout):
    from matplotlib.figure import Figure

    figure = Figure(layout=layout)
    left, middle, right = figure.subplots(1, 3)
    assert plots.loss_curve([2.0, 1.0], ax=left) is figure
    assert plots.confusion_matrix([[1, 0], [0, 1]], ax=middle) is figure
    grid = plots.decision_boundary(lambda g: g[:, 0], [[0, 0], [1, 1]], [0, 1], ax=right)
    assert grid is figure
    assert left.lines
    assert middle.texts
    assert right.images
    rendered(figure)


def test_pyplot_is_never_imported():
    code = (
        "import sys; from chainrule import plots; assert 'matplotlib' not in sys.modules; "
        "plots.loss_curve([1, 2]).savefig(sys.stdout.buffer, format='pdf'); "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    class Missing:
        def find_spec(self, name, *_):
            if name == "matplotlib":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match=r'pip install "chainrule\[tutorial\]"'):
        plots.digit_sheet(images(1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.digit_row(np.zeros((20, 64)), range(20)), r"images has shape \(20, 64\)"),
        (lambda: plots.digit_row(images(2), [1]), r"labels has shape \(1,\); possible: 2"),
        (lambda: plots.predictions(images(2), [1, 2], 3), r"predicted has shape \(\)"),
        (lambda: plots.loss_curve([]), r"losses has shape \(0,\)"),
        (lambda: plots.confusion_matrix([[1, 2]]), r"counts has shape \(1, 2\)"),
        (lambda: plots.decision_boundary(len, [[1, 2, 3]], [0]), r"X has shape \(1, 3\)"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
