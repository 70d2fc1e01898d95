"""What crosses the border of logins: codes, sign-ins, and who may see which connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What a code is for; a code for one thing is none for another."""

    SIGN_IN = "sign_in"
    ADD_CONNECTION = "add_connection"
    CHANGE_MOBILE_OLD = "change_mobile_old"
    CHANGE_MOBILE_NEW = "change_mobile_new"
    KYC = "kyc"
    BANK_ACCOUNT = "bank_account"
    CALLER = "caller"
    """Somebody on the phone with the help desk proves that the number is theirs."""


class Access(StrEnum):
    """What a login may do with a connection, from least to most."""

    VIEW = "view"
    PAY = "pay"
    OWN = "own"
    """The login's number is the connection's primary one."""

    def includes(self, wanted: Access) -> bool:
        """Whether this is at least the access that is wanted."""
        order = (Access.VIEW, Access.PAY, Access.OWN)
        return order.index(self) >= order.index(wanted)


class How(StrEnum):
    """How a login came to a connection that is not its own."""

    ADDED = "added"
    """By consumer number, meter number and a code to the primary number."""
    SHARED = "shared"
    """The owner shared it."""


class Outcome(StrEnum):
    """What became of a code that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    GONE = "gone"
    """Expired, used, replaced by a newer one, tried too often, or never asked for here."""
    WAIT = "wait"
    """Too many wrong tries from this network address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsked:
    """What whoever asked for a code is told; the same for every number."""

    mobile: str
    """E.164."""
    purpose: Purpose
    expires_at: datetime
    again_at: datetime
    """From when on another one may be asked for; real time, as all times here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCode:
    """A code on its way: for the step that sends it, and for nobody else."""

    code_id: int
    asked: CodeAsked
    is_to_send: bool
    """False where the system's limit for numbers it does not know is reached."""
    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of a code that was typed."""

    outcome: Outcome
    tries_left: int = 0
    """After a wrong one: how many more tries this code has."""

    @property
    def is_right(self) -> bool:
        """Whether the number is proven."""
        return self.outcome is Outcome.RIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who has proven a mobile number, and the sign-in by which they ask."""

    login_id: int
    mobile: str
    sign_in_id: int
    signed_in_at: datetime
    """Real time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignIn:
    """A sign-in that was just opened; the token goes to the browser and nowhere else."""

    signed_in: SignedIn
    is_first: bool
    """Whether this number has never signed in before."""
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A phone or computer on which somebody is or was signed in; real times."""

    sign_in_id: int
    agent: str
    address: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A connection that a login may see."""

    connection_id: int
    access: Access
    how: How | None
    """None for the login's own."""
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody else who may see a connection, as its owner sees them."""

    membership_id: int
    connection_id: int
    mobile: str
    access: Access
    how: How
    since: datetime
    has_signed_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChangeShown:
    """A change of a primary number, waiting or past; times are the product's."""

    change_id: int
    connection_id: int
    old_mobile: str
    new_mobile: str
    is_old_lost: bool
    asked_at: datetime
    due_at: datetime
    state: str
    """waiting, done or cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedNumber:
    """A number that is the primary one of many connections."""

    mobile: str
    connections: int
    """At most `rules.COUNT_TO`, which then means as many or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOfMany:
    """A number that is the primary one of many connections, seen from some areas."""

    mobile: str
    connections: int
    here: int
    """How many of them lie in these areas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyAsked:
    """What a browser is asked about a passkey, and what its answer is checked by."""

    options: str = field(repr=False)
    """JSON for the browser."""
    challenge: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyShown:
    """A passkey as its owner sees it; real times."""

    passkey_id: int
    name: str
    added_at: datetime
    last_used_at: datetime | None
