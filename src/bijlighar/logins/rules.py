"""How long codes live, how often they may be asked for and tried, how long sign-ins last.

Pure. All times are real ones: a demo's clock runs faster than the people who type.

Sources: security reference A1 to A8; ASVS 5.0 items 6.5.1 to 6.5.5, 6.6.2, 6.6.3. The
figures of addresses and of the whole system are the product's own proposal: they allow for
operators in India, who put thousands of phones behind one address.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

CODE_LASTS = timedelta(minutes=5)
SHORT_DIGITS = 6
LONG_DIGITS = 8
MOST_TRIES = 5
"""Of one code."""

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOST_CODES_A_DAY = 6
"""To one number: 6 codes of 5 tries are 30 guesses a day, 3 in 100,000."""
WAITS = (
    timedelta(seconds=30),
    timedelta(seconds=60),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(minutes=60),
)
"""How long after the first, second … code of a day the next may be asked for."""

CODES_OF_ADDRESS = 60
"""That one network address may ask for in an hour."""
WRONG_OF_ADDRESS = 60
"""Wrong tries of one network address in an hour."""

CODES_OF_ALL = 20_000
"""That the whole system sends in an hour to browsers that have not signed in with the
number before, and as many to those that have: what an attack by SMS can cost at most."""
CODES_TO_UNKNOWN = 200
"""Of these, to numbers that belong to no connection and never signed in."""

BREAKER_LOOKS_BACK = timedelta(minutes=10)
WRONG_OF_ALL = 600
"""Wrong tries of the whole system in ten minutes from which on codes are longer and a
short one counts no more: 86,400 guesses a day at six digits at most, whoever guesses and
at however many accounts; 0.09 of an account a day."""

SIGN_IN_LASTS = timedelta(days=90)
SIGN_IN_LASTS_UNSEEN = timedelta(days=30)
NUMBER_IS_IDLE_AFTER = timedelta(days=90)
"""Operators give a number that is not used to somebody else after about 90 days."""

MOST_WRONG_PAIRS = 5
"""Of consumer number and meter number, that one login may type in a day."""
MOST_DEVICES = 20
MOST_PASSKEYS = 5
MOST_MEMBERS = 10
MANY_CONNECTIONS = 5
"""A number that is the primary one of more connections than these is looked at."""
LOST_NUMBER_WAITS = timedelta(hours=24)
CODES_ARE_KEPT = timedelta(days=30)


def again_at(*, asked: Sequence[datetime], now: datetime) -> datetime:
    """From when on a number may be sent another code; `asked` are the codes it was sent.

    Never more than 3 in 15 minutes or 6 in 24 hours, whenever one asks.
    """
    lately = sorted(at for at in asked if at > now - DAY)
    if not lately:
        return now
    if len(lately) >= MOST_CODES_A_DAY:
        return lately[-MOST_CODES_A_DAY] + DAY
    return lately[-1] + WAITS[len(lately) - 1]


def digits_wanted(*, wrong_of_all: int) -> int:
    """How many digits a code must have now to count."""
    return LONG_DIGITS if wrong_of_all >= WRONG_OF_ALL else SHORT_DIGITS


def network_of(address: str) -> str:
    """What counts as one network address: of IPv6 the first 64 bits, of IPv4 the whole."""
    try:
        held = ip_address(address)
    except ValueError:
        return address[:64]
    if held.version == 4:
        return str(held)
    return str(ip_network((held, 64), strict=False))


def masked(mobile: str) -> str:
    """A number of which only the last four digits are told: `••••••3210`."""
    return "••••••" + mobile[-4:]
