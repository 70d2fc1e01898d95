"""Where a click on a pushed notice leads: to the page of what it says, of this home.

The list is here, not in the notice: nothing that anybody wrote decides where a click goes.
The browser's worker refuses whatever is no page of its own site (`sw.js`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bijlighar.notices.values import NoticeKind, ToSend

FIRST_PAGE = "/my/home/"
"""Leads to the one home of whoever is signed in, or to the list of them."""
HOME, RECHARGE, SUPPLY = "", "#recharge", "#supply"
BILLS, BUDGET, COMPLAINTS, PAYMENTS = "bills/", "use/budget/", "complaints/", "payments/"
USE, WHAT_IF = "use/", "what-if/"

PLACES: Mapping[NoticeKind, str] = {
    NoticeKind.RECHARGED: PAYMENTS,
    NoticeKind.RECHARGED_TOO_LITTLE: RECHARGE,
    NoticeKind.LOW_BALANCE: RECHARGE,
    NoticeKind.BALANCE_USED_UP: RECHARGE,
    NoticeKind.DISCONNECTED: SUPPLY,
    NoticeKind.RECONNECTED: SUPPLY,
    NoticeKind.THRESHOLD_AHEAD: WHAT_IF,
    NoticeKind.BILL_READY: BILLS,
    NoticeKind.CODE: HOME,
    NoticeKind.DISCONNECTION_AHEAD: RECHARGE,
    NoticeKind.PAYMENT_PENDING: PAYMENTS,
    NoticeKind.PAYMENT_FAILED: RECHARGE,
    NoticeKind.PLANNED_OUTAGE: SUPPLY,
    NoticeKind.OUTAGE_CHANGED: SUPPLY,
    NoticeKind.OUTAGE_CANCELLED: SUPPLY,
    NoticeKind.UNPLANNED_OUTAGE: SUPPLY,
    NoticeKind.UNPLANNED_OUTAGE_OPEN: SUPPLY,
    NoticeKind.OUTAGE_OVER: SUPPLY,
    NoticeKind.DIGEST_DAILY: USE,
    NoticeKind.DIGEST_WEEKLY: USE,
    NoticeKind.BUDGET_REACHED: BUDGET,
    NoticeKind.BUDGET_UNITS_REACHED: BUDGET,
    NoticeKind.BUDGET_AHEAD: BUDGET,
    NoticeKind.BUDGET_UNITS_AHEAD: BUDGET,
    NoticeKind.COMPLAINT_TAKEN: COMPLAINTS,
    NoticeKind.COMPLAINT_MOVED: COMPLAINTS,
    NoticeKind.COMPLAINT_OVERDUE: COMPLAINTS,
    NoticeKind.COMPLAINT_SETTLED: COMPLAINTS,
    NoticeKind.COMPENSATION_DUE: COMPLAINTS,
    NoticeKind.INSTALMENT_TAKEN: BILLS,
    NoticeKind.DUES_SHARE_TAKEN: PAYMENTS,
    NoticeKind.DUES_CONVERTED: BILLS,
    NoticeKind.TURNED_PREPAID: SUPPLY,
    NoticeKind.TURNED_POSTPAID: BILLS,
    NoticeKind.PAID_FOR_ANOTHER: HOME,
    NoticeKind.PENDING_FOR_ANOTHER: HOME,
    NoticeKind.FAILED_FOR_ANOTHER: HOME,
    NoticeKind.NUMBER_CHANGE_ASKED: HOME,
    NoticeKind.NUMBER_CHANGED: HOME,
}
_NUMBER = re.compile(r"[0-9A-Za-z-]+")


def path_of(notice: ToSend) -> str:
    """The path on our own site that a click leads to."""
    number = notice.parameters.get("consumer_number", "")
    if not _NUMBER.fullmatch(number):
        return FIRST_PAGE
    return f"/home/{number}/{PLACES[notice.kind]}"
