"""The clock, the ladder, what is owed, what is one incident, and the whole diagnosis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.complaints import rules
from bijlighar.complaints.diagnosis import NETWORK, diagnose
from bijlighar.complaints.policy import Owed, UnknownPolicy, policy_named, read_policy
from bijlighar.complaints.states import TRANSITIONS, ComplaintEvent, NotNow, after
from bijlighar.complaints.values import (
    Answering,
    CommandSeen,
    ComplaintClass,
    DarkCause,
    DarkEvidence,
    GatewaySaid,
    Link,
    OutageSeen,
    RechargeSeen,
    Stand,
    State,
)
from bijlighar.kernel.strict_yaml import FileError

NOW = datetime(2026, 4, 10, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = policy_named("up-2020-02")
OWED = Owed(paise_a_day=50_00, most_paise=120_00)

recharges = st.none() | st.builds(
    RechargeSeen,
    amount_paise=st.integers(1, 10**7),
    started_at=st.just(NOW),
    is_credited=st.booleans(),
    has_failed=st.booleans(),
    gateway_said=st.sampled_from(GatewaySaid),
    was_credited_now=st.booleans(),
)
answering = st.builds(
    lambda meters, silent: Answering(meters=meters, silent=min(meters, silent)),
    st.integers(1, 9),
    st.integers(0, 9),
)
evidences = st.builds(
    DarkEvidence,
    recharge=recharges,
    balance_paise=st.integers(-(10**6), 10**6),
    needed_paise=st.sampled_from([0, 10_00]),
    is_lit=st.booleans(),
    command=st.none()
    | st.builds(
        CommandSeen,
        attempts=st.integers(0, 9),
        requested_at=st.just(NOW),
        is_shown_as_failed=st.booleans(),
        was_queued_now=st.booleans(),
    ),
    meter_is_silent=st.booleans(),
    last_heard_at=st.none(),
    transformer=answering,
    feeder=answering,
    outage=st.none()
    | st.builds(
        OutageSeen, is_planned=st.booleans(), is_whole_feeder=st.booleans(), until=st.none()
    ),
)


class TestTheClock:
    @given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 500))
    def test_standing_takes_nothing_from_the_time_allowed(self, ran, stood, hours):
        """What was left when it stopped is left when it runs again."""
        due_at = NOW + hours * HOUR
        stopped_at = NOW + ran * timedelta(minutes=1)
        resumed = stopped_at + stood * timedelta(minutes=1)
        moved = rules.resumed_due_at(due_at=due_at, stopped_at=stopped_at, now=resumed)
        assert moved - resumed == due_at - stopped_at

    @given(st.integers(-200, 4_000), st.integers(-200, 4_000))
    def test_nothing_owed_is_ever_taken_back(self, one, other):
        early, late = sorted((one, other))

        def owed(hours: int) -> int:
            return rules.owed_days(owed=OWED, due_at=NOW, now=NOW + hours * HOUR)

        assert owed(early) <= owed(late)

    @pytest.mark.parametrize(
        ("since_due", "days"),
        [(-HOUR, 0), (timedelta(), 1), (DAY - HOUR, 1), (DAY, 2), (9 * DAY, 3)],
    )
    def test_each_begun_day_counts_until_the_most_is_reached(self, since_due, days):
        assert rules.owed_days(owed=OWED, due_at=NOW, now=NOW + since_due) == days

    def test_the_days_add_up_to_the_most_exactly(self):
        assert sum(rules.owed_paise(owed=OWED, day=day) for day in (1, 2, 3)) == 120_00

    @pytest.mark.parametrize(
        ("percent", "level"), [(0, 0), (49, 0), (50, 1), (100, 2), (399, 3), (9_999, 4)]
    )
    def test_the_ladder(self, percent, level):
        assert rules.level_at(ladder=POLICY.ladder, percent=percent) == level

    def test_reopening_ends_with_the_fifteenth_day(self):
        last = NOW + 15 * DAY
        assert rules.may_reopen(closed_at=NOW, policy=POLICY, now=last)
        after_it = last + timedelta(seconds=1)
        assert not rules.may_reopen(closed_at=NOW, policy=POLICY, now=after_it)


class TestIncidents:
    @pytest.mark.parametrize(
        ("reports", "node"),
        [
            ({1: 2, 2: 2}, None),
            ({1: 3}, 1),
            ({1: 2, 2: 3}, None),
            ({1: 3, 2: 3}, 9),
            ({2: 3, 3: 5}, 9),
        ],
    )
    def test_three_homes_are_the_transformer_two_transformers_the_feeder(
        self, reports, node
    ):
        found = rules.incident_at(
            transformer_id=1, feeder_id=9, reports=reports, policy=POLICY
        )
        assert found == node


class TestStates:
    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("event", ComplaintEvent)
    def test_only_what_the_table_names_can_happen(self, state, event):
        if (state, event) in TRANSITIONS:
            assert after(state=state, event=event) is TRANSITIONS[state, event]
        else:
            with pytest.raises(NotNow):
                after(state=state, event=event)


class TestTheDiagnosis:
    @given(evidences)
    def test_every_evidence_has_one_cause_and_every_link_a_stand(self, evidence):
        found = diagnose(evidence=evidence)
        assert list(found.links) == list(Link)
        if found.is_mended:
            assert found.cause in (DarkCause.WEBHOOK_LOST, DarkCause.NOT_QUEUED)
            assert not found.needs_a_person

    @given(evidences)
    def test_nobody_whose_relay_is_closed_is_asked_for_money(self, evidence):
        if evidence.is_lit:
            cause = diagnose(evidence=evidence).cause
            assert cause in NETWORK | {DarkCause.METER_SILENT, DarkCause.HOUSE}

    @given(evidences)
    def test_nobody_who_has_the_money_is_told_to_pay(self, evidence):
        if not evidence.needed_paise:
            found = diagnose(evidence=evidence)
            assert found.cause not in (DarkCause.TOO_LITTLE, DarkCause.NO_RECHARGE)

    @given(evidences)
    def test_before_what_is_wrong_all_is_fine_and_after_it_nothing_is_claimed(
        self, evidence
    ):
        found = diagnose(evidence=evidence)
        stands = [stand for stand in found.links.values() if stand is not Stand.MENDED]
        if found.cause not in NETWORK and Stand.BROKEN in stands:
            place = stands.index(Stand.BROKEN)
            assert set(stands[:place]) <= {Stand.FINE}
            assert set(stands[place + 1 :]) <= {Stand.NOT_REACHED}


WHOLE = (files("bijlighar.complaints") / "policies" / "up-2020-02.yaml").read_text(
    encoding="utf-8"
)


class TestThePolicy:
    def test_every_class_has_its_clock_and_its_source(self):
        assert set(POLICY.clocks) == set(ComplaintClass)
        assert all(clock.source for clock in POLICY.clocks.values())
        assert POLICY.clocks[ComplaintClass.ASKED_FOR_MONEY].is_vigilance

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("hours: 2\n", "hours: 2.5\n", "float"),
            ("hours: 2\n", "hours: 0\n", "hours"),
            ("owed: null", "", "`owed` is missing"),
            ("urgent: true", "urgent: yes", "true or false"),
            ("vigilance: true", "vigilant: true", "vigilant"),
            ('rupees_a_day: "50"', "rupees_a_day: 50", "rupees_a_day"),
            ('rupees_a_day: "50"', 'rupees_a_day: "0.001"', "rupees_a_day"),
            ('most_rupees: "1500"', 'most_rupees: "10"', "most_rupees"),
            ("  app:\n", "  apps:\n", "app"),
            ("at_percent: 50", "at_percent: 0", "ladder"),
            ("role: junior_engineer", "role: king", "king"),
            ('source: "own rule: no regulation names an app"', "", "`source` is missing"),
            ("in_force_from: 2020-02-17", "in_force_from: soon", "in_force_from"),
        ],
    )
    def test_what_is_wrong_is_named(self, old, new, told):
        assert old in WHOLE
        with pytest.raises(FileError, match=rf"^x\.yaml, line \d+: .*{told}"):
            read_policy(WHOLE.replace(old, new, 1), where="x.yaml")

    def test_an_unknown_policy_is_told(self):
        with pytest.raises(UnknownPolicy, match="named nowhere"):
            policy_named("nowhere")
