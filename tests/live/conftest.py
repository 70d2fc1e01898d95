"""A live town for one test, stopped whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.live_town import LiveTown


@pytest.fixture
def live_town(tmp_path: Path) -> Iterator[LiveTown]:
    """Everything started, nobody connected yet."""
    town = LiveTown(tmp_path / "installation")
    try:
        town.start()
        yield town
    finally:
        town.stop()
