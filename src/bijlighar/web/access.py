"""Who may look: what stands in front of every view.

Each view says what it needs by a decorator, and carries it as `view.door` for the tests
that try every role in every area on every address. Nothing reaches an object but through
the scope that a door opens: the areas in which the person has the right. The questions of
`dashboards` and of the domains take that scope, and for the length of the request the
database shows its rows only (people.limit_database).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from bijlighar.clock import clock
from bijlighar.connections.service import UnknownConsumer
from bijlighar.grid import service as grid
from bijlighar.logins import service as logins
from bijlighar.logins.values import Access, SignedIn
from bijlighar.people import service as people
from bijlighar.people.values import Origin, Right, Scope, Viewer
from bijlighar.web.consumer.known import unknown_page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
AREA_KEY = "area"
"""Where the session keeps the area that was picked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What a view needs: the demo, or a right somewhere; None: to be signed in."""

    audience: str
    """demo, staff, consumer or public."""
    right: Right | None = None
    access: Access | None = None
    """Of consumers: the least access to the connection that the address names."""


class DeskRequest(HttpRequest):
    """A request of somebody signed in: who it is, and where they may look."""

    viewer: Viewer
    reach: Scope
    """Where this request may look. (`scope` is taken: ASGI calls its connection so.)"""


DeskView = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


class ConsumerRequest(HttpRequest):
    """A request of a consumer who is signed in, and what they may do here."""

    login: SignedIn
    access: Access | None
    """With the connection that the address names; None where it names none."""


ConsumerView = Callable[Concatenate[ConsumerRequest, P], HttpResponseBase]


class UnauditedChange(AssertionError):
    """A view changed something without a word in the audit trail; it was rolled back."""


def demo_only(view: View[P]) -> View[P]:
    """Refuse with 403 outside the demo."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not settings.IS_DEMO:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.door = Door(audience="demo")  # type: ignore[attr-defined]
    return guarded


def public(view: View[P]) -> View[P]:
    """For everybody: sign-in, health, webhooks that prove themselves."""
    view.door = Door(audience="public")  # type: ignore[attr-defined]
    return view


def consumer(view: ConsumerView[P]) -> View[P]:
    """For consumers who are signed in and may see the connection that the address names.

    Another's `consumer_number` is answered like one that nobody has. The view finds
    `request.login` and `request.access`; it opens no transaction: flow steps do.
    """
    return consumer_with(Access.VIEW)(view)


def consumer_with(least: Access) -> Callable[[ConsumerView[P]], View[P]]:
    """The same, for consumers with at least this access: `pay`, or `own` as its owner."""

    def with_door(view: ConsumerView[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            login = login_of(request)
            number = cast(str | None, kwargs.get("consumer_number"))
            if login is None:
                return _to_consumer_sign_in(request, number)
            asked = cast(ConsumerRequest, request)
            asked.login, asked.access = login, None
            if number is not None:
                try:
                    _home, held = logins.home_for(by=login, consumer_number=number)
                except UnknownConsumer:
                    return unknown_page(request, number)
                if not held.includes(least):
                    raise PermissionDenied
                asked.access = held
            response = view(asked, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        guarded.door = Door(audience="consumer", access=least)  # type: ignore[attr-defined]
        return guarded

    return with_door


def login_of(request: HttpRequest, *, is_present: bool = True) -> SignedIn | None:
    """Which consumer is signed in; None where nobody is. Staff's sessions say nothing."""
    token = request.COOKIES.get(settings.LOGIN_COOKIE_NAME, "")
    if not token:
        return None
    return logins.signed_in(token=token, real_now=clock.real_now(), is_present=is_present)


def staff(
    right: Right | None, *, asks_by_itself: bool = False
) -> Callable[[DeskView[P]], View[P]]:
    """For staff who have a right somewhere; None: for everybody who is signed in.

    The view runs in one transaction in which the database shows only the areas where the
    right holds (narrowed to the area that was picked). What it answers with an error
    status is rolled back, and a change that leaves no audit record is no change. Where a
    page `asks_by_itself`, to stay live, the request is no sign of somebody being there.
    """

    def with_door(view: DeskView[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            viewer = viewer_of(request, is_present=not asks_by_itself)
            if viewer is None:
                return _to_sign_in(request)
            asked = cast(DeskRequest, request)
            asked.viewer = viewer
            whole = _everything(viewer) if right is None else viewer.scope(right)
            if right is not None and whole.is_empty:
                raise PermissionDenied
            return limited(
                asked,
                scope=narrowed(request, whole),
                do=lambda: view(asked, *args, **kwargs),
            )

        guarded.door = Door(audience="staff", right=right)  # type: ignore[attr-defined]
        return guarded

    return with_door


def limited(
    request: DeskRequest, *, scope: Scope, do: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Answer in one transaction that shows one scope only and leaves an audit record."""
    request.reach = scope
    with transaction.atomic(durable=True):
        people.limit_database(scope=scope)
        before = people.records_written()
        response = do()
        if response.status_code >= 400:
            transaction.set_rollback(True)
        elif request.method not in SAFE and people.records_written() == before:
            raise UnauditedChange(request.path)
    return response


def viewer_of(request: HttpRequest, *, is_present: bool = True) -> Viewer | None:
    """Who is signed in; None where nobody is."""
    key = request.session.session_key
    if not key:
        return None
    return people.viewer_of_session(
        session_key=key,
        origin=origin_of(request, channel="desk"),
        now=clock.now(),
        real_now=clock.real_now(),
        is_present=is_present,
    )


def origin_of(request: HttpRequest, *, channel: str) -> Origin:
    """From where a request comes, as the web server says it, never as a header claims."""
    return Origin(
        channel=channel,
        address=request.META.get("REMOTE_ADDR", ""),
        request_id=request.headers.get("X-Request-Id", "")[:64],
    )


def narrowed(request: HttpRequest, whole: Scope) -> Scope:
    """The picked area where it lies in the scope, else the whole scope."""
    picked = request.session.get(AREA_KEY)
    if picked and grid.is_within(scope=whole, node_id=int(picked)):
        return Scope(area_ids=frozenset({int(picked)}))
    return whole


def _everything(viewer: Viewer) -> Scope:
    """Every area in which somebody has any right."""
    return Scope(area_ids=frozenset().union(*viewer.rights.values()))


def _to_consumer_sign_in(request: HttpRequest, number: str | None) -> HttpResponse:
    """To the consumers' sign-in and back; a fragment takes the whole page there."""
    page = reverse("home", args=[number]) if number else reverse("my_connections")
    is_page = request.method in SAFE and not request.headers.get("HX-Request")
    path = request.get_full_path() if is_page else page
    address = f"{reverse('my_sign_in')}?{urlencode({'next': path})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in and back; a fragment is told to take the whole page there."""
    path = request.get_full_path() if request.method in SAFE else reverse("desk")
    address = f"{reverse('sign_in')}?{urlencode({'next': path})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    messages.info(request, _("Sign in to go on."))
    return HttpResponseRedirect(address)
