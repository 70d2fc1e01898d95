"""The cut-off decision as a table of sentences, and the law that no night is ever dark."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kernel.ist import IST
from bijlighar.supply import rules
from bijlighar.supply.values import Decision, Evidence, RelayAction, SupplyState
from tests.supply.policies import POLICY

ON, DISCONNECTING = SupplyState.ON, SupplyState.DISCONNECTING
OFF, RECONNECTING = SupplyState.OFF, SupplyState.RECONNECTING
DISCONNECT, RECONNECT = RelayAction.DISCONNECT, RelayAction.RECONNECT
A_MOMENT = timedelta(microseconds=1)


def india(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=IST)


TUESDAY = india("2026-04-07 11:00")
CREDIT_OVER = TUESDAY - A_MOMENT
ALL_TOLD = frozenset({30, 10, 0})


def evidence(balance_paise: int = -40_00, **changes: object) -> Evidence:
    """Asha's: prepaid for long, recharged by 500 rupees, charged through yesterday."""
    known = {
        "connection_id": 1,
        "balance_as_of": TUESDAY,
        "last_recharge_paise": 500_00,
        "recharge_key": "pretend:pay_1",
        "charged_through_end_at": india("2026-04-07 00:00"),
        "is_prepaid": True,
        "is_protected": False,
        "held_back_paise": 0,
        "mode_since_at": india("2026-01-01 00:00"),
    }
    return Evidence(balance_paise=balance_paise, **{**known, **changes})  # type: ignore[arg-type]


def may_go(
    known: Evidence,
    *,
    credit_ends_at: datetime | None = CREDIT_OVER,
    now: datetime = TUESDAY,
) -> bool:
    return rules.may_still_be_disconnected(
        evidence=known, emergency_ends_at=credit_ends_at, policy=POLICY, now=now
    )


def review(
    known: Evidence,
    state: SupplyState = ON,
    *,
    credit_ends_at: datetime | None = CREDIT_OVER,
    told: frozenset[int] = ALL_TOLD,
    now: datetime = TUESDAY,
) -> Decision:
    return rules.review(
        evidence=known,
        state=state,
        emergency_ends_at=credit_ends_at,
        warned_percent=told,
        policy=POLICY,
        now=now,
    )


# What the relay is asked


TABLE = [
    ("money and credit used up in the window", {}, {}, DISCONNECT),
    ("a balance of exactly zero is used up", {"balance_paise": 0}, {}, DISCONNECT),
    ("one paisa keeps a home lit", {"balance_paise": 1}, {}, None),
    ("credit that runs keeps a home lit", {}, {"credit_ends_at": TUESDAY + A_MOMENT}, None),
    ("credit is over at its end", {}, {"credit_ends_at": TUESDAY}, DISCONNECT),
    ("credit begins when the balance is used up", {}, {"credit_ends_at": None}, None),
    ("postpaid is never disconnected", {"is_prepaid": False}, {}, None),
    (
        "within the grace after conversion nobody is",
        {"mode_since_at": TUESDAY - timedelta(days=30) + A_MOMENT},
        {},
        None,
    ),
    (
        "the grace is over at its end",
        {"mode_since_at": TUESDAY - timedelta(days=30)},
        {},
        DISCONNECT,
    ),
    ("nobody is on no reading at all", {"charged_through_end_at": None}, {}, None),
    (
        "nor on one older than two days",
        {"charged_through_end_at": TUESDAY - timedelta(days=2) - A_MOMENT},
        {},
        None,
    ),
    (
        "one of two days still counts",
        {"charged_through_end_at": TUESDAY - timedelta(days=2)},
        {},
        DISCONNECT,
    ),
    ("nobody is before eight", {}, {"now": india("2026-04-08 07:59")}, None),
    ("somebody is at eight", {}, {"now": india("2026-04-08 08:00")}, DISCONNECT),
    ("nobody is from six on", {}, {"now": india("2026-04-07 18:00")}, None),
    ("what is asked already is not asked again", {}, {"state": DISCONNECTING}, None),
    ("what is off already is not asked again", {}, {"state": OFF}, None),
    ("what is being lit is not asked back", {}, {"state": RECONNECTING}, None),
    ("off and paid is lit", {"balance_paise": 1}, {"state": OFF}, RECONNECT),
    ("off and at zero stays off", {"balance_paise": 0}, {"state": OFF}, None),
    ("lit again is not asked twice", {"balance_paise": 1}, {"state": RECONNECTING}, None),
    ("a lit home is not lit", {"balance_paise": 500_00}, {}, None),
    ("a hospital is never disconnected", {"is_protected": True}, {}, None),
    (
        "a hospital is lit, money or not",
        {"is_protected": True},
        {"state": OFF},
        RECONNECT,
    ),
    (
        "a hospital that is being lit is not asked back",
        {"is_protected": True},
        {"state": RECONNECTING},
        None,
    ),
]


