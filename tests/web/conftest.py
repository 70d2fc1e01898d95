"""The screens over a small town, with the demo switched on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from bijlighar.people.values import Role
from tests.cast import grid_of_cast
from tests.door import enrolled, new_browser
from tests.signing_in import ResidentClient, add_staff, client_of
from tests.stories.conftest import world  # noqa: F401  (the same stage)
from tools import messages


@pytest.fixture(scope="session", autouse=True)
def compiled_hindi() -> None:
    """Django reads Hindi from a compiled file, which no repository keeps."""
    path = messages.ROOT / messages.HINDI
    made = messages.compiled(messages.read(path))
    held = path.with_suffix(".mo")
    if not held.exists() or held.read_bytes() != made:
        held.write_bytes(made)


@pytest.fixture(autouse=True)
def middleware(settings) -> None:
    """All but the server of static files, which would list them anew for every client."""
    settings.MIDDLEWARE = [
        name.replace(
            "django.middleware.locale.LocaleMiddleware",
            "bijlighar.web.language.ChosenLanguage",
        )
        for name in settings.MIDDLEWARE
        if "whitenoise" not in name
    ]


@pytest.fixture
def demo(settings) -> None:
    """The demo."""
    settings.IS_DEMO = True


@pytest.fixture
def hindi(demo: None) -> Iterator[Client]:
    """A phone whose owner has chosen nothing; it is set to English as phones are sold."""
    yield ResidentClient(
        headers={"accept-language": "en-IN,en;q=0.9"}, SERVER_NAME="localhost"
    )


@pytest.fixture
def english(demo: None) -> Iterator[Client]:
    """A reader who has chosen English."""
    client = ResidentClient(SERVER_NAME="localhost")
    client.cookies["django_language"] = "en"
    yield client


@pytest.fixture
def no_waiting(settings) -> None:
    """Codes may follow one another, and passwords are hashed quickly."""
    settings.OTP_TOTP_THROTTLE_FACTOR = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ids(committed_db: None) -> dict[str, int]:
    """Ids of the cast's grid by code."""
    return grid_of_cast()


@pytest.fixture
def anju(ids: dict[str, int], no_waiting: None) -> int:
    """An engineer of the East Division, who can sign in."""
    return enrolled("anju", (Role.EXECUTIVE_ENGINEER, ids["D1"]))


@pytest.fixture
def admin(ids: dict[str, int], no_waiting: None) -> Client:
    """The administrator of the East Division, signed in."""
    return client_of(add_staff("rakesh", (Role.ADMINISTRATOR, ids["D1"])))


@pytest.fixture
def browser(no_waiting: None) -> Client:
    """A browser in which nobody is signed in."""
    return new_browser()
