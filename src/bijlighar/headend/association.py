"""One association with one meter: opened, authenticated, and released at the end.

Knows no Django. It is the utility setting client with HLS GMAC; all frames are
authenticated and encrypted.
Source: IS 15959 associations (requirements 3.1), Green Book 9.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from bijlighar.dlms import is15959
from bijlighar.dlms.client import Authentication, Client, ClientSettings
from bijlighar.dlms.errors import DecodeError, RefusedError
from bijlighar.dlms.security import SecurityKeys
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.transport import Line, line_to
from bijlighar.headend.values import MeterAccess
from bijlighar.kernel.errors import TemporaryError

SYSTEM_TITLE = b"BJLHES01"
CHALLENGE_BYTES = 16
RELEASE_TIMEOUT_S = 1.0

AskTime = Callable[[], datetime]
"""The one who knows the clock: asked again whenever it matters."""


@asynccontextmanager
async def conversation(
    access: MeterAccess, timeout_s: float, reader_password: bytes | None = None
) -> AsyncIterator[tuple[Client, Line]]:
    """An associated, authenticated client on an open line; released at the end.

    With a password it is the meter reader's client, which proves itself by that (LLS).
    """
    is_reader = reader_password is not None
    sap = is15959.METER_READER if is_reader else is15959.UTILITY_SETTING
    client = Client(
        settings=ClientSettings(
            client_sap=sap,
            authentication=Authentication.LLS if is_reader else Authentication.HLS_GMAC,
            secret=reader_password or b"",
            system_title=SYSTEM_TITLE,
            keys=SecurityKeys(
                encryption_key=access.encryption_key,
                authentication_key=access.authentication_key,
            ),
            meter_title=access.system_title,
        ),
        next_counter=_leased(access),
        challenge=secrets.token_bytes(CHALLENGE_BYTES),
        known_meter_counter=access.known_meter_counter,
    )
    async with line_to(
        host=access.host,
        port=access.port,
        client_sap=sap,
        answer_timeout_s=timeout_s,
    ) as line:
        try:
            await line.run(client.associate())
            yield client, line
        except (DecodeError, RefusedError) as error:
            raise MeterRefused(f"Meter {access.serial}: {error}") from error
        # All that was asked is answered: a meter that hangs up here takes nothing back.
        with suppress(TemporaryError, DecodeError, RefusedError):
            await line.run(client.release(), within_s=RELEASE_TIMEOUT_S)


def _leased(access: MeterAccess) -> Callable[[], int]:
    counters = iter(
        range(access.first_counter, access.first_counter + access.leased_counters)
    )

    def next_counter() -> int:
        counter = next(counters, None)
        if counter is None:
            raise MeterRefused(f"Meter {access.serial}: one conversation, too many frames.")
        return counter

    return next_counter
