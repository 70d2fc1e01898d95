"""The screens over a small town, with the demo switched on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

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
    yield Client(headers={"accept-language": "en-IN,en;q=0.9"}, SERVER_NAME="localhost")


@pytest.fixture
def english(demo: None) -> Iterator[Client]:
    """A reader who has chosen English."""
    client = Client(SERVER_NAME="localhost")
    client.cookies["django_language"] = "en"
    yield client
