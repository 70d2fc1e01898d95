"""Complaints over the API: the same door for an IVR or a bot."""

from __future__ import annotations

from bijlighar.clock import clock
from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import Asked, Channel
from bijlighar.people.values import Scope
from tests.web.api.conftest import bearer, get, machine, post, token_of

ASHA = "7310000001"


def wanted(**changes: object) -> dict[str, object]:
    told = {"kind": "no_supply", "channel": "whatsapp", "words": "Dark"}
    return {"consumer_number": ASHA, **told, **changes}


def bot(town: dict[str, int], scope: str = "complaints:write"):
    """A machine client of division D1 with its token."""
    return bearer(token_of(machine(town, scope)))


def test_a_machine_opens_one_complaint_a_key_and_asks_on(town) -> None:
    client = bot(town)
    made = post(client, "/complaints", wanted(), 201, key="k1")
    assert post(client, "/complaints", wanted(), 201, key="k1") == made
    assert get(client, f"/complaints/{made['number']}") == made
    (only,) = complaints.list_(
        asked=Asked(), scope=Scope(area_ids=frozenset(town.values())), now=clock.now()
    )
    assert only.complaint.channel is Channel.WHATSAPP


def test_without_the_scope_nothing_is_opened(town) -> None:
    post(bot(town, "connections:read"), "/complaints", wanted(), 403)


def test_an_unknown_consumer_and_a_wrong_kind_are_told_apart(town) -> None:
    client = bot(town)
    unknown = post(client, "/complaints", wanted(consumer_number="9999999999"), 404)
    assert unknown["code"] == "unknown_connection"
    other_division = post(client, "/complaints", wanted(consumer_number="7310000004"), 404)
    assert other_division["code"] == "unknown_connection"
    assert post(client, "/complaints", wanted(kind="free_power"), 400)["field"] == "kind"


def test_d12_the_vigilance_desks_complaint_is_not_told(town) -> None:
    client = bot(town)
    made = post(client, "/complaints", wanted(kind="asked_for_money"), 201)
    get(client, f"/complaints/{made['number']}", 404)
