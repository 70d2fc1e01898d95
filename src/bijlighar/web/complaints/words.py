"""What classes, causes, steps and doors of complaints are called on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bijlighar.complaints.values import (
    Channel,
    ComplaintClass,
    DarkCause,
    Link,
    Stand,
    State,
    StepKind,
)

Words = Promise | str

CLASSES: Mapping[ComplaintClass, Words] = {
    ComplaintClass.DARK_AFTER_RECHARGE: _("I recharged and there is still no light"),
    ComplaintClass.NO_SUPPLY: _("There is no light"),
    ComplaintClass.DANGER: _("Danger: a fallen wire, sparks, smoke"),
    ComplaintClass.STREET: _("A broken pole, an open box, a street light"),
    ComplaintClass.ASKED_FOR_MONEY: _("Somebody asked me for money or my OTP"),
    ComplaintClass.VOLTAGE: _("The voltage is too low or too high"),
    ComplaintClass.RECHARGE: _("I paid and the balance did not grow"),
    ComplaintClass.BALANCE: _("The balance or a deduction looks wrong"),
    ComplaintClass.BILL: _("The bill looks wrong"),
    ComplaintClass.METER: _("The meter runs fast, stands still or is broken"),
    ComplaintClass.APP: _("This page does not work for me"),
    ComplaintClass.OTHER: _("Something else"),
}
"""In the order in which a page offers them."""

STATES: Mapping[State, Words] = {
    State.OPEN: _("Being worked on"),
    State.WAITING: _("Waits for you"),
    State.CLOSED: _("Settled"),
}

CHANNELS: Mapping[Channel, Words] = {
    Channel.PAGE: _("this page"),
    Channel.PHONE: _("the number 1912"),
    Channel.WHATSAPP: _("WhatsApp"),
    Channel.COUNTER: _("the counter"),
    Channel.FIELD: _("a visit"),
}

STEPS: Mapping[StepKind, Words] = {
    StepKind.OPENED: _("Complaint registered"),
    StepKind.DIAGNOSED: _("Checked by the system"),
    StepKind.ADDED: _("Added to it"),
    StepKind.ASSIGNED: _("Given to somebody"),
    StepKind.ESCALATED: _("Sent to a higher office"),
    StepKind.STOPPED: _("Waits for the consumer; the clock stands"),
    StepKind.RESUMED: _("The clock runs again"),
    StepKind.OVERDUE: _("The time allowed is over; compensation recorded"),
    StepKind.LINKED: _("Many homes report the same: handled as one outage"),
    StepKind.CLOSED: _("Settled"),
    StepKind.REOPENED: _("Opened again"),
    StepKind.RATED: _("Rated"),
}

LINKS: Mapping[Link, Words] = {
    Link.PAYMENT: _("Payment"),
    Link.WALLET: _("Credited to your balance"),
    Link.BALANCE: _("Balance is enough"),
    Link.COMMAND: _("Meter told to switch on"),
    Link.METER: _("Meter answers"),
    Link.NETWORK: _("Line and transformer"),
}

STANDS: Mapping[Stand, Words] = {
    Stand.FINE: _("fine"),
    Stand.MENDED: _("put right just now"),
    Stand.BROKEN: _("this is where it stands"),
    Stand.NOT_REACHED: _("comes after"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseWords:
    """What a cause is, in one line, and what happens next or is to be done."""

    title: Words
    then: Words


CAUSES: Mapping[DarkCause, CauseWords] = {
    DarkCause.NO_RECHARGE: CauseWords(
        title=_("No recharge has reached us in the last seven days"),
        then=_("Recharge the amount below: supply then comes back by itself."),
    ),
    DarkCause.PAYMENT_OPEN: CauseWords(
        title=_("The payment service has not received the money yet"),
        then=_(
            "If money left your bank, it comes to us or goes back to you, usually within"
            " an hour. You need not pay again now."
        ),
    ),
    DarkCause.GATEWAY_SILENT: CauseWords(
        title=_("The payment service is not answering us"),
        then=_("Your money is not lost. Check here again in a few minutes."),
    ),
    DarkCause.PAYMENT_FAILED: CauseWords(
        title=_("The payment failed"),
        then=_("If money left your bank, it goes back there. Please recharge once more."),
    ),
    DarkCause.WEBHOOK_LOST: CauseWords(
        title=_("The payment service had your money and we were not told"),
        then=_("It is in your balance now. The light comes back in a moment."),
    ),
    DarkCause.TOO_LITTLE: CauseWords(
        title=_("Your recharge has arrived, but the balance is still not enough"),
        then=_("Recharge the amount below: supply then comes back by itself."),
    ),
    DarkCause.NOT_QUEUED: CauseWords(
        title=_("Your money is here, but the meter had not been told"),
        then=_("It is being told now. The light comes back in a moment."),
    ),
    DarkCause.COMMAND_WAITS: CauseWords(
        title=_("The meter is just being told to switch on"),
        then=_("It usually takes a few seconds. You do not need to do anything."),
    ),
    DarkCause.COMMAND_UNANSWERED: CauseWords(
        title=_("The meter was told to switch on and has not confirmed it"),
        then=_("We keep trying, and somebody of ours is told to come and look."),
    ),
    DarkCause.METER_SILENT: CauseWords(
        title=_("Your meter is not answering"),
        then=_("We keep trying, and somebody of ours is told to come and look."),
    ),
    DarkCause.TRANSFORMER_OUT: CauseWords(
        title=_("The transformer of your street has no power"),
        then=_("It is not your recharge. The line staff have been told."),
    ),
    DarkCause.FEEDER_OUT: CauseWords(
        title=_("The whole line of your area has no power"),
        then=_("It is not your recharge. The line staff have been told."),
    ),
    DarkCause.PLANNED_OUTAGE: CauseWords(
        title=_("Supply is away for planned work"),
        then=_("It is not your recharge. Supply comes back when the work is done."),
    ),
    DarkCause.HOUSE: CauseWords(
        title=_("Balance, meter and line are fine as far as we can see"),
        then=_(
            "Look at the main switch and the MCB in your home. If it stays dark, somebody"
            " of ours comes: do not touch the wires."
        ),
    ),
}
