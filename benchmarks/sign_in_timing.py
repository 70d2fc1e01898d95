"""Whether the time of an answer tells a stranger which numbers are known (A7).

The real pages on an embedded PostgreSQL, asked in the process that serves them, so that no
network hides a difference, under the limits that hold in service. Known and unknown take
turns in random order, every one with a number and an address of its own. Three questions
that a stranger can ask are timed:

    code    a code is asked for: the number of a connection, or one that nobody has
    guess   a wrong code is typed: for a known number, or for an unknown one
    pair    a consumer number and a wrong meter number are typed by somebody signed in: the
            consumer number is somebody's, or nobody's

The verdict on each is the Mann-Whitney U test, two-sided, which asks whether one kind of
answer tends to be slower and does not mind the long tail of a busy machine; p > 0.05 is the
catalogue's pass. A test that sees nothing would pass everything, so the figures say how
small a difference it does see in the very same answers.

Figures (`--json FILE` writes them), for each question:
    <question>_p            of the test, of the second 10,000 answers where the first failed
    <question>_shift_us     the median of unknown less the median of known
    <question>_seen_us      the least shift that the same test finds in the same answers
    <question>_p50_ms       what one answer takes
    <question>_bodies       how many different answers there were, the numbers themselves,
                            nonces and tokens left out; 1 is the pass
It fails where the answers differ, or where p is 0.05 or less twice in a row: of three
equal questions one run in seven shows such a p once by chance, one in 130 the same twice.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import structlog

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

LEAST_P = 0.05
ASKED, ASKED_QUICK = 10_000, 500
PAIRS_A_LOGIN = 4
CHANGING = re.compile(
    r'nonce="[^"]*"|name="(csrfmiddlewaretoken|whose)" (value|content)="[^"]*"'
    r"|••••••[0-9]{4}|[0-9]{10}"
)


@dataclass(kw_only=True)
class Answers:
    """What one question was answered, by whether the number is known."""

    seconds: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    bodies: set[str] = field(default_factory=set)

    def ask(self, client: Any, path: str, typed: dict[str, str], *, known: bool) -> Any:
        """Post a form, and keep how long its answer took and what it was."""
        began = time.perf_counter()
        answer = client.post(path, typed)
        self.seconds[known].append(time.perf_counter() - began)
        told = CHANGING.sub("", answer.content.decode())
        self.bodies.add(f"{answer.status_code} {answer.headers.get('Location')} {told}")
        return answer


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="500 answers, not 10,000")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    asked = ASKED_QUICK if chosen.quick else ASKED
    figures: dict[str, float] = {"asked": asked}
    with discom():
        figures |= measured(asked)
    for name, value in figures.items():
        print(f"{name:<20}{value:>12,}")
    if chosen.json:
        held = {"name": "sign_in_timing", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")
    faults = [
        name
        for name, value in figures.items()
        if (name.endswith("_p") and value <= LEAST_P)
        or (name.endswith("_bodies") and value != 1)
    ]
    for name in faults:
        print(f"known and unknown are told apart: {name}")
    return 1 if faults else 0


def measured(asked: int) -> dict[str, float]:
    """All figures; what fails is asked once more with other numbers."""
    rounds = [ask_all(asked, first=0)]
    figures = figures_of(rounds[0])
    failed = [name for name in rounds[0] if figures[f"{name}_p"] <= LEAST_P]
    if failed:
        again = ask_all(asked, first=asked)
        figures |= figures_of({name: again[name] for name in failed})
    return figures


def figures_of(answers: dict[str, Answers]) -> dict[str, float]:
    """The verdict on each question."""
    told: dict[str, float] = {}
    for name, held in answers.items():
        known, unknown = (np.array(held.seconds[one]) for one in (True, False))
        shift = float(np.median(unknown) - np.median(known))
        told |= {
            f"{name}_p": round(p_of(known, unknown), 4),
            f"{name}_shift_us": round(shift * 1e6, 1),
            f"{name}_seen_us": round(least_seen(known, unknown - shift) * 1e6, 1),
            f"{name}_p50_ms": round(float(np.median(known)) * 1e3, 2),
            f"{name}_bodies": len(held.bodies),
        }
    return told


def p_of(first: np.ndarray, second: np.ndarray) -> float:
    """Mann-Whitney U, two-sided, by the normal approximation; times hardly ever tie.

    Source: Mann and Whitney 1947, section 4: mean mn/2, variance mn(m + n + 1)/12.
    """
    count, others = len(first), len(second)
    ranks = np.empty(count + others)
    ranks[np.argsort(np.concatenate([first, second]))] = np.arange(1, count + others + 1)
    u = ranks[:count].sum() - count * (count + 1) / 2
    spread = math.sqrt(count * others * (count + others + 1) / 12)
    return math.erfc(abs(u - count * others / 2) / spread / math.sqrt(2))


def least_seen(first: np.ndarray, second: np.ndarray) -> float:
    """The least delay of all of `second`, in seconds, that the test finds."""
    low, high = 0.0, float(np.median(first))
    for _ in range(30):
        middle = (low + high) / 2
        if p_of(first, second + middle) <= LEAST_P:
            high = middle
        else:
            low = middle
    return high


def ask_all(asked: int, *, first: int) -> dict[str, Answers]:
    """So many answers to each question, half of them about known numbers from the
    `first` on."""
    chance = random.Random(f"sign-in timing {first}")
    connect(range(first, first + asked // 2))
    turns = [(is_known, first + n) for n in range(asked // 2) for is_known in (True, False)]
    code, guess = ask_for_codes(turns, chance)
    return {"code": code, "guess": guess, "pair": ask_for_pairs(turns, chance)}


def ask_for_codes(
    turns: Sequence[tuple[bool, int]], chance: random.Random
) -> tuple[Answers, Answers]:
    """Codes asked for, and one wrong guess at each."""
    from django.test import Client

    code, guess = Answers(), Answers()
    for is_known, number in chance.sample(turns, len(turns)):
        client = Client(SERVER_NAME="localhost", REMOTE_ADDR=address(chance))
        typed = {"mobile": mobile(number, is_known=is_known).removeprefix("+91")}
        code.ask(client, "/my/sign-in/", typed, known=is_known)
        guess.ask(client, "/my/sign-in/code/", {"code": "000000"}, known=is_known)
    return code, guess


def ask_for_pairs(turns: Sequence[tuple[bool, int]], chance: random.Random) -> Answers:
    """Consumer numbers with a meter that is not theirs, a few by each login."""
    from django.test import Client
    from tests.signing_in import sign_in_consumer

    pair, client = Answers(), None
    for at, (is_known, number) in enumerate(chance.sample(turns, len(turns))):
        if at % PAIRS_A_LOGIN == 0:
            client = Client(SERVER_NAME="localhost")
            sign_in_consumer(client, f"+9160{number:07d}{int(is_known)}")
        start = "73" if is_known else "74"
        typed = {"number": f"{start}{number:08d}", "meter": "BIJ99999"}
        pair.ask(client, "/my/connections/add/", typed, known=is_known)
    return pair


def address(chance: random.Random) -> str:
    """One of many, as an attacker has them."""
    return f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"


def mobile(number: int, *, is_known: bool) -> str:
    """E.164; those that are known and those that are not look alike."""
    return f"+91{'98' if is_known else '97'}{number:08d}"


def connect(numbers: range) -> None:
    """Homes whose primary numbers are the known ones."""
    from tests.cast import grid_of_cast, keys_for, new_connection

    from bijlighar.clock import clock
    from bijlighar.flow.connect_home import connect_homes

    transformer_id = grid_of_cast()["T1"]
    for start in range(numbers.start, numbers.stop, 1_000):
        new = [
            new_connection(
                "Asha",
                transformer_id=transformer_id,
                consumer_number=f"73{n:08d}",
                mobile=mobile(n, is_known=True),
                meter_serial=f"BJX{n:05d}",
                system_title=f"BJX{n:05d}".encode(),
                meter_port=10_000 + n,
            )
            for n in range(start, min(start + 1_000, numbers.stop))
        ]
        connect_homes(
            new=new,
            keys=keys_for(new),
            opening_paise={one.consumer_number: 500_00 for one in new},
            now=clock.now(),
        )


@contextmanager
def discom() -> Iterator[None]:
    """An empty discom that is gone afterwards."""
    from bijlighar.clock.clock import CLOCK_FILE_VARIABLE, set_anchor
    from bijlighar.kernel.ist import day_starts
    from bijlighar.run.postgres import start_postgres
    from bijlighar.run.stage import enter, leave_database, migrate
    from bijlighar.simulator.town_calendar import TOWN_START

    folder = Path(tempfile.mkdtemp(prefix="bijlighar-timing-"))
    set_anchor(folder / "clock.json", town_at=day_starts(TOWN_START), speed=0)
    postgres = start_postgres(folder / "postgres")
    try:
        enter(
            {
                "DATABASE_URL": postgres.url,
                "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
                "BIJLIGHAR_ROOT_KEY": "5a" * 32,
                "BIJLIGHAR_DEMO": "1",
                CLOCK_FILE_VARIABLE: str(folder / "clock.json"),
            }
        )
        migrate()
        with Path(os.devnull).open("w") as nowhere:
            structlog.configure(logger_factory=structlog.PrintLoggerFactory(nowhere))
            yield
        leave_database()
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
