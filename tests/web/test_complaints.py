"""A consumer complains on the phone; nobody else reads it."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from bijlighar.clock import clock
from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import Channel, ComplaintClass, State
from bijlighar.connections.values import Home
from bijlighar.flow.complaints import close_complaint, let_clocks_run
from bijlighar.flow.pay_compensation import pay_compensations
from bijlighar.ledger import service as ledger
from bijlighar.notices.models import Notice
from bijlighar.people.values import SYSTEM
from tests.cast import connect
from tests.door import words
from tests.signing_in import sign_in_consumer

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def asha() -> Home:
    return connect("Asha", now=clock.now())[0]


@pytest.fixture
def phone(asha: Home) -> Client:
    """Asha's phone, signed in, in English."""
    return at(asha.mobile)


def at(mobile: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    sign_in_consumer(client, mobile)
    return client


def page_of(home: Home, rest: str = "") -> str:
    return f"/home/{home.consumer_number}/complaints/{rest}"


def complain(phone: Client, home: Home, class_: str, **more: str) -> str:
    """One tap; the complaint's number."""
    answer = phone.post(page_of(home, "open/"), {"class": class_, "key": "k1", **more})
    assert answer.status_code == 302, words(answer)
    return answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]


def held(number: str):
    return complaints.one(number=number, now=clock.now())


def told(home: Home) -> list[str]:
    found = Notice.objects.filter(connection_id=home.connection_id).order_by("id")
    return [one.kind for one in found]


def photo_with_a_place() -> bytes:
    """A JPEG whose metadata says who took it."""
    made, exif = BytesIO(), Image.Exif()
    exif[0x013B] = "SECRETARTIST"
    Image.new("RGB", (40, 20), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


class TestTwoTaps:
    def test_from_the_list_one_tap_opens_it_and_the_number_comes_by_sms(self, phone, asha):
        assert "Somebody asked me for money or my OTP" in words(phone.get(page_of(asha)))
        number = complain(phone, asha, "no_supply")
        page = words(phone.get(page_of(asha, f"{number}/")))
        assert "There is no light" in page and number in page
        assert told(asha) == ["complaint_taken"]
        assert held(number).channel is Channel.PAGE

    def test_two_taps_on_one_page_are_one_complaint(self, phone, asha):
        assert complain(phone, asha, "bill") == complain(phone, asha, "bill")
        assert told(asha) == ["complaint_taken"]

    def test_a_class_that_is_none_leads_back_and_opens_nothing(self, phone, asha):
        answer = phone.post(page_of(asha, "open/"), {"class": "free_power"})
        assert answer.headers["Location"] == page_of(asha)
        assert told(asha) == []

    def test_somebody_asked_for_an_otp_goes_to_the_vigilance_desk(self, phone, asha):
        number = complain(phone, asha, "asked_for_money")
        assert held(number).is_vigilance
        assert "vigilance desk" in words(phone.get(page_of(asha, f"{number}/")))

    def test_recharged_and_dark_is_looked_into_before_anything_is_opened(self, phone, asha):
        from bijlighar.supply import service as supply

        connection_id = asha.connection_id
        supply.read_back(
            connection_id=connection_id, is_closed=False, because="read", now=clock.now()
        )
        answer = phone.post(
            page_of(asha, "open/"), {"class": "dark_after_recharge", "key": "k"}
        )
        page = words(answer)
        assert answer.status_code == 200
        assert "the meter had not been told" in page
        assert "It is still dark: make a complaint" in page
        number = complain(phone, asha, "dark_after_recharge", anyway="1")
        assert held(number).cause is not None


class TestAdding:
    def test_d2_a_photo_is_kept_without_what_was_hidden_in_it(self, phone, asha):
        number = complain(phone, asha, "meter")
        photo = SimpleUploadedFile("IMG_1.jpg", photo_with_a_place(), "image/jpeg")
        sent = {"words": "see the meter", "files": photo}
        answer = phone.post(page_of(asha, f"{number}/add/"), sent)
        assert answer.status_code == 302
        (file,) = complaints.media_of(complaint_id=held(number).complaint_id)
        shown = phone.get(page_of(asha, f"{number}/files/{file.media_id}/"))
        assert shown.headers["Content-Type"] == "image/jpeg"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert b"SECRETARTIST" not in shown.content
        assert Image.open(BytesIO(shown.content)).size == (40, 20)

    @pytest.mark.parametrize(
        ("name", "content", "kind"),
        [
            ("a.ogg", b"OggS" + b"x" * 40, "audio/ogg"),
            ("photo.jpg", b"\x1aE\xdf\xa3" + b"x" * 40, "audio/webm"),
            ("a.m4a", b"\0\0\0\x20ftypM4A " + b"x" * 40, "audio/mp4"),
        ],
    )
    def test_a_voice_note_is_known_by_its_content(self, phone, asha, name, content, kind):
        number = complain(phone, asha, "other")
        file = SimpleUploadedFile(name, content, "text/html")
        phone.post(page_of(asha, f"{number}/add/"), {"words": "", "files": file})
        (kept,) = complaints.media_of(complaint_id=held(number).complaint_id)
        assert kept.content_type == kind

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg onload=alert(1)>",
            b"%PDF-1.7",
            b"\xff\xd8\xff broken",
            b"OggS" + b"x" * (2 * 1024 * 1024),
            b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        ],
    )
    def test_what_is_no_photo_or_voice_note_is_refused_in_words(self, phone, asha, content):
        number = complain(phone, asha, "other")
        file = SimpleUploadedFile("a.jpg", content, "image/jpeg")
        answer = phone.post(
            page_of(asha, f"{number}/add/"), {"words": "kept typed", "files": file}
        )
        assert answer.status_code == 422
        assert "That file was not taken" in words(answer)
        assert "kept typed" in words(answer)
        assert complaints.media_of(complaint_id=held(number).complaint_id) == ()

    def test_the_place_goes_with_it_and_only_this_page_may_ask_for_it(self, phone, asha):
        number = complain(phone, asha, "voltage")
        page = phone.get(page_of(asha, f"{number}/"))
        assert "geolocation=(self)" in page.headers["Permissions-Policy"]
        other = phone.get(page_of(asha)).headers["Permissions-Policy"]
        assert "geolocation=()" in other
        sent = {"latitude": "28.367041234", "longitude": " 79.43041 "}
        phone.post(page_of(asha, f"{number}/add/"), sent)
        place = held(number).place
        assert place is not None
        assert (f"{place.latitude}", f"{place.longitude}") == ("28.367041", "79.430410")
        assert "is known to us" in words(phone.get(page_of(asha, f"{number}/")))

    @pytest.mark.parametrize(
        "sent",
        [
            {"latitude": "28.4"},
            {"latitude": "91", "longitude": "79"},
            {"latitude": "28", "longitude": "-180.1"},
            {"latitude": "nan", "longitude": "79"},
            {"latitude": "1e400", "longitude": "79"},
            {"latitude": "near the well", "longitude": "79"},
            {"latitude": "2" * 41, "longitude": "79"},
        ],
    )
    def test_a_place_that_is_none_is_refused_and_nothing_is_kept(self, phone, asha, sent):
        number = complain(phone, asha, "voltage")
        answer = phone.post(page_of(asha, f"{number}/add/"), {**sent, "words": "Here"})
        assert answer.status_code == 422
        assert "The place was not understood" in words(answer)
        assert held(number).place is None

    def test_nothing_at_all_is_refused_in_words(self, phone, asha):
        number = complain(phone, asha, "other")
        answer = phone.post(page_of(asha, f"{number}/add/"), {"words": " "})
        assert answer.status_code == 422 and "say it in words" in words(answer)


