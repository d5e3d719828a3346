"""What the benchmark makes of measured rows: result files, tables, pages, pictures."""

from __future__ import annotations

import doctest
import importlib
import json
import mmap
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks/ is not installed

from benchmarks import docs, pages, readme, report, results, summary  # noqa: E402
from benchmarks.cases import CASES  # noqa: E402
from benchmarks.machine import isa, slug  # noqa: E402
from benchmarks.studies.memory import bound_bytes  # noqa: E402
from benchmarks.studies.memory_probe import Watch  # noqa: E402
from tests.benchmark_rows import result, row  # noqa: E402


@pytest.mark.parametrize(
    "module", ["machine", "report", "summary", "pages", "studies.growth", "studies.memory"]
)
def test_examples_in_docstrings(module: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"benchmarks.{module}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


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
    assert "versions" not in whole["cases"]["case"]["narrow"][0]
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


# summary


def test_summary_names_the_best_peer_and_what_stands_for_us() -> None:
    case = result()["cases"]["case"]
    assert case["summary"] == {
        "us_per_unit": 2.0,
        "best_peer": "peer",
        "best_peer_us_per_unit": 20.0,
        "best_peer_ratio": 10.0,
        "target_us": 1.5,
        "target_share_of_peak": 0.5,  # 75,000 operations in 1.5 us on 100 GFLOP/s
        "narrow": {"v2": {"us_per_unit": 4.0, "best_peer_ratio": 5.0}},
    }


def test_the_best_peer_is_of_our_precision_and_not_one_of_ours() -> None:
    fast = {"us_per_unit": {"median": 0.1}}
    case = {
        "ours": "ours",
        "contestants": [
            row("ours", module="chainrule_engine"),
            row("also ours", module="chainrule_fit", **fast),
            row("less precise", module="peer", dtype="float32", **fast),
            row("peer", module="peer"),
        ],
    }
    assert (summary.best_peer(case) or {})["name"] == "peer"
    assert summary.summary({"ours": "absent", "contestants": case["contestants"]}) is None


def test_share_of_the_peak_is_for_each_thread() -> None:
    machine = {"fma_peak_gflops": {"float64": 50.0, "float32": None}}
    assert summary.share_of_peak(row("one", gflops=10.0), machine) == 0.2
    assert summary.share_of_peak(row("two", gflops=10.0, threads=2), machine) == 0.1
    assert summary.share_of_peak(row("other", gflops=10.0, dtype="float32"), machine) is None
    assert summary.share_of_peak(row("no arithmetic"), machine) is None


@pytest.mark.parametrize(
    ("case", "name", "share"),
    [
        ("digits_sigmoid_b10", "chainrule", 0.53),
        ("digits_relu_b16", "chainrule", 0.60),
        ("images_b128", "chainrule", 0.81),
        ("images_b32", "chainrule", 0.71),
        ("images_wide", "chainrule", 0.89),
        ("images_wide", "chainrule, 2 threads", 0.81),
        ("surrogate", "chainrule", 0.43),
        ("forward_rows", "chainrule", 0.85),
    ],
)
def test_figures_to_reach_stand_for_shares_of_the_peak(case: str, name: str, share: float) -> None:
    pytest.importorskip("sklearn")
    row_of_case = CASES[case]
    work = row_of_case.workload()
    units = row_of_case.units_per_epoch(work)
    found = {
        "flops_per_unit": work.flops_per_epoch() / units,
        "target_peak_gflops": {"float32": 232.0},
    }
    contestant = next(each for each in row_of_case.contestants if each.name == name)
    target = {"target_us": contestant.target_us, "dtype": "float32", "threads": contestant.threads}
    assert summary.target_share(found, target) == pytest.approx(share, abs=0.006)


@pytest.mark.parametrize("name", list(CASES))
def test_cases_compare_with_rows_that_they_have(name: str) -> None:
    contestants = getattr(CASES[name], "contestants", ())
    names = [each.name for each in contestants]
    assert len(set(names)) == len(names)
    for each in contestants:
        assert each.against is None or each.against in names
        assert (ROOT / "benchmarks" / "peers" / f"{each.module}.py").is_file()
    assert getattr(CASES[name], "ours", None) in (None, *names)


def test_memory_is_held_to_parameters_and_a_batch() -> None:
    bound = bound_bytes((784, 512, 512, 10), 128, 4)
    assert bound["four_times_parameters"] == 16 * 669_706
    assert bound["activations_of_a_batch"] == 4 * 128 * (784 + 512 + 512 + 10)


@pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="no count of pages as Linux keeps it"
)
def test_a_watch_finds_the_most_that_was_in_memory_for_a_while() -> None:
    with Watch() as watch:
        for size in (8 * 2**20, 4 * 2**20):  # one after the other
            with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as room:
                for at in range(0, size, 4096):
                    room[at] = 1
                time.sleep(0.2)
    assert abs(watch.largest - watch.before - 8 * 2**20) < 2**18


