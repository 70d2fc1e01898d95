"""The pretend SMS operator: a reference arrives once, the newest message is last."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette

from bijlighar.simulator import http_input
from bijlighar.simulator.phones import PhoneRoutes, Phones

PATH = "/sms/v1/messages"
KEY = {"Authorization": "Bearer k"}
SMS = {
    "to": "+915550000000",
    "sender": "BIJLGH",
    "template_id": "110",
    "text": "आपका बैलेंस कम है।",
    "language": "hi",
    "reference": "n-1",
}


@pytest.fixture
def ask(connection, clock):
    routes = PhoneRoutes(phones=Phones(connection=connection, now=clock), key="k")
    app = Starlette(
        routes=routes.routes(),
        exception_handlers={http_input.BadRequest: http_input.answer_bad_request},
    )

    def one(method, path=PATH, **what):
        async def once():
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://s"
            ) as client:
                return await client.request(method, path, **what)

        return asyncio.run(once())

    return one


def test_a_message_arrives_once_per_reference(ask, clock):
    first = ask("POST", json=SMS, headers=KEY)
    again = ask("POST", json=SMS, headers=KEY)
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    (message,) = ask("GET").json()["messages"]
    assert message["text"] == SMS["text"]
    assert message["received_at"] == clock.at.isoformat()


def test_a_reader_who_goes_on_misses_nothing(ask):
    for number in range(7):
        ask("POST", json=SMS | {"reference": f"n-{number}"}, headers=KEY)
    ask("POST", json=SMS | {"reference": "other", "to": "+915550000001"}, headers=KEY)
    query = {"to": SMS["to"], "limit": 3}
    newest = ask("GET", params=query).json()["messages"]
    assert [sms["reference"] for sms in newest] == ["n-4", "n-5", "n-6"]
    after, read = 0, []
    while found := ask("GET", params=query | {"after_id": after}).json()["messages"]:
        read += [sms["reference"] for sms in found]
        after = found[-1]["id"]
    assert read == [f"n-{number}" for number in range(7)]


def test_a_sender_needs_the_key_and_all_fields(ask):
    assert ask("POST", json=SMS).status_code == 401
    refused = ask("POST", json=SMS | {"to": 5}, headers=KEY)
    assert (refused.status_code, refused.json()["field"]) == (400, "to")
    assert ask("POST", content=b"{", headers=KEY).status_code == 400
    assert ask("GET", params={"limit": "x"}).status_code == 400
