"""Supplies in the database: every change is kept with its reason, once and for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bijlighar.kernel.ist import IST
from bijlighar.supply import service as supply
from bijlighar.supply.policy import UnknownPolicy
from bijlighar.supply.states import NotNow
from bijlighar.supply.values import Evidence, ReadBack, RelayAction, SupplyNow, SupplyState
from tests.append_only import insist_on_refusal, statements
from tests.supply.policies import NAME

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 4, 7, 11, 0, tzinfo=IST)
MINUTE = timedelta(minutes=1)
ASHA, BALRAM = 1, 2


def evidence(connection_id: int = ASHA, balance_paise: int = -40_00, **changes: object):
    known = {
        "connection_id": connection_id,
        "balance_paise": balance_paise,
        "balance_as_of": TUESDAY - MINUTE,
        "last_recharge_paise": 500_00,
        "recharge_key": "pretend:pay_1",
        "charged_through_end_at": TUESDAY - timedelta(hours=11),
        "is_prepaid": True,
        "is_protected": False,
        "held_back_paise": 0,
        "mode_since_at": TUESDAY - timedelta(days=90),
    }
    return Evidence(**{**known, **changes})


def review(*known: Evidence, now: datetime = TUESDAY):
    return supply.review(evidence=known, policy_name=NAME, now=now).decisions


def state(connection_id: int = ASHA) -> SupplyState:
    return supply.state_of(connection_id=connection_id).state


def changes() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select state_before, event, state_after, because, policy, balance_paise,"
            " balance_as_of, at from supply_supplychange order by id"
        )
        return list(cursor.fetchall())


@pytest.fixture
def supplies(db: None) -> None:
    supply.open_supplies(connection_ids=[ASHA, BALRAM], now=TUESDAY)


@pytest.fixture
def used_up(supplies: None) -> None:
    """Asha's emergency credit has ended."""
    review(evidence(), now=TUESDAY - timedelta(days=3))


def read_relay(is_closed: bool, now: datetime = TUESDAY) -> ReadBack:
    return supply.read_back(
        connection_id=ASHA, is_closed=is_closed, because="a test", now=now
    )


def read_back(is_closed: bool, now: datetime = TUESDAY) -> SupplyState:
    return read_relay(is_closed, now).state


def test_a_new_supply_is_lit(supplies):
    assert supply.state_of(connection_id=ASHA) == SupplyNow(
        connection_id=ASHA, state=SupplyState.ON, since=TUESDAY, emergency_ends_at=None
    )


def test_looking_after_a_supply_again_leaves_it_as_it_is(used_up):
    review(evidence())
    supply.open_supplies(connection_ids=[ASHA, 3], now=TUESDAY + MINUTE)
    assert (state(ASHA), state(3)) == (SupplyState.DISCONNECTING, SupplyState.ON)


def test_a_disconnection_is_asked_for_and_kept_with_its_grounds(used_up):
    (decision,) = review(evidence())
    assert decision.action is RelayAction.DISCONNECT
    assert state() is SupplyState.DISCONNECTING
    assert changes() == [
        (
            "on",
            "disconnection asked",
            "disconnecting",
            "the balance and the emergency credit are used up",
            NAME,
            -40_00,
            TUESDAY - MINUTE,
            TUESDAY,
        )
    ]


def test_reviewing_again_asks_for_nothing_twice(used_up):
    review(evidence())
    assert review(evidence(), now=TUESDAY + MINUTE) == ()
    assert len(changes()) == 1


def test_a_review_of_many_decides_on_each_and_leaves_out_who_has_no_news(used_up):
    decisions = review(evidence(BALRAM, 400_00), evidence(ASHA))
    assert [one.connection_id for one in decisions] == [ASHA]
    assert state(BALRAM) is SupplyState.ON


def test_emergency_credit_is_kept_until_a_recharge_ends_it(supplies):
    review(evidence())
    ends = TUESDAY + timedelta(days=3)
    assert supply.state_of(connection_id=ASHA).emergency_ends_at == ends
    review(evidence(), now=TUESDAY + MINUTE)
    assert supply.state_of(connection_id=ASHA).emergency_ends_at == ends
    review(evidence(balance_paise=1), now=TUESDAY + MINUTE)
    assert supply.state_of(connection_id=ASHA).emergency_ends_at is None


def test_each_threshold_is_told_once_and_again_after_the_next_recharge(supplies):
    def told(balance_paise: int, key: str) -> tuple[int, ...]:
        found = review(evidence(balance_paise=balance_paise, recharge_key=key))
        return found[0].warnings_percent if found else ()

    assert told(150_00, "pretend:pay_1") == (30,)
    assert told(149_00, "pretend:pay_1") == ()
    assert told(40_00, "pretend:pay_1") == (10,)
    assert told(40_00, "pretend:pay_2") == (30, 10)
    assert told(40_00, "pretend:pay_2") == ()


def test_of_thresholds_crossed_at_once_the_lowest_is_told(supplies):
    review(evidence(balance_paise=40_00))
    review(evidence(balance_paise=-1))
    with connection.cursor() as cursor:
        cursor.execute("select percent, is_told from supply_lowbalancewarning order by id")
        assert cursor.fetchall() == [(30, False), (10, True), (0, True)]


