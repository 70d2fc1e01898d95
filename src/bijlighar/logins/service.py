"""Consumers sign in by a mobile number; what they may see: the verbs and questions.

Times named `real_now` are real ones: codes and sign-ins live by the clock on the wall,
however fast a demo's town lives. `now` is the product's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.logins import _codes, _memberships, _sign_ins, rules
from bijlighar.logins._codes import AskedTooOften as AskedTooOften
from bijlighar.logins._memberships import NotTheOwner as NotTheOwner
from bijlighar.logins._memberships import SharedWithOneself as SharedWithOneself
from bijlighar.logins._memberships import TooManyMembers as TooManyMembers
from bijlighar.logins._memberships import access_to as access_to
from bijlighar.logins._memberships import leave as leave
from bijlighar.logins._memberships import members_of as members_of
from bijlighar.logins._memberships import reach_of as reach_of
from bijlighar.logins._memberships import revoke as revoke
from bijlighar.logins._memberships import viewer_of as viewer_of
from bijlighar.logins._numbers import ChangedLately as ChangedLately
from bijlighar.logins._numbers import NothingWaits as NothingWaits
from bijlighar.logins._numbers import SameNumber as SameNumber
from bijlighar.logins._numbers import ask_as_lost as ask_as_lost
from bijlighar.logins._numbers import cancel as cancel
from bijlighar.logins._numbers import carry_out as carry_out
from bijlighar.logins._numbers import change_at_once as change_at_once
from bijlighar.logins._numbers import changes_waiting_by as changes_waiting_by
from bijlighar.logins._numbers import check_not_changed_lately as check_not_changed_lately
from bijlighar.logins._numbers import due as due
from bijlighar.logins._numbers import last_change_of as last_change_of
from bijlighar.logins._numbers import shared_by_many as shared_by_many
from bijlighar.logins._numbers import shared_numbers as shared_numbers
from bijlighar.logins._pairs import TooManyWrongPairs as TooManyWrongPairs
from bijlighar.logins._pairs import WrongNumbers as WrongNumbers
from bijlighar.logins._pairs import home_of_pair as home_of_pair
from bijlighar.logins._passkeys import WrongPasskey as WrongPasskey
from bijlighar.logins._passkeys import add_passkey as add_passkey
from bijlighar.logins._passkeys import ask_for_passkey as ask_for_passkey
from bijlighar.logins._passkeys import ask_to_add_passkey as ask_to_add_passkey
from bijlighar.logins._passkeys import mobile_of_passkey as mobile_of_passkey
from bijlighar.logins._passkeys import passkeys_of as passkeys_of
from bijlighar.logins._passkeys import remove_passkey as remove_passkey
from bijlighar.logins._sign_ins import devices as devices
from bijlighar.logins._sign_ins import revoke_device as revoke_device
from bijlighar.logins._sign_ins import sign_out as sign_out
from bijlighar.logins.models import Login
from bijlighar.logins.values import (
    Access,
    Checked,
    IssuedCode,
    NewSignIn,
    Purpose,
    SignedIn,
)
from bijlighar.people.values import Origin

CODE_LASTS = rules.CODE_LASTS
MANY_CONNECTIONS = rules.MANY_CONNECTIONS
masked = rules.masked
network_of = rules.network_of

# Codes


def issue_code(
    *,
    mobile: str,
    purpose: Purpose,
    browser: str,
    address: str,
    real_now: datetime,
    about: str = "",
) -> IssuedCode:
    """Make a code for a number; for `flow.send_code`, which sends it. Nobody else calls it.

    `browser` is the random name that the browser keeps in a cookie; the code counts there
    alone, for this purpose and for what it is `about`. One asked for before counts no more.
    Raises AskedTooOften, the same for every number.
    """
    return _codes.ask_code(
        mobile=mobile,
        purpose=purpose,
        browser=browser,
        address=address,
        about=about,
        real_now=real_now,
    )


def check_code(
    *,
    mobile: str,
    purpose: Purpose,
    browser: str,
    address: str,
    code: str,
    real_now: datetime,
    about: str = "",
) -> Checked:
    """Whether this is the code that was sent for exactly this; it works once.

    A wrong one is counted: commit whatever the answer is, else guessing were free.
    """
    return _codes.check_code(
        mobile=mobile,
        purpose=purpose,
        browser=browser,
        address=address,
        code=code,
        about=about,
        real_now=real_now,
    )


def forget_codes(*, real_now: datetime) -> None:
    """Take away codes and wrong tries of more than 30 days ago."""
    _codes.forget(real_now=real_now)


# Sign-ins


def sign_in(
    *,
    mobile: str,
    browser: str,
    agent: str,
    address: str,
    now: datetime,
    real_now: datetime,
    is_by_code: bool = True,
) -> NewSignIn:
    """Somebody has proven a number (`check_code`) and is signed in on this browser.

    A number that has not proven itself for 90 days may be somebody else's: what it was
    given, and where it was signed in, ends first. `is_by_code` is false for a passkey
    (`mobile_of_passkey`). Source: security reference A8.
    """
    return _sign_ins.sign_in(
        mobile=mobile,
        browser=browser,
        agent=agent,
        address=address,
        is_by_code=is_by_code,
        now=now,
        real_now=real_now,
    )


def signed_in(
    *, token: str, real_now: datetime, is_present: bool = True
) -> SignedIn | None:
    """Who asks by this token; None where nobody does. `is_present`: a person, no page."""
    return _sign_ins.signed_in(token=token, real_now=real_now, is_present=is_present)


def verified_since(*, mobile: str) -> datetime | None:
    """Since when a number is proven by a code; None where it never was. Real time."""
    held = Login.objects.filter(mobile=mobile)
    return held.values_list("first_signed_in_at", flat=True).first()


def mobiles_of(*, login_ids: Sequence[int]) -> dict[int, str]:
    """The numbers by which logins sign in, by login."""
    held = Login.objects.filter(pk__in=login_ids).order_by("pk")
    return dict(held.values_list("pk", "mobile"))


# What a login may see


def home_for(*, by: SignedIn, consumer_number: str) -> tuple[Home, Access]:
    """A connection that somebody may see, and what they may do with it.

    Raises connections.UnknownConsumer: another's is as unknown as one that nobody has.
    """
    home = connections.home_of(consumer_number=consumer_number)
    access = access_to(by=by, home=home)
    if access is None:
        raise connections.UnknownConsumer(
            f"There is no connection with the number {consumer_number}."
        )
    return home, access


def may_see(*, by: SignedIn, connection_id: int) -> bool:
    """Whether somebody may see a connection."""
    found = connections.homes(connection_ids=[connection_id])
    return bool(found) and access_to(by=by, home=found[0]) is not None


def add_connection(*, by: SignedIn, home: Home, origin: Origin, now: datetime) -> None:
    """A login may see and pay a connection from now on.

    The caller has checked consumer number, meter number and a code to its primary number.
    """
    _memberships.add(by=by, home=home, origin=origin, now=now)


def share(
    *,
    by: SignedIn,
    home: Home,
    mobile: str,
    access: Access,
    origin: Origin,
    now: datetime,
) -> None:
    """The owner lets another number (E.164) view or pay a connection; audited.

    Raises NotTheOwner, SharedWithOneself, TooManyMembers.
    """
    _memberships.share(
        by=by, home=home, mobile=mobile, access=access, origin=origin, now=now
    )
