"""Key files sealed and opened; keys at rest; keys that change, and never leave a meter
without its head-end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db import connections as database
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.dlms import is15959
from bijlighar.dlms.client import Authentication
from bijlighar.dlms.key_transfer import KeyId
from bijlighar.dlms.security import SecurityKeys
from bijlighar.dlms.server import ServerClient
from bijlighar.headend import _key_files, keys
from bijlighar.headend import service as headend
from bijlighar.headend.models import MeterContact
from bijlighar.headend.poller import PollerSettings
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.values import (
    KeyChange,
    KeyChangeState,
    KeyPart,
    MeterKeys,
    NewCommand,
    RelayWanted,
)
from bijlighar.run import meter_rotate
from bijlighar.run.poll import make_poller
from bijlighar.simulator.faults import Fault, FaultKind
from bijlighar.simulator.meter import Meter
from tests.cast import keys_of, new_connection, with_root_key
from tests.headend.simulated import a_meter, free_port

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
PATIENCE_S = 2.0
PASSPHRASE = "correct horse battery"
ROOT = b"r" * 32
MASTER = b"master key of 16"


@pytest.fixture(scope="module")
def key_file() -> bytes:
    return _key_files.seal(b"serial,encryption_key\n", passphrase=PASSPHRASE)


# Key files


def test_a_key_file_opens_with_its_passphrase_and_no_other(key_file):
    opened = headend.open_key_file(key_file, passphrase=PASSPHRASE)
    assert opened == b"serial,encryption_key\n"
    assert b"encryption_key" not in key_file
    with pytest.raises(headend.WrongPassphrase):
        headend.open_key_file(key_file, passphrase=PASSPHRASE + "!")


def test_c19_what_was_changed_on_its_way_does_not_open(key_file):
    form, parameters, body = key_file.splitlines()
    changed = body[:20] + (b"A" if body[20:21] != b"A" else b"B") + body[21:]
    cheaper = parameters.replace(b"131072", b"65536")
    for lines in ((form, parameters, changed), (form, cheaper, body)):
        with pytest.raises(headend.WrongPassphrase):
            headend.open_key_file(b"\n".join(lines), passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    "content",
    [
        b"bijlighar key file 1",
        b"bijlighar key file 1\n{}\nAAAA",
        b'bijlighar key file 1\n{"kdf":"scrypt","n":1073741824,"r":8,"p":1,"salt":""}\nAA',
        b"bijlighar key file 1\nnot json\nAAAA",
        b"bijlighar key file 1\n[1]\nAAAA",
    ],
)
def test_what_is_no_key_file_is_refused_before_any_work(content):
    with pytest.raises(headend.NoKeyFile):
        headend.open_key_file(content, passphrase=PASSPHRASE)


def test_open_keys_are_taken_only_when_that_is_said():
    with pytest.raises(headend.NotSealed):
        headend.open_key_file(b"serial,...", passphrase="")
    assert headend.open_key_file(b"serial,...", passphrase="", may_be_open=True)
    with pytest.raises(headend.WeakPassphrase):
        headend.seal_key_file(b"", passphrase="short")


# Keys at rest


@given(master=st.sampled_from((b"", MASTER)), secret=st.binary(max_size=16))
def test_wrapped_keys_open_as_they_were_and_only_in_their_own_row(master, secret):
    held = MeterKeys(
        encryption_key=b"e" * 16,
        authentication_key=b"a" * 16,
        master_key=master,
        lls_secret=secret,
    )
    wrapped = keys.wrap(keys=held, meter_id=7, root=ROOT)
    assert keys.unwrap(wrapped=wrapped, meter_id=7, root=ROOT) == held
    for meter_id, root in ((8, ROOT), (7, b"R" * 32)):
        with pytest.raises(keys.WrongRootKey):
            keys.unwrap(wrapped=wrapped, meter_id=meter_id, root=root)


def test_keys_are_in_no_text_that_is_shown():
    shown = repr(MeterKeys(encryption_key=b"E" * 16, authentication_key=b"A" * 16))
    assert "EEEE" not in shown
    assert "AAAA" not in shown


# Keys that change over the air


@dataclass
class Bench:
    """A meter in the database and the same meter on the wire."""

    meter_id: int
    connection_id: int
    meter: Meter

    def change(self) -> KeyChange:
        found = headend.last_change_of(meter_id=self.meter_id)
        assert found is not None
        return found

    def go_on(self) -> KeyChangeState:
        """A process takes the change up as it stands, as after a kill."""
        return meter_rotate.change_keys(
            self.change(), ask_time=lambda: NOW, timeout_s=PATIENCE_S
        )

    def reads_as_meter_reader(self, password: bytes) -> bool:
        """Whether the meter lets the meter reader in by this password."""
        (access,) = headend.lease(meter_ids=[self.meter_id])
        try:
            asyncio.run(
                headend.prove_keys(
                    access=access, timeout_s=PATIENCE_S, reader_password=password
                )
            )
        except MeterRefused:
            return False
        return True

    def answers(self, *, tries: int = 1) -> int | None:
        """At which of so many ordinary leases the meter answers; None at none."""
        for number in range(1, tries + 1):
            (access,) = headend.lease(meter_ids=[self.meter_id])
            try:
                asyncio.run(headend.prove_keys(access=access, timeout_s=PATIENCE_S))
            except MeterRefused:
                continue
            return number
        return None


@pytest.fixture
def bench(db, tmp_path) -> Iterator[Bench]:
    with a_bench(tmp_path) as made:
        yield made


@contextmanager
def a_bench(tmp_path: Path) -> Iterator[Bench]:
    port = free_port()
    held = keys_of(1)
    with (
        with_root_key(),
        a_meter(
            tmp_path,
            port=port,
            encryption_key=held.encryption_key,
            authentication_key=held.authentication_key,
            master_key=MASTER,
        ) as meter,
    ):
        (home,) = connections.connect(
            new=[
                new_connection(
                    "Asha", meter_port=port, system_title=meter.keys.system_title
                )
            ]
        )
        with_master = MeterKeys(
            encryption_key=held.encryption_key,
            authentication_key=held.authentication_key,
            master_key=MASTER,
        )
        headend.commission(keys={home.meter_id: with_master}, now=NOW)
        yield Bench(meter_id=home.meter_id, connection_id=home.connection_id, meter=meter)


def prepared(bench: Bench, part: KeyPart = KeyPart.GLOBALS) -> Bench:
    made = headend.prepare_key_change(meter_ids=[bench.meter_id], now=NOW, part=part)
    assert made == (bench.meter_id,)
    return bench


def mark_sent(bench: Bench):
    """All that is committed before the first frame of the new keys goes out."""
    change = bench.change()
    return headend.keys_to_send(
        change_id=change.change_id, meter_id=change.meter_id, now=NOW
    )


def test_d8_new_keys_are_sent_proved_and_kept_and_the_old_ones_are_gone(bench):
    old = bench.meter.keys
    prepared(bench)
    assert bench.answers() == 1
    assert bench.go_on() is KeyChangeState.PROVED
    assert bench.meter.keys.encryption_key != old.encryption_key
    assert bench.meter.keys.authentication_key != old.authentication_key
    assert bench.meter.keys.master_key == old.master_key
    assert bench.answers() == 1
    assert headend.open_key_changes(limit=10) == ()
    with connection.cursor() as cursor:
        cursor.execute("select octet_length(wrapped_keys) from headend_meterkeychange")
        assert cursor.fetchall() == [(0,)]
        cursor.execute("select payload from people_auditrecord order by seq")
        assert "meter.keys.replaced" in cursor.fetchall()[-1][0]


def test_d8_killed_before_anything_was_sent_the_meter_answers_and_the_change_goes_on(
    bench,
):
    mark_sent(prepared(bench))
    assert bench.change().state is KeyChangeState.SENT
    # Whatever is tried first, the second conversation reaches the meter.
    assert bench.answers(tries=2) == 2
    assert bench.go_on() is KeyChangeState.PROVED
    assert bench.answers() == 1


def test_d8_killed_after_the_meter_took_them_it_answers_and_the_change_goes_on(bench):
    order = mark_sent(prepared(bench))
    sent, _ = asyncio.run(headend.send_new_keys(order=order, timeout_s=PATIENCE_S))
    assert sent is headend.Sent.TAKEN
    assert bench.answers(tries=2) == 1
    assert bench.change().state is KeyChangeState.SENT
    assert bench.go_on() is KeyChangeState.PROVED
    assert bench.answers() == 1


def test_d8_an_answer_that_was_lost_is_found_out(bench):
    prepared(bench)
    # The association takes two answers, the keys the third: half of it arrives.
    bench.meter.put_fault(Fault(kind=FaultKind.DROPPED, amount=3, is_once=True))
    assert bench.go_on() is KeyChangeState.PROVED
    assert bench.answers() == 1


def test_d8_a_silent_meter_stays_prepared_and_a_doubtful_one_in_doubt(bench):
    prepared(bench)
    bench.meter.put_fault(Fault(kind=FaultKind.SILENT))
    assert bench.go_on() is KeyChangeState.PREPARED
    mark_sent(bench)
    assert bench.go_on() is KeyChangeState.SENT
    assert bench.change().last_error
    bench.meter.heal()
    assert bench.go_on() is KeyChangeState.PROVED


def test_d8_a_wrong_master_key_is_refused_three_times_and_given_up(bench):
    bench.meter.take_keys({KeyId.MASTER: b"another master k"})
    prepared(bench)
    states = [bench.go_on() for _ in range(3)]
    assert states == [KeyChangeState.PREPARED] * 2 + [KeyChangeState.GIVEN_UP]
    assert bench.answers() == 1
    assert headend.prepare_key_change(meter_ids=[bench.meter_id], now=NOW)


def test_d8_a_new_master_key_is_proved_by_itself_and_keys_travel_under_it(bench):
    old = bench.meter.keys
    prepared(bench, KeyPart.MASTER)
    assert bench.go_on() is KeyChangeState.PROVED
    held = bench.meter.keys
    assert held.master_key != old.master_key
    assert held.encryption_key == old.encryption_key
    prepared(bench)
    assert bench.go_on() is KeyChangeState.PROVED
    assert bench.meter.keys.encryption_key != old.encryption_key
    assert bench.answers() == 1


def test_d8_a_new_password_lets_the_meter_reader_in_and_the_old_one_no_more(bench):
    old = bench.meter.keys.lls_secret
    prepared(bench, KeyPart.LLS)
    assert bench.go_on() is KeyChangeState.PROVED
    new = bench.meter.keys.lls_secret
    assert new != old
    assert bench.reads_as_meter_reader(new)
    assert not bench.reads_as_meter_reader(old)
    assert bench.answers() == 1


@pytest.mark.parametrize("part", [KeyPart.MASTER, KeyPart.LLS])
@pytest.mark.parametrize("is_taken", [False, True])
def test_d8_killed_around_the_sending_of_the_others_readings_go_on(bench, part, is_taken):
    order = mark_sent(prepared(bench, part))
    if is_taken:
        sent, _ = asyncio.run(headend.send_new_keys(order=order, timeout_s=PATIENCE_S))
        assert sent is headend.Sent.TAKEN
    # What carries conversations did not change: the first reaches the meter.
    assert bench.answers() == 1
    assert bench.go_on() is KeyChangeState.PROVED
    held = bench.meter.keys
    assert (held.master_key == order.new.master_key) is (
        True if part is KeyPart.MASTER else held.master_key == MASTER
    )
    assert bench.answers() == 1


def test_a_password_that_lets_nobody_in_is_given_up_after_three(bench):
    prepared(bench, KeyPart.LLS)
    bench.meter.other_clients[is15959.METER_READER] = ServerClient(
        authentication=Authentication.HLS_GMAC,
        keys=SecurityKeys(encryption_key=MASTER, authentication_key=MASTER),
        secret=b"",
        association_obis=is15959.ASSOCIATIONS[is15959.METER_READER].association,
    )
    states = [bench.go_on() for _ in range(3)]
    assert states == [KeyChangeState.PREPARED] * 2 + [KeyChangeState.GIVEN_UP]
    assert bench.answers() == 1


def test_one_change_a_meter_at_a_time_and_none_without_a_master_key(bench):
    prepared(bench)
    assert headend.prepare_key_change(meter_ids=[bench.meter_id], now=NOW) == ()
    (other,) = connections.connect(new=[new_connection("Balram")])
    headend.commission(keys={other.meter_id: keys_of(2)}, now=NOW)
    assert headend.prepare_key_change(meter_ids=[other.meter_id], now=NOW) == ()


def test_a_meter_says_once_what_it_is(bench):
    wrong = meter_rotate.configure(
        bench.meter_id, ask_time=lambda: NOW, timeout_s=PATIENCE_S
    )
    assert wrong == ""
    found = headend.configuration_of(meter_id=bench.meter_id)
    assert (found.control_mode, found.capture_period_s) == (4, 1_800)
    assert found.columns["1.0.99.2.0.255"][1] == (3, "1.0.1.8.0.255", 2, 0)
    assert found.scalers["1.0.12.7.0.255"] == (-2, 35)
    assert headend.unread_configurations(limit=10) == ()


def commission_due() -> int:
    """A round of the head-end's own commissioning."""
    with ThreadPoolExecutor(1) as threads:

        async def one() -> int:
            settings = PollerSettings(answer_timeout_s=PATIENCE_S)
            return await make_poller(threads=threads, settings=settings).commission_due()

        try:
            return asyncio.run(one())
        finally:
            threads.submit(database.close_all).result()


