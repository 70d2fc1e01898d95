"""The web server: the ASGI application behind uvicorn."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import uvicorn

from bijlighar.run.logs import write_logs

STOP_TAKES_S = 3
NEARBY = "127.0.0.1"
"""Whose word counts on where a request came from, unless BIJLIGHAR_PROXIES names others."""


def serve(*, port: int, host: str = NEARBY) -> None:
    """Serve until told to stop (SIGTERM); open live streams are cut after three seconds."""
    write_logs()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
    server = uvicorn.Server(server_config(port=port, host=host))
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(1)


def server_config(*, port: int, host: str) -> uvicorn.Config:
    """How the server listens: no sockets but HTTP's, no word on what it is made of.

    A proxy that ends the encryption says by `X-Forwarded-For` and `-Proto` who called and
    how; from any other address these headers are what a caller made up, and are ignored.
    """
    return uvicorn.Config(
        "bijlighar.project.asgi:application",
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        http="h11",
        ws="none",
        proxy_headers=True,
        forwarded_allow_ips=os.environ.get("BIJLIGHAR_PROXIES", NEARBY),
        server_header=False,
        timeout_graceful_shutdown=STOP_TAKES_S,
    )
