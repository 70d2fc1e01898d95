"""Messages as a vendor's head-end writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from bijlighar.kernel.ist import day_ends, day_starts, in_ist
from bijlighar.vendors.service import HALF_HOUR, REGISTER

NUMBERS = count(1)


def meter(
    serial: str,
    registers: Mapping[date, int] | None = None,
    blocks: Mapping[date, Sequence[int]] | None = None,
) -> dict[str, Any]:
    """What one meter showed: registers at the ends of days, half-hours from 00:00 on."""
    told: dict[str, Any] = {"Meter": {"Names": [{"name": serial}]}}
    if registers:
        told["Readings"] = [
            {
                "timeStamp": in_ist(day_ends(day)).isoformat(),
                "value": str(wh),
                "ReadingType": {"ref": REGISTER},
            }
            for day, wh in registers.items()
        ]
    if blocks:
        told["IntervalBlocks"] = [
            {
                "ReadingType": {"ref": HALF_HOUR},
                "IntervalReadings": [
                    {
                        "timeStamp": in_ist(
                            day_starts(day) + timedelta(minutes=30) * (number + 1)
                        ).isoformat(),
                        "value": str(wh),
                    }
                    for number, wh in enumerate(half_hours)
                ],
            }
            for day, half_hours in blocks.items()
        ]
    return told


def readings(*meters: dict[str, Any], key: str = "") -> dict[str, Any]:
    """A message of readings with a number of its own."""
    return {
        "Header": _header("MeterReadings", key),
        "Payload": {"MeterReadings": {"MeterReading": list(meters)}},
    }


def event(
    serial: str, command: str, kind: str, at: datetime, *, key: str = "", reason: str = ""
) -> dict[str, Any]:
    """What came of one command."""
    return {
        "mRID": key or f"event-{next(NUMBERS)}",
        "createdDateTime": in_ist(at).isoformat(),
        "EndDeviceEventType": {"ref": kind},
        "Meter": {"Names": [{"name": serial}]},
        **({"EndDeviceControl": {"mRID": command}} if command else {}),
        "reason": reason,
    }


def events(*told: dict[str, Any], key: str = "") -> dict[str, Any]:
    """A message of events with a number of its own."""
    return {
        "Header": _header("EndDeviceEvents", key),
        "Payload": {"EndDeviceEvents": {"EndDeviceEvent": list(told)}},
    }


def _header(noun: str, key: str) -> dict[str, Any]:
    return {
        "Verb": "created",
        "Noun": noun,
        "Source": "MeterCo",
        "MessageID": key or f"message-{next(NUMBERS)}",
    }
