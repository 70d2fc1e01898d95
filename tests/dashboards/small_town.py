"""A town of four homes, and what can happen in it: for the tests of pictures."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bijlighar.connections.values import Home
from bijlighar.dashboards import service as dashboards
from bijlighar.headend import service as headend
from bijlighar.headend.rules import MOST_ATTEMPTS
from bijlighar.headend.values import NewCommand, RelayWanted
from bijlighar.kernel.ist import IST
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
from bijlighar.notices import service as notices
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.payments import service as payments
from bijlighar.payments.values import Captured
from bijlighar.people.values import Scope
from bijlighar.readings.values import Blocks
from bijlighar.supply import service as supply
from tests.cast import grid_of_cast, hear
from tests.local_http import local_server

NOON = datetime(2026, 4, 7, 12, 0, tzinfo=IST)
MINUTE = timedelta(minutes=1)
APRIL_1 = date(2026, 4, 1)
NOWHERE = Scope(area_ids=frozenset())


def spend(home: Home, amount_paise: int, now: datetime = NOON) -> None:
    """Take money out of a wallet, or put it in, by an entry of the test's own."""
    wallet = WalletOf(owner_id=home.connection_id)
    book = BookOf(book=Book.REVENUE, head="test")
    debit, credit = (wallet, book) if amount_paise > 0 else (book, wallet)
    moved = NewTransfer(
        debit=debit, credit=credit, head="test", amount_paise=abs(amount_paise)
    )
    source = f"{home.connection_id} {ledger.count_transfers()}"
    entry = NewEntry(reason="test", source=source, effective_at=now, transfers=(moved,))
    ledger.post(entries=[entry], now=now)


def queue(home: Home, wanted: RelayWanted = RelayWanted.OPEN, source: str = "a") -> int:
    command = NewCommand(
        meter_id=home.meter_id,
        connection_id=home.connection_id,
        wanted=wanted,
        source=f"{home.connection_id} {source}",
    )
    headend.queue(new=command, now=NOON)
    (found,) = (
        one
        for one in headend.due_commands(now=NOON, limit=9, own=1, in_flight=[])
        if one.connection_id == home.connection_id
    )
    return found.command_id


def give_up(command_id: int) -> None:
    """Every attempt at a command brings no answer."""
    for _ in range(MOST_ATTEMPTS):
        headend.claim(
            commands=[headend.command_of(command_id=command_id)], claimed_by=1, now=NOON
        )
        headend.unconfirmed(command_id=command_id, error="no answer", now=NOON)


def tell(home: Home) -> None:
    notice = NewNotice(
        kind=NoticeKind.RECONNECTED,
        source=f"{home.connection_id} {notices.count()}",
        connection_id=home.connection_id,
        consumer_number=home.consumer_number,
        mobile=home.mobile,
        language="hi",
        parameters={"consumer_number": home.consumer_number, "balance": "1.00"},
    )
    notices.queue(notices=[notice], now=NOON)


def open_relay(home: Home, now: datetime = NOON) -> None:
    supply.read_back(
        connection_id=home.connection_id, is_closed=False, because="a test", now=now
    )


def half_hour(home: Home) -> None:
    run = Blocks(
        meter_id=home.meter_id, day=NOON.date(), first_block=0, energies_wh=(10, 20)
    )
    hear(home, {}, now=NOON, blocks=(run,))


def register(home: Home) -> None:
    hear(home, {APRIL_1: home.initial_register_wh + 5_000}, now=NOON)


def recharge(home: Home, rupees: int, settings, now: datetime = NOON) -> None:
    with local_server() as gateway:
        gateway.body = b'{"id": "order_%d", "pay_url": "http://127.0.0.1/"}' % (
            ledger.count_transfers()
        )
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "gateway_url": gateway.url}
        started = payments.start(
            connection_id=home.connection_id,
            consumer_number=home.consumer_number,
            amount_paise=rupees * 100,
            return_url="http://127.0.0.1/",
            now=now,
        )
    captured = Captured(
        gateway="pretend",
        gateway_payment_id=f"pay of {started.gateway_order_id}",
        gateway_order_id=started.gateway_order_id,
        amount_paise=rupees * 100,
        captured_at=now,
    )
    payments.credit(captured=captured, now=now)


def picture(home: Home, now: datetime = NOON):
    return dashboards.home(consumer_number=home.consumer_number, now=now)


def tile(home: Home, now: datetime = NOON):
    return dashboards.tile(connection_id=home.connection_id, now=now)


def area(code: str) -> Scope:
    """A scope of one area of the cast's discom."""
    return Scope(area_ids=frozenset({grid_of_cast()[code]}))


def look(code: str = "NDVN", now: datetime = NOON, **asked):
    """An area with its money, as somebody sees it who has both rights there."""
    return dashboards.town(scope=area(code), money=area(code), now=now, **asked)


def feed(code: str = "NDVN", money: str = "NDVN"):
    return dashboards.feed(scope=area(code), money=area(money))
