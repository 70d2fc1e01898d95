"""The pretend people's process: they read their phones and recharge as the town lives."""

from __future__ import annotations

import signal
import time
from types import FrameType

import httpx
import structlog
from django.conf import settings

from bijlighar.clock.clock import now
from bijlighar.kernel.errors import BijligharError
from bijlighar.run.residents import Residents
from bijlighar.run.settle import people_of

LOOK_EVERY_S = 0.4

log = structlog.get_logger()


def live(*, seed: int) -> None:
    """Read phones and recharge until told to stop (SIGTERM)."""
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    with httpx.Client() as client:
        residents = Residents(
            people=people_of(client=client, town_url=settings.BIJLIGHAR["town_url"]),
            seed=seed,
            client=client,
        )
        residents.read_phones()
        residents.forget_paid(now())
        while not stopping:
            _one_look(residents)
            time.sleep(LOOK_EVERY_S)


def _one_look(residents: Residents) -> None:
    """A pretend person who could not pay tries no more; the others go on."""
    try:
        residents.read_phones()
        residents.pay_due(now())
    except (httpx.HTTPError, BijligharError) as error:
        log.warning("simulator.people.could_not_pay", why=str(error))
