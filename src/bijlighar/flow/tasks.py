"""What the worker can be asked to do: each loads `now` and makes one call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

import structlog
from django.db import OperationalError, close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bijlighar.clock.clock import now, real_now
from bijlighar.connections import service as connections
from bijlighar.dues import service as dues
from bijlighar.dues.values import Monthly
from bijlighar.flow import later
from bijlighar.flow.announce_outage import announce_outage as announce
from bijlighar.flow.ask_gateway import ask_due
from bijlighar.flow.ask_gateway import ask_gateway as ask
from bijlighar.flow.bill_month import bill_month as bill
from bijlighar.flow.bill_month import due_on
from bijlighar.flow.change_mobile import carry_out_due
from bijlighar.flow.close_day import charge_again as again
from bijlighar.flow.close_day import charge_silent as estimate
from bijlighar.flow.close_day import close_day as close
from bijlighar.flow.complaints import let_clocks_run
from bijlighar.flow.decide_proposal import close_overtaken
from bijlighar.flow.diagnose_dark import mend_dark as mend
from bijlighar.flow.dues import post_instalments as instalments
from bijlighar.flow.dues import post_months
from bijlighar.flow.hand_to_vendor import take_up_unanswered as unanswered
from bijlighar.flow.pay_compensation import pay_compensations
from bijlighar.flow.review_supply import review_supply
from bijlighar.flow.take_in_masters import take_in_part, take_up_quiet
from bijlighar.flow.tell_digests import tell_digests as digests
from bijlighar.flow.tell_unsettled import tell_unsettled
from bijlighar.flow.watch_budgets import watch_budgets as watch
from bijlighar.grid import service as grid
from bijlighar.headend import service as headend
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kyc import service as kyc
from bijlighar.ledger import service as ledger
from bijlighar.logins import service as logins
from bijlighar.masters import service as masters
from bijlighar.notices import service as notices
from bijlighar.payments import service as payments
from bijlighar.people import service as people

log = structlog.get_logger()

CONNECTIONS_AT_ONCE = 500
NOTICE_BATCHES_A_JOB = 50

_DATABASE_AWAY = RetryStrategy(
    max_attempts=6, exponential_wait=2, retry_exceptions={OperationalError}
)


def _task(
    name: str, **options: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A job of the worker, run in a thread with a database connection of its own."""

    def named(do: Callable[..., None]) -> Callable[..., None]:
        @wraps(do)
        def job(**arguments: Any) -> None:
            close_old_connections()
            try:
                do(**arguments)
            finally:
                close_old_connections()

        app.task(name=name, **options)(job)  # type: ignore[no-untyped-call]
        return job

    return named


@_task(later.CLOSE_DAY, retry=_DATABASE_AWAY)
def close_day(*, connection_ids: list[int], **_: Any) -> None:
    """Charge the open days of these connections."""
    for first in range(0, len(connection_ids), CONNECTIONS_AT_ONCE):
        close(connection_ids=connection_ids[first : first + CONNECTIONS_AT_ONCE], now=now())


@_task(later.CHARGE_AGAIN, retry=_DATABASE_AWAY)
def charge_again(*, connection_ids: list[int], first: str, because: str, **_: Any) -> None:
    """Charge these connections' days from the month of `first` on again."""
    for start in range(0, len(connection_ids), CONNECTIONS_AT_ONCE):
        again(
            connection_ids=connection_ids[start : start + CONNECTIONS_AT_ONCE],
            first=date.fromisoformat(first),
            because=because,
            now=now(),
        )


@_task(later.CHARGE_SILENT, retry=_DATABASE_AWAY)
def charge_silent(**_: Any) -> None:
    """Charge by estimate what silent meters have not told."""
    ids = connections.ids()
    for start in range(0, len(ids), CONNECTIONS_AT_ONCE):
        estimate(connection_ids=ids[start : start + CONNECTIONS_AT_ONCE], now=now())


