"""Schemathesis over the description, as everybody: no bypass, no break, no server error."""

from __future__ import annotations

import logging
import os

import pytest

from bijlighar.people.values import Role
from tests.web.api.everybody import UNLIMITED, set_stage
from tests.web.api.fuzzing import fuzz

EXAMPLES = int(os.environ.get("BIJLIGHAR_FUZZ_EXAMPLES", "2"))
"""Of good and of bad data each, for every operation; `make fuzz` asks for more."""


@pytest.fixture(autouse=True)
def unlimited(settings) -> None:
    """Limits have tests of their own."""
    settings.API_LIMITS = UNLIMITED
    logging.getLogger("django.request").setLevel(logging.CRITICAL)


@pytest.mark.filterwarnings("default")
def test_everybody_asks_everything(committed_db) -> None:
    stage = set_stage()
    figures = fuzz(
        callers=stage.callers, known=stage.known, cursors=stage.cursors, examples=EXAMPLES
    )
    print(figures)
    assert len(stage.callers) == len(Role) + 3
    assert figures.requests > 1_000
    assert figures.statuses[200] > 100
