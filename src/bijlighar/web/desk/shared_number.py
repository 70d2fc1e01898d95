"""A mobile number that is the primary one of too many connections: somebody has to ask."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from bijlighar.connections import service as connections
from bijlighar.dashboards.values import ConnectionHead
from bijlighar.logins import service as logins


def shared_number_steps(head: ConnectionHead) -> Iterator[str]:
    """What to do about it; nothing where the number is a household's.

    An agent's or a neighbour's number sees balances and use of all of them, and the people
    who live there are told nothing.
    """
    for home in connections.homes(connection_ids=[head.connection_id]):
        for shared in logins.shared_by_many(homes=[home]):
            yield _(
                "The mobile number is the primary one of %(count)s connections. Ask whose "
                "it is, and let the people of this home put their own there."
            ) % {"count": shared.connections}
