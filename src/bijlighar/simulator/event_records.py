"""What meters have noted of their lives, kept in the world's file: events and the mains."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bijlighar.dlms import is15959
from bijlighar.simulator.faults import FaultKind
from bijlighar.simulator.store import together

_EVENTS = is15959.STANDARD.events
POWER = _EVENTS["power_failure"]
FAULT_EVENTS = {
    FaultKind.POWER_OFF: POWER,
    FaultKind.LOW_VOLTAGE: _EVENTS["low_voltage"],
    FaultKind.EARTH_LOADING: _EVENTS["earth_loading"],
    FaultKind.MAGNET: _EVENTS["magnet"],
    FaultKind.COVER_OPEN: _EVENTS["cover_open"],
}
"""What a meter notes when a fault begins and ends; of the others it knows nothing."""

TAMPERS = tuple(_EVENTS[name].occurs for name in ("earth_loading", "magnet", "cover_open"))
CLOCK_SET = _EVENTS["clock_set"].occurs
KEYS_SET = _EVENTS["global_keys_set"].occurs
PASSWORD_SET = _EVENTS["meter_reader_secret_set"].occurs


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedEvent:
    """An event's code, the town's second, and what was measured then.

    Centivolts, centiamperes, the register in Wh, and how many tampers there had been.
    """

    second: int
    code: int
    voltage_cv: int = 0
    current_ca: int = 0
    register_wh: int = 0
    tampers: int = 0


class EventRecords:
    """The events of all meters; nothing of them is held in memory."""

    def __init__(self, *, connection: sqlite3.Connection) -> None:
        """`connection` is to the world's file."""
        self._connection = connection

    def together(self) -> AbstractContextManager[None]:
        """All that a meter notes inside is kept, or nothing of it."""
        return together(self._connection)

    def note(self, *, serial: str, event: NotedEvent) -> None:
        """Something happened to a meter."""
        self._connection.execute(
            "insert into event (serial, second, code, voltage_cv, current_ca, register_wh,"
            " tampers) values (?, ?, ?, ?, ?, ?, ?)",
            (
                serial,
                event.second,
                event.code,
                event.voltage_cv,
                event.current_ca,
                event.register_wh,
                event.tampers,
            ),
        )

    def of(self, *, serial: str, codes: Collection[int]) -> list[NotedEvent]:
        """A meter's events of these codes, the oldest first."""
        rows = self._connection.execute(
            "select second, code, voltage_cv, current_ca, register_wh, tampers from event"
            " where serial = ? and code in (select value from json_each(?)) order by id",
            (serial, json.dumps(list(codes))),
        )
        return [NotedEvent(**dict(row)) for row in rows]

    def how_many(self, *, serial: str, codes: Collection[int]) -> int:
        """How often a meter has noted one of these codes."""
        (many,) = self._connection.execute(
            "select count(*) from event"
            " where serial = ? and code in (select value from json_each(?))",
            (serial, json.dumps(list(codes))),
        ).fetchone()
        return int(many)

    def mains_logs(self) -> dict[str, list[tuple[int, bool]]]:
        """By serial, each second at which the mains went or came back, and which."""
        logs: dict[str, list[tuple[int, bool]]] = {}
        rows = self._connection.execute(
            "select serial, second, code from event where code in (?, ?) order by id",
            (POWER.occurs, POWER.restored),
        )
        for serial, second, code in rows:
            logs.setdefault(serial, []).append((second, code == POWER.restored))
        return logs
