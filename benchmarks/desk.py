"""How fast the desk answers over a whole discom: search and the page of one connection.

Ten lakh connections on 10,000 transformers in a tree from zones down, filled by SQL, with
names in two scripts of which a few are very common; every measured home has three years of
days. Each question goes through the real view: session, rights, row-level security of the
desk's database role, template. Two people ask: a junior engineer of one sub-division and
an executive of the whole discom.

Figures (`--json FILE` writes them), all in milliseconds, p50 and p95:
    <scope>_number         a whole consumer number, as somebody reads it from a bill
    <scope>_number_end     its last five digits
    <scope>_meter          a whole meter number
    <scope>_mobile         a whole mobile number
    <scope>_common_name    the beginning of a very common name
    <scope>_rare_name      a rare name
    <scope>_two_words      first and last name
    <scope>_hindi          a name in Devanagari
    <scope>_page           the page of one connection with the first of its time line
    <scope>_older          an older page of that time line
    <scope>_today          the desk's first page as it is asked again and again
    <scope>_today_first    the same when nothing is kept: every home counted (one value)
and indexed_per_s          connections a second whose search words are made
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from datetime import time as clock_time
from importlib import import_module
from pathlib import Path
from statistics import quantiles

FILL = Path(__file__).with_name("desk_fill.sql")
TODAY = date(2026, 4, 2)
ROUNDS = 40
SAMPLE = 20
SUBDIVISION, DISCOM = 86, 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="50,000 homes, not 10 lakh")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    homes = 50_000 if chosen.quick else 1_000_000
    with discom(homes) as indexed_per_s:
        figures = {"homes": homes, "indexed_per_s": indexed_per_s, **measure()}
    for name, value in figures.items():
        print(f"{name:<28}{value:>12,}")
    if chosen.json:
        held = {"name": "desk", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")


@contextmanager
def discom(homes: int) -> Iterator[int]:
    """A filled database that is gone afterwards; how fast its search words were made."""
    from bijlighar.clock.clock import CLOCK_FILE_VARIABLE, set_anchor
    from bijlighar.kernel.ist import instant_of
    from bijlighar.run.postgres import start_postgres
    from bijlighar.run.stage import enter, leave_database, migrate

    folder = Path(tempfile.mkdtemp(prefix="bijlighar-desk-"))
    set_anchor(folder / "clock.json", town_at=instant_of(TODAY, clock_time(10)), speed=0)
    postgres = start_postgres(folder / "postgres")
    try:
        enter(
            {
                "DATABASE_URL": postgres.url,
                "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
                "BIJLIGHAR_DEMO": "1",
                CLOCK_FILE_VARIABLE: str(folder / "clock.json"),
            }
        )
        migrate()
        yield fill(homes)
        leave_database()
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def fill(homes: int) -> int:
    """Make the rows; connections a second whose search words are made by the product."""
    from django.db import connection, transaction

    from bijlighar.connections import service as connections
    from bijlighar.grid import service as grid

    wanted = {
        "homes": homes,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for statement in FILL.read_text().split(";\n"):
            if statement.strip():
                cursor.execute(statement, wanted)
        grid.refresh_reach(day=TODAY)
    began = time.perf_counter()
    for first in range(1, homes + 1, 20_000):
        with transaction.atomic():
            connections.index_for_search(
                connection_ids=range(first, min(first + 20_000, homes + 1))
            )
    taken = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return round(homes / taken)


def measure() -> dict[str, float]:
    """Every question of both people, through the views."""
    import logging

    from django.test import Client

    from bijlighar.people.values import Role
    from bijlighar.run.logs import write_logs

    write_logs(level=logging.ERROR)
    narrow = client_of("junior", Role.JUNIOR_ENGINEER, SUBDIVISION, Client)
    whole = client_of("executive", Role.EXECUTIVE_ENGINEER, DISCOM, Client)
    figures: dict[str, float] = {}
    for name, client, area in (("narrow", narrow, SUBDIVISION), ("whole", whole, DISCOM)):
        terms = terms_of(area)
        for kind, asked in terms.items():
            timed = [
                ask(client, f"/desk/search/found/?term={term}") for term in spread(asked)
            ]
            figures |= shown(f"{name}_{kind}", timed)
        pages = measured_numbers(area)
        figures |= shown(
            f"{name}_page",
            [ask(client, f"/desk/connections/{one}/") for one in spread(pages)],
        )
        after = "2024-06-01T00:00:00.000000~charge~0"
        figures |= shown(
            f"{name}_older",
            [
                ask(client, f"/desk/connections/{one}/timeline/?after={after}")
                for one in spread(pages)
            ],
        )
        figures[f"{name}_today_first"] = round(ask(client, "/desk/live/"), 1)
        figures |= shown(f"{name}_today", [ask(client, "/desk/live/") for _ in range(5)])
    return figures


def client_of(login: str, role, area_id: int, client_class: Callable):
    """A browser in which somebody has signed in."""
    from django.conf import settings

    from bijlighar.clock import clock
    from bijlighar.people import service as people
    from bijlighar.people.values import SYSTEM

    settings.ALLOWED_HOSTS = ["localhost"]
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "whitenoise" not in one]
    staff_id = people.add_staff(
        login=login,
        name_en=login,
        name_hi=login,
        by=SYSTEM,
        now=clock.now(),
        place_id=area_id,
    )
    people.grant_role(
        staff_id=staff_id, role=role, area_id=area_id, by=SYSTEM, now=clock.now()
    )
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.create()
    people.open_sign_in(
        staff_id=staff_id,
        session_key=store.session_key,
        factor="totp",
        address="127.0.0.1",
        agent="a benchmark",
        real_now=clock.real_now(),
    )
    client = client_class(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return client


def terms_of(area_id: int) -> dict[str, list[str]]:
    """What is typed, from homes that lie in the area."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select u.consumer_number, u.mobile, m.serial, u.name_en, u.name_hi"
            " from connections_consumer as u"
            " join connections_connection as c on c.consumer_id = u.id"
            " join connections_meter as m on m.id = c.id"
            " where c.transformer_id in (select node_id from grid_reach where area_id = %s)"
            " order by md5(u.id::text) limit %s",
            [area_id, SAMPLE],
        )
        held = cursor.fetchall()
    return {
        "number": [number for number, *_ in held],
        "number_end": [number[-5:] for number, *_ in held],
        "meter": [serial for _, _, serial, *_ in held],
        "mobile": [mobile[3:] for _, mobile, *_ in held],
        "common_name": ["ram", "sunita", "kumar", "devi", "sing", "ra", "yad"],
        "rare_name": ["yashoda", "zubeda", "qamar", "bhaduria", "lodhi", "chhotelal"],
        "two_words": [
            name.rsplit(" ", 1)[0].split()[0] + "+" + name.split()[-1]
            for *_, name, _ in held
        ],
        "hindi": [name.split()[0] for *_, name in held],
    }


