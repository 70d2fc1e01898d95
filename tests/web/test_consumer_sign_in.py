"""Consumers sign in over the forms: number, code, home; and what the door keeps closed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bijlighar.clock import clock
from bijlighar.connections.values import Home
from bijlighar.logins import rules
from bijlighar.logins import service as logins
from bijlighar.logins.models import SignIn
from bijlighar.notices import service as notices
from bijlighar.notices._seal import unseal
from bijlighar.notices.models import Notice
from bijlighar.people.values import Origin, Role
from tests.cast import connect, grid_of_cast
from tests.door import asked, words
from tests.signing_in import add_staff, client_of, sign_in_consumer

pytestmark = pytest.mark.usefixtures("committed_db")

STRANGER = "+919812345678"


@pytest.fixture
def phone() -> Client:
    """A phone whose owner reads English; nobody is signed in."""
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=False)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def homes(committed_db: None) -> tuple[Home, Home]:
    """Asha's and Balram's."""
    return connect("Asha", "Balram")  # type: ignore[return-value]


def sms_to(mobile: str) -> str:
    """The newest code that is on its way to a phone; opened with the root key."""
    held = Notice.objects.filter(kind="code", mobile=mobile).order_by("-pk").first()
    assert held is not None and held.secret is not None
    return unseal(sealed=bytes(held.secret), source=held.source)["code"]


def national(mobile: str) -> str:
    return mobile.removeprefix("+91")


def let_pass(span: timedelta) -> None:
    """Everything that was asked for was asked for so much earlier."""
    asked("update logins_code set asked_at = asked_at - %s returning 1", span)


def signs_in(phone: Client, mobile: str, **more: str):
    phone.post("/my/sign-in/", {"mobile": national(mobile), **more})
    return phone.post("/my/sign-in/code/", {"code": sms_to(mobile)})


class TestTheJourney:
    def test_number_code_home(self, homes, phone):
        asha, _ = homes
        page = f"/home/{asha.consumer_number}/bills/"
        sent_to = phone.get(page)
        assert sent_to.status_code == 302
        assert sent_to["Location"].startswith("/my/sign-in/?next=%2Fhome%2F")
        first = phone.get(sent_to["Location"])
        assert 'inputmode="tel"' in words(first)
        answer = phone.post("/my/sign-in/", {"mobile": national(asha.mobile), "next": page})
        assert answer["Location"] == "/my/sign-in/code/"
        typed = words(phone.get("/my/sign-in/code/"))
        assert 'autocomplete="one-time-code"' in typed and 'inputmode="numeric"' in typed
        assert "••••••" + asha.mobile[-4:] in typed
        answer = phone.post("/my/sign-in/code/", {"code": sms_to(asha.mobile)})
        assert answer["Location"] == page
        assert phone.get(page).status_code == 200

    def test_one_home_is_the_first_page_and_of_several_the_list(self, homes, phone):
        asha, _ = homes
        answer = signs_in(phone, asha.mobile)
        assert answer["Location"] == f"/home/{asha.consumer_number}/"
        assert signs_in(Client(SERVER_NAME="localhost"), STRANGER)["Location"] == (
            "/my/connections/"
        )

    def test_signing_out_ends_it_for_the_cookie_too(self, homes, phone):
        asha, _ = homes
        signs_in(phone, asha.mobile)
        token = phone.cookies[django_settings.LOGIN_COOKIE_NAME].value
        phone.post("/my/sign-out/")
        phone.cookies[django_settings.LOGIN_COOKIE_NAME] = token
        assert phone.get(f"/home/{asha.consumer_number}/").status_code == 302

    @pytest.mark.parametrize("typed", ["", "12345", "022 2345 6789", "+1 202 555 0100"])
    def test_a_number_that_is_no_indian_mobile_is_told_so(self, phone, typed):
        answer = phone.post("/my/sign-in/", {"mobile": typed})
        assert answer.status_code == 422
        assert not Notice.objects.exists()

    @pytest.mark.parametrize("typed", ["98123 45678", "098123-45678", "+91 9812345678"])
    def test_a_number_is_understood_as_people_type_it(self, phone, typed):
        assert phone.post("/my/sign-in/", {"mobile": typed}).status_code == 302
        assert Notice.objects.get().mobile == STRANGER

    def test_a_wrong_code_says_how_many_tries_are_left(self, phone):
        phone.post("/my/sign-in/", {"mobile": national(STRANGER)})
        wrong = f"{(int(sms_to(STRANGER)) + 1) % 10**6:06d}"
        for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try"):
            answer = phone.post("/my/sign-in/code/", {"code": wrong})
            assert (answer.status_code, left in words(answer)) == (422, True)
        answer = phone.post("/my/sign-in/code/", {"code": wrong})
        assert "Ask for a new one" in words(answer)

    def test_another_code_comes_after_half_a_minute_and_the_wait_is_said(self, phone):
        phone.post("/my/sign-in/", {"mobile": national(STRANGER)})
        first = sms_to(STRANGER)
        again = {"back": "/my/sign-in/code/"}
        page = phone.post("/my/code/again/", again, follow=True)
        assert re.search(r"Wait (30|29|28) seconds", words(page))
        let_pass(timedelta(seconds=31))
        page = phone.post("/my/code/again/", again, follow=True)
        assert "A new code is on its way" in words(page)
        answer = phone.post("/my/sign-in/code/", {"code": sms_to(STRANGER)})
        assert answer.status_code == 302
        assert phone.post("/my/sign-in/code/", {"code": first}).status_code == 302
        assert SignIn.objects.count() == 1

    def test_without_a_number_the_code_page_leads_back(self, phone):
        assert phone.get("/my/sign-in/code/")["Location"] == "/my/sign-in/"

    def test_next_never_leads_to_another_site(self, phone):
        answer = signs_in(phone, STRANGER, next="https://evil.example/")
        assert answer["Location"] == "/my/connections/"


class TestTheDoor:
    def test_anothers_home_is_as_unknown_as_nobodys(self, homes, phone):
        asha, balram = homes
        sign_in_consumer(phone, asha.mobile)
        for rest in ("", "live/", "bills/", "what-if/", "days/2026-04-01/"):
            theirs = phone.get(f"/home/{balram.consumer_number}/{rest}")
            nobodys = phone.get(f"/home/9999999999/{rest}")
            assert theirs.status_code == nobodys.status_code == 404
            assert words(theirs).replace(balram.consumer_number, "") == words(
                nobodys
            ).replace("9999999999", "")

    def test_a_fragment_takes_the_whole_page_to_the_sign_in(self, homes, phone):
        asha, _ = homes
        answer = phone.get(
            f"/home/{asha.consumer_number}/live/", headers={"HX-Request": "true"}
        )
        assert answer.status_code == 401
        assert answer["HX-Redirect"] == (
            f"/my/sign-in/?next=%2Fhome%2F{asha.consumer_number}%2F"
        )

    def test_the_live_line_is_for_those_who_may_see_the_home(self, homes, phone):
        asha, balram = homes
        assert phone.get(f"/live/home/{asha.connection_id}/").status_code == 401
        sign_in_consumer(phone, asha.mobile)
        assert phone.get(f"/live/home/{balram.connection_id}/").status_code == 401
        assert phone.get(f"/live/home/{asha.connection_id}/").status_code == 200

    def test_staff_and_consumers_do_not_mix(self, homes, phone):
        asha, _ = homes
        clerk = client_of(
            add_staff("anju", (Role.EXECUTIVE_ENGINEER, grid_of_cast()["D1"]))
        )
        assert clerk.get(f"/home/{asha.consumer_number}/").status_code == 302
        sign_in_consumer(phone, asha.mobile)
        assert phone.get("/desk/")["Location"].startswith("/sign-in/")
        staff_key = clerk.cookies[django_settings.SESSION_COOKIE_NAME].value
        phone.cookies[django_settings.LOGIN_COOKIE_NAME] = staff_key
        assert phone.get(f"/home/{asha.consumer_number}/").status_code == 302

    def test_cookies_are_closed_to_scripts_and_new_at_each_sign_in(self, homes, phone):
        asha, _ = homes
        first = signs_in(phone, asha.mobile).cookies[django_settings.LOGIN_COOKIE_NAME]
        assert first["httponly"] and first["samesite"] == "Lax"
        first_token = first.value
        let_pass(timedelta(days=1))
        phone.cookies[django_settings.LOGIN_COOKIE_NAME] = ""
        second = signs_in(phone, asha.mobile).cookies[django_settings.LOGIN_COOKIE_NAME]
        assert first_token != second.value
        assert asked("select count(*) from logins_signin where ended_at is null") == [(1,)]
        assert not {first_token, second.value} & {
            str(row) for row in asked("select * from logins_signin")
        }

    def test_a_sign_in_ends_after_thirty_days_unseen_and_ninety_in_all(self, homes, phone):
        asha, _ = homes
        sign_in_consumer(phone, asha.mobile)
        home = f"/home/{asha.consumer_number}/bills/"
        asked(
            "update logins_signin set last_seen_at = last_seen_at - %s returning 1",
            rules.SIGN_IN_LASTS_UNSEEN,
        )
        assert phone.get(home).status_code == 302
        sign_in_consumer(phone, asha.mobile)
        assert phone.get(home).status_code == 200
        asked(
            "update logins_signin set signed_in_at = signed_in_at - %s returning 1",
            rules.SIGN_IN_LASTS,
        )
        assert phone.get(home).status_code == 302


class TestA1NowhereToBeRead:
    def test_a_code_is_in_no_table_no_log_and_no_answer(self, homes, phone, capsys):
        asha, _ = homes
        answer = phone.post("/my/sign-in/", {"mobile": national(asha.mobile)})
        code = sms_to(asha.mobile)
        pages = [answer, phone.get("/my/sign-in/code/")]
        pages.append(phone.post("/my/sign-in/code/", {"code": code}))
        assert all(code not in page.content.decode() for page in pages)
        printed = capsys.readouterr()
        assert "logins.code.asked" in printed.out
        assert code not in printed.out + printed.err
        with connection.cursor() as cursor:
            cursor.execute(
                "select tablename from pg_tables where schemaname = 'public'"
                " and tablename not in ('django_migrations')"
            )
            for (table,) in cursor.fetchall():
                cursor.execute(f"select t::text from {table} as t")
                for (row,) in cursor.fetchall():
                    assert not re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])", row), table

    def test_the_notice_shows_dots_where_the_code_was(self, phone):
        phone.post("/my/sign-in/", {"mobile": national(STRANGER)})
        text = Notice.objects.get().text
        assert "••••••" in text and "1912" in text
        assert notices.recent(limit=5) is not None


class TestA7KnownAndUnknown:
    def test_known_and_unknown_numbers_are_answered_alike(self, homes, phone):
        asha, _ = homes
        other = Client(SERVER_NAME="localhost")
        other.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
        told = []
        for client, mobile in ((phone, asha.mobile), (other, STRANGER)):
            answer = client.post("/my/sign-in/", {"mobile": national(mobile)})
            page = words(client.get("/my/sign-in/code/"))
            told.append(
                (answer.status_code, answer["Location"], page.replace(mobile[-4:], ""))
            )
        assert told[0] == told[1]

    def test_all_make_the_same_queries_sent_or_not(self, homes, monkeypatch):
        asha, _ = homes

        def queries(mobile: str) -> int:
            client = Client(SERVER_NAME="localhost")
            with CaptureQueriesContext(connection) as made:
                client.post("/my/sign-in/", {"mobile": national(mobile)})
            # What is not sent is undone: one statement more, and no row.
            return sum("ROLLBACK TO" not in one["sql"] for one in made)

        counted = [queries(asha.mobile), queries(STRANGER)]
        monkeypatch.setattr(rules, "CODES_TO_UNKNOWN", 1)
        counted += [queries("+919812345670")]
        assert counted[0] == counted[1] == counted[2]
        assert Notice.objects.filter(kind="code").count() == 2


class TestDevices:
    def test_a_device_is_seen_and_signed_out_from_another(self, homes, phone):
        asha, _ = homes
        signs_in(phone, asha.mobile)
        lost = Client(
            SERVER_NAME="localhost", headers={"user-agent": "Firefox/140 Android"}
        )
        let_pass(timedelta(days=1))
        signs_in(lost, asha.mobile)
        page = words(phone.get("/my/devices/"))
        assert "Firefox, Android" in page and "this one" in page
        theirs = SignIn.objects.get(agent__startswith="Firefox")
        phone.post(f"/my/devices/{theirs.pk}/revoke/")
        assert lost.get("/my/devices/").status_code == 302
        assert phone.get("/my/devices/").status_code == 200

    def test_nobody_signs_another_number_out(self, homes, phone):
        asha, balram = homes
        other = Client(SERVER_NAME="localhost")
        sign_in_consumer(phone, asha.mobile)
        sign_in_consumer(other, balram.mobile)
        theirs = SignIn.objects.get(login__mobile=balram.mobile)
        phone.post(f"/my/devices/{theirs.pk}/revoke/")
        assert other.get("/my/devices/").status_code == 200


class TestA8IdleNumber:
    def test_a_number_idle_for_90_days_loses_what_it_was_given(self, homes, phone):
        asha, balram = homes
        signs_in(phone, asha.mobile)
        held = logins.signed_in(
            token=phone.cookies[django_settings.LOGIN_COOKIE_NAME].value,
            real_now=clock.real_now(),
        )
        logins.add_connection(
            by=held, home=balram, origin=Origin(channel="test"), now=clock.now()
        )
        assert phone.get(f"/home/{balram.consumer_number}/bills/").status_code == 200
        asked(
            "update logins_login set last_signed_in_at = last_signed_in_at - %s"
            " returning 1",
            rules.NUMBER_IS_IDLE_AFTER,
        )
        let_pass(timedelta(days=1))
        new_owner = Client(SERVER_NAME="localhost")
        signs_in(new_owner, asha.mobile)
        assert new_owner.get(f"/home/{balram.consumer_number}/bills/").status_code == 404
        assert phone.get("/my/devices/").status_code == 302


class TestTheDemo:
    def test_one_tap_signs_in_as_a_resident(self, homes, phone, demo):
        asha, _ = homes
        answer = phone.post("/demo/come-in/", {"home": asha.consumer_number})
        assert answer["Location"] == f"/home/{asha.consumer_number}/"
        assert phone.get(f"{answer['Location']}bills/").status_code == 200

    def test_the_sign_in_page_offers_it_for_the_home_that_was_asked_for(
        self, homes, phone, demo
    ):
        asha, _ = homes
        page = words(phone.get(f"/home/{asha.consumer_number}/", follow=True))
        assert f'name="home" value="{asha.consumer_number}"' in page

    def test_outside_the_demo_there_is_no_such_tap(self, homes, phone, settings):
        settings.IS_DEMO = False
        asha, _ = homes
        answer = phone.post("/demo/come-in/", {"home": asha.consumer_number})
        assert answer.status_code == 403
        page = words(phone.get(f"/home/{asha.consumer_number}/", follow=True))
        assert "come-in" not in page
