"""The help desk: a clerk finds, looks, writes down, opens, settles; within the fences."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import connection, transaction
from django.test import Client

from bijlighar.clock import clock
from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import Channel, ComplaintClass, State
from bijlighar.flow.complaints import let_clocks_run, open_complaint
from bijlighar.kernel.row_security import AREAS, DESK
from bijlighar.notices.models import Notice
from bijlighar.outages import service as outages
from bijlighar.people.values import SYSTEM, Role
from tests.cast import connect, grid_of_cast, new_connection
from tests.door import asked, audited, words
from tests.signing_in import add_staff, client_of

pytestmark = pytest.mark.usefixtures("committed_db")

HELP = "/desk/help"


@pytest.fixture
def homes():
    return connect("Asha", "Dev", now=clock.now())


@pytest.fixture
def clerk(homes) -> Client:
    """A clerk of the East Division, reading English."""
    ids = grid_of_cast()
    return client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"])))


def page_of(home, rest: str = "") -> str:
    return f"{HELP}/connections/{home.consumer_number}/{rest}"


def opened(home, class_: ComplaintClass = ComplaintClass.BILL, key: str = "k") -> str:
    return open_complaint(
        home=home,
        class_=class_,
        channel=Channel.COUNTER,
        key=f"{home.consumer_number}:{key}",
        by=SYSTEM,
        now=clock.now(),
    ).complaint.number


def held(number: str):
    return complaints.one(number=number, now=clock.now())


def does(browser: Client, number: str, act: str, said: str = ""):
    address = f"{HELP}/complaints/{number}/act/"
    return browser.post(address, {"act": act, "words": said})


class TestAPlace:
    """Somebody calls about a wire or a pole: no connection says where it is."""

    TYPED: ClassVar = {
        "class": "danger",
        "channel": "1912",
        "code": "T1",
        "whereabouts": "Subhash Nagar, opposite the school, pole 14",
        "words": "the wire touches the fence",
        "mobile": "98765 43210",
    }

    def register(self, clerk: Client) -> str:
        """The complaint's number."""
        answer = clerk.post(f"{HELP}/places/", self.TYPED)
        return answer["Location"].rstrip("/").rpartition("/")[2]

    def test_what_saves_a_life_is_said_first(self, clerk):
        page = words(clerk.get(f"{HELP}/places/"))
        assert 0 < page.index("दस कदम दूर") < page.index("Where exactly?")
        assert 'href="/desk/help/places/"' in words(clerk.get(f"{HELP}/"))

    def test_it_has_its_clock_and_office_and_nobody_is_sent_an_sms(self, clerk):
        number = self.register(clerk)
        page = words(clerk.get(f"{HELP}/complaints/{number}/"))
        assert "Subhash Nagar" in page and "+919876543210" in page
        one = held(number)
        assert (one.connection_id, one.transformer_id) == (None, grid_of_cast()["T1"])
        assert (one.is_urgent, one.due_at - one.opened_at) == (True, timedelta(hours=1))
        assert "Subhash Nagar" in words(clerk.get(f"{HELP}/complaints/"))
        for act in ("stop", "resume", "escalate", "close", "reopen"):
            assert does(clerk, number, act, "the wire is up again").status_code == 302
        assert held(number).state is State.OPEN
        assert not Notice.objects.exists()

    def test_the_clock_moves_it_up_and_owes_nobody_anything(self, clerk):
        number = self.register(clerk)
        let_clocks_run(now=clock.now() + timedelta(hours=30))
        one = held(number)
        assert one.level > 0
        assert complaints.compensations_of(complaint_id=one.complaint_id) == ()
        assert not Notice.objects.exists()

    def test_sent_twice_it_is_one(self, clerk):
        first, second = (
            clerk.post(f"{HELP}/places/", {**self.TYPED, "key": "k"})["Location"]
            for _ in range(2)
        )
        assert first == second

    def test_other_areas_neither_see_it_nor_enter_it_there(self, clerk):
        number = self.register(clerk)
        ids = grid_of_cast()
        other = client_of(add_staff("other", (Role.HELP_DESK_CLERK, ids["D2"])))
        assert other.get(f"{HELP}/complaints/{number}/").status_code == 404
        assert "Subhash Nagar" not in words(other.get(f"{HELP}/complaints/"))
        assert other.post(f"{HELP}/places/", self.TYPED).status_code == 422

    def test_the_database_itself_holds_it_back_from_other_areas(self, clerk):
        self.register(clerk)
        ids = grid_of_cast()
        seen = {}
        for code in ("D1", "D2", "T1", "T2"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"set local {AREAS} = '{ids[code]}'")
                cursor.execute(f"set local role {DESK}")
                cursor.execute("select count(*) from complaints_complaint")
                ((seen[code],),) = cursor.fetchall()
        assert seen == {"D1": 1, "D2": 0, "T1": 1, "T2": 0}

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"code": "nowhere"}, "of your area"),
            ({"whereabouts": " "}, "Please say it in words"),
            ({"class": "bill"}, "Choose what is wrong"),
            ({"channel": "pigeon"}, "Choose what is wrong"),
            ({"mobile": "12"}, "Indian mobile number"),
        ],
    )
    def test_what_is_missing_is_told_and_nothing_typed_is_lost(self, clerk, changes, told):
        answer = clerk.post(f"{HELP}/places/", {**self.TYPED, **changes})
        assert answer.status_code == 422
        page = words(answer)
        assert told in page and "the wire touches the fence" in page
        assert asked("select count(*) from complaints_complaint") == [(0,)]


