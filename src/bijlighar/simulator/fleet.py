"""All pretend meters on the wire: a TCP server each, on loopback addresses of their own."""

from __future__ import annotations

import asyncio
import errno
import resource
from collections.abc import Sequence
from ipaddress import IPv4Address

from bijlighar.kernel.errors import BijligharError
from bijlighar.simulator.meter import Meter
from bijlighar.simulator.meter_connection import MeterConnection

DEFAULT_ADDRESS_BASE = IPv4Address("127.60.0.1")
DEFAULT_PORT = 4059
MOST_CONNECTIONS_PER_METER = 4

_BACKLOG = 16
# A listening socket and a connection for each meter, and some for everything else.
_FILES_PER_METER, _OTHER_FILES = 3, 200


class AddressTaken(BijligharError):
    """A meter cannot listen on its address."""


class Fleet:
    """Meters on consecutive addresses, from `base` on, all on one port."""

    def __init__(
        self,
        *,
        meters: Sequence[Meter],
        base: IPv4Address = DEFAULT_ADDRESS_BASE,
        port: int = DEFAULT_PORT,
    ) -> None:
        """Nothing listens before `start`."""
        self._by_serial = {meter.serial: meter for meter in meters}
        self._addresses = {
            meter.serial: str(base + number) for number, meter in enumerate(meters)
        }
        self.port = port
        self._servers: list[asyncio.Server] = []
        self._connections: dict[str, set[MeterConnection]] = {
            meter.serial: set() for meter in meters
        }

    @property
    def meters(self) -> list[Meter]:
        """All meters, in order."""
        return list(self._by_serial.values())

    def meter(self, serial: str) -> Meter | None:
        """The meter with this serial, if there is one."""
        return self._by_serial.get(serial)

    def address_of(self, serial: str) -> str:
        """The address on which a meter listens."""
        return self._addresses[serial]

    @property
    def any_address(self) -> str:
        """The address of the first meter."""
        return next(iter(self._addresses.values()))

    async def start(self) -> None:
        """Let every meter listen; raises `AddressTaken` when one cannot."""
        _allow_files(len(self._by_serial) * _FILES_PER_METER + _OTHER_FILES)
        try:
            for meter in self.meters:
                self._servers.append(await self._listen(meter))
        except AddressTaken:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close all servers and connections."""
        for server in self._servers:
            server.close()
        for connections in self._connections.values():
            for connection in list(connections):
                connection.drop()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def _listen(self, meter: Meter) -> asyncio.Server:
        """One meter's server."""
        connections = self._connections[meter.serial]

        def accept() -> MeterConnection:
            return MeterConnection(
                meter=meter, others=connections, most=MOST_CONNECTIONS_PER_METER
            )

        address = self._addresses[meter.serial]
        try:
            return await asyncio.get_running_loop().create_server(
                accept, address, self.port, backlog=_BACKLOG, reuse_address=True
            )
        except OSError as error:
            raise AddressTaken(_why(error, address=address, port=self.port)) from error


def _why(error: OSError, *, address: str, port: int) -> str:
    """Why a meter cannot listen, in one sentence."""
    if error.errno == errno.EADDRINUSE:
        return (
            f"The pretend meters cannot start: {address} port {port} is in use, "
            "perhaps by another pretend town."
        )
    return f"The pretend meters cannot listen on {address} port {port}: {error.strerror}."


def _allow_files(wanted: int) -> None:
    """Let this process open as many files as a fleet needs, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
