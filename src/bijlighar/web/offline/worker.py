"""The service worker as it goes over the wire: what it keeps, named after its content.

It keeps what is the same for everybody: the style sheet, the script and the fonts of a
home's page, and one page in two languages that says there is no network. What a home's
page shows is never among it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from bijlighar.web import bundles

BUNDLES = ("consumer.css", "consumer.js")
LAMP, ICON, BADGE = "web/lamp.svg", "web/icons/lamp-192.png", "web/icons/badge-96.png"
_FONT = re.compile(rb'url\("/static/([^"]+)"\)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one version of the worker keeps; addresses on this host."""

    version: str
    """The hash of the content of everything named here, and of the worker itself."""
    files: tuple[str, ...]
    fonts: tuple[str, ...]
    """Taken only where the browser has them already: no byte is fetched for them."""
    pages: dict[str, str]
    """The page without network by language; kept in those that the phone was used in."""
    icon: str
    badge: str
    """The pictures of a notice; fetched when one comes."""
    first_page: str
    language: str


def script() -> bytes:
    """The worker with the names of what it keeps."""
    told = json.dumps(asdict(held()), ensure_ascii=False, sort_keys=True)
    return f'"use strict";\nconst HELD = {told};\n'.encode() + bundles.bundle("sw.js").plain


@cache
def held() -> Held:
    """What the worker keeps; made once per process."""
    fonts = tuple(found.decode() for found in _FONT.findall(_content("web/css/fonts.css")))
    named = {path: _content(path) for path in (LAMP, ICON, BADGE, *fonts)}
    pages = {language: skeleton(language) for language, _ in settings.LANGUAGES}
    made = sha256(bundles.bundle("sw.js").plain)
    for content in (*named.values(), *(page.encode() for page in pages.values())):
        made.update(sha256(content).digest())
    return Held(
        version=made.hexdigest()[:16],
        files=(*(bundles.address_of(name) for name in BUNDLES), static(LAMP)),
        fonts=tuple(static(path) for path in fonts),
        pages={language: reverse("offline", args=[language]) for language in pages},
        icon=static(ICON),
        badge=static(BADGE),
        first_page=reverse("my_home"),
        language=settings.LANGUAGE_CODE,
    )


@cache
def skeleton(language: str) -> str:
    """The page without network: words and places for figures, nobody's and no moment's."""
    with translation.override(language):
        return render_to_string("consumer/offline.html", {"language": language})


def _content(path: str) -> bytes:
    found = finders.find(path)
    if not found:
        raise ImproperlyConfigured(f"{path} is missing: run `make setup`.")
    return Path(found).read_bytes()
