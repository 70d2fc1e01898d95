"""What the head-end reads from one meter: all that is due in one association.

Knows no Django and no clock: `ask_time` is handed in. What a meter has
said before the line broke is kept: only the rest is asked again.
Source: IS 15959 profiles (requirements 3.2 to 3.4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bijlighar.dlms import axdr, cosem_time, is15959
from bijlighar.dlms.asking.get import Target
from bijlighar.dlms.cosem import AccessResult, Attribute, ClassId, RangeSelection
from bijlighar.dlms.errors import AccessRefused
from bijlighar.headend import rows, single_rows
from bijlighar.headend.association import AskTime, conversation
from bijlighar.headend.layouts import Layout
from bijlighar.headend.profile_reading import Profiles
from bijlighar.headend.rows import CLOCK_MAY_DIFFER, HALF_HOURS, MIDNIGHTS
from bijlighar.headend.rows import MeterRefused as MeterRefused
from bijlighar.headend.rules import ClockPolicy, clock_action, drift_of
from bijlighar.headend.values import (
    ClockAction,
    ClockSeen,
    MeterAccess,
    ProfileSaid,
    ReadKind,
    ReadPlan,
)
from bijlighar.kernel.errors import TemporaryError
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of
from bijlighar.readings.values import (
    BillingReading,
    Blocks,
    DailyRegister,
    Heard,
    InstantReading,
    MeterEvent,
)

log = structlog.get_logger()

CONVERSATION_TIMEOUT_S = 60.0
TOOK_TOO_LONG = "The conversation took too long."
FIRST_EVENTS = timedelta(days=35)
"""How far back event logs are read at the first time."""

ONLY_LOOK = ClockPolicy(
    set_from=CLOCK_MAY_DIFFER + timedelta(seconds=1),
    distrust_from=CLOCK_MAY_DIFFER,
    away_from_block_ends=timedelta(0),
)
"""Believe a clock within ten minutes, and never set it."""


class TookTooLong(TemporaryError):
    """The conversation took too long."""


class MeterClockWrong(TemporaryError):
    """The meter's clock is off: its midnights are not ours, so no register is taken."""

    def __init__(self, message: str, *, seen: ClockSeen) -> None:
        super().__init__(message)
        self.seen = seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """What a reading conversation brought, and the meter's last counter.

    `error` says why it broke off, empty where it came to its end; `kinds` were answered.
    `refused` are profiles that the meter does not have, `changed` those that are not as
    they are kept.
    """

    heard: Heard
    meter_counter: int
    kinds: frozenset[ReadKind]
    events_until: datetime | None
    clock: ClockSeen | None
    error: str
    refused: frozenset[str] = frozenset()
    changed: Mapping[str, ProfileSaid] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Said:
    """What a meter has said so far."""

    meter_id: int
    counter: int = 0
    daily: tuple[DailyRegister, ...] = ()
    daily_holds_from: datetime | None = None
    blocks: list[Blocks] = field(default_factory=list)
    events: list[MeterEvent] = field(default_factory=list)
    events_until: datetime | None = None
    billing: tuple[BillingReading, ...] = ()
    instant: InstantReading | None = None
    kinds: set[ReadKind] = field(default_factory=set)
    clock: ClockSeen | None = None
    refused: set[str] = field(default_factory=set)
    changed: dict[str, ProfileSaid] = field(default_factory=dict)
    has_answered: bool = False

    def result(self, error: str) -> ReadResult:
        holds_from = self.daily_holds_from
        return ReadResult(
            heard=Heard(
                meter_id=self.meter_id,
                daily=self.daily,
                blocks=tuple(self.blocks),
                daily_holds_from=holds_from and supply_day_of(holds_from) - ONE_DAY,
                events=tuple(self.events),
                billing=self.billing,
                instant=self.instant,
            ),
            meter_counter=self.counter,
            kinds=frozenset(self.kinds),
            events_until=self.events_until,
            clock=self.clock,
            error=error,
            refused=frozenset(self.refused),
            changed=self.changed,
        )


