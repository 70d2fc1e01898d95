"""Keys come in by file, row by row or not at all; meters say once what they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from bijlighar.connections import service as connections
from bijlighar.headend import _commission_rows
from bijlighar.headend import service as headend
from bijlighar.headend.control_modes import alarm_of
from bijlighar.headend.values import Configuration, KeyFault, MeterKeys, RelayAlarm
from bijlighar.people.values import Scope
from tests.cast import grid_of_cast, new_connection, with_root_key

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
HEADS = "serial,encryption_key,authentication_key,master_key,lls_secret,system_title"
ASHA, BALRAM = "BIJ00001", "BIJ00002"


def key(letter: str) -> str:
    """A key that looks as a random one does, another for each letter."""
    return bytes(
        (ord(letter) * (place + 7) * (place + 3)) % 251 for place in range(16)
    ).hex()


def row(serial: str, keys: str, *, secret: str = "", title: str = "") -> str:
    encryption, authentication, master = (key(one) if one != "-" else "" for one in keys)
    return f"{serial},{encryption},{authentication},{master},{secret},{title}"


def file(*rows: str, heads: str = HEADS) -> bytes:
    return "\n".join((heads, *rows, "")).encode()


# A file by itself


def faults(content: bytes) -> list[tuple[int, KeyFault]]:
    return [(one.line, one.fault) for one in _commission_rows.read(content).faults]


def test_a_row_brings_three_keys_a_password_and_a_title():
    content = file(row(ASHA, "abc", secret="wxyz1234", title="4d4d4d0000bc614e"))
    (read,) = _commission_rows.read(content).rows
    assert (read.line, read.serial, read.system_title.hex()) == (
        2,
        ASHA,
        "4d4d4d0000bc614e",
    )
    assert read.keys.encryption_key.hex() == key("a")
    assert read.keys.master_key.hex() == key("c")
    assert read.keys.lls_secret == b"wxyz1234"


def test_the_optional_columns_may_be_missing_and_heads_in_any_order_and_case():
    content = f"Encryption_Key,SERIAL,authentication_key\n{key('a')},{ASHA},{key('b')}\n"
    (read,) = _commission_rows.read(b"\xef\xbb\xbf" + content.encode()).rows
    assert (read.serial, read.keys.master_key, read.system_title) == (ASHA, b"", b"")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff\xfe\x00", KeyFault.NOT_TEXT),
        (b"serial,encryption_key\nA,B\n", KeyFault.COLUMNS),
        (file(row(ASHA, "abc"), heads=HEADS + ",serial"), KeyFault.COLUMNS),
        (file(heads=HEADS), KeyFault.EMPTY),
        (b"", KeyFault.COLUMNS),
    ],
)
def test_a_file_that_is_none_is_refused_whole(content, fault):
    assert faults(content) == [(1, fault)]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (row("", "abc"), KeyFault.NO_SERIAL),
        (f"{ASHA},{key('a')}", KeyFault.CELLS),
        (row(ASHA, "abc") + ",more", KeyFault.CELLS),
        (f"{ASHA},zz,{key('b')},,,", KeyFault.NOT_HEX),
        (f"{ASHA},{key('a')[:-2]},{key('b')},,,", KeyFault.LENGTH),
        (f"{ASHA},{key('a')},,,,", KeyFault.LENGTH),
        (row(ASHA, "abc", title="4d4d"), KeyFault.LENGTH),
        (row(ASHA, "abc", secret="x" * 17), KeyFault.LENGTH),
        (row(ASHA, "aac"), KeyFault.ONE_KEY_TWICE),
        (row(ASHA, "aba"), KeyFault.ONE_KEY_TWICE),
        (f"{ASHA},{'00' * 16},{key('b')},,,", KeyFault.DEFAULT_KEY),
        (f"{ASHA},{bytes(range(16)).hex()},{key('b')},,,", KeyFault.DEFAULT_KEY),
        (
            f"{ASHA},{bytes(range(0xDF, 0xCF, -1)).hex()},{key('b')},,,",
            KeyFault.DEFAULT_KEY,
        ),
        (f"{ASHA},{key('a')},{'deadbeef' * 4},,,", KeyFault.DEFAULT_KEY),
    ],
)
def test_c19_a_wrong_row_is_named_by_its_line_and_fault(line, fault):
    content = file(row(BALRAM, "xyz"), line)
    assert faults(content) == [(3, fault)]
    assert [one.serial for one in _commission_rows.read(content).rows] == [BALRAM]


def test_c19_no_two_meters_share_a_key_or_a_serial():
    assert faults(file(row(ASHA, "abc"), row(BALRAM, "def"))) == []
    assert faults(file(row(ASHA, "abc"), row(BALRAM, "dbf"))) == [
        (2, KeyFault.SHARED_KEY),
        (3, KeyFault.SHARED_KEY),
    ]
    (first, second) = _commission_rows.read(
        file(row(ASHA, "abc"), row(BALRAM, "dec"))
    ).faults
    assert (first.fault, first.other) == (KeyFault.SHARED_KEY, BALRAM)
    assert (second.fault, second.other) == (KeyFault.SHARED_KEY, ASHA)
    assert faults(file(row(ASHA, "abc"), row(ASHA, "def"))) == [
        (2, KeyFault.TWICE),
        (3, KeyFault.TWICE),
    ]


# A file beside what is known


@pytest.fixture
def meters(db):
    with with_root_key():
        yield connections.connect(new=[new_connection("Asha"), new_connection("Balram")])


def test_keys_come_in_for_the_meters_that_a_file_names(meters):
    content = file(row(ASHA, "abc"), row(BALRAM, "def", title=BALRAM.encode().hex()))
    assert headend.check_keys(content=content).meters == 2
    assert headend.take_in_keys(content=content, now=NOW) == 2
    accesses = headend.lease(meter_ids=[home.meter_id for home in meters])
    assert [one.encryption_key.hex() for one in accesses] == [key("a"), key("d")]


def test_one_wrong_row_and_nothing_comes_in(meters):
    content = file(
        row(ASHA, "abc", title="4d4d4d0000bc614e"),
        row("BIJ99999", "def"),
        row(BALRAM, "ghi"),
    )
    checked = headend.check_keys(content=content)
    assert checked.meters == 1
    assert [(one.line, one.fault) for one in checked.faults] == [
        (2, KeyFault.OTHER_TITLE),
        (3, KeyFault.UNKNOWN_METER),
    ]
    with pytest.raises(headend.KeysRefused) as refused:
        headend.take_in_keys(content=content, now=NOW)
    assert refused.value.faults == checked.faults
    assert headend.lease(meter_ids=[home.meter_id for home in meters]) == ()


def test_a_file_that_came_in_before_does_nothing_and_another_replaces_no_keys(meters):
    content = file(row(ASHA, "abc"))
    headend.take_in_keys(content=content, now=NOW)
    with pytest.raises(headend.AlreadyTaken):
        headend.take_in_keys(content=content, now=NOW)
    other = headend.check_keys(content=file(row(ASHA, "xyz"), row(BALRAM, "def")))
    assert [(one.line, one.fault) for one in other.faults] == [(2, KeyFault.HAS_KEYS)]


def test_c19_a_key_of_another_meter_is_refused_in_whatever_file_or_place_it_comes(meters):
    headend.take_in_keys(content=file(row(ASHA, "abc")), now=NOW)
    # Balram's master key is Asha's encryption key, which came in another file.
    again = file(row(BALRAM, "dea"))
    with pytest.raises(headend.KeysRefused) as refused:
        headend.take_in_keys(content=again, now=NOW)
    (one,) = refused.value.faults
    assert (one.line, one.serial, one.fault, one.other) == (
        2,
        BALRAM,
        KeyFault.SHARED_KEY,
        ASHA,
    )
    with pytest.raises(headend.SharedKey, match=f"{BALRAM} and {ASHA}"):
        headend.commission(
            keys={
                meters[1].meter_id: MeterKeys(
                    encryption_key=bytes.fromhex(key("b")),
                    authentication_key=bytes.fromhex(key("d")),
                )
            },
            now=NOW,
        )


def test_keys_of_before_there_were_marks_are_found_too_and_marks_show_no_key(meters):
    headend.take_in_keys(content=file(row(ASHA, "abc")), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("delete from headend_keymark returning mark")
        kept = [bytes(mark) for (mark,) in cursor.fetchall()]
    assert len(kept) == 3
    assert not any(bytes.fromhex(key(letter)) in kept for letter in "abc")
    (one,) = headend.check_keys(content=file(row(BALRAM, "bde"))).faults
    assert (one.fault, one.other) == (KeyFault.SHARED_KEY, ASHA)


def test_the_audit_trail_says_that_a_file_came_in_and_holds_no_key(meters):
    headend.take_in_keys(content=file(row(ASHA, "abc")), now=NOW)
    told = trail()
    assert any("meter.keys.taken_in" in line for line in told)
    assert not any(key(letter) in line for line in told for letter in "abc")


def trail() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select payload from people_auditrecord order by seq")
        return [payload for (payload,) in cursor.fetchall()]


# What a meter is


@pytest.mark.parametrize(
    ("mode", "alarm"),
    [
        (None, None),
        (0, RelayAlarm.NEVER_OPENS),
        (1, RelayAlarm.WAITS_FOR_BUTTON),
        (2, None),
        (3, RelayAlarm.WAITS_FOR_BUTTON),
        (4, None),
        (5, RelayAlarm.WAITS_FOR_BUTTON),
        (6, RelayAlarm.WAITS_FOR_BUTTON),
        (7, RelayAlarm.UNKNOWN_MODE),
    ],
)
def test_only_modes_two_and_four_bring_the_light_back_from_afar(mode, alarm):
    assert alarm_of(mode) is alarm


def configuration(meter_id: int, mode: int | None) -> Configuration:
    return Configuration(
        meter_id=meter_id,
        control_mode=mode,
        columns={
            "1.0.99.1.0.255": ((8, "0.0.1.0.0.255", 2, 0), (3, "1.0.1.29.0.255", 2, 0))
        },
        scalers={"1.0.1.29.0.255": (0, 30)},
        capture_period_s=1_800,
    )


def test_what_a_meter_is_is_kept_and_its_alarm_is_told_once(meters):
    headend.take_in_keys(content=file(row(ASHA, "abc"), row(BALRAM, "def")), now=NOW)
    asha, balram = (home.meter_id for home in meters)
    assert headend.unread_configurations(limit=10) == (asha, balram)
    for _ in range(2):
        alarm = headend.keep_configuration(found=configuration(asha, 3), now=NOW)
        assert alarm is RelayAlarm.WAITS_FOR_BUTTON
    assert headend.keep_configuration(found=configuration(balram, 4), now=NOW) is None
    assert headend.unread_configurations(limit=10) == ()
    assert headend.configuration_of(meter_id=asha) == configuration(asha, 3)
    (one,) = headend.alarming_relays(scope=None, limit=10)
    assert (one.serial, one.consumer_number, one.control_mode, one.alarm) == (
        ASHA,
        "7310000001",
        3,
        RelayAlarm.WAITS_FOR_BUTTON,
    )
    for area, serials in (("T1", [ASHA]), ("T2", [])):
        scope = Scope(area_ids=frozenset({grid_of_cast()[area]}))
        found = headend.alarming_relays(scope=scope, limit=10)
        assert [one.serial for one in found] == serials
    assert sum("waits_for" in line for line in trail()) == 1
    headend.keep_configuration(found=configuration(asha, 2), now=NOW)
    assert headend.alarming_relays(scope=None, limit=10) == ()
