"""Cut-off policies: dated, reviewed data files, checked when they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

import yaml

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import in_ist, instant_of

MOST_DAYS = 3_660
CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class PolicyError(BijligharError):
    """A policy file does not say what a policy must say."""


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
    """A packaged policy. Raises PolicyError naming what is wrong and where."""
    file = files("bijlighar.supply").joinpath("policies", f"{name}.yaml")
    if not file.is_file():
        raise PolicyError(f"There is no supply policy named {name}.")
    return read_policy(file.read_text(encoding="utf-8"), where=f"{name}.yaml")


def read_policy(text: str, *, where: str) -> Policy:
    """A policy from its text. Raises PolicyError naming the file and the key."""
    try:
        held = yaml.safe_load(text)
        quiet = _part(held, "no_disconnection")
        window = _sourced(quiet, "window")
        policy = Policy(
            name=_text(held, "policy"),
            in_force_from=_day(_value(held, "in_force_from"), "in_force_from"),
            warn_at_percent=_percents(_sourced(held, "warn_at_percent")),
            disconnect_below_paise=_whole(held, "disconnect_below_paise"),
            reconnect_from_paise=_whole(held, "reconnect_from_paise"),
            emergency_credit=_days(held, "emergency_credit_days"),
            grace_after_conversion=_days(held, "grace_days_after_conversion"),
            evidence_at_most=_days(held, "evidence_at_most_days_old"),
            quiet_from=_time(window, "from"),
            quiet_until=_time(window, "until"),
            quiet_weekdays=_weekdays(_sourced(quiet, "weekdays")),
            second_saturday_is_quiet=_truth(quiet, "second_saturday"),
            holidays=_holidays(_sourced(quiet, "holidays")),
        )
    except (ValueError, yaml.YAMLError) as error:
        raise PolicyError(f"{where}: {error}") from error
    return _checked(policy, where)


def _checked(policy: Policy, where: str) -> Policy:
    percents = policy.warn_at_percent
    if list(percents) != sorted(set(percents), reverse=True) or not percents:
        raise PolicyError(f"{where}: warn_at_percent must fall and name each share once.")
    if not all(0 <= percent <= 100 for percent in percents):
        raise PolicyError(f"{where}: warn_at_percent lies between 0 and 100.")
    if policy.quiet_from <= policy.quiet_until:
        raise PolicyError(f"{where}: the quiet window must run over midnight.")
    return policy


def _value(held: object, key: str) -> object:
    if not isinstance(held, dict) or held.get(key) is None:
        raise ValueError(f"{key} is missing")
    return held[key]


def _part(held: object, key: str) -> dict[str, object]:
    part = _value(held, key)
    if not isinstance(part, dict):
        raise ValueError(f"{key} has no keys of its own")
    return part


def _sourced(held: object, key: str) -> dict[str, object]:
    part = _value(held, key)
    if not isinstance(part, dict) or not str(part.get("source") or "").strip():
        raise ValueError(f"{key} has no source")
    return part


def _text(held: object, key: str) -> str:
    value = _value(held, key)
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text, not {value!r}")
    return value


def _whole(held: object, key: str) -> int:
    part = _sourced(held, key)
    return _number(part.get("value"), key)


def _number(value: object, key: str) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{key} must be a whole number, 0 or more, not {value!r}")
    return value


def _days(held: object, key: str) -> timedelta:
    days = _whole(held, key)
    if days > MOST_DAYS:
        raise ValueError(f"{key} is more than {MOST_DAYS}")
    return timedelta(days=days)


def _truth(held: object, key: str) -> bool:
    value = _sourced(held, key).get("value")
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false, not {value!r}")
    return value


def _percents(part: dict[str, object]) -> tuple[int, ...]:
    values = part.get("values")
    if not isinstance(values, list):
        raise ValueError("warn_at_percent has no list of values")
    return tuple(_number(value, "warn_at_percent") for value in values)


def _weekdays(part: dict[str, object]) -> frozenset[int]:
    values = part.get("values")
    if not isinstance(values, list) or not all(value in WEEKDAYS for value in values):
        raise ValueError(f"weekdays must list names out of {', '.join(WEEKDAYS)}")
    return frozenset(WEEKDAYS.index(value) for value in values)


def _holidays(part: dict[str, object]) -> frozenset[date]:
    return frozenset(_day(day, "holidays") for day in _part(part, "days"))


def _time(window: dict[str, object], key: str) -> time:
    value = window.get(key)
    if not isinstance(value, str) or not CLOCK_TIME.fullmatch(value):
        raise ValueError(f'window: {key} must be a time such as "18:00", not {value!r}')
    return time.fromisoformat(value)


def _day(value: object, key: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{key}: {value!r} is not a day")
    return value
