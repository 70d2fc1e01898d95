"""Consumer number and meter number together: what stands on the bill and the meter."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.kernel.errors import BijligharError
from bijlighar.logins import rules
from bijlighar.logins.models import WrongPair
from bijlighar.logins.values import SignedIn


class WrongNumbers(BijligharError):
    """No connection has this number and this meter; which is wrong is not said."""


class TooManyWrongPairs(BijligharError):
    """This login typed too many in a day."""


def home_of_pair(
    *, by: SignedIn, consumer_number: str, meter_number: str, real_now: datetime
) -> Home:
    """The connection on which this meter hangs. Raises WrongNumbers, TooManyWrongPairs.

    An unknown consumer number and another's meter are answered alike. The caller commits
    whatever the answer is: each wrong pair counts.
    """
    tried = WrongPair.objects.filter(login_id=by.login_id, at__gt=real_now - rules.DAY)
    if tried.count() >= rules.MOST_WRONG_PAIRS:
        raise TooManyWrongPairs("Too many wrong pairs of numbers in a day.")
    try:
        home = connections.home_of(consumer_number=_plain(consumer_number))
    except connections.UnknownConsumer:
        home = None
    if home is None or _plain(home.meter_serial) != _plain(meter_number):
        with transaction.atomic(durable=True):
            WrongPair.objects.create(login_id=by.login_id, at=real_now)
        raise WrongNumbers("These two numbers do not belong together.")
    return home


def _plain(typed: str) -> str:
    """Letters and digits alone: gaps, dashes and small letters are no mistake."""
    return re.sub(r"[^0-9A-Z]", "", typed.upper())
