"""Each file in `examples/` is a bill that somebody published; it must come out as printed.

Most print the energy net of subsidy, so `net_energy` is both heads together, and most round
the bill to the nearest rupee.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
import yaml

from bijlighar.tariffs.orders import schedule_for
from bijlighar.tariffs.rating import rate
from bijlighar.tariffs.values import Head

from .reference import slices_of

FILES = sorted((Path(__file__).parent / "examples").glob("*/*.yaml"))
EXAMPLES = [yaml.safe_load(file.read_text("utf-8")) for file in FILES]


@pytest.mark.parametrize("example", EXAMPLES, ids=[file.stem for file in FILES])
def test_published_bill_comes_out_as_printed(example):
    schedule = schedule_for(example["category"], example["day"])
    rated = rate(schedule, slices_of(example["given"]))
    rupees = {head.value: Decimal(int(rated.paise[head][0])) / 100 for head in Head}
    rupees["net_energy"] = rupees["energy"] + rupees["subsidy"]
    total = Decimal(int(rated.total_paise[0])) / 100
    rupees["rounded_rupees"] = total.quantize(Decimal(1), ROUND_HALF_UP)
    for head, expected in example["expect"].items():
        tolerance = 0 if head == "rounded_rupees" else Decimal(example["tolerance"])
        assert abs(rupees[head] - Decimal(expected)) <= tolerance, (head, rupees[head])


def test_every_example_names_its_source():
    assert len(EXAMPLES) >= 12
    assert all(example["source"] and example["confidence"] for example in EXAMPLES)