@pytest.mark.parametrize(
    ("sentence", "known", "situation", "action"), TABLE, ids=[row[0] for row in TABLE]
)
def test_what_a_relay_is_asked(sentence, known, situation, action):
    assert review(evidence(**known), **situation).action is action


def test_a_sunday_and_a_holiday_keep_homes_lit_that_a_weekday_does_not():
    days = {"2026-04-04": DISCONNECT, "2026-04-05": None, "2026-04-14": None}
    for day, action in days.items():
        now = india(f"{day} 11:00")
        known = evidence(charged_through_end_at=india(f"{day} 00:00"))
        assert review(known, now=now, credit_ends_at=now).action is action


@pytest.mark.parametrize(
    "now", ["2026-04-08 03:00", "2026-04-05 11:00", "2026-04-14 11:00", "2026-04-07 18:00"]
)
def test_who_paid_is_lit_whatever_hour_day_or_evidence_it_is(now):
    known = evidence(
        1, charged_through_end_at=None, is_prepaid=False, mode_since_at=india(now)
    )
    assert review(known, OFF, now=india(now)).action is RECONNECT


@pytest.mark.parametrize(
    ("known", "situation", "because"),
    [
        ({}, {}, "the balance and the emergency credit are used up"),
        ({"is_prepaid": False}, {}, "postpaid"),
        ({"mode_since_at": TUESDAY}, {}, "grace period"),
        ({}, {"credit_ends_at": None}, "emergency credit runs"),
        ({"charged_through_end_at": None}, {}, "too old"),
        ({}, {"now": india("2026-04-07 19:00")}, "at this hour"),
        ({"balance_paise": 1}, {"state": OFF}, "above zero again"),
        ({}, {"state": OFF}, "off until"),
        ({"is_protected": True}, {}, "protected"),
        ({"is_protected": True}, {"state": OFF}, "protected"),
        ({"is_protected": True}, {"state": DISCONNECTING}, "protected"),
        ({"balance_paise": 1}, {"state": DISCONNECTING}, "a payment came first"),
    ],
)
def test_each_decision_says_why(known, situation, because):
    assert because in review(evidence(**known), **situation).because


# Emergency credit


def test_credit_begins_once_runs_three_days_and_is_not_begun_anew():
    first = review(evidence(0), credit_ends_at=None)
    assert first.emergency_ends_at == TUESDAY + timedelta(days=3)
    later = review(
        evidence(-90_00),
        credit_ends_at=first.emergency_ends_at,
        now=TUESDAY + timedelta(days=1),
    )
    assert later.emergency_ends_at == first.emergency_ends_at


def test_a_recharge_ends_the_credit_and_the_next_one_is_whole_again():
    paid = review(evidence(1))
    assert paid.emergency_ends_at is None
    again = review(evidence(0), credit_ends_at=paid.emergency_ends_at)
    assert again.emergency_ends_at == TUESDAY + timedelta(days=3)


