"""Which order holds on which day, and what the loader refuses: file, line and reason."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import bijlighar.tariffs.values
from bijlighar.kernel.errors import BijligharError
from bijlighar.tariffs.orders import (
    OrderError,
    TariffGap,
    catalogue,
    check_together,
    fppas_catalogue,
    fppas_on,
    load_fppas,
    load_order,
    schedule_for,
)
from bijlighar.tariffs.values import Confidence, Head, When

PACKAGED = Path(bijlighar.tariffs.values.__file__).parent / "orders" / "up"

ORDER = """\
discom: Example Vitaran
state: EX
order: {en: "ERC/2025/17", hi: "ERC/2025/17"}
in_force_from: 2025-04-01
in_force_until: 2026-04-01
source: "invented"
schedules:
  - category: "EX-1"
    name: {en: "Domestic", hi: "घरेलू"}
    eligible: "homes"
    energy:
      - above_kwh: 0
        upto_kwh: 50
        rupees_per_kwh: "4.27"
        source: "p. 148"
        confidence: high
      - above_kwh: 50
        upto_kwh: null
        rupees_per_kwh: "5.23"
        source: "p. 149"
        confidence: high
    subsidy:
      - {above_kwh: 0, upto_kwh: null, rupees_per_kwh: "1", source: "p. 2", confidence: low}
    subsidy_funded_by: "the State"
    fixed: {rupees_per_kw_month: "72", spread: days_in_month, source: "3", confidence: low}
    billable_load:
      higher_of: [maximum_demand, share_of_sanctioned]
      least_share_of_sanctioned: "0.75"
      source: "p. 4"
      confidence: medium
    fppas: {series: ex/fppas, of: [energy, fixed], source: "p. 5", confidence: low}
    duty: {share: "0.09", of: [energy, fppas], when: always, source: "6", confidence: low}
    rebate: {share: "0.02", of: [energy], when: prepaid, source: "p. 7", confidence: low}
"""

SERIES = """\
series: ex/fppas
cap_percent: "10"
source: "invented"
values:
  - {from: null, until: 2025-05-01, percent: "0.00", source: "none", confidence: high}
  - {from: 2025-05-01, until: 2025-06-01, percent: "-1.24", source: "n", confidence: high}
  - {from: 2025-06-01, until: null, percent: "0.00", source: "n", confidence: low, note: x}
