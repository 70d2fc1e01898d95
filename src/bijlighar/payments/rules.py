"""When a gateway is asked again, and by when money that did not arrive returns. Pure."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta

from bijlighar.kernel.ist import supply_day_of
from bijlighar.payments.values import (
    RechargePicture,
    RechargeState,
    Standing,
    UsedFor,
)

FIRST_ASKED_AFTER = timedelta(seconds=10)
"""A webhook usually comes sooner than this after somebody is back from the gateway."""
ASKED_EVERY_AT_THE_PAGE = timedelta(seconds=15)
ASKED_BY_THE_SCHEDULE = timedelta(minutes=5)
PENDING_IS_TOLD_AFTER = timedelta(minutes=10)
FAILURE_IS_TOLD_AFTER = timedelta(minutes=10)
"""Most people try again at once: who has paid by then is not told that they have not."""
RETURN_DAYS = 5
"""By when money that left a bank and did not arrive is back, and what each day after it
costs the bank: 100 rupees.

Source: Reserve Bank of India, DPSS.CO.PD No.629/02.01.014/2019-20 of 20-09-2019
(harmonised turn-around time), annexure: UPI and cards not present, account debited but
not confirmed at the merchant: auto-reversal within T + 5 days, then 100 rupees a day.
"""
UNCONFIRMED_AFTER = timedelta(minutes=10)
ASKED_FOR = timedelta(days=RETURN_DAYS + 2)
"""So long after it was started a recharge may still turn out to be paid."""

LOOKUPS_LOOK_BACK = timedelta(days=1)
NETWORK_LOOKS_BACK = timedelta(hours=1)
LOOKUPS_OF_LOGIN = 20
"""Consumer numbers that one login may look up in a day to pay for others."""
LOOKUPS_OF_NETWORK = 60
"""That one network address may in an hour: operators put many phones behind one."""
HIDDEN = "***"
_JOINERS = "\u094d\u200d\u200c"


def may_ask_again(
    *, created_at: datetime, asked_at: datetime | None, now: datetime
) -> bool:
    """Whether the schedule asks about an order: at first often, later seldom.

    The wait grows with the age: five minutes in the first twenty, six hours after a day.
    """
    last = asked_at or created_at
    return now - last >= max(ASKED_BY_THE_SCHEDULE, (now - created_at) / 4)


def returns_by(*, paid_at: datetime) -> date:
    """The day by which a bank must have returned money that did not arrive."""
    return supply_day_of(paid_at) + timedelta(days=RETURN_DAYS)


def standing(*, recharge: RechargePicture, now: datetime) -> Standing:
    """How a recharge stands, as its payer is told it."""
    if recharge.state is RechargeState.PAID:
        return Standing.LATE if recharge.came_late else Standing.PAID
    if recharge.state is RechargeState.FAILED:
        return Standing.FAILED
    if now - recharge.created_at > ASKED_FOR:
        return Standing.OVER
    if recharge.pending_at is not None:
        return Standing.PENDING
    if now - recharge.created_at > UNCONFIRMED_AFTER:
        return Standing.UNCONFIRMED
    return Standing.WAITING


def receipt_number(*, payment_id: int, credited_at: datetime) -> str:
    """`R-2026-0000000123`: one number a payment, in the order in which they came."""
    return f"R-{supply_day_of(credited_at).year}-{payment_id:010d}"


def used_for(
    *, amount_paise: int, old_dues_paise: int, balance_before_paise: int
) -> UsedFor:
    """The waterfall: the share of old dues, then what is owed, then the days ahead."""
    assert 0 <= old_dues_paise <= amount_paise
    rest_paise = amount_paise - old_dues_paise
    unpaid_paise = min(rest_paise, max(0, -balance_before_paise))
    return UsedFor(
        old_dues_paise=old_dues_paise,
        unpaid_paise=unpaid_paise,
        balance_paise=rest_paise - unpaid_paise,
    )


def masked_name(name: str) -> str:
    """A name by which its owner knows it and a stranger does not: `R***h K***r`.

    First and last letter of each word, whatever its length; a Hindi letter is kept with
    its vowel sign and the half letters before it.
    """
    return " ".join(_masked_word(word) for word in name.split())


def _masked_word(word: str) -> str:
    letters = _letters(word)
    last = letters[-1] if len(letters) > 2 else ""
    return f"{letters[0]}{HIDDEN}{last}"


def _letters(word: str) -> list[str]:
    """What people see as letters: signs above and below belong to the one before."""
    found: list[str] = []
    for sign in word:
        is_joined = found and (
            unicodedata.category(sign).startswith("M")
            or sign in _JOINERS
            or found[-1][-1] in _JOINERS
        )
        if is_joined:
            found[-1] += sign
        else:
            found.append(sign)
    return found
