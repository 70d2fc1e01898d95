"""The pretend people at work: they read their phones and recharge, by their own habits.

They use the product as a consumer does: an order is opened, paid at the pretend gateway,
and the gateway's webhook does the rest.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings

from bijlighar.connections import service as connections
from bijlighar.flow.take_payment import start_recharge
from bijlighar.notices import service as notices
from bijlighar.notices.values import NoticeKind
from bijlighar.payments import service as payments
from bijlighar.simulator.people import MessageKind, Person, Recharge, decide

MESSAGES_AT_ONCE = 500
TIMEOUT_S = 10

READ_AS = {
    NoticeKind.LOW_BALANCE: MessageKind.LOW_BALANCE,
    NoticeKind.BALANCE_USED_UP: MessageKind.LOW_BALANCE,
    NoticeKind.DISCONNECTED: MessageKind.DISCONNECTED,
    NoticeKind.RECHARGED_TOO_LITTLE: MessageKind.DISCONNECTED,
}
"""What a notice means to people; the others move nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A recharge that was paid: the webhook as the gateway would send it."""

    consumer_number: str
    order_id: str
    amount_paise: int
    body: bytes
    headers: Mapping[str, str]
    captured_s: float
    """When it was captured, by a clock that only measures (time.perf_counter)."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Plan:
    """A recharge that somebody means to make, and when they read why."""

    at: datetime
    consumer_number: str
    amount_paise: int
    read_at: datetime


@dataclass(slots=True, kw_only=True)
class Residents:
    """Everybody's phones read, and what they mean to pay, soonest first."""

    people: Mapping[str, tuple[str, Person]]
    """Consumer number and person by mobile number."""
    seed: int
    client: httpx.Client
    _seen: int = 0
    _counts: dict[str, int] = field(default_factory=dict)
    _plans: list[Plan] = field(default_factory=list)

    def read_phones(self) -> None:
        """Read what has come since the last time, and decide."""
        while True:
            messages = self._messages()
            for message in messages:
                self._seen = max(self._seen, int(message["id"]))
                self._read(
                    mobile=str(message["to"]),
                    kind=_means(str(message["template_id"])),
                    at=datetime.fromisoformat(str(message["received_at"])),
                )
            if len(messages) < MESSAGES_AT_ONCE:
                return

    def forget_paid(self, now: datetime) -> None:
        """After a restart: what people meant to do and did, they do not again."""
        by_number = {home.consumer_number: home for home in connections.homes()}
        ids = [home.connection_id for home in by_number.values()]
        last = payments.last_recharges(connection_ids=ids)

        def was_paid(plan: Plan) -> bool:
            paid = last.get(by_number[plan.consumer_number].connection_id)
            return plan.at <= now and paid is not None and paid.credited_at >= plan.read_at

        self._plans = [plan for plan in self._plans if not was_paid(plan)]
        heapq.heapify(self._plans)

    def next_at(self) -> datetime | None:
        """When the next recharge is due; None while nobody means to."""
        return self._plans[0].at if self._plans else None

    def pay_due(self, now: datetime) -> list[Captured]:
        """Make the recharges whose time has come."""
        paid = []
        while self._plans and self._plans[0].at <= now:
            plan = heapq.heappop(self._plans)
            paid.append(self.pay(plan.consumer_number, plan.amount_paise, now))
        return paid

    def pay(self, consumer_number: str, amount_paise: int, now: datetime) -> Captured:
        """One recharge, from the order to the capture at the gateway."""
        started = start_recharge(
            consumer_number=consumer_number,
            amount_paise=amount_paise,
            return_url=f"{settings.BIJLIGHAR['public_url']}/home/{consumer_number}/",
            now=now,
        )
        answer = self.client.post(
            f"{settings.BIJLIGHAR['gateway_url']}/v1/orders/{started.gateway_order_id}/capture",
            auth=(
                settings.BIJLIGHAR["gateway_key_id"],
                settings.BIJLIGHAR["gateway_key_secret"],
            ),
            timeout=TIMEOUT_S,
        )
        captured_s = time.perf_counter()
        answer.raise_for_status()
        webhook = answer.json()["webhook"]
        return Captured(
            consumer_number=consumer_number,
            order_id=started.order_id,
            amount_paise=amount_paise,
            body=webhook["body"].encode(),
            headers=webhook["headers"],
            captured_s=captured_s,
        )

    def _messages(self) -> list[dict[str, Any]]:
        answer = self.client.get(
            f"{settings.BIJLIGHAR['sms_url']}/v1/messages",
            params={"after_id": self._seen, "limit": MESSAGES_AT_ONCE},
            headers={"Authorization": f"Bearer {settings.BIJLIGHAR['sms_key']}"},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def _read(self, *, mobile: str, kind: MessageKind | None, at: datetime) -> None:
        if kind is None or mobile not in self.people:
            return
        consumer_number, person = self.people[mobile]
        ordinal = self._counts.get(mobile, 0)
        self._counts[mobile] = ordinal + 1
        plan: Recharge | None = decide(
            person=person, message_kind=kind, town_time=at, seed=self.seed, ordinal=ordinal
        )
        if plan is not None:
            heapq.heappush(
                self._plans,
                Plan(
                    at=plan.at,
                    consumer_number=consumer_number,
                    amount_paise=int(plan.amount_paise),
                    read_at=at,
                ),
            )


def _means(template_id: str) -> MessageKind | None:
    """What a message means to people; None where it moves nobody."""
    kind = notices.kind_of_template(template_id=template_id)
    return None if kind is None else READ_AS.get(kind)
