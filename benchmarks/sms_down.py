"""The drill of A9: the first SMS operator dies while people wait for their codes.

An embedded PostgreSQL, two operators in processes of their own (an HTTP gateway first, the
WhatsApp Cloud API second), one sender as in service. Four codes a second are asked for, in
three spells, each on a stage of its own: all is well; the first operator hangs (SIGSTOP: it
takes connections and says nothing); it is dead (SIGKILL).

Figures of each spell (`--json FILE` writes them):
    codes          codes asked for
    arrived        share in percent that reached either operator; the catalogue wants 99
    p50_s, p95_s   from asking to the operator that took it; the catalogue wants p95 <= 30
    most_s         the slowest
    by_second      codes that the second operator took
    over_in_s      how long after the fault a code first came by the second operator; the
                   catalogue wants 60
    alarm_in_s     how long after the fault officers had an alarm; 0 where there is no fault
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from _notices_sender import send_until_told, set_up

CODE_EVERY_S = 0.25
SPELL_S, SPELL_QUICK_S = 60, 15
TEND_EVERY_S = 30
"""As the worker does."""
LATE_S = 30
"""A code that takes longer than this has not arrived."""
REFERENCE = {"sms": "reference", "whatsapp": "biz_opaque_callback_data"}


FAULTS = {"well": None, "hangs": signal.SIGSTOP, "dead": signal.SIGKILL}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="spells of 15 s, not 60")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--operator", choices=REFERENCE, help=argparse.SUPPRESS)
    parser.add_argument("--send", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--spell", choices=FAULTS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.operator:
        operate(chosen.operator)
        return
    if chosen.send:
        set_up()
        send_until_told(tend_every_s=TEND_EVERY_S)
        return
    if chosen.spell:
        lasts_s = SPELL_QUICK_S if chosen.quick else SPELL_S
        print(json.dumps(on_a_stage(chosen.spell, lasts_s)))
        return
    figures = {name: in_a_process(name, is_quick=chosen.quick) for name in FAULTS}
    if chosen.json:
        told = {"name": "sms_down", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(told, indent=2) + "\n")


def in_a_process(name: str, *, is_quick: bool) -> dict[str, float]:
    """A spell, which knows nothing of the one before, and its figures told."""
    asked = [sys.executable, __file__, "--spell", name, *(["--quick"] if is_quick else [])]
    done = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True)
    held: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(name, *(f"{key} {value:,}" for key, value in held.items()), sep="  ", flush=True)
    return held


def on_a_stage(name: str, lasts_s: int) -> dict[str, float]:
    from bijlighar.run.postgres import start_postgres

    folder = Path(tempfile.mkdtemp(prefix="bijlighar-sms-down-"))
    postgres = start_postgres(folder / "postgres")
    try:
        with operator("whatsapp", folder) as second:
            os.environ |= {
                "DATABASE_URL": postgres.url,
                "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
                "BIJLIGHAR_DEMO": "1",
                "BIJLIGHAR_NOTICES_CHANNELS": "sms_http,whatsapp",
                "BIJLIGHAR_NOTICES_WHATSAPP_URL": second.url,
                "BIJLIGHAR_NOTICES_WHATSAPP_NUMBER_ID": "1",
                "BIJLIGHAR_NOTICES_WHATSAPP_TOKEN": "t",
            }
            set_up()
            from django.core.management import call_command
            from django.db import connections

            call_command("migrate", verbosity=0)
            try:
                return spell(name, FAULTS[name], lasts_s, folder, second)
            finally:
                connections.close_all()
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def spell(
    name: str, fault: signal.Signals | None, lasts_s: int, folder: Path, second: Operator
) -> dict[str, float]:
    """One spell with a first operator and a sender of its own, and its figures."""
    with operator("sms", folder) as first:
        os.environ["BIJLIGHAR_NOTICES_SMS_HTTP_URL"] = first.url
        sender = subprocess.Popen([sys.executable, __file__, "--send"])
        try:
            ask(f"{name}:first")
            while not first.took() and not second.took(f"{name}:first"):
                time.sleep(CODE_EVERY_S)
            since = time.time()
            if fault is not None:
                first.process.send_signal(fault)
            asked, alarm_at = ask_for(name, lasts_s)
            time.sleep(LATE_S)
        finally:
            sender.kill()
            sender.wait()
        return figures_of(asked, first.took(), second.took(), since, alarm_at)


def ask_for(name: str, lasts_s: int) -> tuple[dict[str, float], float | None]:
    """Codes for so long, and when officers had an alarm."""
    asked: dict[str, float] = {}
    alarm_at = None
    until = time.time() + lasts_s
    while time.time() < until:
        source = f"{name}:{len(asked)}"
        asked[source] = time.time()
        ask(source)
        if alarm_at is None and alarms():
            alarm_at = time.time()
        time.sleep(CODE_EVERY_S)
    return asked, alarm_at


def figures_of(
    asked: dict[str, float],
    by_first: dict[str, float],
    by_second: dict[str, float],
    since: float,
    alarm_at: float | None,
) -> dict[str, float]:
    took = {**by_second, **by_first}
    waits = sorted(took[one] - at for one, at in asked.items() if one in took)
    in_time = sum(wait <= LATE_S for wait in waits)
    switched = [at for one, at in by_second.items() if one in asked]
    return {
        "codes": len(asked),
        "arrived": round(100 * in_time / len(asked), 1),
        "p50_s": round(waits[len(waits) // 2], 2),
        "p95_s": round(waits[len(waits) * 95 // 100], 2),
        "most_s": round(waits[-1], 2),
        "by_second": len(switched),
        "over_in_s": round(min(switched) - since, 1) if switched else 0,
        "alarm_in_s": round(alarm_at - since, 1) if alarm_at else 0,
    }


def ask(source: str) -> None:
    from bijlighar.clock.clock import real_now
    from bijlighar.notices import service as notices
    from bijlighar.notices.values import NewNotice, NoticeKind

    new = NewNotice(
        kind=NoticeKind.CODE,
        source=source,
        connection_id=None,
        consumer_number="",
        mobile="+919800000001",
        language="hi",
        parameters={"code": "123456", "minutes": "5"},
    )
    notices.queue(notices=[new], now=real_now())


def alarms() -> int:
    from bijlighar.notices.models import ChannelAlarm

    return ChannelAlarm.objects.count()


# Operators


class Operator:
    """An operator's process, its address, and what it took when."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--operator", kind],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "BIJLIGHAR_SMS_DOWN_FOLDER": str(folder)},
        )
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"
        self.file = folder / f"{self.process.pid}.jsonl"

    def took(self, source: str = "") -> dict[str, float]:
        """When each code came that begins so: read from its file, as it may be dead."""
        if not self.file.exists():
            return {}
        lines = [json.loads(line) for line in self.file.read_text().splitlines()]
        return {one: at for one, at in lines if one.startswith(source)}


@contextmanager
def operator(kind: str, folder: Path) -> Iterator[Operator]:
    started = Operator(kind, folder)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def operate(kind: str) -> None:
    """Take every message and write down when; both operators' answers are their own."""
    file = Path(os.environ["BIJLIGHAR_SMS_DOWN_FOLDER"]) / f"{os.getpid()}.jsonl"
    lock = threading.Lock()

    class Takes(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            reference = json.loads(self.rfile.read(size))[REFERENCE[kind]]
            with lock, file.open("a") as held:
                held.write(json.dumps([reference, time.time()]) + "\n")
            said = json.dumps({"id": reference, "messages": [{"id": reference}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
