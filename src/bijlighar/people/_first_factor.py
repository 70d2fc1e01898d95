"""Checking a login with its password, or with its invitation's code, and locking out.

Who tries is counted by login and address, whether or not there is such a login, so that
neither the answer nor its timing tells who has an account. The counting is django-axes's,
which needs the request; the waiting is `lock_out`'s.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from bijlighar.kernel.errors import BijligharError
from bijlighar.people import _factors, _invitations
from bijlighar.people.models import Staff

log = structlog.get_logger()


class WrongSignIn(BijligharError):
    """The login or the password is wrong, or the account may not sign in."""


class LockedOut(BijligharError):
    """Too many wrong tries from one address; `wait` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        """Say for how long."""
        super().__init__(f"Too many wrong tries; wait {wait}.")
        self.wait = wait


def staff_by_password(*, request: HttpRequest, login: str, password: str) -> int:
    """Whose login and password these are. Raises WrongSignIn, LockedOut."""
    _refuse_locked(request, login)
    found = authenticate(request, username=login, password=password)
    if isinstance(found, Staff):
        if found.is_enrolled and _factors.factors_of(staff_id=found.pk):
            return found.pk
        _count_failure(request, login)
    _tell(request, login, factor="password", because="wrong")
    _refuse_locked(request, login)
    raise WrongSignIn("The login or the password is wrong.")


def staff_by_code(
    *, request: HttpRequest, login: str, code: str, password: str, real_now: datetime
) -> int:
    """Whose login and code these are; `password` becomes theirs.

    Raises WrongInvitation, LockedOut, WeakPassword.
    """
    _refuse_locked(request, login)
    try:
        return _invitations.take(
            login=login, code=code, password=password, real_now=real_now
        )
    except _invitations.WrongInvitation:
        _count_failure(request, login)
        _tell(request, login, factor="invitation", because="wrong")
        raise


def forget_failures(*, request: HttpRequest, login: str) -> None:
    """Both factors were shown: earlier wrong tries from this address are forgotten."""
    AxesProxyHandler.update_request(request)
    AxesProxyHandler.get_implementation().reset_user_attempts(request, _named(login))


def _refuse_locked(request: HttpRequest, login: str) -> None:
    if AxesProxyHandler.is_locked(request, _named(login)):
        _tell(request, login, factor="password", because="locked")
        handler = AxesProxyHandler.get_implementation()
        raise LockedOut(handler.wait(request, _named(login)))


def _count_failure(request: HttpRequest, login: str) -> None:
    AxesProxyHandler.user_login_failed(
        sender=__name__, credentials=_named(login), request=request
    )


def _named(login: str) -> dict[str, str]:
    return {"username": login}


def _tell(request: HttpRequest, login: str, *, factor: str, because: str) -> None:
    """Log the refusal; of the login a keyed hash: people type passwords there, too."""
    keyed = salted_hmac("people.sign_in.refused", login, algorithm="sha256")
    log.warning(
        "people.sign_in.refused",
        factor=factor,
        because=because,
        login_hash=keyed.hexdigest()[:12],
        address=request.META.get("REMOTE_ADDR", ""),
    )
