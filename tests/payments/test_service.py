"""A recharge is opened at a gateway and credited once, when the gateway proves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bijlighar.kernel.errors import TemporaryError
from bijlighar.ledger import service as ledger
from bijlighar.payments import service as payments
from bijlighar.payments.values import (
    Captured,
    LastRecharge,
    Receipt,
    RechargePicture,
    RechargeState,
    Refused,
    StartedRecharge,
)
from tests.append_only import insist_on_refusal, statements
from tests.local_http import LocalServer, local_server
from tests.payments.webhooks import SECRET, body_of, message, signed
from tests.threads import at_once

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
ASHA, BALRAM = 11, 12


@pytest.fixture
def gateway(settings):
    """A gateway that opens every order as `order_1`, unless told otherwise."""
    with local_server() as server:
        server.body = b'{"id": "order_1", "pay_url": "http://127.0.0.1/pay/order_1"}'
        settings.BIJLIGHAR = {
            **settings.BIJLIGHAR,
            "gateway_url": server.url,
            "gateway_key_secret": "key secret of this test",
            "gateway_webhook_secret": SECRET,
        }
        yield server


def start(amount_paise: int = 500_00, connection_id: int = ASHA) -> StartedRecharge:
    return payments.start(
        connection_id=connection_id,
        consumer_number="7310000001",
        amount_paise=amount_paise,
        return_url="http://127.0.0.1/recharge/{order_id}/",
        now=NOW,
    )


def open_order(gateway: LocalServer, name: str, connection_id: int = ASHA) -> None:
    gateway.body = f'{{"id": "{name}", "pay_url": "http://127.0.0.1/"}}'.encode()
    start(connection_id=connection_id)


def captured(**changes: object) -> Captured:
    known = {
        "gateway": "pretend",
        "gateway_payment_id": "pay_1",
        "gateway_order_id": "order_1",
        "amount_paise": 500_00,
        "captured_at": NOW,
    }
    return Captured(**{**known, **changes})


def balance(owner_id: int = ASHA) -> int:
    return ledger.balances_of(owner_ids=[owner_id])[owner_id].balance_paise


def state(started: StartedRecharge) -> RechargeState:
    return payments.recharge_of(order_id=started.order_id).state


AGAIN = """
insert into payments_payment (order_id, connection_id, gateway, gateway_payment_id,
    amount_paise, captured_at, credited_at)
select order_id, connection_id, gateway, {name}, {paise}, captured_at, credited_at
from payments_payment
"""
ANOTHER_ORDER = """
insert into payments_rechargeorder (id, connection_id, consumer_number, gateway,
    gateway_order_id, pay_url, amount_paise, state, created_at)
select gen_random_uuid(), connection_id, consumer_number, gateway, gateway_order_id,
    '', 1, state, created_at
