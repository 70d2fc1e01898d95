"""Searching the audit trail, in somebody's areas only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db import connection

from bijlighar.kernel.sql import rows, statement
from bijlighar.people.values import AuditEntry, AuditQuestion, Scope, SignedAt

AT_ONCE = 500
DOWNWARDS, UPWARDS = "order by seq desc", "order by seq asc"


def search(
    *,
    scope: Scope,
    question: AuditQuestion,
    limit: int,
    offset: int = 0,
    is_downwards: bool = True,
) -> tuple[AuditEntry, ...]:
    """The records that are asked for and lie in some areas."""
    asked = statement("bijlighar.people", "audit_found")
    if not is_downwards:
        asked = asked.replace(DOWNWARDS, UPWARDS)
    with connection.cursor() as cursor:
        cursor.execute(
            asked, {**_arguments(scope, question), "limit": limit, "offset": offset}
        )
        return tuple(_entry(row) for row in rows(cursor))


def each(*, scope: Scope, question: AuditQuestion) -> Iterator[AuditEntry]:
    """All records that are asked for, the newest first, read some hundred at a time."""
    while True:
        found = search(scope=scope, question=question, limit=AT_ONCE)
        yield from found
        if len(found) < AT_ONCE:
            return
        question = replace(question, below=found[-1].seq)


def covering(*, seq: int) -> SignedAt | None:
    """The first signed head over a record; None while nothing signs it yet."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.people", "audit_covering"), {"seq": seq})
        found = rows(cursor)
    if not found:
        return None
    return SignedAt(**{**found[0], "hash": bytes(found[0]["hash"]).hex()})


def _arguments(scope: Scope, question: AuditQuestion) -> dict[str, Any]:
    is_number = question.who.isdecimal() and len(question.who) < 19
    return {
        "areas": scope.areas,
        "seq": question.seq,
        "below": question.below,
        "from_at": question.from_at,
        "until_at": question.until_at,
        "action": question.action,
        "channel": question.channel,
        "object_kind": question.object_kind,
        "object_id": question.object_id,
        "actor_id": int(question.who) if is_number else None,
        "name": "" if is_number else _containing(question.who),
        "why": _containing(question.why),
    }


def _containing(text: str) -> str:
    """A pattern of texts that contain this one; empty where nothing is asked."""
    if not text:
        return ""
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def _entry(row: Mapping[str, Any]) -> AuditEntry:
    told = json.loads(row["payload"])
    known = {name: value for name, value in row.items() if name != "payload"}
    return AuditEntry(
        **{
            **known,
            "previous_hash": bytes(row["previous_hash"]).hex(),
            "hash": bytes(row["hash"]).hex(),
            "before": told.get("before"),
            "after": told.get("after"),
            "roles": tuple(told.get("roles", ())),
            "approved_by": told.get("approved_by", ""),
            "proposal_id": told.get("proposal_id", ""),
        }
    )
