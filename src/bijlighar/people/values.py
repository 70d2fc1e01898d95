"""What crosses the border of people: who somebody is, what they may do, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is, in some area, for some time."""

    DIRECTOR = "director"
    CHIEF_ENGINEER = "chief_engineer"
    SUPERINTENDING_ENGINEER = "superintending_engineer"
    EXECUTIVE_ENGINEER = "executive_engineer"
    ASSISTANT_ENGINEER = "assistant_engineer"
    JUNIOR_ENGINEER = "junior_engineer"
    HELP_DESK_CLERK = "help_desk_clerk"
    CASHIER = "cashier"
    FIELD_REPRESENTATIVE = "field_representative"
    DATA_CENTRE_OPERATOR = "data_centre_operator"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    VIGILANCE_OFFICER = "vigilance_officer"


class Right(StrEnum):
    """One thing that somebody may do in the areas of a grant."""

    SEE_TODAY = "see_today"
    SEE_CONNECTION = "see_connection"
    SEE_CONTACT = "see_contact"
    """The consumer's mobile number unmasked."""
    SEE_MONEY = "see_money"
    SEE_READINGS = "see_readings"
    SEE_GRID = "see_grid"
    CHECK_KYC = "check_kyc"
    ENTER_OUTAGES = "enter_outages"
    HANDLE_COMPLAINTS = "handle_complaints"
    HANDLE_VIGILANCE = "handle_vigilance"
    """Complaints that somebody asked for money or an OTP: read by nobody else."""
    """Pictures of consumers' papers, and the decision on them."""
    SEE_PROPOSALS = "see_proposals"
    SEE_STAFF = "see_staff"
    SEE_AUDIT = "see_audit"
    EXPORT = "export"
    IMPORT = "import"
    DELIVER_READINGS = "deliver_readings"
    """For a vendor's machine client: readings of the meters behind its head-end."""
    CARRY_OUT_COMMANDS = "carry_out_commands"
    """For a vendor's machine client: relay commands of the meters behind its head-end."""
    PROPOSE_GRID = "propose_grid"
    APPROVE_GRID = "approve_grid"
    PROPOSE_PROTECTION = "propose_protection"
    APPROVE_PROTECTION = "approve_protection"
    MANAGE_STAFF = "manage_staff"
    PROPOSE_RECOVERY = "propose_recovery"
    APPROVE_RECOVERY = "approve_recovery"
    MANAGE_CLIENTS = "manage_clients"


class ActorKind(StrEnum):
    """Who does something."""

    STAFF = "staff"
    CLIENT = "client"
    SYSTEM = "system"
    CONSUMER = "consumer"
    """Somebody who proved a mobile number; their number is that of the login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role in an area, from one instant to another."""

    grant_id: int
    role: Role
    area_id: int
    """A node of the grid; the grant reaches everything below it."""
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The areas in which somebody may do what they are just doing."""

    area_ids: frozenset[int]

    @property
    def is_empty(self) -> bool:
        """Whether there is no such area."""
        return not self.area_ids

    @property
    def areas(self) -> list[int]:
        """The areas, sorted, as an argument of SQL."""
        return sorted(self.area_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """From where somebody acts."""

    channel: str
    """desk, api, command, job."""
    address: str = ""
    """The network address, as the web server saw it."""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who is signed in (or a machine client), with all they may do now."""

    kind: ActorKind
    actor_id: int
    name: str
    rights: Mapping[Right, frozenset[int]]
    """The areas in which each right holds."""
    name_hi: str = ""
    """As a page in Hindi greets; the trail keeps `name`."""
    roles: frozenset[Role] = frozenset()
    origin: Origin = field(default_factory=lambda: Origin(channel="command"))

    def scope(self, right: Right) -> Scope:
        """Where this viewer has a right; an empty scope where nowhere."""
        return Scope(area_ids=self.rights.get(right, frozenset()))

    def may(self, right: Right) -> bool:
        """Whether this viewer has a right anywhere."""
        return bool(self.rights.get(right))


SYSTEM = Viewer(
    kind=ActorKind.SYSTEM,
    actor_id=0,
    name="Bijlighar",
    rights={},
    origin=Origin(channel="job"),
)
"""The product itself: jobs, the schedule, commands of the data centre's engineer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of state as the audit trail keeps it: what it was, what it is, and why.

    `action` is a sentence-like name such as `grid.node.renamed`. `before` and `after` hold
    only what changed, as JSON values, and never a secret or a full identity number.
    """

    action: str
    object_kind: str
    object_id: str
    place_id: int | None
    """The grid node below which this may be seen; None: only where a whole discom is."""
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    why: str = ""
    approved_by: str = ""
    """Name and number of who approved it, where somebody had to."""
    approved_by_id: int | None = None
    proposal_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long a sign-in lasts."""

    whole: timedelta
    idle: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineClient:
    """Another system that may ask the API, and who answers for it."""

    number: int
    client_id: str
    """What it signs in with, beside its secret."""
    name: str
    purpose: str
    owner_id: int
    scopes: tuple[str, ...]
    area_ids: tuple[int, ...]
    registered_at: datetime
    secret_changed_at: datetime
    last_token_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """A secret that was just made: shown once and kept nowhere."""

    number: int
    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a write over the API is answered."""

    status: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuestion:
    """What is sought in the audit trail; what is empty does not narrow."""

    who: str = ""
    """A part of the name, or the number of the member of staff."""
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    channel: str = ""
    why: str = ""
    """A part of the reason."""
    from_at: datetime | None = None
    until_at: datetime | None = None
    seq: int | None = None
    below: int | None = None
    """Only records of lower numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One record of the audit trail; hashes in hexadecimal digits."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: int
    actor_name: str
    roles: tuple[str, ...]
    channel: str
    address: str
    request_id: str
    action: str
    object_kind: str
    object_id: str
    place_id: int | None
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    why: str
    approved_by: str
    proposal_id: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAt:
    """A signed head of the audit trail: everything up to `seq` stands as it was then."""

    seq: int
    hash: str
    at: datetime
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A member of staff as an administrator describes them."""

    login: str
    name_en: str
    name_hi: str
    email: str = ""
    mobile: str = ""
    """E.164, or empty."""
    language: str = "hi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of staff as the desk shows them; nothing here lets anybody in."""

    staff_id: int
    login: str
    name_en: str
    name_hi: str
    email: str
    mobile: str
    language: str
    is_active: bool
    is_enrolled: bool
    created_at: datetime
    disabled_at: datetime | None


class StaffState(StrEnum):
    """How far somebody of staff is."""

    ENROLLED = "enrolled"
    INVITED = "invited"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffQuestion:
    """Which staff a list shows, in which order, from which row on."""

    scope: Scope
    now: datetime
    text: str = ""
    """Part of a login or name."""
    role: Role | None = None
    state: StaffState | None = None
    order: str = "login"
    """login, name_en, name_hi or created_at; `-` in front for downwards."""
    offset: int = 0
    limit: int = 51


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """One row of a list of staff: who it is, and what they hold now in its areas."""

    person: Person
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInShown:
    """One sign-in of somebody, open or past; real times."""

    sign_in_id: int
    factor: str
    address: str
    agent: str
    signed_in_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    ended_because: str
    is_this: bool
    """Whether it is the one that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A second factor that somebody has: never the key itself."""

    kind: str
    """passkey or totp."""
    factor_id: int
    name: str
    added_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyQuestion:
    """What a browser is asked when a passkey is added or shown."""

    options: str = field(repr=False)
    """JSON for the browser."""
    state: str = field(repr=False)
    """JSON that the session keeps until the answer comes."""
