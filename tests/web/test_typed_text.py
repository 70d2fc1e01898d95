"""Whatever people type or a file brings in stays text: in pages, statements and patterns.

The pages come from the URL configuration: one that is added tomorrow is tried tomorrow.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

import bijlighar
from bijlighar.people.values import Role
from bijlighar.web.desk.listing import listing
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff, client_of

MARKUP = "<i onmouseover=x>\"'&{{7*7}}"
NASTY = (
    "' or 1=1 --",
    "'; drop table people_staff; --",
    '"',
    "%",
    "_%\\",
    "\0",
    "\x1f\u202e\ufeff",
    "../../etc/passwd",
    "{{7*7}}${7*7}%(x)s{0}",
    "=1+1",
    "क" * 500,
    "-1",
    "99999999999999999999",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
)
PARAMETERS = (
    "after",
    "area",
    "below",
    "code",
    "day",
    "first",
    "kind",
    "level",
    "month",
    "page",
    "q",
    "role",
    "show",
    "sort",
    "state",
    "term",
    "until",
)
LONGEST_TYPED = 2_000
SLOWEST_S = 0.1


def pages(patterns: list[object] | None = None, prefix: str = "") -> Iterator[str]:
    """The address of every page of staff that needs no id."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(getattr(one, "pattern", ""))
        if isinstance(one, URLResolver):
            yield from pages(one.url_patterns, route)
        elif isinstance(one, URLPattern) and "<" not in route:
            door = getattr(one.callback, "door", None)
            if door is not None and door.audience == "staff":
                yield f"/{route}"


@pytest.fixture
def everybody(committed_db: None) -> Client:
    """Somebody with every role over the whole discom, in a town whose names are markup."""
    ids = grid_of_cast()
    connect("Asha", "Balram")
    with connection.cursor() as cursor:
        cursor.execute(
            "update connections_consumer set name_en = %s, name_hi = %s", [MARKUP, MARKUP]
        )
        cursor.execute("update grid_nodefact set name_en = name_en || %s", [MARKUP])
    return client_of(
        add_staff("everybody", *((role, ids["NDVN"]) for role in Role)), language="en"
    )


def shown(client: Client, address: str, **asked: str) -> tuple[int, str]:
    answer = client.get(address, asked)
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    if answer.streaming or not is_page:
        answer.close()
        return answer.status_code, ""
    return answer.status_code, answer.content.decode(errors="replace")


def test_markup_in_names_is_shown_as_text(everybody):
    seen = 0
    for address in pages():
        for asked in ({}, {"term": "Asha"}, {"term": MARKUP, "q": MARKUP}):
            status, text = shown(everybody, address, **asked)
            assert status < 500, address
            assert "<i onmouseover" not in text, address
            assert "&amp;49" not in text, address
            seen += "&lt;i onmouseover" in text
    assert seen >= 3, "the markup was shown somewhere, else this proves nothing"


def test_a_connections_page_shows_its_name_as_text(everybody):
    status, text = shown(everybody, "/desk/connections/7310000001/")
    assert status == 200
    assert "&lt;i onmouseover" in text
    assert "<i onmouseover" not in text


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_nothing_typed_into_an_address_breaks_a_page(everybody, nasty):
    everybody.raise_request_exception = True
    for address in pages():
        answer = everybody.get(address, dict.fromkeys(PARAMETERS, nasty))
        assert answer.status_code < 500, address
        answer.close()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from people_staff")
        assert cursor.fetchone() == (1,)


def test_a_condition_that_is_typed_is_no_condition(everybody):
    status, text = shown(everybody, "/desk/search/", term="x' or '1'='1")
    assert status == 200
    assert "7310000001" not in text


def test_reading_changes_nothing(everybody):
    """Only what is taken out as a file is written down, and that it was."""
    for address in pages():
        before = actions()
        everybody.get(address).close()
        assert set(actions()[len(before) :]) <= {"masters.exported"}, address


def actions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select action from people_auditrecord order by seq")
        return [row[0] for row in cursor.fetchall()]


def test_what_is_encoded_twice_is_decoded_once():
    request = RequestFactory().get("/x/?q=%2527%253Cb%253E")
    asked = listing(request, columns=("name",), first="name", filters=("q",))
    assert asked.filters["q"] == "%27%3Cb%3E"


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern that a module of the product holds."""
    found = {}
    for module in pkgutil.walk_packages(bijlighar.__path__, "bijlighar."):
        if ".migrations" in module.name or ".run" in module.name:
            continue
        held = vars(importlib.import_module(module.name))
        for name, value in held.items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found[f"{module.name}.{name}"] = value
    return found


def test_no_pattern_takes_long_over_a_hostile_text():
    hostile = [
        (letter * LONGEST_TYPED)[:LONGEST_TYPED] + end
        for letter in ("a", "0", " ", "-", "+91", "'", "=", "आ", ".", "a0", "a ")
        for end in ("", "!", "\n")
    ]
    held = patterns()
    assert len(held) >= 10
    for name, pattern in held.items():
        started = time.perf_counter()
        for text in hostile:
            pattern.search(text)
        assert time.perf_counter() - started < SLOWEST_S * len(hostile), name
