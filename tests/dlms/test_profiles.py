"""Profiles: columns, rows, scalers, and the known buffer of four rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.cosem import (
    CLOCK_TIME,
    AccessSelection,
    CaptureObject,
    EntrySelection,
    RangeSelection,
    ScalerUnit,
    Unit,
    selection_from_access,
    selection_to_access,
)
from bijlighar.dlms.device import AccessDenied
from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.obis import Obis

from .known import octets, vectors
from .meter import HALF_HOUR, MIDNIGHT, block_row
from .strategies import CLASS_ID, OBIS, VALUES

FOUR_ROWS = octets(vectors("values")["profile_buffer_4rows"])
FOUR_COLUMNS = (
    CLOCK_TIME,
    CaptureObject(1, Obis.parse("0.0.96.10.1.255"), 2),
    CaptureObject(3, is15959.WH_IMPORT, 2),
    CaptureObject(3, is15959.WH_EXPORT, 2),
)
HOUR = 3600
COLUMNS = st.builds(
    CaptureObject, CLASS_ID, OBIS, st.integers(-128, 127), st.integers(0, 0xFFFF)
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))


def test_the_known_buffer_has_four_hours():
    buffer = axdr.decode(FOUR_ROWS)
    assert axdr.encode(buffer) == FOUR_ROWS
    rows = profiles.parse_rows(buffer, FOUR_COLUMNS, capture_period_s=HOUR)
    starts = datetime(2019, 12, 31, 22, tzinfo=UTC)
    assert rows == [(starts + n * timedelta(hours=1), 6, 1517, 1620) for n in range(4)]


@pytest.mark.parametrize(
    ("buffer", "columns", "period"),
    [
        (FOUR_ROWS, FOUR_COLUMNS, None),
        (FOUR_ROWS, FOUR_COLUMNS[:3], HOUR),
        (bytes.fromhex("0101020100"), FOUR_COLUMNS[:1], HOUR),
        (bytes.fromhex("010102011105"), FOUR_COLUMNS[:1], HOUR),
        (bytes.fromhex("01011105"), FOUR_COLUMNS[:1], HOUR),
        (bytes.fromhex("00"), FOUR_COLUMNS[:1], HOUR),
    ],
)
def test_a_buffer_that_does_not_fit_its_columns_is_refused(buffer, columns, period):
    with pytest.raises(DecodeError):
        profiles.parse_rows(axdr.decode(buffer), columns, capture_period_s=period)


def test_a_missing_value_stays_missing():
    row = axdr.structure([axdr.octet_string(cosem_time.encode(MIDNIGHT)), axdr.null()])
    columns = FOUR_COLUMNS[:2]
    assert profiles.parse_rows(axdr.array([row]), columns) == [(MIDNIGHT, None)]


@given(st.lists(COLUMNS, max_size=5).map(tuple))
def test_columns_survive(columns):
    data = profiles.capture_objects_data(columns)
    assert profiles.parse_capture_objects(axdr.decode(axdr.encode(data))) == columns


@given(VALUES)
def test_any_value_is_columns_rows_scalers_or_refused(value):
    for reading in (
        profiles.parse_capture_objects,
        ScalerUnit.from_data,
        lambda data: profiles.parse_rows(data, FOUR_COLUMNS),
        lambda data: profiles.parse_scalers(data, FOUR_COLUMNS),
    ):
        try:
            reading(value)
        except DecodeError as refusal:
            assert refusal.offset == 0


@given(
    st.builds(RangeSelection, INSTANTS, INSTANTS, st.lists(COLUMNS, max_size=3).map(tuple))
    | st.builds(EntrySelection, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
)
def test_selections_survive_to_a_hundredth(selection):
    if isinstance(selection, RangeSelection):
        selection = RangeSelection(
            *(
                at.replace(microsecond=at.microsecond // 10_000 * 10_000)
                for at in (selection.starts, selection.ends)
            ),
            selection.columns,
        )
    assert selection_from_access(selection_to_access(selection)) == selection


@given(st.builds(AccessSelection, st.integers(0, 3), VALUES))
def test_any_selection_is_known_or_refused(access):
    try:
        selection_from_access(access)
    except DecodeError as refusal:
        assert refusal.offset <= len(refusal.data)


ROWS = [block_row(n) for n in range(48)]
BLOCK_COLUMNS = is15959.SINGLE_PHASE_BLOCK_LOAD


def test_all_rows_without_a_selection():
    assert profiles.select_rows(ROWS, None, captures=BLOCK_COLUMNS) == ROWS


@given(st.integers(-5, 60), st.integers(-5, 60))
def test_a_range_is_what_lies_between(first, last):
    selection = RangeSelection(MIDNIGHT + first * HALF_HOUR, MIDNIGHT + last * HALF_HOUR)
    chosen = profiles.select_rows(ROWS, selection, captures=BLOCK_COLUMNS)
    assert chosen == ROWS[max(first - 1, 0) : max(last, 0)]


@pytest.mark.parametrize(
    "selection", [EntrySelection(0, 1), EntrySelection(1, 1, 0, 1), EntrySelection(-1, 0)]
)
def test_entries_count_from_one(selection):
    with pytest.raises(AccessDenied):
        profiles.select_rows(ROWS, selection, captures=BLOCK_COLUMNS)


def test_a_range_needs_a_clock():
    selection = RangeSelection(MIDNIGHT, MIDNIGHT)
    with pytest.raises(AccessDenied):
        profiles.select_rows(ROWS, selection, captures=BLOCK_COLUMNS[1:])


def test_scalers_belong_to_the_registers_of_a_profile():
    columns = is15959.scaler_columns(is15959.SINGLE_PHASE_DAILY_LOAD)
    assert {column.attribute for column in columns} == {3}
    units = (Unit.WATT_HOUR, Unit.VOLT_AMPERE_HOUR) * 2
    row = axdr.structure(ScalerUnit(1, unit).to_data() for unit in units)
    scalers = profiles.parse_scalers(axdr.array([row]), columns)
    assert list(scalers) == list(is15959.SINGLE_PHASE_DAILY_LOAD[1:])
    assert scalers[CaptureObject(3, is15959.WH_IMPORT, 2)].scaled_whole(123) == 1230


def test_a_scaler_profile_has_one_row():
    with pytest.raises(DecodeError):
        profiles.parse_scalers(axdr.array([]), FOUR_COLUMNS)


def test_a_scaled_value_is_exact():
    volts = ScalerUnit(-2, Unit.VOLT)
    assert volts.scaled(23_045) == Decimal("230.45")
    assert volts.scaled_whole(23_000) == 230
    with pytest.raises(EncodeError):
        volts.scaled_whole(23_045)
    assert ScalerUnit.from_data(volts.to_data()) == volts


@pytest.mark.parametrize(
    "data",
    [
        axdr.null(),
        axdr.structure([axdr.integer(0)]),
        axdr.structure([axdr.unsigned(0), axdr.enum(30)]),
        axdr.structure([axdr.integer(0), axdr.unsigned(30)]),
    ],
)
def test_what_is_no_scaler_is_refused(data):
    with pytest.raises(DecodeError):
        ScalerUnit.from_data(data)


def test_indian_associations_have_their_objects():
    facts = is15959.ASSOCIATIONS[is15959.UTILITY_SETTING]
    assert str(facts.association) == "0.0.40.0.3.255"
    assert str(facts.security_setup) == "0.0.43.0.3.255"
    assert facts.counter == is15959.UTILITY_SETTING_COUNTER
    assert (
        is15959.ASSOCIATIONS[is15959.METER_READER].counter == is15959.METER_READER_COUNTER
    )
    assert is15959.ASSOCIATIONS[is15959.PUBLIC_CLIENT].counter is None
