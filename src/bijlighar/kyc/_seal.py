"""Sealing and unsealing this domain's columns; whatever does not open is an alarm."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.conf import settings

from bijlighar.kernel.sealed import SealBroken, root_key, seal, sealing_key, unseal

log = structlog.get_logger()

PURPOSE = "identity papers and bank accounts"


def sealed(plain: bytes, *, column: str, row: UUID) -> bytes:
    """A value as it may lie in a column (`table.column`) of a row."""
    key = sealing_key(root=root_key(settings.BIJLIGHAR["root_key"]), purpose=PURPOSE)
    return seal(plain, key=key, place=f"{column} {row}")


def opened(held: bytes | memoryview, *, column: str, row: UUID) -> bytes:
    """The value again. Raises SealBroken, and raises the alarm."""
    key = sealing_key(root=root_key(settings.BIJLIGHAR["root_key"]), purpose=PURPOSE)
    try:
        return unseal(bytes(held), key=key, place=f"{column} {row}")
    except SealBroken:
        log.error("kyc.seal.broken", column=column, row=str(row))
        raise
