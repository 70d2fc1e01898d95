"""Take the homes of a pretend town into the system, as an installation drive would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from bijlighar.connections import service as connections
from bijlighar.connections.values import NewConnection, PaymentMode
from bijlighar.flow.connect_home import connect_homes
from bijlighar.headend.values import MeterKeys
from bijlighar.kernel.money import Paise
from bijlighar.run.settle_names import consumer_number_of
from bijlighar.run.town_grid import open_town_grid, transformer_of
from bijlighar.simulator.people import Language, Person, Temper

CATEGORY = "LMV-1.{}"
PREPAID_FOR = timedelta(days=60)
"""How long before the town starts its homes became prepaid: the grace period is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The homes of a town, and the people in them."""

    people: Mapping[str, tuple[str, Person]]
    """Consumer number and person by mobile number."""
    meter_serials: tuple[str, ...]


def settle(
    *, client: httpx.Client, town_url: str, town_start: date, now: datetime
) -> Settled:
    """Connect every home of the town that is not connected yet. Safe to repeat."""
    shown = _shown(client, town_url)
    truth = _registers_at_start(client, town_url, town_start)
    known = {home.consumer_number for home in connections.homes()}
    new = [one for one in shown if consumer_number_of(one["person"]["number"]) not in known]
    if new:
        nodes = open_town_grid(now=now)
        connect_homes(
            new=[_new_connection(one, truth, town_start, nodes) for one in new],
            keys={one["serial"]: _keys(one) for one in new},
            opening_paise={
                consumer_number_of(one["person"]["number"]): one["person"][
                    "opening_balance_paise"
                ]
                for one in new
            },
            now=now,
        )
    return Settled(
        people=_people(shown), meter_serials=tuple(one["serial"] for one in shown)
    )


def people_of(*, client: httpx.Client, town_url: str) -> dict[str, tuple[str, Person]]:
    """Consumer number and person by mobile number, for everybody in the town."""
    return _people(_shown(client, town_url))


def _shown(client: httpx.Client, town_url: str) -> list[dict[str, Any]]:
    answer = client.get(f"{town_url}/meters", timeout=60).raise_for_status()
    meters: list[dict[str, Any]] = answer.json()["meters"]
    return meters


def _registers_at_start(
    client: httpx.Client, town_url: str, town_start: date
) -> dict[str, int]:
    day = town_start.isoformat()
    answer = client.get(f"{town_url}/truth", params={"from": day, "until": day}, timeout=60)
    return {
        one["serial"]: one["from_wh"] for one in answer.raise_for_status().json()["truth"]
    }


def _new_connection(
    one: Mapping[str, Any],
    truth: Mapping[str, int],
    town_start: date,
    nodes: dict[str, int],
) -> NewConnection:
    person = one["person"]
    return NewConnection(
        consumer_number=consumer_number_of(person["number"]),
        name_en=person["name"],
        name_hi=person["name_hi"],
        mobile=person["mobile"],
        language=person["language"],
        category=CATEGORY.format(person["category"]),
        sanctioned_load_w=person["sanctioned_load_w"],
        payment_mode=PaymentMode.PREPAID,
        starts_on=town_start,
        mode_since=town_start - PREPAID_FOR,
        meter_serial=one["serial"],
        system_title=bytes.fromhex(one["system_title"]),
        meter_host=one["address"],
        meter_port=one["port"],
        initial_register_wh=truth[one["serial"]],
        transformer_id=transformer_of(number=person["number"], ids=nodes),
    )


def _keys(one: Mapping[str, Any]) -> MeterKeys:
    return MeterKeys(
        encryption_key=bytes.fromhex(one["encryption_key"]),
        authentication_key=bytes.fromhex(one["authentication_key"]),
    )


def _people(shown: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, Person]]:
    found = {}
    for one in shown:
        held = one["person"]
        person = Person(
            number=held["number"],
            name=held["name"],
            name_hi=held["name_hi"],
            mobile=held["mobile"],
            language=Language(held["language"]),
            category=held["category"],
            sanctioned_load_w=held["sanctioned_load_w"],
            opening_balance_paise=Paise(held["opening_balance_paise"]),
            usual_recharge_paise=Paise(held["usual_recharge_paise"]),
            temper=Temper(held["temper"]),
        )
        found[person.mobile] = (consumer_number_of(person.number), person)
    return found
