"""Staff of the cast's discom, signed in without the forms: for tests of what lies behind.

The forms themselves are tested in tests/web/test_sign_in.py and in the browser.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.test import Client

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Origin, Role, Viewer


def add_staff(login: str, *grants: tuple[Role, int], now: datetime | None = None) -> int:
    """A member of staff with these roles in these areas (grid node ids); their id."""
    at = now or clock.now()
    staff_id = people.add_staff(
        login=login,
        name_en=login.title(),
        name_hi=f"{login} जी",
        by=SYSTEM,
        now=at,
        place_id=grants[0][1] if grants else None,
    )
    for role, area_id in grants:
        people.grant_role(staff_id=staff_id, role=role, area_id=area_id, by=SYSTEM, now=at)
    return staff_id


def viewer(staff_id: int, *, now: datetime | None = None) -> Viewer:
    """Somebody with all they may do now."""
    return people.viewer_of(
        staff_id=staff_id, origin=Origin(channel="desk"), now=now or clock.now()
    )


def client_of(staff_id: int, *, language: str = "en") -> Client:
    """A browser in which somebody has signed in with both factors."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.create()
    people.open_sign_in(
        staff_id=staff_id,
        session_key=store.session_key,
        factor="totp",
        address="127.0.0.1",
        agent="a test",
        real_now=clock.real_now(),
    )
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client
