"""Signing in: both factors or nothing, the same answer whoever asks, and an end in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from tests.cast import grid_of_cast
from tests.signing_in import add_staff, client_of

PASSWORD = "bijli sabke ghar aaye"
KEY = bytes(range(20))

pytestmark = pytest.mark.usefixtures("committed_db", "no_waiting")


@pytest.fixture
def no_waiting(settings) -> None:
    settings.OTP_TOTP_THROTTLE_FACTOR = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ids() -> dict[str, int]:
    return grid_of_cast()


@pytest.fixture
def anju(ids: dict[str, int]) -> int:
    """Somebody who can sign in, by password and app."""
    return enrolled("anju", Role.EXECUTIVE_ENGINEER, ids["D1"])


@pytest.fixture
def browser() -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=False)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    yield client


def enrolled(login: str, role: Role, area_id: int) -> int:
    staff_id = add_staff(login, (role, area_id))
    people.give_sign_in(
        staff_id=staff_id, password=PASSWORD, totp_key=KEY, by=SYSTEM, now=clock.now()
    )
    return staff_id


def code_now(steps_on: int = 0) -> str:
    totp = TOTP(KEY)
    totp.time = clock.real_now().timestamp() + 30 * steps_on
    return f"{totp.token():06d}"


def shows_password(browser: Client, login: str = "anju", password: str = PASSWORD, **more):
    return browser.post(reverse("sign_in"), {"login": login, "password": password, **more})


def shows_code(browser: Client, code: str | None = None, **more):
    return browser.post(reverse("sign_in_second"), {"code": code or code_now(), **more})


def words(response) -> str:
    """The page without what differs in every answer: the form's token."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def sign_ins() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("select factor, ended_because from people_signin order by id")
        return cursor.fetchall()


def audited() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select action from people_auditrecord order by seq")
        return [row[0] for row in cursor.fetchall()]


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
    enrolled("ganesh", Role.CASHIER, ids["D1"])
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
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into django_otp_webauthn_webauthncredential (name, confirmed, user_id,"
            " credential_type, credential_id, public_key, transports, sign_count,"
            " backup_eligible, backup_state, aaguid, credential_id_sha256) values"
            " ('', true, %s, 'public-key', 'x', 'x', '[]', 0, false, false, '', 'x')",
            [anju],
        )
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


def close(staff_id: int) -> None:
    people.close_account(
        staff_id=staff_id,
        by=SYSTEM,
        now=clock.now(),
        real_now=clock.real_now(),
        why="left the discom",
    )


def make_factor_old() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_signin set factor_shown_at = factor_shown_at - interval '1 hour'"
        )


def let_pass(span: timedelta) -> None:
    """Wrong tries were made so much earlier."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update axes_accessattempt set attempt_time = attempt_time - %s", [span]
        )
