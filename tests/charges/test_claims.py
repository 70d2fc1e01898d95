"""What funders owe: each paisa of relief is claimed once, corrections in a later month."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.charges import service as charges
from bijlighar.charges.models import DayCharge
from bijlighar.connections.values import Home
from bijlighar.kernel.ist import ONE_DAY, day_starts
from bijlighar.readings import service as readings
from tests.cast import connect, hear, new_connection
from tests.charges.test_again import undone
from tests.charges.test_service import noon, used

pytestmark = pytest.mark.django_db

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
IN_MAY = noon(date(2026, 5, 2))


def homes(**categories: str) -> tuple[Home, ...]:
    """Asha and the others by category; a state pays for some of their units."""
    loads = {"LMV-1.10A": 1_000}
    new = {
        name: new_connection(
            name, category=category, sanctioned_load_w=loads.get(category, 2_000)
        )
        for name, category in categories.items()
    }
    return connect(*categories, new=new)


def use(home: Home, *, wh: int, days: int = 30, now: datetime = IN_MAY) -> None:
    hear(home, used(home, *[wh] * days), now=now)
    charges.close_days(connection_ids=[home.connection_id], now=now)


def put_right(home: Home, day: date, register_wh: int, *, now: datetime) -> None:
    readings.correct(
        meter_id=home.meter_id,
        day=day,
        register_wh=register_wh,
        why="read at the door",
        made_by="Dev",
        now=now,
    )
    charges.charge_again(
        connection_ids=[home.connection_id], first=day, because="a test", now=now
    )


def claim_paise(month: date) -> int:
    found = charges.claims(month=month)
    return sum(one.amount_paise for one in (*found.claims, *found.corrections))


def ledger_paise(*, since: date = date(2020, 1, 1), until: date = date(2099, 1, 1)) -> int:
    """What the subsidy book was debited for entries true in `(since, until]`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(-sum(moved.amount_paise), 0)::bigint"
            " from ledger_bookmove as moved"
            " join ledger_account as account on account.id = moved.account_id"
            " join ledger_entry as entry on entry.id = moved.entry_id"
            " where account.book = 'subsidy'"
            " and entry.effective_at > %s and entry.effective_at <= %s",
            [day_starts(since), day_starts(until)],
        )
        return int(cursor.fetchone()[0])


def test_a_month_without_a_day_claims_nothing(db):
    found = charges.claims(month=APRIL)
    assert (found.claims, found.corrections) == ((), ())
    assert found.closes_at == day_starts(date(2026, 5, 11))


def test_a_claim_names_the_funder_the_category_the_homes_and_their_units():
    asha, balram, chanda = homes(Asha="LMV-1.10A", Balram="LMV-1.10A", Chanda="LMV-1.10B")
    use(asha, wh=2_000)
    use(balram, wh=1_000)
    use(chanda, wh=4_000)
    lifeline, other = charges.claims(month=APRIL).claims
    assert (lifeline.category, lifeline.state, lifeline.head) == (
        "LMV-1.10A",
        "UP",
        "subsidy",
    )
    assert "Uttar Pradesh" in lifeline.funder
    assert (lifeline.connections, lifeline.energy_wh) == (2, 90_000)
    assert lifeline.amount_paise == 90 * 3_50
    assert (other.category, other.amount_paise) == ("LMV-1.10B", 120 * 1_35)
    assert lifeline.discom


def test_a_month_claims_what_the_ledger_says_that_its_days_moved():
    made = homes(Asha="LMV-1.10A", Balram="DS-II", Chanda="LV-1.2.U", Dev="LMV-1.17B")
    for number, home in enumerate(made, 2):
        use(home, wh=1_000 * number)
    assert claim_paise(APRIL) == ledger_paise(since=APRIL, until=MAY) > 0
    heads = {(one.category, one.head) for one in charges.claims(month=APRIL).claims}
    assert ("LV-1.2.U", "scheme") in heads
    assert ("DS-II", "subsidy") in heads


