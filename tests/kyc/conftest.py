"""Asha's connection, in a state that takes Samagra ids, before and after she agreed."""

from __future__ import annotations

import pytest

from bijlighar.kyc import service as kyc
from bijlighar.kyc.values import Purpose
from tests.cast import ROOT_KEY, connect
from tests.kyc.asking import NOW


@pytest.fixture
def asha(committed_db, settings) -> int:
    """Asha's connection, in a state that takes Samagra ids."""
    settings.BIJLIGHAR = {
        **settings.BIJLIGHAR,
        "root_key": ROOT_KEY,
        "kyc_policy": "mp-2026",
    }
    (home,) = connect("Asha")
    return home.connection_id


@pytest.fixture
def agreed(asha: int) -> int:
    """Asha has agreed to both purposes."""
    for purpose in Purpose:
        kyc.consent(
            connection_id=asha, purpose=purpose, language="hi", channel="home", now=NOW
        )
    return asha
