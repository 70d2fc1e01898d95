"""Calls to operators: connections are kept, nothing is sent twice, oddities are silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from socket import create_server
from threading import Thread

import pytest
from django.db import connection

from bijlighar.notices import service as notices
from bijlighar.notices.channels.channel import Refused, Silent, post
from bijlighar.notices.channels.wire import Wire, WireError
from bijlighar.notices.values import NewNotice, NoticeKind
from tests.notices.operators import operating

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def answering(*answers: bytes, hang_up: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each call by the next of these, whatever it was asked."""
    asked: list[bytes] = []
    server = create_server(("127.0.0.1", 0))
    left = list(answers)

    def serve() -> None:
        while left:
            line, _ = server.accept()
            asked.append(b"connected")
            with line:
                while left:
                    told = line.recv(65536)
                    if not told:
                        break
                    while b"\r\n\r\n" not in told or not told.endswith(b"}"):
                        told += line.recv(65536)
                    asked.append(told)
                    line.sendall(left.pop(0))
                    if hang_up:
                        break

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x?y=1", asked
    finally:
        server.close()
        thread.join(timeout=5)


def ask(wire: Wire, url: str):
    return post(wire, url, headers={"Authorization": "Bearer k"}, json={"text": "क"})


def test_a_connection_is_used_again_and_the_call_says_what_it_must():
    with answering(TAKEN, TAKEN) as (url, asked), closing(Wire()) as wire:
        assert ask(wire, url).status == 202
        assert ask(wire, url).json() == {}
        assert asked.count(b"connected") == 1
        told = asked[1].decode()
        assert told.startswith("POST /x?y=1 HTTP/1.1\r\n")
        for header in ("Authorization: Bearer k", "Content-Type: application/json"):
            assert header in told
        assert told.endswith('{"text": "क"}')


def test_a_connection_that_the_operator_ended_is_opened_anew_and_nothing_sent_twice():
    with answering(TAKEN, TAKEN, hang_up=True) as (url, asked), closing(Wire()) as wire:
        ask(wire, url)
        ask(wire, url)
        assert asked.count(b"connected") == 2
        assert len(asked) == 4


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 202 A\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 202 A\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 1_000_001,
        b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_an_odd_answer_is_silence_and_is_asked_once(answer):
    with answering(answer, hang_up=True) as (url, asked), closing(Wire()) as wire:
        with pytest.raises(Silent):
            ask(wire, url)
        assert asked.count(b"connected") == 1


def test_what_will_never_be_taken_is_a_refusal():
    answer = b"HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n"
    with answering(answer) as (url, _), closing(Wire()) as wire, pytest.raises(Refused):
        ask(wire, url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/", "", "http://", "x"])
def test_only_addresses_of_the_web_are_called(url):
    with closing(Wire()) as wire, pytest.raises(WireError):
        wire.post(url, headers={}, content=b"", timeout_s=1)


def test_a_header_cannot_be_made_of_two():
    with closing(Wire()) as wire, pytest.raises(WireError):
        wire.post(
            "http://127.0.0.1:9/", headers={"A": "b\r\nC: d"}, content=b"", timeout_s=1
        )


# Many in one call


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


@pytest.fixture
def many(settings):
    """An operator that takes many in one call."""
    with operating() as operator:
        settings.NOTICES = {
            "channels": "sms_http",
            "sms_http_url": operator.url,
            "sms_http_many_url": f"{operator.url}/many",
            "sms_http_key": "k",
        }
        yield operator
        notices.close_channels()


def test_many_go_in_one_call_and_a_rejected_one_is_no_loss_of_the_others(
    committed_db, many
):
    queue(250)
    many.answer = {
        "messages": [
            {"reference": "r:1", "status": "rejected", "error": "no such template"},
            *({"reference": f"r:{i}", "id": f"op-{i}"} for i in range(250) if i != 1),
        ]
    }
    assert notices.send_due(now=NOW, real_now=NOW, limit=250) == 250
    sizes = sorted(len(body["messages"]) for body in many.bodies)
    assert sizes == [50, 100, 100], "calls run side by side, in any order"
    assert states() == {"sent": 249, "failed": 1}
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(distinct provider_id) from notices_handing"
            " where outcome = 'taken' and provider_id like 'op-%'"
        )
        assert cursor.fetchone()[0] == 249


def test_a_silent_operator_is_asked_once_for_all_and_they_wait(committed_db, many):
    queue(3)
    many.status = 503
    notices.send_due(now=NOW, real_now=NOW, limit=10)
    assert len(many.bodies) == 1
    assert states() == {"queued": 3}


def test_an_operator_that_answers_oddly_has_taken_them(committed_db, many):
    queue(3)
    many.answer = {"messages": "ok"}
    notices.send_due(now=NOW, real_now=NOW, limit=10)
    assert states() == {"sent": 3}


def test_a_call_that_is_refused_whole_is_made_one_by_one(committed_db, many):
    queue(3)
    many.status = 422
    notices.send_due(now=NOW, real_now=NOW, limit=10)
    assert len(many.bodies) == 4
    assert states() == {"failed": 3}