@_task(later.WATCH_BUDGETS, retry=_DATABASE_AWAY)
def watch_budgets(*, connection_ids: list[int], month: str, **_: Any) -> None:
    """Tell those of these connections whose month has come to a step of their budget."""
    watch(connection_ids=connection_ids, month=date.fromisoformat(month), now=now())


@_task(later.POST_INSTALMENTS, retry=_DATABASE_AWAY)
def post_instalments(**_: Any) -> None:
    """Post the instalments whose day has come."""
    ids = dues.with_instalments()
    for start in range(0, len(ids), CONNECTIONS_AT_ONCE):
        instalments(connection_ids=ids[start : start + CONNECTIONS_AT_ONCE], now=now())


@_task(later.CHARGE_LATE, retry=_DATABASE_AWAY)
def charge_late(**_: Any) -> None:
    """Charge the overdue days of ended months, where that is not done."""
    post_months(what=Monthly.LATE_PAYMENT, part=CONNECTIONS_AT_ONCE, now=now())


@_task(later.CREDIT_INTEREST, retry=_DATABASE_AWAY)
def credit_interest(**_: Any) -> None:
    """Credit the interest of ended months, where that is not done."""
    post_months(what=Monthly.INTEREST, part=CONNECTIONS_AT_ONCE, now=now())


@_task(later.BILL_ALL, retry=_DATABASE_AWAY)
def bill_all(**_: Any) -> None:
    """Make the bills of last month that are not made yet, in parts."""
    first, connection_ids = due_on(now=now())
    later.bill_month(connection_ids=connection_ids, first=first)


@_task(later.BILL_MONTH, retry=_DATABASE_AWAY)
def bill_month(*, connection_ids: list[int], first: str, **_: Any) -> None:
    """Make these connections' bills of the month that begins with `first`."""
    bill(connection_ids=connection_ids, first=date.fromisoformat(first), now=now())


@_task(later.SEND_NOTICE, queue="notices", retry=_DATABASE_AWAY)
def send_notice(*, notice_id: int, **_: Any) -> None:
    """Send one notice; one that is not taken waits in the queue for its next attempt."""
    notices.send(notice_id=notice_id, now=now(), real_now=real_now())


@_task(later.SEND_DUE_NOTICES, queue="notices", retry=_DATABASE_AWAY)
def send_due_notices(**_: Any) -> None:
    """Send what is due, batch after batch, unless the worker's own loop was quicker."""
    for _batch in range(NOTICE_BATCHES_A_JOB):
        if not notices.send_due(now=now(), real_now=real_now()):
            return


@_task(later.ANNOUNCE_OUTAGE, retry=_DATABASE_AWAY)
def announce_outage(*, outage_id: int, version: int, **_: Any) -> None:
    """Tell every home below an outage."""
    announce(outage_id=outage_id, version=version, now=now())


@_task(later.REVIEW_ALL, retry=_DATABASE_AWAY)
def review_all(**_: Any) -> None:
    """Review every supply: windows and emergency credit move by the clock alone."""
    ids = connections.ids()
    for first in range(0, len(ids), CONNECTIONS_AT_ONCE):
        review_supply(connection_ids=ids[first : first + CONNECTIONS_AT_ONCE], now=now())


@_task(later.CLOSE_ALL, retry=_DATABASE_AWAY)
def close_all(**_: Any) -> None:
    """Charge whatever can be charged, everywhere: nothing is done where nothing is open."""
    later.close_day(connection_ids=connections.ids())


@_task(later.READ_ALL, retry=_DATABASE_AWAY)
def read_all(**_: Any) -> None:
    """Let every meter be asked for its midnight register."""
    headend.read_soon(now=now())


@_task(later.REFRESH_REACH, retry=_DATABASE_AWAY)
def refresh_reach(**_: Any) -> None:
    """Let the tree of the new day say who reaches what."""
    grid.refresh_reach(day=supply_day_of(now()))


