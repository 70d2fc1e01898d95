"""A consumer's use as files: whole, in the reader's language, safe, within limits."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils import translation

from bijlighar.charges import service as charges
from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.flow.close_day import close_day, correct_reading
from bijlighar.kernel.ist import ONE_DAY, day_starts
from bijlighar.ledger import service as ledger
from bijlighar.readings.values import Blocks
from bijlighar.tariffs.values import Head
from bijlighar.web.streaming import BOM
from bijlighar.web.use.files import MOST_DAYS, span_asked
from tests.cast import connect, hear
from tests.charges.test_service import noon, used
from tests.signing_in import sign_in_consumer

APRIL = date(2026, 4, 1)
DAYS = 35
ATOM, ESPI = "{http://www.w3.org/2005/Atom}", "{http://naesb.org/espi}"


@pytest.fixture
def asha(committed_db, monkeypatch):
    """Asha with 35 charged days, half-hours of the first two, and one that is missing."""
    (home,) = connect("Asha", opening_paise=5_000_00)
    registers = used(home, *[4_000 + 50 * n for n in range(DAYS)], first=APRIL)
    blocks = [
        Blocks(meter_id=home.meter_id, day=APRIL, first_block=0, energies_wh=(80,) * 48),
        Blocks(
            meter_id=home.meter_id,
            day=APRIL + ONE_DAY,
            first_block=1,
            energies_wh=(70,) * 47,
        ),
    ]
    now = noon(APRIL + timedelta(days=DAYS))
    monkeypatch.setattr(clock, "now", lambda: now)
    hear(home, registers, now=now, blocks=tuple(blocks))
    close_day(connection_ids=[home.connection_id], now=now)
    return home


def asked(client, home, file: str, first: str = "2026-04-01", last: str = "2026-05-05"):
    address = f"/home/{home.consumer_number}/use/files/{file}/"
    return client.get(address, {"first": first, "last": last})


def body(answer) -> str:
    assert answer.status_code == 200, answer.content[:500]
    return b"".join(answer.streaming_content).decode()


def rows(answer) -> list[dict[str, str]]:
    text = body(answer)
    assert text.startswith(BOM), "Excel shows Devanagari by it"
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))


class TestDays:
    def test_add_up_head_by_head_to_what_was_deducted(self, asha, english):
        answer = asked(english, asha, "days")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == (
            'attachment; filename="7310000001-days-2026-04-01-2026-05-05.csv"'
        )
        held = rows(answer)
        assert [row["Day"] for row in held][:2] == ["2026-04-01", "2026-04-02"]
        assert len(held) == DAYS
        heads = [name for name in held[0] if name.endswith("(₹)")][: len(Head)]
        for row, kept in zip(held, kept_days(asha), strict=True):
            paise = Decimal(row["Deducted in all (₹)"]) * 100
            assert paise == kept.total_paise
            assert sum(Decimal(row[head]) for head in heads) * 100 == paise
            assert Decimal(row["Units"]) * 1000 == kept.energy_wh
        balance = ledger.balances_of(owner_ids=[asha.connection_id])[asha.connection_id]
        assert Decimal(held[-1]["Balance after (₹)"]) * 100 == balance.balance_paise
        for before, after in pairwise(held):
            assert Decimal(after["Balance after (₹)"]) == Decimal(
                before["Balance after (₹)"]
            ) - Decimal(after["Deducted in all (₹)"])

    def test_say_the_balance_that_the_days_own_page_says(self, asha, english):
        """A recharge in between and a reading put right do not part the two."""
        correct_reading(
            home=asha,
            day=APRIL + timedelta(days=9),
            register_wh=asha.initial_register_wh + 43_000,
            why="read by hand",
            made_by="a test",
            now=clock.now() + timedelta(hours=1),
        )
        lines = dashboards.day_lines(
            connection_id=asha.connection_id,
            first=APRIL + timedelta(days=8),
            until=APRIL + timedelta(days=12),
        )
        assert len(lines) == 4
        for line in lines:
            page = dashboards.charge_of(consumer_number=asha.consumer_number, day=line.day)
            assert page.balance_after_paise == line.balance_paise
            assert page.total_paise == line.total_paise == sum(line.heads_paise.values())
            of_page: dict[str, int] = dict.fromkeys(line.heads_paise, 0)
            for one in page.lines:
                of_page[one.head] += one.amount_paise
            assert of_page == line.heads_paise

    def test_have_their_headings_in_the_language_of_the_page(self, asha, hindi):
        (first, *_) = rows(asked(hindi, asha, "days", last="2026-04-01"))
        assert first["यूनिट"] == "4.000"
        assert first["अनुमान से"] == "0"
        assert all(re.fullmatch(r"[\d.:-]*", value) for value in first.values())


class TestHalfHours:
    def test_that_were_not_heard_are_empty_and_no_nought(self, asha, english):
        held = rows(asked(english, asha, "half-hours", last="2026-04-02"))
        assert len(held) == 96
        assert held[0] == {
            "Day": "2026-04-01",
            "Begins at": "00:00",
            "Ends at": "00:30",
            "Units": "0.080",
            "Heard": "1",
        }
        address = f"/home/{asha.consumer_number}/use/files/half-hours/"
        small = english.get(
            address,
            {"first": "2026-04-01", "last": "2026-04-02"},
            headers={"accept-encoding": "gzip"},
        )
        plain = gzip.decompress(b"".join(small.streaming_content)).decode()
        assert list(csv.DictReader(io.StringIO(plain.removeprefix(BOM)))) == held
        missing = held[48]
        assert (missing["Day"], missing["Units"], missing["Heard"]) == (
            "2026-04-02",
            "",
            "0",
        )
        assert held[95]["Ends at"] == "24:00"


class TestGreenButton:
    """Structure by the standard's schema: NAESB REQ.21; order of elements is prescribed."""

    @pytest.fixture
    def feed(self, asha, english):
        answer = asked(english, asha, "green-button")
        assert answer.headers["Content-Type"].startswith("application/atom+xml")
        assert answer.headers["Content-Disposition"].endswith('.xml"')
        return ElementTree.fromstring(body(answer))

    def of(self, feed, resource: str):
        return [
            entry.find(f"{ATOM}content/{ESPI}{resource}")
            for entry in self.entries(feed)
            if entry.find(f"{ATOM}content/{ESPI}{resource}") is not None
        ]

    def entries(self, feed):
        return feed.findall(f"{ATOM}entry")

    def names(self, element) -> list[str]:
        return [child.tag.removeprefix(ESPI) for child in element]

    def test_is_an_atom_feed_whose_entries_name_and_link_each_other(self, feed):
        assert feed.tag == f"{ATOM}feed"
        ids = [entry.findtext(f"{ATOM}id") for entry in self.entries(feed)]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one) for one in ids)
        places = {self.link(entry, "self")[0] for entry in self.entries(feed)}
        for entry in self.entries(feed):
            for required in ("title", "published", "updated"):
                assert entry.findtext(f"{ATOM}{required}")
            assert len(entry.findall(f"{ATOM}content")) == 1
            assert len(list(entry.find(f"{ATOM}content"))) == 1
            for related in self.link(entry, "related"):
                ups = {place.rpartition("/")[0] for place in places}
                assert related in places or related in ups

    def link(self, entry, relation: str) -> list[str]:
        return [
            one.get("href")
            for one in entry.findall(f"{ATOM}link")
            if one.get("rel") == relation
        ]

    def test_says_what_its_readings_are(self, feed):
        (point,) = self.of(feed, "UsagePoint")
        assert point.findtext(f"{ESPI}ServiceCategory/{ESPI}kind") == "0"
        assert len(self.of(feed, "MeterReading")) == 1
        (kind,) = self.of(feed, "ReadingType")
        assert {child.tag.removeprefix(ESPI): child.text for child in kind} == {
            "accumulationBehaviour": "4",
            "commodity": "1",
            "currency": "356",
            "dataQualifier": "12",
            "defaultQuality": "14",
            "flowDirection": "1",
            "intervalLength": "1800",
            "kind": "12",
            "powerOfTenMultiplier": "0",
            "timeAttribute": "0",
            "uom": "72",
        }
        assert self.names(kind) == sorted(self.names(kind), key=ORDER_OF_TYPE.index)
        (clock_of_india,) = self.of(feed, "LocalTimeParameters")
        assert self.names(clock_of_india) == [
            "dstEndRule",
            "dstOffset",
            "dstStartRule",
            "tzOffset",
        ]
        assert clock_of_india.findtext(f"{ESPI}tzOffset") == "19800"

    def test_has_a_block_for_each_day_that_was_heard_and_gaps_for_what_was_not(self, feed):
        blocks = self.of(feed, "IntervalBlock")
        assert len(blocks) == 2
        second = blocks[1]
        starts = int(day_starts(APRIL + ONE_DAY).timestamp())
        assert second.findtext(f"{ESPI}interval/{ESPI}start") == str(starts)
        assert second.findtext(f"{ESPI}interval/{ESPI}duration") == "86400"
        readings = second.findall(f"{ESPI}IntervalReading")
        assert len(readings) == 47
        first = readings[0]
        assert self.names(first) == ["timePeriod", "value"]
        assert first.findtext(f"{ESPI}timePeriod/{ESPI}start") == str(starts + 1800)
        assert first.findtext(f"{ESPI}timePeriod/{ESPI}duration") == "1800"
        assert first.findtext(f"{ESPI}value") == "70"
        assert {self.names(one)[0] for one in blocks} == {"interval"}

    def test_sums_up_each_month_in_hundred_thousandths_of_a_rupee(self, asha, feed):
        april, may = self.of(feed, "ElectricPowerUsageSummary")
        kept = [one for one in kept_days(asha) if one.day.month == 4]
        assert self.names(april) == [
            "billingPeriod",
            "billToDate",
            "currency",
            "currentBillingPeriodOverAllConsumption",
            "statusTimeStamp",
        ]
        assert int(april.findtext(f"{ESPI}billToDate")) == 1_000 * sum(
            one.total_paise for one in kept
        )
        whole = april.find(f"{ESPI}currentBillingPeriodOverAllConsumption")
        assert self.names(whole) == ["powerOfTenMultiplier", "timeStamp", "uom", "value"]
        assert int(whole.findtext(f"{ESPI}value")) == sum(one.energy_wh for one in kept)
        assert april.findtext(f"{ESPI}billingPeriod/{ESPI}duration") == str(30 * 86400)
        assert may.findtext(f"{ESPI}billingPeriod/{ESPI}duration") == str(5 * 86400)


