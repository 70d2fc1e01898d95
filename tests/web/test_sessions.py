"""A sign-in ends in time, and is not enough for what is sensitive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from tests.door import (
    audited,
    close,
    make_factor_old,
    shows_code,
    shows_password,
    sign_ins,
)
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db", "no_waiting")


# The end


def test_signing_out_ends_the_session_and_the_sign_in(anju, browser) -> None:
    shows_password(browser)
    shows_code(browser)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    answer = browser.post(reverse("sign_out"))
    assert answer.url == reverse("sign_in")
    assert "storage" in answer.headers["Clear-Site-Data"]
    thief = Client(SERVER_NAME="localhost")
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    assert thief.get(reverse("account")).status_code == 302
    assert sign_ins() == [("totp", "signed out")]
    assert audited()[-1] == "people.signed_out"


def test_nobody_is_signed_out_by_a_link(anju) -> None:
    browser = client_of(anju)
    assert browser.get(reverse("sign_out")).status_code == 405
    assert browser.get(reverse("account")).status_code == 200


def test_signing_in_and_out_insist_on_the_forms_token(anju) -> None:
    browser = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    for name in ("sign_in", "sign_in_second", "sign_in_passkey", "sign_out", "invited"):
        assert browser.post(reverse(name), {}).status_code == 403, name


@pytest.mark.parametrize(
    ("role", "idle"),
    [
        (Role.EXECUTIVE_ENGINEER, timedelta(minutes=30)),
        (Role.CASHIER, timedelta(minutes=30)),
        (Role.APPROVER, timedelta(minutes=15)),
        (Role.ADMINISTRATOR, timedelta(minutes=15)),
        (Role.DATA_CENTRE_OPERATOR, timedelta(minutes=15)),
    ],
)
def test_who_is_idle_too_long_is_signed_out(ids, monkeypatch, role, idle) -> None:
    browser = client_of(add_staff("anju", (role, ids["D1"])))
    at = clock.real_now()
    monkeypatch.setattr(clock, "real_now", lambda: at + idle - timedelta(seconds=5))
    assert browser.get(reverse("account")).status_code == 200
    monkeypatch.setattr(clock, "real_now", lambda: at + 2 * idle)
    assert browser.get(reverse("account")).status_code == 302
    assert sign_ins() == [("totp", "too long")]


def test_nobody_is_signed_in_for_longer_than_twelve_hours(anju, monkeypatch) -> None:
    browser = client_of(anju)
    began = clock.real_now()
    for minutes in range(25, 12 * 60, 25):
        monkeypatch.setattr(
            clock, "real_now", lambda at=minutes: began + timedelta(minutes=at)
        )
        assert browser.get(reverse("account")).status_code == 200
    monkeypatch.setattr(clock, "real_now", lambda: began + timedelta(hours=12))
    assert browser.get(reverse("account")).status_code == 302


def test_a_closed_account_is_dead_at_the_next_request(anju) -> None:
    browser = client_of(anju)
    assert browser.get(reverse("account")).status_code == 200
    close(anju)
    assert browser.get(reverse("account")).status_code == 302


def test_an_ended_role_opens_nothing_at_the_next_request(anju) -> None:
    browser = client_of(anju)
    assert browser.get(reverse("staff_list")).status_code == 200
    for grant in people.grants_of(staff_id=anju):
        people.end_grant(grant_id=grant.grant_id, by=SYSTEM, now=clock.now())
    assert browser.get(reverse("staff_list")).status_code == 403


# The second factor once more


def test_a_sensitive_page_asks_for_a_second_factor_that_was_shown_long_ago(
    anju, monkeypatch
) -> None:
    browser = client_of(anju)
    at = clock.real_now()
    monkeypatch.setattr(clock, "real_now", lambda: at + timedelta(minutes=9))
    assert browser.get(reverse("account_password")).status_code == 200
    monkeypatch.setattr(clock, "real_now", lambda: at + timedelta(minutes=11))
    for method in (browser.get, browser.post):
        answer = method(reverse("account_password"))
        assert answer.status_code == 302
        assert answer.url == f"{reverse('sign_in_second')}?next=%2Faccount%2Fpassword%2F"


def test_shown_once_more_it_leads_back_under_a_new_key(anju, monkeypatch) -> None:
    browser = client_of(anju)
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value
    make_factor_old()
    asked = browser.get(reverse("account_password"))
    assert browser.get(asked.url).status_code == 200
    answer = shows_code(browser, next=reverse("account_password"))
    assert (answer.status_code, answer.url) == (302, reverse("account_password"))
    assert browser.get(answer.url).status_code == 200
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert sign_ins() == [("totp", "")]
    assert audited()[-1] == "people.factor.shown"


def test_once_more_a_wrong_code_leads_nowhere(anju) -> None:
    browser = client_of(anju)
    make_factor_old()
    assert shows_code(browser, "000000").status_code == 422
    assert browser.get(reverse("account_password")).status_code == 302
