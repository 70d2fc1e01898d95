"""At the door of the desk: somebody who can sign in, and the forms by which they do."""

from __future__ import annotations

import re
from base64 import b32decode
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from tests.signing_in import add_staff

PASSWORD = "bijli sabke ghar aaye"
KEY = bytes(range(20))


def enrolled(login: str, *grants: tuple[Role, int]) -> int:
    """Somebody with these roles, the password above and an app with the key above."""
    staff_id = add_staff(login, *grants)
    people.give_sign_in(
        staff_id=staff_id, password=PASSWORD, totp_key=KEY, by=SYSTEM, now=clock.now()
    )
    return staff_id


def new_browser() -> Client:
    """A browser whose owner reads English and is not signed in."""
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def code_now(steps_on: int = 0) -> str:
    """The six digits that the app shows now, or so many half minutes later."""
    totp = TOTP(KEY)
    totp.time = clock.real_now().timestamp() + 30 * steps_on
    return f"{totp.token():06d}"


def shows_password(browser: Client, login: str = "anju", password: str = PASSWORD, **more):
    """Type login and password."""
    typed = {"login": login, "password": password, **more}
    return browser.post(reverse("sign_in"), typed)


def shows_code(browser: Client, code: str | None = None, **more):
    """Type the six digits."""
    typed = {"code": code or code_now(), **more}
    return browser.post(reverse("sign_in_second"), typed)


def words(response) -> str:
    """The page without what differs in every answer: the form's token."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def asked(sql: str, *arguments: object) -> list[tuple]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchall()


def sign_ins() -> list[tuple[str, str]]:
    """Factor and end of every sign-in there ever was."""
    return asked("select factor, ended_because from people_signin order by id")


def audited() -> list[str]:
    """Every action of the audit trail."""
    return [row[0] for row in asked("select action from people_auditrecord order by seq")]


def make_factor_old() -> None:
    """Everybody who is signed in showed the second factor an hour ago."""
    asked(
        "update people_signin set factor_shown_at = factor_shown_at - interval '1 hour'"
        " returning 1"
    )


def let_pass(span: timedelta) -> None:
    """Wrong tries were made so much earlier."""
    asked(
        "update axes_accessattempt set attempt_time = attempt_time - %s returning 1", span
    )


def close(staff_id: int) -> None:
    """Close somebody's account."""
    people.close_account(
        staff_id=staff_id,
        by=SYSTEM,
        now=clock.now(),
        real_now=clock.real_now(),
        why="left the discom",
    )


def add_passkey(staff_id: int) -> None:
    """A passkey in the table that no browser has."""
    asked(
        "insert into django_otp_webauthn_webauthncredential (name, confirmed, user_id,"
        " credential_type, credential_id, public_key, transports, sign_count,"
        " backup_eligible, backup_state, aaguid, credential_id_sha256) values"
        " ('', true, %s, 'public-key', 'x', 'x', '[]', 0, false, false, '', 'x')"
        " returning 1",
        staff_id,
    )


def code_on(response) -> str:
    """The one-time code that a page shows."""
    found = re.search(r'code-shown">([A-Z0-9-]+)<', response.content.decode())
    assert found, response.content.decode()
    return found.group(1)


def invited(browser: Client, login: str, code: str, password: str = PASSWORD, **more):
    """Type login, code and a new password."""
    typed = {"login": login, "code": code, "password": password, "again": password}
    return browser.post(reverse("invited"), {**typed, **more})


def code_shown_by_app(page: str) -> str:
    """The six digits of an app that has taken over the key on this page."""
    letters = re.search(r'<code class="digits">([A-Z2-7 ]+)<', page)
    assert letters
    return f"{TOTP(b32decode(letters.group(1).replace(' ', ''))).token():06d}"


def join(browser: Client, login: str, code: str) -> None:
    """Come in by a code, with the password above and a new app."""
    invited(browser, login, code)
    page = words(browser.get(reverse("join_factor")))
    browser.post(reverse("join_factor"), {"code": code_shown_by_app(page)})
    assert browser.get(reverse("account")).status_code == 200
