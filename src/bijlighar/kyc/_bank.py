"""The bank account of a benefit: changed by a code to the mobile only, shown masked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from bijlighar.kyc import _consents
from bijlighar.kyc._erasing import end_accounts
from bijlighar.kyc._seal import opened, sealed
from bijlighar.kyc.models import BankAccount
from bijlighar.kyc.rules import Refused, end_of, is_given_up
from bijlighar.kyc.values import AccountChecked, BankShown, Purpose, Wrong

ACCOUNT, HOLDER = "kyc_bankaccount.account", "kyc_bankaccount.holder"


def ask(
    *, connection_id: int, checked: AccountChecked, now: datetime, real_now: datetime
) -> BankShown:
    """Keep an account until its code comes, in place of one that waited before."""
    with transaction.atomic():
        consent = _consents.held(connection_id=connection_id, purpose=Purpose.BENEFIT)
        end_accounts(_of(connection_id).filter(since=None), now=now)
        account_id = uuid4()
        return shown(
            BankAccount.objects.create(
                id=account_id,
                connection_id=connection_id,
                consent=consent,
                account=sealed(checked.account.encode(), column=ACCOUNT, row=account_id),
                holder=sealed(checked.holder.encode(), column=HOLDER, row=account_id),
                ifsc=checked.ifsc,
                end=end_of(checked.account),
                asked_at=real_now,
            )
        )


def confirm(
    *, connection_id: int, account_id: UUID, now: datetime, real_now: datetime
) -> BankShown:
    """The code was right: benefits go here from now on. Raises Refused."""
    with transaction.atomic():
        _consents.held(connection_id=connection_id, purpose=Purpose.BENEFIT)
        found = (
            _of(connection_id).select_for_update().filter(pk=account_id, since=None).first()
        )
        if found is None or is_given_up(asked_at=found.asked_at, real_now=real_now):
            raise Refused(Wrong.GONE)
        end_accounts(_of(connection_id).exclude(since=None), now=now)
        found.since = now
        found.save(update_fields=["since"])
        return shown(found)


def of_connection(
    *, connection_id: int, real_now: datetime
) -> tuple[BankShown | None, BankShown | None]:
    """The account that holds, and the one that waits for its code."""
    holds, waits = None, None
    for one in _of(connection_id).order_by("asked_at"):
        if one.since is not None:
            holds = shown(one)
        elif not is_given_up(asked_at=one.asked_at, real_now=real_now):
            waits = shown(one)
    return holds, waits


def shown(account: BankAccount) -> BankShown:
    """An account as its owner sees it: masked."""
    assert account.holder is not None, "an erased account is not shown"
    return BankShown(
        account_id=account.pk,
        end=account.end,
        ifsc=account.ifsc,
        holder=opened(account.holder, column=HOLDER, row=account.pk).decode(),
        since=account.since,
    )


def _of(connection_id: int) -> QuerySet[BankAccount]:
    return BankAccount.objects.filter(connection_id=connection_id, until=None)
