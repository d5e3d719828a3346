"""Every wrong version gets its sentence, and no right one is flagged: see report.py."""

import runpy
from pathlib import Path

import pytest

REPORT = runpy.run_path(str(Path(__file__).with_name("report.py")))
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "checker.md"
WRONG, RIGHT = REPORT["WRONG"], REPORT["RIGHT"]


def versions(names):
    return [
        pytest.param(name, key, id=f"{name}-{key}")
        for name in names
        for key in REPORT["table"](name)
    ]


def answers(name, key):
    scripts = name.endswith("scripts")
    return (
        REPORT["script_answer" if scripts else "answer"],
        REPORT["SCRIPT" if scripts else "SOLUTION"],
        REPORT["table"](name)[key],
    )


@pytest.mark.parametrize(("name", "key"), versions(WRONG))
def test_a_wrong_version_gets_its_sentence(name, key):
    answer, text, row = answers(name, key)
    result = answer(row["check"], REPORT["replaced"](text, [row]))
    assert not result.passed
    assert result.exercise == row["check"]
    assert result.mistake in row["mistakes"], result.message
    assert row["phrase"] in result.message
    assert len(result.message) < 240


@pytest.mark.parametrize(("name", "key"), versions(RIGHT))
def test_a_right_version_passes_all_checks(name, key):
    answer, text, row = answers(name, key)
    version = REPORT["replaced"](text, row["passages"])
    flagged = {}
    for exercise in REPORT["SCRIPT_CHECKS" if name.endswith("scripts") else "CHECKS"]:
        result = answer(exercise, version)
        if not result.passed:
            flagged[exercise] = result.message
    assert flagged == {}


def test_there_are_enough_of_each():
    counts = {name: len(REPORT["table"](name)) for name in WRONG + RIGHT}
    assert counts["wrong"] + counts["wrong_scripts"] >= 40
    assert counts["fresh_first"] >= 10
    assert counts["fresh_second"] >= 10
    assert counts["fresh_third"] + counts["fresh_third_scripts"] >= 15
    assert counts["right"] + counts["right_scripts"] >= 15


def test_the_page_about_the_checker_says_how_many_there_are():
    counts = {name: len(REPORT["table"](name)) for name in WRONG + RIGHT}
    wrong, fresh = (sum(counts[n] for n in WRONG if part in n) for part in ("", "fresh"))
    right = sum(counts[name] for name in RIGHT)
    page = PAGE.read_text()
    assert f"| wrong | {wrong} | {wrong} | {wrong} |" in page
    assert f"| right, written differently | {right} | 0 | |" in page
    assert f"So {fresh} of the wrong versions were written\nbefore" in page
    assert "the 117 of a third one" in page
    assert counts["fresh_third"] + counts["fresh_third_scripts"] == 117


def test_every_wrong_version_of_the_main_tables_has_a_phrase():
    rows = [row for name in ("wrong", "wrong_scripts") for row in REPORT["table"](name).values()]
    assert [row["old"] for row in rows if not row["phrase"]] == []


def test_the_report_prints_both_rates(capsys, monkeypatch):
    few = {
        "wrong": ("sigmoid_plus", "loss_mean"),
        "right": ("as_in_the_notebook",),
        "wrong_scripts": ("script_or",),
        "right_scripts": ("as_in_the_notebook",),
        "fresh_first": ("sigmoid_half",),
        "fresh_second": ("sigmoid_squared",),
        "fresh_third": ("sigmoid_hyperbolic",),
        "fresh_third_scripts": ("script_only_w2",),
    }
    whole = REPORT["table"]

    def table(name):
        rows = {key: whole(name)[key] for key in few[name]}
        if name == "wrong":  # one that is not named right
            rows["loss_mean"] = {**rows["loss_mean"], "mistakes": ["another"]}
        return rows

    monkeypatch.setitem(REPORT["main"].__globals__, "table", table)
    REPORT["main"]()
    printed = capsys.readouterr().out
    assert "wrong: 2 wrong versions, 2 found, 1 named right (50.0%)\n" in printed
    assert "  not named right: loss_mean\n" in printed
    assert "right: 1 right versions, 9 checks, 0 false alarms\n" in printed
