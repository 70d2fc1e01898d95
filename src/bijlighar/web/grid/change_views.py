"""Proposing a change of a node; the change itself is somebody else's to approve."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bijlighar.clock import clock
from bijlighar.flow.change_grid import CHANGE_GRID, grid_payload
from bijlighar.flow.propose import propose as make_proposal
from bijlighar.grid import service as grid
from bijlighar.kernel.errors import BijligharError
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.grid.asking import today
from bijlighar.web.grid.change_form import read_form
from bijlighar.web.grid.views import node_page


@staff(Right.PROPOSE_GRID)
@require_POST
def propose(request: DeskRequest, node_id: int) -> HttpResponse:
    """Freeze the proposal and show it; or the form again, with what is wrong."""
    if not grid.is_within(scope=request.reach, node_id=node_id):
        raise Http404
    path = grid.path_on(node_id=node_id, day=today())
    if not path:
        raise Http404
    form = read_form(request.POST, node=path[-1])
    if form.change is None:
        return node_page(request, node_id, form, status=422)
    try:
        proposal_id = make_proposal(
            kind=CHANGE_GRID,
            payload=grid_payload(change=form.change),
            why=form.change.why,
            by=request.viewer,
            now=clock.now(),
        )
    except BijligharError as error:
        told = replace(form, errors={"form": str(error)})
        return node_page(request, node_id, told, status=422)
    messages.success(request, _("Proposed. Somebody else decides on it."))
    return HttpResponseRedirect(reverse("proposal", kwargs={"proposal_id": proposal_id}))
