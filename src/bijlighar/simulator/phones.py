"""The pretend SMS operator and the phones: whatever is sent has arrived."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bijlighar.simulator.http_input import (
    BadRequest,
    json_object,
    require_bearer,
    text_of,
)

MOST_AT_ONCE = 1_000

_NEXT = """
select * from sms where id > :after_id and (:to is null or recipient = :to)
order by id limit :limit
"""
_NEWEST = """
select * from sms where :to is null or recipient = :to order by id desc limit :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A message on somebody's phone, received at this time of the town."""

    id: int
    reference: str
    to: str
    sender: str
    template_id: str
    text: str
    language: str
    received_at: datetime


class Phones:
    """All messages, kept in the world's file."""

    def __init__(
        self, *, connection: sqlite3.Connection, now: Callable[[], datetime]
    ) -> None:
        """`now` is the town's clock."""
        self._connection = connection
        self._now = now

    def receive(
        self,
        *,
        reference: str,
        to: str,
        sender: str,
        template_id: str,
        text: str,
        language: str,
    ) -> int:
        """Put a message on a phone, once per reference; gives the message's id."""
        received_at = self._now().isoformat(timespec="seconds")
        self._connection.execute(
            "insert or ignore into sms (reference, recipient, sender, template_id, text,"
            " language, received_at) values (?, ?, ?, ?, ?, ?, ?)",
            (reference, to, sender, template_id, text, language, received_at),
        )
        (sms_id,) = self._connection.execute(
            "select id from sms where reference = ?", (reference,)
        ).fetchone()
        return int(sms_id)

    def messages(self, *, to: str | None, after_id: int | None, limit: int) -> list[Sms]:
        """Messages to one phone, or to all; the newest last.

        With `after_id` the next `limit` messages after that one, so that a reader who goes
        on from the last id misses nothing; without it the newest `limit` messages.
        """
        wanted = _NEWEST if after_id is None else _NEXT
        rows = self._connection.execute(
            wanted, {"to": to, "after_id": after_id, "limit": limit}
        )
        return sorted((_sms(row) for row in rows), key=lambda sms: sms.id)


class PhoneRoutes:
    """The routes under `/sms`: the operator's interface, and a look at the phones."""

    def __init__(self, *, phones: Phones, key: str) -> None:
        """`key` is the sender's bearer key."""
        self._phones = phones
        self._key = key

    def routes(self) -> list[Route]:
        """All routes."""
        path = "/sms/v1/messages"
        return [
            Route(path, self.send, methods=["POST"]),
            Route(path, self.show, methods=["GET"]),
        ]

    async def send(self, request: Request) -> Response:
        """Accept a message for delivery."""
        require_bearer(request, key=self._key)
        body = await json_object(request)
        sms_id = self._phones.receive(
            reference=text_of(body, "reference"),
            to=text_of(body, "to"),
            sender=text_of(body, "sender"),
            template_id=text_of(body, "template_id", default=""),
            text=text_of(body, "text"),
            language=text_of(body, "language", default="hi"),
        )
        return JSONResponse({"id": sms_id, "status": "delivered"}, status_code=202)

    async def show(self, request: Request) -> Response:
        """Show what is on the phones."""
        messages = self._phones.messages(
            to=request.query_params.get("to"),
            after_id=_whole(request, "after_id"),
            limit=min(_whole(request, "limit") or 100, MOST_AT_ONCE),
        )
        return JSONResponse({"messages": [_sms_json(sms) for sms in messages]})


def _whole(request: Request, name: str) -> int | None:
    """A whole number of the query, None when it is not given."""
    value = request.query_params.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise BadRequest(f"{name} must be a whole number.", field=name)
    return int(value)


def _sms(row: sqlite3.Row) -> Sms:
    """A message from its row."""
    return Sms(
        id=row["id"],
        reference=row["reference"],
        to=row["recipient"],
        sender=row["sender"],
        template_id=row["template_id"],
        text=row["text"],
        language=row["language"],
        received_at=datetime.fromisoformat(row["received_at"]),
    )


def _sms_json(sms: Sms) -> dict[str, object]:
    """A message as the phones show it."""
    return {
        "id": sms.id,
        "reference": sms.reference,
        "to": sms.to,
        "sender": sms.sender,
        "template_id": sms.template_id,
        "text": sms.text,
        "language": sms.language,
        "received_at": sms.received_at.isoformat(),
    }
