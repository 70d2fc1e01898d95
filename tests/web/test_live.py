"""The open line: one poller, told once about many changes, ended with the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bijlighar.clock.clock import set_anchor
from bijlighar.web.live import stream
from bijlighar.web.live_hub import Hub, home_event

SOON_S = 5.0


async def next_of(lines: AsyncIterator[bytes]) -> str:
    return (await asyncio.wait_for(anext(lines), SOON_S)).decode()


async def polling_ends(hub: Hub) -> None:
    async with asyncio.timeout(SOON_S):
        while hub.is_polling:
            await asyncio.sleep(0.01)


def test_changes_between_two_tellings_are_told_together(world):
    async def story() -> None:
        hub = Hub()
        lines = stream(hub, names=frozenset({home_event(7), "clock"}), pause_s=0.01)
        assert "retry:" in await next_of(lines)
        hub.tell(frozenset({"clock"}))
        hub.tell(frozenset({home_event(7), "town"}))
        told = await next_of(lines)
        assert told.count("event:") == 2
        assert "event: clock" in told and "event: home-7" in told
        await lines.aclose()
        await polling_ends(hub)

    asyncio.run(story())


def test_the_poller_sees_what_happens_in_the_town(world):
    async def story() -> None:
        hub = Hub()
        lines = stream(hub, names=frozenset({"town", "clock"}))
        await next_of(lines)
        change = asyncio.create_task(changed_soon(world))
        assert "event: clock" in await next_of(lines)
        change.cancel()
        await lines.aclose()
        await polling_ends(hub)

    asyncio.run(story())


async def changed_soon(world) -> None:
    """Move the clock until somebody notices: the poller's first look is not a change."""
    speed = 1
    while True:
        await asyncio.sleep(0.1)
        speed += 1
        set_anchor(world.clock_file, town_at=world.now, speed=speed)


def test_a_quiet_line_shows_that_it_is_alive(world):
    async def story() -> None:
        hub = Hub()
        lines = stream(hub, names=frozenset({"phones"}), heartbeat_s=0.01)
        await next_of(lines)
        assert await next_of(lines) == ": still here\n\n"
        await lines.aclose()
        await polling_ends(hub)

    asyncio.run(story())


def test_lines_end_when_the_server_stops(world):
    async def story() -> None:
        hub = Hub()
        lines = stream(hub, names=frozenset({"town"}))
        await next_of(lines)
        hub.stop()
        with pytest.raises(StopAsyncIteration):
            await next_of(lines)
        await polling_ends(hub)

    asyncio.run(story())
