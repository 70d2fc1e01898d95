"""Cut-off policies: dated, reviewed data files, checked when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import in_ist, instant_of
from bijlighar.kernel.strict_yaml import Table, read_table

MOST_DAYS = 3_660
MOST_PAISE = 1_000_00
"""Nobody is kept in the dark for more than a thousand rupees."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


_KEYS = (
    "policy",
    "name",
    "in_force_from",
    "source",
    "warn_at_percent",
    "disconnect_below_paise",
    "reconnect_from_paise",
    "emergency_credit_days",
    "grace_days_after_conversion",
    "evidence_at_most_days_old",
    "no_disconnection",
)
_QUIET_KEYS = ("window", "weekdays", "second_saturday", "holidays")


class UnknownPolicy(BijligharError):
    """No supply policy has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When a prepaid supply may be disconnected, and what must have been said before."""

    name: str
    in_force_from: date
    warn_at_percent: tuple[int, ...]
    """Shares of the last recharge, falling."""
    disconnect_below_paise: int
    reconnect_from_paise: int
    emergency_credit: timedelta
    grace_after_conversion: timedelta
    evidence_at_most: timedelta
    quiet_from: time
    quiet_until: time
    """No disconnection from `quiet_from` through the night to `quiet_until`, IST."""
    quiet_weekdays: frozenset[int]
    """Monday is 0."""
    second_saturday_is_quiet: bool
    holidays: frozenset[date]

    def window_ends_after(self, now: datetime) -> datetime:
        """When the hours for disconnections end on the day that `now` lies in."""
        return instant_of(in_ist(now).date(), self.quiet_from)

    def allows_disconnection_at(self, now: datetime) -> bool:
        """Whether the clock and the calendar of India allow a disconnection now."""
        here = in_ist(now)
        if self.quiet_from <= here.time() or here.time() < self.quiet_until:
            return False
        if here.weekday() in self.quiet_weekdays or here.date() in self.holidays:
            return False
        is_second_saturday = here.weekday() == 5 and 8 <= here.day <= 14
        return not (self.second_saturday_is_quiet and is_second_saturday)


@cache
def policy_named(name: str) -> Policy:
    """A packaged policy. Raises UnknownPolicy; FileError with file, line and reason."""
    file = files("bijlighar.supply").joinpath("policies", f"{name}.yaml")
    if not file.is_file():
        raise UnknownPolicy(f"There is no supply policy named {name}.")
    return read_policy(file.read_text(encoding="utf-8"), where=f"{name}.yaml")


def read_policy(text: str, *, where: str) -> Policy:
    """A policy from its text. Raises FileError with file, line and reason."""
    table = read_table(text=text, file=where, keys=_KEYS)
    table.text("source")
    table.table("name", keys=("en", "hi")).text("hi")
    quiet = table.table("no_disconnection", keys=_QUIET_KEYS)
    window = _sourced(quiet, "window", "from", "until")
    policy = Policy(
        name=table.text("policy"),
        in_force_from=table.day("in_force_from"),
        warn_at_percent=_percents(table),
        disconnect_below_paise=_value(table, "disconnect_below_paise"),
        reconnect_from_paise=_value(table, "reconnect_from_paise"),
        emergency_credit=_days(table, "emergency_credit_days"),
        grace_after_conversion=_days(table, "grace_days_after_conversion"),
        evidence_at_most=_days(table, "evidence_at_most_days_old"),
        quiet_from=window.clock_time("from"),
        quiet_until=window.clock_time("until"),
        quiet_weekdays=_weekdays(quiet),
        second_saturday_is_quiet=_sourced(quiet, "second_saturday", "value").truth("value"),
        holidays=frozenset(_sourced(quiet, "holidays", "days").named_days("days")),
    )
    if policy.quiet_from <= policy.quiet_until:
        raise window.refuse("the quiet window must run over midnight", "until")
    return policy


def _sourced(table: Table, key: str, *keys: str) -> Table:
    """A setting, whose keys are known and which says where it is from."""
    setting = table.table(key, keys=(*keys, "source"))
    setting.text("source")
    return setting


def _value(table: Table, key: str, *, most: int = MOST_PAISE) -> int:
    return _sourced(table, key, "value").whole("value", most=most)


def _days(table: Table, key: str) -> timedelta:
    return timedelta(days=_value(table, key, most=MOST_DAYS))


def _percents(table: Table) -> tuple[int, ...]:
    warn = _sourced(table, "warn_at_percent", "values", "of")
    warn.word_of("of", ["last_recharge"])
    percents = warn.wholes("values", most=100)
    if not percents or percents != sorted(set(percents), reverse=True):
        raise warn.refuse("warnings must fall and name each share once", "values")
    return tuple(percents)


def _weekdays(quiet: Table) -> frozenset[int]:
    named = _sourced(quiet, "weekdays", "values").words_of("values", WEEKDAYS, least=0)
    return frozenset(WEEKDAYS.index(name) for name in named)
