"""Queue notices: every text filled and checked, wishes asked, all kept in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, time

from django.db import connection, transaction

from bijlighar.kernel.sql import statement
from bijlighar.notices import _preferences, _settings, rules, sending
from bijlighar.notices._seal import seal
from bijlighar.notices.models import Preference
from bijlighar.notices.values import NewNotice, Urgency


def queue(*, notices: Sequence[NewNotice], now: datetime) -> tuple[int, ...]:
    """Keep notices to be sent, each source once; answer the ids of those that are new.

    A consumer's wishes hold: the language, and that news are not wanted. What the law asks
    for is kept whatever they wish. The caller defers their sending in the same transaction.
    Raises rules.CatalogueError.
    """
    wishes = _preferences.wishes_of(
        connection_ids=[one.connection_id for one in notices if one.connection_id]
    )
    quiet = _settings.quiet()
    rows = [
        row
        for one in notices
        if (row := _row(one, wishes.get(one.connection_id or 0), quiet, now))
    ]
    if not rows:
        return ()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.notices", "queue"),
            {"rows": json.dumps(rows, ensure_ascii=False), "now": now},
        )
        return tuple(notice_id for (notice_id,) in cursor.fetchall())


def _row(
    new: NewNotice, wishes: Preference | None, quiet: tuple[time, time], now: datetime
) -> dict[str, object] | None:
    """The columns of a notice as JSON has them; None: the consumer does not want it."""
    language = new.language if wishes is None else wishes.language
    template = rules.catalogue()[new.kind, language]
    text = rules.shown_text(kind=new.kind, language=language, parameters=new.parameters)
    is_news = not template.is_always_told and template.urgency < Urgency.DIGEST
    if wishes is not None and is_news and not wishes.wants_news:
        return None
    is_secret = rules.CODE in new.parameters
    due_at = sending.not_before(
        urgency=template.urgency,
        is_always_told=template.is_always_told,
        at=now,
        quiet=quiet,
    )
    return {
        "kind": new.kind.value,
        "source": new.source,
        "connection_id": new.connection_id,
        "mobile": new.mobile,
        "language": language,
        "sender": template.sender,
        "template_id": template.template_id,
        "text": text,
        "parameters": {} if is_secret else dict(new.parameters),
        "secret": _sealed(new) if is_secret else None,
        "urgency": int(template.urgency),
        "is_always_told": template.is_always_told,
        "due_at": due_at.isoformat(),
        "expires_at": new.expires_at.isoformat() if new.expires_at else None,
    }


def _sealed(new: NewNotice) -> str:
    return seal(parameters=new.parameters, source=new.source).hex()
