"""What the loader refuses, with file, line and reason, and that the rest is as printed."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal

import pytest

from bijlighar.kernel.errors import BijligharError
from bijlighar.tariffs.orders import FileError, load_order
from bijlighar.tariffs.series import load_fppas
from bijlighar.tariffs.values import CliffPolicy, Confidence, Head, Measured, On, Per, When

from .order_texts import HEADER, HOMES, ORDER, SERIES, SHOPS

# What is printed, what stands there instead, the line that is refused, and the reason.
VALUES = [
    ('"4.27"', "4.27", "4.27", "`4.27` is a float"),
    ('"4.27"', "4", ": 4\n", "`rupees_per_kwh` must be a number in quotes"),
    ('"4.27"', '"4.27 Rs"', "4.27 Rs", "not a decimal number"),
    ('"4.27"', '"4.27001"', "4.27001", "more than 4 decimals"),
    ('"4.27"', '"427"', '"427"', "427, outside 0 to 100"),
    ('"72"', '"-72"', "-72", "-72, outside 0 to 1000"),
    ('"72"', '"72.0001"', "72.0001", "more than 3 decimals"),
    ('        source: "p. 149"\n', "", "- above_kwh: 50", "`source` is missing"),
    ('"p. 149"', '" "', '" "', "`source` is empty"),
    ("confidence: medium", "confidence: sure", "sure", "none of high, low, medium"),
    ("upto_kwh: 50", "upto_kwh: 0x32", "0x32", "must be plain digits"),
    ("upto_kwh: 50", "upto_kwh: many", "many", "must be a whole number"),
    ("state: EX", "state: EX\nregion: North", "region", "`region` is not known here"),
    ("state: EX", "state: EX\nstate: EY", "EY", "`state` stands twice"),
    ("2025-04-01", '"2025-04-01"', '"2025-04-01"', "must be a day"),
    ("2025-04-01", "2025-04-31", "2025-04-31", "is not a day: `2025-04-31`"),
    ("until: 2026-04-01", "until: 2025-04-01", "until", "not after `in_force_from`"),
    ("name: {en: ", "name: {fr: ", "fr: ", "`fr` is not known here"),
    ('{en: "Domestic", hi: "घरेलू"}', "Domestic", "Domestic", "a table of keys and values"),
    ("discom: Example", "discom: [Example", "state: EX", "not YAML"),
]

SLABS = [
    ("above_kwh: 50", "above_kwh: 60", "60", "a gap: the slab starts at 60 kWh, not at 50"),
    ("above_kwh: 50", "above_kwh: 40", "40", "an overlap: the slab starts at 40 kWh"),
    ("above_kwh: 0\n", "above_kwh: 10\n", ": 10\n", "a gap: the slab starts at 10 kWh"),
    ("        upto_kwh: 50", "        upto_kwh: 0", ": 0\n        r", "ends at 0 kWh"),
    (
        "        upto_kwh: 50",
        "        upto_kwh: null",
        "above_kwh: 50",
        "an overlap: the slab before has no end",
    ),
    (
        "        upto_kwh: null",
        "        upto_kwh: 80",
        "- above_kwh: 0\n",
        "`energy` has a gap: nothing is said above 80 kWh",
    ),
    ("        upto_kwh: null", "        upto_kwh: 1000001", "1000001", "ends at 1000001"),
    ("months_of_30_days", "days", "days,", "none of months_of_30_days"),
    ("months_places: 2", "months_places: 5", "places: 5", "at most 4"),
    ("    energy:\n", "    energies:\n", "energies", "`energies` is not known here"),
    (
        "    energy_by_use:\n",
        "    energy:\n      - {above_kwh: 0, upto_kwh: null, "
        'rupees_per_kwh: "1", source: s, confidence: low}\n    energy_by_use:\n',
        '"EX-2"',
        "one of `energy` and `energy_by_use` is needed",
    ),
]

BY_USE = [
    (
        "      - upto_kwh: null\n        slabs",
        "      - upto_kwh: 50\n        slabs",
        "- upto_kwh: 50\n        slabs:\n          - above_kwh: 0\n"
        '            upto_kwh: null\n            rupees_per_kwh: "8.30"',
        "the threshold falls: 50 after 50",
    ),
    (
        "      - upto_kwh: null\n        slabs",
        "      - upto_kwh: 60\n        slabs",
        '"EX-2"',
        "`energy_by_use` must end with `upto_kwh: null`",
    ),
    (
        "      - upto_kwh: 50\n        slabs",
        "      - upto_kwh: null\n        slabs",
        "- upto_kwh: null\n        slabs:\n          - above_kwh: 0\n"
        '            upto_kwh: null\n            rupees_per_kwh: "8.30"',
        "an overlap: the band before has no end",
    ),
    (
        "{upto_kwh: 150,",
        "{upto_kwh: 40,",
        "rupees_per_kva",
        "the threshold falls: 40 after 50",
    ),
    ("{upto_kwh: 150,", "{upto_kwh: null,", "step", "the band before has no end"),
    (
        "{upto_kwh: null, rupees_per_step",
        "{upto_kwh: 200, rupees_per_step",
        '"EX-2"',
        "end",
    ),
    (
        "    fixed_by_use:",
        '    fixed: {rupees_per_kva_month: "1", source: s, confidence: low}\n'
        "    fixed_by_use:",
        "fixed: {rupees_per_kva",
        "exclude one another",
    ),
    (
        ", step_kwh: 15",
        "",
        "rupees_per_step",
        "`step_kwh` and `rupees_per_step` go together",
    ),
    ("step_kwh: 15", "step_kwh: 0", "step_kwh: 0", "`step_kwh` is 0, not a step of units"),
    (
        'rupees_per_connection_month: "81"',
        'rupees_per_connection_month: "81", step_kwh: 15',
        '"81"',
        "go together",
    ),
    (
        'rupees_per_connection_month: "81"',
        'rupees_per_connection_month: "81", rupees_per_kw_month: "5"',
        '"81"',
        "one of rupees_per_kw_month, rupees_per_kva_month",
    ),
    ('rupees_per_connection_month: "81", ', "", "source: c", "one of rupees_per_kw_month"),
    ("    measured_in: kvah\n", "", "rupees_per_kva_month", "needs `measured_in: kvah`"),
    ("measured_in: kvah", "measured_in: kvarh", "kvarh", "none of kvah, kwh"),
]

TIME_OF_DAY = [
    ('from: "17:00"', 'from: "16:30"', "16:30", "the window overlaps another"),
    ('until: "24:00"', 'until: "17:00"', "peak", "`until` is not after `from`"),
    ('until: "24:00"', 'until: "06:00"', "06:00", "split a window at midnight"),
    ('from: "09:00"', 'from: "09:15"', "09:15", "`from` is not on a half-hour"),
    ('from: "09:00"', 'from: "9 am"', "9 am", "no clock time"),
    ('until: "24:00"', 'until: "24:30"', "24:30", "no clock time"),
    ('share: "-0.20"', 'share: "-1.20"', "-1.20", "outside -1 to 1"),
    ('share: "-0.20"', 'share: "-0.20005"', "0005", "more than 4 decimals"),
]

LOADS = [
    ('upto_kw: "10"', 'upto_kw: "0.5"', '"0.5", upto_kw', "not above `above_kw`"),
    ("upto_kwh: 900", "upto_kwh: 0", "upto_kwh: 0}", "`upto_kwh` is 0, outside 1 to"),
    ("excused_days: 183", "excused_days: 367", "excused_days: 367", "outside 0 to 366"),
    (
        "[maximum_demand, share_of_sanctioned]",
        "[maximum_demand]",
        "higher_of",
        "`higher_of` must be",
    ),
    ('round_up_to_kw: "0.5"', 'round_up_to_kw: "0"', 'kw: "0"\n', "outside 0.001 to 10"),
    ('times_fixed_rate: "2"', 'times_fixed_rate: "11"', '"11"', "outside 0 to 10"),
    ("excused_days: 183", "excused_days: -1", "excused_days", "must be plain digits"),
    (
        'fixed: {rupees_per_kw_month: "72"',
        'fixed: {rupees_per_connection_month: "72"',
        "excess_demand",
        "`excess_demand` needs a fixed charge by load",
    ),
]

RELIEFS = [
    ('    subsidy_funded_by: "the State"\n', "", '"EX-1"', "go together"),
    ("kwh: 125", "kwh: 0", "free_units", "`kwh` is 0, outside 1 to 1000000"),
    (
        'kwh: 125, funded_by: "the State"',
        "kwh: 125",
        "free_units",
        "`funded_by` is missing",
    ),
    ("first_kwh: 100", "first_kwh: 151", "151", "`first_kwh` is above `upto_kwh`"),
    *(
        (
            "first_kwh: 100",
            f"first_kwh: 100\n      per_days: {days}",
            f"per_days: {days}",
            reason,
        )
        for days, reason in [
            (27, "`per_days` is 27, outside 28 to 92"),
            (93, "`per_days` is 93, outside 28 to 92"),
            ("null", "`per_days` must be a whole number"),
        ]
    ),
    (
        "of: [energy, fixed]",
        "of: [energy, rebate]",
        "[energy, rebate]",
        "unknown head `rebate`",
    ),
    (
        "    payable_cap:\n",
        "    free_units: {kwh: 1, funded_by: s, source: s, confidence: low}\n"
        "    payable_cap:\n",
        "upto_kwh: 150\n      first",
        "free units or a payable cap, not both",
    ),
    (
        "of: [energy, subsidy]",
        "of: [energy, minimum]",
        "of: [energy, minimum]",
        "unknown head `minimum`",
    ),
    (
        "of: [energy, fppas]",
        "of: [energy, cess]",
        "of: [energy, cess]",
        "unknown head `cess`",
    ),
    ("of: [energy, fppas]", "of: [energy, energy]", "energy, energy", "each head once"),
    ("of: [energy, fppas]", "of: []", "of: []", "each head once"),
    ("of: [energy, fppas]", "of: energy", "of: energy", "must be a list"),
    ("of: [energy, fppas]", "of: [[energy]]", "[[energy]]", "must be a list of words"),
    ('share: "0.09"', 'share: "1.09"', "1.09", "outside 0 to 1"),
    (
        '      share: "0.09"\n',
        "",
        "of: [energy, fppas]",
        "one of `share` and `slabs` is needed",
    ),
    (
        "upto_kwh: 100, share",
        "upto_kwh: 90, share",
        "above_kwh: 100",
        "a gap: the slab starts",
    ),
    (
        "upto_kwh: null, share",
        "upto_kwh: 200, share",
        "source: i",
        "nothing is said above 200",
    ),
    (
        "of: [energy]\n      slabs",
        "of: [fixed]\n      slabs",
        "of: [fixed]",
        "by slabs must be",
    ),
    (
        "of: [energy]\n      slabs",
        "of: [energy, fppas]\n      on: chargeable_units\n      slabs",
        "of: [energy, fppas]\n      on: chargeable_units\n      slabs",
        "where FPPAS is of the energy alone and on the same units",
    ),
    ("when: prepaid", "when: sometimes", "sometimes", "none of always, prepaid"),
    (
        "on: chargeable_units",
        "on: some_units",
        "some_units",
        "none of all_units, chargeable",
    ),
    (
        'share: "0.02"\n        of: [energy]\n',
        'share: "0.02"\n',
        'share: "0.02"',
        "`share` and `of` go together",
    ),
    (
        '- rupees_per_kwh: "0.25"',
        '- share: "0.1"\n        rupees_per_kwh: "0.25"',
        '- share: "0.1"',
        "one of `share` and `rupees_per_kwh`",
    ),
    (
        'minimum: {rupees_per_kw_month: "40"',
        'minimum: {rupees_per_step: "40"',
        '"40"',
        "a minimum is by load or by connection",
    ),
    ("of: [energy, duty]", "of: [minimum]", "[minimum]", "unknown head `minimum`"),
    ('line_rupees: "0.05"', 'line_rupees: "0.03"', '"0.03"', "does not go into a rupee"),
    (
        'line_rupees: "0.05"',
        'line_rupees: "2"',
        "line_rupees",
        "no multiple of `line_rupees`",
    ),
    (
        'share_per_month: "0.0125"',
        'share_per_month: "0.125"',
        "share_per_month",
        "outside 0 to 0.05",
    ),
    (
        "later_after_months: 3",
        "later_after_months: 25",
        "later_after_months: 25",
        "outside 1 to 24",
    ),
    ("  months: 3", "  months: 0", "months: 0", "`months` is 0, outside 1 to 24"),
    ("  months: 3", "  months: 36", "months: 36", "`months` is 36, outside 1 to 24"),
    ('"0.0625"', '"0.625"', '"0.625"', "`share_per_year` is 0.625, outside 0 to 0.25"),
    ('above_rupees: "2000"', "above_rupees: 2000", "2000", "must be a number in quotes"),
    ("policy: accrue", "policy: hide", "hide", "none of accrue, post"),
    ('warn_at_share: "0.80"', 'warn_at_share: "80"', '"80"', "outside 0 to 1"),
]

REFUSED_SERIES = [
    ('"-1.24"', "-1.24", 7, "`-1.24` is a float"),
    ('"-1.24"', '"-101.24"', 7, "outside -100 to 10"),
    ('"-1.24"', '"10.01"', 7, "outside -100 to 10"),
    ("from: 2025-05-01", "from: 2025-05-02", 7, "a gap or an overlap"),
    ("from: 2025-05-01", "from: 2025-04-30", 7, "a gap or an overlap"),
    ("until: 2025-06-01", "until: 2025-05-01", 7, "`until` is not after `from`"),
    ('source: "n", confidence: high', "confidence: high", 7, "`source` is missing"),
    ('forward: "no"', 'forward: "maybe"', 3, "none of no, yes"),
    ('percent: "10"', 'percent: "101"', 2, "outside 0 to 100"),
]


def refusal(load, text: str) -> FileError:
    with pytest.raises(FileError) as caught:
        load(text)
    return caught.value


def line_of(text: str, words: str) -> int:
    """The number of the line on which these words start."""
    assert words in text, words
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("printed", "instead", "at", "reason"),
    [*VALUES, *SLABS, *BY_USE, *TIME_OF_DAY, *LOADS, *RELIEFS],
)
def test_order_is_refused_with_file_line_and_reason(printed, instead, at, reason, tmp_path):
    assert printed in ORDER
    text = ORDER.replace(printed, instead, 1)
    file = tmp_path / "bad.yaml"
    file.write_text(text, "utf-8")
    error = refusal(load_order, file)
    assert isinstance(error, BijligharError)
    assert reason in str(error)
    assert str(error).startswith(f"bad.yaml, line {line_of(text, at)}: ")


@pytest.mark.parametrize(("printed", "instead", "line", "reason"), REFUSED_SERIES)
def test_series_is_refused_with_line_and_reason(printed, instead, line, reason):
    assert printed in SERIES
    error = refusal(load_fppas, SERIES.replace(printed, instead, 1))
    assert str(error).startswith(f"(text), line {line}: ")
    assert reason in str(error)


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        (HOMES, "billable_load", "a charge is by load, but `billable_load` is missing"),
        (HOMES, "cliff", "the whole month dearer at once, but `cliff` is missing"),
        (SHOPS, "cliff", "the whole month dearer at once, but `cliff` is missing"),
        (HOMES, "energy", "one of `energy` and `energy_by_use` is needed"),
    ],
)
def test_what_belongs_together_is_missed(text, key, reason):
    error = refusal(load_order, HEADER + without(text, key))
    assert (error.line, error.reason.endswith(reason)) == (8, True)


@pytest.mark.parametrize("key", ["schedules", "energy", "subsidy", "time_of_day"])
def test_an_empty_list_is_refused(key):
    text = f"{HEADER[:-1]} []\n" if key == "schedules" else HEADER + without(HOMES, key)
    if key != "schedules":
        text += f"    {key}: []\n"
    error = refusal(load_order, text)
    assert error.line == line_of(text, f"{key}: []")


def test_a_series_without_values_is_refused():
    head = SERIES.partition("values:")[0]
    assert refusal(load_fppas, f"{head}values: []\n").reason == "`values` is empty"


def test_an_empty_file_is_refused():
    assert str(refusal(load_order, "")) == "(text), line 1: the file is empty"


def test_a_broken_order_never_loads_half():
    """However far the file is read, a fault in its last schedule refuses all of it."""
    broken = ORDER.replace('"8.30"', '"8,30"')
    assert load_order(HEADER + HOMES).schedules
    error = refusal(load_order, broken)
    assert error.line == line_of(broken, "8,30")


@pytest.mark.parametrize("key", ["source", "confidence"])
def test_no_value_goes_without_source_or_confidence(key):
    said = re.compile(rf'( +{key}: .*\n|, {key}: (?:"[^"]*"|\w+))')
    found = list(said.finditer(HOMES + SHOPS))
    assert len(found) == 30
    for match in found:
        text = (HOMES + SHOPS)[: match.start()] + (HOMES + SHOPS)[match.end() :]
        assert refusal(load_order, HEADER + text).reason == f"`{key}` is missing"


def test_two_schedules_for_one_load_are_refused():
    small = HOMES.replace('above_kw: "0.5", ', "")
    for text in (HOMES + HOMES, HOMES + small, small + HOMES):
        error = refusal(load_order, HEADER + text)
        assert error.reason == "EX-1 has two schedules for the same load"
        assert error.line == line_of(HEADER, "schedules:") + 1


def test_homes_are_read_as_printed():
    order = load_order(ORDER)
    assert order.sha256 == hashlib.sha256(ORDER.encode()).hexdigest()
    assert (order.discom, order.state, order.name.en) == (
        "Example Vitaran",
        "EX",
        "ERC/2025/17",
    )
    schedule = order.schedules[0]
    assert schedule.order_sha256 == order.sha256
    assert (schedule.eligible.above_w, schedule.eligible.upto_w) == (500, 10_000)
    assert [slab.above_wh for slab in schedule.energy[0].slabs] == [0, 50_000]
    assert [slab.upto_wh for slab in schedule.energy[0].slabs] == [50_000, None]
    rates = [str(slab.rupees_per_kwh) for slab in schedule.energy[0].slabs]
    assert rates == ["4.27", "5.23"]
    assert schedule.slab_limits.months_places == 2
    assert [window.clock for window in schedule.windows] == ["09:00-17:00", "17:00-24:00"]
    assert [window.first_block for window in schedule.windows] == [18, 34]
    assert schedule.fixed[0].per is Per.KW
    assert schedule.billable_load.round_up_to_w == 500
    assert schedule.billable_load.confidence is Confidence.MEDIUM
    assert schedule.excess_demand.excused_days == 183
    assert schedule.free_units.free_wh == 125_000
    assert schedule.duty.of == (Head.ENERGY, Head.FPPAS)
    by_share, by_unit = schedule.rebates
    assert (by_share.when, by_share.on) == (When.PREPAID, On.CHARGEABLE_UNITS)
    assert (by_unit.rupees_per_kwh, by_unit.on) == (Decimal("0.25"), On.CHARGEABLE_UNITS)
    assert (schedule.rounding.line_paise, schedule.rounding.bill_paise) == (5, 100)
    assert schedule.late_payment.later_after_months == 3
    assert schedule.cliff.policy is CliffPolicy.ACCRUE


def test_shops_are_read_as_printed():
    schedule = load_order(ORDER).schedules[1]
    assert schedule.measured_in is Measured.KVAH
    assert [ladder.upto_wh for ladder in schedule.energy] == [50_000, None]
    assert [band.per for band in schedule.fixed] == [Per.CONNECTION, Per.KW, Per.STEP]
    assert [band.step_wh for band in schedule.fixed] == [0, 0, 15_000]
    assert schedule.payable_cap.of == (Head.ENERGY, Head.FIXED)
    assert (schedule.minimum.per, schedule.minimum.of) == (
        Per.KW,
        (Head.ENERGY, Head.DUTY),
    )
    assert [str(slab.share) for slab in schedule.duty.slabs] == ["0.09", "0.12"]


def test_fppas_above_the_cap_is_carried_to_the_next():
    """12.3 and then 9.0 with a cap of 10: 10 and 10 are charged, and 1.3 is left."""
    values = load_fppas(series_of("yes", "12.30", "9.00", "-4.00")).values
    assert [value.basis_points for value in values] == [1000, 1000, -270]
    assert [value.carried_basis_points for value in values] == [230, 130, 0]


def test_fppas_above_the_cap_is_refused_where_nothing_is_carried():
    error = refusal(load_fppas, series_of("no", "9.00", "12.30"))
    assert (error.line, error.reason) == (7, "`percent` is 12.30, outside -100 to 10")


def without(text: str, key: str) -> str:
    """A schedule without one of its keys and all that stands below it."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"    {key}:"))
    end = start + 1
    while end < len(lines) and lines[end].startswith("      "):
        end += 1
    return "\n".join(lines[:start] + lines[end:]) + "\n"


def series_of(carries: str, *percents: str) -> str:
    """A series of months from January 2025 on."""
    days = [None, *(date(2025, 1 + n, 1) for n in range(1, len(percents))), None]
    rows = [
        f"  - {{from: {starts or 'null'}, until: {ends or 'null'}, "
        f'percent: "{percent}", source: n, confidence: low}}\n'
        for percent, starts, ends in zip(percents, days[:-1], days[1:], strict=True)
    ]
    head = SERIES.partition("values:")[0].replace('"no"', f'"{carries}"')
    return head + "values:\n" + "".join(rows)
