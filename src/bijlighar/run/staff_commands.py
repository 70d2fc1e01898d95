"""`bijlighar staff`: the way in to an installation that has no accounts yet.

There is no default account. Whoever may run commands on the server makes the first
administrator of a discom, by an invitation like everybody else's; after that, only
administrators add people.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import click

from bijlighar.kernel.errors import BijligharError
from bijlighar.run.by_hand import set_up

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


class HasAdministrator(BijligharError):
    """The discom has an administrator, who adds everybody else."""


@click.group()
def staff() -> None:
    """Staff of the desk: the first administrator of a discom."""


@staff.command()
@click.option("--login", required=True, help="3 to 40 small letters, digits, dots, dashes.")
@click.option("--name-en", required=True, help="The name in English.")
@click.option("--name-hi", required=True, help="The name in Hindi.")
@click.option("--discom", required=True, help="The code of the discom in the grid.")
def first(login: str, name_en: str, name_hi: str, discom: str) -> None:
    """Invite a discom's first administrator; prints a code that works once, for 48 hours.

    Run again with the same login, it prints a fresh code while nobody has come in by one.
    """
    if LOGIN.fullmatch(login.lower()) is None:
        raise click.BadParameter(
            "3 to 40 small letters, digits, dots or dashes", param_hint="--login"
        )
    set_up()
    from bijlighar.clock import clock

    code = invite_first_administrator(
        login=login.lower(),
        name_en=name_en,
        name_hi=name_hi,
        discom=discom,
        now=clock.now(),
        real_now=clock.real_now(),
    )
    click.echo(f"Login: {login.lower()}\nCode:  {code}")
    click.echo("Open /sign-in/invited/ and enter both within 48 hours.")


def invite_first_administrator(
    *,
    login: str,
    name_en: str,
    name_hi: str,
    discom: str,
    now: datetime,
    real_now: datetime,
) -> str:
    """The first administrator's code. Raises HasAdministrator, UnknownNode, LoginTaken."""
    from django.db import transaction

    from bijlighar.people import service as people
    from bijlighar.people.values import SYSTEM, Origin, Role

    by = replace(SYSTEM, origin=Origin(channel="command"))
    area_id = _discom(discom, now)
    with transaction.atomic(durable=True):
        staff_id = _invited_before(login, area_id, now)
        if staff_id is None:
            staff_id = people.add_staff(
                login=login,
                name_en=name_en,
                name_hi=name_hi,
                by=by,
                now=now,
                place_id=area_id,
            )
            people.grant_role(
                staff_id=staff_id,
                role=Role.ADMINISTRATOR,
                area_id=area_id,
                by=by,
                now=now,
                why="the first administrator",
            )
        return people.invite(staff_id=staff_id, by=by, now=now, real_now=real_now)


def _discom(code: str, now: datetime) -> int:
    from bijlighar.grid import service as grid
    from bijlighar.kernel.ist import supply_day_of

    for branch in grid.tree_on(day=supply_day_of(now), deep=0):
        if branch.node.code == code:
            return branch.node.node_id
    raise grid.UnknownNode(f"There is no discom {code}; take its grid in first.")


def _invited_before(login: str, area_id: int, now: datetime) -> int | None:
    """The administrator of this login who has not come in yet. Raises HasAdministrator."""
    from bijlighar.people import service as people
    from bijlighar.people.values import Role, Scope, StaffQuestion

    held = people.staff_in(
        asked=StaffQuestion(
            scope=Scope(area_ids=frozenset({area_id})), now=now, role=Role.ADMINISTRATOR
        )
    )
    for line in held:
        if not line.person.is_enrolled and line.person.login == login:
            return line.person.staff_id
    if held:
        raise HasAdministrator(
            f"This discom has an administrator, {held[0].person.login}, who adds others."
        )
    return None
