"""Complaints' legal clocks: dated, reviewed data files, checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from bijlighar.complaints.values import ComplaintClass
from bijlighar.grid.values import Kind
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.money import PAISE_PER_RUPEE
from bijlighar.kernel.strict_yaml import Table, read_table
from bijlighar.people.values import Role

MOST_HOURS = 24 * 365
MOST_RUPEES = "100000"


_KEYS = (
    "policy",
    "name",
    "in_force_from",
    "source",
    "reopen_within_days",
    "ladder",
    "incident",
    "classes",
)
_INCIDENT_KEYS = (
    "window_minutes",
    "complaints_of_a_transformer",
    "transformers_of_a_feeder",
)


class UnknownPolicy(BijligharError):
    """No complaints policy has this name."""


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
    """A packaged policy. Raises UnknownPolicy; FileError with file, line and reason."""
    file = files("bijlighar.complaints").joinpath("policies", f"{name}.yaml")
    if not file.is_file():
        raise UnknownPolicy(f"There is no complaints policy named {name}.")
    return read_policy(file.read_text(encoding="utf-8"), where=f"{name}.yaml")


def read_policy(text: str, *, where: str) -> ComplaintPolicy:
    """A policy from its text. Raises FileError with file, line and reason."""
    table = read_table(text=text, file=where, keys=_KEYS)
    table.text("source")
    table.table("name", keys=("en", "hi")).text("hi")
    reopen = _sourced(table, "reopen_within_days", "value")
    incident = _sourced(table, "incident", *_INCIDENT_KEYS)
    return ComplaintPolicy(
        name=table.text("policy"),
        in_force_from=table.day("in_force_from"),
        reopen_within=timedelta(days=reopen.whole("value", least=1, most=365)),
        ladder=_ladder(_sourced(table, "ladder", "steps")),
        incident_window=timedelta(
            minutes=incident.whole("window_minutes", least=1, most=24 * 60)
        ),
        complaints_of_a_transformer=incident.whole(
            "complaints_of_a_transformer", least=1, most=1_000
        ),
        transformers_of_a_feeder=incident.whole(
            "transformers_of_a_feeder", least=1, most=1_000
        ),
        clocks=_clocks(table.table("classes", keys=list(ComplaintClass))),
    )


def _sourced(table: Table, key: str, *keys: str) -> Table:
    """A setting, whose keys are known and which says where it is from."""
    setting = table.table(key, keys=(*keys, "source"))
    setting.text("source")
    return setting


def _ladder(part: Table) -> tuple[Rung, ...]:
    rungs = tuple(
        Rung(
            role=Role(step.word_of("role", list(Role))),
            office=Kind(step.word_of("office", list(Kind))),
            at_percent=step.whole("at_percent", most=10_000),
        )
        for step in part.tables("steps", keys=("role", "office", "at_percent"))
    )
    percents = [rung.at_percent for rung in rungs]
    if percents[:1] != [0] or percents != sorted(set(percents)):
        raise part.refuse("the ladder must begin at 0 percent and rise", "steps")
    return rungs


def _clocks(part: Table) -> dict[ComplaintClass, Clock]:
    return {one: _clock(part, one) for one in ComplaintClass}


def _clock(part: Table, name: ComplaintClass) -> Clock:
    told = part.table(
        name, keys=("hours", "urgent", "owed", "source"), optional=("vigilance",)
    )
    return Clock(
        allowed=timedelta(hours=told.whole("hours", least=1, most=MOST_HOURS)),
        is_urgent=told.truth("urgent"),
        is_vigilance=told.has("vigilance") and told.truth("vigilance"),
        owed=_owed(told),
        source=told.text("source"),
    )


def _owed(told: Table) -> Owed | None:
    """What a day costs; null says that nothing is owed, which cannot be left out."""
    owed = told.table_or_none("owed", keys=("rupees_a_day", "most_rupees"))
    if owed is None:
        return None
    a_day, most = _paise(owed, "rupees_a_day"), _paise(owed, "most_rupees")
    if most < a_day:
        raise owed.refuse("`most_rupees` is less than one day's", "most_rupees")
    return Owed(paise_a_day=a_day, most_paise=most)


def _paise(owed: Table, key: str) -> int:
    rupees = owed.decimal(key, least="0.01", most=MOST_RUPEES, places=2)
    return int(rupees * PAISE_PER_RUPEE)
