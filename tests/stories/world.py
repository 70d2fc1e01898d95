"""A small town that a story moves through time, step by step, and asks what it sees."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from pathlib import Path

import httpx
from django.conf import settings

from bijlighar.charges import service as charges
from bijlighar.clock.clock import set_anchor
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import HomePicture, HomeTile
from bijlighar.flow import schedule
from bijlighar.flow.confirm_relay import release
from bijlighar.flow.review_supply import review_supply
from bijlighar.flow.take_payment import receive_webhook, start_recharge
from bijlighar.headend import service as headend
from bijlighar.headend.poller import PollerSettings
from bijlighar.kernel.ist import in_ist, instant_of
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
from bijlighar.notices import service as notices
from bijlighar.payments.values import Receipt
from bijlighar.run.jobs import worker_app
from bijlighar.run.poll import make_poller
from bijlighar.run.settle import settle
from bijlighar.run.settle_names import consumer_number_of
from bijlighar.simulator.faults import FaultKind, make_fault
from bijlighar.simulator.meter import Meter
from bijlighar.simulator.town_calendar import TOWN_START
from bijlighar.supply import service as supply
from tests.stories.town_thread import TownThread

HANGING_TIMEOUT_S = 1.0
ANSWER_TIMEOUT_S = 60.0
"""Waited for by no story: only a hanging meter never answers, and then it is shorter."""

KILLED = 77
"""The number of a head-end that lives no more."""


class World:
    """Four homes. Everything is real but meters, gateway and phones."""

    def __init__(
        self, *, thread: TownThread, clock_file: Path, client: httpx.Client
    ) -> None:
        self.thread = thread
        self.clock_file = clock_file
        self.client = client
        self.now = instant_of(TOWN_START)
        self.answer_timeout_s = ANSWER_TIMEOUT_S
        settle(
            client=client,
            town_url=settings.BIJLIGHAR["town_url"],
            town_start=TOWN_START,
            now=self.now,
        )

    # Time

    def at(self, day: str, clock: str = "00:00") -> datetime:
        """Set the town's clock, in India's time, and let it stand there."""
        self.now = instant_of(date.fromisoformat(day), time.fromisoformat(clock))
        set_anchor(self.clock_file, town_at=self.now, speed=0)
        return self.now

    # What happens

    def work(self) -> None:
        """Do every deferred job that is due, as the worker does."""

        async def run() -> None:
            app = worker_app()
            async with app.open_async():
                await app.run_worker_async(wait=False, install_signal_handlers=False)

        asyncio.run(run())

    def start_schedule(self) -> None:
        """Start what the schedule says is due now."""
        schedule.start_due(now=self.now)

    def poll(self) -> None:
        """Ask every meter that is due, once, and do the jobs that follow."""
        self._head_end("read_due")
        self.work()

    def send_commands(self) -> None:
        """Send the relay commands that are due, once, and do the jobs that follow."""
        self._head_end("send_due")
        self.work()

    def try_in_vain(self) -> None:
        """Forty minutes of Monday morning: a silent meter is tried again and again."""
        for minute in range(1, 40, 6):
            self.at("2026-04-13", f"10:{minute:02d}")
            self.send_commands()

    def die_over_commands(self) -> None:
        """A head-end claims what is due and is killed: it says nothing of it any more."""
        taken = release(
            limit=9,
            own=KILLED,
            in_flight=[],
            now=self.now,
            sending_takes=timedelta(minutes=10),
        )
        assert taken

    def midnight(self, day: str) -> None:
        """The night to `day`: the schedule's 00:05, the poll, the charges."""
        self.at(day, "00:05")
        self.start_schedule()
        self.work()
        self.poll()

    def review(self) -> None:
        """Review every supply now, and do the jobs that follow."""
        review_supply(connection_ids=connections.ids(), now=self.now)
        self.work()

    def pay(self, home: Home, rupees: int) -> tuple[bytes, dict[str, str]]:
        """Open a recharge and pay it at the gateway: the webhook, not yet delivered."""
        started = start_recharge(
            consumer_number=home.consumer_number,
            amount_paise=rupees * 100,
            return_url="http://127.0.0.1/{order_id}/",
            now=self.now,
        )
        answer = self.client.post(
            f"{settings.BIJLIGHAR['gateway_url']}/v1/orders"
            f"/{started.gateway_order_id}/capture",
            auth=("bijlighar", settings.BIJLIGHAR["gateway_key_secret"]),
        ).raise_for_status()
        webhook = answer.json()["webhook"]
        return webhook["body"].encode(), webhook["headers"]

    def deliver(self, body: bytes, headers: dict[str, str]) -> Receipt | None:
        """The gateway's webhook arrives."""
        return receive_webhook(gateway="pretend", body=body, headers=headers, now=self.now)

    def recharge(self, home: Home, rupees: int) -> Receipt | None:
        """A recharge, paid and delivered; the jobs that follow are done."""
        receipt = self.deliver(*self.pay(home, rupees))
        self.work()
        return receipt

    def spend(self, home: Home, *, leave_rupees: str) -> None:
        """Bring a wallet to this balance by an entry of the story's own."""
        held = self.balance_paise(home)
        wanted = int(leave_rupees.replace(".", ""))
        assert wanted < held
        ledger.post(
            entries=[
                NewEntry(
                    reason="story",
                    source=f"{home.connection_id} at {self.now}",
                    effective_at=self.now,
                    transfers=(
                        NewTransfer(
                            debit=WalletOf(owner_id=home.connection_id),
                            credit=BookOf(book=Book.REVENUE, head="story"),
                            head="story",
                            amount_paise=held - wanted,
                        ),
                    ),
                )
            ],
            now=self.now,
        )

    def use_up(self, home: Home) -> None:
        """Money gone on 9 April, credit over on Sunday the 12th; ends Monday, 00:05.

        The days before are charged: nothing but the hour keeps the home lit.
        """
        for day in range(8, 14):
            self.midnight(f"2026-04-{day:02d}")
            if day == 9:
                self.spend(home, leave_rupees="-5.00")
                self.review()

    def darken(self, home: Home) -> None:
        """Bring a home into the dark by the rules, on Monday 13 April 2026 at 10:00."""
        self.use_up(home)
        self.at("2026-04-13", "10:00")
        self.review()
        self.send_commands()
        assert not self.relay_is_closed(home)

    def break_meter(
        self, home: Home, kind: str, *, amount: int = 0, once: bool = False
    ) -> None:
        """Let a meter misbehave."""
        fault = make_fault(kind=kind, amount=amount, is_once=once)
        if fault.kind is FaultKind.HANGING:
            self.answer_timeout_s = HANGING_TIMEOUT_S
        self.thread.do(lambda town: self._meter(home).put_fault(fault))

    def open_relay(self, home: Home) -> None:
        """The relay opens, and the system is not told."""
        self.thread.do(lambda town: self._meter(home).move_relay(closed=False))

    def mend_meter(self, home: Home) -> None:
        """Rid a meter of all faults of the story (days without data stay silent)."""
        self.thread.do(lambda town: self._meter(home).heal())

    # What can be seen

    def home(self, number: int) -> Home:
        """Asha is 0, Balram 1, Chanda 2, Dev 3."""
        return connections.home_of(consumer_number=consumer_number_of(number))

    def balance_paise(self, home: Home) -> int:
        held = ledger.balances_of(owner_ids=[home.connection_id])
        return held[home.connection_id].balance_paise

    def balance(self, home: Home) -> str:
        """The balance as people write it."""
        return format_rupees(self.balance_paise(home))

    def supply(self, home: Home) -> str:
        """What the system knows of the supply."""
        return supply.state_of(connection_id=home.connection_id).state.value

    def relay_is_closed(self, home: Home) -> bool:
        """What the relay itself is."""
        return self.thread.do(lambda town: self._meter(home).house.is_closed)

    def register_wh(self, home: Home, day: str) -> int:
        """What the meter's own register showed at 00:00 of a day."""
        when = date.fromisoformat(day)
        truth = self.thread.do(
            lambda town: town.register_truth(from_day=when, until_day=when)
        )
        return next(one.from_wh for one in truth if one.serial == home.meter_serial)

    def charged_days(self, home: Home) -> list[str]:
        """The supply days that are charged."""
        days = charges.days_of(
            connection_id=home.connection_id, first=date.min, until=date.max
        )
        return [f"{one.day}" for one in days]

    def told(self, home: Home) -> list[str]:
        """The kinds of the notices sent to a home, oldest first."""
        sent = notices.recent(limit=100, connection_id=home.connection_id)
        return [one.kind for one in reversed(sent)]

    def phone(self, home: Home) -> list[str]:
        """The texts on a home's pretend phone, oldest first."""
        answer = self.client.get(
            f"{settings.BIJLIGHAR['sms_url']}/v1/messages", params={"to": home.mobile}
        )
        return [one["text"] for one in json.loads(answer.text)["messages"]]

    def tile(self, home: Home) -> HomeTile:
        """The home on the desk's picture."""
        return dashboards.tile(connection_id=home.connection_id, now=self.now)

    def picture(self, home: Home) -> HomePicture:
        """What the home's own page shows."""
        return dashboards.home(consumer_number=home.consumer_number, now=self.now)

    def last_error(self, home: Home) -> str:
        """Why the meter could not be read at the last attempt."""
        return headend.last_error_of(meter_id=home.meter_id)

    def clock(self) -> str:
        """The town's time, as the stories write it."""
        return f"{in_ist(self.now):%Y-%m-%d %H:%M}"

    def _meter(self, home: Home) -> Meter:
        meter = self.thread.town.fleet.meter(home.meter_serial)
        assert meter is not None
        return meter

    def _head_end(self, round_name: str) -> None:
        settings_ = PollerSettings(answer_timeout_s=self.answer_timeout_s)
        with ThreadPoolExecutor(1) as threads:
            poller = make_poller(threads=threads, settings=settings_)
            asyncio.run(getattr(poller, round_name)())
            threads.submit(_close_connections).result()


def _close_connections() -> None:
    from django.db import connections as databases

    databases.close_all()
