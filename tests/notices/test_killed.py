"""Senders that are killed, and several at once: each notice is handed over once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Thread

from django.db import connection, connections

from bijlighar.notices import service as notices
from bijlighar.notices._claim import CLAIM_HOLDS
from bijlighar.notices.values import NewNotice, NoticeKind
from tests.notices.operators import operating

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)

SENDER = """
import os, sys, django
from django.conf import settings
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = os.environ["TEST_DATABASE"]
settings.BIJLIGHAR.update(sms_url=os.environ["OPERATOR"], sms_key="k")
from datetime import datetime
from bijlighar.notices import service as notices
now = datetime.fromisoformat(os.environ["NOW"])
print("begun", flush=True)
while notices.send_due(now=now, real_now=now, limit=40):
    pass
print("done", flush=True)
"""


def queue(number: int) -> None:
    notices.queue(
        notices=[
            NewNotice(
                kind=NoticeKind.RECHARGED,
                source=f"r:{i}",
                connection_id=i + 1,
                consumer_number="7310000001",
                mobile="+919876500001",
                language="en",
                parameters={
                    "consumer_number": "7310000001",
                    "amount": "500.00",
                    "balance": "460.00",
                },
            )
            for i in range(number)
        ],
        now=NOW,
    )


def states() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("select state, count(*) from notices_notice group by state")
        return Counter(dict(cursor.fetchall()))


def test_many_senders_at_once_hand_over_each_notice_once(committed_db, settings):
    with operating() as phones:
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "sms_url": phones.url, "sms_key": "k"}
        queue(300)

        def work() -> None:
            while notices.send_due(now=NOW, real_now=NOW, limit=20):
                pass
            connections.close_all()

        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        notices.close_channels()
        assert len(phones.references) == len(set(phones.references)) == 300
        assert states() == {"sent": 300}


def test_after_kill_9_nothing_is_lost_and_nobody_is_told_twice(committed_db, settings):
    """A process is killed in the middle of its batches; another one goes on.

    What the first had in its hands is handed over again under the same reference, by which
    the operator knows it: on the phones each message is once.
    """
    with operating() as phones:
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "sms_url": phones.url, "sms_key": "k"}
        queue(400)
        phones.wait_s = 0.02
        sender = subprocess.Popen(
            [sys.executable, "-c", SENDER],
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
                "TEST_DATABASE": connection.settings_dict["NAME"],
                "OPERATOR": phones.url,
                "NOW": NOW.isoformat(),
                "BIJLIGHAR_DEMO": "1",
            },
        )
        try:
            until = time.monotonic() + 60
            while len(phones.references) < 100 and time.monotonic() < until:
                time.sleep(0.005)
        finally:
            sender.send_signal(signal.SIGKILL)
            sender.wait()
            assert sender.stdout is not None
            sender.stdout.close()
        assert 100 <= len(phones.references) < 400
        phones.wait_s = 0
        left = states()["sending"]
        assert 0 < left <= 40
        late = NOW + CLAIM_HOLDS + timedelta(seconds=1)
        notices.tend(now=late, real_now=late)
        while notices.send_due(now=late, real_now=late):
            pass
        notices.close_channels()
        assert states() == {"sent": 400}
        told = Counter(phones.references)
        assert len(told) == 400, "nothing is lost"
        assert sum(told.values()) - 400 <= left, (
            "only what was in the dead hands comes again"
        )
