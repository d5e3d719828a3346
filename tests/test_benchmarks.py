"""The pure pieces of the benchmark suite, with values. Nothing here takes a time."""

from __future__ import annotations

import doctest
import importlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks/ is not installed

from benchmarks import contest, readme, report, results, timing, worker  # noqa: E402
from benchmarks.contest import Contestant  # noqa: E402
from benchmarks.machine import isa, slug  # noqa: E402
from benchmarks.workload import Workload  # noqa: E402


def small_workload() -> Workload:
    rng = np.random.default_rng(0)
    Y = np.eye(2)[[0, 1, 1, 0, 1]]
    return Workload(rng.standard_normal((5, 3)), Y, layers=(3, 4, 2), eta=0.1, epochs=2)


def row(name: str, **more: Any) -> dict[str, Any]:
    """Return a measured row: three runs of 1000 samples."""
    base = {"name": name, "dtype": "float64", "against": None, "note": "", "epochs": 1}
    base |= {"same_network": True, "units_per_run": 1000, "seconds": [0.001, 0.002, 0.003]}
    base |= {"us_per_unit": {"min": 1.0, "median": 2.0, "max": 3.0}}
    return base | more


def result() -> dict[str, Any]:
    """Return a result of one case: ours, a peer, and one that is not there."""
    peer = row("peer", against="ours", seconds=[0.01, 0.02, 0.06], versions={"peer": "2.0"})
    peer |= {"us_per_unit": {"min": 10.0, "median": 20.0, "max": 60.0}, "ratio": 10.0}
    missing = {"name": "absent", "dtype": "float64", "skipped": "absent is not installed"}
    case = {"title": "A case", "unit": "sample", "contestants": [row("ours"), peer, missing]}
    return results.make(
        {"case": case},
        {
            "cpu": "Fast(R) Chip",
            "isa": "x86-64-v3",
            "fma_peak_gflops": {"float32": 100.4, "float64": 50.0},
        },
        {"python": "3.13.1", "compiler": None},
        day=date(2026, 1, 2),
        command="python -m benchmarks",
        complete=True,
    )


