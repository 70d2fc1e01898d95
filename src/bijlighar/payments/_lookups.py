"""Consumer numbers that are typed to pay for somebody else: only so many may be tried.

The answer says whether a number exists and how its holder's name begins and ends, so that
people pay for the right home; whoever tries numbers out is stopped by login and address.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.payments import rules
from bijlighar.payments.models import NumberLookup


class TooManyLookups(BijligharError):
    """Too many consumer numbers were typed from here; it goes on later."""


def count_lookup(*, login_id: int, network: str, real_now: datetime) -> None:
    """Count a number that is about to be looked up, whatever comes of it.

    `network` is the address as logins counts it. Durable before anything is answered, so
    the caller is in no transaction. Raises TooManyLookups.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            # Two requests of one login count each other: a burst gets no more than others.
            cursor.execute("select pg_advisory_xact_lock(7731, hashint8(%s))", [login_id])
        lately = NumberLookup.objects.filter(at__gt=real_now - rules.LOOKUPS_LOOK_BACK)
        of_login = lately.filter(login_id=login_id).count()
        of_network = lately.filter(
            network=network, at__gt=real_now - rules.NETWORK_LOOKS_BACK
        ).count()
        if of_login >= rules.LOOKUPS_OF_LOGIN or of_network >= rules.LOOKUPS_OF_NETWORK:
            raise TooManyLookups("Too many numbers were looked up. Please try tomorrow.")
        NumberLookup.objects.create(login_id=login_id, network=network, at=real_now)


def forget_lookups(*, real_now: datetime) -> int:
    """Take away what counts no more; how many."""
    gone, _by_table = NumberLookup.objects.filter(
        at__lte=real_now - rules.LOOKUPS_LOOK_BACK
    ).delete()
    return gone
