"""An evening on which a city's balances run low: how fast people are told, in which order.

An embedded PostgreSQL and an operator in a process of its own, which answers at once and
remembers every reference. Notices are queued as the review of supplies queues them, 500 at
a time: of ten, one that a supply is on again and one of a payment, which go before the
eight that warn. Two senders work them off, of which one is killed (SIGKILL) half-way and
replaced. Meanwhile somebody asks for a one-time code every quarter of a second.

One lakh notices by default; `--notices 1000000` is the whole evening of a large city.
`--many` uses an operator that takes a hundred in one call, as most of India's do.

Figures (`--json FILE` writes them):
    notices                queued before the first sender starts
    queued_per_s           kept in the database, texts filled, each source once
    sent_per_s             handed over, receipt of the answer written down; the senders'
                           start and the wait for the dead one's claims are in it
    bare_per_s             the limit compared with: the same calls over the same HTTP client
                           by as many threads of one process, without queue and database
    httpx_per_s            one call a notice over httpx
    ratio                  sent_per_s / bare_per_s
    a_million_minutes      how long a million would take at sent_per_s
    codes                  one-time codes asked for meanwhile
    code_p50_s, code_p99_s from the asking to the operator, while the warnings wait; asked
                           once the first notice has been handed over
    overtaken              notices handed over after a less urgent one, though all were due
                           before the first sender started: two senders' batches meet where
                           one urgency ends
    overtaken_too_far      those of them before which more less urgent ones were handed over
                           than the senders have in their hands at once; must be 0
    lost                   notices that the operator never saw; must be 0
    not_sent               notices that are not shown as sent at the end; must be 0
    handed_over_twice      handed over again after the kill under the same reference, by
                           which an operator that knows it puts one message on the phone
    load                   processes that wanted a core, averaged over the last minutes
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from _notices_sender import send_until_told, set_up

if TYPE_CHECKING:
    from bijlighar.notices.values import NewNotice

TOLD_AT_ONCE = 500
SENDERS = 2
CODE_EVERY_S = 0.25
CLAIM_S = 4
TEND_EVERY_S = 15
"""As the worker does (`run/work.py`)."""
IN_A_CALL = 100
IN_HAND = 200
"""`_send.BATCH`: what one sender has in its hands."""
URGENCIES = ("s", "p", "w")
"""Prefixes of the evening's sources, the most urgent first."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="5,000 notices, not 1 lakh")
    parser.add_argument("--notices", type=int, help="how many warnings")
    parser.add_argument("--many", action="store_true", help="100 notices in one call")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--operator", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--send", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.operator:
        asyncio.run(operate())
        return
    if chosen.send:
        set_up()
        send_until_told(tend_every_s=TEND_EVERY_S, claims_hold=timedelta(seconds=CLAIM_S))
        return
    if chosen.many:
        os.environ["BIJLIGHAR_NOTICES_CHANNELS"] = "sms_http"
    figures = on_a_stage(chosen.notices or (5_000 if chosen.quick else 100_000))
    for name, value in figures.items():
        print(f"{name:<24}{value:>12,}")
    if chosen.json:
        name = "notices_many" if chosen.many else "notices"
        held = {"name": name, "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")


