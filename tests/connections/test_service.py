"""Connections come in whole or not at all, and are found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import Facts, Home, MeterAddress, PaymentMode
from tests.cast import STARTS_ON, grid_of_cast, new_connection

pytestmark = pytest.mark.django_db

TABLES = ("consumer", "connection", "connectionfact", "meter", "installation")


def connect(*names: str) -> tuple[Home, ...]:
    return connections.connect(new=[new_connection(name) for name in names])


def rows_kept() -> list[int]:
    with connection.cursor() as cursor:
        counts = []
        for table in TABLES:
            cursor.execute(f"select count(*) from connections_{table}")
            counts.append(cursor.fetchone()[0])
        return counts


def add_fact(connection_id: int, from_day: date, **changes: object) -> None:
    """Let something else hold for a connection from a day on."""
    fact = {"category": "LMV-1.10B", "load": 2_000, "mode": "prepaid"} | changes
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into connections_connectionfact (connection_id, from_day, category,"
            " sanctioned_load_w, payment_mode, mode_since)"
            " values (%s, %s, %s, %s, %s, %s)",
            [connection_id, from_day, *fact.values(), from_day],
        )


# Coming in


def test_a_connection_comes_in_with_consumer_meter_and_installation():
    (asha,) = connect("Asha")
    assert asha == Home(
        connection_id=asha.connection_id,
        consumer_number="7310000001",
        name_en="Asha",
        name_hi="आशा देवी",
        mobile="+919876500001",
        language="hi",
        meter_id=asha.meter_id,
        meter_serial="BIJ00001",
        installed_on=STARTS_ON,
        initial_register_wh=100_000,
        transformer_id=grid_of_cast()["T1"],
    )
    assert rows_kept() == [1, 1, 1, 1, 1]


def test_no_connections_may_come_in():
    assert connections.connect(new=[]) == ()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"consumer_number": "7310000001"}, "consumer_number"),
        ({"meter_serial": "BIJ00001"}, "serial"),
        ({"system_title": b"BIJ00001"}, "system_title"),
        ({"meter_port": 4_001}, "one_meter_an_address"),
    ],
)
def test_what_is_in_use_already_keeps_all_of_them_out(changes, constraint):
    connect("Asha")
    others = [new_connection("Chanda"), new_connection("Dev", **changes)]
    with pytest.raises(connections.AlreadyConnected, match=constraint):
        connections.connect(new=others)
    assert rows_kept() == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"consumer_number": "73100"}, "consumer_number_is_6_to_16_letters_or_digits"),
        ({"consumer_number": "7" * 17}, "consumer_number_is_6_to_16_letters_or_digits"),
        ({"consumer_number": "731-000-1"}, "consumer_number_is_6_to_16_letters_or_digits"),
        ({"consumer_number": "७३१०००००"}, "consumer_number_is_6_to_16_letters_or_digits"),
        ({"mobile": "9876500001"}, "mobile_is_e164"),
        ({"mobile": "+0987650000"}, "mobile_is_e164"),
        ({"language": "fr"}, "language_is_hi_or_en"),
        ({"sanctioned_load_w": 0}, "sanctioned_load_is_positive"),
        ({"meter_port": 0}, "port_is_a_tcp_port"),
        ({"meter_port": 65_536}, "port_is_a_tcp_port"),
        ({"initial_register_wh": -1}, "initial_register_is_not_negative"),
    ],
)
def test_what_is_not_as_it_must_be_keeps_all_of_them_out(changes, constraint):
    others = [new_connection("Chanda"), new_connection("Dev", **changes)]
    with pytest.raises(connections.WrongConnection, match=constraint):
        connections.connect(new=others)
    assert rows_kept() == [0, 0, 0, 0, 0]


def test_what_is_told_of_a_refusal_holds_no_name_and_no_number_of_anybody():
    connect("Asha")
    with pytest.raises(connections.AlreadyConnected) as refusal:
        connect("Asha")
    assert "7310000001" not in str(refusal.value)
    with pytest.raises(connections.WrongConnection) as refusal:
        connections.connect(new=[new_connection("Dev", mobile="98765")])
    assert "98765" not in str(refusal.value)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "update connections_connectionfact set payment_mode = 'barter'",
            "payment_mode_is_prepaid_or_postpaid",
        ),
        (
            "insert into connections_connectionfact (connection_id, from_day, category,"
            " sanctioned_load_w, payment_mode, mode_since) select connection_id, from_day,"
            " category, 1, payment_mode, mode_since from connections_connectionfact",
            "one_fact_a_connection_and_day",
        ),
        (
            "update connections_installation set removed_on = installed_on - 1",
            "a_meter_is_removed_after_it_was_installed",
        ),
        (
            "update connections_installation set connection_id ="
            " (select min(connection_id) from connections_installation)",
            "one_meter_a_connection_at_a_time",
        ),
        (
            "update connections_installation set meter_id ="
            " (select min(meter_id) from connections_installation)",
            "one_connection_a_meter_at_a_time",
        ),
    ],
)
def test_the_database_itself_refuses_what_never_holds(statement, constraint):
    connect("Asha", "Balram")
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# Being found


def test_homes_are_told_by_consumer_number_all_or_those_asked_for():
    dev, asha, chanda = connect("Dev"), connect("Asha"), connect("Chanda")
    assert connections.homes() == (*asha, *chanda, *dev)
    ids = [dev[0].connection_id, asha[0].connection_id]
    assert connections.homes(connection_ids=ids) == (*asha, *dev)
    assert connections.homes(connection_ids=[]) == ()
    assert connections.ids() == tuple(
        sorted(home.connection_id for home in (*dev, *asha, *chanda))
    )


def test_a_home_is_found_by_its_consumer_number():
    (asha,) = connect("Asha")
    assert connections.home_of(consumer_number="7310000001") == asha


@pytest.mark.parametrize("number", ["7310000009", "", "731000000", "' or 1=1 --"])
def test_an_unknown_consumer_number_is_told(number):
    connect("Asha")
    with pytest.raises(connections.UnknownConsumer, match="no connection with the number"):
        connections.home_of(consumer_number=number)


def test_a_connection_whose_meter_was_removed_has_no_home_until_the_next():
    asha, balram = connect("Asha", "Balram")
    with connection.cursor() as cursor:
        cursor.execute(
            "update connections_installation set removed_on = %s where connection_id = %s",
            [date(2026, 4, 9), asha.connection_id],
        )
    assert connections.homes() == (balram,)
    meter_ids = [asha.meter_id, balram.meter_id, 999]
    assert connections.connections_of(meter_ids=meter_ids) == {
        balram.meter_id: balram.connection_id
    }


def test_meters_are_reached_where_they_hang():
    asha, balram = connect("Asha", "Balram")
    known = MeterAddress(
        meter_id=asha.meter_id,
        serial="BIJ00001",
        system_title=b"BIJ00001",
        host="127.0.0.1",
        port=4_001,
    )
    found = connections.meter_addresses(meter_ids=[balram.meter_id, asha.meter_id, 999])
    assert found == (
        known,
        replace(
            known,
            meter_id=balram.meter_id,
            serial="BIJ00002",
            system_title=b"BIJ00002",
            port=4_002,
        ),
    )


# What holds on a day


def test_the_first_facts_hold_from_the_first_day_and_split_no_month():
    (asha,) = connect("Asha")
    i = asha.connection_id
    assert connections.facts_on(connection_ids=[i], day=date(2026, 5, 1))[i] == Facts(
        connection_id=i,
        category="LMV-1.10B",
        sanctioned_load_w=2_000,
        payment_mode=PaymentMode.PREPAID,
        mode_since=date(2026, 1, 1),
        splits_month_from=date.min,
    )


def test_later_facts_hold_from_their_day_on_and_split_its_month():
    (asha,) = connect("Asha")
    i = asha.connection_id
    add_fact(i, date(2026, 4, 15), load=3_000, mode="postpaid")
    before = connections.facts_on(connection_ids=[i], day=date(2026, 4, 14))[i]
    after = connections.facts_on(connection_ids=[i], day=date(2026, 4, 15))[i]
    assert (before.sanctioned_load_w, before.payment_mode) == (2_000, PaymentMode.PREPAID)
    assert (after.sanctioned_load_w, after.payment_mode) == (3_000, PaymentMode.POSTPAID)
    assert after.splits_month_from == after.mode_since == date(2026, 4, 15)


def test_a_day_before_the_first_facts_is_told_with_all_who_have_none():
    asha, balram = connect("Asha", "Balram")
    add_fact(asha.connection_id, date(2026, 3, 1))
    both = [balram.connection_id, asha.connection_id]
    with pytest.raises(connections.NoFacts, match=rf"\[{balram.connection_id}\]"):
        connections.facts_on(connection_ids=both, day=date(2026, 3, 31))
