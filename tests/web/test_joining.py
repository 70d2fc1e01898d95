"""Added within one's own area, invited by a code, and in with two factors."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from tests.door import (
    PASSWORD,
    asked,
    audited,
    code_on,
    code_shown_by_app,
    invited,
    join,
    words,
)
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db", "no_waiting")


def new_person(ids: dict[str, int], **changes: str) -> dict[str, str]:
    return {
        "login": "suman",
        "name_en": "Suman Rao",
        "name_hi": "सुमन राव",
        "email": "suman@discom.example",
        "mobile": "98765 43210",
        "language": "hi",
        "role": "junior_engineer",
        "area": str(ids["SD1"]),
        "why": "posted to Station Road",
        **changes,
    }


# Adding and inviting


def test_somebody_is_added_invited_and_signed_in_for_the_first_time(
    ids, admin, browser
) -> None:
    added = admin.post(reverse("staff_add"), new_person(ids))
    assert added.status_code == 200
    code = code_on(added)
    assert "no-store" in added.headers["Cache-Control"]
    assert invited(browser, "suman", code).url == reverse("join_factor")
    assert browser.get(reverse("account")).status_code == 302
    page = browser.get(reverse("join_factor"))
    assert "no-store" in page.headers["Cache-Control"]
    joined = browser.post(reverse("join_factor"), {"code": code_shown_by_app(words(page))})
    assert joined.status_code == 302
    assert browser.get(reverse("account")).status_code == 200
    assert asked(
        "select email, mobile, is_enrolled from people_staff where login = 'suman'"
    ) == [("suman@discom.example", "+919876543210", True)]
    assert audited()[-5:] == [
        "people.staff.added",
        "people.role.granted",
        "people.invitation.made",
        "people.staff.enrolled",
        "people.signed_in",
    ]


def test_the_code_is_shown_once_and_kept_as_a_hash_only(ids, admin) -> None:
    code = code_on(admin.post(reverse("staff_add"), new_person(ids)))
    (staff_id,) = asked("select id from people_staff where login = 'suman'")[0]
    assert code not in words(admin.get(reverse("staff_person", args=[staff_id])))
    bare = code.replace("-", "")
    assert len(bare) == 24
    dump = str(asked("select code_hash::text from people_invitation"))
    trail = str(asked("select payload from people_auditrecord"))
    for text in (dump, trail):
        assert code not in text
        assert bare not in text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("login", "Su"),
        ("login", "su man"),
        ("login", "सुमन"),
        ("login", ""),
        ("name_en", ""),
        ("name_hi", ""),
        ("email", "nonsense"),
        ("mobile", "12345"),
        ("role", "emperor"),
        ("role", ""),
        ("area", "999999"),
        ("area", ""),
        ("language", "fr"),
        ("why", ""),
    ],
)
def test_nonsense_is_refused_beside_its_field(ids, admin, field, typed) -> None:
    answer = admin.post(reverse("staff_add"), new_person(ids, **{field: typed}))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in words(answer)
    assert asked("select count(*) from people_staff where login like 'su%%'") == [(0,)]


def test_a_login_is_given_once(ids, admin, anju) -> None:
    answer = admin.post(reverse("staff_add"), new_person(ids, login="anju"))
    assert answer.status_code == 422
    assert "Somebody has this login already." in words(answer)


def test_nobody_is_added_outside_the_administrators_area(ids, admin) -> None:
    for outside in ("D2", "NDVN", "C1", "SD3"):
        answer = admin.post(reverse("staff_add"), new_person(ids, area=str(ids[outside])))
        assert answer.status_code == 422, outside
    assert "West Division" not in words(admin.get(reverse("staff_add")))


def test_other_fields_are_ignored_when_somebody_is_added(ids, admin) -> None:
    admin.post(
        reverse("staff_add"),
        new_person(ids, is_enrolled="1", password="x", is_active="0", id="77"),
    )
    assert asked(
        "select is_enrolled, is_active, password like '!%%' from people_staff"
        " where login = 'suman'"
    ) == [(False, True, True)]


@pytest.mark.parametrize(
    "role", [one for one in Role if one is not Role.ADMINISTRATOR], ids=str
)
def test_only_administrators_add_people(ids, role) -> None:
    other = client_of(add_staff("balwant", (role, ids["NDVN"])))
    assert other.get(reverse("staff_add")).status_code == 403
    assert other.post(reverse("staff_add"), new_person(ids)).status_code == 403
    assert asked("select count(*) from people_staff where login = 'suman'") == [(0,)]


def test_an_invitation_goes_by_mail_where_mail_is_set_up(ids, admin, settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "desk@discom.example"
    code = code_on(admin.post(reverse("staff_add"), new_person(ids, by_mail="1")))
    (message,) = mail.outbox
    assert message.to == ["suman@discom.example"]
    assert code in message.body
    assert "http://localhost/sign-in/invited/" in message.body


def test_no_mail_goes_where_none_is_set_up_or_wanted(ids, admin, settings) -> None:
    admin.post(reverse("staff_add"), new_person(ids, by_mail="1"))
    settings.DEFAULT_FROM_EMAIL = "desk@discom.example"
    admin.post(reverse("staff_add"), new_person(ids, login="other"))
    assert mail.outbox == []


# Coming in by a code


@pytest.fixture
def code(ids) -> str:
    staff_id = add_staff("suman", (Role.JUNIOR_ENGINEER, ids["SD1"]))
    return invite(staff_id)


def invite(staff_id: int) -> str:
    return people.invite(
        staff_id=staff_id, by=SYSTEM, now=clock.now(), real_now=clock.real_now()
    )


def test_wrong_expired_used_and_unknown_codes_are_answered_alike(
    code, browser, anju
) -> None:
    wrong = invited(browser, "suman", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA")
    somebody_elses = invited(browser, "anju", code)
    unknown = invited(browser, "nobody", code)
    asked_at = "update people_invitation set expires_at = made_at returning 1"
    asked(asked_at)
    expired = invited(browser, "suman", code)
    answers = (wrong, somebody_elses, unknown, expired)
    assert {one.status_code for one in answers} == {422}
    assert len({re.sub(r'value="[^"]*"', "", words(one)) for one in answers}) == 1
    assert "The login or the code is wrong, or the code is used or too old." in words(wrong)


def test_a_code_is_good_for_48_hours(code, browser, monkeypatch) -> None:
    at = clock.real_now()
    monkeypatch.setattr(clock, "real_now", lambda: at + timedelta(hours=47, minutes=59))
    assert invited(browser, "suman", code).status_code == 302
    monkeypatch.setattr(clock, "real_now", lambda: at + timedelta(hours=48))
    assert invited(browser, "suman", code).status_code == 422


def test_a_code_is_good_for_one_enrolment(code, browser) -> None:
    join(browser, "suman", code)
    other = Client(SERVER_NAME="localhost")
    assert invited(other, "suman", code).status_code == 422


def test_a_code_still_works_for_who_stopped_before_the_second_factor(code, browser) -> None:
    invited(browser, "suman", code)
    signing_in = browser.post(reverse("sign_in"), {"login": "suman", "password": PASSWORD})
    assert signing_in.status_code == 422
    assert invited(browser, "suman", code).status_code == 302


def test_a_new_code_ends_the_one_before(code, ids, browser) -> None:
    (staff_id,) = asked("select id from people_staff where login = 'suman'")[0]
    newer = invite(staff_id)
    assert invited(browser, "suman", code).status_code == 422
    assert invited(browser, "suman", newer).status_code == 302


def test_a_code_that_is_replaced_meanwhile_enrols_nobody(code, browser) -> None:
    invited(browser, "suman", code)
    page = words(browser.get(reverse("join_factor")))
    (staff_id,) = asked("select id from people_staff where login = 'suman'")[0]
    asked(
        "update people_invitation set ended_at = made_at, ended_because = 'replaced'"
        " returning 1"
    )
    answer = browser.post(reverse("join_factor"), {"code": code_shown_by_app(page)})
    assert answer.url == reverse("invited")
    assert asked("select is_enrolled from people_staff where id = %s", staff_id) == [
        (False,)
    ]
    assert asked("select count(*) from otp_totp_totpdevice") == [(0,)]


def test_typed_in_small_letters_and_without_dashes_a_code_works(code, browser) -> None:
    assert invited(browser, "SUMAN", code.lower().replace("-", " ")).status_code == 302


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("elevenchars", "Use at least 12 letters"),
        ("x" * 129, "Use at most 128 letters"),
        ("qwerty123456", "Many people use this password."),
        ("suman.suman.suman", "too much like your name or login"),
    ],
)
def test_weak_passwords_are_refused(code, browser, password, sentence) -> None:
    answer = invited(browser, "suman", code, password)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_a_password_needs_no_digits_and_no_signs(code, browser) -> None:
    assert invited(browser, "suman", code, "मेरा लंबा पासवर्ड है").status_code == 302


def test_both_passwords_are_the_same(code, browser) -> None:
    answer = invited(browser, "suman", code, again="another sentence")
    assert answer.status_code == 422
    assert "The two passwords differ." in words(answer)


def test_wrong_codes_lock_out_like_wrong_passwords(code, browser) -> None:
    for _ in range(5):
        answer = invited(browser, "suman", "AAAA")
    assert answer.status_code == 422
    assert invited(browser, "suman", code).status_code == 429


def test_an_app_that_has_not_the_key_is_no_second_factor(code, browser) -> None:
    invited(browser, "suman", code)
    answer = browser.post(reverse("join_factor"), {"code": "000000"})
    assert answer.status_code == 422
    assert browser.get(reverse("account")).status_code == 302


def test_nobody_sets_a_second_factor_without_a_code(browser) -> None:
    for name in ("join_factor",):
        assert browser.get(reverse(name)).url == reverse("invited")
        assert browser.post(reverse(name), {"code": "123456"}).url == reverse("invited")
    for name in ("join_passkey_options", "join_passkey"):
        assert browser.post(reverse(name)).status_code == 403
