"""What is told of a budget: each step once passed, the highest of several, and ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.budgets import rules
from bijlighar.budgets.values import Budget, Measure, Progress, Step
from bijlighar.kernel.ist import day_starts

APRIL = date(2026, 4, 1)
THOUSAND = Budget(
    budget_id=1,
    connection_id=1,
    measure=Measure.RUPEES,
    amount=1_000_00,
    set_at=day_starts(APRIL),
)


def progress(used: int, *, expected: int | None = None, day: int | None = 15) -> Progress:
    return Progress(
        budget=THOUSAND,
        month=APRIL,
        known_through=None if day is None else APRIL.replace(day=day),
        used=used,
        expected=expected,
    )


@pytest.mark.parametrize(
    ("used", "percent", "steps"),
    [
        (0, 0, []),
        (499_99, 49, []),
        (500_00, 50, [Step.HALF]),
        (800_00, 80, [Step.HALF, Step.MOST]),
        (999_99, 99, [Step.HALF, Step.MOST]),
        (1_000_00, 100, [Step.HALF, Step.MOST, Step.WHOLE]),
        (-5_00, 0, []),
    ],
)
def test_steps_are_at_50_80_and_100_percent_and_not_a_paisa_before(used, percent, steps):
    assert progress(used).percent == percent
    assert list(rules.reached(progress(used))) == steps


@pytest.mark.parametrize(("used", "steps"), [(999_99, []), (1_000_00, [Step.WHOLE])])
def test_of_a_month_that_is_over_only_that_it_was_too_much(used, steps):
    over = replace(progress(used, expected=2_000_00), is_closed_late=True)
    assert list(rules.reached(over)) == steps


@pytest.mark.parametrize(
    ("day", "used", "expected", "is_told"),
    [
        (15, 400_00, 1_000_01, True),
        (15, 400_00, 1_000_00, False),
        (15, 400_00, None, False),
        (4, 400_00, 9_000_00, False),
        (5, 400_00, 9_000_00, True),
        (30, 400_00, 9_000_00, False),
        (15, 1_000_01, 2_000_00, False),
        (None, 0, 2_000_00, False),
    ],
)
def test_that_it_will_be_passed_is_told_from_the_fifth_day_until_it_is(
    day, used, expected, is_told
):
    found = rules.reached(progress(used, expected=expected, day=day))
    assert (Step.AHEAD in found) is is_told


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ([], ()),
        ([Step.HALF], (Step.HALF,)),
        ([Step.HALF, Step.MOST, Step.WHOLE], (Step.WHOLE,)),
        ([Step.HALF, Step.AHEAD], (Step.HALF, Step.AHEAD)),
        ([Step.AHEAD], (Step.AHEAD,)),
        ([Step.WHOLE, Step.AHEAD], (Step.WHOLE,)),
    ],
)
def test_of_several_at_once_the_highest_is_told(new, told):
    assert rules.told(new) == told


def test_how_much_of_the_month_is_counted():
    assert rules.month_percent(progress(0, day=None)) == 0
    assert rules.month_percent(progress(0, day=15)) == 50
    assert rules.month_percent(progress(0, day=30)) == 100


@given(used=st.integers(-1_000_00, 5_000_00), more=st.integers(0, 5_000_00))
def test_more_use_never_takes_a_step_back(used, more):
    before = set(rules.reached(progress(used))) - {Step.AHEAD}
    assert before <= set(rules.reached(progress(used + more)))
    assert progress(used).left >= progress(used + more).left >= 0
