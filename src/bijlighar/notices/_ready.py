"""A claimed notice with the way it goes, and what an operator said to it."""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.notices.channels.channel import Channel, Handed
from bijlighar.notices.models import Notice
from bijlighar.notices.states import NoticeState
from bijlighar.notices.values import Outcome, ToSend

RESULT_FIELDS = [
    "state",
    "channel",
    "given_up",
    "attempts",
    "due_at",
    "claimed_until",
    "sent_at",
    "arrived_at",
    "last_error",
    "secret",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A claimed notice with the way it goes."""

    row: Notice
    channel: Channel
    has_another: bool
    to_send: ToSend
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What an operator said to a notice."""

    ready: Ready
    outcome: Outcome
    handed: Handed
    error: str = ""


def end(row: Notice, state: NoticeState, why: str) -> None:
    """A notice is at its end; the caller keeps the row."""
    row.state, row.claimed_until, row.secret = state.value, None, None
    row.last_error = why[:500]
