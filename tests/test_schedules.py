import dataclasses
import math

import numpy as np
import pytest

from chainrule.schedules import (
    SCHEDULES,
    Constant,
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstant,
    PolynomialDecay,
    Schedule,
)

ROOT_HALF = 0.7071067811865476

# One of each, with steps and the rates there, computed by hand from Keras 3's documentation.
CASES = [
    (Constant(0.1), {0: 0.1, 10**9: 0.1}),
    (
        PiecewiseConstant((100_000, 110_000), (1.0, 0.5, 0.1)),
        {0: 1.0, 100_000: 1.0, 100_001: 0.5, 110_000: 0.5, 110_001: 0.1, 10**9: 0.1},
    ),
    (PiecewiseConstant((), (0.3,)), {0: 0.3, 7: 0.3}),
    (PiecewiseConstant((0,), (0.3, 0.2)), {0: 0.3, 1: 0.2}),
    (
        ExponentialDecay(0.1, 100, 0.25),
        {0: 0.1, 50: 0.05, 100: 0.025, 150: 0.0125, 200: 0.00625, 10**9: 0.0},
    ),
    (
        ExponentialDecay(0.1, 100, 0.25, staircase=True),
        {0: 0.1, 99: 0.1, 100: 0.025, 199: 0.025, 200: 0.00625},
    ),
    (InverseTimeDecay(0.6, 10, 0.5), {0: 0.6, 10: 0.4, 20: 0.3, 25: 0.6 / 2.25, 100: 0.1}),
    (
        InverseTimeDecay(0.6, 10, 0.5, staircase=True),
        {0: 0.6, 9: 0.6, 10: 0.4, 19: 0.4, 20: 0.3, 29: 0.3},
    ),
    (
        PolynomialDecay(0.1, 10_000, 0.01, power=0.5),
        {0: 0.1, 5000: 0.09 * ROOT_HALF + 0.01, 7500: 0.055, 10_000: 0.01, 10_001: 0.01},
    ),
    (PolynomialDecay(0.5, 100), {0: 0.5, 50: 0.25005, 100: 0.0001, 1000: 0.0001}),
    (
        PolynomialDecay(1.0, 100, 0.2, power=2, cycle=True),
        # T = 100 up to step 100, 200 up to step 200, 300 up to step 300.
        {0: 1.0, 50: 0.4, 100: 0.2, 101: 0.8 * 0.495**2 + 0.2, 150: 0.25, 200: 0.2, 225: 0.25},
    ),
    (
        CosineDecay(0.1, 1000),
        {0: 0.1, 250: 0.05 * (1 + ROOT_HALF), 500: 0.05, 1000: 0.0, 1001: 0.0, 10**9: 0.0},
    ),
    (CosineDecay(0.1, 1000, alpha=0.2), {0: 0.1, 500: 0.06, 1000: 0.02, 5000: 0.02}),
    (
        CosineDecay(0.1, 1000, warmup_target=0.5, warmup_steps=100),
        {0: 0.1, 25: 0.2, 99: 0.496, 100: 0.5, 600: 0.25, 1100: 0.0, 1101: 0.0},
    ),
    (CosineDecay(0.1, 1000, 0.5, warmup_target=0.4, warmup_steps=0), {0: 0.4, 500: 0.3, 1000: 0.2}),
    (CosineDecay(0.1, 1000, warmup_steps=100), {0: 0.1, 500: 0.05}),  # no target: no warm-up
    (
        CosineDecayRestarts(0.1, 100),  # restarts at 100, 300, 700
        {0: 0.1, 50: 0.05, 100: 0.1, 200: 0.05, 300: 0.1, 500: 0.05, 700: 0.1, 1100: 0.05},
    ),
    (
        CosineDecayRestarts(1.0, 100, t_mul=1.0, m_mul=0.5, alpha=0.2),
        {0: 1.0, 50: 0.6, 100: 0.6, 150: 0.4, 200: 0.4, 250: 0.3},
    ),
    (
        CosineDecayRestarts(1.0, 10, t_mul=3.0, m_mul=0.9),  # restarts at 10, 40, 130
        {0: 1.0, 5: 0.5, 10: 0.9, 25: 0.45, 40: 0.81, 85: 0.405, 130: 0.729},
    ),
]


@pytest.mark.parametrize(
    ("schedule", "step", "rate"),
    [(schedule, step, rate) for schedule, rates in CASES for step, rate in rates.items()],
)
def test_rates(schedule, step, rate):
    found = schedule(step)
    assert type(found) is float
    assert found == pytest.approx(rate, rel=1e-14, abs=1e-15)


def test_every_row_is_tested_and_knows_its_name():
    assert {type(schedule).name for schedule, _ in CASES} == set(SCHEDULES)
    for name, row in SCHEDULES.items():
        assert row.name == name
        assert issubclass(row, Schedule)


@pytest.mark.parametrize("schedule", [schedule for schedule, _ in CASES])
def test_values(schedule):
    found = schedule.values(90, 30)
    assert (found.shape, found.dtype) == ((30,), np.float64)
    np.testing.assert_array_equal(found, [schedule(step) for step in range(90, 120)])
    assert schedule.values(5, 0).shape == (0,)


@pytest.mark.parametrize("schedule", [schedule for schedule, _ in CASES])
def test_a_schedule_cannot_change_and_is_compared_by_its_numbers(schedule):
    assert schedule == dataclasses.replace(schedule)
    assert hash(schedule) == hash(dataclasses.replace(schedule))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(schedule, dataclasses.fields(schedule)[0].name, 1)