class TestAfterwards:
    def test_settled_rated_and_opened_again(self, phone, asha):
        number = complain(phone, asha, "bill")
        close_complaint(
            number=number, what_was_done="Corrected", by=SYSTEM, now=clock.now()
        )
        assert "Corrected" in words(phone.get(page_of(asha, f"{number}/")))
        phone.post(page_of(asha, f"{number}/rate/"), {"rating": "2"})
        assert held(number).rating == 2
        phone.post(page_of(asha, f"{number}/reopen/"), {"words": "still wrong"})
        assert held(number).state is State.OPEN
        assert told(asha) == ["complaint_taken", "complaint_settled", "complaint_taken"]

    def test_when_its_time_is_over_the_consumer_is_told_who_has_it_and_what_is_owed(
        self, phone, asha
    ):
        number = complain(phone, asha, "no_supply")
        late = clock.now() + timedelta(hours=5)
        assert let_clocks_run(now=late) == 1
        assert let_clocks_run(now=late) == 0
        assert told(asha)[1:] == ["complaint_overdue"]
        assert "₹50.00" in words(phone.get(page_of(asha, f"{number}/")))
        before = balance_of(asha)
        assert pay_compensations(now=late) == 1
        assert pay_compensations(now=late) == 0, "each day once, however often it runs"
        assert balance_of(asha) == before + 50_00
        assert told(asha)[1:] == ["complaint_overdue", "compensation_due"]
        a_day_later = late + timedelta(days=1)
        let_clocks_run(now=a_day_later)
        days = pay_compensations(now=a_day_later)
        assert days >= 1
        assert balance_of(asha) == before + 50_00 * (1 + days)


def balance_of(home) -> int:
    held = ledger.balances_of(owner_ids=[home.connection_id])
    return held[home.connection_id].balance_paise


class TestNobodyElse:
    def test_another_consumers_complaint_is_as_unknown_as_none(self, phone, asha):
        (dev,) = connect("Dev", now=clock.now())
        number = complain(phone, asha, "bill")
        other = at(dev.mobile)
        for address in (page_of(asha, f"{number}/"), page_of(dev, f"{number}/")):
            assert other.get(address).status_code == 404
        for verb in ("add", "reopen", "rate"):
            answer = other.post(page_of(dev, f"{number}/{verb}/"), {"words": "x"})
            assert answer.status_code == 404

    def test_who_is_signed_out_is_led_to_the_sign_in(self, asha):
        answer = Client(SERVER_NAME="localhost").get(page_of(asha))
        assert answer.status_code == 302

    def test_every_class_has_its_button_in_hindi_too(self, phone, asha):
        phone.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "hi"
        page = words(phone.get(page_of(asha)))
        assert len(re.findall('name="class"', page)) == len(ComplaintClass)
        assert "There is no light" not in page
