"""Which order holds on which day, and what the shipped orders say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

import bijlighar.tariffs.values
from bijlighar.tariffs.orders import (
    FileError,
    TariffGap,
    catalogue,
    check_series,
    fppas_catalogue,
    fppas_on,
    load_order,
    rated_with,
    schedule_for,
    schedules_for,
)
from bijlighar.tariffs.rating import rate
from bijlighar.tariffs.series import load_fppas
from bijlighar.tariffs.succession import check_together
from bijlighar.tariffs.values import Confidence, Head, Order

from .order_texts import HEADER, HOMES, ORDER, SERIES
from .rows import slices_of

PACKAGED = Path(bijlighar.tariffs.values.__file__).parent / "orders"
ELSEWHERE = Path(__file__).parent / "orders_elsewhere"


def test_schedules_of_one_category_part_the_loads():
    large = HOMES.replace('above_kw: "0.5", upto_kw: "10"', 'above_kw: "10"')
    orders = [load_order(HEADER + HOMES + large)]
    day = date(2025, 5, 1)
    first, second = schedules_for("EX-1", day, orders=orders)
    for load_w, schedule in ((501, first), (10_000, first), (10_001, second)):
        assert schedule_for("EX-1", day, load_w=load_w, orders=orders) is schedule
    assert schedule_for("EX-1", day, orders=orders) is first
    with pytest.raises(TariffGap, match="EX-1 is not for a load of 500 W"):
        schedule_for("EX-1", day, load_w=500, orders=orders)


def test_two_orders_in_force_on_one_day_are_refused():
    first = load_order(ORDER)
    second = load_order(
        ORDER.replace("2025-04-01", "2026-03-31").replace("2026-04-01", "null")
    )
    with pytest.raises(
        FileError, match=r"\(text\), line 4: EX-1 has another order in force"
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
        assert found is order.schedules[0]


def test_an_unknown_series_refuses_the_order():
    order = load_order(ORDER)
    check_series([order], {"ex/fppas": load_fppas(SERIES)})
    with pytest.raises(FileError, match=r"\(text\), line 4: the FPPAS series `ex/fppas`"):
        check_series([order], fppas_catalogue())


def test_a_day_without_an_order_is_a_gap():
    for category, day in (("LMV-1.10B", date(2024, 9, 30)), ("LMV-99", date(2026, 4, 1))):
        with pytest.raises(TariffGap, match=f"category {category} on {day}"):
            schedule_for(category, day)


def test_packaged_orders_keep_the_hash_of_their_file():
    files = {
        f"{file.parent.name}/{file.name}": file
        for file in PACKAGED.glob("*/*.yaml")
        if not file.name.startswith("fppas")
    }
    assert {order.file for order in catalogue()} == set(files)
    for order in catalogue():
        assert order.sha256 == hashlib.sha256(files[order.file].read_bytes()).hexdigest()
        assert load_order(files[order.file]).schedules == order.schedules
        for schedule in order.schedules:
            load_w = schedule.eligible.above_w + 1
            found = rated_with(
                order_sha256=order.sha256, category=schedule.category, load_w=load_w
            )
            assert found == schedule


def test_what_is_shipped():
    categories = {s.category for order in catalogue() for s in order.schedules}
    assert sorted(categories) == [
        "DS-I",
        "DS-II",
        "KJ",
        "LMV-1.10A",
        "LMV-1.10B",
        "LMV-1.17",
        "LMV-1.17B",
        "LMV-2.20",
        "LMV-2.27",
        "LV-1.1",
        "LV-1.2.R",
        "LV-1.2.U",
        "LV-2.1.R",
        "LV-2.1.U",
        "LV-2.2.R",
        "LV-2.2.U",
        "NDS-I",
        "NDS-II",
    ]


@pytest.mark.parametrize("today", [date(2026, 5, 15), date(2026, 11, 26)])
def test_every_category_has_an_order_for_every_load_today(today):
    for order in catalogue():
        for schedule in order.schedules:
            found = schedules_for(schedule.category, today)
            ends = [one.eligible.upto_w for one in found]
            starts = [one.eligible.above_w for one in found]
            assert starts == [0, *ends[:-1]], schedule.category


def test_orders_of_a_category_follow_one_another_without_a_gap():
    for category in {s.category for order in catalogue() for s in order.schedules}:
        held = [order for order in catalogue() if holds(order, category)]
        for before, after in pairwise(held):
            assert before.in_force_until == after.in_force_from, category
        assert held[-1].in_force_until is None


def test_a_new_state_is_a_new_file():
    """Maharashtra and Kerala, with rules that no shipped state has, load and rate."""
    shipped = {order.state for order in catalogue()}
    files = [
        ELSEWHERE / "maharashtra-2026-04-01.yaml",
        ELSEWHERE / "kerala-2025-04-01.yaml",
    ]
    orders = [load_order(file) for file in files]
    check_together([*catalogue(), *orders])
    for order in orders:
        assert order.state not in shipped
        for schedule in order.schedules:
            row = {"energy_wh": 310_000, "sanctioned_load_w": 3000}
            assert rate(schedule, slices_of(schedule, row)).total_paise[0] > 0


@pytest.mark.parametrize("order", catalogue(), ids=lambda order: order.file)
def test_every_schedule_rates_and_says_who_pays(order: Order):
    for schedule in order.schedules:
        load_w = schedule.eligible.above_w + 100
        rows = [{"energy_wh": wh, "sanctioned_load_w": load_w} for wh in (0, 30_000, 10**6)]
        rated = rate(schedule, slices_of(schedule, *rows))
        assert (rated.total_paise >= 0).all()
        government = schedule.subsidy_funded_by
        for scheme in (schedule.free_units, schedule.payable_cap):
            government = government or (scheme.funded_by if scheme else "")
        assert government.startswith("Government of ") or not government


@pytest.mark.parametrize(
    "file", sorted(PACKAGED.glob("*/*.yaml")), ids=lambda f: f"{f.parent.name}/{f.name}"
)
def test_every_value_has_a_source_that_says_something(file):
    said = list(sources_in(yaml.safe_load(file.read_text("utf-8"))))
    assert said
    for source, confidence in said:
        assert len(source) >= 10, source
        unsure = any(word in source for word in ("not found", "no notice", "from memory"))
        assert not (unsure and confidence == "high"), source


@pytest.mark.parametrize(
    ("category", "day", "net"),
    [
        ("LMV-1.10A", date(2024, 10, 1), ["3.00", "5.50"]),
        ("LMV-1.10A", date(2026, 7, 1), ["3.00", "5.50"]),
        ("LMV-1.10A", date(2026, 7, 2), ["2.75", "5.50"]),
        ("LMV-1.10B", date(2026, 7, 1), ["5.50", "6.00", "6.50"]),
        ("LMV-1.10B", date(2026, 7, 2), ["5.50", "6.00", "6.50"]),
        ("LMV-1.17", date(2026, 7, 1), ["3.00", "3.35"]),
        ("LMV-1.17", date(2026, 7, 2), ["2.75", "2.95"]),
        ("LMV-1.17B", date(2026, 7, 1), ["3.35", "3.85", "5.00", "5.50"]),
        ("LMV-1.17B", date(2026, 7, 2), ["2.95", "3.35", "5.00", "5.50"]),
        ("KJ", date(2025, 6, 30), ["1.97", "2.45"]),
        ("DS-I", date(2025, 6, 30), ["2.45"]),
        ("DS-II", date(2025, 7, 1), ["4.12", "5.52"]),
        ("DS-II", date(2026, 4, 1), ["4.12"]),
    ],
)
def test_net_rates_are_those_in_the_press(category, day, net):
    """What one unit more costs, less the subsidy, in each slab of either."""
    schedule = schedule_for(category, day)
    limits = {slab.above_wh for slab in (*schedule.energy[0].slabs, *schedule.subsidy)}
    found = []
    for wh in sorted(limits):
        rows = ({"energy_wh": wh}, {"energy_wh": wh + 10_000})
        paise = rate(schedule, slices_of(schedule, *rows)).paise
        both = paise[Head.ENERGY] + paise[Head.SUBSIDY]
        found.append(Decimal(int(both[1] - both[0])) / 1000)
    assert found == [Decimal(rate_) for rate_ in net]


@pytest.mark.parametrize(
    ("category", "day", "basis_points"),
    [
        ("LMV-1.10B", date(2025, 3, 31), 0),
        ("LMV-1.10B", date(2025, 4, 1), 124),
        ("LMV-1.10B", date(2025, 5, 31), -200),
        ("LMV-1.10B", date(2026, 2, 28), 1000),
        ("LMV-1.10B", date(2026, 3, 1), -242),
        ("LMV-2.20", date(2026, 8, 31), -292),
        ("LMV-2.20", date(2026, 9, 1), 0),
        ("LV-1.2.U", date(2025, 5, 23), 0),
        ("LV-1.2.U", date(2025, 5, 24), 251),
        ("LV-1.2.U", date(2025, 6, 23), 251),
        ("LV-1.2.U", date(2025, 6, 24), 236),
        ("LV-2.2.R", date(2025, 12, 23), -223),
        ("LV-2.2.R", date(2025, 12, 24), 0),
        ("DS-II", date(2025, 12, 24), 0),
    ],
)
def test_fppas_of_a_day_is_that_of_its_window(category, day, basis_points):
    assert fppas_on(schedule_for(category, day), day).basis_points == basis_points


def test_fppas_that_is_not_yet_notified_says_so():
    for series in fppas_catalogue().values():
        last = series.values[-1]
        assert (last.ends, last.basis_points) == (None, 0)
        assert last.confidence is Confidence.LOW
        assert last.note.startswith("not ")


def test_every_packaged_series_starts_with_the_first_order():
    for series in fppas_catalogue().values():
        assert series.values[0].starts is None


def test_every_packaged_schedule_has_its_series():
    for order in catalogue():
        for schedule in order.schedules:
            assert fppas_on(schedule, order.in_force_from).source


def test_an_unknown_series_is_a_gap():
    with pytest.raises(TariffGap, match="no FPPAS series is called ex/fppas"):
        fppas_on(load_order(ORDER).schedules[0], date(2025, 5, 1))


def test_late_payment_and_balance_interest_are_there_for_the_ledger():
    dues = schedule_for("LMV-1.10B", date(2026, 5, 1)).late_payment
    assert (dues.share_per_month, dues.later_share_per_month, dues.later_after_months) == (
        Decimal("0.0125"),
        Decimal("0.02"),
        3,
    )
    assert dues.confidence is Confidence.LOW
    interest = schedule_for("DS-II", date(2025, 12, 9)).balance_interest
    assert (interest.above_rupees, interest.months) == (Decimal(2000), 3)


def holds(order: Order, category: str) -> bool:
    return any(schedule.category == category for schedule in order.schedules)


def sources_in(node: object) -> Iterator[tuple[str, str]]:
    """Each source in a file with its confidence."""
    if isinstance(node, dict):
        if "confidence" in node:
            yield node["source"], node["confidence"]
        for value in node.values():
            yield from sources_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from sources_in(value)
