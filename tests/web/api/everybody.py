"""Everybody who may ask the API in the cast's discom, for the fuzzing of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.test import Client

from bijlighar.people import service as people
from bijlighar.people.rules import RIGHTS
from bijlighar.people.values import Right, Role
from tests.cast import connect, grid_of_cast, new_connection
from tests.signing_in import add_staff, client_of
from tests.web.api.conftest import FIRST, machine, post, token_of
from tests.web.api.fuzzing import Caller

OF_ANOTHER_DIVISION = (
    "7310000004",
    "देव कुमार",
    "+919876500004",
    "BIJ00004",
    '"SD3"',
    '"SS3"',
    '"T6"',
    "Ganj",
)
MOBILES = ("+919876500001", "+919876500002")
AMOUNTS = ('"balance_paise":50000',)
UNLIMITED = dict.fromkeys(("client", "staff", "address", "token"), "1000000/min")
ALL_SCOPES = tuple(people.SCOPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Who asks, and what is there to be asked for."""

    callers: list[Caller]
    known: dict[str, list[object]]
    cursors: list[str]


def set_stage() -> Stage:
    """Asha and Balram in D1, Dev in D2; one of each role in D1, machine clients there."""
    ids = grid_of_cast()
    connect("Asha", "Balram")
    connect("Dev", new={"Dev": new_connection("Dev", transformer_id=ids["T6"])})
    callers = [_member(role, ids["D1"]) for role in Role]
    callers.append(Caller(name="nobody", never=("{",)))
    for name, scopes in (
        ("machine with all", ALL_SCOPES),
        ("machine with one", ("connections:read",)),
    ):
        token = token_of(machine(ids, *scopes, owner=name.replace(" ", "-")))
        rights = frozenset().union(*(people.SCOPES[scope] for scope in scopes))
        callers.append(
            Caller(
                name=name,
                headers={"Authorization": f"Bearer {token}"},
                never=_never(rights),
            )
        )
    known, cursors = _what_is_there(ids)
    return Stage(callers=callers, known=known, cursors=cursors)


def _member(role: Role, area_id: int) -> Caller:
    login = f"one-{role.value}".replace("_", "-")
    browser = client_of(add_staff(login, (role, area_id)))
    session = browser.cookies["sessionid"].value
    return Caller(
        name=role.value,
        headers={"X-CSRFToken": "a" * 32},
        cookies={"sessionid": session, "csrftoken": "a" * 32},
        never=_never(RIGHTS[role]),
    )


def _never(rights: frozenset[Right]) -> tuple[str, ...]:
    contact = () if Right.SEE_CONTACT in rights else MOBILES
    money = () if Right.SEE_MONEY in rights else AMOUNTS
    return (*OF_ANOTHER_DIVISION, *contact, *money)


def _what_is_there(ids: dict[str, int]) -> tuple[dict[str, list[object]], list[str]]:
    """Ids that exist in either division, and cursors that were really given."""
    proposed = []
    for division, number in (("D1", "7310000001"), ("D2", "7310000004")):
        maker = client_of(
            add_staff(f"maker-{division.lower()}", (Role.JUNIOR_ENGINEER, ids[division]))
        )
        proposed.append(
            post(
                maker,
                "/proposals",
                {
                    "kind": "protect_connection",
                    "consumer_number": number,
                    "protection": "water_works",
                    "why": "A pump",
                },
                201,
            )
        )
    known: dict[str, list[object]] = {
        "consumer_number": ["7310000001", "7310000002", "7310000004"],
        "area_id": [ids["D1"], ids["T1"], ids["T6"], ids["NDVN"]],
        "proposal_id": [one["proposal_id"] for one in proposed],
        "seen_hash": [one["hash"] for one in proposed],
    }
    return known, _cursors(maker)


def _cursors(browser: Client) -> list[str]:
    """Cursors of every long list, as one member of staff got them."""
    found = []
    for path in ("/connections", "/areas", "/proposals"):
        told = json.loads(browser.get(f"{FIRST}{path}?limit=1").content)
        if told.get("next_cursor"):
            found.append(told["next_cursor"])
    return found
