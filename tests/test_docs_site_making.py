"""What docs/site does with docstrings and figures on the way to the site."""

import re
import sys
from pathlib import Path

import pytest

SITE = Path(__file__).parent.parent / "docs" / "site"
sys.path.insert(0, str(SITE.parent.parent))

from docs.site.docstrings import as_read, process  # noqa: E402


def read(text):
    lines = text.split("\n")
    process(None, "function", "name", None, None, lines)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("L = |a - y|", r"L = \|a - y\|"),
        ("D_ = dL/dZ, with h_n and ``D_``", r"D\_ = dL/dZ, with h_n and ``D_``"),
        ("rate * weight, as :func:`a_` has it", r"rate \* weight, as :func:`a_` has it"),
        (
            "Derivation: docs/maths/losses.md#errors",
            "Derivation: `maths/losses.md#errors <../maths/losses.html#errors>`__",
        ),
    ],
)
def test_mathematics_is_text(line, expected):
    assert as_read(line) == expected


def test_examples_stay_as_they_are():
    text = "Examples\n--------\nWith |z|:\n\n>>> f(**a)  # |z|\n3 | 4\n"
    assert read(text) == text.replace("With |z|:", r"With \|z\|:")


def test_blocks_of_formulas_stay_as_they_are_up_to_their_end():
    text = "With v::\n\n    v <- |g|\n\n    u <- D_\n\nThen |u|."
    assert read(text) == text.replace("Then |u|", r"Then \|u\|")


def test_columns_stay_columns():
    assert read("Head.\n\n    a    |b|\n    cc   d\n\nTail |x|") == (
        "Head.\n\n    ::\n\n        a    |b|\n        cc   d\n\nTail \\|x\\|"
    )


def test_figures_are_those_that_are_drawn():
    pytest.importorskip("matplotlib", reason="it draws the pictures")
    from docs.site.figures import FIGURES

    files = {path.stem for path in (SITE.parent / "images" / "maths").glob("*.svg")}
    assert files == set(FIGURES)


def test_figures_are_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="it draws the pictures")
    from docs.site.figures import FIGURES, main

    main(tmp_path)
    for name in FIGURES:
        drawn = (tmp_path / f"{name}.svg").read_text("utf-8")
        size = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', drawn)
        assert size is not None
        assert float(size[1]) < 700  # fits a page
        assert drawn.count("<path") > 10