def test_a_warning_of_one_home_is_not_taken_for_anothers(supplies):
    review(evidence(ASHA, 150_00, recharge_key="opening"))
    (decision,) = review(evidence(BALRAM, 150_00, recharge_key="opening"))
    assert decision.warnings_percent == (30,)


def test_the_database_keeps_a_warning_once(supplies):
    review(evidence(balance_paise=150_00))
    with (
        pytest.raises(IntegrityError, match="a_threshold_is_warned_of_once_a_recharge"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "insert into supply_lowbalancewarning"
            " (connection_id, recharge_key, percent, is_told, at)"
            " select connection_id, recharge_key, percent, is_told, at"
            " from supply_lowbalancewarning"
        )


def test_only_the_read_back_makes_a_home_dark_and_lit_again(used_up):
    review(evidence())
    assert read_back(is_closed=True) is SupplyState.DISCONNECTING
    assert read_back(is_closed=False, now=TUESDAY + MINUTE) is SupplyState.OFF
    assert supply.state_of(connection_id=ASHA).since == TUESDAY + MINUTE
    (decision,) = review(evidence(balance_paise=1), now=TUESDAY + 2 * MINUTE)
    assert decision.action is RelayAction.RECONNECT
    assert read_back(is_closed=False) is SupplyState.RECONNECTING
    assert read_back(is_closed=True, now=TUESDAY + 3 * MINUTE) is SupplyState.ON
    assert [(row[0], row[2]) for row in changes()] == [
        ("on", "disconnecting"),
        ("disconnecting", "off"),
        ("off", "reconnecting"),
        ("reconnecting", "on"),
    ]


def test_a_read_back_that_says_nothing_new_is_not_kept(supplies):
    assert read_back(is_closed=True, now=TUESDAY + MINUTE) is SupplyState.ON
    assert (changes(), supply.state_of(connection_id=ASHA).since) == ([], TUESDAY)


def test_a_withdrawn_disconnection_leaves_the_home_lit(used_up):
    review(evidence())
    now = supply.cancelled(connection_id=ASHA, because="a payment came first", now=TUESDAY)
    assert now.state is SupplyState.ON
    assert changes()[-1][:4] == (
        "disconnecting",
        "disconnection cancelled",
        "on",
        "a payment came first",
    )


def test_what_cannot_happen_now_is_refused_and_changes_nothing(supplies):
    with pytest.raises(NotNow, match="Disconnection cancelled cannot happen"):
        supply.cancelled(connection_id=ASHA, because="a test", now=TUESDAY)
    assert (state(), changes()) == (SupplyState.ON, [])


def test_the_last_change_names_the_command_that_it_asks_for(used_up):
    with pytest.raises(AssertionError, match="asked for by a change"):
        supply.last_change_key(connection_id=ASHA)
    review(evidence())
    first = supply.last_change_key(connection_id=ASHA)
    assert first == supply.last_change_key(connection_id=ASHA)
    supply.cancelled(connection_id=ASHA, because="a test", now=TUESDAY)
    assert supply.last_change_key(connection_id=ASHA) != first


def test_disconnections_are_counted_where_they_were_read_back(used_up):
    review(evidence())
    assert supply.times_of_disconnections() == ()
    read_back(is_closed=False, now=TUESDAY + MINUTE)
    read_back(is_closed=False, now=TUESDAY + 2 * MINUTE)
    assert supply.times_of_disconnections() == (TUESDAY + MINUTE,)
    assert supply.count_disconnections() == 1
    assert supply.count_reconnections() == 0


def test_reconnections_are_homes_that_were_off_and_not_cuts_that_were_turned_round(used_up):
    review(evidence())
    supply.turned_round(connection_id=ASHA, because="a test", now=TUESDAY)
    turned = read_relay(is_closed=True, now=TUESDAY + MINUTE)
    assert (turned.state, turned.went_dark, turned.came_back) == (
        SupplyState.ON,
        False,
        False,
    )
    assert supply.count_reconnections() == 0

    review(evidence())
    assert read_relay(is_closed=False, now=TUESDAY + 2 * MINUTE).went_dark
    review(evidence(balance_paise=500_00))
    assert state() is SupplyState.RECONNECTING
    assert read_relay(is_closed=True, now=TUESDAY + 3 * MINUTE).came_back
    assert (supply.count_disconnections(), supply.count_reconnections()) == (1, 1)


def test_the_last_look_lets_through_only_what_is_still_to_be_disconnected(used_up):
    def still(known: Evidence, now: datetime) -> bool:
        return bool(supply.still_to_disconnect(evidence=[known], policy_name=NAME, now=now))

    assert not still(evidence(), TUESDAY)
    review(evidence())
    assert still(evidence(), TUESDAY)
    assert not still(evidence(balance_paise=1), TUESDAY)
    assert not still(evidence(), TUESDAY + timedelta(hours=8))
    assert supply.money_needed_paise(policy_name=NAME) == 0
    with pytest.raises(UnknownPolicy):
        supply.money_needed_paise(policy_name="none")


@pytest.mark.parametrize("statement", statements("supply_supplychange"))
def test_changes_are_never_taken_back(used_up, statement):
    review(evidence())
    insist_on_refusal(statement)


def test_a_state_that_nobody_knows_is_refused(supplies):
    with (
        pytest.raises(IntegrityError, match="supply_state_is_known"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("update supply_supply set state = 'dim'")
