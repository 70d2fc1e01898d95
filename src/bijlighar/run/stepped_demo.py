"""`bijlighar demo --speed max`: a number of supply days at full speed, and a report."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import httpx
from django.conf import settings

from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.kernel.energy import format_kwh
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import ONE_DAY, day_starts
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.notices import service as notices
from bijlighar.payments.service import RECHARGE
from bijlighar.readings import service as readings
from bijlighar.run.past import days_progress
from bijlighar.run.residents import Residents
from bijlighar.run.settle import settle
from bijlighar.run.stage import Stage, Wanted
from bijlighar.run.stepping import Stepper
from bijlighar.simulator.town_calendar import TOWN_START
from bijlighar.supply import service as supply

AFTER_MIDNIGHT = timedelta(minutes=10)
"""The last day is closed by the poll after its midnight."""


class DoesNotAddUp(BijligharError):
    """The report contradicts itself: energy, money or window are not as they must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a stepped demo found; amounts in paise, energies in Wh."""

    days: int
    homes: int
    seed: int
    first_day: str
    meter_wh: int
    charged_wh: int
    open_wh: int
    opening_paise: int
    recharged_paise: int
    charged_paise: int
    wallets_paise: int
    transfers: int
    disconnections: int
    disconnections_outside_window: int
    reconnections: int
    dark_though_paid: int
    reconnect_seconds: dict[str, float | int]
    """Payment captured to relay read back closed, in real seconds, where the meter could
    be reached."""
    reconnected_after_silence: int
    """Homes that paid while their meter was silent: lit when it was heard again."""
    notices: int
    silent_meter_days: int
    open_days: int
    readings_rows: int
    meters_read_per_second: float
    connections_charged_per_second: float
    wall_seconds: float


def run_stepped_demo(*, staged: Stage, wanted: Wanted) -> Report:
    """Run the days on a stage that was just set up, and write the report if wanted.

    Raises DoesNotAddUp after the report is written, where it does not.
    """
    report = _run(staged, wanted)
    if wanted.report is not None:
        wanted.report.write_text(json.dumps(asdict(report), indent=2) + "\n")
    _check(report)
    return report


def _run(staged: Stage, wanted: Wanted) -> Report:
    begun = time.perf_counter()
    starts_at = day_starts(TOWN_START)
    ends_at = day_starts(TOWN_START + timedelta(days=wanted.days)) + AFTER_MIDNIGHT
    with httpx.Client() as client, days_progress(wanted.days, "supply days") as progress:
        settled = settle(
            client=client, town_url=staged.town_url, town_start=TOWN_START, now=starts_at
        )
        stepper = Stepper(
            clock_file=staged.clock_file,
            residents=Residents(people=settled.people, seed=wanted.seed, client=client),
            at=starts_at,
            on_step=lambda at: progress.update(
                progress.task_ids[0], completed=(at - starts_at) / timedelta(days=1)
            ),
        )
        stepper.run_until(ends_at)
        truth = Truth(client=client, town_url=staged.town_url)
        return _report(wanted, stepper, truth, wall_seconds=time.perf_counter() - begun)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the pretend meters' own registers say; only the demo's report asks them."""

    client: httpx.Client
    town_url: str

    def used_wh(self, first: date, until: date) -> dict[str, tuple[int, int]]:
        """(Wh used, silent days) in `[first, until)` by meter serial."""
        answer = self.client.get(
            f"{self.town_url}/truth",
            params={"from": first.isoformat(), "until": until.isoformat()},
            timeout=60,
        )
        return {
            one["serial"]: (one["until_wh"] - one["from_wh"], one["silent_days"])
            for one in answer.raise_for_status().json()["truth"]
        }

    def dark_and_reachable(self) -> frozenset[str]:
        """Meters whose relay is open and that answer today, by serial."""
        answer = self.client.get(f"{self.town_url}/meters", timeout=60)
        return frozenset(
            one["serial"]
            for one in answer.raise_for_status().json()["meters"]
            if not one["relay_closed"] and not one["silent_today"]
        )


