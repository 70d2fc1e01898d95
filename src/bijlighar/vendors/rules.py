"""What of a vendor's delivery is taken: the checks of our own head-end, reading by reading.

Pure. A reading that is refused never holds up the others; each refusal has a code and says
what is wrong. Nothing is made up: estimated, edited or projected values are not readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from bijlighar.kernel.energy import BLOCKS_PER_DAY
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of
from bijlighar.vendors.reading_types import (
    CONNECTED,
    DISCONNECTED,
    FAILED,
    ReadingType,
    reading_type_of,
)
from bijlighar.vendors.values import (
    Around,
    Hanging,
    Judged,
    Measured,
    MeterEventTold,
    Offered,
    Read,
    Refusal,
    Refused,
    RelayTold,
    Told,
)

CLOCK_MAY_DIFFER = timedelta(minutes=2)
"""So far ahead of ours a vendor's or a meter's clock may be."""
HALF = timedelta(minutes=30)
MOST_WH = {Measured.REGISTER: 10**10, Measured.HALF_HOUR: 50_000}
"""More than these no meter of a connection shows: the head-end's own limits."""
AT_THE_END = -1
LONGEST_ERROR = 300
HANDED_FOR = timedelta(minutes=2)
"""So long a relay command is a vendor's alone; then it is tried anew."""

_VALUE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?\Z")
_STAMP = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.0{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_EVENT_TYPE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}\Z")
_OUTCOMES = {CONNECTED: True, DISCONNECTED: False, FAILED: None}
"""What came of a command, and what the relay then is."""
_CLOCK_ERROR = re.compile(r"[0-9]{1,2}\.1\.9\Z")
_NOT_MEASURED = re.compile(r"[0-9]{1,2}\.(7|8|11|12)\.[0-9]{1,4}\Z")
"""Edited, estimated, derived and projected values."""

Places = Mapping[tuple[int, date], Around]
Blocks = Mapping[tuple[int, date], Sequence[int | None]]