def test_colleagues_are_offered_by_name(clerk, homes):
    ids = grid_of_cast()
    add_staff("kavita", (Role.JUNIOR_ENGINEER, ids["D1"]))
    page = words(clerk.get(f"{HELP}/complaints/{opened(homes[0])}/"))
    assert ">Kavita</option>" in page and "BothLanguages" not in page


class TestTheCaller:
    @pytest.mark.parametrize("term", ["7310000001", "BIJ00001", "9876500001", "asha"])
    def test_is_found_by_number_meter_mobile_and_name(self, clerk, homes, term):
        page = words(clerk.get(f"{HELP}/", {"term": term}))
        assert f'href="{page_of(homes[0])}"' in page

    def test_a21_the_mobile_number_is_masked_though_the_clerk_may_see_it(
        self, clerk, homes
    ):
        page = words(clerk.get(page_of(homes[0])))
        assert homes[0].mobile not in page and "9876500001" not in page

    def test_one_page_says_where_the_connection_stands_with_a_script_in_hindi(
        self, clerk, homes
    ):
        page = words(clerk.get(page_of(homes[0])))
        for part in ("Balance, meter and line are fine", "Call notes", "नमस्ते"):
            assert part in page

    def test_what_was_said_is_noted_and_audited(self, clerk, homes):
        clerk.post(page_of(homes[0], "note/"), {"words": "Asked about June"})
        assert "Asked about June" in words(clerk.get(page_of(homes[0])))
        assert "complaints.call_noted" in audited()

    def test_asking_gateway_and_meter_is_a_job_of_the_worker(self, clerk, homes):
        answer = clerk.post(page_of(homes[0], "mend/"))
        assert answer.status_code == 302
        jobs = asked(
            "select (args->>'connection_id')::int from procrastinate_jobs"
            " where task_name = 'flow.mend_dark'"
        )
        assert jobs == [(homes[0].connection_id,)]

    def test_a_complaint_is_opened_on_behalf_and_told_by_sms(self, clerk, homes):
        sent = {"class": "voltage", "channel": "1912", "words": "Bulbs burst", "key": "a"}
        answer = clerk.post(page_of(homes[0], "open/"), sent)
        number = answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]
        assert held(number).channel is Channel.PHONE
        assert "Bulbs burst" in words(clerk.get(answer.headers["Location"]))
        again = clerk.post(page_of(homes[0], "open/"), sent)
        assert again.headers["Location"] == answer.headers["Location"]
        assert [one.kind for one in Notice.objects.all()] == ["complaint_taken"]


