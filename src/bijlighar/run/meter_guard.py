"""What keeps a bench's commands away from meters in service.

A relay in service moves only by the flow: supply decides, the checks hold, the head-end
sends. An engineer's command is for the bench, so it names the meter by its serial, the
meter must say the same serial itself, and the installation's database must not know it:
neither by that serial, nor by its system title, nor by its address. Where a database is
named and does not answer, nothing is done.
"""

from __future__ import annotations

import os
import socket

from bijlighar.dlms import axdr, is15959
from bijlighar.dlms.cosem import Attribute, ClassId
from bijlighar.kernel.errors import BijligharError
from bijlighar.run.meter_line import Talk

_SIGNS = ("DATABASE_URL", "BIJLIGHAR_ROOT_KEY")
"""Variables that only a machine with an installation has."""


class InService(BijligharError):
    """The meter is one of this installation's: it is not moved by hand."""


class OtherMeter(BijligharError):
    """The meter that answers is not the one that was named."""


class NobodyToAsk(BijligharError):
    """Whether the meter is in service cannot be known: nothing is sent."""


def refuse_in_service(
    *, host: str, port: int, serial: str, title: bytes, has_installation: bool
) -> None:
    """Raises InService, NobodyToAsk. Without an installation nothing is looked up."""
    if not has_installation:
        named = [name for name in _SIGNS if os.environ.get(name)]
        if named:
            raise NobodyToAsk(
                f"{named[0]} names an installation: leave --no-installation away."
            )
        return
    known = _known(host=host, port=port, serial=serial, title=title)
    if known:
        raise InService(
            f"Meter {known} is in service here: a relay in service moves only by a "
            "disconnection list or a reconnection, its clock only by the head-end."
        )


async def check_serial(talk: Talk, serial: str) -> None:
    """The meter says the serial that was named. Raises OtherMeter."""
    held = await talk.get(Attribute(ClassId.DATA, is15959.SERIAL_NUMBER, 2))
    value = (
        held.value if isinstance(held.value, str) else axdr.octets(held).decode("latin-1")
    )
    if value.strip("\0 ") != serial:
        raise OtherMeter(f"Meter {value!r} answers, not {serial!r}: nothing was changed.")


def addresses_of(host: str) -> list[str]:
    """The host as it was typed and every address that it stands for."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return [host]
    return sorted({host, *(str(address[0]) for *_, address in found)})


def _known(*, host: str, port: int, serial: str, title: bytes) -> str:
    """The serial of the meter in service, empty where there is none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
    import django
    from django.db import DatabaseError
    from django.db import connections as database

    django.setup()
    from bijlighar.connections import service as connections

    try:
        known = connections.meter_known_as(
            hosts=addresses_of(host), port=port, serial=serial, system_title=title
        )
    except DatabaseError as error:
        raise NobodyToAsk(
            "The installation's database does not answer, so whether the meter is in "
            "service cannot be known. Set DATABASE_URL; on a machine without an "
            f"installation give --no-installation. ({str(error).splitlines()[0]})"
        ) from error
    finally:
        # This runs in a thread of its own, whose connection nobody else would close.
        database.close_all()
    return "" if known is None else known.serial
