"""Addresses whose views do one thing each, and then all the product's own."""

from __future__ import annotations

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import Change, Right
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


@staff(Right.SEE_CONNECTION)
def changes(request: DeskRequest, how: str) -> HttpResponse:
    """Change one's own language, and then end in one of four ways."""
    own_id = request.viewer.actor_id
    with connection.cursor() as cursor:
        cursor.execute("update people_staff set language = 'en' where id = %s", [own_id])
    if how == "breaks":
        raise RuntimeError("after the change")
    if how != "silently":
        told = Change(
            action="tests.changed", object_kind="staff", object_id="1", place_id=None
        )
        people.record(change=told, by=request.viewer, now=clock.now())
    return HttpResponse(status=409 if how == "refused" else 200)


urlpatterns = [
    path("changes/<str:how>/", changes, name="changes"),
    path("breaks/", breaks),
    path("seen/<int:connection_id>/", seen, name="seen"),
    path("staff-only/<int:staff_id>/", staff_only, name="staff_only"),
    path("", include("bijlighar.project.urls")),
]
