"""What is owed beside the day's charges: plans, deposits, late payment, interest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bijlighar.dues import _deposits, _months, _plan_payments, _plans
from bijlighar.dues._deposits import HELD as HELD
from bijlighar.dues._deposits import REFUND as REFUND
from bijlighar.dues._deposits import SET_OFF as SET_OFF
from bijlighar.dues._deposits import NoDeposit as NoDeposit
from bijlighar.dues._deposits import NotHeld as NotHeld
from bijlighar.dues._months import INTEREST as INTEREST
from bijlighar.dues._months import LATE_PAYMENT as LATE_PAYMENT
from bijlighar.dues._plan_payments import INSTALMENT as INSTALMENT
from bijlighar.dues._plan_payments import PAID_OFF as PAID_OFF
from bijlighar.dues._plan_payments import SHARE as SHARE
from bijlighar.dues._plans import SET_ASIDE as SET_ASIDE
from bijlighar.dues._plans import AlreadyPlanned as AlreadyPlanned
from bijlighar.dues._plans import NotOwed as NotOwed
from bijlighar.dues._plans import WrongPlan as WrongPlan
from bijlighar.dues.values import (
    Billed,
    DepositNow,
    DepositRefund,
    InterestCredit,
    LateCharge,
    Monthly,
    MonthPosted,
    NewDeposit,
    NewPlan,
    PlanNow,
    SetOff,
    Taken,
)
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book

# Plans


def set_aside(
    *,
    plans: Sequence[NewPlan],
    now: datetime,
    effective_at: datetime | None = None,
    anew: bool = False,
) -> tuple[PlanNow, ...]:
    """Move dues out of wallets and fix how they are paid back; the plans open now.

    All or none, each source once. With `anew` what is left of an open plan is taken along
    on the new terms. It is true from `effective_at` on, or from now.
    Raises WrongPlan, AlreadyPlanned, NotOwed, ledger.NoWallet.
    """
    return _plans.open_plans(
        Book.ARREARS, plans, anew=anew, effective_at=effective_at or now, now=now
    )


def ask_deposit(
    *, plans: Sequence[NewPlan], now: datetime, anew: bool = False
) -> tuple[PlanNow, ...]:
    """Have deposits paid from wallets in instalments; nothing moves before the first.

    As `set_aside`. Raises WrongPlan, AlreadyPlanned, ledger.NoWallet.
    """
    return _plans.open_plans(Book.DEPOSIT, plans, anew=anew, effective_at=now, now=now)


def drop_demand(
    *, connection_ids: Sequence[int], because: str, source: str, now: datetime
) -> dict[int, int]:
    """Ask for no more of deposits that are not paid yet; what was left, by connection.

    What was paid stays held.
    """
    return _plans.end_plans(
        Book.DEPOSIT, connection_ids, because=because, source=source, now=now
    )


def post_instalments(
    *, connection_ids: Sequence[int], leave_paise: int, now: datetime
) -> dict[int, int]:
    """Post the instalments whose day has come; what each wallet paid.

    Postpaid: all of each. Prepaid: what the wallet holds above `leave_paise`; the rest is
    asked for with the next one. Safe to repeat: each day of a plan is asked for once.
    """
    return _plan_payments.post_instalments(connection_ids, leave_paise=leave_paise, now=now)


def take_from_recharge(
    *,
    connection_id: int,
    recharge_paise: int,
    source: str,
    catch_up_percent: int,
    now: datetime,
) -> Taken | None:
    """Give old dues their part of a recharge that was credited; None where there is none.

    The plan's share, or of a prepaid plan by instalments what was missed, up to
    `catch_up_percent` of the recharge. Never more than is left. Each source once.
    """
    return _plan_payments.take_from_recharge(
        connection_id=connection_id,
        recharge_paise=recharge_paise,
        source=source,
        catch_up_percent=catch_up_percent,
        now=now,
    )


def recharge_that_leaves(
    *, connection_id: int, wanted_paise: int, catch_up_percent: int, now: datetime
) -> int:
    """The least recharge of which so much is left to the wallet, in paise."""
    return _plan_payments.recharge_that_leaves(
        connection_id, wanted_paise, catch_up_percent=catch_up_percent, now=now
    )


def pay_off(
    *, most_paise: Mapping[int, int], source: str, effective_at: datetime, now: datetime
) -> dict[int, int]:
    """Pay old dues from wallets at once, each up to an amount; what each paid.

    For money that is there for them, as a deposit that is set off. Each source once.
    """
    return _plan_payments.pay_off(
        most_paise, source=source, effective_at=effective_at, now=now
    )


def plan_of(*, connection_id: int) -> PlanNow | None:
    """The plan by which old dues are paid back; None where none is open."""
    return _plans.open_plans_of(Book.ARREARS, [connection_id]).get(connection_id)


def plans_of(*, connection_ids: Sequence[int]) -> dict[int, PlanNow]:
    """The open plans of old dues, by connection."""
    return _plans.open_plans_of(Book.ARREARS, connection_ids)


def deposit_plan_of(*, connection_id: int) -> PlanNow | None:
    """The plan by which a deposit is paid; None where none is open."""
    return _plans.open_plans_of(Book.DEPOSIT, [connection_id]).get(connection_id)


def arrears_of(*, connection_ids: Sequence[int]) -> dict[int, int]:
    """What each connection owes that was set aside, in paise, by the ledger."""
    held = ledger.owned_balances(book=Book.ARREARS, owner_ids=connection_ids)
    return {connection_id: -paise for connection_id, paise in held.items()}


def with_instalments() -> tuple[int, ...]:
    """Connections with instalments still to come, in order."""
    return _plans.connections_with_plans()


# Deposits


def hold(*, deposits: Sequence[NewDeposit], now: datetime) -> None:
    """Take deposits over that were paid before: opening balances, each source once.

    Raises NoDeposit, ledger.NoWallet.
    """
    _deposits.hold(deposits, now)


def set_off(
    *,
    owed_paise: Mapping[int, int],
    source: str,
    now: datetime,
    effective_at: datetime | None = None,
) -> dict[int, SetOff]:
    """Give deposits to the wallets whole: against what is owed, the rest is credit.

    `owed_paise` names the connections. Those that hold nothing are left out, also when it
    is repeated. Source: conversion to prepaid (tariffs reference 1.4).
    """
    return _deposits.set_off(owed_paise, source, effective_at or now, now)


def refund(*, refunds: Sequence[DepositRefund], now: datetime) -> None:
    """Keep that the office pays deposits out; each source once.

    All or none. Raises NoDeposit, NotHeld, ledger.NoWallet.
    """
    _deposits.refund(refunds, now)


def deposits_of(*, connection_ids: Sequence[int]) -> dict[int, DepositNow]:
    """What of each deposit is held, asked for, and set off and not asked for again."""
    return _deposits.deposits_of(connection_ids)


# Once a month


def charge_late(*, billed: Sequence[Billed], month: date, now: datetime) -> MonthPosted:
    """Charge the days of an ended month on which bills were unpaid after their due date.

    `billed` are the bills of each connection back to one that was paid in full. Safe to
    repeat: a connection's month is charged once, whatever is known later. Source: the
    order's late payment surcharge (tariffs reference 1.3).
    """
    return _months.charge_late(billed, month, now)


def credit_interest(
    *, connection_ids: Sequence[int], month: date, now: datetime
) -> MonthPosted:
    """Credit what prepaid balances earned in an ended month. Safe to repeat.

    Source: the order's interest on prepaid balances (tariffs reference 3.4).
    """
    return _months.credit_interest(connection_ids, month, now)


def late_charges_of(*, connection_id: int) -> tuple[LateCharge, ...]:
    """What paying late cost, month by month, with its lines."""
    return _months.late_charges_of(connection_id)


def interest_of(*, connection_id: int) -> tuple[InterestCredit, ...]:
    """What a prepaid balance earned, month by month."""
    return _months.interest_of(connection_id)


def months_due(*, what: Monthly, now: datetime) -> tuple[date, ...]:
    """Ended months that are not done for everybody yet: the last one, where none is."""
    return _months.months_due(what, now)


def month_done(*, what: Monthly, month: date, now: datetime) -> None:
    """A month is done for everybody. Safe to repeat."""
    _months.month_done(what, month, now)
