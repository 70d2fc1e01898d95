"""Each file in `examples/` is a bill that somebody published; it must come out as printed.

Most print the energy net of subsidy, or a sum of heads, so an example may expect figures
that are put together from heads (`net_energy`, `before_duty`) or that lie behind one
(`fixed_steps`, `chargeable_kwh`). `against` rates a second month, under another order or
another percentage; `expect_change` is what the first costs more. `order` names a file of
`orders_elsewhere/`.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
import yaml

from bijlighar.tariffs.heads import Month
from bijlighar.tariffs.orders import load_order, schedule_for
from bijlighar.tariffs.rating import rate
from bijlighar.tariffs.values import Head, Schedule

from .rows import slices_of, with_defaults

HERE = Path(__file__).parent
FILES = sorted((HERE / "examples").glob("*/*.yaml"))
EXAMPLES = [yaml.safe_load(file.read_text("utf-8")) for file in FILES]
KEYS = {"name", "category", "day", "order", "given", "expect", "expect_change", "against"}
KEYS |= {"tolerance", "source", "confidence", "note"}

PUBLISHED = (HERE / "examples" / "published.txt").read_text("utf-8").split()
"""Every case that was collected: an example, or the README says why it is not."""


@pytest.mark.parametrize("example", EXAMPLES, ids=[file.stem for file in FILES])
def test_published_bill_comes_out_as_printed(example):
    tolerance = Decimal(example["tolerance"])
    found = figures(schedule_of(example), example["given"])
    for name, expected in example.get("expect", {}).items():
        allowed = 0 if name == "rounded_rupees" else tolerance
        assert_near(name, found[name], expected, allowed)
    if "against" in example:
        other = example | example["against"]
        before = figures(schedule_of(other), other["given"])
        for name, expected in example["expect_change"].items():
            assert_near(name, found[name] - before[name], expected, tolerance)


def test_every_example_says_where_it_is_from():
    for file, example in zip(FILES, EXAMPLES, strict=True):
        assert example["source"], file
        assert example["confidence"], file
        assert set(example) <= KEYS, (file, set(example) - KEYS)
        assert ("against" in example) == ("expect_change" in example), file


def test_every_published_case_is_an_example_or_has_a_reason_not_to_be():
    stems = [file.stem.upper() for file in FILES]
    reasons = reasons_in_readme()
    for case in PUBLISHED:
        is_example = any(stem == case or stem.startswith(f"{case}-") for stem in stems)
        assert is_example or case in reasons, case
    assert set(reasons) <= set(PUBLISHED)
    assert all(reasons.values())


def schedule_of(example: dict) -> Schedule:
    """The schedule that an example is rated by."""
    given = example["given"]
    orders = None
    if "order" in example:
        orders = [load_order(HERE / "orders_elsewhere" / example["order"])]
    load_w = given.get("sanctioned_load_w", 1000)
    return schedule_for(example["category"], example["day"], load_w=load_w, orders=orders)


def figures(schedule: Schedule, given: dict[str, int]) -> dict:
    """Heads in rupees, sums of heads, and what lies behind them."""
    rated = rate(schedule, slices_of(schedule, given))
    rupees = {head.value: Decimal(int(rated.paise[head][0])) / 100 for head in Head}
    total = Decimal(int(rated.total_paise[0])) / 100
    after = ("duty", "fppas", "rebate", "time_of_day", "minimum")
    sums = {
        "total": total,
        "rounded_rupees": total.quantize(Decimal(1), ROUND_HALF_UP),
        "net_energy": rupees["energy"] + rupees["subsidy"],
        "energy_plus_fixed": rupees["energy"] + rupees["fixed"],
        "before_duty": total - sum(rupees[head] for head in after),
    }
    return rupees | sums | behind_heads(schedule, given)


def behind_heads(schedule: Schedule, given: dict[str, int]) -> dict:
    """Units, steps, loads and limits that the heads were worked out from."""
    month = Month(schedule, slices_of(schedule, given))
    scale = month.scale
    covered = month.covered() // scale.times
    ends = [limit_wh(month, slab.above_wh) for slab in schedule.energy[-1].slabs[1:]]
    found = {
        "free_kwh": kwh(covered[0]),
        "chargeable_kwh": kwh(given["energy_wh"] - covered[0]),
        "slab_ends_kwh": [kwh(end) for end in ends],
        "slab_amounts": slab_amounts(schedule, given, ends),
    }
    if schedule.fixed and schedule.fixed[-1].step_wh:
        found["fixed_steps"] = Decimal(int(month.steps(schedule.fixed[-1])[0]))
    if schedule.billable_load:
        found["billed_kw"] = Decimal(int(month.billable_load_cw()[0])) / 100_000
    return found


def slab_amounts(schedule: Schedule, given: dict, ends: list[int]) -> list[Decimal]:
    """What the energy in each slab costs: how the charge grows from limit to limit."""
    row = with_defaults(schedule, given)
    uses = [0, *(min(row["energy_wh"], end) for end in ends), row["energy_wh"]]
    rows = [row | {"energy_wh": use} for use in uses]
    paise = rate(schedule, slices_of(schedule, *rows)).paise[Head.ENERGY]
    return [Decimal(int(grown)) / 100 for grown in np.diff(paise) if grown]


def limit_wh(month: Month, wh: int) -> int:
    """A slab's limit in this period, in Wh."""
    limit = np.asarray(month.scale.limit(wh) // month.scale.times)
    return int(limit.reshape(-1)[0])


def kwh(wh: int) -> Decimal:
    """Wh as kWh."""
    return Decimal(int(wh)) / 1000


def assert_near(name: str, found: object, expected: object, tolerance: Decimal) -> None:
    """One figure, or each of a list of them, lies within the tolerance."""
    if not isinstance(expected, list):
        found, expected = [found], [expected]
    pairs = zip(found, expected, strict=True)
    assert all(abs(a - Decimal(b)) <= tolerance for a, b in pairs), (name, found, expected)


def reasons_in_readme() -> dict[str, str]:
    """The rows of the README's table: case and reason."""
    readme = (HERE / "examples" / "README.md").read_text("utf-8")
    rows = [line.split("|") for line in readme.splitlines() if line.startswith("| ")]
    return {row[1].strip(): row[2].strip() for row in rows if row[1].strip() != "Case"}
