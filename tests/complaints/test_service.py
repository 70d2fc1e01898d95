"""Complaints in PostgreSQL: opened once, timed, handed up, owed, closed, opened again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import (
    Asked,
    ComplaintClass,
    DarkCause,
    State,
    StepKind,
)
from bijlighar.people.values import SYSTEM, Role, Scope
from tests.cast import connect, grid_of_cast, new_connection
from tests.complaints.opening import ASHA, HOUR, NOW, new, opened

pytestmark = pytest.mark.usefixtures("committed_db")

DARK = ComplaintClass.DARK_AFTER_RECHARGE
NO_SUPPLY = ComplaintClass.NO_SUPPLY


def kinds(number: str) -> list[str]:
    """What happened to a complaint, oldest first."""
    held = complaints.one(number=number, now=NOW)
    steps = complaints.steps_of(complaint_id=held.complaint_id)
    return [step.kind.value for step in steps]


class TestOpening:
    def test_a_complaint_has_its_number_its_clock_and_its_office(self):
        (asha,) = connect("Asha")
        held = opened(asha, DARK, words="Dark since noon")
        assert held.number == f"2604{held.complaint_id:06d}"
        assert held.due_at == NOW + 2 * HOUR
        assert (held.state, held.is_urgent, held.is_overdue) == (State.OPEN, True, False)
        assert held.level_role is Role.JUNIOR_ENGINEER
        assert complaints.one(number=held.number, now=NOW) == held

    def test_the_same_key_opens_one_complaint_only(self):
        (asha,) = connect("Asha")
        first = complaints.open_(new=new(asha, DARK), by=ASHA, now=NOW)
        second = complaints.open_(new=new(asha, DARK), by=ASHA, now=NOW + HOUR)
        assert (first.is_new, second.is_new) == (True, False)
        assert first.complaint.number == second.complaint.number
        assert kinds(first.complaint.number) == ["opened"]

    def test_the_same_key_from_many_at_once_opens_one_complaint_only(self):
        (asha,) = connect("Asha")

        def open_it(_: int) -> str:
            try:
                made = complaints.open_(new=new(asha, DARK), by=ASHA, now=NOW)
                return made.complaint.number
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as threads:
            assert len(set(threads.map(open_it, range(8)))) == 1
        assert len(complaints.of_connection(connection_id=asha.connection_id, now=NOW)) == 1

    def test_d1_a_number_like_an_aadhaar_number_is_refused_and_not_kept(self):
        (asha,) = connect("Asha")
        with pytest.raises(complaints.IdentityTyped):
            opened(asha, DARK, words="my number is 2345 6789 0124")
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from complaints_complaint")
            assert cursor.fetchone() == (0,)

    @pytest.mark.parametrize("number", ["", "1", "9999000001", "26040000010", "२६०४", "x"])
    def test_a_number_that_is_none_is_unknown(self, number):
        (asha,) = connect("Asha")
        opened(asha, DARK)
        with pytest.raises(complaints.UnknownComplaint):
            complaints.one(number=number, now=NOW)


class TestTheClock:
    def test_it_goes_up_the_ladder_by_area_and_what_is_owed_is_recorded_once_a_day(self):
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        ids = grid_of_cast()
        half = complaints.let_clock_act(complaint_ids=[held.complaint_id], now=NOW + HOUR)
        assert [one.complaint.level_role for one in half] == [Role.ASSISTANT_ENGINEER]
        over = complaints.let_clock_act(
            complaint_ids=[held.complaint_id], now=NOW + 2 * HOUR
        )
        assert [(one.complaint.level_role, one.owed_paise) for one in over] == [
            (Role.EXECUTIVE_ENGINEER, 50_00)
        ]
        assert over[0].complaint.is_overdue
        assert over[0].complaint.level_area_id in ids.values()
        again = complaints.let_clock_act(
            complaint_ids=[held.complaint_id], now=NOW + 2 * HOUR
        )
        assert again == ()
        complaints.let_clock_act(
            complaint_ids=[held.complaint_id], now=NOW + timedelta(days=2)
        )
        owed = complaints.compensations_of(complaint_id=held.complaint_id)
        assert [(one.number, one.amount_paise) for one in owed] == [(1, 50_00), (2, 50_00)]

    def test_no_more_is_owed_than_the_most(self):
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        complaints.let_clock_act(
            complaint_ids=[held.complaint_id], now=NOW + timedelta(days=400)
        )
        owed = complaints.compensations_of(complaint_id=held.complaint_id)
        assert sum(one.amount_paise for one in owed) == 1500_00

    def test_while_it_stands_nothing_is_owed_and_it_runs_out_as_much_later(self):
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        complaints.stop(number=held.number, why="door locked", by=SYSTEM, now=NOW + HOUR)
        day_later = NOW + timedelta(days=1)
        assert not complaints.one(number=held.number, now=day_later).is_overdue
        complaints.let_clock_act(complaint_ids=[held.complaint_id], now=day_later)
        resumed = complaints.resume(number=held.number, why="", by=SYSTEM, now=day_later)
        assert resumed.due_at == day_later + HOUR
        assert complaints.compensations_of(complaint_id=held.complaint_id) == ()

    def test_what_is_closed_late_is_owed_all_the_same(self):
        """Nobody escapes by closing before the sweep."""
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        late = complaints.close(
            number=held.number, what_was_done="fuse", by=SYSTEM, now=NOW + 3 * HOUR
        )
        assert late.is_overdue
        owed = complaints.compensations_of(complaint_id=held.complaint_id)
        assert [one.amount_paise for one in owed] == [50_00]

    def test_a_vigilance_complaint_stays_with_its_desk(self):
        (asha,) = connect("Asha")
        held = opened(asha, ComplaintClass.ASKED_FOR_MONEY)
        assert held.is_vigilance and held.is_urgent
        moved = complaints.let_clock_act(
            complaint_ids=[held.complaint_id], now=NOW + timedelta(days=9)
        )
        assert moved == ()


class TestClosing:
    def test_it_says_what_was_done_and_may_be_rated_once(self):
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        with pytest.raises(complaints.NoWords):
            complaints.close(number=held.number, what_was_done=" ", by=SYSTEM, now=NOW)
        complaints.close(number=held.number, what_was_done="New fuse", by=SYSTEM, now=NOW)
        rated = complaints.rate(number=held.number, rating=4, words="", by=ASHA, now=NOW)
        assert rated.rating == 4
        with pytest.raises(complaints.WrongRating):
            complaints.rate(number=held.number, rating=5, words="", by=ASHA, now=NOW)

    @pytest.mark.parametrize("rating", [0, 6, -1])
    def test_ratings_are_one_to_five(self, rating):
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        complaints.close(number=held.number, what_was_done="done", by=SYSTEM, now=NOW)
        with pytest.raises(complaints.WrongRating):
            complaints.rate(number=held.number, rating=rating, words="", by=ASHA, now=NOW)

    def test_opened_again_its_clock_begins_anew_one_rung_higher(self):
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        complaints.close(number=held.number, what_was_done="done", by=SYSTEM, now=NOW)
        later = NOW + timedelta(days=3)
        again = complaints.reopen(
            number=held.number, words="still dark", by=ASHA, now=later
        )
        assert (again.state, again.due_at) == (State.OPEN, later + 2 * HOUR)
        assert (again.level_role, again.reopenings) == (Role.ASSISTANT_ENGINEER, 1)
        assert kinds(held.number) == ["opened", "closed", "reopened", "escalated"]

    def test_after_fifteen_days_a_new_one_is_made_instead(self):
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        complaints.close(number=held.number, what_was_done="done", by=SYSTEM, now=NOW)
        with pytest.raises(complaints.TooLate):
            complaints.reopen(
                number=held.number, words="", by=ASHA, now=NOW + timedelta(days=16)
            )

    @pytest.mark.parametrize("verb", [complaints.stop, complaints.resume])
    def test_what_is_closed_is_neither_stopped_nor_resumed(self, verb):
        (asha,) = connect("Asha")
        held = opened(asha, DARK)
        complaints.close(number=held.number, what_was_done="done", by=SYSTEM, now=NOW)
        with pytest.raises(complaints.NotNow):
            verb(number=held.number, why="why", by=SYSTEM, now=NOW)


class TestIncidents:
    """R24: a complaint joins the incident by itself."""

    def homes(self, count: int, transformer: str, start: int = 0):
        ids = grid_of_cast()
        return [
            connect(
                "Asha",
                new={
                    "Asha": new_connection(
                        "Asha",
                        consumer_number=f"74100{start + number:05d}",
                        mobile=f"+9198770{start + number:05d}",
                        meter_serial=f"INC{start + number:05d}",
                        system_title=f"I{start + number:07d}".encode(),
                        meter_port=5_000 + start + number,
                        transformer_id=ids[transformer],
                    )
                },
            )[0]
            for number in range(count)
        ]

    def test_three_homes_of_one_transformer_are_an_incident_and_the_fourth_joins(self):
        made = [
            complaints.open_(new=new(home, NO_SUPPLY), by=ASHA, now=NOW + number * HOUR / 9)
            for number, home in enumerate(self.homes(4, "T1"))
        ]
        incidents = [one.new_incident for one in made]
        assert [one is not None for one in incidents] == [False, False, True, False]
        held = complaints.incident(incident_id=incidents[2].incident_id)
        assert (held.complaints, held.is_whole_feeder) == (4, False)
        assert held.node_id == grid_of_cast()["T1"]

    def test_two_transformers_of_one_feeder_make_it_the_feeders(self):
        for home in self.homes(3, "T1"):
            complaints.open_(new=new(home, NO_SUPPLY), by=ASHA, now=NOW)
        made = [
            complaints.open_(new=new(home, NO_SUPPLY), by=ASHA, now=NOW)
            for home in self.homes(3, "T2", start=10)
        ]
        wide = made[-1].new_incident
        assert wide is not None and wide.is_whole_feeder
        assert wide.node_id == grid_of_cast()["F1"]
        assert complaints.incident(incident_id=wide.incident_id).complaints == 6
        assert [one.incident_id for one in complaints.open_incidents()] == [
            wide.incident_id
        ]

    def test_many_at_once_are_one_incident(self):
        homes = self.homes(9, "T1")

        def complain(home) -> None:
            try:
                complaints.open_(new=new(home, NO_SUPPLY), by=ASHA, now=NOW)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(complain, homes))
        (only,) = complaints.open_incidents()
        assert only.complaints == 9

    def test_homes_that_only_lack_money_are_no_incident(self):
        for home in self.homes(4, "T1"):
            opened(home, DARK, cause=DarkCause.TOO_LITTLE)
        assert complaints.open_incidents() == ()

    def test_one_home_that_complains_thrice_is_no_incident(self):
        (home,) = self.homes(1, "T1")
        for key in "abc":
            opened(home, NO_SUPPLY, key=key)
        assert complaints.open_incidents() == ()

    def test_complaints_of_yesterday_are_no_incident(self):
        for number, home in enumerate(self.homes(3, "T1")):
            opened(home, NO_SUPPLY, now=NOW + number * 2 * HOUR)
        assert complaints.open_incidents() == ()

    def test_when_supply_is_back_all_are_closed_with_the_same_words(self):
        for home in self.homes(3, "T1"):
            opened(home, NO_SUPPLY)
        (held,) = complaints.open_incidents()
        closed = complaints.close_incident(
            incident_id=held.incident_id, what_was_done="New fuse", by=SYSTEM, now=NOW
        )
        assert {(one.state, one.closing_words) for one in closed} == {
            (State.CLOSED, "New fuse")
        }
        assert complaints.open_incidents() == ()


class TestWhatIsKept:
    @pytest.mark.parametrize("table", ["step", "media", "callnote", "compensation"])
    def test_nothing_said_or_owed_is_taken_back(self, table):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"delete from complaints_{table}")

    def test_every_step_is_audited_without_anybodys_words(self):
        (asha,) = connect("Asha")
        held = opened(asha, DARK, words="SECRETWORD")
        complaints.add(number=held.number, words="SECRETWORD", by=ASHA, now=NOW)
        complaints.close(number=held.number, what_was_done="SECRETWORD", by=SYSTEM, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute(
                "select action, payload::text from people_auditrecord"
                " where object_kind = 'complaint' order by seq"
            )
            found = cursor.fetchall()
        assert [action for action, _ in found] == [
            f"complaints.{kind}"
            for kind in (StepKind.OPENED, StepKind.ADDED, StepKind.CLOSED)
        ]
        assert not any("SECRETWORD" in text for _, text in found)

    def test_a_call_note_is_about_its_own_connection_only(self):
        asha, dev = connect("Asha", "Dev")
        held = opened(asha, DARK)
        with pytest.raises(complaints.UnknownComplaint):
            complaints.note_call(
                connection_id=dev.connection_id,
                transformer_id=dev.transformer_id,
                text="called",
                number=held.number,
                by=SYSTEM,
                now=NOW,
            )

    def test_the_list_is_of_the_areas_only(self):
        asha, dev = connect("Asha", "Dev")
        opened(asha, DARK), opened(dev, DARK)
        area = Scope(area_ids=frozenset({asha.transformer_id}))
        (only,) = complaints.list_(asked=Asked(), scope=area, now=NOW)
        assert only.consumer_number == asha.consumer_number
