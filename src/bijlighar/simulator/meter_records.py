"""What meters remember over a restart: relay, counters and faults."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from bijlighar.simulator.faults import Fault, FaultKind
from bijlighar.simulator.keys import MeterKeys

LEASE = 1_000


class MeterRecords:
    """The records of all meters, kept in the world's file."""

    def __init__(self, *, connection: sqlite3.Connection) -> None:
        """`connection` is to the world's file."""
        self._connection = connection

    def relay_logs(self) -> dict[str, list[tuple[int, bool]]]:
        """By serial, each second at which the relay moved, and if it has been closed."""
        logs: dict[str, list[tuple[int, bool]]] = {}
        rows = self._connection.execute(
            "select serial, second, closed from relay order by id"
        )
        for serial, second, closed in rows:
            logs.setdefault(serial, []).append((second, bool(closed)))
        return logs

    def note_switch(self, *, serial: str, second: int, closed: bool) -> None:
        """The relay opened or closed."""
        self._connection.execute(
            "insert into relay (serial, second, closed) values (?, ?, ?)",
            (serial, second, closed),
        )

    def received_counters(self) -> dict[str, dict[int, int]]:
        """By serial and client SAP, the newest counter that was accepted."""
        counters: dict[str, dict[int, int]] = {}
        rows = self._connection.execute("select serial, client_sap, counter from received")
        for serial, client_sap, counter in rows:
            counters.setdefault(serial, {})[client_sap] = counter
        return counters

    def note_received(self, *, serial: str, client_sap: int, counter: int) -> None:
        """A counter was accepted: no lower one ever will be again."""
        self._connection.execute(
            "insert into received values (?, ?, ?) on conflict do update"
            " set counter = excluded.counter",
            (serial, client_sap, counter),
        )

    def leases(self) -> dict[str, int]:
        """By serial, the first sending counter that may never have been used."""
        return dict(self._connection.execute("select serial, until from leased").fetchall())

    def lease(self, *, serial: str, start: int) -> int:
        """Reserve sending counters from `start` on; gives the first that is not reserved.

        They are noted as used before one of them is: a killed process loses some, and
        repeats none.
        """
        until = start + LEASE
        self._connection.execute(
            "insert into leased values (?, ?) on conflict do update"
            " set until = excluded.until",
            (serial, until),
        )
        return until

    def faults(self) -> dict[str, dict[FaultKind, Fault]]:
        """By serial, the faults that are in place."""
        found: dict[str, dict[FaultKind, Fault]] = {}
        rows = self._connection.execute("select serial, kind, amount, once from fault")
        for serial, kind, amount, once in rows:
            fault = Fault(kind=FaultKind(kind), amount=amount, is_once=bool(once))
            found.setdefault(serial, {})[fault.kind] = fault
        return found

    def put_fault(self, *, serial: str, fault: Fault) -> None:
        """A meter has this fault from now on, in place of an older one of its kind."""
        self._connection.execute(
            "insert or replace into fault values (?, ?, ?, ?)",
            (serial, fault.kind.value, fault.amount, fault.is_once),
        )

    def heal(self, *, serial: str, kind: FaultKind | None = None) -> None:
        """A meter is rid of one fault, or of all."""
        self._connection.execute(
            "delete from fault where serial = ? and (? is null or kind = ?)",
            (serial, kind, kind),
        )

    def keys_now(self, *, serial: str, first: MeterKeys) -> MeterKeys:
        """A meter's keys and password: those that it was sent last, or `first`."""
        keys = self._connection.execute(
            "select encryption, authentication, master from meter_key where serial = ?",
            (serial,),
        ).fetchone()
        password = self._connection.execute(
            "select password from meter_password where serial = ?", (serial,)
        ).fetchone()
        held = first if password is None else replace(first, lls_secret=password[0])
        if keys is None:
            return held
        encryption, authentication, master = keys
        return replace(
            held,
            encryption_key=encryption,
            authentication_key=authentication,
            master_key=master,
        )

    def note_password(self, *, serial: str, password: bytes) -> None:
        """A meter was set a new password: it is kept before the meter says so."""
        self._connection.execute(
            "insert or replace into meter_password values (?, ?)", (serial, password)
        )

    def note_keys(self, *, serial: str, keys: MeterKeys) -> None:
        """A meter was sent new keys: they are kept before it says that it has them."""
        self._connection.execute(
            "insert or replace into meter_key values (?, ?, ?, ?)",
            (serial, keys.encryption_key, keys.authentication_key, keys.master_key),
        )
