"""What a state asks of KYC: dated, reviewed data files, checked when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import yaml

from bijlighar.kernel.errors import BijligharError
from bijlighar.kyc.values import PaperKind

MOST_DAYS = 3_660


class PolicyError(BijligharError):
    """A policy file does not say what a policy must say."""


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
    """A packaged policy. Raises PolicyError naming what is wrong and where."""
    file = files("bijlighar.kyc").joinpath("policies", f"{name}.yaml")
    if not file.is_file():
        raise PolicyError(f"There is no KYC policy named {name}.")
    return read_policy(file.read_text(encoding="utf-8"), where=f"{name}.yaml")


def read_policy(text: str, *, where: str) -> Policy:
    """A policy from its text. Raises PolicyError naming the file and the key."""
    try:
        held = yaml.safe_load(text)
        return Policy(
            name=_text(held, "policy"),
            in_force_from=_day(held, "in_force_from"),
            papers=_papers(held),
            consent_version=_text(held, "consent_version"),
            keep_rejected=_days(held, "keep_rejected_days"),
            keep_pages=_days(held, "keep_pages_days"),
        )
    except (ValueError, yaml.YAMLError) as error:
        raise PolicyError(f"{where}: {error}") from error


def _value(held: object, key: str) -> object:
    if not isinstance(held, dict) or held.get(key) is None:
        raise ValueError(f"{key} is missing")
    return held[key]


def _text(held: object, key: str) -> str:
    value = _value(held, key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} is no text")
    return value


def _day(held: object, key: str) -> date:
    value = _value(held, key)
    if not isinstance(value, date):
        raise ValueError(f"{key} is no day like 2026-04-01")
    return value


def _sourced(held: object, key: str, what: str) -> object:
    part = _value(held, key)
    if not isinstance(part, dict) or not part.get("source"):
        raise ValueError(f"{key} has no source")
    return _value(part, what)


def _days(held: object, key: str) -> timedelta:
    value = _sourced(held, key, "value")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MOST_DAYS:
        raise ValueError(f"{key} is no number of days from 1 to {MOST_DAYS}")
    return timedelta(days=value)


def _papers(held: object) -> tuple[PaperKind, ...]:
    told = _sourced(held, "papers", "values")
    if not isinstance(told, list) or not told or len(set(told)) != len(told):
        raise ValueError("papers names each paper once, and at least one")
    known = {kind.value: kind for kind in PaperKind}
    for one in told:
        if one not in known:
            raise ValueError(f"papers: {one} is no paper that the product knows")
    return tuple(known[one] for one in told)
