"""What a search of the audit trail asks for, as the address has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from bijlighar.kernel.ist import day_starts
from bijlighar.people.values import AuditQuestion

FIELDS = ("who", "action", "kind", "object", "channel", "from", "until", "why")
CHANNELS = ("desk", "api", "command", "job")


def question(asked: Mapping[str, str]) -> tuple[AuditQuestion, tuple[str, ...]]:
    """What is sought, and the fields whose content is no day and was not heeded."""
    wrong = tuple(
        name for name in ("from", "until") if asked[name] and _day(asked[name]) is None
    )
    first, last = _day(asked["from"]), _day(asked["until"])
    sought = AuditQuestion(
        who=asked["who"],
        action=asked["action"],
        object_kind=asked["kind"],
        object_id=asked["object"],
        channel=asked["channel"],
        why=asked["why"],
        from_at=None if first is None else day_starts(first),
        until_at=None if last is None else day_starts(last + timedelta(days=1)),
    )
    return sought, wrong


def _day(text: str) -> date | None:
    """A day that a calendar of ours can hold, else None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None