def _report(
    wanted: Wanted, stepper: Stepper, truth: Truth, *, wall_seconds: float
) -> Report:
    first, until = TOWN_START, TOWN_START + timedelta(days=wanted.days)
    homes = connections.homes()
    ids = [home.connection_id for home in homes]
    closed = charges.charged_through(connection_ids=ids)
    used = truth.used_wh(first, until)
    meter_wh = _closed_wh(homes, closed, truth, first)
    charged_wh, _ = charges.totals(first=first, until=until)
    money = ledger.totals_by_reason()
    open_days = sum(
        (until - max(first, closed[i] + ONE_DAY if i in closed else first)).days
        for i in ids
    )
    charged_days = len(ids) * wanted.days - open_days
    return Report(
        days=wanted.days,
        homes=len(homes),
        seed=wanted.seed,
        first_day=first.isoformat(),
        meter_wh=meter_wh,
        charged_wh=charged_wh,
        open_wh=sum(wh for wh, _ in used.values()) - meter_wh,
        opening_paise=money.get(ledger.OPENING, 0),
        recharged_paise=money.get(RECHARGE, 0),
        charged_paise=-money.get(charges.REASON, 0) - money.get(charges.CORRECTION, 0),
        wallets_paise=ledger.wallets_paise(),
        transfers=ledger.count_transfers(),
        disconnections=supply.count_disconnections(),
        disconnections_outside_window=supply.count_disconnections_outside_window(
            policy_name=settings.BIJLIGHAR["supply_policy"]
        ),
        reconnections=supply.count_reconnections(),
        dark_though_paid=_dark_though_paid(homes, truth),
        reconnect_seconds=_spread(stepper.reconnect_seconds),
        reconnected_after_silence=stepper.reconnected_after_silence,
        notices=notices.count(),
        silent_meter_days=sum(silent for _, silent in used.values()),
        open_days=open_days,
        readings_rows=readings.count_rows(),
        meters_read_per_second=_per_second(stepper.meters_read, stepper.reading_seconds),
        connections_charged_per_second=_per_second(charged_days, stepper.charging_seconds),
        wall_seconds=round(wall_seconds, 2),
    )


def _closed_wh(
    homes: Sequence[Home], closed: Mapping[int, date], truth: Truth, first: date
) -> int:
    """Energy of the closed days of every home, by its meter's own register."""
    by_end: dict[date, list[str]] = {}
    for home in homes:
        if home.connection_id in closed:
            end = closed[home.connection_id] + ONE_DAY
            by_end.setdefault(end, []).append(home.meter_serial)
    total = 0
    for end, serials in by_end.items():
        used = truth.used_wh(first, end)
        total += sum(used[serial][0] for serial in serials)
    return total


def _dark_though_paid(homes: Sequence[Home], truth: Truth) -> int:
    """Homes with money whose relay, the meter's own, is open: always none.

    But for homes whose meter is silent: nobody can reach their relay.
    """
    balances = ledger.balances_of(owner_ids=[home.connection_id for home in homes])
    dark = truth.dark_and_reachable()
    return sum(
        balances[home.connection_id].balance_paise > 0 and home.meter_serial in dark
        for home in homes
    )


def _spread(seconds: Sequence[float]) -> dict[str, float | int]:
    """How long it took: half of them at most p50, 99 in 100 at most p99."""
    ordered = sorted(seconds)
    if not ordered:
        return {"count": 0, "p50": 0.0, "p99": 0.0, "max": 0.0}

    def share(percent: int) -> float:
        return round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 4)

    return {"count": len(ordered), "p50": share(50), "p99": share(99), "max": share(100)}


def _per_second(count: int, seconds: float) -> float:
    return round(count / seconds, 1) if seconds else 0.0


def _check(report: Report) -> None:
    """Raise DoesNotAddUp naming what is not as it must be."""
    expected = report.opening_paise + report.recharged_paise - report.charged_paise
    wrong = [
        sentence
        for holds, sentence in (
            (
                report.charged_wh == report.meter_wh,
                "charged energy is not the meters' energy",
            ),
            (
                report.wallets_paise == expected,
                "wallets are not opening + recharged - charged",
            ),
            (
                report.disconnections_outside_window == 0,
                "a home was cut outside the window",
            ),
            (report.dark_though_paid == 0, "a home that paid is dark"),
        )
        if not holds
    ]
    if wrong:
        raise DoesNotAddUp(f"The report does not add up: {'; '.join(wrong)}.")


def summary(report: Report) -> str:
    """The report in a few lines for a person."""
    reconnect = report.reconnect_seconds
    rows = (
        ("supply days × homes", f"{report.days} × {report.homes}"),
        ("energy by the meters", f"{format_kwh(report.meter_wh)} kWh"),
        ("energy charged", f"{format_kwh(report.charged_wh)} kWh"),
        ("open, meter silent", f"{format_kwh(report.open_wh)} kWh"),
        ("opening balances", f"₹{format_rupees(report.opening_paise)}"),
        ("recharged", f"₹{format_rupees(report.recharged_paise)}"),
        ("charged", f"₹{format_rupees(report.charged_paise)}"),
        ("in wallets", f"₹{format_rupees(report.wallets_paise)}"),
        ("disconnections", f"{report.disconnections} (outside the window: "
                           f"{report.disconnections_outside_window})"),
        ("reconnections", f"{report.reconnections} (paid and still dark: "
                          f"{report.dark_though_paid})"),
        ("paid → lit again", f"p50 {reconnect['p50']} s, p99 {reconnect['p99']} s"),
        ("lit after silence", str(report.reconnected_after_silence)),
        ("notices", str(report.notices)),
        ("meters read", f"{report.meters_read_per_second} a second"),
        ("connections charged", f"{report.connections_charged_per_second} a second"),
        ("took", f"{report.wall_seconds} s"),
    )  # fmt: skip
    return "\n".join(f"{name:<22} {value}" for name, value in rows)
