"""A13: every role on every address with every verb, in every area: nothing leaks.

The addresses come from the URL configuration and their rights from their doors, so that a
page which is added tomorrow is tried tomorrow. A page of an area must not hold a mark of
another one; a change in an area must not touch a row of another one.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module

import pytest
import structlog
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections
from django.test import Client

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.rules import RIGHTS
from bijlighar.people.values import Right, Role
from tests.cast import ROOT_KEY
from tests.conftest import EMPTY
from tests.signing_in import add_staff
from tests.web.rights.addresses import METHODS, PARAMETERS, WITHOUT_DOOR, Address, addresses
from tests.web.rights.database import (
    difference,
    protected,
    rows_seen,
)
from tests.web.rights.world import NOW, PLACES, Seeded, open_grid, seed

NEVER_OPEN = (301, 302, 401, 403, 404, 405)
"""What somebody without the right, or whom the object does not concern, may be told."""
REFUSED = (*NEVER_OPEN, 400, 409, 413, 415, 422)
"""What a request may be told whose form or body is wrong before its object is looked at."""


@dataclass(slots=True, kw_only=True)
class World:
    """The seeded areas, the people who try, and what came of it."""

    ids: dict[str, int]
    held: dict[str, Seeded]
    client: Client
    cells: int = 0
    leaks: list[str] = field(default_factory=list)
    opened: Counter[str] = field(default_factory=Counter)
    keys: dict[int, str] = field(default_factory=dict)
    """Sessions that nothing has happened to."""

    def sign_in(self, staff_id: int | None, *, language: str = "en") -> None:
        """Be somebody, or nobody, from now on."""
        self.client.cookies.clear()
        self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        if staff_id is None:
            return
        known = self.keys.get(staff_id)
        if known is not None:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = known
            return
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store.create()
        people.open_sign_in(
            staff_id=staff_id,
            session_key=store.session_key,
            factor="totp",
            address="127.0.0.1",
            agent="the matrix",
            real_now=clock.real_now(),
        )
        self.client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
        self.keys[staff_id] = store.session_key

    def ask(
        self, method: str, address: str, *, keep_case: bool = False, **sent: object
    ) -> tuple[int, str]:
        """Status, and everything that the answer holds, in small letters."""
        self.cells += 1
        headers = {"Idempotency-Key": f"k{self.cells}"}
        if address.startswith("/api/") and method not in ("GET", "HEAD", "OPTIONS"):
            sent = {"data": sent.get("data", "{}"), "content_type": "application/json"}
        answer = self.client.generic(
            method, address, headers=headers, **_encoded(sent, self.client)
        )
        text = f"{dict(answer.headers)} {_body(answer)}"
        text = text if keep_case else text.lower()
        if answer.streaming:
            answer.close()  # Others are closed; once more would end the connection too.
        if method not in ("GET", "HEAD", "OPTIONS") and answer.status_code < 400:
            self.keys.clear()  # It may have signed somebody out.
        if answer.status_code == 500:
            self.leaks.append(f"{method} {address}: 500")
        return answer.status_code, text

    def forbid(self, marks: Sequence[str], said: str, text: str, sent: str) -> None:
        """No mark may be in an answer, but for those that the request itself held."""
        sent = sent.lower()
        found = [mark for mark in marks if mark in text and mark not in sent]
        if found:
            at = text.index(found[0])
            around = " ".join(text[max(0, at - 60) : at + 60].split())
            self.leaks.append(f"{said}: shows {found}: …{around}…")


def _encoded(sent: dict[str, object], client: Client) -> dict[str, object]:
    data = sent.get("data", "")
    if isinstance(data, dict):
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        return {"data": encode_multipart(BOUNDARY, data), "content_type": MULTIPART_CONTENT}
    return {**sent, "data": data}


def _body(answer) -> str:  # type: ignore[no-untyped-def]
    if not answer.streaming:
        return answer.content.decode(errors="replace")
    if answer.is_async:
        return ""  # An open line carries no facts: tests/web/test_live.py.
    made = b"".join(answer.streaming_content)
    if made[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(made)) as book:
            made = b"\n".join(book.read(name) for name in book.namelist())
    return made.decode(errors="replace")


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker, tmp_path_factory
) -> Iterator[tuple[dict[str, int], dict[str, Seeded]]]:
    """Both discoms, seeded once; the town's clock stands still."""
    file = tmp_path_factory.mktemp("clock") / "clock.json"
    clock.set_anchor(file, town_at=NOW, speed=0)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        patched.setenv(clock.CLOCK_FILE_VARIABLE, str(file))
        ids = open_grid()
        yield ids, {place.word: seed(place, ids) for place in PLACES}
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)
        connections.close_all()


