"""A consumer says how they wish to be told; what changed stands in the audit trail."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bijlighar.connections.values import Home
from bijlighar.logins import service as logins
from bijlighar.logins.values import SignedIn
from bijlighar.notices import service as notices
from bijlighar.notices.values import Preferences
from bijlighar.people import service as people
from bijlighar.people.values import Change, Origin

CHANGED = "notices.preferences.changed"


def wish_notices(
    *, home: Home, wished: Preferences, by: SignedIn, origin: Origin, now: datetime
) -> None:
    """Keep the wishes and the word of who changed them, together or not at all.

    A mail address is not written to the trail, only whether there is one. Raises
    notices.WrongPreference.
    """
    with transaction.atomic(durable=True):
        before = notices.preferences_of(
            connection_id=home.connection_id, language=home.language
        )
        notices.set_preferences(connection_id=home.connection_id, wished=wished, now=now)
        people.record(
            change=Change(
                action=CHANGED,
                object_kind="connection",
                object_id=str(home.connection_id),
                place_id=home.transformer_id,
                before=_written(before),
                after=_written(wished),
            ),
            by=logins.viewer_of(by, origin),
            now=now,
        )


def _written(held: Preferences) -> dict[str, str | bool]:
    return {
        "medium": held.medium.value,
        "language": held.language,
        "digest": held.digest.value,
        "wants_news": held.wants_news,
        "has_mail": bool(held.mail),
    }
