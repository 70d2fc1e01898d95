"""A consumer's KYC pages, and the desk's: who sees what, in which words (D11, D12, A21)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import AsyncClient, Client
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.flow import send_code
from bijlighar.kyc import service as kyc
from bijlighar.kyc.values import PaperKind, Purpose, Standing
from bijlighar.people.values import Role
from tests.cast import ROOT_KEY, connect, grid_of_cast
from tests.door import asked
from tests.kyc.papers import (
    ACCOUNT,
    IFSC,
    LIKE,
    PAN,
    as_file,
    card,
    pan_card,
    pin,
    qr_picture,
    qr_text,
)
from tests.signing_in import add_staff, client_of, sign_in_consumer

SAMAGRA = "183456789"
MAIN = '<main id="main" tabindex="-1">'
NUMBER = "7310000001"


@pytest.fixture
def town(committed_db, settings, monkeypatch):
    """Asha and Balram are connected, in a state that takes Samagra ids; codes are heard."""
    settings.BIJLIGHAR = {
        **settings.BIJLIGHAR,
        "root_key": ROOT_KEY,
        "kyc_policy": "mp-2026",
    }
    return connect("Asha", "Balram")


@pytest.fixture
def heard(monkeypatch) -> list[str]:
    """The codes on their way to phones, as the step that sends them has them."""
    codes: list[str] = []

    def tell(*, new, now):
        codes.extend(one.parameters["code"] for one in new)

    monkeypatch.setattr(send_code, "tell", tell)
    return codes


@pytest.fixture
def asha(town) -> Client:
    """Asha's phone, signed in, in English."""
    client = Client(SERVER_NAME="localhost")
    client.cookies["django_language"] = "en"
    sign_in_consumer(client, town[0].mobile)
    return client


def at(name: str, *more: object) -> str:
    """An address of Asha's KYC."""
    return reverse(name, args=[NUMBER, *more])


def agree(client: Client, purpose: str = "identity"):
    """Tick the box and send it."""
    return client.post(at("kyc_consent"), {"purpose": purpose, "agreed": "on"})


def page(client: Client, name: str = "kyc", *more: object) -> str:
    """A page of Asha's KYC."""
    return client.get(at(name, *more)).content.decode()


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def show_pan(client: Client, typed: str = PAN, content: bytes | None = None):
    """Show a PAN card."""
    sent = {"number": typed, "file": upload(content or pan_card())}
    return client.post(at("kyc_paper", "pan"), sent)


def standing(town) -> Standing:
    """How far Asha is."""
    return kyc.kyc_of(
        connection_id=town[0].connection_id, real_now=clock.real_now()
    ).standing


