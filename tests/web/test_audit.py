"""The audit trail's pages: what is found, by whom, and what stays out of sight."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from bijlighar.people import service as people
from bijlighar.people.audit_lines import public_key_of
from bijlighar.people.values import SYSTEM, AuditQuestion, Change, Right, Role, Viewer
from tests.cast import grid_of_cast
from tests.signing_in import add_staff, client_of, viewer

pytestmark = pytest.mark.usefixtures("committed_db")

AT = datetime(2026, 4, 6, 6, 30, tzinfo=UTC)
SEED = "33" * 32


@pytest.fixture
def ids() -> dict[str, int]:
    return grid_of_cast()


@pytest.fixture
def auditor(ids) -> Client:
    return client_of(add_staff("auditor", (Role.AUDITOR, ids["D1"])))


def happened(
    number: int, place_id: int | None, *, by: Viewer = SYSTEM, **changes: object
) -> int:
    known = {
        "action": "grid.node.renamed",
        "object_kind": "node",
        "object_id": f"N{number}",
        "place_id": place_id,
        "before": {"name_en": f"Old {number}", "mobile": "+919876500001"},
        "after": {"name_en": f"New {number}", "mobile": "+919876500001"},
        "why": f"letter {number}",
    }
    return people.record(
        change=Change(**{**known, **changes}),  # type: ignore[arg-type]
        by=by,
        now=AT + timedelta(days=number),
    )


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    made = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return made.decode()


class TestTheTrail:
    """The records of one's areas, and no others."""

    def test_it_shows_what_happened_in_ones_areas_only(self, ids, auditor):
        happened(1, ids["T1"])
        happened(2, ids["T6"])
        happened(3, None)
        shown = text(auditor, "/desk/audit/?why=letter")
        assert "letter 1" in shown
        assert "letter 2" not in shown
        assert "letter 3" not in shown

    def test_what_concerns_no_place_is_seen_where_a_whole_discom_is(self, ids):
        happened(3, None)
        director = client_of(add_staff("director", (Role.DIRECTOR, ids["NDVN"])))
        assert "letter 3" in text(director, "/desk/audit/?why=letter")

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("why=LETTER+1", {1}),
            ("why=100%25", set()),
            ("action=grid.node.renamed", {1, 2}),
            ("action=grid.node.moved", {4}),
            ("kind=node&object=N2", {2}),
            ("kind=client", set()),
            ("channel=job", {1, 2, 4}),
            ("channel=desk", set()),
            ("who=bijlighar", {1, 2, 4}),
            ("who=Somebody", set()),
            ("from=2026-04-08&object=N2", {2}),
            ("from=2026-04-08&until=2026-04-08", {2}),
            ("until=2026-04-07&why=letter", {1}),
            ("from=2026-04-11&until=2026-04-12", set()),
        ],
    )
    def test_it_is_searched_by(self, ids, auditor, search, found):
        for number in (1, 2):
            happened(number, ids["T1"])
        happened(4, ids["T1"], action="grid.node.moved")
        # The cast itself is older than all of these.
        shown = text(auditor, f"/desk/audit/?{search}")
        assert {n for n in (1, 2, 4) if f"letter {n}<" in shown} == found
        if not found:
            assert "No record of your areas fits this search." in shown

    def test_a_member_of_staff_is_found_by_number_too(self, ids, auditor):
        clerk = add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"]))
        happened(1, ids["T1"], by=viewer(clerk))
        shown = text(auditor, f"/desk/audit/?who={clerk}")
        assert "letter 1" in shown
        assert "Clerk" in shown

    def test_a_day_that_is_none_is_said_and_not_heeded(self, ids, auditor):
        happened(1, ids["T1"])
        shown = text(auditor, "/desk/audit/?from=yesterday&why=letter")
        assert "A day was not understood" in shown
        assert "letter 1" in shown

    def test_it_goes_by_number_in_both_directions_and_page_by_page(self, ids, auditor):
        first = happened(1, ids["T1"])
        for number in range(2, 62):
            happened(number, ids["T1"], why="many")
        newest = text(auditor, "/desk/audit/?kind=node&why=many")
        assert "page=2" in newest
        assert f"/desk/audit/{first + 60}/" in newest
        assert f"/desk/audit/{first + 1}/" not in newest
        assert f"/desk/audit/{first + 1}/" in text(
            auditor, "/desk/audit/?why=many&sort=seq"
        )
        assert f"/desk/audit/{first + 1}/" in text(auditor, "/desk/audit/?why=many&page=2")

    def test_an_action_without_a_sentence_is_shown_as_it_is(self, ids, auditor):
        happened(1, ids["T1"], action="something.quite.new")
        assert "something.quite.new" in text(auditor, "/desk/audit/?why=letter")

    def test_it_speaks_hindi(self, ids):
        happened(1, ids["T1"])
        staff_id = add_staff("auditor", (Role.AUDITOR, ids["D1"]))
        shown = text(client_of(staff_id, language="hi"), "/desk/audit/")
        assert 'lang="hi"' in shown

    def test_without_the_right_there_is_no_trail(self, ids):
        clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"])))
        for address in ("/desk/audit/", "/desk/audit/1/", "/desk/audit/export/csv/"):
            assert clerk.get(address).status_code == 403

    def test_it_cannot_be_changed_by_a_page(self, auditor):
        for verb in ("post", "put", "patch", "delete"):
            assert getattr(auditor, verb)("/desk/audit/").status_code == 405


