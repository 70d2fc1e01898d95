"""Complaints' legal clocks: dated, reviewed data files, checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files

import yaml

from bijlighar.complaints.values import ComplaintClass
from bijlighar.grid.values import Kind
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.money import PAISE_PER_RUPEE
from bijlighar.people.values import Role

MOST_HOURS = 24 * 365
MOST_RUPEES = 100_000


class PolicyError(BijligharError):
    """A policy file does not say what a policy must say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is owed for each day that begins after the clock has run out."""

    paise_a_day: int
    most_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One class of complaints: how long it may take, and what a day more costs."""

    allowed: timedelta
    is_urgent: bool
    is_vigilance: bool
    owed: Owed | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder: who has a complaint once so much of its clock has run."""

    role: Role
    office: Kind
    at_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintPolicy:
    """Everything about complaints that differs between discoms and changes with time."""

    name: str
    in_force_from: date
    reopen_within: timedelta
    ladder: tuple[Rung, ...]
    incident_window: timedelta
    complaints_of_a_transformer: int
    transformers_of_a_feeder: int
    clocks: Mapping[ComplaintClass, Clock]


@cache
def policy_named(name: str) -> ComplaintPolicy:
    """A packaged policy. Raises PolicyError naming what is wrong and where."""
    file = files("bijlighar.complaints").joinpath("policies", f"{name}.yaml")
    if not file.is_file():
        raise PolicyError(f"There is no complaints policy named {name}.")
    return read_policy(file.read_text(encoding="utf-8"), where=f"{name}.yaml")


def read_policy(text: str, *, where: str) -> ComplaintPolicy:
    """A policy from its text. Raises PolicyError naming the file and the key."""
    try:
        held = yaml.safe_load(text)
        incident = _sourced(held, "incident")
        return ComplaintPolicy(
            name=_text(held, "policy"),
            in_force_from=_day(held, "in_force_from"),
            reopen_within=timedelta(
                days=_whole(_sourced(held, "reopen_within_days"), "value", most=365)
            ),
            ladder=_ladder(_sourced(held, "ladder")),
            incident_window=timedelta(
                minutes=_whole(incident, "window_minutes", most=24 * 60)
            ),
            complaints_of_a_transformer=_whole(
                incident, "complaints_of_a_transformer", most=1_000
            ),
            transformers_of_a_feeder=_whole(
                incident, "transformers_of_a_feeder", most=1_000
            ),
            clocks=_clocks(_part(held, "classes")),
        )
    except (ValueError, yaml.YAMLError) as error:
        raise PolicyError(f"{where}: {error}") from error


def _ladder(part: Mapping[str, object]) -> tuple[Rung, ...]:
    told = part.get("steps")
    if not isinstance(told, list) or not told:
        raise ValueError("ladder has no list of steps")
    rungs = tuple(
        Rung(
            role=Role(_text(one, "role")),
            office=Kind(_text(one, "office")),
            at_percent=_whole(one, "at_percent", least=0, most=10_000),
        )
        for one in told
    )
    percents = [rung.at_percent for rung in rungs]
    if percents[0] != 0 or percents != sorted(set(percents)):
        raise ValueError("ladder must begin at 0 percent and rise")
    return rungs


def _clocks(part: Mapping[str, object]) -> dict[ComplaintClass, Clock]:
    missing = {one.value for one in ComplaintClass} ^ set(part)
    if missing:
        raise ValueError(f"classes: {', '.join(sorted(missing))} missing or unknown")
    return {ComplaintClass(name): _clock(part, name) for name in part}


def _clock(part: Mapping[str, object], name: str) -> Clock:
    told = _sourced(part, name)
    return Clock(
        allowed=timedelta(hours=_whole(told, "hours", most=MOST_HOURS)),
        is_urgent=_truth(told, "urgent", name),
        is_vigilance=_truth({"vigilance": False, **told}, "vigilance", name),
        owed=_owed(told, name),
        source=_text(told, "source"),
    )


def _owed(told: Mapping[str, object], name: str) -> Owed | None:
    if "owed" not in told:
        raise ValueError(f"{name}: owed is missing; null says that nothing is owed")
    if told["owed"] is None:
        return None
    owed = _part(told, "owed")
    a_day, most = _paise(owed, "rupees_a_day"), _paise(owed, "most_rupees")
    if most < a_day:
        raise ValueError(f"{name}: most_rupees is less than one day's")
    return Owed(paise_a_day=a_day, most_paise=most)


def _paise(held: Mapping[str, object], key: str) -> int:
    text = _text(held, key)
    try:
        paise = Decimal(text) * PAISE_PER_RUPEE
    except InvalidOperation:
        raise ValueError(f'{key} must be rupees such as "50", not {text!r}') from None
    if not 0 < paise <= MOST_RUPEES * PAISE_PER_RUPEE or paise != int(paise):
        raise ValueError(f"{key}: {text} is no amount of whole paise up to {MOST_RUPEES}")
    return int(paise)


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
    part = _part(held, key)
    if not str(part.get("source") or "").strip():
        raise ValueError(f"{key} has no source")
    return part


def _text(held: object, key: str) -> str:
    value = _value(held, key)
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text, not {value!r}")
    return value


def _whole(held: object, key: str, *, least: int = 1, most: int) -> int:
    value = _value(held, key)
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{key} must be a whole number up to {most}, not {value!r}")
    return value


def _truth(held: Mapping[str, object], key: str, where: str) -> bool:
    value = held.get(key)
    if not isinstance(value, bool):
        raise ValueError(f"{where}: {key} must be true or false, not {value!r}")
    return value


def _day(held: object, key: str) -> date:
    value = _value(held, key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{key}: {value!r} is not a day")
    return value
