"""A connection's primary number becomes another one, and both numbers are told.

With a code to the old and one to the new number it changes at once. Where the old number is
lost, whoever has the consumer number and the meter number waits a day, in which the old
number can say no. Source: security reference A8; ASVS 5.0 item 7.5.1.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog
from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow.review_supply import notice_to, tell
from bijlighar.kernel.ist import in_ist
from bijlighar.logins import service as logins
from bijlighar.logins.values import NumberChangeShown, SignedIn
from bijlighar.notices.values import NoticeKind
from bijlighar.people.values import Origin

log = structlog.get_logger()

MOST_AT_ONCE = 500


def change_mobile(
    *, by: SignedIn, home: Home, new_mobile: str, origin: Origin, now: datetime
) -> NumberChangeShown:
    """The owner changes the number; the caller has checked both codes.

    Raises logins.NotTheOwner, SameNumber, ChangedLately.
    """
    if by.mobile != home.mobile:
        raise logins.NotTheOwner("Only the primary number of a connection may do this.")
    with transaction.atomic(durable=True):
        held = logins.change_at_once(
            by=by, home=home, new_mobile=new_mobile, origin=origin, now=now
        )
        _tell_both(home, held, now)
    log.info("logins.number.changed", connection_id=home.connection_id, waited=False)
    return held


def ask_for_lost(
    *, by: SignedIn, home: Home, origin: Origin, now: datetime
) -> NumberChangeShown:
    """The old number is lost: the login's own one takes over in a day, the old one hears.

    The caller has checked consumer number and meter number. Raises logins.SameNumber,
    ChangedLately.
    """
    with transaction.atomic(durable=True):
        held = logins.ask_as_lost(by=by, home=home, origin=origin, now=now)
        told = notice_to(
            home=home,
            kind=NoticeKind.NUMBER_CHANGE_ASKED,
            source=f"number change {held.change_id}: asked",
            parameters={
                "consumer_number": home.consumer_number,
                "until": f"{in_ist(held.due_at):%d-%m-%Y, %H:%M}",
            },
        )
        tell(new=[told], now=now)
    log.info("logins.number.change_asked", connection_id=home.connection_id)
    return held


def carry_out_due(*, now: datetime) -> int:
    """Carry out the changes whose wait is over, each by itself; how many were done."""
    done = 0
    for change_id in logins.due(now=now, most=MOST_AT_ONCE):
        with transaction.atomic(durable=True):
            held = logins.carry_out(change_id=change_id, now=now)
            if held is None:
                continue
            (home,) = connections.homes(connection_ids=[held.connection_id])
            _tell_both(home, held, now)
        done += 1
        log.info("logins.number.changed", connection_id=home.connection_id, waited=True)
    return done


def _tell_both(home: Home, held: NumberChangeShown, now: datetime) -> None:
    tell(
        new=[
            notice_to(
                home=replace(home, mobile=mobile),
                kind=NoticeKind.NUMBER_CHANGED,
                source=f"number change {held.change_id}: done, {which}",
                parameters={
                    "consumer_number": home.consumer_number,
                    "ending": held.new_mobile[-4:],
                },
            )
            for which, mobile in (("old", held.old_mobile), ("new", held.new_mobile))
        ],
        now=now,
    )
