"""How far a notice may be, and from where it gets there."""

from __future__ import annotations

from enum import StrEnum


class NoticeState(StrEnum):
    """How far a notice is."""

    QUEUED = "queued"
    SENDING = "sending"
    """Claimed by somebody who is handing it to an operator."""
    SENT = "sent"
    """The operator took it; nobody knows yet whether it arrived."""
    DELIVERED = "delivered"
    """The operator says that it is on the phone."""
    FAILED = "failed"
    """No channel got it through."""
    EXPIRED = "expired"
    """It was of no use any more when its turn came."""
    UNSURE = "unsure"
    """Whoever was sending it died: it may have gone out, and is not sent twice."""


OPEN_STATES = (NoticeState.QUEUED, NoticeState.SENDING)

MOVES = {
    NoticeState.QUEUED: {
        NoticeState.SENDING,
        NoticeState.EXPIRED,
        NoticeState.FAILED,
    },
    NoticeState.SENDING: {
        NoticeState.QUEUED,
        NoticeState.SENT,
        NoticeState.FAILED,
        NoticeState.EXPIRED,
        NoticeState.UNSURE,
        NoticeState.DELIVERED,
    },
    NoticeState.SENT: {NoticeState.DELIVERED, NoticeState.QUEUED, NoticeState.FAILED},
    NoticeState.UNSURE: {NoticeState.DELIVERED, NoticeState.QUEUED, NoticeState.FAILED},
    NoticeState.DELIVERED: set(),
    NoticeState.FAILED: {NoticeState.DELIVERED},
    NoticeState.EXPIRED: set(),
}
"""SENT goes back to QUEUED where a receipt says that it failed: the next channel has it."""
