"""What plans ask for and get: ledger entries that are each posted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import PaymentMode
from bijlighar.dues import rules
from bijlighar.dues._plans import Held, held_plans, open_plans_of
from bijlighar.dues.models import PlanPayment
from bijlighar.dues.rules import asked_until, from_recharge, last_due_on, to_post
from bijlighar.dues.values import Instalments, PlanNow, Taken
from bijlighar.kernel.ist import day_starts, supply_day_of
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, NewEntry, NewTransfer, OwnedBook, WalletOf

INSTALMENT = "instalment"
"""The ledger's reason for an instalment, of old dues or of a deposit."""
PAID_OFF = "old dues paid off"
"""The ledger's reason for old dues that a wallet pays at once, as from a deposit."""
SHARE = "share of recharge"
"""The ledger's reason for what a recharge gives to old dues."""


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


def _behind(held: Held, day: date) -> int:
    """What a plan has asked for by a day and has not got."""
    plan = held.plan
    assert plan is not None
    assert isinstance(plan.terms, Instalments)
    asked = asked_until(plan.terms, amount_paise=plan.amount_paise, day=day)
    return asked - held.paid_paise


def _behind_if_prepaid(held: Held, today: date) -> int:
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
    return NewEntry(
        reason=one.reason,
        source=f"{one.plan.plan_id}:{one.source}",
        effective_at=one.effective_at,
        transfers=(
            NewTransfer(
                debit=WalletOf(owner_id=owner_id),
                credit=OwnedBook(book=one.book, owner_id=owner_id),
                head=one.book.value,
                amount_paise=one.paid_paise,
            ),
        ),
    )