# report and pages


def test_table_drops_empty_columns_and_says_why_a_row_is_empty() -> None:
    whole = result()
    ours = whole["cases"]["case"]["contestants"][0]
    ours |= {"loss": 5.0, "expected_loss": 5.01}
    heads, rows = report.table(whole["cases"]["case"], whole["machine"])
    assert heads == [
        *("contestant", "a sample", "min .. max", "to reach", "times ours"),
        *("of peak", "training loss", "note"),
    ]
    assert rows == [
        [
            *("ours", "2.00 us", "1.00 us .. 3.00 us", "1.50 us (50 %)", ""),
            *("20 %", "5 after 1, as expected", ""),
        ],
        ["peer", "20.0 us", "10.0 us .. 60.0 us", "", "10.0", "2 %", "", ""],
        ["absent", "skipped", "", "", "", "", "", "absent is not installed"],
    ]


def test_remarks_tell_best_peer_narrower_sets_and_what_was_published() -> None:
    assert report.remarks(result()["cases"]["case"]) == [
        "best peer: peer, 10.0 times the time of ours",
        "with v2: 4.00 us; the best peer takes 5.00 times as long",
        "they: 0.500 us (elsewhere)",
    ]


def test_start_is_what_the_first_run_took_longer() -> None:
    started = row("one", setup_seconds=0.5, first_run_seconds=0.252)
    assert report.first_cell(started) == "750 ms"


def test_readme_table_comes_from_the_result_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    source = results.write(result(), tmp_path / "results")
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- benchmark:start -->\nold\n<!-- benchmark:end -->\nafter\n")
    readme.update(page, source)
    name = "2026-01-02-fast-chip-avx2.json"
    expected = f"""before
<!-- benchmark:start -->
|  | chainrule | of the peak | the others, times ours |
| :-- | --: | --: | :-- |
| A case | 2.00 us a sample | 20 % | peer 10.0 |

**Runs**

|  | a run | peak memory |
| :-- | --: | --: |
| python | 2.00 us | 10 MB |

Source: [`{name}`](results/{name}) of 2026-01-02, made by `python -m benchmarks` on \
Fast(R) Chip (x86-64-v3, 100 GFLOP/s a core in float32). Medians; one thread. *Times ours*: the \
peer's time over ours, same precision, same work. python 3.13.1, peer 2.0.
<!-- benchmark:end -->
after
"""
    assert page.read_text() == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!-- a:end --><!-- a:start -->",
        "<!-- a:start --><!-- a:end -->" * 2,
        "<!-- a:start --><!-- a:end --><!-- b:start --><!-- b:end -->",
        "<!-- a:start --><!-- b:start --><!-- a:end --><!-- b:end -->",
    ],
)
def test_page_without_the_markers_of_its_sections_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not exactly one pair of markers"):
        pages.replaced(text, {"a": "new"})


def test_docs_are_tables_and_pictures_of_the_result(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "docs" / "images").mkdir(parents=True)
    (tmp_path / "docs" / "performance.md").write_text(
        "".join(f"<!-- {name}:start -->\n<!-- {name}:end -->\n" for name in docs.MAKERS)
    )
    docs.update(tmp_path / "docs", results.write(result(), tmp_path / "results"))
    page = (tmp_path / "docs" / "performance.md").read_text()
    assert "| case: ours | 2.00 us | 1.50 us | 3.00 us | 20 % | 50 % |" in page
    assert "| case | peer | 10.0 | 5.00 |" in page
    assert "Fitted slopes: samples 1.00." in page
    assert "| 10 | 1.00 MB | 2.00 MB | 3.00 MB | 67 % | 0.000 MB |" in page
    assert "| they | 0.500 us |" in page
    assert "(../results/2026-01-02-fast-chip-avx2.json)" in page
    for name in ("peers", "peak", "growth"):
        image = tmp_path / "docs" / "images" / f"performance_{name}.png"
        assert image.read_bytes().startswith(b"\x89PNG")


def test_the_page_in_the_docs_has_a_place_for_every_section() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert pages.replaced(page, dict.fromkeys(docs.MAKERS, "new")).count("\nnew\n") == 6
