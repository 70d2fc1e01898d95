"""What a payment was used for, in words."""

from __future__ import annotations

from bijlighar.documents.receipt_pdf import words_in
from bijlighar.documents.values import Language
from bijlighar.payments.values import UsedFor


def applied_words(used: UsedFor, language: Language) -> tuple[tuple[str, int], ...]:
    """Each part that is something, in the order in which it was taken, in paise."""
    words = words_in(language)
    parts = (
        (words["old_dues"], used.old_dues_paise),
        (words["unpaid"], used.unpaid_paise),
        (words["balance"], used.balance_paise),
    )
    return tuple((text, paise) for text, paise in parts if paise)
