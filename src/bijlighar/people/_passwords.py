"""Which passwords are taken, and changing one's own.

Source: ASVS 5.0 items 6.2.1 to 6.2.12; NIST SP 800-63B 5.1.1. No rule of composition;
length, a list of common ones, and nothing that resembles the person's own names.
"""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from bijlighar.kernel.errors import BijligharError
from bijlighar.people.models import Staff

LEAST_LETTERS = 12
MOST_LETTERS = 128


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "password_too_short"
    LONG = "password_too_long"
    COMMON = "password_too_common"
    SIMILAR = "password_too_similar"


class WeakPassword(BijligharError):
    """The password is easily guessed; the reason is in `weakness`."""

    def __init__(self, weakness: Weakness) -> None:
        """Say which rule it breaks."""
        super().__init__(f"This password cannot be used: {weakness.value}.")
        self.weakness = weakness


def set_password(*, staff_id: int, password: str) -> None:
    """Set somebody's password. Raises WeakPassword; the caller audits."""
    staff = Staff.objects.get(pk=staff_id)
    if len(password) > MOST_LETTERS:
        raise WeakPassword(Weakness.LONG)
    if staff.login in password.lower():
        raise WeakPassword(Weakness.SIMILAR)
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise WeakPassword(Weakness(str(error.error_list[0].code))) from None
    Staff.objects.filter(pk=staff_id).update(password=make_password(password))


def is_password(*, staff_id: int, password: str) -> bool:
    """Whether this is somebody's password."""
    held = Staff.objects.filter(pk=staff_id).values_list("password", flat=True).first()
    return held is not None and check_password(password, held)


def remove_password(*, staff_id: int) -> None:
    """Nobody can sign in as this person by a password any more."""
    Staff.objects.filter(pk=staff_id).update(password=make_password(None))