class TestTheList:
    def test_is_in_the_order_of_the_clock_and_filtered(self, clerk, homes):
        bill, dark = opened(homes[0]), opened(homes[1], ComplaintClass.NO_SUPPLY)
        page = words(clerk.get(f"{HELP}/complaints/"))
        assert page.index(dark) < page.index(bill)
        only = words(clerk.get(f"{HELP}/complaints/", {"class": "bill"}))
        assert bill in only and dark not in only
        turned = words(clerk.get(f"{HELP}/complaints/", {"sort": "-due_at"}))
        assert turned.index(bill) < turned.index(dark)

    @pytest.mark.parametrize(
        "asked_for",
        [{"sort": "'; drop"}, {"page": "0"}, {"incident": "x"}, {"state": "\0"}],
    )
    def test_nonsense_in_the_address_is_the_usual_list(self, clerk, homes, asked_for):
        assert clerk.get(f"{HELP}/complaints/", asked_for).status_code == 200

    def test_an_empty_area_says_so(self, clerk, homes):
        assert "No complaint fits" in words(clerk.get(f"{HELP}/complaints/"))


class TestSettling:
    def test_taken_stopped_run_again_settled_opened_again(self, clerk, homes):
        number = opened(homes[0])
        for act, said in (
            ("take", ""),
            ("stop", "door locked"),
            ("resume", ""),
            ("close", "Corrected the bill"),
            ("reopen", "not right"),
        ):
            assert does(clerk, number, act, said).status_code == 302, act
        now = held(number)
        assert (now.state, now.assignee_name) == (State.OPEN, "Clerk")
        assert "complaints.closed" in audited()
        kinds = [one.kind for one in Notice.objects.order_by("id")]
        assert kinds == ["complaint_taken", "complaint_settled", "complaint_taken"]

    def test_handed_up_by_hand(self, clerk, homes):
        number = opened(homes[0])
        assert does(clerk, number, "escalate", "no lineman").status_code == 302
        assert held(number).level_role is Role.ASSISTANT_ENGINEER

    @pytest.mark.parametrize(("act", "said"), [("close", ""), ("resume", ""), ("x", "y")])
    def test_what_cannot_be_done_is_said_and_changes_nothing(self, clerk, homes, act, said):
        number = opened(homes[0])
        assert does(clerk, number, act, said).status_code == 422
        assert held(number).state is State.OPEN


class TestGiving:
    def test_to_a_colleague_who_handles_complaints_there_and_to_nobody_else(
        self, clerk, homes
    ):
        ids = grid_of_cast()
        asked_for = {
            "kavita": (Role.JUNIOR_ENGINEER, ids["D1"]),
            "chief": (Role.CHIEF_ENGINEER, ids["Z1"]),
            "western": (Role.JUNIOR_ENGINEER, ids["D2"]),
            "cashier": (Role.CASHIER, ids["D1"]),
        }
        staff = {name: add_staff(name, grant) for name, grant in asked_for.items()}
        number = opened(homes[0])
        page = words(clerk.get(f"{HELP}/complaints/{number}/"))
        offered = {name for name, pk in staff.items() if f'value="{pk}"' in page}
        assert offered == {"kavita"}, "to those above it is handed up, not given"
        address = f"{HELP}/complaints/{number}/act/"
        for name in ("western", "cashier", "chief"):
            refused = clerk.post(address, {"act": "give", "staff": staff[name]})
            assert refused.status_code == 422
            assert "Choose somebody who handles complaints here." in words(refused)
        assert held(number).assignee_id is None
        clerk.post(address, {"act": "give", "staff": staff["kavita"]})
        assert held(number).assignee_id == staff["kavita"]
        assert "complaints.assigned" in audited()

    def test_of_the_vigilance_desk_only_to_the_vigilance_desk(self, homes):
        ids = grid_of_cast()
        officer = add_staff("officer", (Role.VIGILANCE_OFFICER, ids["D1"]))
        add_staff("kavita", (Role.JUNIOR_ENGINEER, ids["D1"]))
        number = opened(homes[0], ComplaintClass.ASKED_FOR_MONEY)
        page = words(client_of(officer).get(f"{HELP}/complaints/{number}/"))
        assert f'value="{officer}"' in page
        assert page.count("<option") == 1


