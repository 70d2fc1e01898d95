"""Sending: what goes first, what waits, what is wished, what a day may cost, who died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from bijlighar.notices import service as notices
from bijlighar.notices._claim import CLAIM_HOLDS
from bijlighar.notices.models import Handing, Notice
from bijlighar.notices.values import (
    AlarmKind,
    Digest,
    Medium,
    NoticeKind,
    Preferences,
)
from tests.notices.evening import (
    MINUTE,
    NIGHT,
    NOW,
    code,
    new,
    queue,
    send,
    states,
    tend,
)
from tests.notices.operators import operating

pytestmark = pytest.mark.django_db


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
