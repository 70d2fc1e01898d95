"""The invocation counters of a pretend meter: none is accepted or sent twice, ever."""

from __future__ import annotations

from bijlighar.simulator.meter_records import MeterRecords


class MeterCounters:
    """What one meter has accepted from each client, and what it has sent itself."""

    def __init__(
        self, *, serial: str, records: MeterRecords, received: dict[int, int], start: int
    ) -> None:
        """`received` is by client SAP; sending goes on at `start`, never used before."""
        self._serial = serial
        self._records = records
        self._received = received
        self._next = start
        self._leased_until = start

    def received(self, client_sap: int) -> int:
        """The newest counter accepted from a client, 0 before the first."""
        return self._received.get(client_sap, 0)

    def accept(self, client_sap: int, counter: int) -> None:
        """A genuine frame came with this counter; remembered before it is acted upon."""
        self._records.note_received(
            serial=self._serial, client_sap=client_sap, counter=counter
        )
        self._received[client_sap] = counter

    def next(self) -> int:
        """A sending counter that was never used before."""
        if self._next >= self._leased_until:
            self._leased_until = self._records.lease(serial=self._serial, start=self._next)
        self._next += 1
        return self._next - 1
