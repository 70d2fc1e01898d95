"""Who complains: the consumer who is signed in, as the audit trail names them."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from bijlighar.logins import service as logins
from bijlighar.people.values import Viewer
from bijlighar.web.access import ConsumerRequest, origin_of


def viewer_of(request: HttpRequest) -> Viewer:
    """The consumer of a request behind their door: the number masked, never a name."""
    asked = cast(ConsumerRequest, request)
    return logins.viewer_of(asked.login, origin_of(request, channel="consumer"))
