"""The page of one connection: everything in one place, as far as each may see it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from bijlighar.charges import service as charges
from bijlighar.connections.service import open_places
from bijlighar.connections.values import NewPlace, PaymentMode
from bijlighar.kernel.ist import IST
from bijlighar.people.values import Role
from bijlighar.readings.values import MeterEvent, ReadingSource
from bijlighar.supply import service as supply
from tests.cast import connect, grid_of_cast, hear
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db")

NOON = datetime(2026, 4, 7, 12, 0, tzinfo=IST)
PAGE = "/desk/connections/{}/"


@pytest.fixture
def asha(committed_db):
    """Asha, with two charged days and a supply that was cut."""
    (home, *_) = connect("Asha", "Balram", "Chanda", "Dev")
    first = home.initial_register_wh
    hear(home, {date(2026, 4, 1): first + 5_000, date(2026, 4, 2): first + 8_000}, now=NOON)
    charges.close_days(connection_ids=[home.connection_id], now=NOON)
    supply.read_back(
        connection_id=home.connection_id, is_closed=False, because="a test", now=NOON
    )
    return home


@pytest.fixture
def ids(asha):
    return grid_of_cast()


def page_of(client, home, **asked) -> str:
    answer = client.get(PAGE.format(home.consumer_number), asked)
    assert answer.status_code == 200, answer.content.decode()[:600]
    return answer.content.decode()


def told(answer, number: str) -> str:
    """A page without its token and the number that its own address holds."""
    page = answer.content.decode().replace(f"/{number}/", "/")
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", page)


def somebody(role: Role, area: int, *more):
    return client_of(add_staff(f"a-{role.value.replace('_', '-')}", (role, area), *more))


def test_an_engineer_sees_everything(asha, ids):
    page = page_of(somebody(Role.EXECUTIVE_ENGINEER, ids["D1"]), asha)
    for told in (
        "7310000001",
        "+91 98765 00001",
        "BIJ00001",
        "Station Road 1, 250 kVA",
        "East Division",
        "Supply is off",
        "Deducted up to",
        "5.00 units used",
        "Balance brought along",
        "The relay is open: supply off",
        "installed at",
        "2 readings",
        "What to do next",
    ):
        assert told in page, told
    assert "Audit trail" not in page


def test_who_may_not_see_money_sees_none(asha, ids):
    page = page_of(somebody(Role.FIELD_REPRESENTATIVE, ids["D1"]), asha)
    assert "₹" not in page
    assert "units used" not in page and "2 readings" not in page
    assert "Supply is off" in page and "+91 98765 00001" in page
    day = f"{PAGE.format(asha.consumer_number)}days/2026-04-01/"
    field = somebody(Role.AUDITOR, ids["D2"], (Role.FIELD_REPRESENTATIVE, ids["D1"]))
    assert "₹" not in field.get(day).content.decode()


def test_a_mobile_is_masked_without_the_right_to_it(asha, ids):
    page = page_of(somebody(Role.CASHIER, ids["D1"]), asha)
    assert "+91 98••••••01" in page
    assert "9876500001" not in page.replace(" ", "")


@pytest.mark.parametrize("number", ["7310000004", "9999999999", "x"])
def test_another_area_and_an_unknown_number_look_alike(asha, ids, number):
    clerk = somebody(Role.HELP_DESK_CLERK, ids["SD1"])
    answers = [
        clerk.get(f"{PAGE.format(number)}{part}")
        for part in ("", "timeline/", "days/2026-04-01/")
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    unknown = clerk.get(PAGE.format("7319999999"))
    assert told(answers[0], number) == told(unknown, "7319999999")


def test_a_time_line_is_filtered_by_what_and_when(asha, ids):
    engineer = somebody(Role.EXECUTIVE_ENGINEER, ids["D1"])
    money = page_of(engineer, asha, show="money")
    assert "units used" in money and "The relay is open" not in money
    april = page_of(engineer, asha, first="2026-04-07", until="2026-04-07")
    assert "units used" in april and "installed at" not in april
    none = page_of(engineer, asha, first="2020-01-01", until="2020-01-02")
    assert "Nothing is known for this choice" in none
    assert "units used" in page_of(engineer, asha, show="nonsense", first="x")
    wrong = engineer.get(PAGE.format(asha.consumer_number), {"after": "nonsense"})
    assert wrong.status_code == 404


def test_a_long_time_line_comes_page_by_page_without_a_gap(asha, ids):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into supply_supplychange (connection_id, event, state_before,"
            " state_after, at, because, policy) select %s, 'relay read back closed', 'on',"
            " 'on', %s - n / 10 * interval '1 hour', 'number ' || n || '.', ''"
            " from generate_series(1, 100) as n",
            [asha.connection_id, NOON],
        )
    engineer = somebody(Role.EXECUTIVE_ENGINEER, ids["D1"])
    seen, address, pages = "", PAGE.format(asha.consumer_number) + "?show=supply", 0
    while address:
        page = engineer.get(address).content.decode()
        seen, pages = seen + page, pages + 1
        older = re.search(r'class="event-older">.*?hx-get="([^"]+)"', page, re.DOTALL)
        address = older.group(1).replace("&amp;", "&") if older else ""
    assert pages == 3
    assert all(seen.count(f"number {n}.") == 1 for n in range(1, 101))


def test_what_a_meter_notes_stands_on_the_time_line_in_words(asha, ids):
    told_twice, log, push = 180, ReadingSource.EVENT_LOG, ReadingSource.PUSH
    noted = [
        (101, NOON, log),
        (101, NOON + timedelta(seconds=told_twice), push),
        (102, NOON + timedelta(hours=1), push),
        (251, NOON + timedelta(hours=2), log),
        (4_711, NOON + timedelta(hours=2), log),
    ]
    hear(
        asha,
        {},
        now=NOON,
        events=tuple(
            MeterEvent(
                meter_id=asha.meter_id,
                code=code,
                at=at,
                source=source,
            )
            for code, at, source in noted
        ),
    )
    page = page_of(somebody(Role.EXECUTIVE_ENGINEER, ids["D1"]), asha, show="meter")
    told = [page.index(words) for words in NOTED_IN_ORDER]
    assert told == sorted(told)
    assert page.count("No mains at the meter") == 1
    supply_only = page_of(somebody(Role.DIRECTOR, ids["D1"]), asha, show="supply")
    assert "No mains at the meter" not in supply_only
    clerk = page_of(somebody(Role.FIELD_REPRESENTATIVE, ids["D1"]), asha)
    assert "No mains at the meter" not in clerk


NOTED_IN_ORDER = (
    "Event 4711",
    "<strong>The cover was opened</strong>",
    "Noted by meter BIJ00001, event 251",
    "Mains are back at the meter",
    "No mains at the meter",
)


def test_a_connection_without_a_meter_has_its_page(asha, ids):
    with connection.cursor() as cursor:
        cursor.execute("update connections_installation set removed_on = installed_on + 9")
        cursor.execute("delete from supply_supply")
        cursor.execute("delete from ledger_wallet")
    page = page_of(somebody(Role.EXECUTIVE_ENGINEER, ids["D1"]), asha)
    assert "Supply is not watched" in page
    assert "There is no meter of ours here" in page


def test_balances_walk_back_through_the_money(asha, ids):
    page = page_of(somebody(Role.EXECUTIVE_ENGINEER, ids["D1"]), asha, show="money")
    assert '<span class="event-balance">₹500.00</span>' in page


@pytest.mark.parametrize(("others", "is_told"), [(4, False), (5, True)])
def test_a_number_of_too_many_connections_is_pointed_out(asha, ids, others, is_told):
    """Wherever they lie: how many is told, never which."""
    open_places(
        new=[
            NewPlace(
                consumer_number=f"990000000{n}",
                name_en="Somebody",
                name_hi="कोई",
                mobile=asha.mobile,
                language="hi",
                category="LMV-1.10B",
                sanctioned_load_w=1_000,
                payment_mode=PaymentMode.PREPAID,
                starts_on=date(2026, 4, 1),
                transformer_id=ids["T6"],
            )
            for n in range(others)
        ]
    )
    engineer = somebody(Role.EXECUTIVE_ENGINEER, ids["D1"])
    page = page_of(engineer, asha)
    assert ("primary one of 6 connections" in page) is is_told
    assert "9900000001" not in page
    listed = engineer.get("/desk/numbers/").content.decode()
    assert (f"{asha.mobile}</a>" in listed) is is_told
    assert "9900000001" not in listed
    if is_told:
        cells = re.findall(r'<td class="number">([^<]*)</td>', listed)
        assert cells == ["6", "1"], "in all, and in the area"


def test_numbers_of_many_are_not_listed_for_those_who_see_none(asha, ids):
    assert somebody(Role.AUDITOR, ids["D1"]).get("/desk/numbers/").status_code == 403