def test_while_a_protection_holds_no_credit_runs_and_after_it_the_credit_is_whole():
    protected = review(evidence(is_protected=True))
    assert protected.emergency_ends_at is None
    ended = review(evidence(), credit_ends_at=protected.emergency_ends_at)
    assert ended.action is None
    assert ended.emergency_ends_at == TUESDAY + timedelta(days=3)


def test_a_hospital_is_warned_like_anybody():
    known = evidence(100_00, is_protected=True)
    assert review(known, told=frozenset()).warnings_percent == (30,)
    assert review(evidence(is_protected=True), told=frozenset({30})).warnings_percent == (
        10,
        0,
    )


# A disconnection that waits


def test_a_waiting_disconnection_of_a_hospital_is_taken_back_and_never_sent():
    known = evidence(is_protected=True)
    assert review(known, DISCONNECTING).cancel_disconnection
    assert not may_go(known)


@pytest.mark.parametrize(
    ("balance_paise", "state", "cancelled"),
    [
        (1, DISCONNECTING, True),
        (0, DISCONNECTING, False),
        (-1, DISCONNECTING, False),
        (1, ON, False),
        (1, OFF, False),
        (1, RECONNECTING, False),
    ],
)
def test_a_payment_withdraws_a_disconnection_that_waits(balance_paise, state, cancelled):
    assert review(evidence(balance_paise), state).cancel_disconnection is cancelled


@pytest.mark.parametrize(
    ("balance_paise", "at", "may"),
    [
        (0, "2026-04-07 11:00", True),
        (1, "2026-04-07 11:00", False),
        (-1, "2026-04-07 07:59:59", False),
        (-1, "2026-04-07 08:00", True),
        (-1, "2026-04-07 17:49:59.999999", True),
        (-1, "2026-04-07 17:50", False),
        (-1, "2026-04-07 18:00", False),
        (-1, "2026-04-05 11:00", False),
        (-1, "2026-04-14 11:00", False),
    ],
)
def test_a_disconnection_is_sent_only_if_money_and_hour_are_still_so(
    balance_paise, at, may
):
    now = india(at)
    known = evidence(balance_paise, charged_through_end_at=now - timedelta(hours=1))
    assert may_go(known, credit_ends_at=now, now=now) is may


@pytest.mark.parametrize(
    "changes",
    [
        {"is_prepaid": False},
        {"mode_since_at": india("2026-03-20 00:00")},
        {"charged_through_end_at": india("2026-04-01 00:00")},
        {"charged_through_end_at": None},
    ],
)
def test_nor_is_it_sent_where_any_other_ground_has_gone(changes):
    assert may_go(evidence())
    assert not may_go(evidence(**changes))
    assert not may_go(evidence(), credit_ends_at=TUESDAY + A_MOMENT)
    assert not may_go(evidence(), credit_ends_at=None)


# Warnings


@pytest.mark.parametrize(
    ("balance_paise", "told", "warnings"),
    [
        (150_01, set(), ()),
        (150_00, set(), (30,)),
        (50_01, set(), (30,)),
        (50_00, set(), (30, 10)),
        (50_00, {30}, (10,)),
        (1, {30, 10}, ()),
        (0, {30, 10}, (0,)),
        (-40_00, {30}, (10, 0)),
        (-40_00, {30, 10, 0}, ()),
        (150_00, {30}, ()),
    ],
)
def test_each_threshold_is_told_once_a_recharge(balance_paise, told, warnings):
    found = review(evidence(balance_paise), told=frozenset(told), credit_ends_at=None)
    assert found.warnings_percent == warnings


def test_a_threshold_is_met_to_the_paisa_though_the_recharge_does_not_divide():
    def told(balance_paise: int) -> tuple[int, ...]:
        known = evidence(balance_paise, last_recharge_paise=1_033)
        return review(known, told=frozenset(), credit_ends_at=None).warnings_percent

    assert (told(310), told(309)) == ((), (30,))


@pytest.mark.parametrize("last_recharge_paise", [None, 0])
def test_who_never_recharged_is_told_when_the_balance_is_used_up(last_recharge_paise):
    def told(balance_paise: int) -> tuple[int, ...]:
        known = evidence(balance_paise, last_recharge_paise=last_recharge_paise)
        return review(known, told=frozenset(), credit_ends_at=None).warnings_percent

    assert (told(1), told(0)) == ((), (30, 10, 0))


