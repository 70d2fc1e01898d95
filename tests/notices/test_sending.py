"""Sending: what goes first, what waits, what follows when operators fail or lie."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from structlog.testing import capture_logs

from bijlighar.notices import _watch
from bijlighar.notices import service as notices
from bijlighar.notices._claim import CLAIM_HOLDS
from bijlighar.notices.channels import channel as channels
from bijlighar.notices.models import Handing, Notice
from bijlighar.notices.values import (
    AlarmKind,
    Digest,
    Medium,
    NewNotice,
    NoticeKind,
    Preferences,
)
from tests.notices.operators import SECRET, Operator, operating, signed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
"""11:30 in India."""
NIGHT = datetime(2026, 4, 7, 17, 0, tzinfo=UTC)
"""22:30 in India."""
MINUTE = timedelta(minutes=1)
SAID = {
    NoticeKind.RECONNECTED: {"balance": "460.00"},
    NoticeKind.RECHARGED: {"amount": "500.00", "balance": "460.00"},
    NoticeKind.LOW_BALANCE: {"balance": "60.00", "percent": "10"},
    NoticeKind.THRESHOLD_AHEAD: {"used": "90", "threshold": "100", "extra": "50.00"},
    NoticeKind.DIGEST_DAILY: {"used": "4", "amount": "30.00", "balance": "60.00"},
    NoticeKind.OUTAGE_OVER: {"area": "Feeder 4"},
}


@pytest.fixture
def one_sms(settings) -> Iterator[Operator]:
    """An installation with one SMS operator."""
    with operating() as sms:
        settings.NOTICES = {
            "channels": "sms_http",
            "sms_http_url": sms.url,
            "sms_http_key": "k",
            "sms_http_receipt_secret": SECRET,
        }
        yield sms
        notices.close_channels()


@pytest.fixture
def two(settings) -> Iterator[tuple[Operator, Operator]]:
    """An SMS operator, and WhatsApp after it."""
    with ExitStack() as stack:
        sms, whatsapp = (stack.enter_context(operating()) for _ in range(2))
        whatsapp.answer = {"messages": [{"id": "wamid.1"}]}
        settings.NOTICES = {
            "channels": "sms_http,whatsapp",
            "sms_http_url": sms.url,
            "sms_http_key": "k",
            "sms_http_receipt_secret": SECRET,
            "whatsapp_url": whatsapp.url,
            "whatsapp_number_id": "1",
            "whatsapp_token": "t",
            "whatsapp_app_secret": SECRET,
        }
        yield sms, whatsapp
        notices.close_channels()


def new(kind: NoticeKind, source: str, connection_id: int = 11) -> NewNotice:
    return NewNotice(
        kind=kind,
        source=source,
        connection_id=connection_id,
        consumer_number="7310000001",
        mobile="+919876500001",
        language="en",
        parameters={"consumer_number": "7310000001", **SAID[kind]},
    )


def code(source: str, **changes: object) -> NewNotice:
    return NewNotice(
        kind=NoticeKind.CODE,
        source=source,
        connection_id=None,
        consumer_number="",
        mobile="+919876500001",
        language="en",
        parameters={"code": "402915", "minutes": "5"},
        **changes,  # type: ignore[arg-type]
    )


def queue(*told: NewNotice, now: datetime = NOW) -> tuple[int, ...]:
    return notices.queue(notices=told, now=now)


def send(now: datetime = NOW, limit: int = 100) -> int:
    return notices.send_due(now=now, real_now=now, limit=limit)


def states() -> Counter[str]:
    return Counter(Notice.objects.order_by("id").values_list("state", flat=True))


def receipt(sms: Operator, **told: object) -> int:
    body = json.dumps(told).encode()
    return notices.receive(
        channel="sms_http", body=body, headers={"X-Signature": signed(body)}, now=NOW
    )


# In which order, and when


def test_the_most_urgent_goes_first_whatever_was_queued_first(one_sms):
    order = [
        NoticeKind.DIGEST_DAILY,
        NoticeKind.OUTAGE_OVER,
        NoticeKind.LOW_BALANCE,
        NoticeKind.RECHARGED,
        NoticeKind.RECONNECTED,
    ]
    queue(*(new(kind, f"{kind}:1") for kind in order))
    queue(code("code:1"))
    for _ in range(6):
        assert send(limit=1) == 1
    assert [one.split(":")[0] for one in one_sms.references] == [
        "code",
        "outage_over",
        "reconnected",
        "recharged",
        "low_balance",
        "digest_daily",
    ]


def test_a_code_overtakes_an_evening_of_warnings(one_sms):
    queue(*(new(NoticeKind.LOW_BALANCE, f"w:{i}") for i in range(30)))
    assert send(limit=10) == 10
    queue(code("code:1"))
    assert send(limit=10) == 10
    assert "code:1" in one_sms.references[10:20]


@pytest.mark.parametrize(
    ("kind", "is_sent"),
    [
        (NoticeKind.RECHARGED, True),
        (NoticeKind.RECONNECTED, True),
        (NoticeKind.LOW_BALANCE, True),
        (NoticeKind.THRESHOLD_AHEAD, False),
        (NoticeKind.DIGEST_DAILY, False),
    ],
)
def test_at_night_only_what_is_urgent_or_legal_goes(one_sms, kind, is_sent):
    queue(new(kind, "n:1"), now=NIGHT)
    send(NIGHT)
    assert len(one_sms.references) == is_sent
    send(NIGHT + timedelta(hours=9, minutes=29))
    assert len(one_sms.references) == is_sent
    send(NIGHT + timedelta(hours=9, minutes=30))
    assert len(one_sms.references) == 1


def test_a_code_that_is_too_old_is_not_sent_and_not_kept(one_sms):
    queue(code("code:1", expires_at=NOW + 5 * MINUTE))
    send(NOW + 5 * MINUTE)
    assert one_sms.bodies == []
    row = Notice.objects.get()
    assert (row.state, row.secret) == ("expired", None)


# What consumers wish


def wish(**changes: object) -> None:
    known = {
        "medium": Medium.SMS,
        "language": "en",
        "digest": Digest.NONE,
        "wants_news": True,
        "mail": "",
        "browsers": 0,
    }
    notices.set_preferences(
        connection_id=11,
        wished=Preferences(**{**known, **changes}),  # type: ignore[arg-type]
        now=NOW,
    )


def test_the_way_that_a_consumer_chose_is_tried_first(two):
    sms, whatsapp = two
    wish(medium=Medium.WHATSAPP)
    queue(new(NoticeKind.RECHARGED, "r:1"), new(NoticeKind.RECHARGED, "r:2", 12))
    send()
    assert whatsapp.references == ["r:1"]
    assert sms.references == ["r:2"]


def test_the_language_that_a_consumer_chose_is_that_of_the_text(one_sms):
    wish(language="hi")
    queue(new(NoticeKind.RECHARGED, "r:1"))
    send()
    assert "रीचार्ज मिल गया" in str(one_sms.bodies[0]["text"])
    assert one_sms.bodies[0]["dlt_template_id"] == "1107000000000000001"
    assert one_sms.bodies[0]["unicode"] is True


def test_news_that_nobody_wants_are_not_told_and_the_laws_are(one_sms):
    wish(wants_news=False)
    queue(
        new(NoticeKind.RECHARGED, "r:1"),
        new(NoticeKind.THRESHOLD_AHEAD, "t:1"),
        new(NoticeKind.LOW_BALANCE, "l:1"),
        new(NoticeKind.OUTAGE_OVER, "o:1"),
    )
    send()
    assert sorted(one_sms.references) == ["l:1", "o:1"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"medium": Medium.PUSH}, "medium"),
        ({"mail": "nobody"}, "mail"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_field(one_sms, changes, field):
    with pytest.raises(notices.WrongPreference) as refused:
        wish(**changes)
    assert refused.value.field == field


# Operators that are down


def test_a9_a_code_goes_by_the_next_channel_at_once_where_the_first_is_down(two):
    sms, whatsapp = two
    sms.status = 503
    queue(code("code:1"))
    send()
    send()
    assert whatsapp.references == ["code:1"]
    parameters = whatsapp.bodies[0]["template"]["components"]  # type: ignore[index]
    assert [one["type"] for one in parameters] == ["body", "button"]
    assert states() == {"sent": 1}


def test_other_notices_wait_longer_and_longer_then_the_next_channel_has_them(two):
    sms, whatsapp = two
    sms.status = 503
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send(NOW)
    send(NOW + timedelta(seconds=14))
    assert len(sms.bodies) == 1
    send(NOW + timedelta(seconds=15))
    send(NOW + timedelta(seconds=45))
    assert (len(sms.bodies), whatsapp.references) == (3, [])
    send(NOW + timedelta(seconds=45))
    assert whatsapp.references == ["r:1"]
    outcomes = Handing.objects.order_by("id").values_list("channel", "outcome")
    assert list(outcomes) == [("sms_http", "silent")] * 3 + [("whatsapp", "taken")]


def test_a_notice_that_the_operator_refuses_goes_by_the_next_channel(two):
    sms, whatsapp = two
    sms.status = 422
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send()
    send()
    assert (len(sms.bodies), whatsapp.references) == (1, ["r:1"])


def test_keys_that_do_not_open_refuse_no_notice_for_good(one_sms):
    one_sms.status = 401
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send()
    assert states() == {"queued": 1}


def test_a_slow_operator_is_a_silent_one_and_holds_up_nobody_for_long(two, monkeypatch):
    sms, whatsapp = two
    monkeypatch.setattr(channels, "TIMEOUT_S", 0.2)
    sms.wait_s = 0.6
    queue(code("code:1"))
    send()
    send()
    assert whatsapp.references == ["code:1"]


# Operators that lie, and receipts


def test_a_receipt_says_that_it_arrived_once(one_sms):
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send()
    assert states() == {"sent": 1}
    assert receipt(one_sms, id="op-1", status="DELIVRD") == 1
    assert receipt(one_sms, id="op-1", status="DELIVRD") == 0
    assert receipt(one_sms, id="op-1", status="failed") == 0
    row = Notice.objects.get()
    assert (row.state, row.arrived_at) == ("delivered", NOW)


def test_what_the_operator_could_not_deliver_goes_by_the_next_channel(two):
    sms, whatsapp = two
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send()
    assert receipt(sms, id="op-1", status="failed", error="absent") == 1
    send()
    assert whatsapp.references == ["r:1"]


def test_without_another_channel_it_is_shown_as_not_delivered(one_sms):
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send()
    receipt(one_sms, id="op-1", status="failed", error="absent")
    row = Notice.objects.get()
    assert (row.state, row.last_error) == ("failed", "absent")


def test_a_receipt_on_the_way_or_of_something_unknown_moves_nothing(one_sms):
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send()
    assert receipt(one_sms, id="op-1", status="submitted") == 0
    assert receipt(one_sms, id="op-999", status="delivered") == 0
    assert states() == {"sent": 1}


def test_a_receipt_that_proves_nothing_is_refused(one_sms):
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send()
    body = b'{"id": "op-1", "status": "delivered"}'
    for told in ("", signed(body, "another secret"), signed(body + b" "), "é"):
        with pytest.raises(notices.Forged):
            notices.receive(
                channel="sms_http", body=body, headers={"X-Signature": told}, now=NOW
            )
    with pytest.raises(notices.Unreadable):
        notices.receive(
            channel="sms_http",
            body=b"<x>",
            headers={"X-Signature": signed(b"<x>")},
            now=NOW,
        )
    assert states() == {"sent": 1}


def test_receipts_of_whatsapp_are_read_as_meta_sends_them(two, settings):
    settings.NOTICES = {**settings.NOTICES, "channels": "whatsapp"}
    queue(new(NoticeKind.RECONNECTED, "r:1"))
    send()
    status = {"id": "wamid.1", "status": "read", "biz_opaque_callback_data": "r:1"}
    told = {"entry": [{"changes": [{"value": {"statuses": [status]}}]}]}
    body = json.dumps(told).encode()
    signature = {"X-Hub-Signature-256": f"sha256={signed(body)}"}
    assert notices.receive(channel="whatsapp", body=body, headers=signature, now=NOW) == 1
    assert states() == {"delivered": 1}


def tend(now: datetime) -> tuple[tuple[str, AlarmKind], ...]:
    return notices.tend(now=now, real_now=now)


def test_a_silent_operator_is_an_alarm_until_it_answers(two):
    sms, whatsapp = two
    sms.status = 503
    queue(*(new(NoticeKind.RECONNECTED, f"r:{i}", 20 + i) for i in range(5)))
    send()
    with capture_logs() as said:
        assert tend(NOW + MINUTE) == (("sms_http", AlarmKind.SILENT),)
    (line,) = (one for one in said if one["event"] == "notices.channel.alarm")
    assert line["log_level"] == "critical"
    assert tend(NOW + MINUTE) == ()
    assert [one.kind for one in notices.alarms()] == [AlarmKind.SILENT]
    queue(new(NoticeKind.RECHARGED, "x:1", 99))
    send(NOW + MINUTE)  # The known silence is gone round at once.
    assert "x:1" in whatsapp.references
    sms.status = 202
    wish_free = new(NoticeKind.RECHARGED, "y:1", 98)
    whatsapp.status = 503
    queue(wish_free)
    for seconds in (0, 15, 45, 46, 47):
        send(NOW + 2 * MINUTE + timedelta(seconds=seconds))
    assert "y:1" in sms.references
    tend(NOW + 4 * MINUTE)
    assert [
        (one.channel, one.kind) for one in notices.alarms() if one.channel == "sms_http"
    ] == []


def test_an_operator_that_takes_everything_and_delivers_nothing_is_an_alarm(one_sms):
    queue(*(new(NoticeKind.RECONNECTED, f"r:{i}") for i in range(6)))
    send()
    for number in (1, 2):
        receipt(one_sms, id=f"op-{number}", status="delivered")
    assert tend(NOW + 10 * MINUTE) == ()
    assert tend(NOW + 16 * MINUTE) == (("sms_http", AlarmKind.NOT_DELIVERING),)
    receipt(one_sms, id="op-3", status="delivered")
    tend(NOW + 17 * MINUTE)
    assert notices.alarms() == ()


def test_an_operator_that_refuses_most_is_an_alarm(one_sms):
    one_sms.status = 422
    queue(*(new(NoticeKind.RECONNECTED, f"r:{i}") for i in range(5)))
    send()
    assert ("sms_http", AlarmKind.REFUSING) in tend(NOW + MINUTE)


def test_an_operator_is_judged_by_the_newest_of_a_long_evening(one_sms, monkeypatch):
    monkeypatch.setattr(_watch, "MOST_LOOKED_AT", 5)
    one_sms.status = 422
    queue(*(new(NoticeKind.RECONNECTED, f"r:{i}") for i in range(6)))
    send()
    one_sms.status = 202
    queue(*(new(NoticeKind.RECONNECTED, f"s:{i}") for i in range(5)))
    send(NOW + MINUTE)
    assert tend(NOW + 2 * MINUTE) == ()
    monkeypatch.setattr(_watch, "MOST_LOOKED_AT", 50)
    assert tend(NOW + 2 * MINUTE) == (("sms_http", AlarmKind.REFUSING),)


# Money


def test_a5_the_days_money_stops_what_can_wait_and_nothing_else(one_sms, settings):
    settings.NOTICES = {
        **settings.NOTICES,
        "price_sms_http": "20",
        "cap_sms_http": "100",
    }
    queue(*(new(NoticeKind.RECHARGED, f"r:{i}") for i in range(6)))
    queue(new(NoticeKind.RECONNECTED, "lit:1"), code("code:1"))
    send()
    (row,) = notices.channels_today(now=NOW)
    assert (row.messages, row.paise, row.cap_paise) == (5, 100, 100)
    assert {"lit:1", "code:1"} <= set(one_sms.references)
    assert tend(NOW) == (("sms_http", AlarmKind.SPENT),)
    assert send(NOW + timedelta(hours=12)) == 0
    assert send(NOW + timedelta(hours=13)) == 3  # Midnight in India.
    assert states() == {"sent": 8}


# Killed, and many at once


def test_a_sender_that_died_before_it_said_so_is_made_up_for(one_sms):
    """The claim stands, the process is gone: nobody knows whether it was handed over."""
    queue(
        new(NoticeKind.RECONNECTED, "r:1"),
        new(NoticeKind.RECHARGED, "p:1"),
        code("code:1"),
    )
    Notice.objects.update(
        state="sending", claimed_until=NOW + CLAIM_HOLDS, channel="sms_http"
    )
    assert (send(), tend(NOW), states()) == (0, (), {"sending": 3})
    late = NOW + CLAIM_HOLDS + timedelta(seconds=1)
    tend(late)
    assert states() == {"queued": 2, "unsure": 1}
    send(late)
    assert sorted(one_sms.references) == ["code:1", "r:1"]
    assert Handing.objects.filter(outcome="unsure").count() == 3


def test_where_the_operator_knows_our_reference_everything_is_handed_over_again(settings):
    with operating() as phones:
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "sms_url": phones.url, "sms_key": "k"}
        queue(new(NoticeKind.RECHARGED, "p:1"))
        Notice.objects.update(
            state="sending", claimed_until=NOW - MINUTE, channel="pretend_phone"
        )
        tend(NOW)
        send()
        assert phones.references == ["p:1"]
        notices.close_channels()


def test_the_database_keeps_no_secret_after_sending(one_sms):
    queue(code("code:1"))
    send()
    with connection.cursor() as cursor:
        cursor.execute("select n::text || h::text from notices_notice n, notices_handing h")
        assert "402915" not in cursor.fetchone()[0]
