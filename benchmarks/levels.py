"""How fast service levels are counted and shown over a discom of 200,000 meters.

The discom of benchmarks/desk.py with a register and 48 half-hours of every meter on each of
the last nine days; one meter of fifty has been silent for nine days. Pages go through the
real view, asked by an executive of the whole discom and a junior engineer.

Figures (`--json FILE` writes them):
    count_first_s, count_again_s     all days counted, and once more with nothing new
    <scope>_levels_ms_p50, _p95      the page of levels over 30 days
    <scope>_silent_ms_p50, _p95      the page of silent meters
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from datetime import timedelta
from pathlib import Path
from statistics import quantiles

from desk import DISCOM, SUBDIVISION, TODAY, ask, client_of, discom

DAYS = 9
ROUNDS = 12
REGISTERS = """
insert into readings_registerreading
    (meter_id, day, register_wh, source, in_force, received_at)
select id, %(day)s, 1000000, 'daily profile', true, %(at)s
from connections_meter order by id on conflict do nothing
"""
HALF_HOURS = """
insert into readings_blockreading
    (meter_id, day, first_block, energies_wh, peak_wh, source, received_at)
select id, %(day)s, 0, array_fill(100, array[48]), 100, 'load profile', %(at)s
from connections_meter order by id on conflict do nothing
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="50,000 meters, not 200,000")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    meters = 50_000 if chosen.quick else 200_000
    with discom(meters):
        hear()
        figures: dict[str, float] = {"meters": meters, **measure()}
    for name, value in figures.items():
        print(f"{name:<28}{value:>12,}")
    if chosen.json:
        held = {"name": "levels", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")


def hear() -> None:
    """Every meter was read on each of the last days."""
    from django.db import connection, transaction

    from bijlighar.kernel.ist import day_ends

    for back in range(1, DAYS + 1):
        day = TODAY - timedelta(days=back)
        told = {"day": day, "at": day_ends(day) + timedelta(hours=2)}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(REGISTERS, told)
            cursor.execute(HALF_HOURS, told)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def measure() -> dict[str, float]:
    """Counting twice, then both pages for both people."""
    from django.test import Client

    from bijlighar.clock import clock
    from bijlighar.dashboards import service as dashboards
    from bijlighar.people.values import Role
    from bijlighar.run.logs import write_logs

    write_logs(level=logging.ERROR)
    figures: dict[str, float] = {}
    for name in ("count_first_s", "count_again_s"):
        began = time.perf_counter()
        dashboards.count_levels(now=clock.now())
        figures[name] = round(time.perf_counter() - began, 2)
    for scope, role, area in (
        ("whole", Role.EXECUTIVE_ENGINEER, DISCOM),
        ("narrow", Role.JUNIOR_ENGINEER, SUBDIVISION),
    ):
        client = client_of(scope, role, area, Client)
        for page, address in (
            ("levels", "/desk/levels/?days=30"),
            ("silent", "/desk/levels/silent/?hours=24"),
        ):
            timed = [ask(client, address) for _ in range(ROUNDS)]
            cuts = quantiles(timed[1:], n=20, method="inclusive")
            figures[f"{scope}_{page}_ms_p50"] = round(cuts[9], 1)
            figures[f"{scope}_{page}_ms_p95"] = round(cuts[18], 1)
    return figures


if __name__ == "__main__":
    main()
