"""The charging policy of a discom: what it decides for itself, as reviewed, dated data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.strict_yaml import Table, read_table

_KEYS = (
    "policy",
    "name",
    "in_force_from",
    "source",
    "silent_meter",
    "bill",
    "instalments_of_dues",
    "instalments_of_deposit",
    "share_of_recharge_for_arrears",
)


class UnknownPolicy(BijligharError):
    """No charging policy has this name."""


class SilentMeter(StrEnum):
    """What a day costs of which the meter has told nothing."""

    NOTHING = "nothing"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingPolicy:
    """What an installation decides about days without a reading and about bills.

    A meter that is silent is charged by estimate from `estimate_after_days` on, for at most
    `estimate_most_days`, with the mean of its last `estimate_from_days` measured days.
    """

    name: str
    in_force_from: date
    silent_meter: SilentMeter
    estimate_after_days: int
    estimate_most_days: int
    estimate_from_days: int
    bill_due_after_days: int
    instalments_of_dues: int
    instalments_of_deposit: int
    percent_of_recharge_for_arrears: int


@cache
def charging_policy(name: str) -> ChargingPolicy:
    """The packaged policy of this name; raises UnknownPolicy, FileError."""
    file = files("bijlighar.charges") / "policies" / f"{name}.yaml"
    if not file.is_file():
        raise UnknownPolicy(f"There is no charging policy called {name}.")
    return read_policy(file.read_text("utf-8"), file.name)


def read_policy(text: str, file: str) -> ChargingPolicy:
    """A policy from its text; raises FileError with file, line and reason."""
    table = read_table(text=text, file=file, keys=_KEYS)
    table.table("name", keys=("en", "hi")).text("hi")
    table.text("source")
    silent = table.table(
        "silent_meter",
        keys=("charge", "after_days", "most_days", "from_last_days", "source"),
    )
    return ChargingPolicy(
        name=table.text("policy"),
        in_force_from=table.day("in_force_from"),
        silent_meter=SilentMeter(silent.word_of("charge", list(SilentMeter))),
        estimate_after_days=_counted(silent, "after_days"),
        estimate_most_days=_counted(silent, "most_days"),
        estimate_from_days=_counted(silent, "from_last_days"),
        bill_due_after_days=_setting(table, "bill", "due_after_days"),
        instalments_of_dues=_setting(table, "instalments_of_dues", "count"),
        instalments_of_deposit=_setting(table, "instalments_of_deposit", "count"),
        percent_of_recharge_for_arrears=_share(table),
    )


def _setting(table: Table, key: str, name: str) -> int:
    one = table.table(key, keys=(name, "source"))
    one.text("source")
    return _counted(one, name)


def _share(table: Table) -> int:
    percent = _setting(table, "share_of_recharge_for_arrears", "percent")
    if percent > 100:
        raise table.refuse("a share of a recharge is at most 100 percent")
    return percent


def _counted(one: Table, key: str) -> int:
    count = one.whole(key)
    if not 1 <= count <= 366:
        raise one.refuse(f"`{key}` is {count}, outside 1 to 366", key)
    return count
