"""Energy, money and light once all the way round."""

from __future__ import annotations

from tests.stories.world import World


def test_a_month_begins_and_every_home_that_answers_is_charged(world: World) -> None:
    """Registers become charges, charges balances; the sums are the meters' own."""
    for day in range(2, 13):
        world.midnight(f"2026-04-{day:02d}")
    asha = world.home(0)
    days = world.charged_days(asha)
    assert days == [f"2026-04-{day:02d}" for day in range(1, len(days) + 1)]
