import itertools
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from chainrule.keras import Sequential, layers
from chainrule.keras.drawing import plot_model
from chainrule.keras.drawing.blocks import Card, Frame, Shown, blocks_of
from chainrule.keras.drawing.layout import lay_out, text_width

CHAIN = (
    Card("Rescaling", input="(None, 8)", output="(None, 8)"),
    Frame("inner", (Card("Dense", output="(None, 4)"), Card("Dropout", output="(None, 4)"))),
    Card("Dense", output="(None, 1)"),
)


@pytest.fixture
def model():
    return Sequential(
        [
            layers.Input((8, 8)),
            layers.Flatten(name="flat"),
            layers.Dense(32, activation="relu", name="hidden", trainable=False),
            layers.Dense(10, activation="softmax", name="out"),
        ]
    )


@pytest.fixture
def nested():
    inner = Sequential([layers.Input((8,)), layers.Dense(4), layers.Dropout(0.1)], name="inner")
    return Sequential([layers.Input((8,)), layers.Rescaling(0.5), inner, layers.Dense(1)])


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_card_is_drawn_for_every_layer(model):
    assert words(plot_model(model, None)) == ["Flatten", "Dense", "Dense"]


def test_everything_is_written_that_is_asked_for(model):
    found = words(
        plot_model(
            model,
            None,
            show_shapes=True,
            show_dtype=True,
            show_layer_names=True,
            show_layer_activations=True,
            show_trainable=True,
        )
    )
    assert found == [
        *("Flatten", "flat"),
        *("Dense", "hidden", "relu", "frozen"),
        *("Dense", "out", "softmax", "trainable"),
        "(None, 8, 8) float32",
        "(None, 64) float32",
        "(None, 32) float32",
        "(None, 10) float32",
    ]


def test_models_within_are_one_card_or_a_frame(nested):
    assert words(plot_model(nested, None)) == [
        "Rescaling",
        "Sequential",
        "inner",
        "2 layers",
        "Dense",
    ]
    found = words(plot_model(nested, None, expand_nested=True))
    assert found == ["inner", "Rescaling", "Dense", "Dropout", "Dense"]


def test_cards_say_which_layers_have_weights(model):
    assert [block.has_weights for block in blocks_of(model, Shown(), False)] == [False, True, True]


def test_shapes_stand_on_arrows_from_one_layer_to_the_next(nested):
    blocks = blocks_of(nested, Shown(shapes=True), True)
    labels = [label for _, _, label, _ in lay_out(blocks, "TB").arrows]
    assert labels == ["(None, 8)", "(None, 8)", "(None, 4)", "(None, 4)", "(None, 1)"]


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_nothing_overlaps_and_all_is_in_the_picture(rankdir):
    plan = lay_out(CHAIN, rankdir)
    axis = 0 if rankdir in ("LR", "RL") else 1
    spans = [
        ((box.x, box.x + box.width), (box.y, box.y + box.height))
        for _, box in [*plan.cards, *plan.frames]
    ]
    for (left, right), (top, bottom) in spans:
        assert 0 < left < right < plan.width
        assert 0 < top < bottom < plan.height
    cards = spans[: len(plan.cards)]
    for before, after in itertools.pairwise(cards):
        assert before[axis][1] < after[axis][0]
    frame = spans[-1]
    for card in cards[1:3]:
        for within, around in zip(card, frame, strict=True):
            assert around[0] < within[0] < within[1] < around[1]
    assert cards[0][axis][1] < frame[axis][0]
    assert frame[axis][1] < cards[3][axis][0]
    for tail, head, label, (x, y) in plan.arrows:
        assert label
        assert min(*tail, *head) > 0
        assert x + text_width(label, 10) / (1 if axis else 2) < plan.width
        assert 0 < y < plan.height


@pytest.mark.parametrize(
    ("rankdir", "axis", "sign"), [("TB", 1, 1), ("BT", 1, -1), ("LR", 0, 1), ("RL", 0, -1)]
)
def test_arrows_lead_from_the_input_to_the_output(rankdir, axis, sign):
    plan = lay_out(CHAIN, rankdir)
    assert len(plan.arrows) == 5  # into the chain, three within it, out of it
    for tail, head, _, _ in plan.arrows:
        assert tail[1 - axis] == head[1 - axis]
        assert sign * (head[axis] - tail[axis]) > 0.1
    labels = [label for _, _, label, _ in plan.arrows]
    expected = ["(None, 8)", "(None, 8)", "(None, 4)", "(None, 4)", "(None, 1)"]
    assert labels[::sign] == expected if sign > 0 else sorted(labels) == sorted(expected)
    by_place = sorted(plan.arrows, key=lambda arrow: sign * arrow[0][axis])
    assert [label for _, _, label, _ in by_place] == expected


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_a_long_label_is_in_the_picture(rankdir):
    label = "(None, 1000, 1000, 1000, 1000, 1000)"
    plan = lay_out((Card("Dense", input=label, output=label),), rankdir)
    for _, _, text, (x, _) in plan.arrows:
        left = x if rankdir == "TB" else x - text_width(text, 10) / 2
        assert 0 < left < left + text_width(text, 10) < plan.width


def test_a_card_is_wide_enough_for_its_words():
    long = Card("BatchNormalization", "a_name_that_is_very_long_indeed", "a detail", "trainable")
    ((_, box),) = lay_out((long,), "TB").cards
    words = ("BatchNormalization", "a_name_that_is_very_long_indeed", "trainable")
    assert box.width > sum(text_width(word, 10) for word in words)


@pytest.mark.parametrize(
    ("ending", "begins"),
    [
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("svg", b"<?xml"),
        ("jpg", b"\xff\xd8"),
        ("", b"\x89PNG"),
    ],
)
def test_pictures_are_written_in_many_formats(model, tmp_path, ending, begins):
    path = tmp_path / f"model.{ending}".rstrip(".")
    figure = plot_model(model, path, dpi=50)
    assert path.read_bytes().startswith(begins)
    assert words(figure) == ["Flatten", "Dense", "Dense"]


def test_dots_are_as_many_as_asked_for(model, tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "model.png"
    figure = plot_model(model, str(path), dpi=120)
    with image.open(path) as picture:
        size = picture.size
    np.testing.assert_allclose(size, figure.get_size_inches() * 120, atol=1)


def test_a_notebook_gets_an_image(model, tmp_path, monkeypatch):
    display = SimpleNamespace(Image=lambda filename: ("image", filename))
    ipython = SimpleNamespace(get_ipython=object, display=display)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    path = tmp_path / "model.png"
    assert plot_model(model, path, dpi=50) == ("image", str(path))
    assert words(plot_model(model, None))  # the figure where nothing is written


def test_what_cannot_be_drawn_is_refused(model, tmp_path):
    path = tmp_path / "model.png"
    with pytest.raises(ValueError, match="is not built, so that its shapes are unknown; give its"):
        plot_model(Sequential([layers.Dense(1)], name="new"), path)
    with pytest.raises(ValueError, match="rankdir is 'UP'; possible: TB, BT, LR, RL"):
        plot_model(model, path, rankdir="UP")
    with pytest.raises(ValueError, match="model 'none' has no layers to draw"):
        plot_model(SimpleNamespace(built=True, name="none", layers=[]), path)
    assert not path.exists()
