"""A code to the primary number finishes KYC by Samagra id, or a change of the bank account.

What was typed is kept sealed while the code is on its way; the code counts for this alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bijlighar.connections.values import Home
from bijlighar.flow.send_code import send_code
from bijlighar.kyc import service as kyc
from bijlighar.logins import service as logins
from bijlighar.logins.values import Checked, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """From where a code is asked for, in which language, and when."""

    browser: str
    address: str
    language: str
    now: datetime
    real_now: datetime


def ask_samagra(*, home: Home, typed: str, asking: Asking) -> UUID:
    """Keep a Samagra id and send the code; what it is about. Raises kyc.Refused,
    logins.AskedTooOften: then nothing is kept.
    """
    with transaction.atomic(durable=True):
        paper = kyc.ask_samagra(
            connection_id=home.connection_id,
            typed=typed,
            now=asking.now,
            real_now=asking.real_now,
        )
        send(home=home, purpose=Purpose.KYC, about=paper.paper_id, asking=asking)
        return paper.paper_id


def ask_bank(
    *, home: Home, typed: str, again: str, ifsc: str, holder: str, asking: Asking
) -> UUID:
    """Keep a bank account and send the code; what it is about. Raises as ask_samagra, and
    logins.ChangedLately where the number that would get the code is new.
    """
    with transaction.atomic(durable=True):
        logins.check_not_changed_lately(connection_id=home.connection_id, now=asking.now)
        account = kyc.ask_bank(
            connection_id=home.connection_id,
            typed=typed,
            again=again,
            ifsc=ifsc,
            holder=holder,
            now=asking.now,
            real_now=asking.real_now,
        )
        send(
            home=home, purpose=Purpose.BANK_ACCOUNT, about=account.account_id, asking=asking
        )
        return account.account_id


def send(*, home: Home, purpose: Purpose, about: UUID, asking: Asking) -> None:
    """Send the code, also once more. Raises logins.AskedTooOften."""
    send_code(
        mobile=home.mobile,
        purpose=purpose,
        about=str(about),
        browser=asking.browser,
        address=asking.address,
        language=asking.language,
        now=asking.now,
        real_now=asking.real_now,
    )


def finish(
    *, home: Home, purpose: Purpose, about: UUID, code: str, asking: Asking
) -> Checked:
    """Look at the code; where it is right, what it is about counts from now on.

    A wrong one is counted, whatever else happens. Raises kyc.Refused where what the code
    is about waits no more.
    """
    with transaction.atomic(durable=True):
        checked = logins.check_code(
            mobile=home.mobile,
            purpose=purpose,
            browser=asking.browser,
            address=asking.address,
            code=code,
            about=str(about),
            real_now=asking.real_now,
        )
        if not checked.is_right:
            return checked
        if purpose is Purpose.KYC:
            kyc.prove(
                connection_id=home.connection_id,
                paper_id=about,
                now=asking.now,
                real_now=asking.real_now,
            )
        else:
            kyc.confirm_bank(
                connection_id=home.connection_id,
                account_id=about,
                now=asking.now,
                real_now=asking.real_now,
            )
        return checked
