"""The pure pieces of the benchmark suite, with values. Nothing here takes a time."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks/ is not installed

from benchmarks import contest, report, timing, worker  # noqa: E402
from benchmarks.case import narrow_isas, narrowed  # noqa: E402
from benchmarks.contest import Contestant  # noqa: E402
from benchmarks.workload import Workload  # noqa: E402
from tests.benchmark_rows import row  # noqa: E402

from chainrule import training  # noqa: E402
from chainrule.engines import get_engine  # noqa: E402


def small_workload() -> Workload:
    rng = np.random.default_rng(0)
    Y = np.eye(2)[[0, 1, 1, 0, 1]]
    return Workload(rng.standard_normal((5, 3)), Y, layers=(3, 4, 2), learning_rate=0.1, epochs=2)


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


def test_a_turn_on_a_slowed_core_is_taken_again_while_patience_lasts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(timing.time, "sleep", slept.append)
    monkeypatch.setattr(timing.time, "perf_counter", lambda: 10.0)
    patience = timing.Patience(seconds=5)
    assert not patience.takes_again(1.0, since=9)
    assert not patience.takes_again(1.14, since=9)
    assert patience.takes_again(1.16, since=8)
    assert patience.seconds == 3
    assert not patience.takes_again(0.5, since=8)  # faster than ever: what counts from now on
    assert patience.takes_again(1.0, since=6)
    assert not patience.takes_again(1.0, since=6)  # it has lasted as long as it may
    assert slept == [timing.SECONDS_BETWEEN_TRIES] * 2


def test_a_turn_is_kept_that_was_taken_on_a_quiet_core() -> None:
    class Slowed(contest.Worker):
        def __init__(self) -> None:
            self.row, self.runs = {}, True
            self.answers = iter([(1.0, 7), (2.0, 9), (1.0, 8)])

        def ask(self, line: str) -> dict[str, Any]:
            assert line == "time 0.05"
            gauge, seconds = next(self.answers)
            return {"gauge": gauge, "seconds": [seconds]}

    worker, patience = Slowed(), timing.Patience(seconds=60)
    worker.turn(0.05, patience)
    worker.turn(0.05, patience)
    assert worker.row == {"seconds": [7, 8], "taken_again": 1}


# workload


def test_workload_counts_the_arithmetic_of_the_tutorials_network() -> None:
    work = Workload(np.zeros((1, 64)), np.zeros((1, 10)), (64, 32, 16, 10), 0.1, 100)
    assert [W.shape for W, _ in work.start("float64")] == [(65, 33), (33, 17), (17, 10)]
    weights = 65 * 33 + 33 * 17 + 17 * 10
    assert work.flops_per_sample() == 2 * (2 * weights + 33 * 17 + 17 * 10)


def test_workload_counts_no_biases_and_forward_only_where_nothing_is_trained() -> None:
    work = Workload(np.zeros((1, 4)), np.zeros((1, 2)), (4, 3, 2), 0.1, 1, biases=True)
    assert work.flops_per_sample() == 2 * (2 * (12 + 6) + 6)
    assert replace(work, job="forward").flops_per_sample() == 2 * (12 + 6)


def test_workload_starts_where_the_tutorial_starts() -> None:
    random = np.random.RandomState(42)
    (first, no_bias), (second, _) = small_workload().start("float64")
    np.testing.assert_array_equal(first, random.randn(4, 5))
    np.testing.assert_array_equal(second, random.randn(5, 2))
    assert no_bias is None


def test_workload_with_biases_has_its_layers_as_they_are() -> None:
    work = replace(small_workload(), biases=True)
    (W, b), _ = work.start("float32")
    assert (W.shape, W.dtype) == ((3, 4), np.float32)
    assert 0.5 < np.abs(W).max() <= np.sqrt(6 / 7)  # Glorot's limit for 3 inputs and 4 units
    np.testing.assert_array_equal(b, np.zeros(4))
    np.testing.assert_array_equal(work.inputs(work.X, "float64"), work.X)


def test_orders_are_those_that_training_draws() -> None:
    work = replace(small_workload(), shuffle=True, seed=3)
    orders = work.orders(2)
    assert orders is not None
    drawn = training.orders(get_engine("native"), np.random.default_rng(3), 2, 5)
    np.testing.assert_array_equal(orders, drawn)
    assert (orders[0] != orders[1]).any()
    assert small_workload().orders(2) is None


def test_workload_survives_a_file(tmp_path: Path) -> None:
    work = replace(small_workload(), hidden="relu", X_validation=np.ones((1, 3)), job="forward")
    work.save(tmp_path / "work.npz")
    read = Workload.load(tmp_path / "work.npz")
    for name in ("X", "Y", "X_validation"):
        np.testing.assert_array_equal(getattr(read, name), getattr(work, name))
    assert read.Y_validation is None
    plain = {"X": 0, "Y": 0, "X_validation": 0}
    assert vars(read) | plain == vars(work) | plain


def test_workload_judges_outputs() -> None:
    work = small_workload()
    outputs = np.array([[1.0, 0.0]] * 5)
    assert work.loss(outputs) == 6.0
    assert work.accuracy(outputs) == 0.4
    one_column = Workload(np.zeros((2, 1)), np.array([[0.0], [1.0]]), (1, 1), 0.1, 1)
    assert one_column.accuracy(np.array([[0.6], [0.7]])) == 0.5
    assert replace(work, loss_name="mean_squared_error").loss(outputs) == 0.6
    assert replace(work, loss_name="mean_squared_error").accuracy(outputs) is None
    half = np.full((5, 2), 0.5)
    loss = replace(work, loss_name="categorical_crossentropy").loss(half)
    assert loss == pytest.approx(np.log(2))


def test_images_are_enlarged_digits_that_move() -> None:
    pytest.importorskip("sklearn")
    from benchmarks.images import images

    from chainrule.datasets import digit_images

    X, Y = images(50, seed=1)
    assert (X.shape, X.dtype, Y.shape) == ((50, 784), np.float32, (50, 10))
    assert 0 <= X.min() < X.max() == 1
    np.testing.assert_array_equal(Y.sum(axis=1), np.ones(50))
    pictures, labels = digit_images()
    chosen = np.random.default_rng(1).integers(0, len(pictures), 50)
    np.testing.assert_array_equal(Y.argmax(axis=1), labels[chosen])
    again, _ = images(50, seed=1)
    np.testing.assert_array_equal(again, X)


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


def test_slow_contestants_are_compared_within_the_rounds_that_they_ran() -> None:
    rows = [row("ours", seconds=[1.0, 2.0, 9.0]), row("slow", against="ours", seconds=[3.0, 6.0])]
    contest.compare(rows)
    assert rows[1]["ratio"] == 3


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
        Contestant("there", "numpy_tutorial", "float64", rounds=1),
        Contestant("missing", "absent", "float64"),
        Contestant("broken", "numpy_tutorial", "float99"),
    ]
    several = Contestant("several", "numpy_tutorial", "float64", threads=10**6)
    there, missing, broken, too_wide = contest.contest(
        [*contestants, several],
        small_workload(),
        units_per_epoch=5,
        reference="there",
        settings=contest.Settings(rounds=2, patience=0),
    )
    assert len(there["seconds"]) == 1
    assert there["units_per_run"] == 10
    assert there["versions"] == {"numpy": np.__version__}
    assert 0 < there["loss"] < 10
    assert missing["skipped"] == "benchmarks.peers.absent is not installed"
    assert too_wide["skipped"] == "1000000 threads need as many cores"
    assert broken["failed"] == "TypeError: data type 'float99' not understood"


def test_a_reference_that_does_not_train_has_one_loss() -> None:
    rows = [row("reference", loss=4.0, epochs=9), row("other", loss=4.1, epochs=2)]
    contest.hold_against(rows, "reference")
    assert report.agrees(rows[1]) is True
    rows[1]["agreement"] = 0.01
    assert report.agrees(rows[1]) is False


def test_a_contestant_tells_its_process_threads_and_instruction_set() -> None:
    assert Contestant("one", "m", "float32").environment == {"CHAINRULE_NUM_THREADS": "1"}
    assert Contestant("two", "m", "float32", threads=2, isa="v2").environment == {
        "CHAINRULE_NUM_THREADS": "2",
        "CHAINRULE_ISA": "v2",
    }


def test_our_native_rows_run_again_with_narrower_instruction_sets() -> None:
    native = Contestant("ours", "chainrule_engine", "float32", {"engine": "native"}, target_us=1.0)
    others = (
        Contestant("reference", "chainrule_engine", "float32", {"engine": "numpy"}),
        replace(native, name="threads", threads=2),
        Contestant("peer", "peer", "float32"),
    )
    found = narrowed((native, *others), ("v3", "v2"))
    assert [(each.name, each.isa) for each in found] == [("ours, v3", "v3"), ("ours, v2", "v2")]
    assert found[0].target_us is None


def test_no_instruction_set_is_narrower_than_a_forced_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_ISA", "v2")
    assert narrow_isas() == ()


def test_messages_lose_their_folders() -> None:
    text = "cannot import a (/some/where/a.py), 1/2 done"
    assert worker.without_folders(text) == "cannot import a (a.py), 1/2 done"
