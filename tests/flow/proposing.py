"""An office that proposes and decides: the stage of the tests of proposals."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home, ProtectionKind
from bijlighar.flow.decide_proposal import MayNotDecide, decide
from bijlighar.flow.propose import propose
from bijlighar.flow.protect_connection import (
    PROTECT,
    protect_payload,
)
from bijlighar.kernel.ist import IST
from bijlighar.people.values import Role, Scope, Viewer
from bijlighar.proposals import service as proposals
from bijlighar.proposals.values import Proposal, Refusal
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, viewer

NOON = datetime(2026, 4, 7, 12, 0, tzinfo=IST)
HOUR = timedelta(hours=1)
HOSPITAL = ProtectionKind.HOSPITAL


class Office:
    """East Division's engineer proposes, its approver decides; Chanda hangs there."""

    def __init__(self) -> None:
        self.ids = grid_of_cast()
        self.chanda, self.dev = connect("Chanda", "Dev")
        self.division = self.ids["D1"]
        self.maker = add_staff("maker", (Role.EXECUTIVE_ENGINEER, self.division), now=NOON)
        self.checker = add_staff("checker", (Role.APPROVER, self.division), now=NOON)

    def proposed(self, *, now: datetime = NOON, why: str = "forty beds") -> Proposal:
        """Chanda shall be protected as a hospital."""
        payload = protect_payload(connection_id=self.chanda.connection_id, kind=HOSPITAL)
        return self.propose(PROTECT, payload, now=now, why=why)

    def propose(
        self,
        kind: str,
        payload: object,
        *,
        now: datetime = NOON,
        why: str = "forty beds",
        by: Viewer | int | None = None,
    ) -> Proposal:
        who = by if isinstance(by, Viewer) else viewer(by or self.maker, now=now)
        made = propose(kind=kind, payload=payload, why=why, by=who, now=now)
        return self.seen(made)

    def seen(self, proposal_id: UUID) -> Proposal:
        whole = Scope(area_ids=frozenset({self.ids["NDVN"]}))
        return proposals.get(proposal_id=proposal_id, scope=whole)

    def decided(
        self,
        held: Proposal,
        *,
        by: Viewer | int | None = None,
        approve: bool = True,
        seen_hash: str = "",
        why: str = "seen the beds",
        now: datetime = NOON + HOUR,
    ) -> Proposal:
        who = by if isinstance(by, Viewer) else viewer(by or self.checker, now=now)
        return decide(
            proposal_id=held.proposal_id,
            approve=approve,
            seen_hash=seen_hash or held.hash,
            why=why,
            by=who,
            now=now,
            real_now=now,
        ).proposal

    def refusal(self, held: Proposal, **decision: object) -> Refusal:
        """Why a decision is refused; the proposal stays as it was."""
        with pytest.raises(MayNotDecide) as refused:
            self.decided(held, **decision)
        assert self.seen(held.proposal_id) == held
        return refused.value.refusal

    def is_protected(self, home: Home | None = None, now: datetime = NOON + HOUR) -> bool:
        number = (home or self.chanda).connection_id
        return number in connections.protections_on(connection_ids=[number], now=now)


def records(object_kind: str, object_id: object) -> list[dict[str, object]]:
    """The audit records of one object, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select payload from people_auditrecord"
            " where object_kind = %s and object_id = %s order by seq",
            [object_kind, str(object_id)],
        )
        return [json.loads(payload) for (payload,) in cursor.fetchall()]


def change_contact(staff_id: int, **contact: str) -> None:
    with connection.cursor() as cursor:
        for column, value in contact.items():
            cursor.execute(
                f"update people_staff set {column} = %s where id = %s", [value, staff_id]
            )


def move_chanda(office: Office, code: str) -> None:
    """The connection hangs on another transformer from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update connections_connection set transformer_id = %s where id = %s",
            [office.ids[code], office.chanda.connection_id],
        )
