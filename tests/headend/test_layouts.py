"""What is kept of a meter is used, noticed when it changes, and nothing asked in vain."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from bijlighar.connections.values import Home
from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.cosem import (
    CLOCK_TIME,
    AccessResult,
    CaptureObject,
    ClassId,
    ScalerUnit,
)
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.server import AccessDenied
from bijlighar.headend import _commission_talk
from bijlighar.headend import service as headend
from bijlighar.headend.makes import MakesError, makes_in, read_makes
from bijlighar.headend.rows import HALF_HOURS, MeterRefused
from bijlighar.headend.session import ReadResult, read_meter
from bijlighar.headend.values import (
    Attempt,
    Configuration,
    Ended,
    Outcome,
    ProfileSaid,
    ReadKind,
    ReadPlan,
    Talk,
)
from tests.cast import connect
from tests.dlms.meter import Counters
from tests.headend.small_meters import NOW, Answers, SmallMeter, access, honest, listening

VOLTAGE = CaptureObject(ClassId.REGISTER, is15959.VOLTAGE, 2)
REGISTER = CaptureObject(ClassId.REGISTER, is15959.WH_IMPORT, 2)
BILLED = CaptureObject(ClassId.DATA, is15959.BILLING_DATE, 2)
WH, TEN_WH = ScalerUnit(0, 30), ScalerUnit(1, 30)
MARCH_ENDS = NOW - timedelta(days=2)
EVERYTHING = ReadPlan(
    meter_id=7,
    daily_from=date(2026, 3, 31),
    blocks_from_day=date(2026, 4, 1),
    blocks_from_block=0,
    kinds=frozenset(ReadKind),
)


def clock(at) -> axdr.Data:
    return axdr.octet_string(cosem_time.encode(at))


@dataclass
class Layered(SmallMeter):
    """A small meter that says its columns, scalers, what flows now and what was billed."""

    columns: dict = field(
        default_factory=lambda: {
            is15959.INSTANTANEOUS: (CLOCK_TIME, VOLTAGE, REGISTER),
            is15959.BILLING: (BILLED, REGISTER),
            is15959.DAILY_LOAD: is15959.SINGLE_PHASE_DAILY_LOAD,
            is15959.BLOCK_LOAD: is15959.SINGLE_PHASE_BLOCK_LOAD,
        }
    )
    scaler: ScalerUnit = WH
    busy_with: Obis | None = None

    def read(self, *, client_sap, attribute, selection):
        name, index = attribute.obis, attribute.index
        if name == self.busy_with:
            raise AccessDenied(AccessResult.TEMPORARY_FAILURE)
        if attribute == _commission_talk.MANUFACTURER:
            return axdr.octet_string(b"ACME\0METERS\0")
        if name == is15959.INSTANTANEOUS and index == 2:
            return self.single_row(name, {CLOCK_TIME: clock(NOW)})
        if name == is15959.BILLING and index == 2:
            return self.single_row(name, {BILLED: clock(MARCH_ENDS)})
        if name in self.columns and index == 3:
            return profiles.capture_objects_data(self.columns[name])
        for one, scalers in _commission_talk.SCALERS.items():
            if name == scalers and one in self.columns:
                return self.scalers_of(one, index)
        return super().read(client_sap=client_sap, attribute=attribute, selection=selection)

    def single_row(self, name, known):
        others = {VOLTAGE: axdr.long_unsigned(230), REGISTER: axdr.long_unsigned(7)}
        cells = known | others
        return axdr.array([axdr.structure(cells[one] for one in self.columns[name])])

    def scalers_of(self, name, index):
        columns = is15959.scaler_columns(self.columns[name])
        if index == 3:
            return profiles.capture_objects_data(columns)
        volts = ScalerUnit(0, 35).to_data()
        cells = (
            volts if one.obis == VOLTAGE.obis else self.scaler.to_data() for one in columns
        )
        return axdr.array([axdr.structure(cells)])


def talk(meter: SmallMeter, ask, answers: Answers | None = None):
    async def run():
        handler = honest(meter, answers or Answers(), Counters())
        async with listening(handler) as port:
            return await ask(access(port))

    return asyncio.run(run())


def configuration_of(meter: SmallMeter) -> Configuration:
    """What commissioning hears from it."""
    found, _ = talk(
        meter, lambda known: headend.read_configuration(access=known, timeout_s=2.0)
    )
    return found


def read(meter: SmallMeter, **changes) -> tuple[ReadResult, int]:
    """All that a meter has, and how many answers it took."""
    answers = Answers()
    result = talk(
        meter,
        lambda known: read_meter(
            access=known,
            plan=replace(EVERYTHING, **changes),
            ask_time=lambda: NOW,
            timeout_s=2.0,
        ),
        answers,
    )
    return result, answers.given


def registers(result: ReadResult) -> list[int]:
    return [one.register_wh for one in result.heard.daily]


class TestWhatIsKept:
    def test_it_says_who_made_it_its_columns_and_its_scalers(self):
        found = configuration_of(Layered())
        assert found.manufacturer == "ACME METERS"
        assert len(found.columns[str(is15959.BLOCK_LOAD)]) == 8
        assert found.scalers[str(is15959.WH_IMPORT)] == (0, 30)
        assert configuration_of(SmallMeter()).manufacturer == ""

    @pytest.mark.parametrize("name", [is15959.DAILY_LOAD_SCALERS, is15959.DAILY_LOAD])
    def test_what_it_refuses_only_just_now_is_not_kept_as_missing(self, name):
        with pytest.raises(MeterRefused, match="temporary_failure"):
            configuration_of(Layered(busy_with=name))

    def test_it_saves_the_questions_for_columns_and_scalers_and_for_what_is_not_there(self):
        meter = Layered()
        without, asked = read(meter)
        kept, asked_less = read(meter, known=configuration_of(meter))
        refused, least = read(
            meter, known=configuration_of(meter), left_out=without.refused
        )
        assert kept.heard == without.heard == refused.heard
        assert kept.heard.instant.voltage_mv == 230_000
        assert [one.register_wh for one in kept.heard.billing] == [7]
        # Columns, scalers' columns and scalers of two profiles; seven logs of events.
        assert (asked, asked_less, least) == (21, 15, 8)
        assert (len(without.refused), refused.refused) == (7, frozenset())

    def test_registers_count_by_the_meters_own_scaler_everywhere(self):
        meter = Layered(scaler=TEN_WH)
        assert registers(read(meter)[0]) == [1_000, 1_500, 2_100]
        result, _ = read(meter, known=configuration_of(meter))
        assert registers(result) == [10_000, 15_000, 21_000]
        assert result.heard.blocks[0].energies_wh[:2] == (400, 410)
        assert result.heard.billing[0].register_wh == 70

    def test_what_is_less_than_a_watt_hour_is_left_out(self):
        meter = Layered(scaler=ScalerUnit(-3, 30))
        result, _ = read(meter, known=configuration_of(meter))
        assert registers(result) == [1, 1, 2]

    @pytest.mark.parametrize("scaler", [ScalerUnit(0, 31), ScalerUnit(7, 30)])
    def test_energy_in_other_units_is_refused(self, scaler):
        meter = Layered(scaler=scaler)
        with pytest.raises(MeterRefused, match="Energy in unit"):
            read(meter, known=configuration_of(meter))

    def test_a_meter_that_captures_no_energy_is_refused(self):
        meter = Layered()
        known = configuration_of(meter)
        columns = {**known.columns, str(HALF_HOURS.buffer): ((8, "0.0.1.0.0.255", 2, 0),)}
        meter.columns[HALF_HOURS.buffer] = (CLOCK_TIME,)
        result, _ = read(meter, known=replace(known, columns=columns))
        assert "captures no clock or no" in result.error


class TestWhatHasChanged:
    def test_another_number_of_columns_is_asked_anew_and_read(self):
        meter = Layered()
        known = configuration_of(meter)
        before, _ = read(meter, known=known)
        first, *others = meter.columns[HALF_HOURS.buffer]
        meter.columns[HALF_HOURS.buffer] = (first, VOLTAGE, *others)
        meter.rows = [
            axdr.structure((cells[0], axdr.long_unsigned(230), *cells[1:]))
            for cells in map(axdr.elements, meter.rows)
        ]
        after, _ = read(meter, known=known)
        assert after.heard == before.heard
        assert before.changed == {}
        assert [len(one.columns) for one in after.changed.values()] == [9]

    def test_rows_that_fit_no_columns_of_the_meters_are_refused(self):
        meter = Layered()
        known = configuration_of(meter)
        meter.rows[3] = axdr.structure(axdr.elements(meter.rows[3])[:-1])
        result, _ = read(meter, known=known)
        assert "8 elements" in result.error
        assert result.changed == {}


def ended(home: Home, **changes) -> Ended:
    attempt = Attempt(
        meter_id=home.meter_id, talk=Talk.READ, outcome=Outcome.DONE, took_ms=1, at=NOW
    )
    return Ended(attempt=attempt, kinds=frozenset({ReadKind.BLOCKS}), **changes)


def note(one: Ended, *, now=NOW) -> None:
    headend.ended(ends=[one], released=[one.attempt.meter_id], own=1, now=now)


def plan_of(home: Home, *, now) -> ReadPlan:
    headend.read_soon(now=now, meter_ids=[home.meter_id])
    (plan,) = headend.plan_reads(now=now, limit=5)
    return plan


@pytest.mark.django_db
class TestWhatIsRemembered:
    def test_what_a_meter_does_not_have_is_left_out_for_a_month(self):
        (asha,) = connect("Asha")
        note(ended(asha, refused=frozenset({"0.0.99.98.0.255"})))
        later = NOW + timedelta(days=20)
        note(ended(asha, refused=frozenset({"1.0.98.1.0.255"})), now=later)
        both = {"0.0.99.98.0.255", "1.0.98.1.0.255"}
        assert plan_of(asha, now=later).left_out == both
        month = NOW + timedelta(days=30)
        assert plan_of(asha, now=month).left_out == frozenset()
        note(ended(asha, refused=frozenset({"1.0.98.1.0.255"})), now=month)
        assert plan_of(asha, now=month).left_out == {"1.0.98.1.0.255"}

    def test_commissioning_it_again_lets_everything_be_asked_again(self):
        (asha,) = connect("Asha")
        note(ended(asha, refused=frozenset({"0.0.99.98.0.255"})))
        found = replace(configuration_of(Layered()), meter_id=asha.meter_id)
        headend.keep_configuration(found=found, now=NOW)
        plan = plan_of(asha, now=NOW)
        assert (plan.left_out, plan.known) == (frozenset(), found)

    def test_changed_columns_are_kept(self):
        (asha,) = connect("Asha")
        found = replace(configuration_of(Layered()), meter_id=asha.meter_id)
        name = str(is15959.BILLING)
        said = configuration_of(Layered(scaler=TEN_WH))
        now = ProfileSaid(columns=said.columns[name], scalers=said.scalers)
        note(ended(asha, changed={name: now}))
        assert plan_of(asha, now=NOW).known is None
        headend.keep_configuration(found=found, now=NOW)
        note(ended(asha, changed={name: now}))
        kept = plan_of(asha, now=NOW).known
        assert kept == replace(found, scalers=said.scalers)


class TestMakes:
    def test_the_packaged_file_names_nobody(self):
        assert makes_in("") == {}

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("makes: {ACME: unheard_of}", "ACME: 'unheard_of' is none of shifted"),
            ("makes: {7: shifted_status_word}", "7: 'shifted_status_word' is none of"),
            ("makes: [ACME]", "makes is missing"),
            ("ACME", "makes is missing"),
            ("makes: {", "here: "),
        ],
    )
    def test_a_file_that_says_something_else_is_refused_with_the_name(self, text, why):
        with pytest.raises(MakesError, match=why):
            read_makes(text, where="here")

    def test_a_file_that_is_not_there_is_named(self):
        with pytest.raises(MakesError, match=r"nowhere\.yaml cannot be read"):
            makes_in("/nowhere.yaml")
