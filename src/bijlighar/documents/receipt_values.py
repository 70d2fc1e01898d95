"""What a receipt says: amounts in integer paise, names as its holder may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bijlighar.documents.values import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRow:
    """To what a part of the payment went, in the order in which it was taken."""

    text: str
    amount_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDocument:
    """One payment that was credited. The applied rows come to its amount."""

    language: Language
    discom: str
    helpline: str = "1912"
    number: str
    paid_at: datetime
    credited_at: datetime
    amount_paise: int
    consumer_number: str
    name: str
    """Masked: a receipt is shown around."""
    gateway: str
    gateway_reference: str
    applied: tuple[AppliedRow, ...]
    """Empty where whoever holds the receipt may not see the account."""