def test_free_units_are_a_scheme_with_its_own_funder():
    (asha,) = homes(Asha="DS-II")
    use(asha, wh=3_000)
    found = {one.head: one for one in charges.claims(month=APRIL).claims}
    assert found.keys() == {"subsidy", "scheme"}
    assert found["scheme"].funder == "Government of Bihar"


def test_a_correction_before_the_books_close_is_in_the_claim_itself():
    (asha,) = homes(Asha="LMV-1.10B")
    use(asha, wh=4_000)
    put_right(asha, date(2026, 4, 30), 217_000, now=noon(date(2026, 5, 10)))
    found = charges.claims(month=APRIL)
    assert sum(one.amount_paise for one in found.claims) == 117 * 1_35
    assert charges.claims(month=MAY).corrections == ()


def test_a_correction_after_the_claim_shows_in_the_next():
    """120 units were claimed for April; in late May 117 are known."""
    asha, balram = homes(Asha="LMV-1.10B", Balram="LMV-1.10B")
    use(asha, wh=4_000)
    use(balram, wh=4_000)
    before = charges.claims(month=APRIL)
    put_right(asha, date(2026, 4, 30), 217_000, now=noon(date(2026, 5, 20)))
    assert charges.claims(month=APRIL) == before
    (one,) = charges.claims(month=MAY).corrections
    assert (one.month, one.connections) == (APRIL, 1)
    assert one.claimed_before_paise == 120 * 1_35
    assert one.holds_now_paise == 117 * 1_35
    assert one.amount_paise == -3 * 1_35
    assert charges.claims(month=JUNE).corrections == ()
    assert claim_paise(APRIL) + claim_paise(MAY) == ledger_paise()


def test_a_day_that_comes_after_the_claim_is_claimed_with_the_next():
    (asha,) = homes(Asha="LMV-1.10B")
    registers = used(asha, *[4_000] * 30)
    last = registers.pop(date(2026, 4, 30))
    hear(asha, registers, now=IN_MAY)
    charges.close_days(connection_ids=[asha.connection_id], now=IN_MAY)
    late = noon(date(2026, 5, 25))
    hear(asha, {date(2026, 4, 30): last}, now=late)
    charges.close_days(connection_ids=[asha.connection_id], now=late)
    assert claim_paise(APRIL) == 116 * 1_35
    (one,) = charges.claims(month=MAY).corrections
    assert (one.month, one.amount_paise) == (APRIL, 4 * 1_35)


def test_a_month_is_named_by_its_first_day(db):
    with pytest.raises(AssertionError, match="first day"):
        charges.claims(month=date(2026, 4, 2))


@settings(max_examples=8, deadline=None)
@given(
    st.sampled_from(["LMV-1.10A", "LMV-1.10B", "DS-II", "LV-1.2.U", "LMV-1.17B"]),
    st.lists(st.integers(0, 9_000), min_size=35, max_size=70),
    st.lists(
        st.tuples(st.integers(0, 69), st.integers(0, 100), st.integers(0, 40)), max_size=3
    ),
)
def test_all_claims_together_are_the_subsidy_book_whatever_is_put_right(
    category, energies, turns
):
    with undone():
        (asha,) = homes(Asha=category)
        registers = used(asha, *energies)
        for day, register in registers.items():
            hear(asha, {day: register}, now=noon(day + ONE_DAY))
        end = noon(APRIL + timedelta(days=len(energies)))
        for week in range(0, len(energies) + 7, 7):
            charges.close_days(
                connection_ids=[asha.connection_id],
                now=min(noon(APRIL + timedelta(days=week)), end),
            )
        now = end
        for place, percent, days in turns:
            day = APRIL + timedelta(days=place % len(energies))
            low = registers.get(day - ONE_DAY, asha.initial_register_wh)
            high = registers.get(day + ONE_DAY, registers[day] + 5_000)
            registers[day] = low + (high - low) * percent // 100
            now += timedelta(days=days, seconds=1)
            put_right(asha, day, registers[day], now=now)
        months = (APRIL, MAY, JUNE, date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1))
        assert sum(claim_paise(month) for month in months) == ledger_paise()
        assert DayCharge.objects.exists()
