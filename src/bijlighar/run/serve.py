"""The web server: the ASGI application behind uvicorn."""

from __future__ import annotations

import os

import uvicorn

from bijlighar.run.logs import write_logs

STOP_TAKES_S = 3


def serve(*, port: int, host: str = "127.0.0.1") -> None:
    """Serve until told to stop (SIGTERM); open live streams are cut after three seconds."""
    write_logs()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
    uvicorn.run(
        "bijlighar.project.asgi:application",
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=STOP_TAKES_S,
    )
