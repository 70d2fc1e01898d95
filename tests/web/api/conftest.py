"""The API over the cast's discom: staff with sessions, a machine client with a token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, ClientSecret, Role
from tests.cast import connect, grid_of_cast
from tests.signing_in import add_staff

FIRST = "/api/v1"
KEYS = count(1)


@pytest.fixture(autouse=True)
def quick_middleware(settings) -> None:
    """All but the server of static files, which would list them anew for every client."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "whitenoise" not in one]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_limit_used_up() -> Iterator[None]:
    """Counters of one test are not another's."""
    caches["api_limits"].clear()
    yield
    caches["api_limits"].clear()


@pytest.fixture
def town(committed_db: None) -> dict[str, int]:
    """Asha (T1) and Balram (T2) in division D1, Dev (T6) in D2; node ids by code."""
    ids = grid_of_cast()
    connect("Asha", "Balram")
    from tests.cast import new_connection

    connect("Dev", new={"Dev": new_connection("Dev", transformer_id=ids["T6"])})
    return ids


def machine(
    ids: dict[str, int], *scopes: str, area: str = "D1", owner: str = "owner"
) -> ClientSecret:
    """A machine client that belongs to one area."""
    owner_id = add_staff(owner, (Role.EXECUTIVE_ENGINEER, ids[area]))
    return people.register_client(
        name="Billing of the state",
        purpose="Monthly bills",
        owner_id=owner_id,
        scopes=scopes,
        area_ids=[ids[area]],
        by=SYSTEM,
        now=clock.now(),
    )


def token_of(secret: ClientSecret, **form: str) -> str:
    """A token, asked for as a program does."""
    answer = ask_token(secret, **form)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)["access_token"]


def ask_token(secret: ClientSecret, **form: str) -> Any:
    """The token endpoint's answer."""
    return Client(SERVER_NAME="localhost").post(
        "/api/oauth/token/",
        "&".join(
            f"{name}={value}"
            for name, value in {
                "grant_type": "client_credentials",
                "client_id": secret.client_id,
                "client_secret": secret.secret,
                **form,
            }.items()
        ),
        content_type="application/x-www-form-urlencoded",
    )


def bearer(token: str) -> Client:
    """A program with a token."""
    return Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})


def get(client: Client, path: str, status: int = 200, **query: object) -> Any:
    """What a GET is answered, after a look at its status."""
    answer = client.get(FIRST + path, query)
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.content)


def post(client: Client, path: str, body: object, status: int, *, key: str = "") -> Any:
    """What a POST with an idempotency key is answered."""
    answer = client.post(
        FIRST + path,
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": key or f"key-{next(KEYS)}"},
    )
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)
