"""Work put off until the present transaction has committed: with it, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

CLOSE_DAY = "flow.close_day"
CHARGE_AGAIN = "flow.charge_again"
CHARGE_SILENT = "flow.charge_silent"
SEND_NOTICE = "flow.send_notice"
SEND_DUE_NOTICES = "flow.send_due_notices"
ANNOUNCE_OUTAGE = "flow.announce_outage"
CLOSE_ALL = "flow.close_all"
REVIEW_ALL = "flow.review_all"
READ_ALL = "flow.read_all"
PROVE_LEDGER = "flow.prove_ledger"
EXPIRE_PROPOSALS = "flow.expire_proposals"
REFRESH_REACH = "flow.refresh_reach"
CHECK_IMPORT = "flow.check_import"
TAKE_IN_IMPORT = "flow.take_in_import"
TAKE_UP_IMPORTS = "flow.take_up_imports"
FORGET_ANSWERS = "flow.forget_answers"
ERASE_PAPERS = "flow.erase_papers"
BILL_ALL = "flow.bill_all"
BILL_MONTH = "flow.bill_month"
POST_INSTALMENTS = "flow.post_instalments"
CHARGE_LATE = "flow.charge_late"
CREDIT_INTEREST = "flow.credit_interest"
COMPLAINT_CLOCKS = "flow.complaint_clocks"
MEND_DARK = "flow.mend_dark"
CHANGE_NUMBERS = "flow.change_numbers"
WATCH_BUDGETS = "flow.watch_budgets"
ASK_GATEWAY = "flow.ask_gateway"
ASK_GATEWAYS = "flow.ask_gateways"
TELL_DIGESTS = "flow.tell_digests"
COUNT_LEVELS = "dashboards.count_levels"
TAKE_UP_UNANSWERED = "flow.take_up_unanswered"

MOST_CONNECTIONS_A_JOB = 2_000
MOST_BILLS_A_JOB = 500
MOST_NOTICES_ALONE = 20
"""More are not a job each: the worker takes them in batches, the most urgent first."""


def close_day(*, connection_ids: Sequence[int]) -> None:
    """Charge these connections' open days soon."""
    for first in range(0, len(connection_ids), MOST_CONNECTIONS_A_JOB):
        part: JSONValue = list(connection_ids[first : first + MOST_CONNECTIONS_A_JOB])
        app.configure_task(CLOSE_DAY).defer(connection_ids=part)


def charge_again(*, connection_ids: Sequence[int], first: date, because: str) -> None:
    """Charge these connections' days from the month of `first` on again, soon."""
    for start in range(0, len(connection_ids), MOST_CONNECTIONS_A_JOB):
        part: JSONValue = list(connection_ids[start : start + MOST_CONNECTIONS_A_JOB])
        app.configure_task(CHARGE_AGAIN).defer(
            connection_ids=part, first=first.isoformat(), because=because
        )


def bill_month(*, connection_ids: Sequence[int], first: date) -> None:
    """Make these connections' bills of the month that begins with `first`, soon."""
    for start in range(0, len(connection_ids), MOST_BILLS_A_JOB):
        part: JSONValue = list(connection_ids[start : start + MOST_BILLS_A_JOB])
        app.configure_task(BILL_MONTH).defer(connection_ids=part, first=first.isoformat())


def send_notices(*, notice_ids: Iterable[int]) -> None:
    """Send these notices soon."""
    jobs: list[dict[str, JSONValue]] = [
        {"notice_id": notice_id} for notice_id in notice_ids
    ]
    if len(jobs) > MOST_NOTICES_ALONE:
        app.configure_task(SEND_DUE_NOTICES, lock="notices").defer()
    elif jobs:
        app.configure_task(SEND_NOTICE).batch_defer(*jobs)


def announce_outage(*, outage_id: int, version: int) -> None:
    """Tell every home below an outage soon."""
    app.configure_task(ANNOUNCE_OUTAGE, lock=f"outage {outage_id}").defer(
        outage_id=outage_id, version=version
    )


def watch_budgets(*, connection_ids: Sequence[int], month: date) -> None:
    """Look soon at what a month has come to, against these connections' budgets."""
    app.configure_task(WATCH_BUDGETS).defer(
        connection_ids=list(connection_ids), month=month.isoformat()
    )


def mend_dark(*, connection_id: int) -> None:
    """Look soon into why a home that recharged is dark, and mend what can be mended."""
    app.configure_task(MEND_DARK).defer(connection_id=connection_id)


def ask_gateway(*, order_id: str) -> None:
    """Ask the gateway soon what became of a recharge."""
    app.configure_task(ASK_GATEWAY).defer(order_id=order_id)


def check_import(*, import_id: int) -> None:
    """Try an import's file out soon."""
    app.configure_task(CHECK_IMPORT, lock=f"import {import_id}").defer(import_id=import_id)


def take_in_import(*, import_id: int) -> None:
    """Take an import's rows in soon."""
    app.configure_task(TAKE_IN_IMPORT, lock=f"import {import_id}").defer(
        import_id=import_id
    )


def scheduled(*, task: str) -> None:
    """Run one of the schedule's jobs soon."""
    app.configure_task(task).defer()
