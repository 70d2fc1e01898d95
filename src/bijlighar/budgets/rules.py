"""What is told of a budget, and what may be one."""

from __future__ import annotations

from collections.abc import Collection

from bijlighar.budgets.values import Measure, Progress, Step
from bijlighar.kernel.ist import days_in_month

PERCENT = {Step.HALF: 50, Step.MOST: 80, Step.WHOLE: 100}
"""At how much of a budget each step is told."""
BOUNDS = {Measure.RUPEES: (10_00, 10_00_000_00), Measure.UNITS: (1_000, 1_00_000_000)}
"""The least and the most of a budget: paise (10 rupees to 10 lakh), Wh (1 to 1 lakh)."""
TELLS_AHEAD_FROM_DAY = 5
"""Before, a month has too few days of its own to say what it comes to."""


def reached(progress: Progress) -> tuple[Step, ...]:
    """Every step that a month has come to, in rising order.

    Of a month that is over, only that it was too much is worth telling.
    """
    if progress.is_closed_late:
        return (Step.WHOLE,) if progress.percent >= PERCENT[Step.WHOLE] else ()
    steps = [step for step, percent in PERCENT.items() if progress.percent >= percent]
    if _is_told_ahead(progress):
        steps.append(Step.AHEAD)
    return tuple(steps)


def told(new: Collection[Step]) -> tuple[Step, ...]:
    """Of steps reached at once, those worth a message: the highest one of those passed, and
    what lies ahead where the whole is not used up."""
    passed = [step for step in PERCENT if step in new]
    ahead = [Step.AHEAD] if Step.AHEAD in new and Step.WHOLE not in new else []
    return (*passed[-1:], *ahead)


def month_percent(progress: Progress) -> int:
    """How much of the month is counted, in whole percents, rounded half up."""
    if progress.known_through is None:
        return 0
    days = days_in_month(progress.month)
    return (progress.known_through.day * 200 + days) // (2 * days)


def _is_told_ahead(progress: Progress) -> bool:
    """A month that is used up is told as that; a day's slip early on is no forecast."""
    through = progress.known_through
    return (
        progress.will_be_passed
        and not progress.is_passed
        and through is not None
        and TELLS_AHEAD_FROM_DAY <= through.day < days_in_month(progress.month)
    )
