"""What crosses the border of budgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Measure(StrEnum):
    """In what a consumer limits a month."""

    RUPEES = "rupees"
    UNITS = "units"


class Step(StrEnum):
    """What a consumer is told of a budget, each once a month; in rising order."""

    HALF = "half"
    MOST = "most"
    WHOLE = "whole"
    AHEAD = "ahead"
    """Not passed yet, but it will be if the month goes on like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What somebody wants a month to come to at most: paise, or Wh, by its measure."""

    budget_id: int
    connection_id: int
    measure: Measure
    amount: int
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a month has come with a budget, in the budget's measure."""

    budget: Budget
    month: date
    """Its first day."""
    known_through: date | None
    """The last day that is counted; None before the first."""
    used: int
    expected: int | None
    """By the end of the month; None where no habit is known yet."""
    is_closed_late: bool = False
    """The month was over already when a day of it was charged."""

    @property
    def percent(self) -> int:
        """Whole percents used, rounded down: 100 is told once all of it is used."""
        return max(self.used, 0) * 100 // self.budget.amount

    @property
    def is_passed(self) -> bool:
        """Whether more is used than was wanted."""
        return self.used > self.budget.amount

    @property
    def will_be_passed(self) -> bool:
        """Whether the month will come to more than was wanted."""
        return self.expected is not None and self.expected > self.budget.amount

    @property
    def left(self) -> int:
        """What is left of it; nothing once it is passed."""
        return max(self.budget.amount - self.used, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something to be told of a budget, now and once."""

    budget: Budget
    month: date
    step: Step
    progress: Progress
