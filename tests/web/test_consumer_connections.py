"""Connections are added, shared and left; the primary number changes: over the forms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow.change_mobile import carry_out_due
from bijlighar.logins import rules
from bijlighar.logins.models import Membership, NumberChange
from bijlighar.notices.models import Notice
from tests.cast import connect
from tests.door import asked, words
from tests.signing_in import sign_in_consumer
from tests.web.test_consumer_sign_in import national, sms_to

pytestmark = pytest.mark.usefixtures("committed_db")

SON = "+919812345678"
NEW = "+919812345699"


@pytest.fixture
def homes(committed_db: None) -> tuple[Home, Home]:
    """Asha's and Balram's."""
    return connect("Asha", "Balram")  # type: ignore[return-value]


def at(mobile: str) -> Client:
    """A phone that is signed in with this number and reads English."""
    client = Client(SERVER_NAME="localhost")
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    sign_in_consumer(client, mobile)
    return client


def sees(client: Client, home: Home) -> bool:
    return client.get(f"/home/{home.consumer_number}/bills/").status_code == 200


def adds(client: Client, home: Home, **other: str):
    typed = {"number": home.consumer_number, "meter": home.meter_serial, **other}
    return client.post("/my/connections/add/", typed)


def audited() -> list[tuple[str, str, int]]:
    return asked("select action, actor_kind, place_id from people_auditrecord order by seq")


def mobile_of(home: Home) -> str:
    return connections.home_of(consumer_number=home.consumer_number).mobile


class TestAdding:
    def test_with_both_numbers_and_the_code_it_is_on_the_list(self, homes):
        asha, _ = homes
        son = at(SON)
        assert "No connection has your number yet" in words(son.get("/my/connections/"))
        answer = adds(son, asha, number=" 7310-000001 ", meter="bij 00001")
        assert answer["Location"] == "/my/connections/add/code/"
        assert not sees(son, asha)
        page = words(son.get(answer["Location"]))
        assert asha.mobile[-4:] not in page
        code = {"code": sms_to(asha.mobile)}
        assert son.post(answer["Location"], code)["Location"] == "/my/connections/"
        assert sees(son, asha)
        assert "Added by you" in words(son.get("/my/connections/"))
        assert audited()[-1] == (
            "logins.connection.added",
            "consumer",
            asha.transformer_id,
        )

    def test_a7_a_wrong_meter_and_an_unknown_number_are_told_alike(self, homes):
        asha, balram = homes
        told = set()
        for typed in (
            {"meter": balram.meter_serial},
            {"number": "9999999999"},
            {"number": "!!!"},
        ):
            answer = adds(at(SON), asha, **typed)
            assert answer.status_code == 422
            told.add(words(answer).split('role="alert">')[1].split("</div>")[0])
        assert len(told) == 1
        assert not Notice.objects.exists()

    def test_five_wrong_pairs_a_day(self, homes):
        asha, _ = homes
        son = at(SON)
        for _ in range(rules.MOST_WRONG_PAIRS):
            assert "do not belong together" in words(adds(son, asha, meter="X1"))
        assert "Try again tomorrow" in words(adds(son, asha))
        assert adds(at("+919812345670"), asha).status_code == 302

    def test_a2_a_code_to_add_is_none_to_sign_in_and_none_for_another_login(self, homes):
        asha, _ = homes
        son, thief = at(SON), at("+919812345670")
        adds(son, asha)
        code = {"code": sms_to(asha.mobile)}
        assert thief.post("/my/connections/add/code/", code)["Location"] == (
            "/my/connections/add/"
        )
        thief.cookies[django_settings.PROVING_COOKIE_NAME] = son.cookies[
            django_settings.PROVING_COOKIE_NAME
        ].value
        thief.cookies[django_settings.BROWSER_COOKIE_NAME] = son.cookies[
            django_settings.BROWSER_COOKIE_NAME
        ].value
        assert thief.post("/my/connections/add/code/", code).status_code == 302
        assert son.post("/my/sign-in/code/", code)["Location"] == "/my/sign-in/"
        assert not sees(thief, asha) and not Membership.objects.exists()


class TestSharing:
    def test_the_owner_shares_sees_and_revokes(self, homes):
        asha, balram = homes
        owner, page = at(asha.mobile), f"/my/connections/{asha.consumer_number}/"
        owner.post(page, {"mobile": national(SON), "access": "view"})
        son = at(SON)
        assert sees(son, asha) and not sees(son, balram)
        assert "Shared with you: see only" in words(son.get("/my/connections/"))
        assert "••••••5678" in words(owner.get(page))
        (held,) = Membership.objects.all()
        owner.post(f"{page}members/{held.pk}/revoke/")
        assert not sees(son, asha)
        assert [action for action, _, _ in audited()][-2:] == [
            "logins.connection.shared",
            "logins.connection.revoked",
        ]

    def test_sharing_again_changes_what_they_may_do(self, homes):
        asha, _ = homes
        owner, page = at(asha.mobile), f"/my/connections/{asha.consumer_number}/"
        for access in ("view", "pay", "pay"):
            owner.post(page, {"mobile": national(SON), "access": access})
        held = Membership.objects.order_by("pk").values_list("access", "ended_because")
        assert list(held) == [("view", "changed"), ("pay", "")]

    def test_only_the_owner_manages_and_whoever_shares_may_leave(self, homes):
        asha, balram = homes
        page = f"/my/connections/{asha.consumer_number}/"
        at(asha.mobile).post(page, {"mobile": national(SON), "access": "pay"})
        son = at(SON)
        for method in (son.get, son.post):
            assert method(page).status_code == 403
            assert method(f"{page}number/").status_code == 403
        assert at(balram.mobile).get(page).status_code == 404
        son.post(f"{page}leave/")
        assert not sees(son, asha)

    def test_no_membership_of_another_connection_is_revoked(self, homes):
        asha, balram = homes
        at(asha.mobile).post(
            f"/my/connections/{asha.consumer_number}/",
            {"mobile": national(SON), "access": "pay"},
        )
        (held,) = Membership.objects.all()
        at(balram.mobile).post(
            f"/my/connections/{balram.consumer_number}/members/{held.pk}/revoke/"
        )
        assert sees(at(SON), asha)

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"mobile": "1", "access": "pay"}, "ten digits"),
            ({"mobile": "9876500001", "access": "pay"}, "own number"),
            ({"mobile": "9812345678", "access": "own"}, "field-error"),
        ],
    )
    def test_what_cannot_be_shared_is_told(self, homes, typed, told):
        asha, _ = homes
        page = f"/my/connections/{asha.consumer_number}/"
        answer = at(asha.mobile).post(page, typed)
        assert answer.status_code == 422 and told in words(answer)
        assert not Membership.objects.exists()

    def test_with_ten_at_most(self, homes):
        asha, _ = homes
        owner, page = at(asha.mobile), f"/my/connections/{asha.consumer_number}/"
        for n in range(rules.MOST_MEMBERS):
            owner.post(page, {"mobile": f"981234560{n}", "access": "pay"})
        answer = owner.post(page, {"mobile": national(SON), "access": "pay"})
        assert answer.status_code == 422
        assert Membership.objects.count() == rules.MOST_MEMBERS


class TestTheNumberByTwoCodes:
    def asks(self, asha: Home) -> Client:
        owner = at(asha.mobile)
        page = f"/my/connections/{asha.consumer_number}/number/"
        assert owner.post(page, {"mobile": national(NEW)})["Location"] == (
            "/my/number/code/"
        )
        return owner

    def test_a_code_to_the_new_and_one_to_the_old_change_it(self, homes):
        asha, _ = homes
        owner = self.asks(asha)
        assert "Step 1 of 2" in words(owner.get("/my/number/code/"))
        owner.post("/my/number/code/", {"code": sms_to(NEW)})
        assert mobile_of(asha) == asha.mobile
        assert "Step 2 of 2" in words(owner.get("/my/number/code/"))
        owner.post("/my/number/code/", {"code": sms_to(asha.mobile)})
        assert mobile_of(asha) == NEW
        assert not sees(owner, asha) and sees(at(NEW), asha)
        told = Notice.objects.filter(kind="number_changed").order_by("pk")
        assert [one.mobile for one in told] == [asha.mobile, NEW]
        assert all(NEW[-4:] in one.text for one in told)
        assert [row[0] for row in audited()].count("logins.number.changed") == 1

    def test_the_new_one_alone_changes_nothing(self, homes):
        asha, _ = homes
        owner = self.asks(asha)
        code = sms_to(NEW)
        owner.post("/my/number/code/", {"code": code})
        answer = owner.post("/my/number/code/", {"code": code})
        if code != sms_to(asha.mobile):
            assert answer.status_code == 422
            assert mobile_of(asha) == asha.mobile

    def test_a8_not_twice_in_a_day(self, homes):
        asha, _ = homes
        owner = self.asks(asha)
        owner.post("/my/number/code/", {"code": sms_to(NEW)})
        owner.post("/my/number/code/", {"code": sms_to(asha.mobile)})
        asked("update logins_code set asked_at = asked_at - interval '1 day' returning 1")
        again = at(NEW)
        page = f"/my/connections/{asha.consumer_number}/number/"
        again.post(page, {"mobile": national(SON)})
        again.post("/my/number/code/", {"code": sms_to(SON)})
        answer = again.post("/my/number/code/", {"code": sms_to(NEW)}, follow=True)
        assert "changed in the last day" in words(answer)
        assert mobile_of(asha) == NEW


class TestTheNumberThatIsLost:
    def asks(self, home: Home, mobile: str = NEW) -> Client:
        """Whoever holds the new number asks, with the bill in hand."""
        new = at(mobile)
        typed = {"number": home.consumer_number, "meter": home.meter_serial}
        assert new.post("/my/number/lost/", typed).status_code == 302
        return new

    def test_a8_it_waits_a_day_and_the_old_number_is_told(self, homes):
        asha, _ = homes
        new, now = self.asks(asha), clock.now()
        assert "unless the old number says no" in words(new.get("/my/number/lost/"))
        (told,) = Notice.objects.all()
        assert (told.kind, told.mobile) == ("number_change_asked", asha.mobile)
        assert carry_out_due(now=now + timedelta(hours=23)) == 0
        assert mobile_of(asha) == asha.mobile and not sees(new, asha)
        due = now + timedelta(hours=24, seconds=10)
        assert carry_out_due(now=due) == 1
        assert mobile_of(asha) == NEW and sees(new, asha)
        assert carry_out_due(now=due) == 0
        told = Notice.objects.filter(kind="number_changed").order_by("pk")
        assert [one.mobile for one in told] == [asha.mobile, NEW]
        assert audited()[-1][:2] == ("logins.number.changed", "system")

    def test_the_old_number_sees_it_and_says_no(self, homes):
        asha, _ = homes
        self.asks(asha)
        owner = at(asha.mobile)
        page = words(owner.get(f"/my/connections/{asha.consumer_number}/"))
        assert "say no now" in page and "••••••5699" in page
        owner.post("/my/number/cancel/", {"home": asha.consumer_number})
        assert carry_out_due(now=clock.now() + timedelta(days=2)) == 0
        assert mobile_of(asha) == asha.mobile
        assert audited()[-1][0] == "logins.number.change_cancelled"

    def test_a_stranger_cancels_nothing(self, homes):
        asha, balram = homes
        self.asks(asha)
        at(balram.mobile).post("/my/number/cancel/", {"home": asha.consumer_number})
        assert NumberChange.objects.get().state == "waiting"

    def test_one_waits_at_a_time(self, homes):
        asha, _ = homes
        self.asks(asha)
        typed = {"number": asha.consumer_number, "meter": asha.meter_serial}
        answer = at(SON).post("/my/number/lost/", typed)
        assert answer.status_code == 422 and "call 1912" in words(answer)

    def test_whoever_has_both_phones_overrules_the_one_who_waits(self, homes):
        asha, _ = homes
        self.asks(asha, mobile=SON)
        owner = TestTheNumberByTwoCodes().asks(asha)
        owner.post("/my/number/code/", {"code": sms_to(NEW)})
        owner.post("/my/number/code/", {"code": sms_to(asha.mobile)})
        assert mobile_of(asha) == NEW
        assert carry_out_due(now=clock.now() + timedelta(days=2)) == 0
        assert mobile_of(asha) == NEW

    def test_without_the_right_meter_nothing_is_asked(self, homes):
        asha, balram = homes
        typed = {"number": asha.consumer_number, "meter": balram.meter_serial}
        assert at(NEW).post("/my/number/lost/", typed).status_code == 422
        assert not NumberChange.objects.exists() and not Notice.objects.exists()
