"""Consents: given for one purpose in a version of the words, and withdrawn as easily."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from bijlighar.kyc.models import Consent
from bijlighar.kyc.rules import Refused
from bijlighar.kyc.values import ConsentGiven, Purpose, Wrong


def give(
    *,
    connection_id: int,
    purpose: Purpose,
    text_version: str,
    language: str,
    channel: str,
    now: datetime,
) -> None:
    """Keep that somebody agreed; once, however often it is sent."""
    try:
        with transaction.atomic():
            Consent.objects.create(
                connection_id=connection_id,
                purpose=purpose.value,
                text_version=text_version,
                language=language,
                channel=channel,
                given_at=now,
            )
    except IntegrityError:
        with transaction.atomic():
            held(connection_id=connection_id, purpose=purpose)


def held(*, connection_id: int, purpose: Purpose) -> Consent:
    """The consent that holds, locked until the transaction ends. Raises Refused."""
    found = (
        Consent.objects.select_for_update()
        .filter(connection_id=connection_id, purpose=purpose.value, withdrawn_at=None)
        .first()
    )
    if found is None:
        raise Refused(Wrong.NO_CONSENT)
    return found


def of_connection(*, connection_id: int) -> tuple[ConsentGiven, ...]:
    """Every consent there ever was, the newest first."""
    return tuple(
        ConsentGiven(
            purpose=Purpose(one.purpose),
            text_version=one.text_version,
            language=one.language,
            channel=one.channel,
            given_at=one.given_at,
            withdrawn_at=one.withdrawn_at,
        )
        for one in Consent.objects.filter(connection_id=connection_id).order_by(
            "-given_at", "-id"
        )
    )
