"""When a notice may go, by which way, and what follows an attempt. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bijlighar.kernel.ist import IST, in_ist
from bijlighar.notices.states import NoticeState
from bijlighar.notices.values import Medium, Urgency

MOST_ATTEMPTS = 8
"""Through the last channel; through one that has another after it, fewer."""
ATTEMPTS_BEFORE_ANOTHER = 3
FIRST_WAIT = timedelta(seconds=15)
FIRST_WAIT_OF_A_CODE = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
MAY_CARRY_CODES = frozenset({Medium.SMS, Medium.WHATSAPP})
"""A mailbox proves no number, and a push reaches whoever holds the browser.

Source: NIST SP 800-63B-4 (out-of-band authenticators); security reference section 3.
"""


def is_held_at_night(*, urgency: Urgency, is_always_told: bool) -> bool:
    """Whether quiet hours hold for it: not for the law's, nor for what cannot wait."""
    return not is_always_told and urgency >= Urgency.BALANCE


def not_before(
    *, urgency: Urgency, is_always_told: bool, at: datetime, quiet: tuple[time, time]
) -> datetime:
    """The first instant from `at` on at which a notice may go."""
    first, until = quiet
    if first == until or not is_held_at_night(
        urgency=urgency, is_always_told=is_always_told
    ):
        return at
    local = in_ist(at)
    clock = local.time()
    is_quiet = (
        first <= clock < until if first < until else (clock >= first or clock < until)
    )
    if not is_quiet:
        return at
    day = local.date()
    if clock >= until:
        day += timedelta(days=1)
    return datetime.combine(day, until, tzinfo=IST).astimezone(at.tzinfo)


def route(
    *,
    channels: Sequence[tuple[str, Medium]],
    given_up: frozenset[str],
    silent: frozenset[str],
    reachable: frozenset[Medium],
    wished: Medium | None,
    urgency: Urgency,
) -> tuple[str, ...]:
    """The channels that are left for a notice, the next one first.

    The consumer's own choice comes first, then the installation's order; one that is known
    to be silent comes last, since it may have come back.
    """
    left = [
        (name, medium)
        for name, medium in channels
        if name not in given_up
        and medium in reachable
        and (urgency is not Urgency.CODE or medium in MAY_CARRY_CODES)
    ]
    ordered = sorted(left, key=lambda one: (one[0] in silent, one[1] is not wished))
    return tuple(name for name, _ in ordered)


def attempts_through(*, has_another: bool, urgency: Urgency) -> int:
    """How often a silent channel is asked before the next one is."""
    if not has_another:
        return MOST_ATTEMPTS
    return 1 if urgency is Urgency.CODE else ATTEMPTS_BEFORE_ANOTHER


def wait_after(*, attempts: int, urgency: Urgency) -> timedelta:
    """How long until a silent channel is asked again: twice as long each time."""
    first = FIRST_WAIT_OF_A_CODE if urgency is Urgency.CODE else FIRST_WAIT
    return min(first * (1 << min(attempts - 1, 12)), LONGEST_WAIT)


def after_death(*, sends_once: bool, urgency: Urgency, is_always_told: bool) -> NoticeState:
    """What becomes of a notice whose sender died between handing it over and saying so.

    Where the operator knows our reference, it is handed over again and arrives once. Where
    it does not, nobody can know: what people must hear is handed over again and may arrive
    twice (at least once); the rest is not (at most once).
    """
    if sends_once or is_always_told or urgency <= Urgency.SUPPLY:
        return NoticeState.QUEUED
    return NoticeState.UNSURE
