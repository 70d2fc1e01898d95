"""Messages: what staff see of them, what consumers see and wish, what operators report."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bijlighar.connections.values import Home
from bijlighar.kernel.ist import day_starts
from bijlighar.notices import service as notices
from bijlighar.notices.channels.web_push.places import FIRST_PAGE, PLACES
from bijlighar.notices.models import Notice, PushAddress
from bijlighar.notices.values import Digest, Medium, NewNotice, NoticeKind
from bijlighar.people.models import AuditRecord
from bijlighar.people.values import Role
from tests.cast import connect
from tests.notices.operators import SECRET, push_private_key, signed
from tests.signing_in import ResidentClient, add_staff, client_of, sign_in_consumer

NOW = day_starts(date(2026, 4, 7)) + timedelta(hours=11)


@pytest.fixture
def asha(ids: dict[str, int]) -> Home:
    return connect("Asha")[0]


def tell(home: Home, source: str = "r:1", kind: NoticeKind = NoticeKind.RECHARGED) -> int:
    said = {"amount": "500.00", "balance": "460.00"}
    if kind is NoticeKind.BILL_READY:
        said = {"due": "712.00", "until": "20-04-2026"}
    (notice_id,) = notices.queue(
        notices=[
            NewNotice(
                kind=kind,
                source=source,
                connection_id=home.connection_id,
                consumer_number=home.consumer_number,
                mobile=home.mobile,
                language="en",
                parameters={"consumer_number": home.consumer_number, **said},
            )
        ],
        now=NOW,
    )
    return notice_id


def staff(role: Role, area_id: int) -> Client:
    return client_of(add_staff(f"{role}.{area_id}", (role, area_id)))


# The desk


def test_staff_see_what_was_sent_to_whom_and_find_it_by_number(ids, asha, no_waiting):
    tell(asha)
    anju = staff(Role.EXECUTIVE_ENGINEER, ids["D1"])
    page = anju.get(reverse("notices")).content.decode()
    for said in ("Recharge received", asha.consumer_number, asha.mobile, "Waiting"):
        assert said in page
    for term, is_found in (
        (asha.consumer_number, True),
        (asha.mobile, True),
        ("98765 00001", True),
        ("9876500009", False),
        ("7310000009", False),
    ):
        found = anju.get(reverse("notices"), {"q": term}).content.decode()
        assert ("No message fits." not in found) is is_found, term


def test_filters_and_pages_hold(ids, asha, no_waiting, monkeypatch):
    monkeypatch.setattr("bijlighar.web.notices.sent_views.LINES_A_PAGE", 2)
    for number in range(3):
        tell(asha, f"r:{number}")
    tell(asha, "b:1", NoticeKind.BILL_READY)
    anju = staff(Role.EXECUTIVE_ENGINEER, ids["D1"])
    first = anju.get(reverse("notices"), {"kind": "recharged"})
    assert len(first.context["lines"]) == 2
    rest = anju.get(
        reverse("notices"), {"kind": "recharged", "before": first.context["next"]}
    )
    assert [one.line.kind for one in rest.context["lines"]] == ["recharged"]
    assert rest.context["next"] is None
    for nonsense in ({"before": "x"}, {"before": "9" * 30}, {"kind": "\0'"}):
        assert anju.get(reverse("notices"), nonsense).status_code == 200


def test_a16_who_may_not_see_numbers_or_amounts_sees_none(ids, asha, no_waiting):
    notice_id = tell(asha)
    operator = staff(Role.DATA_CENTRE_OPERATOR, ids["D1"])
    for address in (reverse("notices"), reverse("notice", args=[notice_id])):
        page = operator.get(address).content.decode()
        assert asha.mobile not in page
        assert "••••••0001" in page
        assert "460.00" not in page
    found = operator.get(reverse("notices"), {"q": asha.mobile}).content.decode()
    assert "No message fits." in found, "that a number exists is a fact too"


def test_a13_other_areas_messages_are_not_there(ids, asha, no_waiting):
    notice_id = tell(asha)
    west = staff(Role.EXECUTIVE_ENGINEER, ids["D2"])
    assert asha.consumer_number not in west.get(reverse("notices")).content.decode()
    assert west.get(reverse("notice", args=[notice_id])).status_code == 404


def test_one_message_shows_every_attempt(ids, asha, no_waiting, settings):
    settings.BIJLIGHAR = {**settings.BIJLIGHAR, "sms_url": "http://127.0.0.1:9"}
    notice_id = tell(asha)
    notices.send(notice_id=notice_id, now=NOW, real_now=NOW)
    notices.close_channels()
    anju = staff(Role.EXECUTIVE_ENGINEER, ids["D1"])
    page = anju.get(reverse("notice", args=[notice_id])).content.decode()
    for said in ("Recharge of Rs 500.00 received", "no answer", "no receipt"):
        assert said in page


# The consumer


@pytest.fixture
def phone(english: Client) -> Client:
    client = ResidentClient(SERVER_NAME="localhost")
    client.cookies["django_language"] = "en"
    return client


def at(home: Home) -> str:
    return reverse("home_notices", args=[home.consumer_number])


def test_a_consumer_reads_their_messages_and_no_others(asha, phone):
    (balram,) = connect("Balram")
    tell(asha)
    tell(balram, "r:2")
    page = phone.get(at(asha)).content.decode()
    assert "Recharge of Rs 500.00 received" in page
    assert balram.consumer_number not in page
    assert "number ending in 0001" in page


def test_before_the_first_message_the_page_says_so(asha, phone):
    assert "No message yet." in phone.get(at(asha)).content.decode()


def test_a_stranger_finds_neither_the_page_nor_the_form(asha, browser):
    sign_in_consumer(browser, "+919812345678")
    assert browser.get(at(asha)).status_code == 404
    assert browser.post(at(asha), {"medium": "sms"}).status_code == 404


def test_wishes_are_kept_and_shown(asha, phone, settings):
    settings.NOTICES = {"channels": "pretend_phone,mail"}
    wished = {
        "medium": "mail",
        "language": "en",
        "digest": "weekly",
        "mail": "asha@example.org",
    }
    assert phone.post(at(asha), wished).status_code == 302
    held = notices.preferences_of(connection_id=asha.connection_id, language="hi")
    assert (held.medium, held.language, held.digest, held.wants_news, held.mail) == (
        Medium.MAIL,
        "en",
        Digest.WEEKLY,
        False,
        "asha@example.org",
    )
    assert 'value="weekly" selected' in phone.get(at(asha)).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mail": "asha at home"}, "This is no mail address"),
        ({"medium": "mail"}, "Give the mail address"),
        ({"medium": "pigeon"}, ""),
        ({"digest": "hourly"}, ""),
        ({"language": "xx"}, ""),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_words(asha, phone, settings, changes, said):
    settings.NOTICES = {"channels": "pretend_phone,mail"}
    wished = {"medium": "sms", "language": "en", "digest": "none", **changes}
    answer = phone.post(at(asha), wished)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    held = notices.preferences_of(connection_id=asha.connection_id, language="hi")
    assert held.language == "hi"


def base64url(told: bytes) -> str:
    return urlsafe_b64encode(told).rstrip(b"=").decode()


RIGHT = {
    "endpoint": "https://push.example.org/send/abc",
    "public_key": base64url(b"\x04" + bytes(64)),
    "shared_secret": base64url(bytes(16)),
}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 204),
        ({"endpoint": "http://push.example.org/send/abc"}, 422),
        ({"endpoint": "https://localhost/x"}, 422),
        ({"endpoint": "https://127.0.0.1/x"}, 422),
        ({"endpoint": "https://10.0.0.8/x"}, 422),
        ({"endpoint": "https://[::1]/x"}, 422),
        ({"endpoint": "https://push.example.org:8443/x"}, 422),
        ({"endpoint": "https://db.internal/x"}, 422),
        ({"endpoint": "https://p.example.org/" + "x" * 1000}, 422),
        ({"public_key": "AAAA"}, 422),
        ({"shared_secret": "&"}, 422),
    ],
)
def test_a_browser_is_told_too_where_its_address_is_a_push_services(
    asha, phone, changes, status
):
    address = reverse("home_notices_browser", args=[asha.consumer_number])
    assert phone.post(address, {**RIGHT, **changes}).status_code == status
    assert PushAddress.objects.count() == (status == 204)


def test_browsers_are_forgotten_when_asked(asha, phone, settings):
    settings.NOTICES = {"push_private_key": push_private_key()}
    address = reverse("home_notices_browser", args=[asha.consumer_number])
    phone.post(address, RIGHT)
    assert "1 browser is told." in phone.get(at(asha)).content.decode()
    assert phone.post(address, {"do": "forget"}).status_code == 302
    assert PushAddress.objects.filter(ended_at=None).count() == 0


def test_a_click_on_every_pushed_notice_opens_a_page_of_its_home(asha, phone):
    assert PLACES.keys() == set(NoticeKind)
    for place in sorted(set(PLACES.values())):
        answer = phone.get(f"/home/{asha.consumer_number}/{place.partition('#')[0]}")
        assert answer.status_code == 200, place
        _, _, part = place.partition("#")
        assert not part or f'id="{part}"' in answer.content.decode(), place
    assert phone.get(FIRST_PAGE).status_code == 302


# Operators


def test_a_receipt_by_the_webhook_moves_the_message_on(asha, settings, browser):
    settings.NOTICES = {"channels": "sms_http", "sms_http_receipt_secret": SECRET}
    notice_id = tell(asha)
    Notice.objects.filter(pk=notice_id).update(state="sent", channel="sms_http")
    body = json.dumps({"reference": "r:1", "status": "delivered"}).encode()
    address = reverse("receipts", args=["sms_http"])
    for secret, status, state in (("wrong", 401, "sent"), (SECRET, 200, "delivered")):
        answer = browser.post(
            address,
            data=body,
            content_type="application/json",
            headers={"X-Signature": signed(body, secret)},
        )
        assert (answer.status_code, Notice.objects.get().state) == (status, state)


def test_no_other_channel_takes_receipts(asha, browser):
    for channel in ("mail", "nobody"):
        assert browser.post(reverse("receipts", args=[channel])).status_code == 404


def test_whatsapp_s_handshake_is_answered_with_the_right_word_only(asha, browser, settings):
    settings.NOTICES = {"whatsapp_verify": "our word"}
    asked = {"hub.mode": "subscribe", "hub.challenge": "<b>4711"}
    address = reverse("receipts", args=["whatsapp"])
    for word, status in (("our word", 200), ("another", 403), ("", 403)):
        answer = browser.get(address, {**asked, "hub.verify_token": word})
        assert answer.status_code == status
    right = browser.get(address, {**asked, "hub.verify_token": "our word"})
    assert right.content == b"<b>4711"
    assert right.headers["Content-Type"].startswith("text/plain")


def test_every_registered_text_can_be_checked_by_staff(ids, no_waiting):
    client = staff(Role.EXECUTIVE_ENGINEER, ids["D1"])
    client.cookies["django_language"] = "en"
    page = client.get("/desk/notices/texts/").content.decode()
    for one in notices.catalogue_texts():
        assert one.template_id in page
        assert 1 <= one.parts <= one.most_parts <= 5
    assert "ओटीपी किसी को फ़ोन पर न बताएँ" in page


def test_warnings_say_never_to_tell_an_otp_in_as_few_parts_as_before():
    told = {
        (one.kind, one.language): one
        for one in notices.catalogue_texts()
        if one.kind in (NoticeKind.BALANCE_USED_UP, NoticeKind.DISCONNECTED)
    }
    for (_kind, language), one in told.items():
        assert ("ओटीपी किसी को फ़ोन पर न बताएँ" if language == "hi" else "OTP") in one.text
        assert one.parts == (3 if language == "hi" else 2)


def test_a_change_of_wishes_stands_in_the_audit_trail_without_the_address(asha, demo):
    client = ResidentClient(SERVER_NAME="localhost")
    page = f"/home/{asha.consumer_number}/notices/"
    wished = {
        "medium": "sms",
        "language": "en",
        "digest": "weekly",
        "wants_news": "1",
        "mail": "asha@example.org",
    }
    assert client.post(page, wished).status_code == 302
    (entry,) = AuditRecord.objects.filter(action="notices.preferences.changed")
    assert "weekly" in entry.payload
    assert "asha@example.org" not in entry.payload
    assert client.post(page, {**wished, "medium": "pigeon"}).status_code == 422
    assert AuditRecord.objects.filter(action="notices.preferences.changed").count() == 1
