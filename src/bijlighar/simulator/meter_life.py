"""The event logs of a pretend meter, its status word and its minutes with power.

What follows from the house is worked out when it is asked for: the relay's moves, and the
mains, which are gone on days that nobody measured. What else happened was noted then.
Source: IS 15959 event identifications and logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import merge

from bijlighar.dlms import is15959
from bijlighar.dlms.obis import Obis
from bijlighar.simulator.event_records import FAULT_EVENTS, POWER, TAMPERS, NotedEvent
from bijlighar.simulator.faults import FaultKind
from bijlighar.simulator.house import House
from bijlighar.simulator.meter import Meter
from bijlighar.simulator.town_calendar import SECONDS_PER_DAY

EVENTS_KEPT = 100
"""How many rows a log holds; makes hold 25 to 200, and the newest push the oldest out."""

STATUS_BITS = 128
RELAY = is15959.STANDARD.events["load_disconnected"]
_RELAY_BIT = 84
_SECONDS_PER_MINUTE = 60
_BIT_OF = {bit.event: bit.bit for bit in is15959.STANDARD.status_bits.values()}


def _codes_by_log() -> Mapping[Obis, tuple[int, ...]]:
    """By the log's name, the codes that can stand in it."""
    found: dict[Obis, tuple[int, ...]] = {}
    for event in is15959.STANDARD.events.values():
        log = is15959.STANDARD.objects[event.log].obis
        codes = (
            (event.occurs,) if event.restored is None else (event.occurs, event.restored)
        )
        found[log] = (*found.get(log, ()), *codes)
    return found


_CODES = _codes_by_log()
TRANSACTIONS = _CODES[is15959.TRANSACTION_EVENTS]


def logged(meter: Meter, log: Obis) -> Sequence[NotedEvent]:
    """What stands in a log now, the oldest first."""
    if log == is15959.CONTROL_EVENTS:
        found = _as_events(meter.house.relay_moves(), occurs=RELAY.occurs)
    elif log == is15959.POWER_EVENTS:
        changes = mains_changes(meter.house, until=meter.second)
        found = _as_events(changes, occurs=POWER.occurs)
    else:
        found = meter.events.of(serial=meter.serial, codes=_CODES[log])
    is_full_for_ever = log == is15959.NON_ROLLOVER_EVENTS
    return found[:EVENTS_KEPT] if is_full_for_ever else found[-EVENTS_KEPT:]


def tamper_count(meter: Meter) -> int:
    """How many tampers a meter has noted in its life."""
    return meter.events.how_many(serial=meter.serial, codes=TAMPERS)


def programming_count(meter: Meter) -> int:
    """How often something of a meter was set."""
    return meter.events.how_many(serial=meter.serial, codes=TRANSACTIONS)


def status_bits(meter: Meter) -> frozenset[int]:
    """The bits of the event status word that are set: what has occurred and lasts."""
    lasting = {
        bit
        for kind in meter.faults
        if kind is not FaultKind.POWER_OFF
        and (event := FAULT_EVENTS.get(kind)) is not None
        and (bit := _BIT_OF.get(event.name)) is not None
    }
    return frozenset(lasting if meter.house.is_closed else lasting | {_RELAY_BIT})


def status_word(*bits: int) -> str:
    """The event status word with these bits set, bit 0 first."""
    return "".join("1" if bit in bits else "0" for bit in range(STATUS_BITS))


def minutes_with_mains(house: House, *, starts: int, ends: int) -> int:
    """Whole minutes with mains between two seconds of the past."""
    there, since, seconds = True, starts, 0
    for second, now_there in mains_changes(house, until=ends):
        if second > starts:
            seconds += (second - since) * there
            since = second
        there = now_there
    return (seconds + (ends - since) * there) // _SECONDS_PER_MINUTE


def mains_changes(house: House, *, until: int) -> list[tuple[int, bool]]:
    """When mains went or came back up to a second, and which; the oldest first."""
    of_data = ((second, False, there) for second, there in _measured(house, until))
    ordered = ((second, True, there) for second, there in house.mains_moves())
    held = {True: True, False: True}
    changes: list[tuple[int, bool]] = []
    was_there = True
    for second, whose, there in merge(of_data, ordered, key=lambda change: change[0]):
        held[whose] = there
        if second <= until and all(held.values()) != was_there:
            was_there = not was_there
            changes.append((second, was_there))
    return changes


def _measured(house: House, until: int) -> list[tuple[int, bool]]:
    """When days without data begin and end."""
    changes: list[tuple[int, bool]] = []
    was_measured = True
    for second in range(0, until + 1, SECONDS_PER_DAY):
        if house.appetite.is_silent(second) == was_measured:
            was_measured = not was_measured
            changes.append((second, was_measured))
    return changes


def _as_events(changes: Sequence[tuple[int, bool]], *, occurs: int) -> list[NotedEvent]:
    """Changes to bad and good as events: the code after the occurrence's restores it."""
    return [NotedEvent(second=second, code=occurs + is_good) for second, is_good in changes]