@_task(later.COMPLAINT_CLOCKS, retry=_DATABASE_AWAY)
def complaint_clocks(**_: Any) -> None:
    """Let the clock act on every open complaint."""
    let_clocks_run(now=now())
    pay_compensations(now=now())


@_task(later.TAKE_UP_UNANSWERED, retry=_DATABASE_AWAY)
def take_up_unanswered(**_: Any) -> None:
    """Try relay commands anew on which a vendor's head-end is silent."""
    unanswered(now=now())


@_task(later.MEND_DARK, retry=_DATABASE_AWAY)
def mend_dark(*, connection_id: int, **_: Any) -> None:
    """Look into why a home that recharged is dark, and mend what can be mended."""
    mend(connection_id=connection_id, now=now())


@_task(later.ASK_GATEWAY, retry=_DATABASE_AWAY)
def ask_gateway(*, order_id: str, **_: Any) -> None:
    """Ask the gateway what became of a recharge that somebody waits for."""
    ask(order_id=order_id, now=now())


@_task(later.ASK_GATEWAYS, retry=_DATABASE_AWAY)
def ask_gateways(**_: Any) -> None:
    """Ask about recharges that wait, then tell whom it concerns how theirs stand."""
    ask_due(now=now())
    tell_unsettled(now=now())


@_task(later.TELL_DIGESTS, retry=_DATABASE_AWAY)
def tell_digests(**_: Any) -> None:
    """Tell those who wish it what yesterday, or last week, came to."""
    digests(now=now())


@_task(later.CHECK_IMPORT, retry=_DATABASE_AWAY)
def check_import(*, import_id: int, **_: Any) -> None:
    """Try an import's file out."""
    masters.check(import_id=import_id, now=now())


@_task(later.TAKE_IN_IMPORT, retry=_DATABASE_AWAY)
def take_in_import(*, import_id: int, **_: Any) -> None:
    """Take an import's rows in, part after part, from its checkpoint on."""
    while take_in_part(import_id=import_id, now=now()):
        pass


@_task(later.TAKE_UP_IMPORTS, retry=_DATABASE_AWAY)
def take_up_imports(**_: Any) -> None:
    """Go on with imports whose job was lost."""
    take_up_quiet(now=now())


@_task(later.PROVE_LEDGER, retry=_DATABASE_AWAY)
def prove_ledger(**_: Any) -> None:
    """Prove all balances and run entries; a wrong one is an alarm nobody may overlook."""
    wrong = ledger.wrong_wallets()
    if wrong:
        log.critical("ledger.proof.failed", owners=wrong)
        raise AssertionError(f"Wallets {wrong} are not the sum of their transfers.")
    unbalanced = ledger.wrong_entries()
    if unbalanced:
        log.critical("ledger.proof.failed", entries=unbalanced)
        raise AssertionError(f"Run entries {unbalanced} are not balanced.")


@_task(later.EXPIRE_PROPOSALS, retry=_DATABASE_AWAY)
def expire_proposals(**_: Any) -> None:
    """Close what nobody decided on in time, and what its facts or its maker left behind."""
    close_overtaken(now=now())


@_task(later.CHANGE_NUMBERS, retry=_DATABASE_AWAY)
def change_numbers(**_: Any) -> None:
    """Let new primary numbers hold whose day of waiting is over."""
    carry_out_due(now=now())


@_task(later.ERASE_PAPERS, retry=_DATABASE_AWAY)
def erase_papers(**_: Any) -> None:
    """Erase what KYC may keep no longer, a part at a time."""
    while kyc.erase_due(now=now(), real_now=real_now()):
        pass


@_task(later.FORGET_ANSWERS, retry=_DATABASE_AWAY)
def forget_answers(**_: Any) -> None:
    """Take away what the API kept for a day, tokens that have run out, and old codes."""
    people.forget_answers(real_now=real_now())
    people.forget_tokens(real_now=real_now())
    logins.forget_codes(real_now=real_now())
    payments.forget_lookups(real_now=real_now())