async def read_meter(
    *,
    access: MeterAccess,
    plan: ReadPlan,
    ask_time: AskTime,
    timeout_s: float,
    within_s: float = CONVERSATION_TIMEOUT_S,
    clock: ClockPolicy = ONLY_LOOK,
) -> ReadResult:
    """Read all that the plan asks for, up to now, and see to the meter's clock.

    Each answer must come within `timeout_s`, all within `within_s`. Where the line breaks
    after something was read, the result holds that and the error.
    Raises MeterSilent, MeterRefused, MeterClockWrong, TookTooLong: all temporary.
    """
    said = _Said(meter_id=access.meter_id)
    reading = _Reading(access, plan, ask_time, clock, said)
    try:
        async with asyncio.timeout(within_s):
            await reading.run(timeout_s)
    except (TemporaryError, TimeoutError) as error:
        known = error if isinstance(error, TemporaryError) else TookTooLong(TOOK_TOO_LONG)
        if not said.has_answered:
            raise known from error
        return said.result(str(known))
    return said.result("")


class _Reading:
    """One reading conversation: what is due, the most needed first."""

    def __init__(
        self,
        access: MeterAccess,
        plan: ReadPlan,
        ask_time: AskTime,
        clock: ClockPolicy,
        said: _Said,
    ) -> None:
        self._access, self._plan = access, plan
        self._ask_time, self._clock, self._said = ask_time, clock, said

    async def run(self, timeout_s: float) -> None:
        plan, said = self._plan, self._said
        async with conversation(self._access, timeout_s) as (client, line):
            self._client, self._line = client, line
            self._profiles = Profiles(
                client, line, plan, refused=said.refused, changed=said.changed
            )
            await self._begin()
            said.counter = client.last_meter_counter or 0
            said.has_answered = bool(said.daily)
            parts: dict[ReadKind, Callable[[datetime], Awaitable[None]]] = {
                ReadKind.DAILY: self._daily,
                ReadKind.BLOCKS: self._blocks,
                ReadKind.EVENTS: self._events,
                ReadKind.BILLING: self._billing,
                ReadKind.INSTANT: self._instant,
            }
            for kind, part in parts.items():
                if kind in plan.kinds:
                    await part(self._ask_time())
                    said.counter = client.last_meter_counter or 0
                    said.has_answered = True
            await self._set_clock()
            said.counter = client.last_meter_counter or 0
            if said.refused:
                log.info(
                    "headend.profiles.refused",
                    meter_id=said.meter_id,
                    obis=sorted(said.refused),
                )

    async def _begin(self) -> None:
        """The clock and, in the same question, the midnight registers that are missing."""
        before = self._ask_time()
        # The register that closes a day is stamped with the midnight after it.
        midnight = day_starts(self._plan.daily_from + ONE_DAY)
        targets: list[Target] = [(is15959.CLOCK_TIME, None)]
        if ReadKind.DAILY in self._plan.kinds and midnight <= before:
            asked = Attribute(ClassId.PROFILE_GENERIC, MIDNIGHTS.buffer, 2)
            targets.append((asked, RangeSelection(starts=midnight, ends=before)))
        shown, *daily = await self._line.run(self._client.get_list(targets))
        self._see_clock(shown, before)
        for buffer in daily:
            if isinstance(buffer, AccessResult):
                raise MeterRefused(f"The daily profile is refused: {buffer.name}.")
            await self._take_daily(buffer, midnight, before)

    async def _take_daily(
        self, buffer: axdr.Data, midnight: datetime, now: datetime
    ) -> None:
        said = self._said
        found = await self._profiles.energies_in(buffer, MIDNIGHTS, midnight, now)
        said.daily = rows.daily_registers(said.meter_id, found)
        said.daily_holds_from = rows.instant_of(found[0][0]) if found else None

    async def _daily(self, now: datetime) -> None:
        """They came with the clock: whether yesterday's is among what is known now."""
        newest = max(
            (one.day for one in self._said.daily),
            default=self._plan.daily_from - ONE_DAY,
        )
        if newest >= supply_day_of(now) - ONE_DAY:
            self._said.kinds.add(ReadKind.DAILY)

    async def _blocks(self, now: datetime) -> None:
        """The gaps, the oldest first, then what is new; each is kept as it comes.

        A long silence is gone through in stretches, up to the first that holds anything:
        a meter without power has no rows of that time.
        """
        plan = self._plan
        for gap in plan.gaps:
            await self._stretch(gap.starts, gap.ends)
        starts = day_starts(plan.blocks_from_day) + rows.BLOCK * plan.blocks_from_block
        at_once = (plan.blocks_until or now) - starts
        until = min(now, starts + at_once)
        while not await self._stretch(starts, until) and until < now:
            starts, until = until, min(now, until + at_once)
        if until == now:
            self._said.kinds.add(ReadKind.BLOCKS)

    async def _stretch(self, starts: datetime, ends: datetime) -> int:
        """Half-hours after `starts` up to `ends`; how many runs of them came."""
        said = self._said
        found = await self._profiles.energies(HALF_HOURS, starts, ends)
        came = rows.in_days(said.meter_id, found, starts)
        said.blocks += came
        said.has_answered = True
        return len(came)

    async def _events(self, now: datetime) -> None:
        since = self._plan.events_since or now - FIRST_EVENTS
        for one in rows.EVENT_LOGS:
            if str(one) not in self._plan.left_out:
                with self._profiles.optional(one):
                    span = RangeSelection(starts=since, ends=now)
                    buffer = await self._profiles.buffer(one, span)
                    self._said.events += rows.events(self._said.meter_id, buffer)
        self._said.events_until = now
        self._said.kinds.add(ReadKind.EVENTS)

    async def _billing(self, now: datetime) -> None:
        def periods(layout: Layout, buffer: axdr.Data) -> None:
            self._said.billing = single_rows.billing(
                self._said.meter_id, layout, buffer, until=now
            )

        await self._profiles.whole(is15959.BILLING, periods)
        self._said.kinds.add(ReadKind.BILLING)

    async def _instant(self, now: datetime) -> None:
        def row(layout: Layout, buffer: axdr.Data) -> None:
            self._said.instant = single_rows.instant(
                self._said.meter_id, layout, buffer, at=now
            )

        await self._profiles.whole(is15959.INSTANTANEOUS, row)
        self._said.kinds.add(ReadKind.INSTANT)

    def _see_clock(self, shown: axdr.Data | AccessResult, before: datetime) -> None:
        if isinstance(shown, AccessResult):
            raise MeterRefused(f"The clock is refused: {shown.name}.")
        meter_time = cosem_time.decode(_bytes(shown))
        after = self._ask_time()
        drift = drift_of(meter_time, before=before, after=after)
        action = clock_action(drift, now=after, policy=self._clock)
        seen = ClockSeen(
            drift_s=round(drift / timedelta(seconds=1)),
            action=action,
            is_set=False,
            at=after,
        )
        if action is ClockAction.DISTRUST:
            message = f"The meter's clock shows {meter_time:%Y-%m-%d %H:%M} UTC."
            raise MeterClockWrong(message, seen=seen)
        self._said.clock = seen

    async def _set_clock(self) -> None:
        """Set a clock that is a little off, when all has been read."""
        seen = self._said.clock
        if seen is None or seen.action is not ClockAction.SET:
            return
        now = self._ask_time()
        value = axdr.octet_string(cosem_time.encode(now))
        try:
            await self._line.run(self._client.set(is15959.CLOCK_TIME, value))
        except AccessRefused as error:
            log.warning(
                "headend.clock.not_set", meter_id=self._said.meter_id, why=str(error)
            )
            return
        self._said.clock = replace(seen, is_set=True, at=now)


def _bytes(data: axdr.Data) -> bytes:
    if not isinstance(data.value, bytes):
        raise MeterRefused("The clock is not an octet string.")
    return data.value
