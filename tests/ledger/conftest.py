"""The cast has wallets with nothing in them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bijlighar.ledger import service as ledger

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
ASHA, BALRAM, CHANDA = 11, 12, 13


@pytest.fixture
def wallets(db: None) -> None:
    ledger.open_wallets(owner_ids=[ASHA, BALRAM, CHANDA], now=NOW)
