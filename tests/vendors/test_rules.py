"""What of a vendor's delivery is taken, reading by reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kernel.energy import BLOCKS_PER_DAY
from bijlighar.kernel.ist import day_ends, day_starts
from bijlighar.vendors import rules
from bijlighar.vendors.reading_types import (
    CONNECTED,
    DISCONNECTED,
    FAILED,
    HALF_HOUR,
    REGISTER,
    reading_type_of,
)
from bijlighar.vendors.values import (
    Around,
    Hanging,
    Measured,
    Offered,
    Read,
    Refusal,
    Refused,
    Told,
)

DAY = date(2026, 4, 1)
NOW = datetime(2026, 4, 2, 6, 0, tzinfo=UTC)
KWH = "0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.3.72.0"
METER = Hanging(
    meter_id=7,
    serial="BIJ00007",
    installed_on=date(2026, 3, 20),
    removed_on=None,
    behind_from=datetime(2026, 3, 1, tzinfo=UTC),
    behind_until=None,
)


def offered(**changes: object) -> Offered:
    """Asha's register at the end of the first of April, as a vendor writes it."""
    said = {
        "place": "1",
        "meter_serial": "BIJ00007",
        "reading_type": REGISTER,
        "stamped": "2026-04-02T00:00:00+05:30",
        "value": "107000",
    }
    return Offered(**{**said, **changes})  # type: ignore[arg-type]


def read_one(one: Offered, *hung: Hanging) -> Read | Refusal:
    """What becomes of one reading."""
    meters = {"BIJ00007": hung or (METER,)}
    taken, refused = rules.read(offered=[one], meters=meters, now=NOW)
    return (*taken, *refused)[0]


class TestReading:
    """One reading by itself."""

    def test_a_midnight_register_closes_the_day_before(self):
        read = read_one(offered())
        assert isinstance(read, Read)
        assert (read.day, read.energy_wh, read.measured) == (
            DAY,
            107_000,
            Measured.REGISTER,
        )

    @pytest.mark.parametrize(
        ("value", "kind", "wh"),
        [
            ("107000", REGISTER, 107_000),
            ("107000.000", REGISTER, 107_000),
            ("107.25", KWH, 107_250),
            ("0", REGISTER, 0),
        ],
    )
    def test_wh_and_kwh_are_exact(self, value, kind, wh):
        read = read_one(offered(value=value, reading_type=kind))
        assert isinstance(read, Read)
        assert read.energy_wh == wh

    @pytest.mark.parametrize(
        ("stamped", "day", "block"),
        [
            ("2026-04-01T00:30:00+05:30", DAY, 0),
            ("2026-04-02T00:00:00+05:30", DAY, 47),
            ("2026-04-01T18:30:00Z", DAY, 47),
            ("2026-04-02T00:30:00+05:30", date(2026, 4, 2), 0),
        ],
    )
    def test_a_half_hour_is_stamped_at_its_end(self, stamped, day, block):
        read = read_one(offered(reading_type=HALF_HOUR, stamped=stamped, value="250"))
        assert isinstance(read, Read)
        assert (read.day, read.block) == (day, block)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"meter_serial": "NOBODY"}, Refused.UNKNOWN_METER),
            ({"reading_type": "1.2.3"}, Refused.UNSUPPORTED_READING_TYPE),
            (
                {"reading_type": REGISTER.replace("1.1.1.12", "1.19.1.12")},
                Refused.UNSUPPORTED_READING_TYPE,
            ),
            (
                {"reading_type": "0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.6.72.0"},
                Refused.UNSUPPORTED_READING_TYPE,
            ),
            ({"stamped": "2026-04-02 00:00"}, Refused.WRONG_TIME),
            ({"stamped": "2026-04-02T00:00:00"}, Refused.WRONG_TIME),
            ({"stamped": "2026-02-31T00:00:00+05:30"}, Refused.WRONG_TIME),
            ({"stamped": "2026-04-02T00:00:00+99:99"}, Refused.WRONG_TIME),
            ({"stamped": "2026-04-03T00:00:00+05:30"}, Refused.IN_THE_FUTURE),
            ({"stamped": "2026-04-02T00:15:00+05:30"}, Refused.NOT_MIDNIGHT),
            (
                {
                    "reading_type": HALF_HOUR,
                    "stamped": "2026-04-01T10:15:00+05:30",
                    "value": "1",
                },
                Refused.NOT_A_HALF_HOUR,
            ),
            ({"value": "-1"}, Refused.WRONG_VALUE),
            ({"value": "1e3"}, Refused.WRONG_VALUE),
            ({"value": "१२"}, Refused.WRONG_VALUE),
            ({"value": "0.5"}, Refused.WRONG_VALUE),
            ({"value": "99999999999"}, Refused.WRONG_VALUE),
            (
                {
                    "reading_type": HALF_HOUR,
                    "stamped": "2026-04-01T10:30:00+05:30",
                    "value": "50001",
                },
                Refused.WRONG_VALUE,
            ),
            ({"qualities": ("1.1.9",)}, Refused.CLOCK_ERROR),
            ({"qualities": ("2.8.1",)}, Refused.NOT_MEASURED),
            ({"qualities": ("2.7.0",)}, Refused.NOT_MEASURED),
            ({"stamped": "2026-03-20T00:00:00+05:30"}, Refused.NOT_INSTALLED),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_code(self, changes, code):
        refused = read_one(offered(**changes))
        assert isinstance(refused, Refusal)
        assert refused.code is code
        assert refused.reason.endswith(".")

    def test_a_good_quality_code_does_no_harm(self):
        assert isinstance(read_one(offered(qualities=("1.0.0",))), Read)

    def test_a_meter_that_came_behind_the_vendor_later_is_not_its_to_tell_of(self):
        late = Hanging(
            **{
                **{name: getattr(METER, name) for name in METER.__slots__},
                "behind_from": NOW - timedelta(hours=1),
            }
        )
        refused = read_one(offered(), late)
        assert isinstance(refused, Refusal)
        assert refused.code is Refused.NOT_INSTALLED

    @given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
    def test_any_words_are_read_or_refused(self, reading_type, stamped, value):
        one = offered(reading_type=reading_type, stamped=stamped, value=value)
        assert isinstance(read_one(one), Read | Refusal)

    @given(st.integers(0, 47))
    def test_each_half_hour_of_a_day_has_its_place(self, block):
        ends = day_starts(DAY) + timedelta(minutes=30) * (block + 1)
        read = read_one(
            offered(reading_type=HALF_HOUR, stamped=ends.isoformat(), value="1")
        )
        assert isinstance(read, Read)
        assert (read.day, read.block) == (DAY, block)


