"""Operators that are down, slow or lying: what follows, and what officers are told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bijlighar.notices import _hand_over, _watch
from bijlighar.notices import service as notices
from bijlighar.notices.channels import channel as channels
from bijlighar.notices.models import Handing, Notice
from bijlighar.notices.values import (
    AlarmKind,
    NoticeKind,
)
from tests.notices.evening import (
    MINUTE,
    NOW,
    code,
    new,
    queue,
    receipt,
    send,
    states,
    tend,
)
from tests.notices.operators import signed

pytestmark = pytest.mark.django_db


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


def test_a_silent_operator_is_an_alarm_until_it_answers(two):
    sms, whatsapp = two
    sms.status = 503
    queue(*(new(NoticeKind.RECONNECTED, f"r:{i}", 20 + i) for i in range(5)))
    with capture_logs() as said:
        send()
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


def test_a9_an_operator_that_worked_a_minute_ago_is_silent_after_so_many_in_a_row(two):
    sms, whatsapp = two
    queue(*(new(NoticeKind.RECONNECTED, f"r:{i}") for i in range(30)))
    send()
    sms.status = 503
    queue(*(code(f"code:{i}") for i in range(_watch.IN_A_ROW)))
    send(NOW + MINUTE)
    assert [one.kind for one in notices.alarms()] == [AlarmKind.SILENT]  # Without a look.
    queue(code("code:after"))
    asked = len(sms.bodies)
    send(NOW + MINUTE)
    assert "code:after" in whatsapp.references
    assert len(sms.bodies) == asked


def test_a_batch_does_not_wait_for_an_operator_that_is_silent_again_and_again(two):
    sms, whatsapp = two
    sms.status = 503
    queue(*(code(f"code:{i}") for i in range(100)))
    send()
    assert _hand_over.GIVEN_UP_AFTER <= len(sms.bodies) < 100
    assert Handing.objects.filter(outcome="silent", channel="sms_http").count() == 100
    assert Handing.objects.filter(error__startswith="not asked").count() == (
        100 - len(sms.bodies)
    )
    send()
    assert len(whatsapp.references) == 100


def test_the_only_operator_is_asked_for_each_notice_however_silent_it_is(one_sms):
    one_sms.status = 503
    queue(*(code(f"code:{i}") for i in range(40)))
    send()
    assert len(one_sms.bodies) == 40


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
