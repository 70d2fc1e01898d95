"""Staff and consumers, signed in without the forms: for tests of what lies behind.

The forms themselves are tested in tests/web/test_sign_in.py and in the browser.
"""

from __future__ import annotations

import re
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.test import Client

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.logins import service as logins
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


class ResidentClient(Client):
    """A phone that is signed in, at each home's pages, as the person who lives there.

    For tests of the pages themselves; the door is tested by itself.
    """

    def request(self, **request):
        """Sign in where the address names a home, then ask."""
        named = re.match(r"/home/([^/]+)/|/live/home/([0-9]+)/", request["PATH_INFO"])
        if named:
            _be_resident(self, number=named.group(1), connection_id=named.group(2))
        return super().request(**request)


def sign_in_consumer(client: Client, mobile: str) -> None:
    """Sign a browser in by this number (E.164)."""
    held = logins.sign_in(
        mobile=mobile,
        browser="a browser of tests",
        agent="a test",
        address="127.0.0.1",
        now=clock.now(),
        real_now=clock.real_now(),
    )
    client.cookies[settings.LOGIN_COOKIE_NAME] = held.token


def _be_resident(client: Client, *, number: str | None, connection_id: str | None) -> None:
    try:
        if number is not None:
            mobile = connections.home_of(consumer_number=number).mobile
        else:
            (home,) = connections.homes(connection_ids=[int(connection_id or 0)])
            mobile = home.mobile
    except (connections.UnknownConsumer, ValueError):
        mobile = "+919999999999"
    token = client.cookies.get(settings.LOGIN_COOKIE_NAME)
    held = token and logins.signed_in(token=token.value, real_now=clock.real_now())
    if not held or held.mobile != mobile:
        sign_in_consumer(client, mobile)
