"""Members of staff, and the roles that they hold in areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from bijlighar.kernel.errors import BijligharError
from bijlighar.people import _accounts, _audit
from bijlighar.people.models import RoleGrant, Staff
from bijlighar.people.rules import RIGHTS
from bijlighar.people.values import Change, Grant, Right, Role, Viewer


class LoginTaken(BijligharError):
    """Somebody has this login already."""


def add_staff(
    *,
    login: str,
    name_en: str,
    name_hi: str,
    by: Viewer,
    now: datetime,
    place_id: int | None,
    email: str = "",
    mobile: str = "",
    language: str = "hi",
) -> int:
    """A new member of staff, who can do nothing yet; their id. Raises LoginTaken."""
    with transaction.atomic():
        if Staff.objects.filter(login=login).exists():
            raise LoginTaken(f"Somebody has the login {login} already.")
        made = Staff(
            login=login,
            name_en=name_en,
            name_hi=name_hi,
            email=email,
            mobile=mobile,
            language=language,
            created_at=now,
        )
        made.set_unusable_password()
        made.save()
        _audit.record(
            change=Change(
                action="people.staff.added",
                object_kind="staff",
                object_id=str(made.pk),
                place_id=place_id,
                after={"login": login, "name_en": name_en, "name_hi": name_hi},
            ),
            by=by,
            now=now,
        )
        return made.pk


def grant_role(
    *, staff_id: int, role: Role, area_id: int, by: Viewer, now: datetime, why: str = ""
) -> int:
    """Give somebody a role in an area from now on; the id of the grant, new or held.

    Raises OwnAccount.
    """
    _accounts.not_oneself(staff_id=staff_id, by=by)
    with transaction.atomic():
        held, is_new = RoleGrant.objects.get_or_create(
            staff_id=staff_id,
            role=role.value,
            area_id=area_id,
            ends_at=None,
            defaults={"starts_at": now, "why": why},
        )
        if is_new:
            _audit.record(
                change=_grant_change("people.role.granted", held, why), by=by, now=now
            )
        return held.pk


def end_grant(*, grant_id: int, by: Viewer, now: datetime, why: str = "") -> None:
    """Take a role back from now on; nothing happens where it has ended.

    Raises OwnAccount.
    """
    with transaction.atomic():
        held = (
            RoleGrant.objects.select_for_update().filter(pk=grant_id, ends_at=None).first()
        )
        if held is None:
            return
        _accounts.not_oneself(staff_id=held.staff_id, by=by)
        RoleGrant.objects.filter(pk=grant_id).update(ends_at=now)
        _audit.record(change=_grant_change("people.role.ended", held, why), by=by, now=now)


def names_of(*, staff_ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """English and Hindi name of each."""
    found = Staff.objects.filter(pk__in=staff_ids).order_by("pk")
    return {pk: (en, hi) for pk, en, hi in found.values_list("pk", "name_en", "name_hi")}


def is_one_person(*, staff_ids: Sequence[int]) -> bool:
    """Whether two of these accounts share a mobile number or a mail address."""
    found = Staff.objects.filter(pk__in=staff_ids).order_by("pk")
    known = [
        [told.strip().casefold() for told in row if told.strip()]
        for row in found.values_list("mobile", "email")
    ]
    held = [told for row in known for told in set(row)]
    return len(held) != len(set(held))


def grants_of(*, staff_id: int) -> tuple[Grant, ...]:
    """Every grant somebody ever had, the oldest first."""
    return tuple(
        Grant(
            grant_id=row.pk,
            role=Role(row.role),
            area_id=row.area_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in RoleGrant.objects.filter(staff_id=staff_id).order_by("starts_at", "pk")
    )


def staff_with(
    *, right: Right, area_ids: Sequence[int], now: datetime
) -> Mapping[int, tuple[str, str]]:
    """Who may do something in any of these areas now: English and Hindi name, by id.

    For all who may do it at a place, name the areas from the discom down to it. Open
    accounts only, in the order of their English names.
    """
    roles = [role.value for role, rights in RIGHTS.items() if right in rights]
    held = RoleGrant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now),
        role__in=roles,
        area_id__in=area_ids,
        starts_at__lte=now,
    )
    found = Staff.objects.filter(pk__in=held.values("staff_id"), is_active=True)
    listed = found.order_by("name_en", "pk").values_list("pk", "name_en", "name_hi")
    return {pk: (en, hi) for pk, en, hi in listed}


def _grant_change(action: str, held: RoleGrant, why: str) -> Change:
    return Change(
        action=action,
        object_kind="staff",
        object_id=str(held.staff_id),
        place_id=held.area_id,
        after={"role": held.role, "area_id": held.area_id},
        why=why,
    )
