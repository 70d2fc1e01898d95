"""Structured logs: one JSON line an event, ids and not names.

Whatever a library logs by Python's own logging becomes a line of the same form, so that
nothing that a person typed can begin a line of its own. Fields that could hold a secret or
somebody's number are masked by their names before anything is written.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

MASKED = "masked"
SECRETS = frozenset(
    {
        "authorization",
        "cookie",
        "cookies",
        "csrfmiddlewaretoken",
        "email",
        "mobile",
        "otp",
        "password",
        "phone",
        "secret",
        "seed",
        "session_key",
        "token",
    }
)
_ENDINGS = ("_code", "_password", "_secret", "_token")
_ALLOWED = frozenset({"status_code"})

Line = MutableMapping[str, Any]


def write_logs(*, level: int = logging.INFO) -> None:
    """Log to standard error as JSON lines, with real time in UTC."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        without_secrets,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        # A kept logger would go on by what was set up when it was first used.
        cache_logger_on_first_use=False,
    )


def without_secrets(_logger: object, _name: str, line: Line) -> Line:
    """Mask what could let somebody in, or is somebody's number or address."""
    for name in line:
        if name in _ALLOWED or not (name in SECRETS or name.endswith(_ENDINGS)):
            continue
        line[name] = MASKED
    return line