def test_a_newly_taken_in_meter_is_asked_by_itself_and_once(committed_db, tmp_path):
    with a_bench(tmp_path) as bench:
        assert commission_due() == 1
        assert headend.configuration_of(meter_id=bench.meter_id) is not None
        assert commission_due() == 0


STUMBLES_TWICE = """
create sequence stumbles;
create function stumble() returns trigger language plpgsql as $$ begin
    if nextval('stumbles') in (1, 3) then
        raise exception 'deadlock' using errcode = 'deadlock_detected';
    end if;
    return new;
end $$;
create trigger stumbles before insert on headend_meterconfiguration
    execute function stumble();
create trigger stumbles before insert on headend_attemptcount
    execute function stumble();
"""
STANDS = """
drop function stumble cascade;
drop sequence stumbles;
"""


def test_a_database_that_stumbles_keeps_no_newcomer_claimed(committed_db, tmp_path):
    with a_bench(tmp_path) as bench, connection.cursor() as cursor:
        cursor.execute(STUMBLES_TWICE)
        try:
            assert commission_due() == 1
        finally:
            cursor.execute(STANDS)
        assert headend.configuration_of(meter_id=bench.meter_id) is not None
        assert MeterContact.objects.get(pk=bench.meter_id).claimed_by is None


def test_a_silent_newcomer_waits_an_hour_and_one_with_a_relay_command_too(
    committed_db, tmp_path
):
    with a_bench(tmp_path) as bench:
        bench.meter.put_fault(Fault(kind=FaultKind.SILENT))
        assert commission_due() == 1
        assert commission_due() == 0
        assert headend.configuration_of(meter_id=bench.meter_id) is None
    assert headend.claim_to_commission(
        own=0, busy=(), limit=5, now=clock.now() + timedelta(hours=2)
    ) == {bench.meter_id}
    headend.queue(
        new=NewCommand(
            meter_id=bench.meter_id,
            connection_id=bench.connection_id,
            wanted=RelayWanted.CLOSED,
            source="test",
        ),
        now=clock.now(),
    )
    later = clock.now() + timedelta(hours=2)
    assert not headend.claim_to_commission(own=0, busy=(), limit=5, now=later)
    assert headend.meters_by_age_of_keys(limit=5, now=later) == ()
