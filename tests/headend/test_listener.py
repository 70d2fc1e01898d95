"""C21: pushes over real sockets: kept once, replays refused, storms held back."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import connections as databases

from bijlighar.connections.values import Home
from bijlighar.dlms import axdr, cosem_time, is15959
from bijlighar.dlms.apdu.notification import DataNotification, EventNotification
from bijlighar.dlms.protection import Form, protect
from bijlighar.dlms.security import SecurityControl, SecurityKeys
from bijlighar.dlms.wrapper import Frame
from bijlighar.headend import alerts
from bijlighar.headend import service as headend
from bijlighar.headend.listener import Listener, ListenerSettings
from bijlighar.headend.pushes import ALERT_WORD, read_push
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.values import Configuration, Outcome, PushAccess, Talk
from bijlighar.kernel.ist import day_starts
from bijlighar.readings import service as readings
from bijlighar.run.listen import _Keeping
from bijlighar.simulator import pushes as simulated
from tests.cast import connect, keys_of, with_root_key
from tests.dlms.meter import block_row
from tests.headend.small_meters import daily_row

NOW = datetime(2026, 4, 3, 6, 0, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 4, 3), date(2026, 4, 2)
LAW = "".join("1" if bit == 83 else "0" for bit in range(alerts.BITS))
NO_ALERT = "0" * alerts.BITS
ACCESS = PushAccess(meter_id=7, encryption_key=b"", authentication_key=b"", known=None)


@dataclass
class Pushing:
    """A meter that pushes, as the simulator's functions want one."""

    number: int
    serial: str
    clock: datetime = NOW
    counters: object = None
    numbers: count = field(default_factory=lambda: count(1_000))

    def __post_init__(self) -> None:
        self.counters = self

    def next(self) -> int:
        return next(self.numbers)

    @property
    def keys(self) -> object:
        return self

    @property
    def system_title(self) -> bytes:
        return self.serial.encode()

    @property
    def encryption_key(self) -> bytes:
        return keys_of(self.number).encryption_key

    @property
    def authentication_key(self) -> bytes:
        return keys_of(self.number).authentication_key

    def alert(self, *bits: int) -> bytes:
        return simulated.alert(self, *bits)

    def midnight(self, wh: int) -> bytes:
        row = daily_row(day_starts(TODAY), axdr.double_long_unsigned(wh))
        return simulated.sealed(self, simulated.DAILY_PUSH, axdr.array([row]))

    def half_hours(self, *numbers: int) -> bytes:
        """Those of 1 April that end so many half-hours after its midnight, and one."""
        buffer = axdr.array([block_row(number) for number in numbers])
        return simulated.sealed(self, simulated.BLOCK_PUSH, buffer)


def meter_of(home: Home, number: int = 1) -> Pushing:
    return Pushing(number=number, serial=home.meter_serial)


def listen(*calls: list[bytes], settings: ListenerSettings | None = None) -> None:
    """A listener that takes these calls, each on a connection of its own, to the end."""

    async def run() -> None:
        with ThreadPoolExecutor(1) as threads:
            keeping = _Keeping(threads)
            listener = Listener(
                ask_keys=keeping.keys,
                deliver=keeping.deliver,
                ask_time=lambda: NOW,
                settings=settings,
            )
            ready = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(
                listener.run(host="127.0.0.1", port=0, listening=ready)
            )
            for frames in calls:
                await _call(await ready, frames)
            while listener.callers or not listener.is_idle:
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            threads.submit(databases.close_all).result()

    with with_root_key():
        asyncio.run(run())


