"""What the screens call notices, how far they got, and by which way they went."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bijlighar.notices.values import AlarmKind, Digest, Medium, NoticeKind, Outcome

KINDS: Mapping[str, Promise | str] = {
    NoticeKind.CODE: _("One-time code"),
    NoticeKind.RECHARGED: _("Recharge received"),
    NoticeKind.RECHARGED_TOO_LITTLE: _("Recharge received, more is due"),
    NoticeKind.PAYMENT_PENDING: _("Payment not confirmed yet"),
    NoticeKind.PAYMENT_FAILED: _("Payment did not go through"),
    NoticeKind.PAID_FOR_ANOTHER: _("Paid for somebody else"),
    NoticeKind.PENDING_FOR_ANOTHER: _("Payment for somebody else not confirmed yet"),
    NoticeKind.FAILED_FOR_ANOTHER: _("Payment for somebody else did not go through"),
    NoticeKind.LOW_BALANCE: _("Balance is low"),
    NoticeKind.BALANCE_USED_UP: _("Balance used up"),
    NoticeKind.DISCONNECTION_AHEAD: _("Warning before disconnection"),
    NoticeKind.DISCONNECTED: _("Supply disconnected"),
    NoticeKind.RECONNECTED: _("Supply back on"),
    NoticeKind.THRESHOLD_AHEAD: _("A costly threshold is near"),
    NoticeKind.BUDGET_REACHED: _("Own budget reached"),
    NoticeKind.BUDGET_UNITS_REACHED: _("Own budget in units reached"),
    NoticeKind.BUDGET_AHEAD: _("Own budget will be passed"),
    NoticeKind.BUDGET_UNITS_AHEAD: _("Own budget in units will be passed"),
    NoticeKind.BILL_READY: _("Bill ready"),
    NoticeKind.PLANNED_OUTAGE: _("Planned outage"),
    NoticeKind.OUTAGE_CHANGED: _("Planned outage moved"),
    NoticeKind.OUTAGE_CANCELLED: _("Planned outage cancelled"),
    NoticeKind.UNPLANNED_OUTAGE: _("Outage, end known"),
    NoticeKind.UNPLANNED_OUTAGE_OPEN: _("Outage, end not known"),
    NoticeKind.OUTAGE_OVER: _("Outage over"),
    NoticeKind.DIGEST_DAILY: _("Daily summary"),
    NoticeKind.DIGEST_WEEKLY: _("Weekly summary"),
    NoticeKind.COMPLAINT_TAKEN: _("Complaint registered"),
    NoticeKind.COMPLAINT_MOVED: _("Complaint passed on"),
    NoticeKind.COMPLAINT_OVERDUE: _("Complaint overdue"),
    NoticeKind.COMPLAINT_SETTLED: _("Complaint settled"),
    NoticeKind.COMPENSATION_DUE: _("Compensation due"),
    NoticeKind.INSTALMENT_TAKEN: _("Instalment taken"),
    NoticeKind.DUES_SHARE_TAKEN: _("Share of old dues taken"),
    NoticeKind.DUES_CONVERTED: _("Old dues in instalments"),
    NoticeKind.TURNED_PREPAID: _("Turned prepaid"),
    NoticeKind.TURNED_POSTPAID: _("Turned postpaid"),
    NoticeKind.NUMBER_CHANGE_ASKED: _("Change of number asked for"),
    NoticeKind.NUMBER_CHANGED: _("Number changed"),
}
STATES: Mapping[str, Promise | str] = {
    "queued": _("Waiting"),
    "sending": _("Being sent"),
    "sent": _("Sent, arrival not known"),
    "delivered": _("Arrived"),
    "failed": _("Not delivered"),
    "expired": _("Too late to be sent"),
    "unsure": _("Perhaps sent"),
}
CHANNELS: Mapping[str, Promise | str] = {
    "pretend_phone": _("SMS (pretend)"),
    "sms_http": _("SMS (HTTP)"),
    "smpp": _("SMS (SMPP)"),
    "whatsapp": _("WhatsApp"),
    "web_push": _("Browser"),
    "mail": _("Mail"),
}
MEDIA: Mapping[Medium, Promise | str] = {
    Medium.SMS: _("SMS"),
    Medium.WHATSAPP: _("WhatsApp"),
    Medium.PUSH: _("Browser on this phone"),
    Medium.MAIL: _("Mail"),
}
DIGESTS: Mapping[Digest, Promise | str] = {
    Digest.NONE: _("No summary"),
    Digest.DAILY: _("Every day"),
    Digest.WEEKLY: _("Once a week"),
}
OUTCOMES: Mapping[Outcome, Promise | str] = {
    Outcome.TAKEN: _("taken by the operator"),
    Outcome.REFUSED: _("refused by the operator"),
    Outcome.SILENT: _("no answer"),
    Outcome.UNSURE: _("not known: the sender stopped"),
}
RECEIPTS: Mapping[str, Promise | str] = {
    "": _("no receipt"),
    "delivered": _("arrived"),
    "failed": _("not delivered"),
}
ALARMS: Mapping[AlarmKind, Promise | str] = {
    AlarmKind.SILENT: _("does not answer"),
    AlarmKind.REFUSING: _("refuses most messages"),
    AlarmKind.NOT_DELIVERING: _("takes messages that do not arrive"),
    AlarmKind.SPENT: _("has used up the money of the day"),
}


def named(words: Mapping[str, Promise | str], key: str) -> Promise | str:
    """The words for a key; the key itself where there are none yet."""
    return words.get(key, key)