def register(day: date, wh: int, place: str = "") -> Read:
    """A register that could be read."""
    return Read(
        place=place or str(day),
        serial="BIJ00007",
        meter_id=7,
        measured=Measured.REGISTER,
        day=day,
        block=-1,
        energy_wh=wh,
        ends_at=day_ends(day),
    )


def half_hour(block: int, wh: int) -> Read:
    """A half-hour of the first of April."""
    return Read(
        place=str(block),
        serial="BIJ00007",
        meter_id=7,
        measured=Measured.HALF_HOUR,
        day=DAY,
        block=block,
        energy_wh=wh,
        ends_at=NOW,
    )


def judge(*readings: Read, around: Around | None = None, held=()):
    """What becomes of readings beside what is held."""
    nothing = Around(before_wh=None, held_wh=None, after_wh=None)
    return rules.judge(
        readings=readings,
        registers={(7, one.day): around or nothing for one in readings},
        half_hours={(7, DAY): list(held) or [None] * BLOCKS_PER_DAY},
    )


class TestJudging:
    """Readings beside what is held, and beside each other."""

    def test_a_register_grows(self):
        judged = judge(register(DAY, 5), register(date(2026, 4, 2), 5))
        assert [one.energy_wh for one in judged.new] == [5, 5]

    @pytest.mark.parametrize(("before", "after"), [(101, None), (None, 99), (50, 60)])
    def test_a_register_that_fell_is_refused(self, before, after):
        judged = judge(
            register(DAY, 100),
            around=Around(before_wh=before, held_wh=None, after_wh=after),
        )
        assert [one.code for one in judged.refusals] == [Refused.REGISTER_FELL]
        assert judged.new == judged.beside == ()

    def test_a_register_that_fell_within_a_delivery_is_refused(self):
        judged = judge(register(date(2026, 4, 2), 90), register(DAY, 100))
        assert [one.energy_wh for one in judged.new] == [100]
        assert [one.code for one in judged.refusals] == [Refused.REGISTER_FELL]

    def test_what_is_held_is_known(self):
        judged = judge(
            register(DAY, 100), around=Around(before_wh=1, held_wh=100, after_wh=None)
        )
        assert (judged.known, judged.new, judged.refusals) == (1, (), ())

    def test_what_contradicts_is_kept_beside_and_told(self):
        judged = judge(
            register(DAY, 100), around=Around(before_wh=1, held_wh=101, after_wh=None)
        )
        assert [one.code for one in judged.refusals] == [Refused.CONTRADICTS]
        assert [one.energy_wh for one in judged.beside] == [100]

    def test_twice_in_one_delivery_is_once(self):
        judged = judge(register(DAY, 100, "a"), register(DAY, 100, "b"))
        assert (len(judged.new), judged.known) == (1, 1)
        judged = judge(half_hour(3, 7), half_hour(3, 7), half_hour(3, 8))
        assert (len(judged.new), judged.known, len(judged.refusals)) == (1, 1, 1)

    def test_half_hours_are_compared_one_by_one(self):
        held = [10] * 2 + [None] * 46
        judged = judge(half_hour(0, 10), half_hour(1, 11), half_hour(2, 12), held=held)
        assert (judged.known, [one.block for one in judged.new]) == (1, [2])
        assert [one.code for one in judged.refusals] == [Refused.CONTRADICTS]

    @given(st.lists(st.integers(0, 1_000), min_size=1, max_size=20))
    def test_each_reading_is_new_known_or_refused_and_what_is_new_never_falls(self, wh):
        readings = [
            register(DAY + timedelta(days=index), value) for index, value in enumerate(wh)
        ]
        judged = judge(*readings)
        assert len(judged.new) + judged.known + len(judged.refusals) == len(readings)
        taken = [one.energy_wh for one in judged.new]
        assert taken == sorted(taken)


