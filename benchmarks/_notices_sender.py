"""A sender of notices as the worker runs it, for benchmarks that need or kill one."""

from __future__ import annotations

import logging
import signal
import time
from datetime import timedelta


def set_up() -> None:
    """Django and quiet logs, in a process that has its settings in the environment."""
    import django
    import structlog

    django.setup()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.FATAL))


def send_until_told(*, tend_every_s: float, claims_hold: timedelta | None = None) -> None:
    """Send what is due and look at the operators, until SIGTERM.

    Claims that hold for a shorter time than in service are sooner taken for dead.
    """
    from bijlighar.clock.clock import real_now
    from bijlighar.notices import _claim
    from bijlighar.notices import service as notices

    if claims_hold is not None:
        _claim.CLAIM_HOLDS = claims_hold
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    tended = time.monotonic()
    while not stopped:
        sent = notices.send_due(now=real_now(), real_now=real_now())
        if time.monotonic() - tended > tend_every_s:
            notices.tend(now=real_now(), real_now=real_now())
            tended = time.monotonic()
        if not sent:
            time.sleep(0.05)
    notices.close_channels()
