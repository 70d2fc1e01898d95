"""Invitations: one-time codes with which people set their password and second factor.

The code is shown once and kept as a hash; it works for 48 hours of real time, until both
are set. So nobody ever hands over a password, and nobody can sign in with one factor.
Source: ASVS 5.0 items 6.4.1, 6.5.1 to 6.5.3, 6.6.2.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.people import _audit, _factors, _passwords
from bijlighar.people._places import place_of
from bijlighar.people._system import as_the_system
from bijlighar.people.models import Invitation, Staff
from bijlighar.people.values import Change, Viewer

LASTS = timedelta(hours=48)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 that are not taken for one another: 5 bits each."""
GROUPS, GROUP = 6, 4


class AlreadyEnrolled(BijligharError):
    """This person has a password and a second factor; only a recovery gives new ones."""


class WrongInvitation(BijligharError):
    """The login or the code is wrong, or the code was used or is too old."""


def invite(*, staff_id: int, by: Viewer, now: datetime, real_now: datetime) -> str:
    """A one-time code for somebody, in place of the one before; shown once.

    Raises AlreadyEnrolled.
    """
    code = "".join(secrets.choice(LETTERS) for _ in range(GROUPS * GROUP))
    with as_the_system(), transaction.atomic():
        staff = Staff.objects.select_for_update().only("is_enrolled").get(pk=staff_id)
        if staff.is_enrolled:
            raise AlreadyEnrolled("This person has signed in before and needs no code.")
        end(staff_id=staff_id, because="replaced", real_now=real_now)
        Invitation.objects.create(
            staff_id=staff_id,
            code_hash=_hash(code),
            made_at=real_now,
            expires_at=real_now + LASTS,
        )
        _record("people.invitation.made", staff_id, by=by, now=now)
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def end(*, staff_id: int, because: str, real_now: datetime) -> None:
    """Somebody's open invitation ends, if there is one."""
    Invitation.objects.filter(staff_id=staff_id, ended_at=None).update(
        ended_at=real_now, ended_because=because
    )


def take(*, login: str, code: str, password: str, real_now: datetime) -> int:
    """Somebody shows a code and chooses a password; their id.

    The code still works until a second factor is set, and the password lets nobody in
    before. Raises WrongInvitation, WeakPassword.
    """
    with transaction.atomic():
        invitation = Invitation.objects.filter(
            code_hash=_hash(_bare(code)),
            staff__login=login,
            staff__is_active=True,
            staff__is_enrolled=False,
            ended_at=None,
            expires_at__gt=real_now,
        ).first()
        if invitation is None:
            raise WrongInvitation("The login or the code is wrong, or the code is too old.")
        _passwords.set_password(staff_id=invitation.staff_id, password=password)
        return invitation.staff_id


def enrol(
    *, staff_id: int, factor: str, by: Viewer, now: datetime, real_now: datetime
) -> None:
    """A password and a second factor are set: the code is used, the person may sign in.

    Raises WrongInvitation where the code has ended meanwhile.
    """
    with transaction.atomic():
        staff = Staff.objects.select_for_update().only("is_enrolled").get(pk=staff_id)
        used = Invitation.objects.filter(
            staff_id=staff_id, ended_at=None, expires_at__gt=real_now
        ).update(ended_at=real_now, ended_because="used")
        if not used or staff.is_enrolled:
            raise WrongInvitation("The code has ended; ask for a new one.")
        Staff.objects.filter(pk=staff_id).update(is_enrolled=True)
        _record("people.staff.enrolled", staff_id, by=by, now=now, after={"factor": factor})


def give_sign_in(
    *, staff_id: int, password: str, totp_key: bytes, by: Viewer, now: datetime
) -> None:
    """Set password and codes of somebody at once: for a demo's accounts only."""
    with transaction.atomic():
        _passwords.set_password(staff_id=staff_id, password=password)
        _factors.give_totp(staff_id=staff_id, key=totp_key)
        Staff.objects.filter(pk=staff_id).update(is_enrolled=True)
        _record("people.staff.enrolled", staff_id, by=by, now=now, after={"factor": "totp"})


def _hash(code: str) -> bytes:
    return sha256(code.encode()).digest()


def _bare(code: str) -> str:
    """The code without what people type between its groups."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _record(
    action: str,
    staff_id: int,
    *,
    by: Viewer,
    now: datetime,
    after: dict[str, object] | None = None,
) -> None:
    _audit.record(
        change=Change(
            action=action,
            object_kind="staff",
            object_id=str(staff_id),
            place_id=place_of(staff_id),
            after=after,
        ),
        by=by,
        now=now,
    )
