"""A13 for consumers: on every address, nothing of a connection that is not theirs.

The addresses come from the URL configuration: a page that is added tomorrow is tried too.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, UUIDConverter

from bijlighar.logins.values import Access
from bijlighar.web.urls import DayConverter
from bijlighar.web.use.urls import UseMonth, UseYear
from tests.cast import connect
from tests.signing_in import sign_in_consumer

pytestmark = pytest.mark.usefixtures("committed_db")


def patterns(held=None) -> list[URLPattern]:
    """Every pattern of the product."""
    found: list[URLPattern] = []
    for one in get_resolver().url_patterns if held is None else held:
        found += patterns(one.url_patterns) if isinstance(one, URLResolver) else [one]
    return found


CONSUMERS = [
    one
    for one in patterns()
    if getattr(getattr(one.callback, "door", None), "audience", "") == "consumer"
]
OF_A_CONNECTION = [one for one in CONSUMERS if "consumer_number" in one.pattern.converters]


def address(one: URLPattern, consumer_number: str, connection_id: int) -> str:
    """The address of somebody's page, with something in every other parameter."""
    filled: dict[str, object] = {}
    for name, converter in one.pattern.converters.items():
        if isinstance(converter, IntConverter):
            filled[name] = connection_id if name == "connection_id" else 1
        elif isinstance(converter, UUIDConverter):
            filled[name] = UUID(int=1)
        elif isinstance(converter, UseYear):
            filled[name] = 2026
        elif isinstance(converter, DayConverter | UseMonth):
            filled[name] = date(2026, 4, 1)
        else:
            filled[name] = consumer_number if name == "consumer_number" else "x1"
    return reverse(one.name, kwargs=filled)


def test_there_are_pages_to_try():
    names = {one.name for one in OF_A_CONNECTION}
    assert {"home", "bill_pdf", "recharge", "what_if", "my_number"} <= names
    assert all(one.callback.door.access in Access for one in CONSUMERS)


def test_nobody_comes_in_without_a_sign_in():
    (asha,) = connect("Asha")
    for one in CONSUMERS:
        asked = address(one, asha.consumer_number, asha.connection_id)
        for method in ("get", "post"):
            answer = getattr(Client(SERVER_NAME="localhost"), method)(asked)
            assert answer.status_code in (302, 401), (method, asked, answer.status_code)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/my/sign-in/"), asked
            assert asha.name_en not in answer.content.decode()


def test_anothers_page_is_as_unknown_as_nobodys():
    asha, balram = connect("Asha", "Balram")
    client = Client(SERVER_NAME="localhost")
    sign_in_consumer(client, asha.mobile)
    for one in OF_A_CONNECTION:
        for method in ("get", "post"):
            told = []
            for number in (balram.consumer_number, "9999999999"):
                asked = address(one, number, balram.connection_id)
                answer = getattr(client, method)(asked)
                assert answer.status_code == 404, (method, asked, answer.status_code)
                told.append(answer.content.decode().replace(number, ""))
                assert balram.name_en not in told[-1]
            assert _plain(told[0]) == _plain(told[1])


def _plain(page: str) -> str:
    """Without the token of the page's forms."""
    head, found, rest = page.partition('csrfmiddlewaretoken" value="')
    return head + (rest.split('"', 1)[1] if found else "")
