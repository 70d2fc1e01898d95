"""What a session holds before somebody is signed in by it: who has shown the first factor.

Nothing here opens a page of the desk: access.viewer_of asks for a sign-in, which only
`come_in` makes, after the second factor and under a new session key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.web.access import origin_of, viewer_of
from bijlighar.web.desk.navigation import places_for

log = structlog.get_logger()

PENDING = "shown_first_factor"
JOINING = "joining"
PENDING_LASTS = timedelta(minutes=10)
JOINING_LASTS = timedelta(minutes=30)
MOST_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody who is asked for the second factor: to come in, or once more."""

    staff_id: int
    login: str
    next: str
    is_again: bool
    """Signed in already, and about to do something sensitive."""


def first_factor_shown(
    request: HttpRequest, *, staff_id: int, login: str, next_: str
) -> None:
    """Remember who showed login and password, in a session of its own."""
    leave(request)
    request.session.flush()
    request.session[PENDING] = {
        "staff_id": staff_id,
        "login": login,
        "next": next_,
        "at": clock.real_now().isoformat(),
        "tries": 0,
    }


def asked_for_second(request: HttpRequest) -> Asked | None:
    """Who is asked for the second factor; None where nobody showed the first one."""
    held = request.session.get(PENDING)
    if held and not _is_older(held, PENDING_LASTS) and held["tries"] < MOST_TRIES:
        return Asked(
            staff_id=held["staff_id"],
            login=held["login"],
            next=held["next"],
            is_again=False,
        )
    viewer = viewer_of(request)
    if viewer is None:
        return None
    return Asked(staff_id=viewer.actor_id, login="", next=next_of(request), is_again=True)


def count_try(request: HttpRequest) -> None:
    """A second factor was wrong; after some tries the password is asked for again."""
    held = request.session.get(PENDING)
    log.warning(
        "people.sign_in.refused",
        factor="second",
        because="wrong",
        staff_id=held["staff_id"] if held else None,
        address=request.META.get("REMOTE_ADDR", ""),
    )
    if held:
        request.session[PENDING] = {**held, "tries": held["tries"] + 1}


def second_factor_shown(request: HttpRequest, asked: Asked, *, factor: str) -> str:
    """Sign in, or go on, under a new session key; where to. Raises UnknownStaff."""
    if not asked.is_again:
        come_in(request, staff_id=asked.staff_id, factor=factor)
        people.forget_failures(request=request, login=asked.login)
        return asked.next or home(request)
    viewer = viewer_of(request)
    assert viewer is not None
    old_key = request.session.session_key or ""
    request.session.cycle_key()
    with transaction.atomic(durable=True):
        people.renew_sign_in(
            session_key=old_key,
            new_key=request.session.session_key or "",
            factor=factor,
            by=viewer,
            now=clock.now(),
            real_now=clock.real_now(),
        )
    return asked.next or home(request)


def home(request: HttpRequest) -> str:
    """The first page that whoever is signed in may open."""
    viewer = viewer_of(request)
    places = places_for(viewer) if viewer else ()
    return places[0].address if places else reverse("account")


def come_in(request: HttpRequest, *, staff_id: int, factor: str) -> None:
    """Both factors are shown: open a sign-in under a new session key."""
    for key in (PENDING, JOINING):
        request.session.pop(key, None)
    request.session.cycle_key()
    with transaction.atomic():
        people.sign_in(
            staff_id=staff_id,
            session_key=request.session.session_key or "",
            factor=factor,
            agent=request.headers.get("User-Agent", ""),
            origin=origin_of(request, channel="desk"),
            now=clock.now(),
            real_now=clock.real_now(),
        )


def leave(request: HttpRequest) -> None:
    """Whoever is signed in by this session is so no more."""
    viewer = viewer_of(request)
    if viewer is not None:
        with transaction.atomic(durable=True):
            people.end_sign_in(
                session_key=request.session.session_key or "",
                by=viewer,
                now=clock.now(),
                real_now=clock.real_now(),
            )


def code_shown(request: HttpRequest, *, staff_id: int) -> None:
    """Remember who showed an invitation's code and chose a password."""
    leave(request)
    request.session.flush()
    request.session[JOINING] = {
        "staff_id": staff_id,
        "at": clock.real_now().isoformat(),
        "totp_key": people.new_totp_key(),
    }


def joining(request: HttpRequest) -> tuple[int, str] | None:
    """Who is to set a second factor, and the key offered for codes."""
    held = request.session.get(JOINING)
    if not held or _is_older(held, JOINING_LASTS):
        return None
    return held["staff_id"], held["totp_key"]


def next_of(request: HttpRequest) -> str:
    """Where to go on: an address of this site only; nothing for the person's first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and wanted != reverse("desk") else ""


def _is_older(held: dict[str, str], lasts: timedelta) -> bool:
    return clock.real_now() - datetime.fromisoformat(held["at"]) > lasts
