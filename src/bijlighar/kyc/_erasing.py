"""Erasing: what was shown goes, that something was shown, decided and erased stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from bijlighar.kyc.models import BankAccount, Paper, PaperPage
from bijlighar.kyc.policy import Policy
from bijlighar.kyc.rules import CODE_LASTS
from bijlighar.kyc.values import PaperState

AT_ONCE = 500


def end_papers(papers: QuerySet[Paper], *, state: PaperState, now: datetime) -> int:
    """Papers come to this end, and nothing of what they held is left."""
    with transaction.atomic():
        ids = list(papers.select_for_update().order_by("id").values_list("id", flat=True))
        PaperPage.objects.filter(paper_id__in=ids).delete()
        return Paper.objects.filter(pk__in=ids).update(
            state=state.value, number=None, facts=None, end="", erased_at=now
        )


def end_accounts(accounts: QuerySet[BankAccount], *, now: datetime) -> int:
    """Accounts are none any more, and nothing of what they held is left."""
    with transaction.atomic():
        ids = list(accounts.select_for_update().order_by("id").values_list("id", flat=True))
        return BankAccount.objects.filter(pk__in=ids).update(
            account=None, holder=None, end="", ifsc="", until=now, erased_at=now
        )


def erase_due(*, policy: Policy, now: datetime, real_now: datetime) -> int:
    """Erase what has served its time; how many rows. To be repeated until it is 0.

    Rejected papers after the policy's days, what waits for a code that never came, and
    the pictures of papers that were accepted long ago.
    """
    with transaction.atomic():
        rejected = _some(
            Paper.objects.filter(
                state=PaperState.REJECTED.value,
                erased_at=None,
                decided_at__lte=now - policy.keep_rejected,
            )
        )
        given_up = _some(
            Paper.objects.filter(
                state=PaperState.ASKED.value, asked_at__lte=real_now - CODE_LASTS
            )
        )
        accounts = BankAccount.objects.filter(
            pk__in=list(
                BankAccount.objects.filter(
                    since=None, until=None, asked_at__lte=real_now - CODE_LASTS
                )
                .order_by("id")
                .values_list("id", flat=True)[:AT_ONCE]
            )
        )
        pages = list(
            PaperPage.objects.filter(
                paper__state=PaperState.ACCEPTED.value,
                paper__decided_at__lte=now - policy.keep_pages,
            )
            .order_by("id")
            .values_list("id", flat=True)[:AT_ONCE]
        )
        PaperPage.objects.filter(pk__in=pages).delete()
        return (
            end_papers(rejected, state=PaperState.REJECTED, now=now)
            + end_papers(given_up, state=PaperState.REPLACED, now=now)
            + end_accounts(accounts, now=now)
            + len(pages)
        )


def _some(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    ids = list(papers.order_by("id").values_list("id", flat=True)[:AT_ONCE])
    return Paper.objects.filter(pk__in=ids)
