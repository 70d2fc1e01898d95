"""Staff: seen and administered in one's own area, closed at once, recovered by two."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from tests.door import (
    KEY,
    PASSWORD,
    asked,
    audited,
    code_on,
    enrolled,
    join,
    words,
)
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db", "no_waiting")


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


def test_an_administrator_proposes_a_recovery_and_nothing_changes_yet(
    ids, admin, anju
) -> None:
    theirs = client_of(anju)
    before = people.recovery_facts(anju)
    page = words(admin.get(reverse("staff_recover", args=[anju])))
    assert "a second person must approve" in page
    answer = admin.post(reverse("staff_recover", args=[anju]), {"why": "lost the phone"})
    assert answer.url == reverse("staff_person", args=[anju])
    assert people.recovery_facts(anju) == before
    assert theirs.get(reverse("account")).status_code == 200
    assert asked("select kind, state, why from proposals_proposal") == [
        ("recover_staff", "open", "lost the phone")
    ]
    again = admin.post(reverse("staff_recover", args=[anju]), {"why": "once more"})
    assert again.status_code == 409


def test_nobody_proposes_their_own_recovery(admin) -> None:
    ((me,),) = asked("select id from people_staff where login = 'rakesh'")
    answer = admin.post(reverse("staff_recover", args=[me]), {"why": "lost the phone"})
    assert answer.status_code == 403


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
