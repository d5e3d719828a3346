import pytest

from chainrule.tables import Table

COLOURS = Table("colour", {"red": 1, "green": 2, "blue": 3})


def test_a_name_finds_its_row():
    assert COLOURS["green"] == 2
    assert dict(COLOURS) == {"red": 1, "green": 2, "blue": 3}


def test_rows_keep_their_order_and_number():
    assert list(COLOURS) == ["red", "green", "blue"]
    assert len(COLOURS) == 3


def test_membership():
    assert "red" in COLOURS
    assert "rot" not in COLOURS


def test_an_unknown_name_lists_what_is_possible():
    with pytest.raises(ValueError, match=r"^unknown colour 'ochre': Possible: red, green, blue$"):
        COLOURS["ochre"]


def test_a_slip_of_the_pen_names_what_was_meant():
    with pytest.raises(
        ValueError,
        match=r"^unknown colour 'bleu': did you mean 'blue'\? Possible: red, green, blue$",
    ):
        COLOURS["bleu"]


@pytest.mark.parametrize("name", [None, 3, ["red"], {}, b"red"])
def test_what_is_no_name_is_unknown_too(name):
    with pytest.raises(ValueError, match=r"^unknown colour .* Possible: red, green, blue$"):
        COLOURS[name]


def test_the_table_is_its_own():
    rows = {"red": 1}
    table = Table("colour", rows)
    rows["black"] = 0
    assert list(table) == ["red"]


def test_get_gives_the_default_as_mappings_do():
    table = Table("thing", {"a": 1})
    assert table.get("a") == 1
    assert table.get("b") is None
    assert table.get("b", 2) == 2
