"""One style sheet and one script per audience, put together from the small files.

The small files stay readable; the phone asks once for each kind, gets it compressed, and
keeps it: the address changes with the content, so it may be kept for ever.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers

_FRAME = ("fonts", "tokens", "page", "text", "controls", "lamp", "header", "ribbon")
_CONSUMER = ("panel", "chart", "slip", "recharge", "notice", "steps", "price", "bill")
_CONSUMER_TOO = ("inbox", "logins", "offline", "complaints", "kyc", "use")
_WIDE = ("notice", "clock", "start", "town", "phones")
_DESK = ("notice", "panel", "table", "frame", "today", "search", "connection", "grid")
_DESK_TOO = ("complaints", "masters", "staff", "audit", "proposals", "pages", "kyc")
_DESK_LEVELS = ("levels",)
_LIVE = ("live", "clock", "days", "what-if", "push", "photo", "where")
_OFFLINE = ("offline-forms", "offline", "install")
_HTMX = ("vendor/htmx/htmx.min.js", "vendor/htmx-ext-sse/dist/sse.min.js")


def _css(*names: str) -> tuple[str, ...]:
    return tuple(f"web/css/{name}.css" for name in names)


def _js(*names: str) -> tuple[str, ...]:
    return tuple(f"web/js/{name}.js" for name in names)


BUNDLES = {
    "consumer.css": _css(*_FRAME, *_CONSUMER, *_CONSUMER_TOO),
    "wide.css": _css(*_FRAME, *_WIDE),
    "desk.css": _css(*_FRAME, *_DESK, *_DESK_TOO, *_DESK_LEVELS),
    "consumer.js": (*_HTMX, *_js(*_LIVE, *_OFFLINE)),
    "wide.js": (*_HTMX, *_js("live", "clock")),
    "map.css": ("vendor/leaflet/leaflet.css",),
    "sign-in.js": _js("passkey"),
    "sw.js": _js("sw"),
    "map.js": ("vendor/leaflet/leaflet.js", *_js("map")),
    "desk.js": (*_HTMX, *_js("live", "clock", "desk")),
}
_COMMENT = re.compile(rb"^ */\*.*?\*/", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(rb"\n\s+")
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle as it goes over the wire."""

    digest: str
    plain: bytes
    compressed: bytes
    content_type: str


def address_of(name: str) -> str:
    """Where the browser fetches the bundle."""
    return reverse("bundle", kwargs={"digest": bundle(name).digest, "name": name})


def show(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """The bundle, to be kept for ever if the address names its present content."""
    if name not in BUNDLES:
        raise Http404
    held = bundle(name)
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        held.compressed if takes_gzip else held.plain, content_type=held.content_type
    )
    if takes_gzip:
        response.headers["Content-Encoding"] = "gzip"
    is_present = digest == held.digest
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if is_present else "no-cache"
    )
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


@cache
def bundle(name: str) -> Bundle:
    """The bundle's content, made once per process."""
    plain = b"\n".join(_lean(_found(path).read_bytes()) for path in BUNDLES[name])
    return Bundle(
        digest=sha256(plain).hexdigest()[:16],
        plain=plain,
        compressed=gzip.compress(plain, compresslevel=9, mtime=0),
        content_type=_TYPES[name.rpartition(".")[2]],
    )


def _lean(text: bytes) -> bytes:
    """Without comments and indents, which the small files have for people."""
    return _INDENT.sub(b"\n", _COMMENT.sub(b"", text))


def _found(path: str) -> Path:
    found = finders.find(path)
    if not found:
        raise ImproperlyConfigured(f"{path} is missing: run `make setup`.")
    return Path(found)