class _NotTaken(Exception):
    """One reading is refused."""

    def __init__(self, code: Refused, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def read(
    *,
    offered: Iterable[Offered],
    meters: Mapping[str, Sequence[Hanging]],
    now: datetime,
) -> tuple[tuple[Read, ...], tuple[Refusal, ...]]:
    """Readings of meters behind this vendor that have a meaning, and why the others not.

    `meters` holds, by serial, where known meters hung and when they were behind the vendor.
    """
    taken: list[Read] = []
    refusals: list[Refusal] = []
    for one in offered:
        try:
            taken.append(_read(one, meters.get(one.meter_serial, ()), now))
        except _NotTaken as wrong:
            refusals.append(
                Refusal(
                    place=one.place,
                    meter_serial=one.meter_serial,
                    code=wrong.code,
                    reason=wrong.reason,
                )
            )
    return tuple(taken), tuple(refusals)


def judge(*, readings: Sequence[Read], registers: Places, half_hours: Blocks) -> Judged:
    """Compare readings with what is held, and with each other in the order of time.

    What is held already is known and does nothing. A register below one before it, or above
    one after it, is refused: a register only grows. Source: requirements 3.4.
    """
    new: list[Read] = []
    beside: list[Read] = []
    refusals: list[Refusal] = []
    known = 0
    held = _Held(registers, half_hours)
    for one in sorted(readings, key=lambda r: (r.meter_id, r.day, r.block)):
        try:
            if not held.takes(one):
                known += 1
                continue
            new.append(one)
        except _NotTaken as wrong:
            refusals.append(
                Refusal(
                    place=one.place,
                    meter_serial=one.serial,
                    code=wrong.code,
                    reason=wrong.reason,
                )
            )
            if wrong.code is Refused.CONTRADICTS and one.measured is Measured.REGISTER:
                beside.append(one)
    return Judged(
        new=tuple(new), beside=tuple(beside), known=known, refusals=tuple(refusals)
    )


def relay_told(*, told: Told, now: datetime) -> RelayTold | Refusal:
    """What an event says of a relay, or why it cannot be taken."""
    try:
        return _relay_told(told, now)
    except _NotTaken as wrong:
        return Refusal(
            place=told.place,
            meter_serial=told.meter_serial,
            code=wrong.code,
            reason=wrong.reason,
        )


def is_meter_event(told: Told) -> bool:
    """Whether an event is of no command. What came of a relay always names its command."""
    return not told.command_key and told.event_type not in _OUTCOMES


def meter_event_told(
    *, told: Told, hung: Sequence[Hanging], now: datetime
) -> MeterEventTold | Refusal:
    """What an event of no command says, whatever its code; or why it cannot be taken."""
    try:
        return _meter_event_told(told, hung, now)
    except _NotTaken as wrong:
        return Refusal(
            place=told.place,
            meter_serial=told.meter_serial,
            code=wrong.code,
            reason=wrong.reason,
        )


def is_vendor_code(code: str) -> bool:
    """Whether a code names a vendor plainly."""
    return re.fullmatch(r"[a-z][a-z0-9-]{1,30}", code) is not None


def instant_of_stamp(stamped: str) -> datetime | None:
    """An instant as vendors write it: ISO 8601 with an offset; None where it is none."""
    if not _STAMP.match(stamped):
        return None
    try:
        return datetime.fromisoformat(stamped)
    except ValueError:
        return None


class _Held:
    """What is held of each meter, and what this delivery adds to it."""

    def __init__(self, registers: Places, half_hours: Blocks) -> None:
        self._registers = registers
        self._half_hours = {key: list(blocks) for key, blocks in half_hours.items()}
        self._last: dict[int, tuple[date, int]] = {}

    def takes(self, one: Read) -> bool:
        """Whether a reading is new; False where it is known. Raises _NotTaken."""
        if one.measured is Measured.REGISTER:
            return self._takes_register(one)
        return self._takes_half_hour(one)

    def _takes_register(self, one: Read) -> bool:
        around = self._registers[one.meter_id, one.day]
        last = self._last.get(one.meter_id)
        held = last[1] if last and last[0] == one.day else around.held_wh
        if held is not None:
            if held == one.energy_wh:
                return False
            raise _NotTaken(
                Refused.CONTRADICTS,
                f"The register at the end of {one.day} is held as {held} Wh, not"
                f" {one.energy_wh}. Yours is kept beside it; a person has to look.",
            )
        before = max(around.before_wh or 0, last[1] if last else 0)
        after = around.after_wh
        if one.energy_wh < before or (after is not None and one.energy_wh > after):
            other = before if one.energy_wh < before else after
            raise _NotTaken(
                Refused.REGISTER_FELL,
                f"A register only grows: {one.energy_wh} Wh at the end of {one.day} does"
                f" not fit to {other} Wh beside it.",
            )
        self._last[one.meter_id] = (one.day, one.energy_wh)
        return True

    def _takes_half_hour(self, one: Read) -> bool:
        blocks = self._half_hours.setdefault(
            (one.meter_id, one.day), [None] * BLOCKS_PER_DAY
        )
        held = blocks[one.block]
        if held is None:
            blocks[one.block] = one.energy_wh
            return True
        if held == one.energy_wh:
            return False
        raise _NotTaken(
            Refused.CONTRADICTS,
            f"Half-hour {one.block + 1} of {one.day} is held as {held} Wh, not"
            f" {one.energy_wh}: what was received first stays.",
        )


def _read(one: Offered, hung: Sequence[Hanging], now: datetime) -> Read:
    if not hung:
        raise _NotTaken(
            Refused.UNKNOWN_METER, "There is no such meter behind this head-end."
        )
    kind = reading_type_of(one.reading_type)
    if kind is None:
        raise _NotTaken(
            Refused.UNSUPPORTED_READING_TYPE,
            "Taken are the imported register and half-hours in Wh or kWh.",
        )
    for quality in one.qualities:
        if _CLOCK_ERROR.match(quality):
            raise _NotTaken(Refused.CLOCK_ERROR, "The meter's clock was wrong.")
        if _NOT_MEASURED.match(quality):
            raise _NotTaken(
                Refused.NOT_MEASURED,
                "Only what the meter measured is taken: no estimated or edited values.",
            )
    at = _instant(one.stamped, now)
    energy_wh = _energy(one.value, kind)
    day, block = _day_and_block(at, kind.measured)
    meter = next((held for held in hung if _hangs(held, day, at)), None)
    if meter is None:
        raise _NotTaken(
            Refused.NOT_INSTALLED,
            f"On {day} the meter hung on no connection, or behind another head-end.",
        )
    return Read(
        place=one.place,
        serial=one.meter_serial,
        meter_id=meter.meter_id,
        measured=kind.measured,
        day=day,
        block=block,
        energy_wh=energy_wh,
        ends_at=min(at, now),
    )


def _instant(stamped: str, now: datetime) -> datetime:
    at = instant_of_stamp(stamped)
    if at is None:
        raise _NotTaken(
            Refused.WRONG_TIME, "Write times as 2026-04-02T00:00:00+05:30, with the offset."
        )
    if at > now + CLOCK_MAY_DIFFER:
        raise _NotTaken(Refused.IN_THE_FUTURE, "This time has not come yet.")
    return at


def _energy(value: str, kind: ReadingType) -> int:
    if not _VALUE.match(value):
        raise _NotTaken(Refused.WRONG_VALUE, "A value is a number, not below zero.")
    told = Decimal(value).scaleb(kind.exponent)
    energy_wh = int(told)
    if told != energy_wh:
        raise _NotTaken(Refused.WRONG_VALUE, "A meter counts whole Wh.")
    most = MOST_WH[kind.measured]
    if energy_wh > most:
        raise _NotTaken(Refused.WRONG_VALUE, f"No meter shows more than {most} Wh here.")
    return energy_wh


def _day_and_block(at: datetime, measured: Measured) -> tuple[date, int]:
    """The supply day of a stamp: a midnight closes the day before it, a half-hour ends."""
    if measured is Measured.REGISTER:
        if at != day_starts(supply_day_of(at)):
            raise _NotTaken(
                Refused.NOT_MIDNIGHT, "Registers are taken as of 00:00 of India's day only."
            )
        return supply_day_of(at) - ONE_DAY, AT_THE_END
    starts = at - HALF
    day = supply_day_of(starts)
    block, rest = divmod(starts - day_starts(day), HALF)
    if rest:
        raise _NotTaken(
            Refused.NOT_A_HALF_HOUR, "Half-hours end at :00 and :30 of India's clock."
        )
    return day, block


def _hangs(meter: Hanging, day: date, at: datetime) -> bool:
    is_installed = meter.installed_on <= day and (
        meter.removed_on is None or day < meter.removed_on
    )
    return (
        is_installed
        and meter.behind_from <= at
        and (meter.behind_until is None or at <= meter.behind_until)
    )


def _meter_event_told(told: Told, hung: Sequence[Hanging], now: datetime) -> MeterEventTold:
    if not hung:
        raise _NotTaken(
            Refused.UNKNOWN_METER, "There is no such meter behind this head-end."
        )
    if not _EVENT_TYPE.match(told.event_type):
        raise _NotTaken(
            Refused.UNSUPPORTED_EVENT_TYPE, "An event type is four numbers: 3.26.0.85."
        )
    at = _instant(told.stamped, now)
    day = supply_day_of(at)
    meter = next((held for held in hung if _hangs(held, day, at)), None)
    if meter is None:
        raise _NotTaken(
            Refused.NOT_INSTALLED,
            f"On {day} the meter hung on no connection, or behind another head-end.",
        )
    return MeterEventTold(
        meter_id=meter.meter_id,
        code=told.event_type,
        at=at,
        reason=" ".join(told.reason.split())[:LONGEST_ERROR],
    )


def _relay_told(told: Told, now: datetime) -> RelayTold:
    if told.event_type not in _OUTCOMES:
        raise _NotTaken(
            Refused.UNSUPPORTED_EVENT_TYPE,
            f"Taken are {CONNECTED} (connected), {DISCONNECTED} (disconnected) and"
            f" {FAILED} (failed).",
        )
    if not re.fullmatch(r"[1-9][0-9]{0,17}", told.command_key):
        raise _NotTaken(
            Refused.UNKNOWN_COMMAND, "Name the EndDeviceControl you carried out."
        )
    is_closed = _OUTCOMES[told.event_type]
    return RelayTold(
        command_id=int(told.command_key),
        is_closed=is_closed,
        at=_instant(told.stamped, now),
        error="" if is_closed is not None else _why(told.reason),
    )


def _why(reason: str) -> str:
    said = " ".join(reason.split())[:LONGEST_ERROR]
    return f"the vendor's head-end says: {said}" if said else "the vendor's head-end failed"
