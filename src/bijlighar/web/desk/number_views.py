"""Mobile numbers that are the primary one of too many connections: a list to work off."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bijlighar.logins import service as logins
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff

MOST_SHOWN = 200


@staff(Right.SEE_CONTACT)
@require_safe
def shared_numbers(request: DeskRequest) -> HttpResponse:
    """The numbers with the most connections first, as far as some lie in the area."""
    found = logins.shared_numbers(scope=request.reach, limit=MOST_SHOWN + 1)
    page = {
        "numbers": found[:MOST_SHOWN],
        "more_than": logins.MANY_CONNECTIONS,
        "has_more": len(found) > MOST_SHOWN,
        "may_search": request.viewer.may(Right.SEE_CONNECTION),
    }
    return render(request, "desk/shared_numbers.html", page)
