"""Plans: dues or a deposit paid in parts, as ledger entries that are each posted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import PaymentMode
from bijlighar.dues import rules
from bijlighar.dues.models import Plan, PlanPayment
from bijlighar.dues.rules import asked_until, from_recharge, last_due_on, to_post
from bijlighar.dues.values import (
    Instalments,
    NewPlan,
    PlanNow,
    RechargeShare,
    Taken,
    Terms,
)
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import day_starts, supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import (
    Balance,
    Book,
    NewEntry,
    NewTransfer,
    OwnedBook,
    Side,
    WalletOf,
)

SET_ASIDE = "set aside"
"""The ledger's reason for dues that move from the wallet into a plan."""
INSTALMENT = "instalment"
"""The ledger's reason for an instalment, of old dues or of a deposit."""
PAID_OFF = "old dues paid off"
"""The ledger's reason for old dues that a wallet pays at once, as from a deposit."""
SHARE = "share of recharge"
"""The ledger's reason for what a recharge gives to old dues."""


class WrongPlan(BijligharError):
    """An amount, a number of instalments or a share is not as it must be."""


class AlreadyPlanned(BijligharError):
    """The connection has an open plan of this kind already."""


class NotOwed(BijligharError):
    """More would be set aside than the wallet owes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """The last plan of a connection and how far it is paid."""

    plan: PlanNow | None
    """None where it was of nothing."""
    number: int
    paid_paise: int

    @property
    def left_paise(self) -> int:
        return self.plan.left_paise if self.plan else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payment:
    """What a plan asks for and gets, and the entry that says so."""

    plan: PlanNow
    book: Book
    reason: str
    source: str
    asked_paise: int
    paid_paise: int
    effective_at: datetime


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


def pay_off(
    most_paise: Mapping[int, int], *, source: str, effective_at: datetime, now: datetime
) -> dict[int, int]:
    """Pay open plans from wallets, each up to an amount; what each paid."""
    with transaction.atomic():
        ledger.lock_balances(owner_ids=list(most_paise))
        plans = open_plans_of(Book.ARREARS, list(most_paise))
        known = _asked_on(plans.values())
        payments = [
            _Payment(
                plan=plan,
                book=Book.ARREARS,
                reason=PAID_OFF,
                source=source,
                asked_paise=plan.left_paise,
                paid_paise=min(most_paise[one], plan.left_paise),
                effective_at=effective_at,
            )
            for one, plan in plans.items()
            if most_paise[one] > 0 and (plan.plan_id, source) not in known
        ]
        _keep(payments, now)
    return {one.plan.connection_id: one.paid_paise for one in payments}


def open_plans_of(book: Book, connection_ids: Sequence[int]) -> dict[int, PlanNow]:
    """The plans of which something is left."""
    return {
        connection_id: held.plan
        for connection_id, held in held_plans(book, connection_ids).items()
        if held.plan is not None and held.left_paise
    }


def post_instalments(
    connection_ids: Sequence[int], *, leave_paise: int, now: datetime
) -> dict[int, int]:
    """Post the instalments that are due; what each wallet paid. Old dues come first."""
    today = supply_day_of(now)
    moved: dict[int, int] = {}
    with transaction.atomic():
        balances = ledger.lock_balances(owner_ids=connection_ids)
        facts = connections.known_facts_on(connection_ids=connection_ids, day=today)
        free = {
            one: balances[one].balance_paise - leave_paise
            for one, held in facts.items()
            if held.payment_mode is PaymentMode.PREPAID
        }
        for book in (Book.ARREARS, Book.DEPOSIT):
            due = _due(book, connection_ids, today, free)
            for payment in due:
                one = payment.plan.connection_id
                if one in free:
                    free[one] -= payment.paid_paise
                moved[one] = moved.get(one, 0) + payment.paid_paise
            _keep(due, now)
    return {one: paise for one, paise in moved.items() if paise}


def take_from_recharge(
    *,
    connection_id: int,
    recharge_paise: int,
    source: str,
    catch_up_percent: int,
    now: datetime,
) -> Taken | None:
    """Give a plan its share of a recharge that is credited already; None without a plan."""
    today = supply_day_of(now)
    ids = [connection_id]
    with transaction.atomic():
        ledger.lock_balances(owner_ids=ids)
        held = held_plans(Book.ARREARS, ids).get(connection_id)
        if held is None or held.plan is None:
            return None
        plan = held.plan
        known = PlanPayment.objects.filter(plan_id=plan.plan_id, source=source).first()
        if known is not None:
            return Taken(taken_paise=known.paid_paise, left_paise=plan.left_paise)
        taken = from_recharge(
            plan.terms,
            recharge_paise=recharge_paise,
            left_paise=plan.left_paise,
            behind_paise=_behind_if_prepaid(held, today),
            catch_up_percent=catch_up_percent,
        )
        if not taken:
            return None
        _keep([_share(plan, taken, source, now)], now)
    return Taken(taken_paise=taken, left_paise=plan.left_paise - taken)


def recharge_that_leaves(
    connection_id: int, wanted_paise: int, *, catch_up_percent: int, now: datetime
) -> int:
    """As `service.recharge_that_leaves` says."""
    held = held_plans(Book.ARREARS, [connection_id]).get(connection_id)
    if held is None or held.plan is None:
        return wanted_paise
    return rules.recharge_that_leaves(
        held.plan.terms,
        wanted_paise=wanted_paise,
        left_paise=held.left_paise,
        behind_paise=_behind_if_prepaid(held, supply_day_of(now)),
        catch_up_percent=catch_up_percent,
    )


def held_plans(book: Book, connection_ids: Sequence[int]) -> dict[int, _Held]:
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


def _insist_on_none(held: _Held | None) -> None:
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


def _row(book: Book, new: NewPlan, held: Mapping[int, _Held], now: datetime) -> Plan:
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


def _held(row: Mapping[str, Any]) -> _Held:
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
    return _Held(plan=plan, number=row["number"], paid_paise=paid)


def _terms(row: Mapping[str, Any]) -> Terms:
    if row["percent_of_recharge"] is not None:
        return RechargeShare(percent=row["percent_of_recharge"])
    return Instalments(count=row["instalments"], first_on=row["first_on"])


def _due(
    book: Book, connection_ids: Sequence[int], today: date, free: Mapping[int, int]
) -> list[_Payment]:
    """The instalments whose day has come and that nobody has asked for yet."""
    found: list[_Payment] = []
    held = held_plans(book, connection_ids)
    asked = _asked_on(one.plan for one in held.values() if one.plan is not None)
    for one in held.values():
        plan = one.plan
        if plan is None or not one.left_paise or not isinstance(plan.terms, Instalments):
            continue
        day = last_due_on(plan.terms, today=today)
        if day is None or (plan.plan_id, f"{day}") in asked:
            continue
        behind = _behind(one, day)
        if behind > 0:
            paid = to_post(behind_paise=behind, balance_paise=free.get(plan.connection_id))
            found.append(
                _Payment(
                    plan=plan,
                    book=book,
                    reason=INSTALMENT,
                    source=f"{day}",
                    asked_paise=behind,
                    paid_paise=paid,
                    effective_at=day_starts(day),
                )
            )
    return found


def _asked_on(plans: Iterable[PlanNow]) -> set[tuple[int, str]]:
    """Which plans were asked for something by which source."""
    ids = [plan.plan_id for plan in plans]
    return set(PlanPayment.objects.filter(plan_id__in=ids).values_list("plan_id", "source"))


def _behind(held: _Held, day: date) -> int:
    """What a plan has asked for by a day and has not got."""
    plan = held.plan
    assert plan is not None
    assert isinstance(plan.terms, Instalments)
    asked = asked_until(plan.terms, amount_paise=plan.amount_paise, day=day)
    return asked - held.paid_paise


def _behind_if_prepaid(held: _Held, today: date) -> int:
    """What was missed of instalments that were asked for: nothing for postpaid, where all
    of each is posted."""
    plan = held.plan
    assert plan is not None
    if not isinstance(plan.terms, Instalments):
        return 0
    facts = connections.known_facts_on(connection_ids=[plan.connection_id], day=today)
    held_facts = facts.get(plan.connection_id)
    day = last_due_on(plan.terms, today=today)
    if (
        day is None
        or held_facts is None
        or held_facts.payment_mode is not PaymentMode.PREPAID
        or not PlanPayment.objects.filter(plan_id=plan.plan_id, source=f"{day}").exists()
    ):
        return 0
    return max(_behind(held, day), 0)


def _share(plan: PlanNow, taken_paise: int, source: str, now: datetime) -> _Payment:
    return _Payment(
        plan=plan,
        book=Book.ARREARS,
        reason=SHARE,
        source=source,
        asked_paise=taken_paise,
        paid_paise=taken_paise,
        effective_at=now,
    )


def _keep(payments: Sequence[_Payment], now: datetime) -> None:
    """Keep what plans asked for and got, and move it from the wallets into their books."""
    PlanPayment.objects.bulk_create(
        [
            PlanPayment(
                plan_id=one.plan.plan_id,
                connection_id=one.plan.connection_id,
                source=one.source,
                asked_paise=one.asked_paise,
                paid_paise=one.paid_paise,
                posted_at=now,
            )
            for one in payments
        ]
    )
    entries = [_paid(one) for one in payments if one.paid_paise]
    posted = ledger.post(entries=entries, now=now)
    assert len(posted) == len(entries), "a payment of a plan was in the ledger before"


def _paid(one: _Payment) -> NewEntry:
    owner_id = one.plan.connection_id
    return _entry(
        reason=one.reason,
        source=f"{one.plan.plan_id}:{one.source}",
        at=one.effective_at,
        debit=WalletOf(owner_id=owner_id),
        credit=OwnedBook(book=one.book, owner_id=owner_id),
        head=one.book.value,
        amount_paise=one.paid_paise,
    )


def _set_aside(new: NewPlan, effective_at: datetime) -> NewEntry:
    return _entry(
        reason=SET_ASIDE,
        source=f"{new.connection_id}:{new.source}",
        at=effective_at,
        debit=OwnedBook(book=Book.ARREARS, owner_id=new.connection_id),
        credit=WalletOf(owner_id=new.connection_id),
        head=Book.ARREARS.value,
        amount_paise=new.amount_paise,
    )


def _entry(
    *,
    reason: str,
    source: str,
    at: datetime,
    debit: Side,
    credit: Side,
    head: str,
    amount_paise: int,
) -> NewEntry:
    return NewEntry(
        reason=reason,
        source=source,
        effective_at=at,
        transfers=(
            NewTransfer(debit=debit, credit=credit, head=head, amount_paise=amount_paise),
        ),
    )
