"""The first administrator: invited by who runs the server, and only while there is none."""

from __future__ import annotations

import pytest
from django.db import connection

from bijlighar.clock import clock
from bijlighar.grid.service import UnknownNode
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from bijlighar.run.staff_commands import HasAdministrator, invite_first_administrator
from tests.cast import grid_of_cast
from tests.signing_in import add_staff

pytestmark = pytest.mark.usefixtures("committed_db")


def invite_first(login: str = "rakesh", discom: str = "NDVN") -> str:
    return invite_first_administrator(
        login=login,
        name_en="Rakesh Verma",
        name_hi="राकेश वर्मा",
        discom=discom,
        now=clock.now(),
        real_now=clock.real_now(),
    )


def test_the_first_administrator_is_invited_and_the_trail_says_by_command() -> None:
    grid_of_cast()
    assert len(invite_first().replace("-", "")) == 24
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct channel from people_auditrecord where object_kind = 'staff'"
        )
        assert cursor.fetchall() == [("command",)]


def test_until_somebody_has_come_in_the_same_login_gets_a_fresh_code() -> None:
    grid_of_cast()
    assert invite_first() != invite_first()
    with pytest.raises(HasAdministrator):
        invite_first("other")


def test_a_discom_with_an_administrator_gets_no_other_by_command() -> None:
    ids = grid_of_cast()
    staff_id = add_staff("rakesh", (Role.ADMINISTRATOR, ids["D2"]))
    people.give_sign_in(
        staff_id=staff_id,
        password="bijli sabke ghar aaye",
        totp_key=b"k" * 20,
        by=SYSTEM,
        now=clock.now(),
    )
    for login in ("rakesh", "other"):
        with pytest.raises(HasAdministrator):
            invite_first(login)


def test_a_discom_that_is_not_there_has_no_administrator() -> None:
    grid_of_cast()
    for code in ("NOBODY", "D1"):
        with pytest.raises(UnknownNode):
            invite_first(discom=code)
    assert people.person_of(staff_id=1) is None


def test_a_new_database_has_no_account() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from people_staff")
        assert cursor.fetchone() == (0,)