def test_postpaid_is_told_nothing():
    known = evidence(-40_00, is_prepaid=False)
    assert review(known, told=frozenset(), credit_ends_at=None).warnings_percent == ()


@pytest.mark.parametrize(
    ("why", "balance_paise", "situation", "warnings"),
    [
        (
            "while credit runs there is something to heed",
            -1,
            {"credit_ends_at": TUESDAY + A_MOMENT},
            (30, 10, 0),
        ),
        ("after it has ended there is not", -1, {"credit_ends_at": TUESDAY}, ()),
        ("nor while it is being disconnected", 1, {"state": DISCONNECTING}, ()),
        ("nor in the dark", 1, {"state": OFF}, ()),
        ("there is again when it is being lit", 1, {"state": RECONNECTING}, (30, 10)),
    ],
)
def test_nobody_is_warned_of_what_has_happened_already(
    why, balance_paise, situation, warnings
):
    found = review(evidence(balance_paise), told=frozenset(), **situation)
    assert found.warnings_percent == warnings, why


# The law


def is_protected(now: datetime) -> bool:
    """What the notice says, counted on from UTC without any of the product's words."""
    here = (now + timedelta(hours=5, minutes=30)).replace(tzinfo=None)
    is_day = time(8, 0) <= here.time() < time(18, 0)
    is_workday = here.isoweekday() != 7 and here.date() not in HOLIDAYS
    return not (is_day and is_workday)


HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 14), date(2026, 5, 1), date(2026, 5, 27)}
FROM = datetime.fromisoformat("2026-04-01T00:00:00+00:00")
STEPS = st.lists(
    st.tuples(
        st.integers(-500_00, 500_00),
        st.one_of(
            st.integers(0, 3 * 24 * 3_600).map(lambda s: timedelta(seconds=s)),
            st.sampled_from([timedelta(0), A_MOMENT, timedelta(hours=12)]),
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


@given(STEPS, st.integers(0, 86_400))
def test_no_sequence_of_balances_and_times_ever_disconnects_in_protected_hours(
    steps, begin
):
    now, credit = FROM + timedelta(seconds=begin), None
    for balance_paise, pause, is_on in steps:
        now += pause
        known = evidence(balance_paise, charged_through_end_at=now - timedelta(hours=1))
        decision = review(known, ON if is_on else OFF, credit_ends_at=credit, now=now)
        if decision.action is DISCONNECT:
            assert not is_protected(now)
            assert balance_paise <= 0
            assert credit is not None
            assert credit <= now
        if may_go(known, credit_ends_at=credit, now=now):
            assert not is_protected(now)
            assert not is_protected(now + timedelta(minutes=9, seconds=59))
        if balance_paise > 0 and not is_on:
            assert decision.action is RECONNECT
        credit = decision.emergency_ends_at


def test_a_used_up_balance_is_disconnected_at_the_first_moment_that_is_allowed():
    """
    Thursday 2 April 10:00    used up: three days of credit begin
    Sunday   5 April 10:00    the credit is over; it is Sunday
    Monday   6 April 08:00    the window opens
    """
    now, credit, asked_at = india("2026-04-02 10:00"), None, None
    while asked_at is None:
        known = evidence(-1, charged_through_end_at=now - timedelta(hours=1))
        decision = review(known, credit_ends_at=credit, now=now)
        credit = decision.emergency_ends_at
        if decision.action is DISCONNECT:
            asked_at = now
        now += timedelta(minutes=30)
    assert asked_at == india("2026-04-06 08:00")


def test_a_home_that_turned_postpaid_is_lit_whatever_it_owes():
    decision = review(evidence(-40_00, is_prepaid=False), state=SupplyState.OFF)
    assert decision.action is RelayAction.RECONNECT
    assert decision.because == "the connection is postpaid"
