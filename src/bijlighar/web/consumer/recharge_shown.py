"""How a recharge stands, ready for its page: the words come with what follows by when."""

from __future__ import annotations

from datetime import datetime

from bijlighar.documents.qr import svg_of
from bijlighar.payments import service as payments
from bijlighar.payments.values import RechargePicture, Standing

OPEN = frozenset({Standing.WAITING, Standing.UNCONFIRMED, Standing.PENDING})
"""The page looks again by itself."""
MAY_BE_PAID = frozenset({Standing.WAITING, Standing.UNCONFIRMED, Standing.FAILED})
"""One order is captured once, so that paying it again here cannot take money twice."""


def payment_shown(recharge: RechargePicture, *, now: datetime) -> dict[str, object]:
    """What the payment's part of a page needs."""
    standing = payments.standing(recharge=recharge, now=now)
    return {
        "recharge": recharge,
        "standing": standing,
        "is_open": standing in OPEN,
        "may_be_paid": standing in MAY_BE_PAID,
        "returns_by": payments.returns_by(paid_at=recharge.created_at),
    }


def upi_code(recharge: RechargePicture) -> bytes:
    """The QR code of an order's UPI address, as a drawing."""
    return svg_of(recharge.upi_uri).encode()
