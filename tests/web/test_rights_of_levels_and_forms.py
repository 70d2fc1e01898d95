# ruff: noqa: F811
"""A13, A16, A18: areas of every size, the backstop off, and every form of every page."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from django.db import connection
from django.urls import resolve

from bijlighar.people.values import Role
from tests.web.rights.addresses import Address
from tests.web.rights.database import (
    difference,
    protected,
    rows_seen,
    without_row_security,
)
from tests.web.rights.forms import forms
from tests.web.rights.world import Seeded
from tests.web.test_rights_matrix import (
    ABOUT_AN_OBJECT,
    ADDRESSES,
    FOR_PEOPLE,
    REFUSED,
    World,
    marks_outside,
    person,
    seeded,  # noqa: F401  (the same world)
    world,  # noqa: F401
)

INSIDE = {
    "XZ": ("Qalpha", "Qdelta", "Qbravo"),
    "XA": ("Qalpha", "Qdelta"),
    "XA1": ("Qalpha",),
    "XAF1": ("Qalpha",),
    "XAT1": ("Qalpha",),
}
"""Areas from a zone down to one transformer, and the places that lie in each."""

EXTRA = {
    "made_by": "1",
    "maker_id": "1",
    "actor_id": "1",
    "decided_by": "1",
    "state": "approved",
    "area_ids": "3",
    "is_active": "0",
    "is_enrolled": "1",
    "is_superuser": "1",
    "is_staff": "1",
    "balance_paise": "99999999",
    "amount_paise": "99999999",
    "consumer_number": "7319333003",
    "connection_id": "3",
}
"""Fields that no form offers: somebody tries to set them all the same."""

LEFT_ALONE = """
select jsonb_build_object(
    'wallets', (select jsonb_agg(w order by w.owner_id) from ledger_wallet as w),
    'supplies', (select jsonb_agg(s order by s.connection_id) from supply_supply as s),
    'others', (
        select jsonb_agg(p.login order by p.id) from people_staff as p
        where p.login like 'q%%' and p.is_active and p.id <> %s
    )
)::text
"""


class TestEveryLevel:
    """Somebody with every role at once: the area alone holds the rest back."""

    @pytest.mark.parametrize("area", INSIDE)
    def test_an_area_of_any_size_shows_itself_only(self, world, area):
        _read_everything(world, area)
        assert world.leaks == [], "\n".join(world.leaks)

    def test_the_access_functions_hold_by_themselves(self, world):
        """Row-level security is switched off in the whole database, then on again."""
        without_row_security(is_off=True)
        try:
            _read_everything(world, "XA")
        finally:
            without_row_security(is_off=False)
        assert world.leaks == [], "\n".join(world.leaks)


class TestForms:
    """Every form of every page, filled in, with fields that nobody offers."""

    def test_a_form_changes_what_it_offers_and_leaves_a_record(self, world):
        staff_id = person(world, "XA", *Role)
        outside = [world.ids["XB"], world.ids["XC"]]
        tables = protected()
        before = rows_seen(tables, outside)
        done: Counter[str] = Counter()
        for address in FOR_PEOPLE:
            if "GET" in address.doors and not address.route.startswith("api/"):
                _try_forms(world, address, staff_id, done)
        assert difference(before, rows_seen(tables, outside)) == {}
        print(f"forms that changed something: {dict(done)}")
        assert world.leaks == [], "\n".join(world.leaks)
        assert len(done) >= 3, "hardly any form was accepted: this proves too little"


def _try_forms(world: World, address: Address, staff_id: int, done: Counter[str]) -> None:
    held, other = world.held["Qalpha"], world.held["Qbravo"]
    world.sign_in(staff_id)
    at = address.at(held)
    status, page = world.ask("GET", at, keep_case=True)
    for form in forms(page) if status == 200 else ():
        action = (form.action or at).partition("?")[0]
        if not action.startswith(("/desk/", "/account/")):
            continue
        for sent in form.sent():
            extra = {name: value for name, value in EXTRA.items() if name not in sent}
            world.sign_in(staff_id)
            before, last = _left_alone(held), _last_record()
            status, _ = world.ask("POST", action, data={**sent, **extra})
            if _left_alone(held) != before:
                world.leaks.append(f"POST {action}: a protected field changed")
            records = _records_after(last)
            if status < 400 and not records:
                world.leaks.append(f"POST {action}: {status} without an audit record")
            for record in records:
                _complete(world, action, record)
            if status < 400:
                done[resolve(action).url_name or ""] += 1
            _try_elsewhere(world, action, {**sent, **extra}, other, staff_id)


def _try_elsewhere(
    world: World, action: str, sent: dict[str, str], other: Seeded, staff_id: int
) -> None:
    """The same form, sent to another area's object, is refused."""
    name = resolve(action).url_name
    found = next((one for one in ADDRESSES if one.name == name), None)
    if found is None or not set(found.parameters) & ABOUT_AN_OBJECT:
        return
    world.sign_in(staff_id)
    foreign = found.at(other)
    status, _ = world.ask("POST", foreign, data=sent)
    if status < 400:
        world.leaks.append(f"POST {foreign}: {status} in another area")


def _left_alone(held: Seeded) -> str:
    with connection.cursor() as cursor:
        cursor.execute(LEFT_ALONE, [held.staff_id])
        return str(cursor.fetchone()[0])


def _last_record() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(seq), 0) from people_auditrecord")
        return int(cursor.fetchone()[0])


def _records_after(seq: int) -> list[dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select payload from people_auditrecord where seq > %s order by seq", [seq]
        )
        return [json.loads(payload) for (payload,) in cursor.fetchall()]


def _complete(world: World, action: str, record: dict[str, object]) -> None:
    """Who, when with offset, from where, what: a record says it all."""
    actor = record["actor"]
    assert isinstance(actor, dict)
    lacking = [name for name in ("channel", "action", "object_kind") if not record[name]]
    lacking += [name for name in ("kind", "id", "name") if not actor[name]]
    if not re.search(r"[+-]\d\d:\d\d$", str(record["at"])):
        lacking.append("offset")
    if record["channel"] == "desk" and not record["address"]:
        lacking.append("address")
    if lacking:
        world.leaks.append(f"POST {action}: {record['action']} lacks {lacking}")


def _read_everything(world: World, area: str) -> None:
    """Every address, read about objects inside and outside an area."""
    inside = INSIDE[area]
    outside = marks_outside(world, *inside)
    world.sign_in(person(world, area, *Role))
    for address in FOR_PEOPLE:
        if "GET" not in address.doors:
            continue
        is_about = bool(set(address.parameters) & ABOUT_AN_OBJECT)
        for word, held in world.held.items():
            if word != "Qalpha" and not is_about:
                continue
            for at in address.asked(held):
                status, text = world.ask("GET", at)
                said = f"{area}: GET {at}: {status}"
                world.forbid(outside, said, text, at)
                if word not in inside and is_about and status not in REFUSED:
                    world.leaks.append(f"{said}: answers from outside")