class TestConsumer:
    def test_d11_nothing_is_ticked_and_without_the_tick_nothing_is_agreed(self, town, asha):
        first = page(asha)
        assert 'type="checkbox"' in first
        assert "checked" not in first
        assert "at any time" in first
        asha.post(at("kyc_consent"), {"purpose": "identity"})
        assert "Tick the box if you agree." in page(asha)
        assert not kyc.kyc_of(
            connection_id=town[0].connection_id, real_now=clock.real_now()
        ).consents

    def test_samagra_id_code_done(self, town, asha, heard):
        agree(asha)
        asked = asha.post(at("kyc_paper", "samagra"), {"number": SAMAGRA})
        assert asked.headers["Location"] == at("kyc_code")
        code_page = page(asha, "kyc_code")
        assert town[0].mobile[3:] not in code_page
        assert SAMAGRA not in code_page
        wrong = f"{(int(heard[-1]) + 1) % 1_000_000:06d}"
        answer = asha.post(at("kyc_code"), {"code": wrong})
        assert answer.status_code == 422
        assert "not the digits of the SMS" in answer.content.decode()
        assert standing(town) is Standing.NOT_STARTED
        asha.post(at("kyc_code"), {"code": heard[-1]})
        assert "Your KYC is done." in page(asha)
        assert standing(town) is Standing.DONE

    def test_a_code_counts_in_the_browser_that_asked_for_it_alone(self, town, asha, heard):
        agree(asha)
        asha.post(at("kyc_paper", "samagra"), {"number": SAMAGRA})
        other = Client(SERVER_NAME="localhost")
        sign_in_consumer(other, town[0].mobile)
        other.cookies["bijlighar_proving"] = "x"
        assert other.post(at("kyc_code"), {"code": heard[-1]}).status_code == 302
        assert standing(town) is Standing.NOT_STARTED

    def test_a_paper_is_shown_waits_and_is_masked(self, town, asha):
        agree(asha)
        assert show_pan(asha).headers["Location"] == at("kyc")
        shown = page(asha)
        assert "The office is looking at your paper" in shown
        assert "••••••34F" in shown
        assert PAN not in shown

    @pytest.mark.parametrize(
        ("typed", "content", "told"),
        [
            ("ABCPE123", None, "has another form"),
            (PAN, b"hello", "Choose a photo"),
            (PAN, qr_picture(qr_text()), "This is an Aadhaar card"),
            (PAN, as_file(card("ASHA"))[:-4000], "cannot be read"),
        ],
        ids=["number", "no picture", "card", "broken"],
    )
    def test_what_is_wrong_is_told_beside_its_field(self, town, asha, typed, content, told):
        agree(asha)
        answer = show_pan(asha, typed, content)
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert standing(town) is Standing.NOT_STARTED

    def test_d1_an_aadhaar_number_is_refused_before_the_form_is_read(self, town, asha):
        agree(asha)
        answer = show_pan(asha, f"{LIKE[:4]} {LIKE[4:8]} {LIKE[8:]}")
        assert answer.status_code == 422
        assert "The law does not let us take it" in answer.content.decode()

    def test_the_asynchronous_server_takes_a_photo_the_same(self, town, asha):
        agree(asha)
        client = AsyncClient(SERVER_NAME="localhost")
        client.cookies.update(asha.cookies)
        sent = {"number": PAN, "file": upload(pan_card())}
        answer = async_to_sync(client.post)(at("kyc_paper", "pan"), sent)
        assert answer.status_code == 302
        assert standing(town) is Standing.WAITING

    def test_without_agreement_no_paper_is_taken(self, town, asha):
        answer = show_pan(asha)
        assert "Please agree first" in answer.content.decode()

    def test_a_signed_qr_code_that_names_the_consumer_is_done_at_once(
        self, town, asha, settings, tmp_path
    ):
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "kyc_certificates": pin(tmp_path)}
        agree(asha)
        sent = {"file": upload(qr_picture(qr_text()))}
        asha.post(at("kyc_paper", "offline_qr"), sent)
        assert "Your KYC is done." in page(asha)

    def test_papers_that_are_not_taken_here_have_no_page(self, asha, settings):
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "kyc_policy": "up-2026"}
        for paper in ("samagra", "offline_qr", "passport"):
            assert asha.get(at("kyc_paper", paper)).status_code == 404

    def test_a_bank_account_counts_only_with_its_code_and_is_masked(
        self, town, asha, heard
    ):
        agree(asha, "benefit")
        typed = {"account": ACCOUNT, "again": ACCOUNT, "ifsc": IFSC, "holder": "Asha Devi"}
        asha.post(at("kyc_bank"), typed)
        assert "Enter an account" in page(asha)
        asha.post(at("kyc_code"), {"again": "1"})
        asha.post(at("kyc_code"), {"code": heard[0]})
        shown = page(asha)
        assert "••••••445" in shown
        assert ACCOUNT not in shown
        assert "Change the account" in shown

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"again": "30112233446"}, "are not the same"),
            ({"ifsc": "SBIN"}, "An IFSC has eleven"),
            ({"account": "123", "again": "123"}, "has another form"),
            ({"holder": "12"}, "as it is in the passbook"),
        ],
    )
    def test_what_is_wrong_with_an_account_is_told(self, town, asha, changes, told):
        agree(asha, "benefit")
        typed = {"account": ACCOUNT, "again": ACCOUNT, "ifsc": IFSC, "holder": "Asha Devi"}
        answer = asha.post(at("kyc_bank"), {**typed, **changes})
        assert answer.status_code == 422
        assert told in answer.content.decode()

    def test_a8_for_a_day_after_the_number_changed_no_account_is_taken(
        self, town, asha, heard
    ):
        """Who took over the number must not take the subsidy too."""
        agree(asha, "benefit")
        change = (
            "insert into logins_numberchange (connection_id, old_mobile, new_mobile,"
            " is_old_lost, asked_by_id, asked_at, due_at, state, ended_at, ended_because)"
            " select %s, mobile, '+919812345678', false, id, %s, %s, 'done', %s, ''"
            " from logins_login limit 1 returning 1"
        )
        a_day_ago = clock.now() - timedelta(hours=24)
        later = a_day_ago + timedelta(minutes=1)
        asked(change, town[0].connection_id, later, later, later)
        typed = {"account": ACCOUNT, "again": ACCOUNT, "ifsc": IFSC, "holder": "Asha Devi"}
        answer = asha.post(at("kyc_bank"), typed)
        assert answer.status_code == 422
        assert "a day later" in answer.content.decode() and heard == []
        asked("update logins_numberchange set ended_at = %s returning 1", a_day_ago)
        assert asha.post(at("kyc_bank"), typed).status_code == 302

    def test_d11_taking_back_is_one_press_as_giving_was_and_erases(self, town, asha):
        agree(asha)
        show_pan(asha)
        asha.post(at("kyc_withdraw"), {"purpose": "identity"})
        shown = page(asha)
        assert "is erased" in shown
        assert "34F" not in shown
        assert standing(town) is Standing.NOT_STARTED

    def test_d14_everything_kept_can_be_taken_along(self, town, asha):
        agree(asha)
        show_pan(asha)
        answer = asha.get(at("kyc_data"))
        assert json.loads(answer.content)["papers"][0]["kind"] == "pan"
        assert PAN not in answer.content.decode()

    def test_nobody_elses_kyc_is_there(self, town, asha):
        other = Client(SERVER_NAME="localhost")
        sign_in_consumer(other, town[1].mobile)
        for name in ("kyc", "kyc_bank", "kyc_code", "kyc_data"):
            assert other.get(at(name)).status_code == 404
            assert Client(SERVER_NAME="localhost").get(at(name)).status_code == 302
        assert agree(other).status_code == 404

    def test_it_is_all_there_in_hindi(self, town, asha):
        asha.cookies["django_language"] = "hi"
        agree(asha, "benefit")
        for address in (at("kyc"), at("kyc_bank"), at("kyc_paper", "pan")):
            shown = asha.get(address).content.decode()
            body = re.sub(r"<[^>]+>", " ", shown.partition(MAIN)[2].partition("</main")[0])
            known = re.compile(
                r"\b(KYC|PAN|IFSC|SMS|QR|JPEG|PNG|PDF|MB|OTP|PIN|SBIN\w+|ABCPE\w+|id)\b"
            )
            assert not re.search(r"[A-Za-z]{3,}", known.sub("", body)), body