def measured_numbers(area_id: int) -> list[str]:
    """Numbers of homes with three years of days."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select u.consumer_number from connections_consumer as u"
            " join connections_connection as c on c.consumer_id = u.id"
            " where exists (select 1 from charges_daycharge as d where"
            " d.connection_id = c.id and d.day = '2023-04-02') and c.transformer_id in"
            " (select node_id from grid_reach where area_id = %s) order by u.id limit %s",
            [area_id, SAMPLE],
        )
        return [number for (number,) in cursor.fetchall()]


def spread(asked: list[str]) -> list[str]:
    """Each in turn, in an order of chance, as often as is measured."""
    drawn = [asked[n % len(asked)] for n in range(ROUNDS)]
    random.Random(7).shuffle(drawn)
    return drawn


def ask(client, address: str) -> float:
    """Milliseconds of one answer."""
    began = time.perf_counter()
    answer = client.get(address)
    taken = (time.perf_counter() - began) * 1_000
    assert answer.status_code == 200, (address, answer.status_code)
    return taken


def shown(name: str, timed: list[float]) -> dict[str, float]:
    """Median and 95th percentile; the first answer, which warms up, is left out."""
    cuts = quantiles(timed[1:], n=20, method="inclusive")
    return {f"{name}_p50": round(cuts[9], 1), f"{name}_p95": round(cuts[18], 1)}


if __name__ == "__main__":
    os.environ.setdefault("BIJLIGHAR_DEMO", "1")
    main()
