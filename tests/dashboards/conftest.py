"""The homes of these tests."""

from __future__ import annotations

import pytest

from bijlighar.connections.values import Home
from tests.cast import connect


@pytest.fixture
def town(db: None) -> tuple[Home, ...]:
    """Asha, Balram, Chanda and Dev, each with 500 rupees."""
    return connect("Asha", "Balram", "Chanda", "Dev")
