"""One's own account: what guards it is changed only by who has shown both factors."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from bijlighar.people import service as people
from bijlighar.people.values import Role
from tests.door import (
    KEY,
    PASSWORD,
    add_passkey,
    audited,
    code_shown_by_app,
    enrolled,
    words,
)
from tests.signing_in import client_of

pytestmark = pytest.mark.usefixtures("committed_db", "no_waiting")


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
