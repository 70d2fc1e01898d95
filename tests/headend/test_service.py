"""Meters' keys and counters, whom to ask when, and the queue of relay commands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bijlighar.connections.values import Home
from bijlighar.headend import service as headend
from bijlighar.headend.keys import NoRootKey, WrongRootKey
from bijlighar.headend.rules import MOST_ATTEMPTS
from bijlighar.headend.values import (
    Command,
    CommandState,
    NewCommand,
    RelayWanted,
    Withdrawn,
)
from bijlighar.kernel.ist import day_starts
from tests.cast import STARTS_ON, connect, hear, keys_of, with_root_key

pytestmark = pytest.mark.django_db

START = day_starts(STARTS_ON)
NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
OPEN, CLOSED = RelayWanted.OPEN, RelayWanted.CLOSED


LIVING, DEAD, OWN = 4242, 4343, 4444
"""Numbers of head-end processes: one that lives, and one that was killed."""


@pytest.fixture
def asha(db: None) -> Home:
    return connect("Asha")[0]


@pytest.fixture
def root_key():
    with with_root_key():
        yield


# Keys and counters


def lease(*homes: Home):
    return headend.lease(meter_ids=[home.meter_id for home in homes])


def test_a_lease_holds_all_that_a_conversation_needs(asha, root_key):
    (one,) = lease(asha)
    assert (one.encryption_key, one.authentication_key) == (
        keys_of(1).encryption_key,
        keys_of(1).authentication_key,
    )
    assert (one.meter_id, one.serial, one.system_title) == (
        asha.meter_id,
        "BIJ00001",
        b"BIJ00001",
    )
    assert (one.host, one.port) == ("127.0.0.1", 4_001)
    assert (one.first_counter, one.known_meter_counter) == (1, 0)


def test_counters_are_leased_once(asha, root_key):
    leases = [lease(asha)[0] for _ in range(3)]
    used = [
        set(range(one.first_counter, one.first_counter + one.leased_counters))
        for one in leases
    ]
    assert (
        len(set.union(*used)) == sum(map(len, used)) == 3 * headend.COUNTERS_A_CONVERSATION
    )


def test_each_meter_has_its_own_counters_and_is_leased_once_a_call(root_key):
    asha, balram = connect("Asha", "Balram")
    lease(asha)
    found = {one.meter_id: one.first_counter for one in lease(asha, balram, asha)}
    assert found == {asha.meter_id: 1 + headend.COUNTERS_A_CONVERSATION, balram.meter_id: 1}


def test_a_meter_without_keys_is_not_leased(asha, root_key):
    assert headend.lease(meter_ids=[999_999]) == ()


def test_keys_lie_wrapped_and_open_under_their_root_and_on_their_meter_only(
    asha, settings, root_key
):
    with connection.cursor() as cursor:
        cursor.execute("select wrapped_keys from headend_metersecret")
        assert keys_of(1).encryption_key not in bytes(cursor.fetchone()[0])
    (balram,) = connect("Balram")
    with connection.cursor() as cursor:
        cursor.execute(
            "update headend_metersecret set wrapped_keys ="
            " (select wrapped_keys from headend_metersecret where meter_id = %s)",
            [asha.meter_id],
        )
    lease(asha)
    with pytest.raises(WrongRootKey):
        lease(balram)
    settings.BIJLIGHAR = {**settings.BIJLIGHAR, "root_key": "00" * 32}
    with pytest.raises(WrongRootKey):
        lease(asha)
    settings.BIJLIGHAR = {**settings.BIJLIGHAR, "root_key": ""}
    with pytest.raises(NoRootKey):
        lease(asha)


def test_a_counter_that_would_not_fit_any_more_is_not_leased(asha, root_key):
    with connection.cursor() as cursor:
        cursor.execute("update headend_metersecret set next_counter = 4294967295 - 1024")
        lease(asha)
    with (
        pytest.raises(IntegrityError, match="counter_fits_in_32_bits"),
        transaction.atomic(),
    ):
        lease(asha)


@pytest.mark.parametrize(("counter", "known"), [(900, 900), (899, 900), (1_000, 1_000)])
def test_a_meters_counter_is_only_ever_known_to_grow(asha, root_key, counter, known):
    headend.heard(meter_counters={asha.meter_id: 900}, now=NOW)
    headend.heard(meter_counters={asha.meter_id: counter}, now=NOW)
    assert lease(asha)[0].known_meter_counter == known


# Whom to ask


def due(now: datetime, limit: int = 10) -> list[int]:
    return [plan.meter_id for plan in headend.plan_reads(now=now, limit=limit)]


def test_a_new_meter_is_due_at_once_from_its_installation_on(asha):
    (plan,) = headend.plan_reads(now=NOW, limit=10)
    assert plan.meter_id == asha.meter_id
    assert (plan.daily_from, plan.blocks_from_day) == (STARTS_ON, STARTS_ON)
    assert plan.blocks_from_block == 0
    assert due(START - SECOND) == []


def test_a_meter_is_asked_for_what_it_has_not_told(asha):
    hear(asha, {date(2026, 4, 1): 100_500}, now=NOW)
    (plan,) = headend.plan_reads(now=NOW, limit=10)
    assert plan.daily_from == date(2026, 4, 2)


def test_a_meter_that_answered_is_asked_again_in_an_hour(asha):
    headend.heard(meter_counters={asha.meter_id: 5}, now=NOW)
    hour = timedelta(hours=1)
    assert (due(NOW + hour - SECOND), due(NOW + hour)) == ([], [asha.meter_id])


def test_a_silent_meter_is_asked_after_growing_pauses_until_it_is_heard(asha):
    now, pauses = NOW, []
    for _ in range(4):
        headend.not_heard(errors={asha.meter_id: "no answer"}, now=now)
        pause = next(n for n in range(1, 99) if due(now + n * MINUTE))
        pauses.append(pause)
        now += pause * MINUTE
    assert pauses == [10, 20, 40, 60]
    headend.heard(meter_counters={asha.meter_id: 5}, now=now)
    headend.not_heard(errors={asha.meter_id: "no answer"}, now=now)
    assert due(now + 10 * MINUTE) == [asha.meter_id]


def test_the_longest_waiting_are_asked_first_and_no_more_than_wanted():
    asha, balram, chanda = connect("Asha", "Balram", "Chanda")
    headend.read_soon(now=NOW - MINUTE, meter_ids=[chanda.meter_id])
    headend.read_soon(now=NOW, meter_ids=[balram.meter_id])
    headend.read_soon(now=NOW + MINUTE, meter_ids=[asha.meter_id])
    assert due(NOW) == [chanda.meter_id, balram.meter_id]
    assert due(NOW + MINUTE, limit=2) == [chanda.meter_id, balram.meter_id]


def test_after_midnight_all_are_asked_at_once():
    homes = connect("Asha", "Balram")
    headend.heard(meter_counters={home.meter_id: 5 for home in homes}, now=NOW)
    headend.read_soon(now=NOW + MINUTE)
    assert due(NOW + MINUTE) == sorted(home.meter_id for home in homes)


# Commands


def queue(
    home: Home, wanted: RelayWanted = OPEN, source: str = "supply change 1", now=NOW
) -> bool:
    return headend.queue(
        new=NewCommand(
            meter_id=home.meter_id,
            connection_id=home.connection_id,
            wanted=wanted,
            source=source,
        ),
        now=now,
    )


def due_commands(now: datetime = NOW, limit: int = 10) -> tuple[Command, ...]:
    return headend.due_commands(now=now, limit=limit, own=OWN, in_flight=[])


def claim(command: Command, *, now: datetime = NOW, by: int = LIVING) -> int:
    """A head-end process takes a command up; one that lives holds its lock."""
    if by == LIVING:
        with connection.cursor() as cursor:
            # Held to the end of the test's transaction, as HOLD_LOCK is to a session's.
            cursor.execute(
                "select pg_advisory_xact_lock(%s, %s)", [headend.LOCK_CLASS, LIVING]
            )
    headend.claim(commands=[command], claimed_by=by, now=now)
    return command.command_id


def queued(home: Home, wanted: RelayWanted = OPEN) -> Command:
    queue(home, wanted)
    return due_commands()[0]


def state(command_id: int) -> CommandState:
    return headend.command_of(command_id=command_id).state


def failed(home: Home, wanted: RelayWanted = OPEN) -> int:
    """A command that all attempts have failed at."""
    command = queued(home, wanted)
    now = NOW
    for _ in range(MOST_ATTEMPTS):
        claim(command, now=now)
        headend.unconfirmed(command_id=command.command_id, error="no answer", now=now)
        now += 5 * MINUTE
    return command.command_id


def test_a_command_is_queued_once_a_source(asha):
    assert queue(asha) is True
    assert queue(asha) is False
    (command,) = due_commands()
    assert command == Command(
        command_id=command.command_id,
        meter_id=asha.meter_id,
        connection_id=asha.connection_id,
        wanted=OPEN,
        state=CommandState.QUEUED,
        attempts=0,
        requested_at=NOW,
        last_error="",
    )
    assert headend.count_waiting() == 1


def test_a_source_that_was_done_with_is_not_queued_again(asha):
    command_id = claim(queued(asha))
    headend.confirmed(command_id=command_id, now=NOW)
    assert queue(asha) is False
    assert due_commands() == ()


def test_a_meter_has_one_command_at_a_time(asha):
    queue(asha)
    with (
        pytest.raises(IntegrityError, match="one_command_a_meter_at_a_time"),
        transaction.atomic(),
    ):
        queue(asha, CLOSED, "supply change 2")
    command_id = claim(due_commands()[0])
    with (
        pytest.raises(IntegrityError, match="one_command_a_meter_at_a_time"),
        transaction.atomic(),
    ):
        queue(asha, CLOSED, "supply change 2")
    headend.confirmed(command_id=command_id, now=NOW)
    assert queue(asha, CLOSED, "supply change 2") is True


@pytest.mark.parametrize(
    ("column", "constraint"),
    [("state", "command_state_is_known"), ("wanted", "wanted_is_open_or_closed")],
)
def test_the_database_knows_all_states_and_wishes(asha, column, constraint):
    queue(asha)
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"update headend_relaycommand set {column} = 'odd'")


def test_reconnections_go_first_then_who_has_waited_longest():
    asha, balram, chanda, dev = connect("Asha", "Balram", "Chanda", "Dev")
    queue(asha, OPEN, "1", NOW)
    queue(balram, OPEN, "2", NOW - MINUTE)
    queue(chanda, CLOSED, "3", NOW)
    queue(dev, CLOSED, "4", NOW + SECOND)
    sent = [command.connection_id for command in due_commands(NOW + SECOND)]
    assert sent == [home.connection_id for home in (chanda, dev, balram, asha)]
    assert len(due_commands(NOW + SECOND, limit=3)) == 3
    assert dev.connection_id not in [one.connection_id for one in due_commands(NOW)]


def test_a_claimed_command_is_not_due_and_counts_the_attempt(asha):
    command_id = claim(queued(asha))
    assert due_commands() == ()
    assert headend.command_of(command_id=command_id).attempts == 1
    assert headend.count_waiting() == 1
    assert headend.next_command_at() is None


def test_a_claim_of_a_process_that_was_killed_is_due_again(asha):
    command_id = claim(queued(asha), by=DEAD)
    assert [command.command_id for command in due_commands()] == [command_id]
    claim(headend.command_of(command_id=command_id))
    assert due_commands() == ()
    assert headend.command_of(command_id=command_id).attempts == 2


def test_a_process_takes_up_again_what_it_claimed_and_lost_hold_of(asha):
    command_id = claim(queued(asha))

    def due(own: int, in_flight: list[int]) -> list[int]:
        found = headend.due_commands(now=NOW, limit=9, own=own, in_flight=in_flight)
        return [command.command_id for command in found]

    assert due(LIVING, [command_id]) == []
    assert due(LIVING, []) == [command_id]
    assert due(OWN, []) == []


def withdraw(command_id: int) -> Withdrawn:
    return headend.withdraw(command_id=command_id, because="a payment came", now=NOW)


def test_a_command_that_was_never_sent_is_withdrawn_and_the_relay_is_as_it_was(asha):
    command_id = queued(asha).command_id
    assert withdraw(command_id) is Withdrawn.UNSENT
    assert withdraw(command_id) is Withdrawn.NOT_THERE
    found = headend.command_of(command_id=command_id)
    assert (found.state, found.last_error) == (CommandState.CANCELLED, "a payment came")
    assert due_commands(NOW + timedelta(days=1)) == ()


@pytest.mark.parametrize("how", ["no answer", "killed", "given up"])
def test_of_a_command_that_was_tried_nobody_knows_what_the_relay_is(asha, how):
    command_id = failed(asha) if how == "given up" else claim(queued(asha), by=DEAD)
    if how == "no answer":
        headend.unconfirmed(command_id=command_id, error="no answer", now=NOW)
    assert withdraw(command_id) is Withdrawn.MAYBE_SENT
    assert state(command_id) is CommandState.CANCELLED


def test_what_was_read_back_cannot_be_withdrawn(asha):
    command_id = claim(queued(asha))
    headend.confirmed(command_id=command_id, now=NOW)
    assert withdraw(command_id) is Withdrawn.NOT_THERE
    assert state(command_id) is CommandState.CONFIRMED


def test_the_disconnection_that_waits_is_found_and_no_other(asha):
    def waiting() -> Command | None:
        return headend.queued_disconnection(connection_id=asha.connection_id)

    assert waiting() is None
    command = queued(asha)
    assert waiting() == command
    claim(command)
    assert waiting() is None
    headend.confirmed(command_id=command.command_id, now=NOW)
    queue(asha, CLOSED, "supply change 2")
    assert waiting() is None


def test_a_command_is_confirmed_once_and_only_while_it_is_being_sent(asha):
    command = queued(asha)
    assert headend.confirmed(command_id=command.command_id, now=NOW) is None
    assert state(command.command_id) is CommandState.QUEUED
    claim(command)
    done = headend.confirmed(command_id=command.command_id, now=NOW)
    assert done is not None
    assert done.state is CommandState.CONFIRMED
    assert headend.confirmed(command_id=command.command_id, now=NOW) is None
    assert headend.count_waiting() == 0


@pytest.mark.parametrize("end", ["queued", "cancelled", "confirmed"])
def test_what_is_not_being_sent_cannot_fail(asha, end):
    command_id = queued(asha).command_id
    if end == "cancelled":
        withdraw(command_id)
    if end == "confirmed":
        claim(headend.command_of(command_id=command_id))
        headend.confirmed(command_id=command_id, now=NOW)
    assert headend.unconfirmed(command_id=command_id, error="late", now=NOW) is None
    assert state(command_id) == end


def test_pauses_between_attempts_grow_and_end_in_failure(asha):
    command, now, pauses = queued(asha), NOW, []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        claim(command, now=now)
        ended = headend.unconfirmed(
            command_id=command.command_id, error=f"attempt {attempt}", now=now
        )
        assert ended is not None
        assert (ended.attempts, ended.last_error) == (attempt, f"attempt {attempt}")
        if ended.state is CommandState.QUEUED:
            next_at = headend.next_command_at()
            pauses.append((next_at - now) // SECOND)
            assert due_commands(next_at - SECOND) == ()
            assert len(due_commands(next_at)) == 1
            now = next_at
    assert pauses == [2, 4, 8, 16, 32]
    assert ended.state is CommandState.FAILED
    assert (headend.count_waiting(), headend.next_command_at()) == (0, None)


def test_a_reconnection_is_shown_as_failed_but_never_given_up(asha):
    command_id = failed(asha, CLOSED)
    assert state(command_id) is CommandState.QUEUED
    assert headend.next_command_at() is None
    now = NOW + timedelta(days=1)
    for _ in range(30):
        assert [command.command_id for command in due_commands(now)] == [command_id]
        claim(headend.command_of(command_id=command_id), now=now)
        headend.unconfirmed(command_id=command_id, error="no answer", now=now)
        assert due_commands(now + MINUTE) == ()
        now += timedelta(minutes=5)
    assert due_commands(now - SECOND) == ()
    assert state(command_id) is CommandState.QUEUED


def test_a_reconnection_is_due_at_once_when_the_meter_is_heard(asha):
    command_id = failed(asha, CLOSED)
    assert due_commands() == ()
    assert headend.hurry(meter_ids=[asha.meter_id + 1], now=NOW) == 0
    assert headend.hurry(meter_ids=[asha.meter_id], now=NOW) == 1
    assert [command.command_id for command in due_commands()] == [command_id]
    assert headend.hurry(meter_ids=[asha.meter_id], now=NOW) == 0


def test_a_disconnection_that_waits_for_its_next_try_is_not_hurried(asha):
    command_id = claim(queued(asha), by=DEAD)
    headend.unconfirmed(command_id=command_id, error="no answer", now=NOW)
    assert headend.hurry(meter_ids=[asha.meter_id], now=NOW) == 0


def test_a_disconnection_given_up_is_found_by_its_meter(asha):
    command_id = failed(asha)
    assert state(command_id) is CommandState.FAILED

    def found() -> list[int]:
        commands = headend.failed_disconnections(meter_ids=[asha.meter_id])
        return [command.command_id for command in commands]

    assert found() == [command_id]
    withdraw(command_id)
    assert found() == []


def test_after_a_restore_every_counter_is_far_ahead(asha):

    def first() -> int:
        with with_root_key():
            (access,) = headend.lease(meter_ids=[asha.meter_id])
        return access.first_counter

    before = first()
    assert headend.jump_counters() == 1
    assert first() == before + headend.COUNTERS_A_CONVERSATION + headend.RESTORE_JUMP
