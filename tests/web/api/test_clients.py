"""Machine clients: narrow, short-lived, ended at once; and limits for everybody."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from oauth2_provider.models import AccessToken

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Right, Role
from tests.signing_in import add_staff, client_of, viewer
from tests.web.api.conftest import (
    FIRST,
    ask_token,
    bearer,
    get,
    machine,
    token_of,
)

FORM = "application/x-www-form-urlencoded"


def test_a_token_lasts_a_quarter_of_an_hour(town) -> None:
    secret = machine(town, "connections:read")
    answer = ask_token(secret)
    assert answer.json()["expires_in"] == 15 * 60
    assert answer.json()["scope"] == "connections:read"
    assert "refresh_token" not in answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    held = AccessToken.objects.get()
    AccessToken.objects.update(expires=clock.real_now() - timedelta(seconds=1))
    get(bearer(answer.json()["access_token"]), "/me", 401)
    assert held.token == "", "only the hash is kept"
    assert people.forget_tokens(real_now=clock.real_now()) == 1


def test_the_secret_is_kept_as_a_hash_only(town) -> None:
    secret = machine(town, "connections:read")
    with connection.cursor() as cursor:
        cursor.execute("select client_secret from oauth2_provider_application")
        (held,) = cursor.fetchone()
    assert secret.secret not in held
    assert secret.secret not in repr(secret)


def test_a_disabled_client_is_dead_at_once(town) -> None:
    secret = machine(town, "connections:read")
    client = bearer(token_of(secret))
    get(client, "/me")
    people.disable_client(number=secret.number, by=SYSTEM, now=clock.now(), why="Left")
    get(client, "/me", 401)
    assert ask_token(secret).status_code == 401
    with pytest.raises(people.WrongClient):
        people.rotate_secret(number=secret.number, by=SYSTEM, now=clock.now())


def test_a_new_secret_ends_the_old_one_and_its_tokens(town) -> None:
    old = machine(town, "connections:read")
    client = bearer(token_of(old))
    new = people.rotate_secret(number=old.number, by=SYSTEM, now=clock.now())
    get(client, "/me", 401)
    assert ask_token(old).status_code == 401
    get(bearer(token_of(new)), "/me")


def test_a_token_may_be_narrower_but_never_wider_than_the_client(town) -> None:
    secret = machine(town, "connections:read", "money:read")
    narrow = bearer(token_of(secret, scope="connections:read"))
    assert set(get(narrow, "/me")["rights"]) == {"see_connection"}
    wider = ask_token(secret, scope="audit:read")
    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")


def test_only_client_credentials_are_granted(town) -> None:
    secret = machine(town, "connections:read")
    for grant in ("password", "authorization_code", "refresh_token", "", "%00"):
        answer = ask_token(secret, grant_type=grant, username="x", password="y", code="z")
        assert answer.status_code == 400
        assert answer.json()["error"] in ("unsupported_grant_type", "invalid_request")
    browser = Client(SERVER_NAME="localhost")
    assert browser.get("/api/oauth/token/").status_code == 405
    for other in ("authorize", "revoke_token", "introspect", "applications", "register"):
        assert browser.post(f"/api/oauth/{other}/").status_code == 404


def test_basic_authentication_is_taken_and_a_wrong_secret_is_not(town) -> None:
    secret = machine(town, "connections:read")

    def ask(name: str, word: str):
        told = base64.b64encode(f"{name}:{word}".encode()).decode()
        return Client(SERVER_NAME="localhost").post(
            "/api/oauth/token/",
            "grant_type=client_credentials",
            content_type=FORM,
            headers={"Authorization": f"Basic {told}"},
        )

    assert ask(secret.client_id, secret.secret).status_code == 200
    assert ask(secret.client_id, "wrong").status_code == 401
    assert ask("nobody", "wrong").status_code == 401
    assert ask("no\0body", "wrong").status_code in (400, 401)
    assert ask_token(secret, client_secret="%00").status_code == 400


def test_no_client_is_ever_given_a_right_to_decide() -> None:
    given = frozenset().union(*people.SCOPES.values())
    forbidden = {right for right in Right if right.value.startswith(("approve", "manage"))}
    assert not given & (forbidden | {Right.PROPOSE_RECOVERY, Right.PROPOSE_PROTECTION})


def test_too_many_requests_are_told_when_to_come_back(town, settings) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "staff": "2/min", "address": "1/min"}
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, town["D1"])))
    for _ in range(2):
        get(clerk, "/me")
    answer = clerk.get(f"{FIRST}/me")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    stranger = Client(SERVER_NAME="localhost", headers={"X-Forwarded-For": "1.2.3.4"})
    assert stranger.get(f"{FIRST}/me").status_code == 401
    stranger = Client(SERVER_NAME="localhost", headers={"X-Forwarded-For": "5.6.7.8"})
    assert stranger.get(f"{FIRST}/me").status_code == 429


def test_secrets_are_not_guessed_at_speed(town, settings) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "token": "3/min"}
    secret = machine(town, "connections:read")
    statuses = [ask_token(secret, client_secret="x").status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


def test_a_kept_answer_and_a_client_are_seen_by_their_own_only(town) -> None:
    from django.db import transaction

    secret = machine(town, "connections:read")
    here = viewer(add_staff("here", (Role.ADMINISTRATOR, town["D1"])))
    there = viewer(add_staff("there", (Role.ADMINISTRATOR, town["D2"])))
    for who, seen in ((here, [secret.number]), (there, [])):
        with transaction.atomic():
            people.limit_database(scope=who.scope(Right.MANAGE_CLIENTS))
            assert [one.number for one in people.clients()] == seen
