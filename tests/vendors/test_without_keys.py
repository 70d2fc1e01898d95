"""Meters that only a vendor's head-end reaches: taken in without keys, and never ours."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bijlighar.connections import service as connections
from bijlighar.flow.hear_vendor import hear_vendor
from bijlighar.headend import service as headend
from bijlighar.masters.values import ImportKind, Wrong
from bijlighar.people.models import AuditRecord
from bijlighar.run.cli import main
from bijlighar.vendors import service as vendors
from bijlighar.vendors.values import Offered
from tests.cast import grid_of_cast, keys_of, with_root_key
from tests.masters.files import (
    CONNECTIONS,
    METERS,
    NOW,
    as_csv,
    brought_in,
    checked,
    faults,
    meter,
    operator,
)
from tests.masters.files import connection as row

BEHIND = (*METERS[:1], *METERS[4:], "Vendor code")
"""A file of a vendor's meters: neither title, host nor port."""
WITH_VENDOR = (*METERS, "Vendor code")


def behind(number: int, code: str) -> list[str]:
    every = meter(number)
    return [*every[:1], *every[4:], code]


@pytest.fixture
def by(committed_db):
    vendors.register(
        code="meterco", name="MeterCo", client_number=None, place_id=None, now=NOW
    )
    by = operator(grid_of_cast()["D1"])
    brought_in(by, ImportKind.CONNECTIONS, as_csv(CONNECTIONS, [row(1), row(2)]))
    return by


@pytest.fixture
def meter_id(by) -> int:
    """Gita's meter, which only MeterCo's head-end reaches."""
    held = brought_in(by, ImportKind.METERS, as_csv(BEHIND, [behind(1, "MeterCo")]))
    assert held.rows_taken == 1
    return connections.home_of(consumer_number="5000000001").meter_id


def test_it_comes_in_without_keys_behind_its_vendor_from_its_first_day_on(meter_id):
    assert vendors.behind_vendors(meter_ids=[meter_id]) == {meter_id: "meterco"}
    done = AuditRecord.objects.get(action="vendors.meters.put_behind")
    assert done.at == NOW  # Not dated back to the day of the installation.
    (kept,) = connections.meter_addresses(meter_ids=[meter_id])
    assert (kept.system_title, kept.host, kept.port) == (b"", "", 0)
    told = Offered(
        place="1",
        meter_serial="GEN00001",
        reading_type=vendors.REGISTER,
        stamped="2026-04-07T00:00:00+05:30",
        value="20000",
    )
    known = vendors.vendor_named(code="meterco")
    taken = hear_vendor(offered=[told], vendor_id=known.vendor_id, scope=None, now=NOW)
    assert taken.taken == 1


def test_our_head_end_neither_claims_nor_asks_it_and_says_why(meter_id):
    assert headend.claim_meters(meter_ids=[meter_id], own=1) == frozenset()
    assert headend.plan_reads(now=NOW, limit=5) == ()
    with pytest.raises(headend.NotOurs, match="GEN00001 is behind the head-end of meterco"):
        headend.ask_now(meter_ids=[meter_id], now=NOW)
    for command in ("configure", "rotate"):
        done = CliRunner().invoke(main, ["meter", "keys", command, "--serial", "GEN00001"])
        assert done.exit_code == 1
        assert "GEN00001 is behind the head-end of meterco" in done.output


def test_it_comes_out_with_keys_and_an_address_only(meter_id, tmp_path):
    def come_out(*lines: str):
        file = tmp_path / "out.csv"
        file.write_text("\n".join(lines))
        return CliRunner().invoke(main, ["vendor", "meters", "meterco", str(file), "--out"])

    assert "has no address" in come_out("meter_serial", "GEN00001").output
    whole = (
        "meter_serial,system_title,host,port",
        "GEN00001,474F4E0000000001,10.0.0.1,4059",
    )
    assert "has no keys" in come_out(*whole).output
    assert vendors.behind_vendors(meter_ids=[meter_id])
    with with_root_key():
        headend.commission(keys={meter_id: keys_of(1)}, now=NOW)
    # Keys alone change nothing: it is the vendor's until it comes out.
    assert headend.claim_meters(meter_ids=[meter_id], own=1) == frozenset()
    assert come_out(*whole).exit_code == 0
    assert headend.claim_meters(meter_ids=[meter_id], own=1) == {meter_id}
    (kept,) = connections.meter_addresses(meter_ids=[meter_id])
    assert (kept.host, kept.port) == ("10.0.0.1", 4059)


def test_the_same_row_again_is_unchanged_and_another_vendor_is_told(by, meter_id):
    again = checked(
        by, ImportKind.METERS, as_csv(BEHIND, [behind(1, "meterco"), behind(2, "meterco")])
    )
    assert (again.rows_unchanged, again.rows_due) == (1, 1)
    vendors.register(
        code="otherco", name="OtherCo", client_number=None, place_id=None, now=NOW
    )
    held = checked(by, ImportKind.METERS, as_csv(BEHIND, [behind(1, "otherco")]))
    (fault,) = faults(by, held.import_id)
    assert (fault.wrong, fault.other) == (Wrong.HELD_DIFFERENT, "vendor|meterco")


@pytest.mark.parametrize(
    ("headings", "cells", "wrong", "column"),
    [
        (BEHIND, behind(1, "nobody"), Wrong.UNKNOWN_VENDOR, "Vendor code"),
        (BEHIND, behind(1, ""), Wrong.EMPTY, "Vendor code"),
        (WITH_VENDOR, [*meter(1, Host=""), "meterco"], Wrong.EMPTY, "Host"),
        (WITH_VENDOR, [*meter(1, Host=""), ""], Wrong.EMPTY, "Host"),
    ],
)
def test_an_address_is_whole_or_the_vendor_is_named(by, headings, cells, wrong, column):
    held = checked(by, ImportKind.METERS, as_csv(headings, [cells]))
    (fault,) = faults(by, held.import_id)
    assert (fault.wrong, fault.column) == (wrong, column)
