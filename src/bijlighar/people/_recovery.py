"""Recovery of somebody who lost a factor or the password: by two people, never by one.

An administrator proposes it, a second person approves it (the mechanism is `proposals`).
Source: security reference A11; ASVS 5.0 item 6.4.4.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bijlighar.people import _accounts, _factors, _invitations, _passwords, _sign_ins
from bijlighar.people._audit import record
from bijlighar.people._places import place_of
from bijlighar.people._system import as_the_system
from bijlighar.people.models import RoleGrant, Staff
from bijlighar.people.values import Change, Viewer


def recovery_facts(staff_id: int) -> dict[str, object]:
    """What a proposal to recover somebody rests on; it is void where this has changed."""
    with as_the_system():
        person = _accounts.person_of(staff_id=staff_id)
        assert person is not None
        grants = RoleGrant.objects.filter(staff_id=staff_id, ends_at=None)
        roles = grants.order_by("role", "area_id").values_list("role", "area_id")
        return {
            "staff_id": staff_id,
            "login": person.login,
            "name_en": person.name_en,
            "name_hi": person.name_hi,
            "is_active": person.is_active,
            "is_enrolled": person.is_enrolled,
            "factors": [
                [one.kind, one.factor_id] for one in _factors.factors_of(staff_id=staff_id)
            ],
            "roles": [list(held) for held in roles],
        }


def recover(
    *,
    staff_id: int,
    by: Viewer,
    approved_by: str,
    now: datetime,
    real_now: datetime,
    approved_by_id: int | None = None,
    proposal_id: str = "",
    why: str = "",
) -> str:
    """End all sign-ins, take password and factors away; a fresh one-time code.

    Only for what two people have decided: `by` proposed, `approved_by` approved. Neither
    is the person themselves. The code is shown once.
    """
    _accounts.not_oneself(staff_id=staff_id, by=by)
    assert approved_by_id != staff_id, "nobody approves their own recovery"
    with as_the_system(), transaction.atomic():
        Staff.objects.select_for_update().only("pk").get(pk=staff_id)
        ended = _sign_ins.end_all(staff_id=staff_id, because="recovered", real_now=real_now)
        _factors.remove_all(staff_id=staff_id)
        _passwords.remove_password(staff_id=staff_id)
        Staff.objects.filter(pk=staff_id).update(is_enrolled=False)
        code = _invitations.invite(staff_id=staff_id, by=by, now=now, real_now=real_now)
        record(
            change=Change(
                action="people.staff.recovered",
                object_kind="staff",
                object_id=str(staff_id),
                place_id=place_of(staff_id),
                after={"sign_ins_ended": ended},
                why=why,
                approved_by=approved_by,
                approved_by_id=approved_by_id,
                proposal_id=proposal_id,
            ),
            by=by,
            now=now,
        )
        return code
