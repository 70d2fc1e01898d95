"""`bijlighar meter read|relay|clock|simulate`: what an engineer sees, and is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bijlighar.connections import service as connections
from bijlighar.dlms.client import Authentication
from bijlighar.dlms.errors import AssociationRefused, FrameForged
from bijlighar.dlms.security import SecurityKeys
from bijlighar.run import meter_guard, meter_line
from bijlighar.run.meter_commands import meter
from bijlighar.run.meter_secrets import WrongKeyFile, read_secrets
from bijlighar.simulator.faults import Fault, FaultKind
from bijlighar.simulator.meter import Meter
from tests.cast import new_connection
from tests.headend.simulated import a_meter, free_port

SERIAL = "BJL00000001"
BENCH = ("--bench", "--serial", SERIAL)


@dataclass
class Bench:
    """A meter on the wire, and what an engineer types."""

    meter: Meter
    port: int
    keys: str

    def run(self, *arguments: str, code: int = 0, keys: str | None = None) -> Result:
        name, *rest = arguments
        typed = [name, f"127.0.0.1:{self.port}", "--timeout", "5", *rest]
        done = CliRunner().invoke(meter, [*typed, "--key-file", keys or self.keys])
        assert done.exit_code == code, done.output
        return done

    def read(self, *arguments: str) -> dict:
        return json.loads(self.run("read", *arguments, "--json").output)


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[Bench]:
    folder, port = tmp_path_factory.mktemp("meter"), free_port()
    with a_meter(folder, port=port) as simulated:
        held = simulated.keys
        keys = folder / "keys.json"
        keys.write_text(
            json.dumps(
                {
                    "encryption_key": held.encryption_key.hex(),
                    "authentication_key": held.authentication_key.hex(),
                    "secret": held.lls_secret.decode(),
                }
            )
        )
        yield Bench(meter=simulated, port=port, keys=str(keys))


@pytest.fixture(autouse=True)
def no_installation(monkeypatch):
    for name in ("DATABASE_URL", "BIJLIGHAR_ROOT_KEY"):
        monkeypatch.delenv(name, raising=False)


# Reading


def test_without_a_wish_clock_serial_and_register_are_shown(bench):
    shown = bench.run("read").output
    assert SERIAL in shown
    assert "wh import" in shown
    names = [one["name"] for one in bench.read("--client", "16")["values"]]
    assert names == ["clock", "serial number"]


def test_profiles_come_with_names_units_and_indian_times(bench):
    (blocks,) = bench.read("--profile", "block")["tables"]
    assert [one["unit"] for one in blocks["columns"]][1:4] == ["V", "A", "Wh"]
    assert 48 <= len(blocks["rows"]) <= 49
    assert blocks["rows"][0][0].endswith("+05:30")
    (daily,) = bench.read("--profile", "daily")["tables"]
    registers = [row[1] for row in daily["rows"]]
    assert len(registers) == 10
    assert registers == sorted(registers)


def test_a_range_is_in_indian_time_with_both_ends(bench):
    (daily,) = bench.read("--profile", "daily")["tables"]
    first, last = (daily["rows"][place][0][:10] for place in (2, 4))
    (some,) = bench.read("--profile", "daily", "--from", first, "--to", last)["tables"]
    assert [row[0][:10] for row in some["rows"]] == [
        row[0][:10] for row in daily["rows"][2:5]
    ]
    refused = bench.run("read", "--from", last, "--to", first, code=2)
    assert "is after --to" in refused.output


def test_all_seven_groups_of_events_are_read(bench):
    bench.meter.put_fault(Fault(kind=FaultKind.MAGNET))
    bench.meter.heal()
    tables = bench.read("--profile", "events")["tables"]
    assert [table["missing"] for table in tables] == [""] * 7
    (others,) = (table for table in tables if table["name"] == "other events")
    assert [row[1] for row in others["rows"]] == [201, 202]


def test_groups_of_events_that_a_meter_does_not_give_are_named_and_the_rest_goes_on(bench):
    public = ("--client", "16", "--auth", "none")
    tables = bench.read("--profile", "events", *public)["tables"]
    assert len(tables) == 7
    assert all(table["missing"] and not table["rows"] for table in tables)


def test_single_objects_by_name_class_and_attribute(bench):
    register, mode = bench.read(
        "--obis", "1.0.1.8.0.255", "--obis", "0.0.96.3.10.255:70:4", "--auth", "hls"
    )["values"]
    assert (register["unit"], register["value"]) == ("Wh", bench.meter.register_wh)
    assert mode["value"] == 4
    for wrong in ("1.0.1.8.0", "1.0.1.8.0.255:x", "1.0.1.8.0.255:3:0"):
        assert bench.run("read", "--obis", wrong, code=2)


# What goes wrong, by name


@pytest.mark.parametrize(
    ("arguments", "error", "changes"),
    [
        (("--auth", "hls"), meter_line.WrongKey, {"encryption_key": "00" * 16}),
        (("--auth", "hls"), meter_line.WrongKey, {"authentication_key": "00" * 16}),
        ((), meter_line.WrongPassword, {"secret": "other"}),
        (("--client", "32", "--auth", "none"), meter_line.NotAssociated, {}),
        (("--obis", "1.0.99.77.0.255"), meter_line.NotAllowed, {}),
        (("--client", "80", "--auth", "hls"), meter_line.WrongCounter, {}),
        (("--auth", "hls", "--counter", "0"), meter_line.WrongKey, {}),
    ],
)
def test_what_a_meter_refuses_is_named(bench, tmp_path, arguments, error, changes):
    keys = tmp_path / "keys.json"
    held = json.loads(Path(bench.keys).read_text())
    keys.write_text(json.dumps({**held, **changes}))
    done = bench.run("read", *arguments, code=1, keys=str(keys))
    assert isinstance(done.exception, error)


def test_nobody_there_and_somebody_silent_are_told_apart(bench):
    done = CliRunner().invoke(meter, ["read", f"127.0.0.1:{free_port()}"])
    assert isinstance(done.exception, meter_line.NoConnection)
    bench.meter.put_fault(Fault(kind=FaultKind.HANGING))
    try:
        done = bench.run("read", "--timeout", "0.2", code=1)
    finally:
        bench.meter.heal()
    assert isinstance(done.exception, meter_line.NoAnswer)


def test_a_forged_answer_is_a_wrong_key_in_words():
    caller = meter_line.Caller(
        host="meter",
        port=4059,
        client_sap=48,
        authentication=Authentication.HLS_GMAC,
        keys=SecurityKeys(encryption_key=b"e" * 16, authentication_key=b"a" * 16),
    )
    said = meter_line.in_words(caller, FrameForged("the tag does not hold"))
    assert isinstance(said, meter_line.WrongKey)
    other = AssociationRefused("no", result=1, diagnostic=2)
    assert "Try another --client" in str(meter_line.in_words(caller, other))


# Secrets


def test_keys_are_taken_from_a_file_or_the_environment_never_from_the_line(monkeypatch):
    monkeypatch.setenv("BIJLIGHAR_METER_EK", "01" * 16)
    monkeypatch.setenv("BIJLIGHAR_METER_AK", "02" * 16)
    held = read_secrets(None)
    assert held.keys == SecurityKeys(
        encryption_key=b"\1" * 16, authentication_key=b"\2" * 16
    )
    assert "0101" not in repr(held)
    options = {option for one in meter.commands["read"].params for option in one.opts}
    assert not options & {"--ek", "--ak", "--secret", "--password"}
    for name in ("read", "relay", "clock"):
        assert "Examples:" in CliRunner().invoke(meter, [name, "--help"]).output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ('{"key": ""}', "names key"),
        ('{"secret": 1}', "a text"),
        ('{"encryption_key": "zz"}', "not hexadecimal"),
        ('{"encryption_key": "00"}', "1 octets, not 16"),
        (f'{{"encryption_key": "{"00" * 16}"}}', "both keys"),
    ],
)
def test_a_wrong_key_file_says_what_is_wrong(tmp_path, content, said):
    file = tmp_path / "keys.json"
    file.write_text(content)
    with pytest.raises(WrongKeyFile, match=said):
        assert read_secrets(file).keys


# The relay and the clock: on a bench only


def test_the_relay_of_a_meter_on_the_bench_moves_and_is_read_back(bench):
    hls = ("--auth", "hls", *BENCH, "--no-installation")
    for wanted, is_closed in (("off", False), ("on", True)):
        shown = json.loads(bench.run("relay", wanted, *hls).output)
        assert (shown["is_closed"], bench.meter.house.is_closed) == (is_closed, is_closed)
    assert json.loads(bench.run("relay", "status").output)["control_mode"] == 4


def test_without_bench_or_with_another_serial_nothing_moves(bench):
    assert bench.run("relay", "off", "--auth", "hls", code=2)
    assert bench.run("clock", "--set", "--auth", "hls", "--bench", code=2)
    other = ("--bench", "--serial", "BJL00000002", "--no-installation")
    done = bench.run("relay", "off", "--auth", "hls", *other, code=1)
    assert isinstance(done.exception, meter_guard.OtherMeter)
    assert bench.meter.house.is_closed


@pytest.mark.parametrize("known_by", ["address", "serial", "system_title"])
def test_d5_a_meter_in_service_is_refused_whatever_it_is_known_by(
    committed_db, bench, known_by
):
    known = {
        "address": {"meter_host": "127.0.0.1", "meter_port": bench.port},
        "serial": {"meter_serial": SERIAL},
        "system_title": {"system_title": bench.meter.keys.system_title},
    }[known_by]
    connections.connect(new=[new_connection("Asha", **known)])
    for arguments in (("relay", "off"), ("clock", "--set")):
        done = bench.run(*arguments, "--auth", "hls", *BENCH, code=1)
        assert isinstance(done.exception, meter_guard.InService)
    assert bench.meter.house.is_closed


def test_where_an_installation_is_named_it_cannot_be_left_out(bench, monkeypatch):
    monkeypatch.setenv("BIJLIGHAR_ROOT_KEY", "5a" * 32)
    done = bench.run("relay", "off", "--auth", "hls", *BENCH, "--no-installation", code=1)
    assert isinstance(done.exception, meter_guard.NobodyToAsk)


def test_a_meter_that_no_installation_knows_may_be_moved(committed_db, bench):
    connections.connect(new=[new_connection("Asha")])
    assert bench.run("relay", "off", "--auth", "hls", *BENCH)
    assert bench.run("relay", "on", "--auth", "hls", *BENCH)


def test_the_clock_is_shown_and_set(bench):
    bench.meter.put_fault(Fault(kind=FaultKind.WRONG_CLOCK, amount=300))
    assert 299 <= json.loads(bench.run("clock").output)["ahead_s"] <= 301
    bench.run("clock", "--set", "--auth", "hls", *BENCH, "--no-installation")
    assert abs(json.loads(bench.run("clock").output)["ahead_s"]) <= 1
