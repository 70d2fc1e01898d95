"""A budget of one's own: set, changed, removed; each step told once, whoever looks."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from bijlighar.budgets import service as budgets
from bijlighar.budgets.values import Measure, Progress, Step
from bijlighar.kernel.ist import day_starts
from tests.threads import at_once

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
NOW = day_starts(date(2026, 4, 20))


def set_rupees(amount: int, *, connection_id: int = 7):
    return budgets.set_budget(
        connection_id=connection_id, measure=Measure.RUPEES, amount=amount, now=NOW
    )


def look(budget, used: int, *, month: date = APRIL, expected: int | None = None):
    progress = Progress(
        budget=budget,
        month=month,
        known_through=month.replace(day=19),
        used=used,
        expected=expected,
    )
    return [one.step for one in budgets.take_alerts(progress=[progress], now=NOW)]


@pytest.mark.django_db
class TestABudget:
    def test_holds_until_it_is_changed_or_removed(self):
        assert budgets.budget_of(connection_id=7) is None
        first = set_rupees(500_00)
        assert budgets.budget_of(connection_id=7) == first
        assert set_rupees(500_00) == first
        second = set_rupees(600_00)
        assert second.budget_id != first.budget_id
        assert budgets.budgets_of(connection_ids=[7, 8]) == {7: second}
        assert budgets.remove_budget(connection_id=7, now=NOW)
        assert not budgets.remove_budget(connection_id=7, now=NOW)
        assert budgets.budget_of(connection_id=7) is None

    @pytest.mark.parametrize(
        ("measure", "amount"),
        [
            (Measure.RUPEES, 9_99),
            (Measure.RUPEES, 10_00_000_01),
            (Measure.UNITS, 999),
            (Measure.UNITS, 1_00_000_001),
            (Measure.RUPEES, -1),
        ],
    )
    def test_too_small_or_too_large_is_refused(self, measure, amount):
        with pytest.raises(budgets.WrongBudget, match=f"not {amount}"):
            budgets.set_budget(connection_id=7, measure=measure, amount=amount, now=NOW)
        assert budgets.budget_of(connection_id=7) is None

    def test_the_database_keeps_one_for_a_connection(self):
        set_rupees(500_00)
        twice = (
            "insert into budgets_budget (connection_id, measure, amount, set_at)"
            " values (7, 'units', 5, now())"
        )
        with (
            pytest.raises(IntegrityError, match="one_budget_a_connection"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(twice)


@pytest.mark.django_db
class TestSteps:
    def test_are_told_once_a_month(self):
        budget = set_rupees(1_000_00)
        assert look(budget, 400_00) == []
        assert look(budget, 520_00) == [Step.HALF]
        assert look(budget, 530_00) == []
        assert look(budget, 1_100_00) == [Step.WHOLE]
        assert look(budget, 1_200_00) == []
        assert look(budget, 520_00, month=MAY) == [Step.HALF]
        assert budgets.told_steps(budget_id=budget.budget_id, month=APRIL) == {
            Step.HALF,
            Step.MOST,
            Step.WHOLE,
        }

    def test_that_fell_back_are_not_told_again(self):
        budget = set_rupees(1_000_00)
        assert look(budget, 820_00) == [Step.MOST]
        assert look(budget, 700_00) == []
        assert look(budget, 830_00) == []

    def test_ahead_is_told_beside_what_is_reached(self):
        budget = set_rupees(1_000_00)
        assert look(budget, 520_00, expected=1_300_00) == [Step.HALF, Step.AHEAD]
        assert look(budget, 540_00, expected=1_400_00) == []

    def test_of_a_changed_budget_are_told_anew(self):
        assert look(set_rupees(1_000_00), 520_00) == [Step.HALF]
        assert look(set_rupees(900_00), 530_00) == [Step.HALF]

    def test_roll_back_with_the_notices_that_they_came_with(self):
        """Kill -9 between the step and its notice: neither is there, it is told later."""
        budget = set_rupees(1_000_00)
        with pytest.raises(RuntimeError), transaction.atomic():
            assert look(budget, 520_00) == [Step.HALF]
            raise RuntimeError("the worker dies here")
        assert look(budget, 520_00) == [Step.HALF]


def test_two_workers_at_once_tell_a_step_once(committed_db):
    budget = set_rupees(1_000_00)
    found = at_once(lambda _: look(budget, 1_100_00), threads=4)
    assert sorted(found) == [[], [], [], [Step.WHOLE]]


def test_a_budget_set_twice_at_once_is_one(committed_db):
    at_once(lambda number: set_rupees(500_00 + 100 * number), threads=2)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from budgets_budget where ended_at is null")
        assert cursor.fetchone() == (1,)
