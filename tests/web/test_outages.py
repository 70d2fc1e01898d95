"""Outages at the desk: entered below one's own areas, moved, ended; homes are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.flow import later
from bijlighar.kernel.ist import day_starts
from bijlighar.outages.models import Outage
from bijlighar.people.models import AuditRecord
from bijlighar.people.values import Role
from tests.flow.jobs import deferred
from tests.signing_in import add_staff, client_of

NOW = day_starts(date(2026, 4, 7)) + timedelta(hours=11)
PLANNED = {
    "kind": "planned",
    "code": "F1",
    "starts_at": "2026-04-08T10:00",
    "until": "2026-04-08T13:00",
    "reason": "New conductor",
}


@pytest.fixture(autouse=True)
def still_clock(tmp_path, monkeypatch) -> Iterator[None]:
    file = tmp_path / "clock.json"
    clock.set_anchor(file, town_at=NOW, speed=0)
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(file))
    yield


def staff(role: Role, area_id: int, *, language: str = "en") -> Client:
    return client_of(add_staff(f"{role}.{area_id}", (role, area_id)), language=language)


@pytest.fixture
def anju(ids: dict[str, int], no_waiting: None) -> Client:
    return staff(Role.JUNIOR_ENGINEER, ids["D1"])


def enter(who: Client, **changes: str) -> Outage:
    answer = who.post(reverse("outage_new"), {**PLANNED, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return Outage.objects.order_by("-id")[0]


def test_an_engineer_enters_one_and_the_homes_are_told(anju, ids):
    held = enter(anju)
    assert held.node_id == ids["F1"]
    assert held.starts_at == day_starts(date(2026, 4, 8)) + timedelta(hours=10)
    told = {"outage_id": held.pk, "version": 1}
    assert deferred() == [(later.ANNOUNCE_OUTAGE, told)]
    (record,) = AuditRecord.objects.filter(object_kind="outage")
    assert record.action == "outages.outage.entered"
    page = anju.get(reverse("outages")).content.decode()
    for said in ("Station Road feeder", "New conductor", "Ahead"):
        assert said in page


def test_an_empty_list_says_so_and_leads_to_the_form(anju):
    page = anju.get(reverse("outages")).content.decode()
    assert "No outage is ahead or going on here." in page
    assert reverse("outage_new") in page
    assert anju.get(reverse("outage_new")).status_code == 200


def test_it_is_moved_cancelled_and_ended_with_a_reason_each_time(anju):
    held = enter(anju)
    hours = {"starts_at": "2026-04-08T11:00", "until": "2026-04-08T13:00"}
    move = reverse("outage_move", args=[held.pk])
    assert anju.post(move, hours).status_code == 422
    assert anju.post(move, {**hours, "why": "crew"}).status_code == 302
    cancel = reverse("outage_cancel", args=[held.pk])
    assert anju.post(cancel, {"why": "rain"}).status_code == 302
    assert Outage.objects.get().state == "cancelled"
    again = anju.post(cancel, {"why": "rain"})
    assert again.status_code == 422
    broken = enter(anju, kind="unplanned", starts_at="2026-04-07T10:00", until="")
    end = reverse("outage_end", args=[broken.pk])
    assert anju.post(end, {"why": "mended"}).status_code == 302
    assert [arguments["version"] for _, arguments in deferred()] == [1, 2, 3, 1, 2]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "x"}, "Say whether it is planned."),
        ({"code": ""}, "Give the code"),
        ({"code": "F9"}, "There is no such code in your area."),
        ({"code": "F4"}, "There is no such code in your area."),
        ({"code": "SD1"}, "Choose a substation, feeder or transformer."),
        ({"starts_at": "tomorrow"}, "Give day and hour"),
        ({"starts_at": "2026-04-07T10:00"}, "A planned outage begins later than now."),
        ({"until": ""}, "Say until when."),
        ({"until": "2026-04-08T09:00"}, "It ends after it begins."),
        ({"reason": ""}, "Say why there is no supply."),
        ({"reason": "call 9876543210"}, "no number to call"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(anju, changes, said):
    answer = anju.post(reverse("outage_new"), {**PLANNED, **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Outage.objects.count() == 0
    assert deferred() == []


def test_what_is_wrong_is_said_in_hindi_to_who_reads_hindi(ids, no_waiting):
    reader = staff(Role.ASSISTANT_ENGINEER, ids["D1"], language="hi")
    answer = reader.post(reverse("outage_new"), {**PLANNED, "until": ""})
    assert "Say until when." not in answer.content.decode()


def test_a13_other_areas_see_and_change_nothing(anju, ids):
    held = enter(anju)
    west = staff(Role.EXECUTIVE_ENGINEER, ids["D2"])
    assert "Station Road" not in west.get(reverse("outages")).content.decode()
    assert west.get(reverse("outage", args=[held.pk])).status_code == 404
    for name in ("outage_move", "outage_cancel", "outage_end"):
        answer = west.post(reverse(name, args=[held.pk]), {"why": "x", **PLANNED})
        assert answer.status_code == 404
    assert Outage.objects.get().version == 1


def test_who_only_looks_enters_nothing(anju, ids):
    held = enter(anju)
    auditor = staff(Role.AUDITOR, ids["D1"])
    page = auditor.get(reverse("outage", args=[held.pk])).content.decode()
    assert "<form" not in page.split("<main", 1)[-1]
    assert auditor.get(reverse("outage_new")).status_code == 403
    assert (
        auditor.post(reverse("outage_cancel", args=[held.pk]), {"why": "x"}).status_code
        == 403
    )
