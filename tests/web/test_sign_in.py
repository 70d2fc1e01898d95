"""Signing in: both factors or nothing, and the same answer whoever asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from tests.door import (
    KEY,
    PASSWORD,
    add_passkey,
    audited,
    close,
    code_now,
    enrolled,
    let_pass,
    shows_code,
    shows_password,
    sign_ins,
    words,
)
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db", "no_waiting")


# Both factors, or nothing


def test_password_and_code_open_the_desk_and_are_audited(anju, browser) -> None:
    first = shows_password(browser)
    assert (first.status_code, first.url) == (302, reverse("sign_in_second"))
    second = shows_code(browser)
    assert (second.status_code, second.url) == (302, reverse("desk"))
    assert browser.get(reverse("account")).status_code == 200
    assert sign_ins() == [("totp", "")]
    assert audited()[-1] == "people.signed_in"


def test_the_password_alone_opens_no_page_of_the_desk(anju, browser) -> None:
    shows_password(browser)
    for name in ("account", "staff_list", "staff_add", "account_totp", "account_password"):
        answer = browser.get(reverse(name))
        assert answer.status_code == 302, name
        assert answer.url.startswith(reverse("sign_in")), name
    assert sign_ins() == []


def test_the_code_alone_is_asked_of_nobody(anju, browser) -> None:
    answer = shows_code(browser)
    assert (answer.status_code, answer.url) == (302, reverse("sign_in"))


def test_the_session_has_a_new_key_after_each_factor(anju, browser) -> None:
    browser.get(reverse("sign_in"))
    shows_password(browser)
    between = browser.cookies[settings.SESSION_COOKIE_NAME].value
    shows_code(browser)
    after = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert between != after
    thief = Client(SERVER_NAME="localhost")
    thief.cookies[settings.SESSION_COOKIE_NAME] = between
    assert thief.get(reverse("account")).status_code == 302


def test_a_session_key_that_somebody_planted_is_not_taken_over(anju, browser) -> None:
    browser.cookies[settings.SESSION_COOKIE_NAME] = "planted" * 4
    shows_password(browser)
    shows_code(browser)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != "planted" * 4


def test_signing_in_as_somebody_else_ends_the_sign_in_before(anju, ids) -> None:
    browser = client_of(add_staff("balwant", (Role.AUDITOR, ids["NDVN"])))
    shows_password(browser)
    shows_code(browser)
    assert sign_ins() == [("totp", "signed out"), ("totp", "")]


# What is wrong is not said


def test_an_unknown_login_and_a_wrong_password_are_answered_alike(anju, browser) -> None:
    wrong = shows_password(browser, password="not the password")
    unknown = shows_password(browser, login="nobody", password="not the password")
    assert wrong.status_code == unknown.status_code == 422
    assert words(wrong).replace("anju", "*") == words(unknown).replace("nobody", "*")
    assert "The login or the password is wrong." in words(wrong)


def test_who_was_only_invited_cannot_sign_in_and_is_answered_alike(ids, browser) -> None:
    add_staff("chandan", (Role.CASHIER, ids["D1"]))
    answer = shows_password(browser, login="chandan")
    unknown = shows_password(browser, login="nobody")
    assert words(answer).replace("chandan", "*") == words(unknown).replace("nobody", "*")


def test_a_closed_account_is_answered_like_a_wrong_password(anju, browser) -> None:
    close(anju)
    answer = shows_password(browser)
    assert answer.status_code == 422
    assert "The login or the password is wrong." in words(answer)


def test_a_code_chosen_without_a_second_factor_lets_nobody_in(anju, browser) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from otp_totp_totpdevice")
    assert shows_password(browser).status_code == 422


@pytest.mark.parametrize("field", ["login", "password"])
def test_what_is_missing_is_said_beside_its_field(anju, browser, field) -> None:
    answer = browser.post(
        reverse("sign_in"), {"login": "anju", "password": PASSWORD, field: ""}
    )
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in words(answer)


# Lock-out


def test_five_wrong_passwords_lock_the_login_out_even_for_the_right_one(
    anju, browser
) -> None:
    statuses = [
        shows_password(browser, password="wrong again").status_code for _ in range(5)
    ]
    assert statuses == [422, 422, 422, 422, 429]
    answer = shows_password(browser)
    assert answer.status_code == 429
    assert "Wait 1 minute and try again." in words(answer)


def test_a_login_that_does_not_exist_is_locked_out_alike(anju, browser) -> None:
    for _ in range(5):
        known = shows_password(browser, password="wrong again")
        unknown = shows_password(browser, login="nobody", password="wrong again")
    assert known.status_code == unknown.status_code == 429
    assert words(known).replace("anju", "*") == words(unknown).replace("nobody", "*")


def test_another_address_is_not_locked_out(anju, browser) -> None:
    for _ in range(5):
        shows_password(browser, password="wrong again")
    elsewhere = Client(SERVER_NAME="localhost", REMOTE_ADDR="10.0.0.7")
    assert shows_password(elsewhere).status_code == 302


def test_after_the_wait_the_right_password_is_taken_and_one_more_wrong_waits_longer(
    anju, browser
) -> None:
    for _ in range(5):
        shows_password(browser, password="wrong again")
    let_pass(timedelta(minutes=1, seconds=1))
    answer = shows_password(browser, password="wrong again")
    assert answer.status_code == 429
    assert "Wait 2 minutes and try again." in words(answer)
    let_pass(timedelta(minutes=1, seconds=1))
    assert shows_password(browser).status_code == 429
    let_pass(timedelta(minutes=1))
    assert shows_password(browser).status_code == 302


def test_both_factors_make_wrong_tries_forgotten(anju, browser) -> None:
    for _ in range(4):
        shows_password(browser, password="wrong again")
    shows_password(browser)
    shows_code(browser)
    assert shows_password(browser, password="wrong again").status_code == 422


def test_no_password_is_kept_with_what_was_tried(anju, browser) -> None:
    shows_password(browser, password="wrong but dear")
    with connection.cursor() as cursor:
        cursor.execute("select post_data from axes_accessattempt")
        assert "dear" not in cursor.fetchone()[0]


# The code of an app


def test_a_wrong_code_is_refused(anju, browser) -> None:
    shows_password(browser)
    answer = shows_code(browser, "000000")
    assert answer.status_code == 422
    assert sign_ins() == []


def test_a_code_is_good_once(anju, browser) -> None:
    code = code_now()
    shows_password(browser)
    shows_code(browser, code)
    other = Client(SERVER_NAME="localhost")
    shows_password(other)
    assert shows_code(other, code).status_code == 422
    assert shows_code(other, code_now(1)).status_code == 302


@pytest.mark.parametrize("code", ["12345", "1234567", "१२३४५६", "abcdef", "1e5000", " "])
def test_what_are_not_six_digits_are_no_code(anju, browser, code) -> None:
    shows_password(browser)
    assert shows_code(browser, code).status_code == 422


def test_after_five_wrong_codes_the_password_is_asked_for_again(anju, browser) -> None:
    shows_password(browser)
    for _ in range(4):
        assert shows_code(browser, "000000").status_code == 422
    answer = shows_code(browser, "000000")
    assert (answer.status_code, answer.url) == (302, reverse("sign_in"))
    assert shows_code(browser).url == reverse("sign_in")


def test_after_a_wrong_code_the_right_one_waits(anju, browser, settings) -> None:
    settings.OTP_TOTP_THROTTLE_FACTOR = 60
    shows_password(browser)
    shows_code(browser, "000000")
    assert shows_code(browser).status_code == 422


def test_the_second_factor_is_asked_for_ten_minutes(anju, browser, monkeypatch) -> None:
    shows_password(browser)
    later = clock.real_now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    assert browser.get(reverse("sign_in_second")).url == reverse("sign_in")


def test_an_account_closed_between_the_factors_stays_closed(anju, browser) -> None:
    shows_password(browser)
    close(anju)
    shows_code(browser)
    assert browser.get(reverse("account")).status_code == 302
    assert sign_ins() == []


def test_somebody_elses_code_is_no_code(anju, ids, browser) -> None:
    other = add_staff("balwant", (Role.AUDITOR, ids["NDVN"]))
    people.give_sign_in(
        staff_id=other, password=PASSWORD, totp_key=b"x" * 20, by=SYSTEM, now=clock.now()
    )
    shows_password(browser, login="balwant")
    assert shows_code(browser).status_code == 422


# Where one goes


def test_after_signing_in_one_comes_where_one_wanted_to_go(anju, browser) -> None:
    shows_password(browser, next="/desk/staff/?q=a")
    assert shows_code(browser).url == "/desk/staff/?q=a"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "javascript:alert(1)",
        "\thttps://elsewhere.example/",
        "http:///elsewhere.example/",
    ],
)
def test_no_address_leads_to_another_site(anju, browser, elsewhere) -> None:
    shows_password(browser, next=elsewhere)
    assert shows_code(browser).url == reverse("desk")


def test_who_has_no_right_to_the_first_page_comes_to_one_that_opens(ids, browser) -> None:
    enrolled("ganesh", (Role.CASHIER, ids["D1"]))
    shows_password(browser, login="ganesh", next=reverse("desk"))
    answer = shows_code(browser)
    assert browser.get(answer.url).status_code in (200, 404)
    assert answer.url != reverse("desk")


def test_other_fields_are_ignored(anju, browser) -> None:
    shows_password(browser, is_active="0", staff_id="1", is_enrolled="0")
    assert shows_code(browser, staff_id="999", factor="passkey").status_code == 302
    assert sign_ins() == [("totp", "")]


# The language


def test_the_desk_speaks_the_persons_language_where_the_browser_has_chosen_none(
    anju,
) -> None:
    browser = Client(SERVER_NAME="localhost")
    shows_password(browser)
    shows_code(browser)
    assert browser.cookies[settings.LANGUAGE_COOKIE_NAME].value == "hi"


# Passkeys without a browser: the refusals


def test_a_passkeys_question_is_put_to_nobody_without_the_password(anju, browser) -> None:
    assert browser.post(reverse("sign_in_passkey_options")).status_code == 403
    assert browser.post(reverse("sign_in_passkey")).status_code == 403


@pytest.mark.parametrize(
    "told",
    ["", "[]", "{}", "nonsense", '{"answer": {}}', '{"answer": {"id": "x"}}', "null"],
)
def test_an_answer_that_proves_nothing_is_refused(anju, browser, told) -> None:
    shows_password(browser)
    assert browser.post(reverse("sign_in_passkey_options")).status_code == 200
    answer = browser.post(reverse("sign_in_passkey"), told, content_type="application/json")
    assert answer.status_code == 422
    assert sign_ins() == []


def test_a_passkeys_question_is_answered_once(anju, browser) -> None:
    shows_password(browser)
    browser.post(reverse("sign_in_passkey_options"))
    send = {"data": "{}", "content_type": "application/json"}
    assert browser.post(reverse("sign_in_passkey"), **send).status_code == 422
    assert browser.post(reverse("sign_in_passkey"), **send).status_code == 403


def test_at_a_bare_address_the_page_says_where_passkeys_work(anju) -> None:
    add_passkey(anju)
    bare = Client(SERVER_NAME="127.0.0.1")
    bare.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    shows_password(bare)
    page = words(bare.get(reverse("sign_in_second")))
    assert "Passkeys belong to a name" in page
    assert 'href="http://localhost:8000/sign-in/second/"' in page
    assert "data-passkey" not in page
    assert "Six digits" in page


# Nothing that lets anybody in is told


def test_no_secret_is_in_the_audit_trail_or_on_the_pages(anju, browser) -> None:
    code = code_now()
    shows_password(browser)
    shows_code(browser, code)
    pages = words(browser.get(reverse("account")))
    with connection.cursor() as cursor:
        cursor.execute("select payload from people_auditrecord")
        trail = "".join(row[0] for row in cursor.fetchall())
        cursor.execute("select password from people_staff")
        hashed = cursor.fetchone()[0]
    for secret in (PASSWORD, KEY.hex(), hashed, f'"{code}"'):
        assert secret not in trail
        assert secret not in pages
