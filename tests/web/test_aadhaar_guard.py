"""No form, address, query or API body takes what may be an Aadhaar number (D1, D10)."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient
from django.urls import reverse
from structlog.testing import capture_logs

from bijlighar.people.values import Role
from tests.cast import connect, new_connection
from tests.kyc.papers import LIKE
from tests.signing_in import add_staff, client_of
from tests.web.rights.addresses import addresses

SPACED = f"{LIKE[:4]} {LIKE[4:8]} {LIKE[8:]}"
HINDI = "".join(chr(ord("०") + int(digit)) for digit in LIKE)


@pytest.mark.parametrize("typed", [LIKE, SPACED, HINDI, f"my number: {SPACED}!"])
@pytest.mark.parametrize("field", ["mobile", "anything", "why"])
def test_d1_it_is_refused_with_an_explanation_and_not_shown_again(
    committed_db, english, typed, field
):
    with capture_logs() as logged:
        answer = english.post(reverse("my_sign_in"), {field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The law does not let us take it" in page
    for part in (typed, LIKE, SPACED, HINDI):
        assert part not in page
        assert part not in repr(logged)
    assert "web.aadhaar_like.refused" in [line["event"] for line in logged]


def test_d1_every_address_of_the_product_refuses_it_in_form_query_and_path(
    committed_db, english
):
    """Crawled from the URL configuration: a page of tomorrow is tried tomorrow."""
    tried = 0
    for one in addresses():
        if one.route.startswith("gateways/"):
            continue
        path = f"/{one.route}" if not one.parameters else f"/home/{LIKE}/"
        assert english.post(path, {"field": SPACED}).status_code == 422, path
        assert english.get(path, {"q": HINDI}).status_code == 422, path
        tried += 1
    assert tried > 60


def test_d1_so_does_every_way_of_the_api(committed_db, english):
    for body in (
        json.dumps({"why": SPACED}),
        json.dumps({"deep": [{"number": int(LIKE)}]}),
        json.dumps({"why": HINDI}),
        json.dumps({"why": HINDI}, ensure_ascii=False),
    ):
        answer = english.post("/api/v1/x", body, content_type="application/json")
        assert answer.status_code == 422
        told = answer.json()
        assert (told["code"], set(told)) == ("like_aadhaar", {"code", "message", "field"})
        assert LIKE not in answer.content.decode()


def test_a_file_by_that_name_is_refused_and_so_is_a_field_by_that_name(
    committed_db, english
):
    file = SimpleUploadedFile(f"aadhaar {SPACED}.jpg", b"x")
    assert english.post(reverse("my_sign_in"), {"file": file}).status_code == 422
    assert english.post(reverse("my_sign_in"), {LIKE: "x"}).status_code == 422


def test_a_fragment_leads_to_the_explanation(committed_db, english):
    answer = english.post(
        reverse("my_sign_in"), {"mobile": LIKE}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (422, "/no-aadhaar/")
    assert english.get("/no-aadhaar/").status_code == 200


def test_the_way_back_is_the_page_of_the_form_and_never_another_sites(
    committed_db, english
):
    for came_from, back in (
        ("http://localhost/my/sign-in/", 'href="http://localhost/my/sign-in/"'),
        ("https://evil.example/", 'href="/"'),
        (f"http://localhost/?q={LIKE}", 'href="/"'),
    ):
        page = english.post(
            reverse("my_sign_in"), {"mobile": LIKE}, headers={"Referer": came_from}
        ).content.decode()
        assert back in page


def test_it_is_told_in_hindi_too(committed_db, hindi):
    page = hindi.post(reverse("my_sign_in"), {"mobile": LIKE}).content.decode()
    assert "आधार" in page


def test_a_consumer_number_of_that_form_is_no_aadhaar_number(committed_db, english):
    described = new_connection("Asha", consumer_number=LIKE)
    connect("Asha", new={"Asha": described})
    staff_id = add_staff("anju", (Role.EXECUTIVE_ENGINEER, described.transformer_id))
    desk = client_of(staff_id)
    assert desk.get(reverse("search"), {"q": LIKE}).status_code in (200, 302)
    assert desk.get(f"/desk/connections/{LIKE}/").status_code == 200
    assert desk.get(reverse("search"), {"q": f"{LIKE[:-2]}99"}).status_code == 200


@pytest.mark.parametrize("typed", ["9876543210", "250", "UP70 20110012345", f"UTR{LIKE}"])
def test_what_people_usually_type_passes(committed_db, english, typed):
    answer = english.post(reverse("my_sign_in"), {"mobile": typed})
    assert "The law does not let us take it" not in answer.content.decode()


def test_gateways_tell_of_payments_by_references_of_that_form(committed_db, english):
    answer = english.post(
        reverse("webhook", args=["pretend"]),
        json.dumps({"rrn": LIKE}),
        content_type="application/json",
    )
    assert answer.status_code != 422


def test_the_asynchronous_server_is_guarded_the_same(committed_db):
    client = AsyncClient(SERVER_NAME="localhost")
    answer = async_to_sync(client.post)("/my/sign-in/", {"mobile": SPACED})
    assert answer.status_code == 422
    assert async_to_sync(client.get)("/healthz").status_code == 200