from payments_rechargeorder
"""
REFUSED = Refused(gateway="pretend", gateway_order_id="order_1")


@pytest.mark.django_db
class TestStarting:
    """An order at the gateway."""

    def test_a_recharge_is_opened_and_can_be_paid(self, gateway):
        started = start()
        assert started.gateway_order_id == "order_1"
        assert started.pay_url == "http://127.0.0.1/pay/order_1"
        assert payments.recharge_of(order_id=started.order_id) == RechargePicture(
            order_id=started.order_id,
            connection_id=ASHA,
            consumer_number="7310000001",
            amount_paise=500_00,
            state=RechargeState.CREATED,
            created_at=NOW,
            credited_at=None,
            pay_url="http://127.0.0.1/pay/order_1",
            upi_uri="",
            upi_opens="",
            payer_login_id=None,
            pending_at=None,
            failed_at=None,
            asked_at=None,
        )

    def test_the_gateway_is_told_amount_receipt_and_the_way_back(self, gateway):
        started = start()
        (asked,) = gateway.asked
        assert asked.path == "/v1/orders"
        assert asked.headers["Authorization"].startswith("Basic ")
        assert asked.json == {
            "amount_paise": 500_00,
            "receipt": started.order_id,
            "consumer_number": "7310000001",
            "callback_url": f"http://127.0.0.1/recharge/{started.order_id}/",
        }

    @pytest.mark.parametrize("amount_paise", [10_00, 1_00_000_00])
    def test_the_least_and_the_most_are_taken(self, gateway, amount_paise):
        started = start(amount_paise)
        found = payments.recharge_of(order_id=started.order_id)
        assert found.amount_paise == amount_paise

    @pytest.mark.parametrize("amount_paise", [9_99, 1_00_000_01, 0, -500_00])
    def test_less_or_more_is_refused_before_anybody_is_asked(self, gateway, amount_paise):
        with pytest.raises(payments.AmountOutOfRange, match="at least ₹10"):
            start(amount_paise)
        assert gateway.asked == []

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (500, b"{}"),
            (401, b"{}"),
            (302, b"{}"),
            (200, b"<html>"),
            (200, b'{"id": "order_1"}'),
            (200, b"[]"),
            (200, b"null"),
            (200, b"\xff"),
        ],
    )
    def test_a_gateway_that_does_not_open_an_order_is_told_and_may_be_tried_again(
        self, gateway, status, body
    ):
        gateway.status, gateway.body = status, body
        with pytest.raises(payments.GatewaySilent, match="Nothing was charged") as silent:
            start()
        assert isinstance(silent.value, TemporaryError)

    def test_so_is_one_that_is_not_there(self, gateway, settings):
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "gateway_url": "http://127.0.0.1:9"}
        with pytest.raises(payments.GatewaySilent):
            start()

    @pytest.mark.parametrize(
        "order_id", ["7f1c0c3e-0000-4000-8000-000000000000", "", "7", "order_1"]
    )
    def test_an_unknown_recharge_is_told(self, order_id):
        with pytest.raises(payments.UnknownOrder, match="no recharge with the number"):
            payments.recharge_of(order_id=order_id)


@pytest.mark.django_db
class TestVerifying:
    """Who signed it, and for whom."""

    def test_a_webhook_is_verified_with_the_secret_of_this_installation(self, gateway):
        body = body_of(message())
        found = payments.verify(gateway="pretend", body=body, headers=signed(body))
        assert (found.gateway_payment_id, found.amount_paise) == ("pay_1", 500_00)
        with pytest.raises(payments.BadSignature):
            payments.verify(gateway="pretend", body=body, headers=signed(body, "other"))

    @pytest.mark.parametrize("name", ["razorpay", "", "Pretend", "../pretend"])
    def test_an_unknown_gateway_is_told(self, name):
        with pytest.raises(payments.UnknownGateway, match="no gateway named"):
            payments.verify(gateway=name, body=b"", headers={})

    def test_a_verified_message_is_kept_byte_for_byte(self, gateway):
        body = body_of(message()) + b" \x00\xff"
        payments.keep_webhook(gateway="pretend", body=body, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute(
                "select gateway, body, received_at from payments_webhookreceived"
            )
            name, kept, at = cursor.fetchone()
        assert (name, bytes(kept), at) == ("pretend", body, NOW)


@pytest.mark.django_db
class TestCrediting:
    """Once, or not at all."""

    @pytest.fixture
    def started(self, gateway) -> StartedRecharge:
        ledger.open_wallets(owner_ids=[ASHA, BALRAM], now=NOW)
        return start()

    def test_a_captured_payment_is_credited(self, started):
        receipt = payments.credit(captured=captured(), now=LATER)
        assert receipt == Receipt(
            connection_id=ASHA,
            order_id=started.order_id,
            amount_paise=500_00,
            entry_source="pretend:pay_1",
            is_new=True,
        )
        assert balance() == 500_00
        found = payments.recharge_of(order_id=started.order_id)
        assert (found.state, found.credited_at) == (RechargeState.PAID, LATER)

    def test_it_is_credited_once_whatever_is_repeated(self, started):
        first = payments.credit(captured=captured(), now=NOW)
        again = payments.credit(captured=captured(), now=LATER)
        assert (first.is_new, again.is_new) == (True, False)
        assert again.entry_source == first.entry_source
        assert (balance(), ledger.count_transfers()) == (500_00, 1)
        assert payments.recharge_of(order_id=started.order_id).credited_at == NOW

    @pytest.mark.parametrize("amount_paise", [499_99, 500_01, 1, 10**30])
    def test_another_amount_than_ordered_is_left_to_a_person(self, started, amount_paise):
        with pytest.raises(payments.AmountDiffers, match="A person has to look"):
            payments.credit(captured=captured(amount_paise=amount_paise), now=NOW)
        assert (balance(), state(started)) == (0, RechargeState.CREATED)

    @pytest.mark.parametrize(
        "changes", [{"gateway_order_id": "order_2"}, {"gateway": "another"}]
    )
    def test_an_order_that_nobody_opened_is_not_credited(self, started, changes):
        with pytest.raises(payments.UnknownOrder, match="was opened here"):
            payments.credit(captured=captured(**changes), now=NOW)
        assert balance() == 0

    def test_a_connection_without_a_wallet_is_told_and_nothing_is_kept(self, gateway):
        started = start(connection_id=99)
        with pytest.raises(ledger.NoWallet), transaction.atomic():
            payments.credit(captured=captured(), now=NOW)
        assert state(started) is RechargeState.CREATED

    def test_a_payment_that_failed_first_and_then_succeeded_is_credited(self, started):
        payments.refuse(refused=REFUSED, now=NOW)
        assert state(started) is RechargeState.FAILED
        assert payments.credit(captured=captured(), now=NOW).is_new
        assert (state(started), balance()) == (RechargeState.PAID, 500_00)

    def test_a_failure_that_comes_late_takes_nothing_back(self, started):
        payments.credit(captured=captured(), now=NOW)
        payments.refuse(refused=REFUSED, now=NOW)
        assert (state(started), balance()) == (RechargeState.PAID, 500_00)

    def test_a_failure_of_an_order_that_nobody_opened_changes_nothing(self, started):
        payments.refuse(
            refused=Refused(gateway="pretend", gateway_order_id="order_2"), now=NOW
        )
        assert state(started) is RechargeState.CREATED

    def test_the_last_recharge_of_each_who_had_one_can_be_asked_for(self, started, gateway):
        open_order(gateway, "order_2")
        payments.credit(captured=captured(), now=NOW)
        second = captured(gateway_order_id="order_2", gateway_payment_id="pay_2")
        payments.credit(captured=second, now=LATER)
        assert payments.last_recharges(connection_ids=[ASHA, BALRAM]) == {
            ASHA: LastRecharge(
                connection_id=ASHA,
                amount_paise=500_00,
                credited_at=LATER,
                key="pretend:pay_2",
            )
        }

    @pytest.mark.parametrize(
        "statement", statements("payments_payment", "payments_webhookreceived")
    )
    def test_payments_and_what_proved_them_are_never_taken_back(self, started, statement):
        payments.keep_webhook(gateway="pretend", body=b"{}", now=NOW)
        payments.credit(captured=captured(), now=NOW)
        insist_on_refusal(statement)

    @pytest.mark.parametrize(
        ("statement", "constraint"),
        [
            (
                AGAIN.format(name="gateway_payment_id", paise=1),
                "a_payment_is_credited_once",
            ),
            (AGAIN.format(name="'another'", paise=0), "payment_is_positive"),
            (ANOTHER_ORDER, "one_order_a_gateway_order"),
            ("update payments_rechargeorder set amount_paise = 0", "recharge_is_positive"),
            ("update payments_rechargeorder set state = 'odd'", "recharge_state_is_known"),
        ],
    )
    def test_the_database_itself_refuses_what_never_holds(
        self, started, statement, constraint
    ):
        payments.credit(captured=captured(), now=NOW)
        with (
            pytest.raises(IntegrityError, match=constraint),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_copies_of_one_webhook_that_arrive_at_once_are_credited_once(committed_db, gateway):
    ledger.open_wallets(owner_ids=[ASHA], now=NOW)
    start()
    receipts = at_once(lambda _: payments.credit(captured=captured(), now=NOW), threads=6)
    assert sorted(receipt.is_new for receipt in receipts) == [False] * 5 + [True]
    assert (balance(), ledger.count_transfers(), ledger.wrong_wallets()) == (500_00, 1, ())
    assert payments.last_recharges(connection_ids=[ASHA])[ASHA].amount_paise == 500_00