def on_a_stage(notices: int) -> dict[str, float]:
    from bijlighar.run.postgres import start_postgres

    folder = Path(tempfile.mkdtemp(prefix="bijlighar-notices-"))
    postgres = start_postgres(folder / "postgres")
    operator = subprocess.Popen(
        [sys.executable, __file__, "--operator"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert operator.stdout is not None
        url = f"http://127.0.0.1:{operator.stdout.readline().strip()}"
        os.environ |= {
            "DATABASE_URL": postgres.url,
            "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
            "BIJLIGHAR_DEMO": "1",
            "BIJLIGHAR_SMS_URL": url,
            "BIJLIGHAR_SMS_KEY": "k",
            "BIJLIGHAR_NOTICES_SMS_HTTP_URL": f"{url}/one",
            "BIJLIGHAR_NOTICES_SMS_HTTP_MANY_URL": f"{url}/many",
        }
        set_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        return measure(notices)
    finally:
        from django.db import connections

        connections.close_all()
        operator.kill()
        operator.wait()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure(number: int) -> dict[str, float]:
    is_many = bool(os.environ.get("BIJLIGHAR_NOTICES_CHANNELS"))
    bare_per_s = bare_many(200) if is_many else bare(min(number, 5_000))
    httpx_per_s = bare_httpx(min(number, 2_000))
    began = time.perf_counter()
    for first in range(0, number, TOLD_AT_ONCE):
        queue(range(first, min(first + TOLD_AT_ONCE, number)))
    queued_s = time.perf_counter() - began
    began = time.perf_counter()
    senders = [sender() for _ in range(SENDERS)]
    asked = codes_while_waiting(number, senders)
    sent_s = time.perf_counter() - began
    for one in senders:
        one.send_signal(signal.SIGTERM)
        one.wait()
    sent_per_s = (number + len(asked)) / sent_s
    seen = told()
    waits = sorted(seen["codes"][name] - at for name, at in asked.items())
    return {
        "notices": number,
        "queued_per_s": round(number / queued_s),
        "sent_per_s": round(sent_per_s),
        "bare_per_s": bare_per_s,
        "httpx_per_s": httpx_per_s,
        "ratio": round(sent_per_s / bare_per_s, 2),
        "a_million_minutes": round(1_000_000 / sent_per_s / 60, 1),
        "codes": len(asked),
        "code_p50_s": round(waits[len(waits) // 2], 2),
        "code_p99_s": round(waits[len(waits) * 99 // 100], 2),
        "overtaken": seen["overtaken"],
        "overtaken_too_far": seen["overtaken_too_far"],
        "lost": number - seen["notices"],
        "not_sent": not_sent(),
        "handed_over_twice": seen["twice"],
        "load": round(os.getloadavg()[1], 1),
    }


def queue(numbers: range) -> None:
    from bijlighar.clock.clock import real_now
    from bijlighar.notices import service as notices

    notices.queue(notices=[notice(number) for number in numbers], now=real_now())


def notice(number: int) -> NewNotice:
    """One of the evening: a tenth tells of light, a tenth of money, the rest warns."""
    from bijlighar.notices.values import NewNotice, NoticeKind

    prefix, kind, said = {
        0: ("s", NoticeKind.RECONNECTED, {"balance": "460.00"}),
        1: ("p", NoticeKind.RECHARGED, {"amount": "500.00", "balance": "460.00"}),
    }.get(number % 10, ("w", NoticeKind.LOW_BALANCE, {"balance": "41.20", "percent": "10"}))
    return NewNotice(
        kind=kind,
        source=f"{prefix}:{number}",
        connection_id=number + 1,
        consumer_number=f"73{number:08d}",
        mobile=f"+9198{number:08d}",
        language="hi",
        parameters={"consumer_number": f"73{number:08d}", **said},
    )


def ask_for_code(number: int) -> str:
    from bijlighar.clock.clock import real_now
    from bijlighar.notices import service as notices
    from bijlighar.notices.values import NewNotice, NoticeKind

    new = NewNotice(
        kind=NoticeKind.CODE,
        source=f"code:{number}",
        connection_id=None,
        consumer_number="",
        mobile=f"+9197{number:08d}",
        language="hi",
        parameters={"code": f"{number:06d}", "minutes": "5"},
    )
    notices.queue(notices=[new], now=real_now())
    return new.source


def codes_while_waiting(number: int, senders: list[subprocess.Popen]) -> dict[str, float]:
    """Ask for codes until all is told; kill a sender half-way, and start another one.

    The first one is asked for when the senders send: theirs is no service that starts when
    somebody asks.
    """
    asked: dict[str, float] = {}
    is_killed = False
    while not told()["notices"]:
        time.sleep(CODE_EVERY_S)
    while True:
        at = time.time()
        asked[ask_for_code(len(asked))] = at
        time.sleep(CODE_EVERY_S)
        left = number - told()["notices"]
        if not is_killed and left <= number // 2:
            is_killed = True
            senders[0].send_signal(signal.SIGKILL)
            senders[0].wait()
            senders[0] = sender()
        if is_killed and not left and not not_sent():
            return asked


def sender() -> subprocess.Popen:
    return subprocess.Popen([sys.executable, __file__, "--send"])


def not_sent() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from notices_notice where state not in ('sent', 'delivered')"
        )
        return int(cursor.fetchone()[0])


def bare_many(calls: int) -> int:
    """Notices a second by the hundred over the senders' own client."""
    from bijlighar.notices._hand_over import AT_ONCE
    from bijlighar.notices.channels.wire import Wire

    url, wire = os.environ["BIJLIGHAR_NOTICES_SMS_HTTP_MANY_URL"], Wire()

    def call(one: int) -> None:
        held = [
            {"reference": f"bare:{one}:{place}", "text": "क" * 120}
            for place in range(IN_A_CALL)
        ]
        body = json.dumps({"messages": held}).encode()
        wire.post(url, headers={}, content=body, timeout_s=5)

    per_s = _rate(call, calls, AT_ONCE) * IN_A_CALL
    wire.close()
    return per_s


def bare(number: int) -> int:
    """Calls a second over the senders' own client, by one process's worth of threads."""
    from bijlighar.notices._hand_over import AT_ONCE
    from bijlighar.notices.channels.wire import Wire

    url = f"{os.environ['BIJLIGHAR_SMS_URL']}/v1/messages"
    wire = Wire()

    def call(one: int) -> None:
        body = json.dumps({"reference": f"bare:{one}", "text": "क" * 120}).encode()
        wire.post(url, headers={}, content=body, timeout_s=5)

    per_s = _rate(call, number, AT_ONCE)
    wire.close()
    return per_s


def bare_httpx(number: int) -> int:
    """The same over httpx."""
    import httpx

    from bijlighar.notices._hand_over import AT_ONCE

    url = f"{os.environ['BIJLIGHAR_SMS_URL']}/v1/messages"
    with httpx.Client(limits=httpx.Limits(max_connections=2 * AT_ONCE)) as client:

        def call(one: int) -> None:
            told = {"reference": f"httpx:{one}", "text": "क" * 120}
            client.post(url, json=told, timeout=5)

        return _rate(call, number, AT_ONCE)


def _rate(call: Callable[[int], None], number: int, at_once: int) -> int:
    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(call, range(number)))
    return round(number / (time.perf_counter() - began))


# The operator


def told() -> dict:
    import httpx

    return httpx.get(f"{os.environ['BIJLIGHAR_SMS_URL']}/told", timeout=60).json()


class Phones:
    """What the operator remembers: every reference, and in which order urgencies came."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.codes: dict[str, float] = {}
        self.handed = [0] * len(URGENCIES)
        self.twice = self.overtaken = self.overtaken_too_far = 0

    def take(self, reference: str) -> None:
        prefix = reference.split(":")[0]
        if prefix == "code":
            self.codes.setdefault(reference, time.time())
        if prefix not in URGENCIES:
            return
        if reference in self.seen:
            self.twice += 1
            return
        self.seen.add(reference)
        urgency = URGENCIES.index(prefix)
        before = sum(self.handed[urgency + 1 :])
        self.overtaken += before > 0
        self.overtaken_too_far += before > SENDERS * IN_HAND
        self.handed[urgency] += 1

    def told(self) -> dict:
        return {
            "notices": len(self.seen),
            "twice": self.twice,
            "overtaken": self.overtaken,
            "overtaken_too_far": self.overtaken_too_far,
            "codes": self.codes,
        }


async def operate() -> None:
    """Take every message, once a reference, and tell afterwards what came when."""
    phones = Phones()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lower = head.lower()
                body = b""
                if b"content-length:" in lower:
                    length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
                    body = await reader.readexactly(length)
                answer = _answer(head, body, phones)
                writer.write(
                    b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n" % len(answer)
                )
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _answer(head: bytes, body: bytes, phones: Phones) -> bytes:
    if head.startswith(b"GET"):
        return json.dumps(phones.told()).encode()
    told = json.loads(body)
    for one in told.get("messages", (told,)):
        phones.take(one["reference"])
    return b'{"id": 1, "status": "delivered"}'


if __name__ == "__main__":
    main()
