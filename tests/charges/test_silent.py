"""Silent meters: charged by estimate as the policy says, and taken back when they speak."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bijlighar.charges import _provisional
from bijlighar.charges import service as charges
from bijlighar.charges._closing import Closing
from bijlighar.charges.models import DayCharge
from bijlighar.charges.policy import (
    ChargingPolicy,
    SilentMeter,
    UnknownPolicy,
    charging_policy,
    read_policy,
)
from bijlighar.connections.values import Home
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.ledger import service as ledger
from bijlighar.tariffs.orders import FileError
from tests.cast import connect, hear
from tests.charges.test_again import insist_on_proof
from tests.charges.test_service import (
    NOW,
    april,
    balance,
    close,
    days,
    explained,
    noon,
    used,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha(db: None) -> Home:
    """Heard for two days, silent since."""
    (asha,) = connect("Asha")
    hear(asha, used(asha, 5_000, 3_000), now=NOW)
    close(asha)
    return asha


def estimate(*homes: Home, day: date):
    return charges.charge_silent(
        connection_ids=[home.connection_id for home in homes], now=noon(day)
    )


def estimate_by(policy: ChargingPolicy, home: Home, *, day: date) -> Closing:
    owners = np.array([home.connection_id])
    closing = Closing(wallets=ledger.lock_wallets(owner_ids=owners))
    _provisional.estimate_silent(
        connection_ids=[home.connection_id], policy=policy, closing=closing, now=noon(day)
    )
    return closing


def test_a_day_that_may_still_arrive_is_not_estimated(asha):
    assert estimate(asha, day=april(6)).charged == ()
    (charged,) = estimate(asha, day=april(7)).charged
    assert charged.days == (april(3),)


def test_an_estimate_is_the_mean_of_the_days_before_and_says_so(asha):
    estimate(asha, day=april(8))
    assert [day[1] for day in days(asha)] == [5_000, 3_000, 4_000, 4_000]
    found = explained(asha, april(4))
    assert (found.is_provisional, found.is_estimated) == (True, True)
    assert not explained(asha, april(2)).is_provisional
    insist_on_proof(asha)


def test_an_estimate_repeated_changes_nothing(asha):
    estimate(asha, day=april(8))
    before = (days(asha), balance(asha))
    assert estimate(asha, day=april(8)).charged == ()
    assert (days(asha), balance(asha)) == before


def test_nobody_is_cut_on_an_estimate(asha):
    estimate(asha, day=april(9))
    through = charges.charged_through(connection_ids=[asha.connection_id])
    assert through == {asha.connection_id: april(2)}


def test_what_the_meter_tells_later_takes_the_estimates_back(asha):
    estimate(asha, day=april(9))
    balram = connect("Balram")[0]
    energies = [5_000, 3_000, 9_000, 1_000, 2_000, 7_000]
    hear(asha, used(asha, *energies), now=noon(april(9)))
    hear(balram, used(balram, *energies), now=noon(april(9)))
    close(asha, balram, now=noon(april(9)))
    assert days(asha) == days(balram)
    assert balance(asha) == balance(balram)
    assert not any(explained(asha, april(day)).is_estimated for day in range(1, 7))
    insist_on_proof(asha)


def test_days_that_stay_silent_stay_estimates_and_follow_those_that_spoke(asha):
    """The third day arrives, the fourth and fifth do not."""
    estimate(asha, day=april(9))
    hear(asha, {april(3): 117_000}, now=noon(april(9)))
    close(asha, now=noon(april(9)))
    assert [day[1] for day in days(asha)] == [5_000, 3_000, 9_000, 4_000, 4_000]
    marks = [explained(asha, april(day)).is_provisional for day in range(1, 6)]
    assert marks == [False, False, False, True, True]
    assert explained(asha, april(5)).closing_register_wh == 125_000
    insist_on_proof(asha)


def test_lost_days_are_shared_instead_of_estimated(asha):
    estimate(asha, day=april(9))
    hear(asha, {april(6): 120_000}, now=noon(april(9)), daily_holds_from=april(6))
    close(asha, now=noon(april(9)))
    assert [day[1] for day in days(asha)] == [5_000, 3_000, 3_000, 3_000, 3_000, 3_000]
    assert [explained(asha, april(day)).is_provisional for day in (3, 6)] == [False, False]
    insist_on_proof(asha)


def test_estimates_end_where_the_policy_ends_them(asha, monkeypatch):
    short = replace(charges.policy(), estimate_most_days=3)
    for day in range(7, 20):
        estimate_by(short, asha, day=april(day))
    assert [one[0].day for one in days(asha)] == [1, 2, 3, 4, 5]


def test_a_policy_may_charge_nothing(asha):
    nothing = replace(charges.policy(), silent_meter=SilentMeter.NOTHING)
    assert estimate_by(nothing, asha, day=april(9)).charged == []
    assert len(days(asha)) == 2


def test_who_was_never_heard_has_nothing_to_estimate_from():
    (balram,) = connect("Balram")
    assert estimate(balram, day=april(20)).charged == ()
    assert DayCharge.objects.count() == 0
    assert ledger.wrong_wallets() == ()


def test_silence_over_the_end_of_a_month_goes_on_in_the_next(asha):
    hear(asha, used(asha, 5_000, 3_000, *[4_000] * 26), now=noon(april(29)))
    close(asha, now=noon(april(29)))
    estimate(asha, day=date(2026, 5, 6))
    assert [one[0] for one in days(asha)][-1] == date(2026, 5, 2)
    assert explained(asha, date(2026, 5, 1)).month_energy_wh == 4_000
    assert explained(asha, date(2026, 5, 1) - ONE_DAY).is_provisional
    insist_on_proof(asha)


# The policy file


def test_the_standard_policy_says_what_it_rests_on():
    known = charging_policy("standard-2026")
    assert known.silent_meter is SilentMeter.ESTIMATE
    assert (known.instalments_of_dues, known.instalments_of_deposit) == (10, 4)


def test_an_unknown_policy_is_refused():
    with pytest.raises(UnknownPolicy, match="called nowhere"):
        charging_policy("nowhere")


def text_of_standard() -> str:
    from importlib.resources import files

    file = files("bijlighar.charges") / "policies" / "standard-2026.yaml"
    return file.read_text("utf-8")


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("after_days: 3", "after_days: 0", "outside 1 to 366"),
        ("after_days: 3", 'after_days: "3"', "must be a whole number"),
        ("charge: estimate", "charge: guess", "none of estimate, nothing"),
        ("percent: 25", "percent: 101", "at most 100 percent"),
        ("percent: 25", "percent: 2.5", "is a float"),
        ("  due_after_days: 15\n", "", "`due_after_days` is missing"),
        ("policy: standard-2026\n", "", "`policy` is missing"),
        ("in_force_from: 2024-10-01", "in_force_from: soon", "must be a day"),
    ],
)
def test_a_policy_that_leaves_something_open_is_refused(was, now, why):
    text = text_of_standard()
    assert was in text
    with pytest.raises(FileError, match=why):
        read_policy(text.replace(was, now, 1), "policy.yaml")
