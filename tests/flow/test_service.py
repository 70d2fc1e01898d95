"""The clock starts each thing once, jobs wait with their cause, steps repeat safely."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction

from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow import later, tasks
from bijlighar.flow.close_day import LATE, close_day
from bijlighar.flow.hear_meter import hear_meter, miss_meter
from bijlighar.flow.schedule import SCHEDULE, start_due
from bijlighar.headend import service as headend
from bijlighar.kernel.ist import IST, day_starts
from bijlighar.ledger import service as ledger
from bijlighar.readings import service as readings
from bijlighar.readings.values import Blocks, DailyRegister, Heard
from bijlighar.supply import service as supply
from bijlighar.supply.values import SupplyState
from tests.cast import STARTS_ON, connect, hear, new_connection
from tests.flow.jobs import deferred
from tests.threads import at_once

ALL = {line.task for line in SCHEDULE}
NOON = datetime(2026, 4, 7, 12, 0, tzinfo=IST)


def names() -> list[str]:
    return [name for name, _ in deferred()]


# By the clock


@pytest.mark.django_db
class TestTheSchedule:
    """Each due time is started once."""

    def test_what_is_due_is_deferred_once(self):
        assert set(start_due(now=NOON)) == ALL
        assert sorted(names()) == sorted(ALL)
        assert start_due(now=NOON) == ()
        assert start_due(now=NOON + timedelta(minutes=1)) == ()
        assert len(names()) == len(ALL)

    def test_at_its_next_time_it_is_started_again(self):
        start_due(now=NOON)
        in_ten_minutes = start_due(now=NOON + timedelta(minutes=10))
        assert set(in_ten_minutes) == {
            later.ASK_GATEWAYS,
            later.COMPLAINT_CLOCKS,
            later.TAKE_UP_UNANSWERED,
        }
        half_past = start_due(now=NOON + timedelta(minutes=30))
        assert later.REVIEW_ALL in half_past
        assert later.READ_ALL not in half_past
        midnight = NOON + timedelta(hours=12, minutes=5)
        assert later.READ_ALL in start_due(now=midnight)

    def test_what_was_missed_for_days_is_started_once(self):
        start_due(now=NOON)
        assert set(start_due(now=NOON + timedelta(days=5))) == ALL
        assert len(names()) == 2 * len(ALL)

    def test_a_clock_that_goes_back_starts_nothing_twice(self):
        start_due(now=NOON - timedelta(hours=2))
        start_due(now=NOON)
        assert start_due(now=NOON - timedelta(hours=2)) == ()

    def test_what_is_started_is_kept_with_when_it_was_due_and_when_it_was_started(self):
        start_due(now=NOON)
        with connection.cursor() as cursor:
            cursor.execute("select name, due_at, started_at from flow_schedulerun")
            kept = {name: (due_at, at) for name, due_at, at in cursor.fetchall()}
        assert kept[later.REVIEW_ALL] == (NOON - timedelta(hours=1, minutes=30), NOON)


def test_of_many_workers_one_starts_each_due_time(committed_db):
    started = at_once(lambda _: start_due(now=NOON), threads=5)
    assert sorted(task for tasks_ in started for task in tasks_) == sorted(ALL)
    assert sorted(names()) == sorted(ALL)


def test_what_is_rolled_back_leaves_no_job_behind(committed_db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        later.close_day(connection_ids=[1])
        later.send_notices(notice_ids=[1, 2])
        assert len(names()) == 3
        raise ZeroDivisionError
    assert names() == []


# Jobs


@pytest.mark.django_db
class TestJobs:
    """What the worker can be asked to do."""

    def test_many_connections_are_split_over_jobs_and_none_is_left_out(self):
        ids = list(range(1, 2 * later.MOST_CONNECTIONS_A_JOB + 2))
        later.close_day(connection_ids=ids)
        parts = [arguments["connection_ids"] for _, arguments in deferred()]
        assert [len(part) for part in parts] == [2_000, 2_000, 1]
        assert [one for part in parts for one in part] == ids

    def test_nothing_to_do_is_no_job(self):
        later.close_day(connection_ids=[])
        later.send_notices(notice_ids=[])
        assert names() == []


def test_a_job_with_words_of_a_later_version_is_still_understood(committed_db):
    (asha,) = connect("Asha")
    tasks.close_day(connection_ids=[asha.connection_id], colour="red")
    tasks.review_all(colour="red")
    tasks.read_all(colour="red")
    tasks.prove_ledger(colour="red")


def test_a_wallet_that_does_not_add_up_is_an_alarm(committed_db):
    (asha,) = connect("Asha")
    tasks.prove_ledger()
    with connection.cursor() as cursor:
        cursor.execute("update ledger_wallet set balance_paise = 1")
    with pytest.raises(AssertionError, match=rf"\({asha.connection_id},\) are not the sum"):
        tasks.prove_ledger()


def test_a_run_entry_that_is_not_balanced_is_an_alarm(committed_db):
    (asha,) = connect("Asha")
    hear(asha, {STARTS_ON: asha.initial_register_wh + 5_000}, now=NOON)
    close_day(connection_ids=[asha.connection_id], now=NOON)
    tasks.prove_ledger()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_bookmove (entry_id, account_id, amount_paise)"
            " select move.entry_id, max(account.id), 100"
            " from ledger_walletmove as move, ledger_account as account"
            " where account.owner_id is null and account.id not in"
            " (select account_id from ledger_bookmove) group by move.entry_id"
        )
        assert cursor.rowcount
    with pytest.raises(AssertionError, match="are not balanced"):
        tasks.prove_ledger()


def test_after_midnight_every_meter_is_asked_at_once(committed_db):
    (asha,) = connect("Asha")
    far = NOON + timedelta(days=3_650)
    headend.heard(meter_counters={asha.meter_id: 5}, now=far)
    assert headend.plan_reads(now=far, limit=5) == ()
    tasks.read_all()
    assert len(headend.plan_reads(now=far, limit=5)) == 1


# Coming in


@pytest.mark.django_db
class TestConnecting:
    """Consumer, meter, keys, wallet and supply at once."""

    @pytest.mark.parametrize("opening_paise", [500_00, 0, -600_00])
    def test_a_home_comes_in_with_all_that_it_needs(self, opening_paise):
        (asha,) = connect("Asha", opening_paise=opening_paise)
        i = asha.connection_id
        assert ledger.balances_of(owner_ids=[i])[i].balance_paise == opening_paise
        opened = {i: opening_paise} if opening_paise else {}
        assert ledger.opening_of(owner_ids=[i]) == opened
        assert supply.state_of(connection_id=i).state is SupplyState.ON
        (plan,) = headend.plan_reads(now=day_starts(STARTS_ON), limit=5)
        assert (plan.meter_id, plan.daily_from) == (asha.meter_id, STARTS_ON)
        assert ledger.wrong_wallets() == ()

    def test_where_one_cannot_come_in_none_does(self):
        connect("Asha")
        twin = new_connection("Dev", meter_serial="BIJ00001")
        with pytest.raises(connections.AlreadyConnected):
            connect("Chanda", "Dev", new={"Dev": twin})
        assert [home.name_en for home in connections.homes()] == ["Asha"]
        assert readings.count_rows() == 1


# Hearing and closing


@pytest.mark.django_db
class TestHearing:
    """A conversation with a meter, kept with what follows from it."""

    @pytest.fixture
    def asha(self) -> Home:
        return connect("Asha")[0]

    def heard(self, home: Home, *registers: int) -> Heard:
        return Heard(
            meter_id=home.meter_id,
            daily=tuple(
                DailyRegister(
                    meter_id=home.meter_id,
                    day=STARTS_ON + timedelta(days=number),
                    register_wh=register,
                )
                for number, register in enumerate(registers)
            ),
            blocks=(),
            daily_holds_from=None,
        )

    def test_a_day_that_was_heard_is_to_be_closed(self, asha):
        said = self.heard(asha, 105_000, 108_000)
        counters = {asha.meter_id: 5}
        assert hear_meter(heard=[said], meter_counters=counters, now=NOON) == 2
        assert deferred() == [(later.CLOSE_DAY, {"connection_ids": [asha.connection_id]})]

    def test_a_meter_with_nothing_to_say_defers_nothing(self, asha):
        counters = {asha.meter_id: 5}
        assert hear_meter(heard=[self.heard(asha)], meter_counters=counters, now=NOON) == 0
        assert deferred() == []

    def test_half_hours_of_a_day_that_may_be_being_charged_charge_it_again(self, asha):
        """The close that runs cannot see them, nor can they see the close."""
        second = STARTS_ON + timedelta(days=1)
        hear_meter(heard=[self.heard(asha, 105_000, 108_000)], meter_counters={}, now=NOON)
        peak = Blocks(
            meter_id=asha.meter_id, day=second, first_block=30, energies_wh=(1_200,)
        )
        later_said = replace(self.heard(asha), blocks=(peak,))
        hear_meter(heard=[later_said], meter_counters={}, now=NOON)
        assert deferred()[1:] == [
            (
                later.CHARGE_AGAIN,
                {
                    "connection_ids": [asha.connection_id],
                    "first": second.isoformat(),
                    "because": LATE,
                },
            )
        ]

    def test_half_hours_that_come_with_their_register_need_no_second_charge(self, asha):
        peak = Blocks(
            meter_id=asha.meter_id, day=STARTS_ON, first_block=30, energies_wh=(1_200,)
        )
        said = replace(self.heard(asha, 105_000), blocks=(peak,))
        hear_meter(heard=[said], meter_counters={}, now=NOON)
        assert names() == [later.CLOSE_DAY]

    def test_a_meter_that_hangs_nowhere_is_heard_and_charged_to_nobody(self, asha):
        with connection.cursor() as cursor:
            cursor.execute(
                "update connections_installation set removed_on = %s", [date(2026, 4, 2)]
            )
        said = self.heard(asha, 105_000)
        assert hear_meter(heard=[said], meter_counters={asha.meter_id: 5}, now=NOON) == 1
        assert deferred() == []

    def test_a_meter_that_was_missed_is_asked_later(self, asha):
        miss_meter(errors={asha.meter_id: "no answer"}, now=NOON)
        assert headend.plan_reads(now=NOON, limit=5) == ()
        assert len(headend.plan_reads(now=NOON + timedelta(minutes=10), limit=5)) == 1

    def test_a_closed_day_is_charged_and_the_supply_reviewed_once(self):
        (asha,) = connect("Asha", opening_paise=20_00)
        hear(asha, {date(2026, 4, 1): 105_000}, now=NOON)
        ids = [asha.connection_id]
        assert len(close_day(connection_ids=ids, now=NOON).charged) == 1
        state = supply.state_of(connection_id=asha.connection_id)
        assert state.emergency_ends_at == NOON + timedelta(days=3)
        assert names() == [later.SEND_NOTICE]
        assert close_day(connection_ids=ids, now=NOON).charged == ()
        assert names() == [later.SEND_NOTICE]
        assert charges.charged_through(connection_ids=ids) == {ids[0]: date(2026, 4, 1)}