@pytest.mark.parametrize("schedule", [schedule for schedule, _ in CASES])
def test_steps_of_numpy_give_the_same(schedule):
    for step in (np.int64(101), np.int32(101), np.float64(101.0)):
        assert schedule(step) == schedule(101)
        assert type(schedule(step)) is float


@pytest.mark.parametrize("t_mul", [1.0, 1.0001, 1.1, 1.5, 2.0, 3.0, 10.0])
def test_restarts_are_where_the_sum_of_periods_says(t_mul):
    schedule = CosineDecayRestarts(1.0, 64, t_mul=t_mul)
    restart, period = 0.0, 64.0
    for _ in range(40):
        assert schedule(restart * (1 + 1e-11) + 1e-9) == pytest.approx(1, abs=1e-12)
        assert schedule(restart + period / 2) == pytest.approx(0.5, abs=1e-9)
        assert schedule(restart + period * (1 - 1e-6)) == pytest.approx(0, abs=1e-9)
        restart, period = restart + period, period * t_mul


def test_restarts_at_whole_steps_are_exact():
    schedule = CosineDecayRestarts(1.0, 1, t_mul=2.0)
    assert all(schedule(2**i - 1) == 1.0 for i in range(50))
    just_before = [math.nextafter(2**i - 1, 0) for i in range(1, 50)]
    assert all(schedule(step) < 1e-15 for step in just_before)
    schedule = CosineDecayRestarts(1.0, 7, t_mul=1.0)
    assert all(schedule(7 * i) == 1.0 for i in range(1000))


def test_cosine_decay_never_rises_after_its_warm_up():
    rates = CosineDecay(0.0, 100, 0.1, warmup_target=1.0, warmup_steps=10).values(0, 130)
    assert (np.diff(rates[:11]) > 0).all()
    assert (np.diff(rates[10:]) <= 0).all()
    assert rates[-1] == pytest.approx(0.1)


def test_piecewise_constant_takes_lists():
    schedule = PiecewiseConstant([1, 2], [3, 2, 1])
    assert schedule == PiecewiseConstant((1.0, 2.0), (3.0, 2.0, 1.0))
    assert hash(schedule) == hash(PiecewiseConstant((1.0, 2.0), (3.0, 2.0, 1.0)))


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf])
@pytest.mark.parametrize(
    ("row", "name"),
    [
        (ExponentialDecay, "decay_steps"),
        (ExponentialDecay, "decay_rate"),
        (InverseTimeDecay, "decay_steps"),
        (PolynomialDecay, "decay_steps"),
        (PolynomialDecay, "power"),
        (CosineDecay, "decay_steps"),
        (CosineDecayRestarts, "first_decay_steps"),
    ],
)
def test_numbers_that_must_be_positive(row, name, bad):
    good = {"initial_learning_rate": 0.1}
    for field in dataclasses.fields(row):
        if field.name in ("decay_steps", "first_decay_steps", "decay_rate"):
            good[field.name] = 10
    row(**good)
    with pytest.raises(ValueError, match=f"{name} is {bad}; possible: a positive, finite number"):
        row(**{**good, name: bad})


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf])
@pytest.mark.parametrize(
    ("row", "arguments", "name"),
    [
        (Constant, (), "learning_rate"),
        (ExponentialDecay, (10, 0.5), "initial_learning_rate"),
        (InverseTimeDecay, (10, 0.5), "initial_learning_rate"),
        (PolynomialDecay, (10,), "initial_learning_rate"),
        (CosineDecay, (10,), "initial_learning_rate"),
        (CosineDecayRestarts, (10,), "initial_learning_rate"),
    ],
)
def test_a_rate_is_not_negative(row, arguments, name, bad):
    with pytest.raises(ValueError, match=f"{name} is {bad}; possible: a finite number of at"):
        row(bad, *arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: InverseTimeDecay(0.1, 10, -1), "decay_rate is -1"),
        (lambda: PolynomialDecay(0.1, 10, -1), "end_learning_rate is -1"),
        (lambda: CosineDecay(0.1, 10, -1), "alpha is -1"),
        (lambda: CosineDecay(0.1, 10, 0, -1), "warmup_target is -1"),
        (lambda: CosineDecay(0.1, 10, 0, 1, -1), "warmup_steps is -1"),
        (lambda: CosineDecayRestarts(0.1, 10, 0.5), "t_mul is 0.5; possible: a finite number of"),
        (lambda: CosineDecayRestarts(0.1, 10, math.inf), "t_mul is inf"),
        (lambda: CosineDecayRestarts(0.1, 10, 2, -1), "m_mul is -1"),
        (lambda: CosineDecayRestarts(0.1, 10, 2, 1, -1), "alpha is -1"),
        (lambda: PiecewiseConstant((1,), (1,)), "rates has 1 numbers and boundaries 1; possible"),
        (lambda: PiecewiseConstant((2, 1), (1, 2, 3)), "possible: rising numbers"),
        (lambda: PiecewiseConstant((1, 1), (1, 2, 3)), "possible: rising numbers"),
        (lambda: PiecewiseConstant((-1,), (1, 2)), "possible: rising numbers"),
        (lambda: PiecewiseConstant((math.nan,), (1, 2)), "possible: rising numbers"),
        (lambda: PiecewiseConstant((1,), (1, -2)), "a number in rates is -2"),
    ],
)
def test_other_bad_hyper_parameters(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("first", "count"), [(-1, 2), (0, -1)])
def test_values_need_counts(first, count):
    with pytest.raises(ValueError, match="possible: an integer of at least 0"):
        Constant(0.1).values(first, count)
    with pytest.raises(TypeError, match=r"0\.5, a float"):
        Constant(0.1).values(first=0.5, count=1)