ORDER_OF_TYPE = [
    "accumulationBehaviour",
    "commodity",
    "consumptionTier",
    "currency",
    "dataQualifier",
    "defaultQuality",
    "flowDirection",
    "intervalLength",
    "kind",
    "phase",
    "powerOfTenMultiplier",
    "timeAttribute",
    "tou",
    "uom",
]


class TestTheDays:
    TODAY = date(2026, 5, 6)

    @pytest.mark.parametrize(
        ("first", "last", "said"),
        [
            ("", "", "Please give both days"),
            ("2026-04-31", "2026-05-01", "Please give both days"),
            ("20260401", "20260402", "Please give both days"),
            ("=1+1", "2026-05-01", "Please give both days"),
            ("2026-05-02", "2026-05-01", "lies after the last one"),
            ("2026-05-07", "2026-05-08", "not begun yet"),
            ("2025-04-01", "2026-05-06", "at most 400 days"),
            ("0001-01-01", "9999-12-31", "at most 400 days"),
        ],
    )
    def test_that_cannot_be_meant_are_refused_in_words(self, first, last, said):
        with translation.override("en"):
            assert said in span_asked(first, last, today=self.TODAY).error

    def test_end_with_today(self):
        span = span_asked("2026-05-01", "2026-05-31", today=self.TODAY)
        assert span.days == (date(2026, 5, 1), date(2026, 5, 7))

    def test_of_a_whole_year_fit(self):
        first = self.TODAY - timedelta(days=MOST_DAYS - 1)
        whole = span_asked(first.isoformat(), self.TODAY.isoformat(), today=self.TODAY)
        assert whole.days is not None


def test_the_page_offers_three_files_and_says_what_is_wrong(asha, english):
    page = english.get(f"/home/{asha.consumer_number}/use/files/").content.decode()
    for file in ("days", "half-hours", "green-button"):
        assert f'action="/home/{asha.consumer_number}/use/files/{file}/"' in page
    assert 'value="2026-04-01"' in page
    refused = asked(english, asha, "days", "2026-05-05", "2026-05-01")
    assert refused.status_code == 422
    assert "The first day lies after the last one." in refused.content.decode()
    assert 'value="2026-05-05"' in refused.content.decode()
    assert asked(english, asha, "everything").status_code == 404


def test_nobody_elses_use_can_be_downloaded(asha, client, settings):
    settings.IS_DEMO = True
    assert asked(client, asha, "days").status_code == 302
    sign_in_consumer(client, "+919876500009")
    for file in ("days", "half-hours", "green-button"):
        assert asked(client, asha, file).status_code == 404


def kept_days(home):
    return charges.days_of(
        connection_id=home.connection_id, first=APRIL, until=date(2026, 6, 1)
    )
