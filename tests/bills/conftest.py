"""Two homes that stories of bills are about."""

from __future__ import annotations

import pytest

from bijlighar.connections.values import Home, PaymentMode
from tests.bills.stories import home_of


@pytest.fixture
def asha(db: None) -> Home:
    """Prepaid, with 500 rupees on 1 April."""
    return home_of("Asha", opening_paise=500_00)


@pytest.fixture
def balram(db: None) -> Home:
    """Postpaid, with nothing."""
    return home_of("Balram", mode=PaymentMode.POSTPAID)
