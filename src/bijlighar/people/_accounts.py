"""Accounts of staff: shown, closed and opened again, their own settings, their sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import statement
from bijlighar.people import _audit, _invitations, _passwords, _sign_ins
from bijlighar.people._places import place_of
from bijlighar.people._system import as_the_system
from bijlighar.people.models import RoleGrant, SignIn, Staff
from bijlighar.people.values import (
    Change,
    Grant,
    Person,
    Role,
    Scope,
    SignInShown,
    StaffLine,
    StaffQuestion,
    StaffState,
    Viewer,
)

SHOWN = (
    "login",
    "name_en",
    "name_hi",
    "email",
    "mobile",
    "language",
    "is_active",
    "is_enrolled",
    "created_at",
    "disabled_at",
)
ORDERS = frozenset({"login", "name_en", "name_hi", "created_at"})
SIGN_INS_SHOWN = 20
STATES = {
    StaffState.ENROLLED: Q(is_active=True, is_enrolled=True),
    StaffState.INVITED: Q(is_active=True, is_enrolled=False),
    StaffState.CLOSED: Q(is_active=False),
}


class OwnAccount(BijligharError):
    """Nobody gives rights to themselves or takes them: somebody else does."""


class WrongPassword(BijligharError):
    """This is not the present password."""


def not_oneself(*, staff_id: int, by: Viewer) -> None:
    """Raises OwnAccount where somebody is about to administer their own account."""
    if by.actor_id == staff_id and by.kind.value == "staff":
        raise OwnAccount("This is your own account; another administrator must do it.")


# Questions


def person_of(*, staff_id: int) -> Person | None:
    """A member of staff; None where there is no such person."""
    found = Staff.objects.filter(pk=staff_id).values("pk", *SHOWN).first()
    return None if found is None else Person(staff_id=found.pop("pk"), **found)


def staff_in(*, asked: StaffQuestion) -> tuple[StaffLine, ...]:
    """Staff who hold or held a role in the areas asked for, one page of them."""
    areas = _areas(asked.scope)
    held = RoleGrant.objects.filter(staff_id=OuterRef("pk"), area_id__in=areas)
    if asked.role is not None:
        held = _now(held, asked.now).filter(role=asked.role.value)
    found = Staff.objects.filter(Exists(held))
    if asked.state is not None:
        found = found.filter(STATES[asked.state])
    if asked.text:
        found = found.filter(
            Q(login__icontains=asked.text)
            | Q(name_en__icontains=asked.text)
            | Q(name_hi__icontains=asked.text)
        )
    assert asked.order.removeprefix("-") in ORDERS
    rows = found.order_by(asked.order, "pk").values("pk", *SHOWN)
    page = rows[asked.offset : asked.offset + asked.limit]
    people = [Person(staff_id=row.pop("pk"), **row) for row in page]
    grants = _grants([one.staff_id for one in people], areas, asked.now)
    return tuple(
        StaffLine(person=one, grants=tuple(grants.get(one.staff_id, ()))) for one in people
    )


def sign_ins_of(*, staff_id: int, session_key: str = "") -> tuple[SignInShown, ...]:
    """The last sign-ins of somebody, the open ones first."""
    this = _sign_ins.key_hash(session_key) if session_key else b""
    with as_the_system():
        found = SignIn.objects.filter(staff_id=staff_id).order_by(
            F("ended_at").desc(nulls_first=True), "-signed_in_at"
        )
        return tuple(
            SignInShown(
                sign_in_id=one.pk,
                factor=one.factor,
                address=one.address,
                agent=one.agent,
                signed_in_at=one.signed_in_at,
                last_seen_at=one.last_seen_at,
                ended_at=one.ended_at,
                ended_because=one.ended_because,
                is_this=bytes(one.key_hash) == this,
            )
            for one in found[:SIGN_INS_SHOWN]
        )


# Verbs


def close_account(
    *, staff_id: int, by: Viewer, now: datetime, real_now: datetime, why: str
) -> None:
    """Somebody may not sign in any more, from this moment. Raises OwnAccount."""
    not_oneself(staff_id=staff_id, by=by)
    with as_the_system(), transaction.atomic():
        closed = Staff.objects.filter(pk=staff_id, is_active=True).update(
            is_active=False, disabled_at=now
        )
        if not closed:
            return
        _sign_ins.end_all(staff_id=staff_id, because="account closed", real_now=real_now)
        _invitations.end(staff_id=staff_id, because="closed", real_now=real_now)
        record("people.staff.closed", staff_id, by=by, now=now, why=why)


def reopen_account(*, staff_id: int, by: Viewer, now: datetime, why: str) -> None:
    """Somebody may sign in again, as before. Raises OwnAccount."""
    not_oneself(staff_id=staff_id, by=by)
    with as_the_system(), transaction.atomic():
        opened = Staff.objects.filter(pk=staff_id, is_active=False).update(
            is_active=True, disabled_at=None
        )
        if opened:
            record("people.staff.reopened", staff_id, by=by, now=now, why=why)


def end_sign_ins(
    *,
    staff_id: int,
    because: str,
    by: Viewer,
    now: datetime,
    real_now: datetime,
    but_session_key: str = "",
    why: str = "",
) -> int:
    """Somebody is signed out everywhere (but in one session); how often they were in."""
    with as_the_system(), transaction.atomic():
        ended = _sign_ins.end_all(
            staff_id=staff_id,
            because=because,
            real_now=real_now,
            but=_sign_ins.key_hash(but_session_key) if but_session_key else b"",
        )
        after: dict[str, object] = {"ended": ended}
        record("people.sign_ins.ended", staff_id, by=by, now=now, why=why, after=after)
        return ended


def choose_language(*, staff_id: int, language: str, by: Viewer, now: datetime) -> None:
    """In which language the desk speaks to somebody."""
    with transaction.atomic():
        before = person_of(staff_id=staff_id)
        assert before is not None
        Staff.objects.filter(pk=staff_id).update(language=language)
        record(
            "people.language.chosen",
            staff_id,
            by=by,
            now=now,
            before={"language": before.language},
            after={"language": language},
        )


def change_password(
    *, staff_id: int, present: str, new: str, by: Viewer, now: datetime
) -> None:
    """Somebody changes their own password. Raises WrongPassword, WeakPassword."""
    with as_the_system(), transaction.atomic():
        if not _passwords.is_password(staff_id=staff_id, password=present):
            raise WrongPassword("This is not your present password.")
        _passwords.set_password(staff_id=staff_id, password=new)
        record("people.password.changed", staff_id, by=by, now=now)


def record(
    action: str,
    staff_id: int,
    *,
    by: Viewer,
    now: datetime,
    why: str = "",
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Audit a change to somebody's account."""
    _audit.record(
        change=Change(
            action=action,
            object_kind="staff",
            object_id=str(staff_id),
            place_id=place_of(staff_id),
            before=before,
            after=after,
            why=why,
        ),
        by=by,
        now=now,
    )


def _now(held: QuerySet[RoleGrant], now: datetime) -> QuerySet[RoleGrant]:
    return held.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)


def _areas(scope: Scope) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.people", "areas_with_staff"), {"areas": scope.areas}
        )
        return [row[0] for row in cursor.fetchall()]


def _grants(
    staff_ids: Sequence[int], areas: Sequence[int], now: datetime
) -> dict[int, list[Grant]]:
    """What these people hold now in these areas."""
    held = RoleGrant.objects.filter(staff_id__in=staff_ids, area_id__in=areas)
    by_staff: dict[int, list[Grant]] = {}
    for row in _now(held, now).order_by("starts_at", "pk"):
        by_staff.setdefault(row.staff_id, []).append(
            Grant(
                grant_id=row.pk,
                role=Role(row.role),
                area_id=row.area_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
        )
    return by_staff
