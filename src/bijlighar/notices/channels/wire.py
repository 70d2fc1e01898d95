"""Calls to operators over HTTP: one kept connection a thread, no more than is needed.

A million warnings are a million calls. The standard library's client takes a fifth of the
time of one that can do everything; TLS certificates and names are checked all the same,
and a proxy of the environment is used where one is set. Nothing is ever sent twice by
itself: a kept connection is looked at before it is used again.
"""

from __future__ import annotations

import json
import select
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock, local
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

MOST_ANSWERED = 1_000_000
"""Octets of an answer; more is no operator's."""


class WireError(Exception):
    """The operator was not reached, or did not answer as HTTP does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an operator answered."""

    status: int
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether it took what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The answer read as JSON. Raises ValueError."""
        return json.loads(self.content)


class Wire:
    """Connections that are kept, one a thread and server."""

    def __init__(self) -> None:
        """Nothing is opened before the first call."""
        self._own = local()
        self._lock = Lock()
        self._opened: list[HTTPConnection] = []

    def post(
        self, url: str, *, headers: Mapping[str, str], content: bytes, timeout_s: float
    ) -> Answer:
        """Ask once; redirects are not followed. Raises WireError."""
        at = urlsplit(url)
        if at.scheme not in ("http", "https") or not at.hostname:
            raise WireError("the address is none of the web")
        path = at.path + (f"?{at.query}" if at.query else "") or "/"
        line = self._line(at, timeout_s)
        try:
            line.request("POST", path, body=content, headers=dict(headers))
            answer = line.getresponse()
            told = answer.read(MOST_ANSWERED + 1)
            if len(told) > MOST_ANSWERED or answer.length:
                raise HTTPException("too long or too short an answer")
            return Answer(status=answer.status, content=told)
        except (HTTPException, OSError, ValueError) as error:
            line.close()
            raise WireError(type(error).__name__) from error

    def close(self) -> None:
        """Close every connection of every thread."""
        with self._lock:
            for line in self._opened:
                line.close()
            self._opened.clear()
            self._own = local()

    def _line(self, at: SplitResult, timeout_s: float) -> HTTPConnection:
        lines: dict[tuple[str, str], HTTPConnection] = self._own.__dict__.setdefault(
            "lines", {}
        )
        key = (at.scheme, at.netloc)
        line = lines.get(key)
        if line is None:
            line = _opened(at, timeout_s)
            lines[key] = line
            with self._lock:
                self._opened.append(line)
        elif line.sock is not None:
            if _is_dropped(line):
                line.close()
            else:
                line.sock.settimeout(timeout_s)
        return line


def _opened(at: SplitResult, timeout_s: float) -> HTTPConnection:
    """A connection to a server, by way of the environment's proxy where there is one."""
    host = at.hostname or ""
    proxy = None if proxy_bypass(host) else getproxies().get(at.scheme)
    if at.scheme == "http":
        return HTTPConnection(host, at.port, timeout=timeout_s)
    if proxy:
        by = urlsplit(proxy)
        line = HTTPSConnection(
            by.hostname or "", by.port, timeout=timeout_s, context=_checked()
        )
        line.set_tunnel(host, at.port)
        return line
    return HTTPSConnection(host, at.port, timeout=timeout_s, context=_checked())


@cache
def _checked() -> ssl.SSLContext:
    """Certificates and host names are checked."""
    return ssl.create_default_context()


def _is_dropped(line: HTTPConnection) -> bool:
    """Whether a server has ended a connection that nobody used: then it can be read."""
    try:
        return bool(select.select([line.sock], [], [], 0)[0])
    except (OSError, ValueError):
        return True
