"""What a state asks of KYC: dated, reviewed data files, checked when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.strict_yaml import Table, read_table
from bijlighar.kyc.values import PaperKind

MOST_DAYS = 3_660


_KEYS = (
    "policy",
    "in_force_from",
    "papers",
    "consent_version",
    "keep_rejected_days",
    "keep_pages_days",
)


class UnknownPolicy(BijligharError):
    """No KYC policy has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which papers count, in which words people agree, and for how long things are kept."""

    name: str
    in_force_from: date
    papers: tuple[PaperKind, ...]
    """In the order in which they are offered."""
    consent_version: str
    keep_rejected: timedelta
    keep_pages: timedelta
    """How long pictures of an accepted paper stay after the decision."""


@cache
def policy_named(name: str) -> Policy:
    """A packaged policy. Raises UnknownPolicy; FileError with file, line and reason."""
    file = files("bijlighar.kyc").joinpath("policies", f"{name}.yaml")
    if not file.is_file():
        raise UnknownPolicy(f"There is no KYC policy named {name}.")
    return read_policy(file.read_text(encoding="utf-8"), where=f"{name}.yaml")


def read_policy(text: str, *, where: str) -> Policy:
    """A policy from its text. Raises FileError with file, line and reason."""
    table = read_table(text=text, file=where, keys=_KEYS)
    papers = table.table("papers", keys=("values", "source"))
    papers.text("source")
    return Policy(
        name=table.text("policy"),
        in_force_from=table.day("in_force_from"),
        papers=tuple(map(PaperKind, papers.words_of("values", list(PaperKind)))),
        consent_version=table.text("consent_version"),
        keep_rejected=_days(table, "keep_rejected_days"),
        keep_pages=_days(table, "keep_pages_days"),
    )


def _days(table: Table, key: str) -> timedelta:
    setting = table.table(key, keys=("value", "source"))
    setting.text("source")
    return timedelta(days=setting.whole("value", least=1, most=MOST_DAYS))