class TestOneRecord:
    """What was before and after, and that it is signed."""

    def test_it_shows_before_and_after_and_the_hashes(self, ids, auditor):
        seq = happened(1, ids["T1"], approved_by="Asha (12)", proposal_id="P-7")
        shown = text(auditor, f"/desk/audit/{seq}/")
        for expected in ("Old 1", "New 1", "letter 1", "Asha (12)", "P-7", "+05:30"):
            assert expected in shown
        (entry,) = people.search_audit(
            scope=viewer(add_staff("director", (Role.DIRECTOR, ids["NDVN"]))).scope(
                Right.SEE_AUDIT
            ),
            question=AuditQuestion(seq=seq),
            limit=1,
        )
        assert entry.hash in shown
        assert entry.previous_hash in shown
        assert "Not signed yet" in shown

    def test_it_names_the_head_that_signs_it(self, ids, auditor, settings):
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "audit_key": SEED}
        seq = happened(1, ids["T1"])
        head = people.sign_audit_head(now=AT + timedelta(days=2))
        shown = text(auditor, f"/desk/audit/{seq}/")
        assert head.key_id in shown
        assert head.hash.hex() in shown
        assert public_key_of(seed=SEED)[:16] not in shown

    def test_a_consumers_number_is_masked_where_one_may_not_call(self, ids, auditor):
        shown = text(auditor, f"/desk/audit/{happened(1, ids['T1'])}/")
        assert "+919876500001" not in shown
        assert "•••••••••0001" in shown

    def test_one_of_another_area_does_not_exist(self, ids, auditor):
        for seq in (happened(2, ids["T6"]), happened(3, None), 10**9, 10**30):
            assert auditor.get(f"/desk/audit/{seq}/").status_code == 404


class TestTakenOut:
    """An export holds what the search shows, and leaves a record itself."""

    @pytest.mark.parametrize("form", ["csv", "jsonl"])
    def test_it_holds_the_search_of_ones_areas_only(self, ids, auditor, form):
        happened(1, ids["T1"])
        happened(2, ids["T6"])
        happened(4, ids["T1"], why="=cmd()")
        made = text(auditor, f"/desk/audit/export/{form}/?kind=node")
        assert "letter 1" in made
        assert "letter 2" not in made
        assert "+919876500001" not in made
        if form == "jsonl":
            rows = [json.loads(line) for line in made.splitlines()]
            assert rows[0]["at"] == "2026-04-10T12:00:00+05:30"
            assert rows[0]["why"] == "=cmd()"
        else:
            assert "'=cmd()" in made

    def test_it_is_made_as_an_excel_file_too(self, ids, auditor):
        happened(1, ids["T1"])
        answer = auditor.get("/desk/audit/export/xlsx/")
        assert b"".join(answer.streaming_content)[:2] == b"PK"

    def test_it_is_recorded(self, ids, auditor):
        text(auditor, "/desk/audit/export/csv/?why=letter")
        shown = text(auditor, "/desk/audit/?action=masters.exported")
        assert "A table was exported" in shown

    def test_it_needs_the_right_to_export(self, ids):
        happened(1, ids["T1"])
        administrator = client_of(add_staff("admin", (Role.ADMINISTRATOR, ids["D1"])))
        assert "letter 1" in text(administrator, "/desk/audit/")
        assert "/export/" not in text(administrator, "/desk/audit/")
        assert administrator.get("/desk/audit/export/csv/").status_code == 403

    def test_there_are_three_forms(self, auditor):
        assert auditor.get("/desk/audit/export/pdf/").status_code == 404
