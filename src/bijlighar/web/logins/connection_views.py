"""My connections: a consumer's own, those they added, those that were shared with them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bijlighar.connections import service as connections
from bijlighar.logins import service as logins
from bijlighar.web.access import ConsumerRequest, consumer


@consumer
@require_safe
def listing(request: ConsumerRequest) -> HttpResponse:
    """All connections that this number may see."""
    reach = {one.connection_id: one for one in logins.reach_of(by=request.login)}
    homes = connections.homes(connection_ids=list(reach))
    shown = {
        "mobile": logins.masked(request.login.mobile),
        "held": [(home, reach[home.connection_id]) for home in homes],
    }
    return render(request, "logins/connections.html", shown)
