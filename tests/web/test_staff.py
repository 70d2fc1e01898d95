"""Staff: invited and added within one's own area, closed at once, recovered by two."""

from __future__ import annotations

import re
from base64 import b32decode
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
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
def admin(ids: dict[str, int]) -> Client:
    """The administrator of the East Division."""
    return client_of(add_staff("rakesh", (Role.ADMINISTRATOR, ids["D1"])))


@pytest.fixture
def anju(ids: dict[str, int]) -> int:
    """An engineer of the East Division, who can sign in."""
    return enrolled("anju", (Role.EXECUTIVE_ENGINEER, ids["D1"]))


@pytest.fixture
def browser() -> Client:
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def enrolled(login: str, *grants: tuple[Role, int]) -> int:
    staff_id = add_staff(login, *grants)
    people.give_sign_in(
        staff_id=staff_id, password=PASSWORD, totp_key=KEY, by=SYSTEM, now=clock.now()
    )
    return staff_id


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


def code_on(response) -> str:
    found = re.search(r'code-shown">([A-Z0-9-]+)<', response.content.decode())
    assert found, response.content.decode()
    return found.group(1)


def invited(browser: Client, login: str, code: str, password: str = PASSWORD, **more):
    typed = {"login": login, "code": code, "password": password, "again": password}
    return browser.post(reverse("invited"), {**typed, **more})


def code_shown_by_app(page: str) -> str:
    letters = re.search(r'<code class="digits">([A-Z2-7 ]+)<', page)
    assert letters
    return f"{TOTP(b32decode(letters.group(1).replace(' ', ''))).token():06d}"


