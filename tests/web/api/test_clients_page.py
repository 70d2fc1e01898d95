"""Machine clients at the desk: a secret shown once, and never more than the owner has."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from bijlighar.people import service as people
from bijlighar.people.values import ClientSecret, Role
from tests.signing_in import add_staff, client_of
from tests.web.api.conftest import ask_token, bearer, get, machine, token_of


@pytest.fixture
def administrator(town) -> Client:
    """Who may register clients in D1; an engineer of D1 may own one."""
    add_staff("owner", (Role.EXECUTIVE_ENGINEER, town["D1"]))
    return client_of(add_staff("admin", (Role.ADMINISTRATOR, town["D1"])))


def filled(area: int, /, **changes: object) -> dict[str, object]:
    """The form as somebody fills it in."""
    return {
        "name": "Billing of the state",
        "purpose": "Monthly bills",
        "owner": "owner",
        "area": area,
        "scopes": ["connections:read", "money:read"],
        "why": "Letter 12 of April",
        **changes,
    }


def test_a_client_is_registered_and_its_secret_shown_once(town, administrator) -> None:
    page = administrator.post(reverse("client_register"), filled(town["D1"]))
    assert page.status_code == 200, page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    client_id, secret = re.findall(r'code-shown">([^<]+)<', page.content.decode())
    made = ClientSecret(number=1, client_id=client_id, secret=secret)
    assert set(get(bearer(token_of(made)), "/me")["rights"]) == {
        "see_connection",
        "see_money",
    }
    listed = administrator.get(reverse("clients")).content.decode()
    assert client_id in listed
    assert secret not in listed
    assert "Billing of the state" in listed


def test_nobody_gives_a_client_more_than_its_owner_has(town, administrator) -> None:
    address = reverse("client_register")
    for wrong in (
        {"owner": "admin"},
        {"scopes": ["audit:read"]},
        {"owner": "nobody"},
        {"area": town["D2"]},
        {"scopes": ["staff:write"]},
        {"scopes": []},
        {"name": "a\0b"},
        {"why": ""},
    ):
        page = administrator.post(address, filled(town["D1"], **wrong))
        assert page.status_code == 422, wrong
        assert 'role="alert"' in page.content.decode()
    assert people.clients() == ()


def test_a_grant_from_above_the_area_makes_an_owner(town, administrator) -> None:
    add_staff("chief", (Role.CHIEF_ENGINEER, town["Z1"]), (Role.CASHIER, town["SD1"]))
    page = administrator.post(reverse("client_register"), filled(town["D1"], owner="chief"))
    assert page.status_code == 200


def test_a_client_is_switched_off_and_its_secret_changed(town, administrator) -> None:
    secret = machine(town, "connections:read", owner="other")
    page = administrator.post(
        reverse("client_secret", args=[secret.number]), {"why": "It was sent by mail"}
    )
    _, shown = re.findall(r'code-shown">([^<]+)<', page.content.decode())
    assert ask_token(secret).status_code == 401
    new = ClientSecret(number=secret.number, client_id=secret.client_id, secret=shown)
    client = bearer(token_of(new))
    done = administrator.post(
        reverse("client_disable", args=[secret.number]), {"why": "Contract ended"}
    )
    assert done.status_code == 302
    get(client, "/me", 401)
    assert (
        administrator.get(reverse("client_secret", args=[secret.number])).status_code == 404
    )


def test_clients_of_other_areas_are_not_there(town, administrator) -> None:
    secret = machine(town, "connections:read", area="D2", owner="other")
    assert secret.client_id not in administrator.get(reverse("clients")).content.decode()
    for name in ("client_secret", "client_disable"):
        address = reverse(name, args=[secret.number])
        assert administrator.post(address, {"why": "Not mine"}).status_code == 404
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, town["D1"])))
    assert clerk.get(reverse("clients")).status_code == 403


def test_the_page_is_there_in_hindi_too(town) -> None:
    admin = client_of(add_staff("admin", (Role.ADMINISTRATOR, town["D1"])), language="hi")
    page = admin.get(reverse("clients"))
    assert page.status_code == 200
