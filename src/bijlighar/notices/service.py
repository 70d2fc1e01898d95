"""Tell people: queue a notice with what happened, send it after, keep how far it got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import F

from bijlighar.kernel.errors import TemporaryError
from bijlighar.notices import rules
from bijlighar.notices._seal import seal, unseal
from bijlighar.notices.channels.pretend_phone import channel as pretend_phone
from bijlighar.notices.models import Notice
from bijlighar.notices.values import NewNotice, NoticeKind, SentNotice, ToSend, Urgency

MOST_ATTEMPTS = 8

CHANNELS = {"pretend_phone": pretend_phone.send}
"""Every channel by the name that the settings use."""


def queue(*, notices: Sequence[NewNotice], now: datetime) -> tuple[int, ...]:
    """Keep notices to be sent, each source once; answer the ids of those that are new.

    The caller defers their sending in the same transaction.
    Raises rules.CatalogueError.
    """
    with transaction.atomic():
        known = set(
            Notice.objects.filter(source__in=[one.source for one in notices])
            .order_by()
            .values_list("source", flat=True)
        )
        new = [_row(one, now) for one in notices if one.source not in known]
        created = Notice.objects.bulk_create(new)
    return tuple(notice.pk for notice in created)


def send(*, notice_id: int, now: datetime) -> None:
    """Send one queued notice; one that was sent already is left alone.

    Raises TemporaryError where it should be tried again; the failure is kept either way.
    """
    notice = Notice.objects.get(pk=notice_id)
    if notice.state != "queued":
        return
    carry = CHANNELS[settings.BIJLIGHAR["sms_channel"]]
    try:
        carry(
            notice=_to_send(notice),
            url=settings.BIJLIGHAR["sms_url"],
            key=settings.BIJLIGHAR["sms_key"],
            client=_client(),
        )
    except TemporaryError as error:
        _keep_failure(notice, str(error))
        raise
    Notice.objects.filter(pk=notice_id, state="queued").update(
        state="sent", sent_at=now, attempts=F("attempts") + 1, secret=None
    )


def recent(*, limit: int, connection_id: int | None = None) -> tuple[SentNotice, ...]:
    """The last notices, newest first."""
    rows = Notice.objects.filter(connection_id__isnull=False).order_by("-id")
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    return tuple(
        SentNotice(
            notice_id=row.pk,
            at=row.created_at,
            kind=row.kind,
            text=row.text,
            language=row.language,
            state=row.state,
            mobile=row.mobile,
            connection_id=row.connection_id,
        )
        for row in rows[:limit]
    )


def kind_of_template(*, template_id: str) -> NoticeKind | None:
    """What a registered template tells; None for one that is not in the catalogue."""
    return next(
        (
            kind
            for (kind, _), template in rules.catalogue().items()
            if template.template_id == template_id
        ),
        None,
    )


def count() -> int:
    """How many notices there are."""
    return Notice.objects.count()


def close_channels() -> None:
    """Close the connections to operators, at a process's end."""
    if _client.cache_info().currsize:
        _client().close()
        _client.cache_clear()


@cache
def _client() -> httpx.Client:
    return httpx.Client()


def _row(new: NewNotice, now: datetime) -> Notice:
    template = rules.catalogue()[new.kind, new.language]
    text = rules.shown_text(kind=new.kind, language=new.language, parameters=new.parameters)
    is_secret = rules.CODE in new.parameters
    return Notice(
        kind=new.kind.value,
        source=new.source,
        connection_id=new.connection_id,
        mobile=new.mobile,
        language=new.language,
        sender=template.sender,
        template_id=template.template_id,
        text=text,
        parameters={} if is_secret else dict(new.parameters),
        secret=seal(parameters=new.parameters, source=new.source) if is_secret else None,
        urgency=template.urgency,
        is_always_told=template.is_always_told,
        state="queued",
        created_at=now,
        due_at=now,
        expires_at=new.expires_at,
    )


def _to_send(notice: Notice) -> ToSend:
    kind = NoticeKind(notice.kind)
    parameters = notice.parameters
    text = notice.text
    if notice.secret is not None:
        parameters = unseal(sealed=bytes(notice.secret), source=notice.source)
        text = rules.fill(kind=kind, language=notice.language, parameters=parameters)
    return ToSend(
        notice_id=notice.pk,
        kind=kind,
        urgency=Urgency(notice.urgency),
        parameters=parameters,
        mobile=notice.mobile,
        language=notice.language,
        sender=notice.sender,
        template_id=notice.template_id,
        text=text,
        reference=notice.source,
    )


def _keep_failure(notice: Notice, error: str) -> None:
    """A notice that no attempt got through is failed, and shown as that."""
    is_last = notice.attempts + 1 >= MOST_ATTEMPTS
    Notice.objects.filter(pk=notice.pk).update(
        attempts=F("attempts") + 1,
        last_error=error[:500],
        state="failed" if is_last else "queued",
        secret=None if is_last else F("secret"),
    )
