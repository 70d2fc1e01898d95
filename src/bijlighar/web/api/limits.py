"""How many requests a minute a client, a member of staff or an unknown address may make.

Counted by django-ninja's throttle in the memory of each web process: a limit that shields
a process needs no writing to the database, and one behind several processes is as many
times as wide. The address is the web server's, never a header's.
"""

from __future__ import annotations

from math import ceil
from threading import Lock

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from ninja.throttling import SimpleRateThrottle

from bijlighar.people.values import Viewer
from bijlighar.web.api.errors import TooMany

_ONE_AT_A_TIME = Lock()


class _Limit(SimpleRateThrottle):
    """One look at one counter; made anew for each request, since it remembers."""

    cache = caches["api_limits"]

    def __init__(self, *, kind: str, who: str) -> None:
        super().__init__(settings.API_LIMITS[kind])
        self._counter = f"{kind}-{who}"

    def get_cache_key(self, request: HttpRequest) -> str:
        return self._counter


def count_viewer(request: HttpRequest, viewer: Viewer) -> None:
    """Count a request of somebody known. Raises TooMany."""
    _count(request, _Limit(kind=viewer.kind.value, who=str(viewer.actor_id)))


def count_address(request: HttpRequest, *, kind: str = "address") -> None:
    """Count a request of somebody unknown, by where it comes from. Raises TooMany."""
    _count(request, _Limit(kind=kind, who=request.META.get("REMOTE_ADDR", "")))


def _count(request: HttpRequest, limit: _Limit) -> None:
    with _ONE_AT_A_TIME:
        if limit.allow_request(request):
            return
    raise TooMany(wait_s=max(ceil(limit.wait() or limit.duration or 1), 1))