class TestTheFences:
    def test_another_divisions_complaint_and_caller_are_unknown(self, homes):
        other = client_of(add_staff("other", (Role.HELP_DESK_CLERK, grid_of_cast()["D2"])))
        number = opened(homes[0])
        assert other.get(f"{HELP}/complaints/{number}/").status_code == 404
        assert does(other, number, "close", "x").status_code == 404
        assert other.get(page_of(homes[0])).status_code == 404
        assert number not in words(other.get(f"{HELP}/complaints/"))
        assert held(number).state is State.OPEN

    def test_d12_who_asked_for_money_is_read_by_the_vigilance_desk_alone(
        self, clerk, homes
    ):
        number = opened(homes[0], ComplaintClass.ASKED_FOR_MONEY)
        ids = grid_of_cast()
        engineer = client_of(add_staff("engineer", (Role.EXECUTIVE_ENGINEER, ids["D1"])))
        for browser in (clerk, engineer):
            assert browser.get(f"{HELP}/complaints/{number}/").status_code == 404
            for address in (f"{HELP}/", f"{HELP}/complaints/?vigilance=1"):
                assert number not in words(browser.get(address))
            assert number not in words(browser.get(page_of(homes[0])))
            assert does(browser, number, "close", "nothing").status_code == 404
        officer = client_of(add_staff("vigilance", (Role.VIGILANCE_OFFICER, ids["D1"])))
        assert number in words(officer.get(f"{HELP}/complaints/?vigilance=1"))
        assert officer.get(f"{HELP}/complaints/{number}/").status_code == 200

    def test_a_clerk_who_opens_one_gets_its_number_and_reads_it_no_more(self, clerk, homes):
        sent = {"class": "asked_for_money", "channel": "counter", "words": "x", "key": "a"}
        answer = clerk.post(page_of(homes[0], "open/"), sent)
        assert answer.headers["Location"] == page_of(homes[0])

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.ADMINISTRATOR])
    def test_others_have_no_help_desk(self, homes, role):
        browser = client_of(add_staff("other", (role, grid_of_cast()["D1"])))
        assert browser.get(f"{HELP}/").status_code == 403


class TestIncidents:
    def test_r24_three_homes_enter_an_outage_and_settling_the_incident_ends_it(self):
        ids = grid_of_cast()
        homes = [
            connect(
                "Asha",
                now=clock.now(),
                new={
                    "Asha": new_connection(
                        "Asha",
                        consumer_number=f"74100{number:05d}",
                        mobile=f"+9198770{number:05d}",
                        meter_serial=f"INC{number:05d}",
                        system_title=f"I{number:07d}".encode(),
                        meter_port=5_000 + number,
                        transformer_id=ids["T1"],
                    )
                },
            )[0]
            for number in range(3)
        ]
        numbers = [opened(home, ComplaintClass.NO_SUPPLY) for home in homes]
        known = outages.open_outage(at=clock.now(), transformer_id=ids["T1"])
        assert known is not None and known.node_id == ids["T1"]
        clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"])))
        assert "Many report the same outage" in words(clerk.get(f"{HELP}/"))
        (incident,) = complaints.open_incidents()
        address = f"{HELP}/incidents/{incident.incident_id}/close/"
        assert clerk.post(address, {"words": ""}).status_code == 422
        assert clerk.post(address, {"words": "New fuse"}).status_code == 302
        assert {held(number).state for number in numbers} == {State.CLOSED}
        assert outages.open_outage(at=clock.now(), transformer_id=ids["T1"]) is None
        assert clerk.post(address, {"words": "again"}).status_code == 404
