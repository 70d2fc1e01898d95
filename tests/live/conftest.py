"""A live town for one test, stopped whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.live.live_town import LiveTown

# Both cores are busy with other tests while a page is waited for.
expect.set_options(timeout=20_000)


@pytest.fixture
def live_town(tmp_path: Path) -> Iterator[LiveTown]:
    """Everything started, nobody connected yet."""
    town = LiveTown(tmp_path / "installation")
    try:
        town.start()
        yield town
    finally:
        town.stop()