@pytest.mark.parametrize("module", ["machine", "report"])
def test_examples_in_docstrings(module: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"benchmarks.{module}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


# timing


def test_summary_is_smallest_middle_and_largest() -> None:
    assert timing.summarise([3.0, 1.0, 2.0, 10.0]) == timing.Summary(1.0, 2.5, 10.0)


def test_paired_ratio_compares_within_rounds() -> None:
    # The second round was ten times slower for both: the ratio stays 2.
    assert timing.paired_ratio([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == 2.0


def test_turns_go_forth_and_back() -> None:
    assert timing.turns(3, 3) == [[0, 1, 2], [2, 1, 0], [0, 1, 2]]


def test_short_runs_are_repeated_and_reset_before_each(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(clock))
    calls: list[str] = []
    times = timing.time_repeatedly(
        lambda: calls.append("reset"), lambda: calls.append("run"), at_least=3
    )
    assert times == [1, 1, 1]
    assert calls == ["reset", "run"] * 3


# workload


def test_workload_counts_the_arithmetic_of_the_tutorials_network() -> None:
    work = Workload(np.zeros((1, 64)), np.zeros((1, 10)), (64, 32, 16, 10), 0.1, 100)
    assert [W.shape for W in work.start_weights()] == [(65, 33), (33, 17), (17, 10)]
    weights = 65 * 33 + 33 * 17 + 17 * 10
    assert work.flops_per_sample() == 2 * (2 * weights + 33 * 17 + 17 * 10)


def test_workload_starts_where_the_tutorial_starts() -> None:
    random = np.random.RandomState(42)
    first, second = small_workload().start_weights()
    np.testing.assert_array_equal(first, random.randn(4, 5))
    np.testing.assert_array_equal(second, random.randn(5, 2))


def test_workload_survives_a_file(tmp_path: Path) -> None:
    work = small_workload()
    work.save(tmp_path / "work.npz")
    read = Workload.load(tmp_path / "work.npz")
    np.testing.assert_array_equal(read.X, work.X)
    np.testing.assert_array_equal(read.Y, work.Y)
    assert (read.layers, read.eta, read.epochs, read.seed) == ((3, 4, 2), 0.1, 2, 42)


def test_workload_judges_outputs() -> None:
    work = small_workload()
    outputs = np.array([[1.0, 0.0]] * 5)
    assert work.loss(outputs) == 6.0
    assert work.accuracy(outputs) == 0.4
    one_column = Workload(np.zeros((2, 1)), np.array([[0.0], [1.0]]), (1, 1), 0.1, 1)
    assert one_column.accuracy(np.array([[0.6], [0.7]])) == 0.5


def test_numpy_peers_of_a_case_learn_the_same() -> None:
    from benchmarks.peers import chainrule_engine, chainrule_fit, numpy_tutorial

    work = small_workload()
    outputs = []
    for peer in (
        numpy_tutorial.prepare(work, dtype="float64", epochs=2),
        chainrule_engine.prepare(work, dtype="float64", epochs=2, engine="numpy"),
        chainrule_fit.prepare(work, dtype="float64", epochs=2, engine="numpy"),
    ):
        peer.run()
        peer.reset()  # a second run starts from the beginning
        peer.run()
        outputs.append(peer.outputs())
    np.testing.assert_allclose(outputs[1], outputs[0], rtol=1e-12)
    np.testing.assert_allclose(outputs[2], outputs[0], rtol=1e-12)


# contest


def test_finished_row_has_times_a_unit_and_the_rate_of_arithmetic() -> None:
    work = small_workload()
    contestant = Contestant("one", "module", "float64", epochs=4)
    finished = contest.finished_row(contestant, {"seconds": [2e-3, 1e-3, 4e-3]}, work, 5)
    assert finished["epochs"] == 4
    assert finished["units_per_run"] == 20
    assert finished["us_per_unit"] == pytest.approx({"min": 50, "median": 100, "max": 200})
    # 4 epochs of 5 samples, 20 + 10 weights: 2 (2 * 30 + 10) = 140 operations a sample in 2 ms.
    assert finished["gflops"] == pytest.approx(140 * 20 / 2e-3 * 1e-9)


def test_skipped_row_keeps_its_reason() -> None:
    contestant = Contestant("one", "module", "float64")
    finished = contest.finished_row(contestant, {"skipped": "not there"}, small_workload(), 5)
    assert finished["skipped"] == "not there"
    assert "us_per_unit" not in finished


def test_compare_takes_different_numbers_of_units_into_account() -> None:
    rows = [
        row("ours"),
        row("slow", against="ours", units_per_run=10, seconds=[0.001, 0.002, 0.006]),
        row("lonely", against="absent"),
    ]
    contest.compare(rows)
    assert rows[1]["ratio"] == pytest.approx(100)
    assert "ratio" not in rows[0]
    assert "ratio" not in rows[2]


def test_losses_are_held_against_the_reference_after_as_many_epochs() -> None:
    rows = [
        row("reference", loss=4.0, epochs=3, loss_history=[9.0, 6.0, 4.0]),
        row("few", loss=6.1, epochs=2),
        row("wrong", loss=5.0, epochs=2),
        row("other", loss=5.0, epochs=2, same_network=False),
    ]
    contest.hold_against(rows, "reference")
    assert [each.get("expected_loss") for each in rows] == [4.0, 6.0, 6.0, None]
    assert [report.agrees(each) for each in rows] == [True, True, False, None]
    assert report.loss_cell(rows[2]) == "5 after 2, not 6"
    assert "loss_history" not in rows[0]
    cases = {"case": {"contestants": [*rows, {"name": "broken", "failed": "no luck"}]}}
    assert report.failures(cases) == [
        "case: wrong: training loss 5 after 2, not 6",
        "case: broken: no luck",
    ]


def test_contestants_run_in_processes_of_their_own_and_may_be_missing_or_fail() -> None:
    contestants = [
        Contestant("there", "numpy_tutorial", "float64"),
        Contestant("missing", "absent", "float64"),
        Contestant("broken", "numpy_tutorial", "float99"),
    ]
    there, missing, broken = contest.contest(
        contestants,
        small_workload(),
        units_per_epoch=5,
        reference="there",
        settings=contest.Settings(rounds=2),
    )
    assert len(there["seconds"]) == 2
    assert there["units_per_run"] == 10
    assert there["versions"] == {"numpy": np.__version__}
    assert 0 < there["loss"] < 10
    assert missing["skipped"] == "benchmarks.peers.absent is not installed"
    assert broken["failed"] == "TypeError: data type 'float99' not understood"


def test_messages_lose_their_folders() -> None:
    text = "cannot import a (/some/where/a.py), 1/2 done"
    assert worker.without_folders(text) == "cannot import a (a.py), 1/2 done"


# machine and results


@pytest.mark.parametrize(
    ("cpu", "level", "expected"),
    [
        ("AMD EPYC 9655 96-Core Processor", "x86-64-v4", "amd-epyc-9655-96-core-avx512"),
        ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "x86-64-v3", "intel-core-i7-8550u-avx2"),
        ("Apple M2", "neon", "apple-m2-neon"),
    ],
)
def test_slug(cpu: str, level: str, expected: str) -> None:
    assert slug(cpu, level) == expected


def test_isa_needs_every_flag_of_a_level() -> None:
    v2 = {"cx16", "popcnt", "sse4_1", "sse4_2", "ssse3"}
    assert isa("x86_64", v2 | {"avx2"}) == "x86-64-v2"
    assert isa("x86_64", set()) == "x86_64"
    assert isa("arm64", set()) == "neon"


def test_result_gathers_versions_and_names_its_file() -> None:
    whole = result()
    assert whole["versions"] == {"python": "3.13.1", "compiler": None, "peer": "2.0"}
    assert results.file_name(whole) == "2026-01-02-fast-chip-avx2.json"
    part = whole | {"complete": False}
    assert results.file_name(part) == "2026-01-02-fast-chip-avx2-part.json"
    assert results.file_name(part | {"forced_isa": "v2"}) == "2026-01-02-fast-chip-avx2-v2.json"


def test_newest_is_the_last_complete_run(tmp_path: Path) -> None:
    assert results.newest(tmp_path) is None
    whole = result()
    expected = results.write(whole, tmp_path)
    results.write(whole | {"date": "2025-12-31"}, tmp_path)
    results.write(whole | {"date": "2026-02-01", "complete": False}, tmp_path)
    assert results.newest(tmp_path) == expected
    assert json.loads(expected.read_text()) == whole


# report and README


def test_table_drops_empty_columns_and_says_why_a_row_is_empty() -> None:
    whole = result()
    ours = whole["cases"]["case"]["contestants"][0]
    ours |= {"gflops": 10.0, "loss": 5.0, "expected_loss": 5.01, "target_us": 1.5}
    heads, rows = report.table(whole["cases"]["case"], whole["machine"])
    assert heads == [
        *("contestant", "a sample", "min .. max", "to reach", "times ours"),
        *("of peak", "training loss", "note"),
    ]
    assert rows == [
        [
            *("ours", "2.00 us", "1.00 us .. 3.00 us", "1.50 us", ""),
            *("20 %", "5 after 1, as expected", ""),
        ],
        ["peer", "20.0 us", "10.0 us .. 60.0 us", "", "10.0", "", "", ""],
        ["absent", "skipped", "", "", "", "", "", "absent is not installed"],
    ]


def test_start_is_what_the_first_run_took_longer() -> None:
    started = row("one", setup_seconds=0.5, first_run_seconds=0.252)
    assert report.first_cell(started) == "750 ms"


def test_readme_table_comes_from_the_result_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    source = results.write(result(), tmp_path / "results")
    page = tmp_path / "README.md"
    page.write_text(f"before\n{readme.START}\nold\n{readme.END}\nafter\n")
    readme.update(page, source)
    name = "results/2026-01-02-fast-chip-avx2.json"
    expected = f"""before
{readme.START}
**A case**

|  | a sample | times ours |
| :-- | --: | --: |
| ours | 2.00 us |  |
| peer | 20.0 us | 10.0 |

Source: [`{name}`]({name}) of 2026-01-02, made by `python -m benchmarks` on Fast(R) Chip \
(x86-64-v3, 100 GFLOP/s a core in float32). Medians; training on one thread. *Times ours*: \
against our row of the same precision and the same work. python 3.13.1, peer 2.0.
{readme.END}
after
"""
    assert page.read_text() == expected


@pytest.mark.parametrize(
    "text", ["", readme.START, f"{readme.END}{readme.START}", f"{readme.START}{readme.END}" * 2]
)
def test_readme_without_its_markers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="README has not exactly one"):
        readme.replace_section(text, "new")