def asked(sql: str, *arguments: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchall()


def audited() -> list[str]:
    return [row[0] for row in asked("select action from people_auditrecord order by seq")]


def words(response) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


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


def join(browser: Client, login: str, code: str) -> None:
    invited(browser, login, code)
    page = words(browser.get(reverse("join_factor")))
    browser.post(reverse("join_factor"), {"code": code_shown_by_app(page)})
    assert browser.get(reverse("account")).status_code == 200


# The list and one person


def test_the_list_shows_who_holds_a_role_in_the_area_and_nobody_else(
    ids, admin, anju
) -> None:
    add_staff("west", (Role.CASHIER, ids["D2"]))
    add_staff("top", (Role.DIRECTOR, ids["NDVN"]))
    page = words(admin.get(reverse("staff_list")))
    assert "Anju" in page
    assert "Rakesh" in page
    assert "West" not in page
    assert "Top" not in page


def test_the_list_is_filtered_sorted_and_turned_page_by_page(ids, admin) -> None:
    for number in range(55):
        add_staff(f"lineman-{number:02d}", (Role.FIELD_REPRESENTATIVE, ids["F1"]))
    first = words(admin.get(reverse("staff_list"), {"sort": "-login"}))
    assert first.index("lineman-54") < first.index("lineman-10")
    assert "Further rows" in first
    second = words(admin.get(reverse("staff_list"), {"sort": "-login", "page": 2}))
    assert "lineman-01" in second
    found = words(admin.get(reverse("staff_list"), {"q": "MAN-07"}))
    assert "lineman-07" in found
    assert "lineman-08" not in found
    by_role = words(admin.get(reverse("staff_list"), {"role": "administrator"}))
    assert "rakesh" in by_role
    assert "lineman" not in by_role
    assert "Nobody fits." in words(admin.get(reverse("staff_list"), {"state": "closed"}))
    assert admin.get(reverse("staff_list"), {"role": "x", "sort": "y"}).status_code == 200


def test_a_person_outside_the_area_has_no_page(ids, admin) -> None:
    west = add_staff("west", (Role.CASHIER, ids["D2"]))
    for name in (
        "staff_person",
        "staff_grant",
        "staff_close",
        "staff_reopen",
        "staff_sign_out",
        "staff_invite",
        "staff_recover",
    ):
        assert admin.get(reverse(name, args=[west])).status_code == 404, name
        posted = admin.post(reverse(name, args=[west]), {"why": "x"})
        assert posted.status_code == (405 if name == "staff_person" else 404), name
        assert admin.get(reverse(name, args=[999_999])).status_code == 404, name


def test_roles_outside_the_area_are_not_shown(ids, admin) -> None:
    both = add_staff("both", (Role.CASHIER, ids["D1"]), (Role.AUDITOR, ids["D2"]))
    page = words(admin.get(reverse("staff_person", args=[both])))
    assert "Cashier" in page
    assert "West Division" not in page


def test_the_auditor_sees_but_changes_nothing(ids, anju) -> None:
    auditor = client_of(add_staff("vimla", (Role.AUDITOR, ids["NDVN"])))
    page = words(auditor.get(reverse("staff_person", args=[anju])))
    assert "Anju" in page
    assert "Give a role" not in page
    for name in ("staff_grant", "staff_close", "staff_sign_out", "staff_recover"):
        assert auditor.post(reverse(name, args=[anju]), {"why": "x"}).status_code == 403


# Roles


def test_a_role_is_given_and_ended_and_acts_at_once(ids, admin, anju) -> None:
    theirs = client_of(anju)
    given = admin.post(
        reverse("staff_grant", args=[anju]),
        {"role": "auditor", "area": ids["SD1"], "why": "acting auditor"},
    )
    assert given.url == reverse("staff_person", args=[anju])
    grant = people.grants_of(staff_id=anju)[-1]
    assert (grant.role, grant.area_id) == (Role.AUDITOR, ids["SD1"])
    assert audited()[-1] == "people.role.granted"
    first = people.grants_of(staff_id=anju)[0]
    assert theirs.get(reverse("staff_list")).status_code == 200
    for held in (first, grant):
        ended = admin.post(
            reverse("staff_grant_end", args=[anju, held.grant_id]), {"why": "transferred"}
        )
        assert ended.status_code == 302
    assert theirs.get(reverse("staff_list")).status_code == 403
    assert audited()[-1] == "people.role.ended"


def test_nobody_gives_a_role_to_themselves_or_ends_their_own(ids, admin) -> None:
    (me,) = asked("select id from people_staff where login = 'rakesh'")[0]
    give = {"role": "director", "area": ids["D1"], "why": "why not"}
    assert admin.post(reverse("staff_grant", args=[me]), give).status_code == 403
    (grant,) = people.grants_of(staff_id=me)
    ended = admin.post(
        reverse("staff_grant_end", args=[me, grant.grant_id]), {"why": "why not"}
    )
    assert ended.status_code == 403
    assert people.grants_of(staff_id=me) == (grant,)


def test_even_past_the_pages_nobody_administers_themselves(ids) -> None:
    me = add_staff("rakesh", (Role.ADMINISTRATOR, ids["D1"]))
    by = people.viewer_of(staff_id=me, origin=SYSTEM.origin, now=clock.now())
    now, real_now = clock.now(), clock.real_now()
    (grant,) = people.grants_of(staff_id=me)
    with pytest.raises(people.OwnAccount):
        people.grant_role(
            staff_id=me, role=Role.DIRECTOR, area_id=ids["D1"], by=by, now=now
        )
    with pytest.raises(people.OwnAccount):
        people.end_grant(grant_id=grant.grant_id, by=by, now=now)
    with pytest.raises(people.OwnAccount):
        people.close_account(staff_id=me, by=by, now=now, real_now=real_now, why="")
    with pytest.raises(people.OwnAccount):
        people.reopen_account(staff_id=me, by=by, now=now, why="")
    with pytest.raises(people.OwnAccount):
        people.recover(staff_id=me, by=by, approved_by="x", now=now, real_now=real_now)


def test_no_role_is_given_outside_the_area(ids, admin, anju) -> None:
    for outside in ("D2", "C1", "NDVN"):
        answer = admin.post(
            reverse("staff_grant", args=[anju]),
            {"role": "auditor", "area": ids[outside], "why": "x"},
        )
        assert answer.status_code == 422
    assert len(people.grants_of(staff_id=anju)) == 1


def test_a_role_that_is_held_is_not_given_twice(ids, admin, anju) -> None:
    answer = admin.post(
        reverse("staff_grant", args=[anju]),
        {"role": "executive_engineer", "area": ids["D1"], "why": "x"},
    )
    assert answer.status_code == 422
    assert "holds this role in this area already" in words(answer)


def test_a_role_outside_the_area_is_not_ended(ids, admin) -> None:
    both = add_staff("both", (Role.CASHIER, ids["D1"]), (Role.AUDITOR, ids["D2"]))
    outside = people.grants_of(staff_id=both)[1]
    answer = admin.post(
        reverse("staff_grant_end", args=[both, outside.grant_id]), {"why": "x"}
    )
    assert answer.status_code == 404
    assert people.grants_of(staff_id=both)[1].ends_at is None


# Accounts


def test_a_closed_account_is_signed_out_at_once_and_can_be_opened_again(
    ids, admin, anju
) -> None:
    theirs = client_of(anju)
    closed = admin.post(reverse("staff_close", args=[anju]), {"why": "left"})
    assert closed.status_code == 302
    assert theirs.get(reverse("account")).status_code == 302
    again = admin.post(reverse("staff_close", args=[anju]), {"why": "left"})
    assert again.status_code == 409
    opened = admin.post(reverse("staff_reopen", args=[anju]), {"why": "came back"})
    assert opened.status_code == 302
    assert theirs.get(reverse("account")).status_code == 302, "sessions stay ended"
    assert client_of(anju).get(reverse("account")).status_code == 200
    assert audited()[-2:] == ["people.staff.closed", "people.staff.reopened"]


def test_a_change_without_a_reason_is_no_change(admin, anju) -> None:
    answer = admin.post(reverse("staff_close", args=[anju]), {"why": " "})
    assert answer.status_code == 422
    assert people.person_of(staff_id=anju).is_active


def test_nobody_closes_an_account_with_roles_outside_the_own_area(ids, admin) -> None:
    both = enrolled("both", (Role.CASHIER, ids["D1"]), (Role.AUDITOR, ids["D2"]))
    for name in ("staff_close", "staff_sign_out", "staff_recover"):
        answer = admin.post(reverse(name, args=[both]), {"why": "x"})
        assert answer.status_code == 403, name
    assert people.person_of(staff_id=both).is_active


def test_an_administrator_signs_somebody_out_everywhere(admin, anju) -> None:
    here, there = client_of(anju), client_of(anju)
    admin.post(reverse("staff_sign_out", args=[anju]), {"why": "lost laptop"})
    assert here.get(reverse("account")).status_code == 302
    assert there.get(reverse("account")).status_code == 302
    assert audited()[-1] == "people.sign_ins.ended"


def test_a_fresh_code_is_for_the_invited_only(ids, admin, anju) -> None:
    assert admin.post(reverse("staff_invite", args=[anju])).status_code == 409
    suman = add_staff("suman", (Role.JUNIOR_ENGINEER, ids["SD1"]))
    shown = admin.post(reverse("staff_invite", args=[suman]))
    assert shown.status_code == 200
    assert code_on(shown)


@pytest.mark.parametrize(
    "name", ["staff_add", "staff_grant", "staff_close", "staff_invite", "staff_recover"]
)
def test_administering_asks_for_a_fresh_second_factor(admin, anju, name) -> None:
    asked(
        "update people_signin set factor_shown_at = factor_shown_at - interval '11 min'"
        " returning 1"
    )
    address = reverse(name, args=[] if name == "staff_add" else [anju])
    before = audited()
    for method in (admin.get, admin.post):
        assert method(address, {"why": "x"}).url.startswith(reverse("sign_in_second"))
    assert audited() == before


# Recovery


def test_recovery_leaves_nothing_of_the_old_account_but_its_roles(ids, anju) -> None:
    theirs = client_of(anju)
    director = add_staff("savitri", (Role.DIRECTOR, ids["NDVN"]))
    by = people.viewer_of(staff_id=director, origin=SYSTEM.origin, now=clock.now())
    facts = people.recovery_facts(anju)
    code = people.recover(
        staff_id=anju,
        by=by,
        approved_by=f"Savitri ({director})",
        approved_by_id=director,
        now=clock.now(),
        real_now=clock.real_now(),
    )
    assert theirs.get(reverse("account")).status_code == 302
    assert people.factors_of(staff_id=anju) == ()
    assert people.recovery_facts(anju) != facts
    browser = Client(SERVER_NAME="localhost")
    old = browser.post(reverse("sign_in"), {"login": "anju", "password": PASSWORD})
    assert old.status_code == 422
    join(browser, "anju", code)
    assert browser.get(reverse("staff_list")).status_code == 200
    assert "people.staff.recovered" in audited()


def test_the_facts_of_a_recovery_hold_no_secret(anju) -> None:
    facts = str(people.recovery_facts(anju))
    (password,) = asked("select password from people_staff where login = 'anju'")[0]
    for secret in (KEY.hex(), password, PASSWORD):
        assert secret not in facts


# One's own account


def test_the_password_is_changed_by_who_knows_it_and_others_are_signed_out(anju) -> None:
    here, there = client_of(anju), client_of(anju)
    new = "a quite different sentence"
    typed = {"present": "wrong", "password": new, "again": new}
    assert here.post(reverse("account_password"), typed).status_code == 422
    typed["present"] = PASSWORD
    assert here.post(reverse("account_password"), typed).url == reverse("account")
    assert here.get(reverse("account")).status_code == 200
    assert there.get(reverse("account")).status_code == 302
    browser = Client(SERVER_NAME="localhost")
    for password, status in ((PASSWORD, 422), (new, 302)):
        answer = browser.post(reverse("sign_in"), {"login": "anju", "password": password})
        assert answer.status_code == status
    assert "people.password.changed" in audited()


def test_a_weak_new_password_is_refused(anju) -> None:
    here = client_of(anju)
    typed = {"present": PASSWORD, "password": "short", "again": "short"}
    assert here.post(reverse("account_password"), typed).status_code == 422


def test_a_new_app_takes_the_place_of_the_old_one(anju) -> None:
    here = client_of(anju)
    page = words(here.get(reverse("account_totp")))
    code = code_shown_by_app(page)
    assert here.post(reverse("account_totp"), {"code": "000000"}).status_code == 422
    assert here.post(reverse("account_totp"), {"code": code}).url == reverse("account")
    assert [one.kind for one in people.factors_of(staff_id=anju)] == ["totp"]
    assert not people.check_totp(staff_id=anju, code=f"{TOTP(KEY).token():06d}")
    assert audited()[-1] == "people.factor.added"


def test_the_last_second_factor_stays(anju) -> None:
    here = client_of(anju)
    (factor,) = people.factors_of(staff_id=anju)
    address = reverse("account_factor_remove", args=[factor.kind, factor.factor_id])
    assert "last second factor" in words(here.get(address))
    assert here.post(address).status_code == 409
    assert people.factors_of(staff_id=anju) == (factor,)


def test_one_of_two_second_factors_is_removed(anju) -> None:
    add_passkey(anju)
    here = client_of(anju)
    passkey, totp = people.factors_of(staff_id=anju)
    address = reverse("account_factor_remove", args=[passkey.kind, passkey.factor_id])
    assert here.get(address).status_code == 200
    assert here.post(address).url == reverse("account")
    assert people.factors_of(staff_id=anju) == (totp,)
    assert audited()[-1] == "people.factor.removed"


def test_somebody_elses_second_factor_has_no_page(ids, anju) -> None:
    other = enrolled("balwant", (Role.AUDITOR, ids["NDVN"]))
    (factor,) = people.factors_of(staff_id=other)
    here = client_of(anju)
    address = reverse("account_factor_remove", args=[factor.kind, factor.factor_id])
    assert here.get(address).status_code == 404
    assert here.post(address).status_code == 404
    assert people.factors_of(staff_id=other) == (factor,)


def test_one_signs_out_everywhere_else(anju) -> None:
    here, there = client_of(anju), client_of(anju)
    assert here.post(reverse("account_sign_out_elsewhere")).url == reverse("account")
    assert here.get(reverse("account")).status_code == 200
    assert there.get(reverse("account")).status_code == 302


def test_the_language_is_chosen_for_this_browser_and_the_next(anju) -> None:
    here = client_of(anju)
    assert here.post(reverse("account_language"), {"language": "en"}).status_code == 302
    assert people.person_of(staff_id=anju).language == "en"
    assert here.post(reverse("account_language"), {"language": "fr"}).status_code == 404
    assert people.person_of(staff_id=anju).language == "en"


def test_a_passkey_that_proves_nothing_is_not_added(anju) -> None:
    here = client_of(anju)
    address = reverse("account_passkey")
    send = {"data": '{"answer": {"id": "x"}}', "content_type": "application/json"}
    assert here.post(address, **send).status_code == 422, "without a question"
    assert here.get(reverse("account_passkey_options")).status_code == 200
    assert here.post(address, **send).status_code == 422
    assert [one.kind for one in people.factors_of(staff_id=anju)] == ["totp"]


def test_the_pages_hold_no_inline_styles_or_scripts(ids, admin, anju) -> None:
    for name, arguments in (
        ("account", []),
        ("account_totp", []),
        ("account_passkey", []),
        ("staff_list", []),
        ("staff_person", [anju]),
        ("staff_grant", [anju]),
        ("staff_add", []),
        ("staff_close", [anju]),
    ):
        page = words(admin.get(reverse(name, args=arguments)))
        assert not re.search(r'\sstyle="|<style|<script(?! src)|\son\w+="', page), name


def add_passkey(staff_id: int) -> None:
    asked(
        "insert into django_otp_webauthn_webauthncredential (name, confirmed, user_id,"
        " credential_type, credential_id, public_key, transports, sign_count,"
        " backup_eligible, backup_state, aaguid, credential_id_sha256) values"
        " ('', true, %s, 'public-key', 'x', 'x', '[]', 0, false, false, '', 'x')"
        " returning 1",
        staff_id,
    )
