"""Relays that would leave a home dark although it has paid, or that nobody can open."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bijlighar.headend import service as headend
from bijlighar.headend.values import RelayAlarm
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import listing

WORDS = {
    RelayAlarm.WAITS_FOR_BUTTON: _(
        "After a recharge somebody must press the meter's button: the home stays dark"
        " until then."
    ),
    RelayAlarm.NEVER_OPENS: _("The relay cannot be opened from afar."),
    RelayAlarm.UNKNOWN_MODE: _("The meter names a mode that the standard does not have."),
}


@staff(Right.SEE_CONNECTION)
@require_safe
def relays(request: DeskRequest) -> HttpResponse:
    """Those of the viewer's areas, the ones that let people wait first."""
    asked = listing(request, columns=("alarm",), first="alarm", filters=())
    found = headend.alarming_relays(
        scope=request.reach, limit=asked.limit, offset=asked.offset
    )
    page = {
        "listing": asked,
        "rows": [(one, WORDS[one.alarm]) for one in found[: asked.rows_a_page]],
        "has_next": len(found) > asked.rows_a_page,
    }
    return render(request, "desk/relays.html", page)