@pytest.fixture
def world(seeded, settings) -> Iterator[World]:
    settings.IS_DEMO = False
    settings.BIJLIGHAR = {**settings.BIJLIGHAR, "root_key": ROOT_KEY}
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/m")
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    ids, held = seeded
    caches["api_limits"].clear()
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")
    logging.disable(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield World(ids=ids, held=held, client=client)
    logging.disable(logging.NOTSET)
    structlog.reset_defaults()


def person(world: World, area: str, *roles: Role) -> int:
    """Somebody with roles in one area; the same one when asked again."""
    login = f"m.{area.lower()}.{len(roles)}.{roles[0].value[:20].replace('_', '-')}"
    known = people.staff_id_of(login=login) if hasattr(people, "staff_id_of") else None
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute("select id from people_staff where login = %s", [login])
            found = cursor.fetchone()
        known = found[0] if found else None
    if known is not None:
        return known
    return add_staff(login, *((role, world.ids[area]) for role in roles), now=NOW)


def marks_outside(world: World, *words: str) -> list[str]:
    """The marks of every place but these."""
    return [
        mark
        for word, held in world.held.items()
        if word not in words
        for mark in held.marks
    ]


def opens(address: Address, method: str, rights: frozenset[Right]) -> bool:
    """Whether a door lets somebody with these rights in."""
    door = address.doors.get(method)
    if door is None or door.audience in ("demo", "consumer"):
        return False
    return door.right is None or door.right in rights


ADDRESSES = addresses()
FOR_PEOPLE = [address for address in ADDRESSES if address.is_for_people]
READ_BY_ALL = tuple(Role)


class TestEveryAddress:
    """None without a door, and none that the matrix does not know how to try."""

    def test_has_a_door(self):
        without = [
            f"{address.name} ({address.route})"
            for address in ADDRESSES
            if not address.doors and address.name not in WITHOUT_DOOR
        ]
        assert without == []

    def test_has_one_of_the_known_audiences(self):
        assert {
            door.audience for address in ADDRESSES for door in address.doors.values()
        } <= {"public", "demo", "staff", "consumer", "api"}

    def test_has_parameters_that_the_matrix_can_fill(self):
        unknown = {
            f"{address.name}: {name}"
            for address in ADDRESSES
            for name in address.parameters
            if name not in PARAMETERS
        }
        assert unknown == set(), "teach tests/web/rights/addresses.py what fills them"


class TestTheMatrix:
    """Each role in division XA; XB and the other discom's XC lie outside."""

    @pytest.mark.parametrize("role", Role)
    def test_a_role_sees_and_changes_its_division_only(self, world, role):
        staff_id = person(world, "XA", role)
        outside = [world.ids["XB"], world.ids["XC"]]
        tables = protected()
        before = rows_seen(tables, outside)
        for address in FOR_PEOPLE:
            _try_role(world, address, role, staff_id)
        after = rows_seen(tables, outside)
        changed = difference(before, after)
        assert changed == {}, "rows of another area changed"
        print(f"{role.value}: {world.cells} cells, {len(world.leaks)} leaks")
        assert world.leaks == [], "\n".join(world.leaks)

    def test_nobody_who_is_signed_out_is_let_in(self, world):
        for address in ADDRESSES:
            for method in METHODS:
                door = address.doors.get(method)
                for held in (world.held["Qalpha"],):
                    world.sign_in(None)
                    at = address.at(held)
                    status, text = world.ask(method, at)
                    said = f"signed out: {method} {at}: {status}"
                    is_public = door is not None and door.audience == "public"
                    if not is_public and status not in NEVER_OPEN:
                        world.leaks.append(f"{said}: open")
                    world.forbid(marks_outside(world), said, text, at)
        print(f"signed out: {world.cells} cells, {len(world.leaks)} leaks")
        assert world.leaks == []

    def test_every_page_is_open_to_somebody(self, world):
        """Else the matrix would prove nothing."""
        staff_id = person(world, "XA", *Role)
        world.sign_in(staff_id)
        shut = []
        for address in FOR_PEOPLE:
            if "GET" not in address.doors:
                continue
            status, _ = world.ask("GET", address.at(world.held["Qalpha"]))
            if status not in (200, 302, 405):
                shut.append(f"{address.name}: {status}")
        assert set(shut) <= KNOWN_SHUT, shut


KNOWN_SHUT = frozenset(
    {
        "account_factor_remove: 404",
        "staff_reopen: 409",
        "api_end_device_controls: 403",
    }
)
"""The person has no factor number 1, the clerk's account is not closed, and commands are
handed to the machines of a vendor only."""


def _try_role(world: World, address: Address, role: Role, staff_id: int) -> None:
    """One role on one address with every verb: its own object and another area's."""
    rights = RIGHTS[role]
    outside = marks_outside(world, "Qalpha", "Qdelta")
    for word in ("Qalpha", "Qbravo", "Qcharlie"):
        held = world.held[word]
        is_own = word == "Qalpha"
        methods = METHODS if is_own else ("GET", "POST")
        if word == "Qcharlie" and not set(address.parameters) & ABOUT_AN_OBJECT:
            continue
        for method in methods:
            for at in address.asked(held) if method == "GET" else [address.at(held)]:
                world.sign_in(staff_id)
                status, text = world.ask(method, at)
                said = f"{role.value}: {method} {at}: {status}"
                world.forbid(outside, said, text, at)
                may = opens(address, method, rights)
                if not may and status not in REFUSED:
                    world.leaks.append(f"{said}: without the right")
                is_about = bool(set(address.parameters) & ABOUT_AN_OBJECT)
                if may and not is_own and is_about and status not in REFUSED:
                    world.leaks.append(f"{said}: another area's object answers")
                if status == 200:
                    world.opened[address.name] += 1


ABOUT_AN_OBJECT = frozenset(
    {
        "area_id",
        "client_id",
        "client_key",
        "complaint_number",
        "connection_id",
        "consumer_number",
        "grant_id",
        "import_id",
        "incident_id",
        "node_id",
        "number",
        "order_id",
        "paper_id",
        "proposal_id",
        "seq",
        "staff_id",
        "view_id",
    }
)
"""Parameters that name something which lies in an area."""