async def _call(port: int, frames: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(OSError):
        for frame in frames:
            writer.write(frame)
            await writer.drain()
        writer.write_eof()
        await reader.read()
        writer.close()
        await writer.wait_closed()


def counted(meter_id: int) -> dict[Outcome, int]:
    found = headend.attempts_of(meter_id=meter_id, day=TODAY)
    return {one.outcome: one.many for one in found if one.talk is Talk.PUSH}


@pytest.fixture
def clock(monkeypatch, tmp_path):
    from bijlighar.clock import clock as town_clock

    file = tmp_path / "clock.json"
    town_clock.set_anchor(file, town_at=NOW, speed=0)
    monkeypatch.setenv(town_clock.CLOCK_FILE_VARIABLE, str(file))


@pytest.fixture
def asha(committed_db, clock) -> Home:
    return connect("Asha")[0]


def codes(home: Home) -> list[int]:
    return sorted(one.code for one in readings.events_of(meter_id=home.meter_id, limit=99))


class TestWhatIsKept:
    def test_registers_half_hours_and_alerts_are_kept_like_what_is_asked_for(self, asha):
        meter = meter_of(asha)
        listen([meter.midnight(109_000), meter.half_hours(0, 1), meter.alert(83, 86)])
        last = readings.last_register_days(meter_ids=[asha.meter_id])
        assert last == {asha.meter_id: YESTERDAY}
        known = readings.blocks_of(meter_id=asha.meter_id, day=date(2026, 4, 1))
        assert known[:3] == (40, 41, None)
        assert codes(asha) == [102, 251]
        assert counted(asha.meter_id) == {Outcome.DONE: 3}
        assert headend.contact_with(meter_id=asha.meter_id).last_heard_at == NOW

    def test_a_status_word_tells_what_is_new_in_it_and_what_is_over(self, asha):
        meter = meter_of(asha)
        listen([meter.alert(81), meter.alert(81, 84), meter.alert(84), meter.alert(85)])
        assert codes(asha) == [101, 201, 202, 301, 302]

    def test_a_half_hour_that_is_pushed_and_read_counts_once(self, asha):
        meter = meter_of(asha)
        listen([meter.half_hours(2), meter.half_hours(0, 1, 2, 3)])
        known = readings.blocks_of(meter_id=asha.meter_id, day=date(2026, 4, 1))
        assert known[:5] == (40, 41, 42, 43, None)
        from bijlighar.readings.models import BlockReading

        sizes = [len(one.energies_wh) for one in BlockReading.objects.order_by("pk")]
        assert sorted(sizes) == [1, 1, 2]


class TestWhatIsRefused:
    def test_c21_a_replay_is_refused_on_any_connection_and_after_a_restart(self, asha):
        meter = meter_of(asha)
        old, new = meter.midnight(109_000), meter.alert(83)
        listen([old, old], [new, old])
        listen([old, new])
        assert codes(asha) == [251]
        assert counted(asha.meter_id) == {Outcome.DONE: 2, Outcome.REPLAYED: 4}

    def test_c21_what_is_forged_or_less_protected_is_nobodys_and_the_next_one_is_kept(
        self, asha
    ):
        meter = meter_of(asha)
        good = meter.alert(83)
        flipped = bytes([*good[:-1], good[-1] ^ 1])
        plain = DataNotification(invoke=1, body=axdr.array([])).to_bytes()
        weak = protect(
            keys=SecurityKeys(
                encryption_key=meter.encryption_key,
                authentication_key=meter.authentication_key,
            ),
            system_title=meter.system_title,
            counter=5_000,
            plain=plain,
            control=SecurityControl.AUTHENTICATED,
            form=Form.GENERAL_GLOBAL,
        )
        listen(
            [flipped, Frame(1, 64, weak).to_bytes(), Frame(1, 64, plain).to_bytes(), good]
        )
        assert headend.strangers_on(day=TODAY) == {"forged": 2, "not sealed": 1}
        assert counted(asha.meter_id) == {Outcome.DONE: 1}
        assert codes(asha) == [251]

    def test_of_unknown_meters_only_the_number_is_kept_and_the_line_is_closed(self, asha):
        stranger = Pushing(number=2, serial="XYZ00009")
        many = ListenerSettings().bad_frames
        listen([stranger.alert(83) for _ in range(many)])
        assert headend.strangers_on(day=TODAY) == {"no meter": many}
        listen([b"GET / HTTP/1.1\r\n\r\n"])
        assert headend.strangers_on(day=TODAY) == {"no meter": many, "not sealed": 1}

    def test_rows_of_a_meter_whose_clock_is_off_are_refused(self, asha):
        meter = meter_of(asha)
        meter.clock = NOW - timedelta(minutes=11)
        listen([meter.midnight(109_000), meter.alert(83)])
        assert counted(asha.meter_id) == {Outcome.DONE: 1, Outcome.REFUSED: 1}
        assert codes(asha) == [251]


def test_a_storm_of_one_meter_is_held_back_and_counted_and_takes_nobodys_place(
    committed_db, clock
):
    asha, balram = connect("Asha", "Balram")
    storming, calm = meter_of(asha), meter_of(balram, 2)
    most = ListenerSettings(burst=5.0, a_minute=0.001)
    listen([storming.alert(83) for _ in range(40)], [calm.alert(81)], settings=most)
    assert counted(asha.meter_id) == {Outcome.DONE: 5, Outcome.HELD_BACK: 35}
    assert codes(balram) == [201]


@pytest.mark.usefixtures("committed_db")
def test_an_alert_is_understood_as_the_meters_make_means_it(settings, tmp_path):
    makes = tmp_path / "makes.yaml"
    makes.write_text("makes: {ACME METERS: shifted_status_word}")
    settings.BIJLIGHAR = {**settings.BIJLIGHAR, "makes": str(makes)}
    asha, balram = connect("Asha", "Balram")
    said = Configuration(
        meter_id=asha.meter_id,
        control_mode=4,
        columns={},
        scalers={},
        capture_period_s=1_800,
        manufacturer="ACME METERS",
    )
    headend.keep_configuration(found=said, now=NOW)
    listen([meter_of(asha).alert(82)], [meter_of(balram, 2).alert(82)])
    assert (codes(asha), codes(balram)) == ([251], [203])


class TestBodies:
    def read(self, body: axdr.Data, *, known: Configuration | None = None):
        plain = DataNotification(invoke=1, body=body).to_bytes()
        access = replace(ACCESS, known=known)
        return read_push(plain, access=access, counter=9, now=NOW)

    def test_an_event_notification_of_the_status_word_is_an_alert(self):
        plain = EventNotification(attribute=ALERT_WORD, value=axdr.bit_string(LAW))
        told = read_push(plain.to_bytes(), access=ACCESS, counter=9, now=NOW)
        assert told.alert_word == LAW
        assert list(alerts.new_events(LAW, "")) == [251]
        assert list(alerts.new_events(NO_ALERT, LAW)) == []

    def test_a_bit_means_what_it_means_for_the_make(self):
        # For this make bit 82 is the cover, 83 nothing, and its own bits follow no event.
        make = "shifted_status_word"
        cover = "".join("1" if bit in (82, 83, 89) else "0" for bit in range(alerts.BITS))
        assert list(alerts.new_events(cover, "", make=make)) == [251]
        assert list(alerts.new_events(cover, "")) == [203, 251]
        last_gasp = "".join("1" if bit == 85 else "0" for bit in range(alerts.BITS))
        assert list(alerts.new_events(last_gasp, last_gasp, make=make)) == [101]

    def test_pushed_rows_are_read_by_the_meters_own_columns_and_scalers(self):
        columns = tuple(
            (one.class_id, str(one.obis), one.attribute, one.data_index)
            for one in is15959.SINGLE_PHASE_DAILY_LOAD
        )
        known = Configuration(
            meter_id=7,
            control_mode=4,
            columns={str(is15959.DAILY_LOAD): columns},
            scalers={str(is15959.WH_IMPORT): (3, 30)},
            capture_period_s=1_800,
        )
        body = axdr.structure(
            [
                axdr.octet_string(b"x"),
                axdr.octet_string(simulated.DAILY_PUSH.to_bytes()),
                axdr.octet_string(cosem_time.encode(NOW)),
                axdr.array([daily_row(day_starts(TODAY), axdr.double_long_unsigned(7))]),
            ]
        )
        told = self.read(body, known=known)
        assert [one.register_wh for one in told.heard.daily] == [7_000]

    @pytest.mark.parametrize(
        "body",
        [
            axdr.array([]),
            axdr.structure([axdr.octet_string(b"x")] * 3),
            axdr.structure(
                [
                    axdr.octet_string(b"x"),
                    axdr.octet_string(simulated.ALERT_PUSH.to_bytes()),
                    axdr.octet_string(cosem_time.encode(NOW)),
                    axdr.boolean(True),
                ]
            ),
        ],
    )
    def test_what_is_no_push_of_ours_is_refused(self, body):
        with pytest.raises(MeterRefused):
            self.read(body)

    def test_a_push_of_something_else_is_heard_with_nothing(self):
        other = axdr.structure(
            [
                axdr.octet_string(b"x"),
                axdr.octet_string(is15959.CLOCK.to_bytes()),
                axdr.octet_string(cosem_time.encode(NOW)),
                axdr.null(),
            ]
        )
        told = self.read(other)
        assert (told.heard.daily, told.heard.blocks, told.alert_word) == ((), (), None)
