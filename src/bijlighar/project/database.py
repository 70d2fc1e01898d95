"""Which PostgreSQL: the one that DATABASE_URL names, or the embedded one's socket."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

OF_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
"""What the address may say of the encryption on the way to the database."""


def django_database(*, keep_open_s: int) -> dict[str, Any]:
    """Django's database settings from the environment variable DATABASE_URL.

    Form: postgresql://user:password@host:port/name or, for a socket,
    postgresql://user@/name?host=/folder, with `sslmode=verify-full` and the like where the
    database is another machine's. Without the variable the settings point nowhere:
    commands that need a database start the embedded one and set it first.
    """
    address = urlsplit(os.environ.get("DATABASE_URL", "postgresql://postgres@/bijlighar"))
    query = parse_qs(address.query)
    host = unquote(address.hostname or "") or query.get("host", [""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")) or "bijlighar",
        "USER": unquote(address.username or "postgres"),
        "PASSWORD": unquote(address.password or ""),
        "HOST": host,
        "PORT": str(address.port or query.get("port", [""])[0]),
        "CONN_MAX_AGE": keep_open_s,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "bijlighar",
            **{name: query[name][0] for name in OF_TLS if name in query},
        },
        "TEST": {"NAME": f"test_{unquote(address.path.lstrip('/')) or 'bijlighar'}"},
    }