def told(**changes: str) -> Told:
    """A relay was read back open."""
    said = {
        "place": "0",
        "event_key": "e-1",
        "command_key": "12",
        "meter_serial": "BIJ00007",
        "event_type": DISCONNECTED,
        "stamped": "2026-04-02T11:00:00+05:30",
        "reason": "",
    }
    return Told(**{**said, **changes})


class TestRelays:
    """What vendors tell of relays."""

    @pytest.mark.parametrize(
        ("event", "is_closed"), [(CONNECTED, True), (DISCONNECTED, False), (FAILED, None)]
    )
    def test_the_relay_is_as_it_was_read_back(self, event, is_closed):
        found = rules.relay_told(told=told(event_type=event, reason="no\nanswer"), now=NOW)
        assert not isinstance(found, Refusal)
        assert (found.command_id, found.is_closed) == (12, is_closed)
        assert found.error == (
            "the vendor's head-end says: no answer" if is_closed is None else ""
        )

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"event_type": "3.26.0.47"}, Refused.UNSUPPORTED_EVENT_TYPE),
            ({"command_key": "0"}, Refused.UNKNOWN_COMMAND),
            ({"command_key": "9" * 30}, Refused.UNKNOWN_COMMAND),
            ({"stamped": "today"}, Refused.WRONG_TIME),
            ({"stamped": "2026-04-02T23:00:00+05:30"}, Refused.IN_THE_FUTURE),
        ],
    )
    def test_what_cannot_be_is_refused(self, changes, code):
        found = rules.relay_told(told=told(**changes), now=NOW)
        assert isinstance(found, Refusal)
        assert found.code is code


def test_reading_types_are_the_standards_and_no_others():
    assert reading_type_of(REGISTER) is not None
    assert reading_type_of(HALF_HOUR + ".0") is None
    assert reading_type_of(HALF_HOUR.replace(".72.", ".71.")) is None
    assert reading_type_of(REGISTER.replace(".", "-")) is None


@pytest.mark.parametrize("code", ["secure-meters", "ab", "l-t-2"])
def test_codes_of_vendors_are_plain(code):
    assert rules.is_vendor_code(code)


@pytest.mark.parametrize("code", ["", "A", "a", "-a", "a b", "a" * 32])
def test_other_codes_are_not(code):
    assert not rules.is_vendor_code(code)
