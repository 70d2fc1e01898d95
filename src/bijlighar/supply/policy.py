"""Cut-off policies: dated, reviewed data files, checked when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import in_ist

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
        quiet = held["no_disconnection"]
        policy = Policy(
            name=str(held["policy"]),
            in_force_from=_day(held["in_force_from"]),
            warn_at_percent=tuple(
                _whole(v) for v in _sourced(held, "warn_at_percent")["values"]
            ),
            disconnect_below_paise=_value(held, "disconnect_below_paise"),
            reconnect_from_paise=_value(held, "reconnect_from_paise"),
            emergency_credit=timedelta(days=_value(held, "emergency_credit_days")),
            grace_after_conversion=timedelta(
                days=_value(held, "grace_days_after_conversion")
            ),
            evidence_at_most=timedelta(days=_value(held, "evidence_at_most_days_old")),
            quiet_from=time.fromisoformat(_sourced(quiet, "window")["from"]),
            quiet_until=time.fromisoformat(quiet["window"]["until"]),
            quiet_weekdays=frozenset(
                WEEKDAYS.index(day) for day in _sourced(quiet, "weekdays")["values"]
            ),
            second_saturday_is_quiet=bool(_sourced(quiet, "second_saturday")["value"]),
            holidays=frozenset(_day(day) for day in _sourced(quiet, "holidays")["days"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise PolicyError(f"{where}: {type(error).__name__}: {error}") from error
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


def _sourced(held: dict[str, Any], key: str) -> dict[str, Any]:
    part = held[key]
    if not isinstance(part, dict) or not str(part.get("source") or "").strip():
        raise ValueError(f"{key} has no source")
    return part


def _value(held: dict[str, Any], key: str) -> int:
    return _whole(_sourced(held, key)["value"], key)


def _whole(value: object, key: str = "value") -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{key} must be a whole number, 0 or more, not {value!r}")
    return value


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{value!r} is not a day")
    return value
