"""Half-hours as Green Button: an Atom feed of ESPI resources, made part by part.

What was not heard is no reading: a gap, never a nought. Names, order of elements and codes
are those of the standard, which is sold; taken from its schema and free description.
Source: NAESB REQ.21 (ESPI) and RFC 4287; IEC 61968-9 for the codes of a reading's type.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from bijlighar.dashboards.values import DayLine, HalfHours
from bijlighar.kernel.energy import BLOCK_MINUTES
from bijlighar.kernel.ist import ONE_DAY, day_starts, month_starts

ATOM = "http://www.w3.org/2005/Atom"
ESPI = "http://naesb.org/espi"

BLOCK_S = BLOCK_MINUTES * 60
DAY_S = 24 * 3600
IST_OFFSET_S = 5 * 3600 + 1800
NO_DAYLIGHT_SAVING = "FFFFFFFF"
ELECTRICITY = "0"
INDIAN_RUPEES = "356"
"""Source: ISO 4217, numeric code."""
WATT_HOURS = "72"
READING_TYPE = (
    ("accumulationBehaviour", "4"),  # delta: the energy of the interval itself
    ("commodity", "1"),  # electricity at the consumer's voltage
    ("currency", INDIAN_RUPEES),
    ("dataQualifier", "12"),  # normal
    ("defaultQuality", "14"),  # raw: as the meter told it
    ("flowDirection", "1"),  # delivered to the consumer
    ("intervalLength", str(BLOCK_S)),
    ("kind", "12"),  # energy
    ("powerOfTenMultiplier", "0"),
    ("timeAttribute", "0"),
    ("uom", WATT_HOURS),
)
PAISA = 1_000
"""A paisa in the hundred-thousandths of a rupee that the standard counts in."""


def feed(
    *,
    consumer_number: str,
    days: Sequence[HalfHours],
    charged: Sequence[DayLine],
    made_at: datetime,
) -> Iterator[bytes]:
    """The whole feed; `days` in order, `charged` those of them that are charged."""
    page = _Page(consumer_number=consumer_number, made_at=made_at)
    yield page.begin()
    yield page.usage_point()
    yield page.local_time()
    yield page.meter_reading()
    yield page.reading_type()
    for number, day in enumerate(days, start=1):
        if any(wh is not None for wh in day.energies_wh):
            yield page.interval_block(number, day)
    for month, found in groupby(charged, key=lambda one: month_starts(one.day)):
        yield page.summary(month, list(found))
    yield page.end()


class _Page:
    """Writes elements; each method answers what was written since the last one."""

    def __init__(self, *, consumer_number: str, made_at: datetime) -> None:
        self._held = io.StringIO()
        self._xml = XMLGenerator(self._held, encoding="utf-8", short_empty_elements=True)
        self._updated = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._point = f"RetailCustomer/{consumer_number}/UsagePoint/1"
        self._reading = f"{self._point}/MeterReading/1"

    def begin(self) -> bytes:
        """The head of the feed."""
        self._xml.startDocument()
        self._start("feed", xmlns=ATOM)
        self._text("id", _urn(f"{self._point}/feed/{self._updated}"))
        self._text("title", "Green Button: electricity of one connection")
        self._text("updated", self._updated)
        self._link("self", self._point)
        return self._taken()

    def usage_point(self) -> bytes:
        """The connection."""
        related = [self._reading, "LocalTimeParameters/1"]
        related.append(f"{self._point}/ElectricPowerUsageSummary")
        self._open(self._point, "UsagePoint", "Connection", related)
        self._tree("ServiceCategory", [("kind", ELECTRICITY)])
        return self._close("UsagePoint")

    def local_time(self) -> bytes:
        """India's clock, which is never changed."""
        self._open("LocalTimeParameters/1", "LocalTimeParameters", "Indian Standard Time")
        self._all(
            [
                ("dstEndRule", NO_DAYLIGHT_SAVING),
                ("dstOffset", "0"),
                ("dstStartRule", NO_DAYLIGHT_SAVING),
                ("tzOffset", str(IST_OFFSET_S)),
            ]
        )
        return self._close("LocalTimeParameters")

    def meter_reading(self) -> bytes:
        """What the intervals are read from."""
        related = [f"{self._reading}/IntervalBlock", "ReadingType/1"]
        self._open(self._reading, "MeterReading", "Half-hourly energy", related)
        return self._close("MeterReading")

    def reading_type(self) -> bytes:
        """What a value counts."""
        self._open("ReadingType/1", "ReadingType", "Energy delivered, in Wh")
        self._all(READING_TYPE)
        return self._close("ReadingType")

    def interval_block(self, number: int, day: HalfHours) -> bytes:
        """The half-hours of a day that were heard."""
        starts = _epoch(day_starts(day.day))
        place = f"{self._reading}/IntervalBlock/{number}"
        self._open(place, "IntervalBlock", day.day.isoformat())
        self._tree("interval", [("duration", str(DAY_S)), ("start", str(starts))])
        for block, wh in enumerate(day.energies_wh):
            if wh is not None:
                self._start("IntervalReading")
                at = [("duration", str(BLOCK_S)), ("start", str(starts + block * BLOCK_S))]
                self._tree("timePeriod", at)
                self._text("value", str(wh))
                self._xml.endElement("IntervalReading")
        return self._close("IntervalBlock")

    def summary(self, month: date, charged: Sequence[DayLine]) -> bytes:
        """What the charged days of a month came to."""
        first, last = charged[0].day, charged[-1].day
        starts, ends = _epoch(day_starts(first)), _epoch(day_starts(last + ONE_DAY))
        cost = sum(one.total_paise for one in charged)
        energy = sum(one.energy_wh for one in charged)
        place = f"{self._point}/ElectricPowerUsageSummary/{month:%Y-%m}"
        self._open(place, "ElectricPowerUsageSummary", f"{first} to {last}")
        period = [("duration", str(ends - starts)), ("start", str(starts))]
        self._tree("billingPeriod", period)
        self._text("billToDate", str(cost * PAISA))
        self._text("currency", INDIAN_RUPEES)
        self._tree(
            "currentBillingPeriodOverAllConsumption",
            [
                ("powerOfTenMultiplier", "0"),
                ("timeStamp", str(ends)),
                ("uom", WATT_HOURS),
                ("value", str(energy)),
            ],
        )
        self._text("statusTimeStamp", str(ends))
        return self._close("ElectricPowerUsageSummary")

    def end(self) -> bytes:
        """The foot of the feed."""
        self._xml.endElement("feed")
        self._xml.endDocument()
        return self._taken()

    def _open(
        self, place: str, resource: str, title: str, related: Sequence[str] = ()
    ) -> None:
        """An entry up to the inside of its resource."""
        self._start("entry")
        self._text("id", _urn(place))
        self._link("self", place)
        self._link("up", place.rpartition("/")[0])
        for one in related:
            self._link("related", one)
        self._text("title", title)
        self._start("content", type="application/xml")
        self._start(resource, xmlns=ESPI)

    def _close(self, resource: str) -> bytes:
        self._xml.endElement(resource)
        self._xml.endElement("content")
        self._text("published", self._updated)
        self._text("updated", self._updated)
        self._xml.endElement("entry")
        return self._taken()

    def _tree(self, name: str, inside: Sequence[tuple[str, str]]) -> None:
        self._start(name)
        self._all(inside)
        self._xml.endElement(name)

    def _all(self, pairs: Sequence[tuple[str, str]]) -> None:
        for name, text in pairs:
            self._text(name, text)

    def _text(self, name: str, text: str) -> None:
        self._start(name)
        self._xml.characters(text)
        self._xml.endElement(name)

    def _link(self, relation: str, place: str) -> None:
        self._start("link", rel=relation, href=place)
        self._xml.endElement("link")

    def _start(self, name: str, **attributes: str) -> None:
        self._xml.startElement(name, AttributesImpl(attributes))

    def _taken(self) -> bytes:
        made = self._held.getvalue()
        self._held.seek(0)
        self._held.truncate()
        return made.encode()


def _urn(place: str) -> str:
    """The same name for the same thing, however often it is downloaded."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'bijlighar/{place}')}"


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())
