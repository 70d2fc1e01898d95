"""The screens over a real town: what each says, to whom, in both languages."""

from __future__ import annotations

import gzip
import json
import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from bijlighar.people.values import Role
from bijlighar.web.bundles import bundle
from tests.cast import grid_of_cast
from tests.signing_in import add_staff, client_of
from tools import fonts

HOME = "/home/{}/"


@pytest.fixture
def asha(world):
    """Asha after her first charged day."""
    world.midnight("2026-04-02")
    return world.home(0)


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def test_the_consumers_page_answers_the_four_questions(asha, hindi, english):
    """Is there light, what is left, up to which day, and why did it cost that."""
    page = text_of(hindi.get(HOME.format(asha.consumer_number)))
    assert "बिजली चालू है" in page
    assert asha.name_hi in page
    assert "1 अप्रैल तक की बिजली के पैसे कट चुके हैं" in page
    assert "दिन की शुरुआत में" in page
    page = text_of(english.get(HOME.format(asha.consumer_number)))
    assert "Supply is on" in page
    assert "Everything used up to 1 April has been deducted." in page


def test_a_first_page_in_hindi_weighs_less_than_140_kb(asha, hindi):
    page = text_of(hindi.get(HOME.format(asha.consumer_number)))
    loaded = [
        len(gzip.compress(page.encode())),
        len(bundle("consumer.css").compressed),
        len(bundle("consumer.js").compressed),
        *(path.stat().st_size for path in (fonts.ROOT / fonts.MADE).glob("*.woff2")),
    ]
    assert len(loaded) == 7
    assert sum(loaded) < 140_000


def test_live_parts_come_without_the_frame(asha, english):
    part = text_of(english.get(HOME.format(asha.consumer_number) + "live/"))
    assert "<html" not in part
    assert 'hx-swap-oob="innerHTML"' in part
    assert "Supply is on" in part


def test_any_day_has_its_slip_and_an_open_one_says_so(asha, english):
    day = HOME.format(asha.consumer_number) + "days/{}/"
    assert "By the tariff order" in text_of(english.get(day.format("2026-04-01")))
    assert "not deducted yet" in text_of(english.get(day.format("2026-04-02")))
    assert english.get(day.format("2026-02-30")).status_code == 404


def test_an_unknown_number_is_told_so(world, hindi):
    answer = hindi.get("/home/99/")
    assert answer.status_code == 404
    assert "यह उपभोक्ता संख्या हमारे पास नहीं है" in answer.content.decode()


def test_a_wrong_amount_stays_on_the_page(asha, english):
    answer = english.post(HOME.format(asha.consumer_number) + "recharge/", {"rupees": "5"})
    assert answer.status_code == 422
    assert "The least you can recharge is ₹10." in answer.content.decode()


def test_a_recharge_leads_to_the_gateway_and_back_to_the_truth(world, asha, english):
    started = english.post(
        HOME.format(asha.consumer_number) + "recharge/", {"rupees": "500"}
    )
    assert started.status_code == 303
    choice = english.get(started.headers["Location"])
    (pays_at,) = re.findall('href="([^"]*/gateway/pay/[^"]*)"', choice.content.decode())
    paid = world.client.post(pays_at, data={"choice": "pay"})
    back = paid.headers["Location"].removeprefix("http://localhost")
    waiting = text_of(english.get(back))
    assert "Waiting for ₹500.00" in waiting
    order = urlsplit(pays_at).path.rsplit("/", 1)[1]
    webhook = world.client.post(
        f"{settings.BIJLIGHAR['gateway_url']}/v1/orders/{order}/capture",
        auth=("bijlighar", settings.BIJLIGHAR["gateway_key_secret"]),
    ).json()["webhook"]
    answer = Client(SERVER_NAME="localhost").post(
        "/gateways/pretend/webhook/",
        data=webhook["body"],
        content_type="application/json",
        headers=webhook["headers"],
    )
    assert answer.json() == {"status": "ok"}
    world.work()
    assert "₹500.00 received" in text_of(english.get(back + "live/"))


def test_an_order_of_another_home_is_not_shown(world, asha, english):
    started = english.post(
        HOME.format(asha.consumer_number) + "recharge/", {"rupees": "50"}
    )
    mine = started.headers["Location"].removesuffix("pay/")
    other = mine.replace(asha.consumer_number, world.home(1).consumer_number)
    assert english.get(mine).status_code == 200
    assert english.get(other).status_code == 404


def test_an_unsigned_webhook_is_refused(world):
    answer = Client(SERVER_NAME="localhost").post(
        "/gateways/pretend/webhook/", data=json.dumps({}), content_type="application/json"
    )
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_signature"


def test_the_desk_shows_every_home_and_filters_them(asha, demo):
    staff_id = add_staff("chief", (Role.CHIEF_ENGINEER, grid_of_cast()["NDVN"]))
    hindi = client_of(staff_id, language="hi")
    page = text_of(hindi.get("/desk/"))
    assert page.count('class="tile ') == 4
    dark = text_of(hindi.get("/desk/live/", {"show": "dark"}))
    assert dark.count('class="tile ') == 0
    assert text_of(hindi.get("/desk/", {"show": "nonsense"})).count('class="tile ') == 4


def test_phones_show_what_was_sent(world, asha, hindi):
    world.recharge(asha, 500)
    page = text_of(hindi.get("/phones/", {"home": asha.consumer_number}))
    assert "₹500.00 का रीचार्ज मिल गया" in page


def test_the_start_page_says_what_is_pretend_and_sets_the_clock(world, english):
    page = text_of(english.get("/"))
    assert "the meters, the payment service and the phones" in page
    answer = english.post("/demo/clock/", {"speed": "60"}, headers={"hx-request": "true"})
    assert 'value="60" id="speed-60" aria-pressed="true"' in text_of(answer)
    assert english.post("/demo/clock/", {"speed": "-5"}).status_code == 400


def test_a_meter_can_be_silenced_and_woken(world, asha, english):
    asked = {"serial": asha.meter_serial, "consumer_number": asha.consumer_number}
    silenced = text_of(english.post("/demo/faults/", {**asked, "fault": "silent"}))
    assert "does not answer from now on" in silenced
    assert "answers again" in text_of(
        english.post("/demo/faults/", {**asked, "fault": "none"})
    )
    unknown = english.post("/demo/faults/", {"serial": "nobody", "fault": "silent"})
    assert unknown.status_code == 502


def test_health_is_told_in_json(world, client):
    assert client.get("/healthz", SERVER_NAME="localhost").json()["status"] == "ok"