"""

REFUSED_ORDERS = [
    ('"4.27"', "4.27", 14, "`4.27` is a float"),
    ('"4.27"', "4", 14, "`rupees_per_kwh` must be a number in quotes"),
    ('"4.27"', '"4.27 Rs"', 14, "not a decimal number"),
    ('"4.27"', '"4.27001"', 14, "more than 4 decimals"),
    ('"4.27"', '"427"', 14, "427, outside 0 to 100"),
    ('"72"', '"-72"', 25, "-72, outside 0 to 1000"),
    ('        source: "p. 149"\n', "", 17, "`source` is missing"),
    ('"p. 149"', '" "', 20, "`source` is empty"),
    ("above_kwh: 50", "above_kwh: 60", 17, "a gap: the slab starts at 60 kWh, not at 50"),
    (
        "above_kwh: 50",
        "above_kwh: 40",
        17,
        "an overlap: the slab starts at 40 kWh, not at 50",
    ),
    ("above_kwh: 0\n", "above_kwh: 10\n", 12, "a gap: the slab starts at 10 kWh, not at 0"),
    ("upto_kwh: 50", "upto_kwh: 0", 13, "ends at 0 kWh, not above 0"),
    ("upto_kwh: 50", "upto_kwh: null", 17, "an overlap: the slab before has no end"),
    ("        upto_kwh: null", "        upto_kwh: 80", 12, "nothing is said above 80 kWh"),
    ("upto_kwh: 50", "upto_kwh: 0x32", 13, "must be plain digits"),
    ("upto_kwh: 50", "upto_kwh: many", 13, "must be a whole number"),
    ("of: [energy, fixed]", "of: [energy, duty]", 31, "unknown head `duty`"),
    ("of: [energy, fppas]", "of: [energy, cess]", 32, "unknown head `cess`"),
    ("of: [energy, fppas]", "of: [energy, energy]", 32, "each head once"),
    ("of: [energy, fppas]", "of: []", 32, "each head once"),
    ("of: [energy, fppas]", "of: energy", 32, "must be a list"),
    ("of: [energy, fppas]", "of: [[energy]]", 32, "must be a list of words"),
    ("when: prepaid", "when: sometimes", 33, "none of always, prepaid"),
    ("confidence: medium", "confidence: sure", 30, "none of high, low, medium"),
    ("spread: days_in_month", "spread: thirtieths", 25, "none of days_in_month"),
    (
        "[maximum_demand, share_of_sanctioned]",
        "[maximum_demand]",
        27,
        "`higher_of` must be",
    ),
    ("state: EX", "state: EX\nregion: North", 3, "`region` is not known here"),
    ("state: EX", "state: EX\nstate: EY", 3, "`state` stands twice"),
    ("2025-04-01", '"2025-04-01"', 4, "must be a day"),
    ("2025-04-01", "2025-04-31", 4, "is not a day: `2025-04-31`"),
    ("2026-04-01", "2025-04-01", 5, "not after `in_force_from`"),
    ("name: {en: ", "name: {fr: ", 9, "`fr` is not known here"),
    ('{en: "Domestic", hi: "घरेलू"}', "Domestic", 9, "a table of keys and values"),
    ("discom: Example", "discom: [Example", 2, "not YAML"),
]

REFUSED_SERIES = [
    ('"-1.24"', "-1.24", 6, "`-1.24` is a float"),
    ('"-1.24"', '"-11.24"', 6, "outside -10 to 10"),
    ("from: 2025-05-01", "from: 2025-05-02", 6, "a gap or an overlap"),
    ("from: 2025-05-01", "from: 2025-04-30", 6, "a gap or an overlap"),
    ("until: 2025-06-01", "until: 2025-05-01", 6, "`until` is not after `from`"),
    ('source: "n", confidence: high', "confidence: high", 6, "`source` is missing"),
]


def refusal(load, text: str) -> OrderError:
    with pytest.raises(OrderError) as caught:
        load(text)
    return caught.value


@pytest.mark.parametrize(("printed", "instead", "line", "reason"), REFUSED_ORDERS)
def test_order_is_refused_with_file_line_and_reason(
    printed, instead, line, reason, tmp_path
):
    assert printed in ORDER
    file = tmp_path / "bad.yaml"
    file.write_text(ORDER.replace(printed, instead, 1), "utf-8")
    error = refusal(load_order, file)
    assert isinstance(error, BijligharError)
    assert str(error).startswith(f"bad.yaml, line {line}: ")
    assert reason in str(error)


@pytest.mark.parametrize(("printed", "instead", "line", "reason"), REFUSED_SERIES)
def test_series_is_refused_with_line_and_reason(printed, instead, line, reason):
    assert printed in SERIES
    error = refusal(load_fppas, SERIES.replace(printed, instead, 1))
    assert str(error).startswith(f"(text), line {line}: ")
    assert reason in str(error)


@pytest.mark.parametrize("key", ["schedules", "energy", "subsidy"])
def test_an_empty_list_is_refused(key):
    lines = ORDER.splitlines()
    start = next(n for n, line in enumerate(lines) if line.strip() == f"{key}:")
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > indent:
        end += 1
    lines[start:end] = [f"{lines[start]} []"]
    error = refusal(load_order, "\n".join(lines))
    assert error.line == start + 1


def test_a_series_without_values_is_refused():
    head = SERIES.partition("values:")[0]
    assert refusal(load_fppas, f"{head}values: []\n").reason == "`values` is empty"


def test_an_empty_file_is_refused():
    assert str(refusal(load_order, "")) == "(text), line 1: the file is empty"


def test_a_category_with_two_schedules_is_refused():
    schedule = ORDER.partition("schedules:\n")[2]
    assert "EX-1 has two schedules" in str(refusal(load_order, ORDER + schedule))


def test_two_orders_in_force_on_one_day_are_refused():
    first = load_order(ORDER)
    second = load_order(
        ORDER.replace("2025-04-01", "2026-03-31").replace("2026-04-01", "null")
    )
    with pytest.raises(
        OrderError, match=r"\(text\), line 4: EX-1 has another order in force"
    ):
        check_together([second, first])


def test_orders_that_follow_one_another_are_taken():
    first = load_order(ORDER)
    second = load_order(
        ORDER.replace("2026-04-01", "null").replace("2025-04-01", "2026-04-01")
    )
    check_together([first, second])
    for day, order in ((date(2026, 3, 31), first), (date(2026, 4, 1), second)):
        found = schedule_for("EX-1", day, orders=[first, second])
        assert found is order.schedules["EX-1"]


def test_a_day_without_an_order_is_a_gap():
    for category, day in (("LMV-1.10B", date(2024, 9, 30)), ("LMV-99", date(2026, 4, 1))):
        with pytest.raises(TariffGap, match=f"category {category} on {day}"):
            schedule_for(category, day)


def test_order_is_read_as_printed():
    order = load_order(ORDER)
    assert order.sha256 == hashlib.sha256(ORDER.encode()).hexdigest()
    assert (order.discom, order.state, order.name.en) == (
        "Example Vitaran",
        "EX",
        "ERC/2025/17",
    )
    schedule = order.schedules["EX-1"]
    assert schedule.order_sha256 == order.sha256
    assert [slab.above_wh for slab in schedule.energy] == [0, 50_000]
    assert [slab.upto_wh for slab in schedule.energy] == [50_000, None]
    assert [str(slab.rupees_per_kwh) for slab in schedule.energy] == ["4.27", "5.23"]
    assert schedule.duty.of == (Head.ENERGY, Head.FPPAS)
    assert schedule.rebate.when is When.PREPAID
    assert schedule.billable_load.confidence is Confidence.MEDIUM


def test_packaged_orders_keep_the_hash_of_their_file():
    files = {f"up/{file.name}": file for file in PACKAGED.glob("lmv-1-*.yaml")}
    assert {order.file for order in catalogue()} == set(files)
    for order in catalogue():
        assert order.sha256 == hashlib.sha256(files[order.file].read_bytes()).hexdigest()
        assert load_order(files[order.file]).schedules == order.schedules


@pytest.mark.parametrize(
    ("category", "day", "net"),
    [
        ("LMV-1.10A", date(2024, 10, 1), ["3.00", "5.50"]),
        ("LMV-1.10A", date(2026, 7, 1), ["3.00", "5.50"]),
        ("LMV-1.10A", date(2026, 7, 2), ["2.75", "5.50"]),
        ("LMV-1.10B", date(2026, 7, 1), ["5.50", "6.00", "6.50"]),
        ("LMV-1.10B", date(2026, 7, 2), ["5.50", "6.00", "6.50"]),
    ],
)
def test_net_rates_are_those_in_the_press(category, day, net):
    schedule = schedule_for(category, day)
    pairs = zip(schedule.energy, schedule.subsidy, strict=True)
    assert [gross.rupees_per_kwh - relief.rupees_per_kwh for gross, relief in pairs] == [
        Decimal(rate) for rate in net
    ]


@pytest.mark.parametrize(
    ("day", "basis_points"),
    [
        (date(2025, 3, 31), 0),
        (date(2025, 4, 1), 124),
        (date(2025, 5, 31), -200),
        (date(2026, 2, 28), 1000),
        (date(2026, 3, 1), -242),
        (date(2026, 8, 31), -292),
        (date(2026, 9, 1), 0),
    ],
)
def test_fppas_of_a_day_is_that_of_its_month(day, basis_points):
    schedule = schedule_for("LMV-1.10B", day)
    assert fppas_on(schedule, day).basis_points == basis_points


def test_fppas_that_is_not_yet_notified_says_so():
    value = fppas_catalogue()["up/fppas"].values[-1]
    assert (value.ends, value.basis_points, value.note) == (None, 0, "not yet notified")


def test_every_packaged_schedule_has_its_series():
    for order in catalogue():
        for schedule in order.schedules.values():
            assert fppas_on(schedule, order.in_force_from).source


def test_an_unknown_series_is_a_gap():
    with pytest.raises(TariffGap, match="no FPPAS series is called ex/fppas"):
        fppas_on(load_order(ORDER).schedules["EX-1"], date(2025, 5, 1))
