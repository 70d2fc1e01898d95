"""Three addresses whose views do one thing each, and then all the product's own."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, public, staff


@public
def breaks(_request: HttpRequest) -> HttpResponse:
    """Break."""
    raise RuntimeError("a secret of the inside")


@staff(Right.SEE_CONNECTION)
def seen(_request: DeskRequest, connection_id: int) -> HttpResponse:
    """One object that is there, any other that is not."""
    if connection_id != 7:
        raise Http404
    return HttpResponse("seen")


@staff(Right.MANAGE_STAFF)
def staff_only(_request: DeskRequest, staff_id: int) -> HttpResponse:
    """What no clerk may."""
    return HttpResponse(f"changed {staff_id}")


urlpatterns = [
    path("breaks/", breaks),
    path("seen/<int:connection_id>/", seen, name="seen"),
    path("staff-only/<int:staff_id>/", staff_only, name="staff_only"),
    path("", include("bijlighar.project.urls")),
]
