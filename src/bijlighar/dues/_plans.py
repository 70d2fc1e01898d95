"""Plans: on what terms dues or a deposit are paid in parts, and how far they are paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from bijlighar.dues.models import Plan
from bijlighar.dues.values import Instalments, NewPlan, PlanNow, RechargeShare, Terms
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import (
    Balance,
    Book,
    NewEntry,
    NewTransfer,
    OwnedBook,
    WalletOf,
)

SET_ASIDE = "set aside"
"""The ledger's reason for dues that move from the wallet into a plan."""


class WrongPlan(BijligharError):
    """An amount, a number of instalments or a share is not as it must be."""


class AlreadyPlanned(BijligharError):
    """The connection has an open plan of this kind already."""


class NotOwed(BijligharError):
    """More would be set aside than the wallet owes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The last plan of a connection and how far it is paid."""

    plan: PlanNow | None
    """None where it was of nothing."""
    number: int
    paid_paise: int

    @property
    def left_paise(self) -> int:
        return self.plan.left_paise if self.plan else 0


def open_plans(
    book: Book,
    plans: Sequence[NewPlan],
    *,
    anew: bool,
    effective_at: datetime,
    now: datetime,
) -> tuple[PlanNow, ...]:
    """Open plans; of dues, move them out of the wallet. The wallets' locks come first."""
    for one in plans:
        _check(one, anew=anew)
    ids = [one.connection_id for one in plans]
    assert len(set(ids)) == len(ids), "one plan a connection in one call"
    with transaction.atomic():
        balances = ledger.lock_balances(owner_ids=ids)
        known = _opened(book, plans)
        new = [one for one in plans if (one.connection_id, one.source) not in known]
        held = held_plans(book, [one.connection_id for one in new])
        for one in new:
            if book is Book.ARREARS:
                _insist_on_debt(one, balances[one.connection_id])
            if not anew:
                _insist_on_none(held.get(one.connection_id))
        made = [_row(book, one, held, now) for one in new]
        Plan.objects.bulk_create([row for row in made if row.amount_paise])
        if book is Book.ARREARS:
            ledger.post(
                entries=[_set_aside(one, effective_at) for one in new if one.amount_paise],
                now=now,
            )
        return tuple(open_plans_of(book, ids).values())


def end_plans(
    book: Book, connection_ids: Sequence[int], *, because: str, source: str, now: datetime
) -> dict[int, int]:
    """End open plans; what was left of each. Only for what is no longer asked for."""
    with transaction.atomic():
        ledger.lock_balances(owner_ids=connection_ids)
        held = held_plans(book, connection_ids)
        ended = {one: held[one].left_paise for one in held if held[one].left_paise}
        Plan.objects.bulk_create(
            [
                Plan(
                    connection_id=connection_id,
                    book=book.value,
                    number=held[connection_id].number + 1,
                    amount_paise=0,
                    added_paise=-left,
                    because=because,
                    source=source,
                    opened_at=now,
                )
                for connection_id, left in ended.items()
            ]
        )
    return ended


def open_plans_of(book: Book, connection_ids: Sequence[int]) -> dict[int, PlanNow]:
    """The plans of which something is left."""
    return {
        connection_id: held.plan
        for connection_id, held in held_plans(book, connection_ids).items()
        if held.plan is not None and held.left_paise
    }


def held_plans(book: Book, connection_ids: Sequence[int]) -> dict[int, Held]:
    """The last plan of each connection that ever had one."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.dues", "open_plans"),
            {"ids": list(connection_ids), "book": book.value},
        )
        return {row["connection_id"]: _held(row) for row in rows(cursor)}


def connections_with_plans() -> tuple[int, ...]:
    """Connections with instalments still to come, in order."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.dues", "connections_with_plans"))
        return tuple(row["connection_id"] for row in rows(cursor))


def _check(new: NewPlan, *, anew: bool) -> None:
    named = f"Connection {new.connection_id}"
    if new.amount_paise < 0 or (new.amount_paise == 0 and not anew):
        raise WrongPlan(f"{named}: {new.amount_paise} paise are nothing to plan.")
    terms = new.terms
    if isinstance(terms, Instalments) and terms.count < 1:
        raise WrongPlan(f"{named}: {terms.count} instalments are none.")
    if isinstance(terms, RechargeShare) and not 1 <= terms.percent <= 100:
        raise WrongPlan(f"{named}: a share is 1 to 100 percent, not {terms.percent}.")


def _insist_on_debt(new: NewPlan, balance: Balance) -> None:
    owed = -balance.balance_paise
    if new.amount_paise > max(owed, 0):
        raise NotOwed(
            f"Connection {new.connection_id} owes {owed} paise, not {new.amount_paise}."
        )


def _insist_on_none(held: Held | None) -> None:
    if held is not None and held.plan is not None and held.left_paise:
        raise AlreadyPlanned(
            f"Connection {held.plan.connection_id} has a plan of which"
            f" {held.left_paise} paise are left."
        )


def _opened(book: Book, plans: Sequence[NewPlan]) -> set[tuple[int, str]]:
    return set(
        Plan.objects.filter(
            book=book.value,
            connection_id__in=[one.connection_id for one in plans],
            source__in={one.source for one in plans},
        ).values_list("connection_id", "source")
    )


def _row(book: Book, new: NewPlan, held: Mapping[int, Held], now: datetime) -> Plan:
    before = held.get(new.connection_id)
    amount = new.amount_paise + (before.left_paise if before else 0)
    is_parts = isinstance(new.terms, Instalments)
    return Plan(
        connection_id=new.connection_id,
        book=book.value,
        number=before.number + 1 if before else 1,
        amount_paise=amount,
        added_paise=new.amount_paise,
        instalments=new.terms.count if isinstance(new.terms, Instalments) else None,
        first_on=new.terms.first_on if isinstance(new.terms, Instalments) else None,
        percent_of_recharge=None if is_parts else _percent(new.terms),
        because=new.because,
        source=new.source,
        opened_at=now,
    )


def _percent(terms: Terms) -> int:
    assert isinstance(terms, RechargeShare)
    return terms.percent


def _held(row: Mapping[str, Any]) -> Held:
    paid: int = row["paid_paise"]
    plan = None
    if row["amount_paise"]:
        plan = PlanNow(
            plan_id=row["plan_id"],
            connection_id=row["connection_id"],
            amount_paise=row["amount_paise"],
            left_paise=row["amount_paise"] - paid,
            terms=_terms(row),
            because=row["because"],
            opened_at=row["opened_at"],
        )
    return Held(plan=plan, number=row["number"], paid_paise=paid)


def _terms(row: Mapping[str, Any]) -> Terms:
    if row["percent_of_recharge"] is not None:
        return RechargeShare(percent=row["percent_of_recharge"])
    return Instalments(count=row["instalments"], first_on=row["first_on"])


def _set_aside(new: NewPlan, effective_at: datetime) -> NewEntry:
    return NewEntry(
        reason=SET_ASIDE,
        source=f"{new.connection_id}:{new.source}",
        effective_at=effective_at,
        transfers=(
            NewTransfer(
                debit=OwnedBook(book=Book.ARREARS, owner_id=new.connection_id),
                credit=WalletOf(owner_id=new.connection_id),
                head=Book.ARREARS.value,
                amount_paise=new.amount_paise,
            ),
        ),
    )
