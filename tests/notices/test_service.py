"""Notices are queued once with what happened, sent afterwards, and never forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from structlog.testing import capture_logs

from bijlighar.notices import service as notices
from bijlighar.notices.rules import CatalogueError
from bijlighar.notices.sending import MOST_ATTEMPTS
from bijlighar.notices.values import NewNotice, NoticeKind, SentNotice
from tests.local_http import local_server

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
TEXT = (
    "Connection 7310000001: your supply is on again. Balance Rs 460.00. Thank you."
    " Helpline 1912 - Bijlighar"
)


@pytest.fixture
def operator(settings):
    """An SMS operator that takes everything, unless told otherwise."""
    with local_server() as server:
        settings.BIJLIGHAR = {
            **settings.BIJLIGHAR,
            "sms_url": server.url,
            "sms_key": "sms key of this test",
        }
        yield server
        notices.close_channels()


def notice(source: str = "relay:1", **changes: object) -> NewNotice:
    known = {
        "kind": NoticeKind.RECONNECTED,
        "connection_id": 11,
        "consumer_number": "7310000001",
        "mobile": "+919876500001",
        "language": "en",
        "parameters": {"consumer_number": "7310000001", "balance": "460.00"},
    }
    return NewNotice(source=source, **{**known, **changes})


def queue_one() -> int:
    (notice_id,) = notices.queue(notices=[notice()], now=NOW)
    return notice_id


def how_far(notice_id: int) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select state, attempts, sent_at, last_error from notices_notice where id = %s",
            [notice_id],
        )
        return cursor.fetchone()


# Queued


def test_a_notice_is_queued_with_its_text_ready():
    notice_id = queue_one()
    assert notices.recent(limit=5) == (
        SentNotice(
            notice_id=notice_id,
            at=NOW,
            kind="reconnected",
            text=TEXT,
            language="en",
            state="queued",
            mobile="+919876500001",
            connection_id=11,
        ),
    )


def test_of_notices_old_and_new_only_the_new_are_queued():
    first = queue_one()
    new = notices.queue(notices=[notice("relay:1"), notice("relay:2")], now=LATER)
    assert len(new) == 1
    assert new[0] != first
    assert notices.count() == 2
    assert notices.queue(notices=[notice("relay:1")], now=LATER) == ()


def test_of_two_notices_with_one_source_the_first_is_kept():
    other = notice("relay:1", mobile="+919876500002")
    assert len(notices.queue(notices=[notice("relay:1"), other], now=NOW)) == 1
    assert [one.mobile for one in notices.recent(limit=5)] == ["+919876500001"]


def test_no_notices_are_no_work():
    assert notices.queue(notices=[], now=NOW) == ()


def test_nothing_is_queued_where_one_text_cannot_be_filled():
    odd = notice("relay:2", parameters={"balance": "460.00"})
    with pytest.raises(CatalogueError, match="consumer_number"):
        notices.queue(notices=[notice(), odd], now=NOW)
    assert notices.count() == 0


def test_the_last_notices_are_told_newest_first_of_all_or_of_one_home():
    for number in range(3):
        notices.queue(notices=[notice(f"a{number}")], now=NOW)
        notices.queue(notices=[notice(f"b{number}", connection_id=12)], now=NOW)
    ids = [one.notice_id for one in notices.recent(limit=4)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 4
    assert {one.connection_id for one in notices.recent(limit=9, connection_id=12)} == {12}
    assert len(notices.recent(limit=9, connection_id=12)) == 3


# Sent


def test_a_notice_is_handed_to_the_operator_with_its_registered_template(operator):
    notice_id = queue_one()
    notices.send(notice_id=notice_id, now=LATER, real_now=LATER)
    (asked,) = operator.asked
    assert asked.path == "/v1/messages"
    assert asked.headers["Authorization"] == "Bearer sms key of this test"
    assert asked.json == {
        "to": "+919876500001",
        "sender": "BJLGHR",
        "template_id": "1107000000000000010",
        "text": TEXT,
        "language": "en",
        "reference": "relay:1",
    }
    assert how_far(notice_id) == ("sent", 1, LATER, "")


def test_hindi_arrives_as_it_was_written(operator):
    hindi = notice(language="hi")
    (notice_id,) = notices.queue(notices=[hindi], now=NOW)
    notices.send(notice_id=notice_id, now=NOW, real_now=NOW)
    assert "बिजली चालू हो गई है। बैलेंस ₹460.00 है" in operator.asked[0].json["text"]


def test_a_notice_that_was_sent_is_not_sent_again(operator):
    notice_id = queue_one()
    notices.send(notice_id=notice_id, now=NOW, real_now=NOW)
    notices.send(notice_id=notice_id, now=LATER, real_now=LATER)
    assert len(operator.asked) == 1
    assert how_far(notice_id) == ("sent", 1, NOW, "")


@pytest.mark.parametrize("status", [500, 503, 429, 401, 302])
def test_what_the_operator_did_not_take_waits_and_is_tried_again(operator, status):
    operator.status = status
    notice_id = queue_one()
    assert notices.send(notice_id=notice_id, now=NOW, real_now=NOW)
    state, attempts, sent_at, error = how_far(notice_id)
    assert (state, attempts, sent_at) == ("queued", 1, None)
    assert str(status) in error
    operator.status = 200
    soon = NOW + timedelta(seconds=14)
    assert not notices.send(notice_id=notice_id, now=soon, real_now=soon)
    assert notices.send(notice_id=notice_id, now=LATER, real_now=LATER)
    assert how_far(notice_id)[:3] == ("sent", 2, LATER)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_the_operator_will_never_take_is_not_asked_again(operator, status):
    operator.status = status
    notice_id = queue_one()
    notices.send(notice_id=notice_id, now=NOW, real_now=NOW)
    assert how_far(notice_id)[:2] == ("failed", 1)
    assert len(operator.asked) == 1


def test_an_operator_that_is_not_there_is_told_too(operator, settings):
    settings.BIJLIGHAR = {**settings.BIJLIGHAR, "sms_url": "http://127.0.0.1:9"}
    notice_id = queue_one()
    notices.send(notice_id=notice_id, now=NOW, real_now=NOW)
    assert how_far(notice_id)[0] == "queued"
    assert "ConnectionRefusedError" in how_far(notice_id)[3]


def test_after_the_most_attempts_it_is_given_up_and_shown(operator):
    operator.status = 500
    notice_id = queue_one()
    states = []
    for hour in range(1, MOST_ATTEMPTS + 2):
        at = NOW + timedelta(hours=2 * hour)
        notices.send(notice_id=notice_id, now=at, real_now=at)
        states.append(how_far(notice_id)[0])
    assert states == ["queued"] * (MOST_ATTEMPTS - 1) + ["failed"] * 2
    assert len(operator.asked) == MOST_ATTEMPTS


def test_a_state_that_nobody_knows_is_refused():
    queue_one()
    with (
        pytest.raises(IntegrityError, match="notice_state_is_known"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("update notices_notice set state = 'lost'")


# Codes


def code(source: str = "code:1", **changes: object) -> NewNotice:
    return notice(
        source,
        kind=NoticeKind.CODE,
        connection_id=None,
        consumer_number="",
        parameters={"code": "402915", "minutes": "5"},
        **changes,
    )


def whole_table() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select notice::text from notices_notice as notice")
        return "\n".join(row[0] for row in cursor.fetchall())


def test_a1_a_code_is_told_in_full_and_kept_nowhere_readable(operator):
    (notice_id,) = notices.queue(notices=[code()], now=NOW)
    assert "402915" not in whole_table()
    notices.send(notice_id=notice_id, now=LATER, real_now=LATER)
    assert operator.asked[0].json["text"].startswith("402915 is your Bijlighar code")
    assert "402915" not in whole_table()
    with connection.cursor() as cursor:
        cursor.execute("select secret from notices_notice")
        assert cursor.fetchone() == (None,)


def test_d7_a_sealed_code_opens_in_its_own_row_only(operator):
    first, second = notices.queue(notices=[code("code:1"), code("code:2")], now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "update notices_notice as other set secret = one.secret from notices_notice"
            " as one where one.id = %s and other.id = %s",
            [first, second],
        )
    with capture_logs() as said:
        notices.send(notice_id=second, now=NOW, real_now=NOW)
    assert operator.asked == []
    assert how_far(second)[0] == "failed"
    assert [(one["event"], one["log_level"]) for one in said] == [
        ("notices.code.unreadable", "critical")
    ]


def test_a_code_belongs_to_no_home_and_is_on_no_homes_list():
    notices.queue(notices=[code()], now=NOW)
    assert notices.recent(limit=5) == ()