class TestDesk:
    @pytest.fixture
    def waiting(self, town) -> UUID:
        """Asha has shown a PAN card."""
        connection_id = town[0].connection_id
        now = clock.now()
        kyc.consent(
            connection_id=connection_id,
            purpose=Purpose.IDENTITY,
            language="hi",
            channel="home",
            now=now,
        )
        return kyc.show_paper(
            connection_id=connection_id,
            kind=PaperKind.PAN,
            typed=PAN,
            content=pan_card(),
            now=now,
        ).paper_id

    def officer(self, role: Role = Role.EXECUTIVE_ENGINEER, area: str = "NDVN") -> Client:
        """Somebody of staff, signed in."""
        return client_of(add_staff(f"o.{role.value[:8]}", (role, grid_of_cast()[area])))

    def test_a_paper_is_looked_at_and_accepted_masked_and_audited(self, town, waiting):
        desk = self.officer()
        assert "Asha" in desk.get(reverse("kyc_waiting")).content.decode()
        shown = desk.get(reverse("kyc_check", args=[waiting])).content.decode()
        assert "••••••34F" in shown
        assert PAN not in shown
        picture = desk.get(reverse("kyc_picture", args=[waiting, 1]))
        assert picture.content.startswith(b"\xff\xd8\xff")
        assert "no-store" in picture.headers["Cache-Control"]
        desk.post(reverse("kyc_check", args=[waiting]), {"decision": "accept"})
        assert standing(town) is Standing.DONE
        with connection.cursor() as cursor:
            cursor.execute(
                "select action from people_auditrecord where object_kind = 'paper'"
                " order by seq"
            )
            actions = [row[0] for row in cursor.fetchall()]
        assert actions == ["kyc.paper.seen", "kyc.picture.seen", "kyc.paper.accepted"]

    def test_who_does_not_accept_says_why(self, town, waiting):
        desk = self.officer()
        address = reverse("kyc_check", args=[waiting])
        assert desk.post(address, {"decision": "reject"}).status_code == 422
        assert desk.post(address, {}).status_code == 422
        desk.post(address, {"decision": "reject", "why": "Not sharp"})
        assert standing(town) is Standing.REJECTED
        assert desk.post(address, {"decision": "accept"}).status_code == 404

    @pytest.mark.parametrize(
        "role",
        [
            Role.CASHIER,
            Role.HELP_DESK_CLERK,
            Role.DIRECTOR,
            Role.DATA_CENTRE_OPERATOR,
            Role.AUDITOR,
            Role.FIELD_REPRESENTATIVE,
            Role.ADMINISTRATOR,
            Role.APPROVER,
        ],
    )
    def test_d12_a_picture_is_for_those_who_check_it_only(self, waiting, role):
        desk = self.officer(role)
        for name, more in (("kyc_picture", [waiting, 1]), ("kyc_check", [waiting])):
            assert desk.get(reverse(name, args=more)).status_code == 403

    def test_another_areas_papers_are_not_there(self, waiting):
        desk = self.officer(area="D2")
        assert desk.get(reverse("kyc_check", args=[waiting])).status_code == 404
        assert desk.get(reverse("kyc_picture", args=[waiting, 1])).status_code == 404
        address = reverse("kyc_check", args=[waiting])
        assert desk.post(address, {"decision": "accept"}).status_code == 404
        assert "Asha" not in desk.get(reverse("kyc_waiting")).content.decode()

    def test_progress_opens_down_to_the_transformer_and_adds_up(self, town, waiting):
        ids = grid_of_cast()
        desk = self.officer(Role.DIRECTOR)
        top = desk.get(reverse("kyc_progress")).content.decode()
        assert first_row(top) == ["2", "0", "0", "1", "0", "2"]
        kyc.decide(
            paper_id=waiting, is_accepted=True, why="", by=someone(), now=clock.now()
        )
        for code in ("NDVN", "D1"):
            shown = desk.get(reverse("kyc_progress"), {"below": ids[code]})
            assert shown.status_code == 200
        answer = desk.get(reverse("kyc_progress_csv"))
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[1].split(",")[3:] == ["2", "1", "0", "0", "1"]

    def test_progress_of_another_area_is_not_there(self, town):
        ids = grid_of_cast()
        desk = self.officer(area="D2")
        for told in (ids["D1"], "x", 0, 10**20):
            answer = desk.get(reverse("kyc_progress"), {"below": told})
            assert answer.status_code == 404


def first_row(page_: str) -> list[str]:
    """The numbers of the table's first row."""
    found = re.search(r"<tbody>(.*?)</tr>", page_, re.DOTALL)
    assert found
    return re.findall(r'<td class="number">(\d+)</td>', found.group(1))


def someone():
    """An officer for a decision that is not the matter of the test."""
    from tests.signing_in import viewer

    return viewer(add_staff("decider", (Role.JUNIOR_ENGINEER, grid_of_cast()["NDVN"])))
