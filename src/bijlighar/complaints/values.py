"""What crosses the border of complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bijlighar.complaints.diagnosis_values import Answering as Answering
from bijlighar.complaints.diagnosis_values import CommandSeen as CommandSeen
from bijlighar.complaints.diagnosis_values import DarkCause as DarkCause
from bijlighar.complaints.diagnosis_values import DarkEvidence as DarkEvidence
from bijlighar.complaints.diagnosis_values import Diagnosis as Diagnosis
from bijlighar.complaints.diagnosis_values import GatewaySaid as GatewaySaid
from bijlighar.complaints.diagnosis_values import Link as Link
from bijlighar.complaints.diagnosis_values import OutageSeen as OutageSeen
from bijlighar.complaints.diagnosis_values import RechargeSeen as RechargeSeen
from bijlighar.complaints.diagnosis_values import Stand as Stand
from bijlighar.people.values import Role


class ComplaintClass(StrEnum):
    """What a complaint is about; its legal clock is a line of the policy."""

    DARK_AFTER_RECHARGE = "dark_after_recharge"
    NO_SUPPLY = "no_supply"
    DANGER = "danger"
    """A fallen wire, sparks, smoke."""
    STREET = "street"
    """A broken pole, an open box, a street light."""
    VOLTAGE = "voltage"
    RECHARGE = "recharge"
    """Money that left the bank and is not in the balance."""
    BALANCE = "balance"
    BILL = "bill"
    METER = "meter"
    """A meter that runs fast, stands still or is broken."""
    APP = "app"
    ASKED_FOR_MONEY = "asked_for_money"
    """Somebody asked for money or an OTP in the discom's name."""
    OTHER = "other"


class Channel(StrEnum):
    """By which door a complaint came in; behind all of them is `service.open_`."""

    PAGE = "page"
    PHONE = "1912"
    WHATSAPP = "whatsapp"
    COUNTER = "counter"
    FIELD = "field"


class State(StrEnum):
    """How far a complaint is."""

    OPEN = "open"
    WAITING = "waiting"
    """The clock stands: it waits for something that only the consumer can do."""
    CLOSED = "closed"


class StepKind(StrEnum):
    """What happened to a complaint."""

    OPENED = "opened"
    DIAGNOSED = "diagnosed"
    ADDED = "added"
    """The consumer added words or a file."""
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    STOPPED = "stopped"
    RESUMED = "resumed"
    OVERDUE = "overdue"
    LINKED = "linked"
    """It was put together with others that report one outage."""
    CLOSED = "closed"
    REOPENED = "reopened"
    RATED = "rated"


class MediaKind(StrEnum):
    """What was sent along."""

    PHOTO = "photo"
    VOICE = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the trouble is, as the phone said it; WGS 84."""

    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComplaint:
    """A complaint as it comes in, by whatever door."""

    key: str
    """The same key opens one complaint only, however often it is sent."""
    connection_id: int | None
    """None for what concerns no connection: a pole, a wire, a question of somebody else."""
    transformer_id: int
    """What the connection hangs on; without one the office, feeder or transformer that
    looks after the place."""
    class_: ComplaintClass
    channel: Channel
    words: str = ""
    known_numbers: tuple[str, ...] = ()
    """Numbers that the words may hold, though they look like an identity's."""
    place: Place | None = None
    cause: DarkCause | None = None
    """What the diagnosis found, for complaints about darkness."""
    whereabouts: str = ""
    """Where it is, in words: street, landmark, number of the pole; needed without a
    connection."""
    caller_mobile: str = ""
    """Who can be asked where it is (E.164), where no connection says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A complaint as it is."""

    complaint_id: int
    number: str
    """What people say on the phone: ten digits or more."""
    connection_id: int | None
    transformer_id: int
    class_: ComplaintClass
    channel: Channel
    state: State
    is_urgent: bool
    is_vigilance: bool
    """Only the vigilance desk reads it: it may be about somebody of the area."""
    words: str
    place: Place | None
    cause: DarkCause | None
    opened_at: datetime
    due_at: datetime
    """When the legal clock runs out; while it stands, when it would have."""
    stopped_at: datetime | None
    closed_at: datetime | None
    closing_words: str
    level: int
    """Which step of the ladder it has reached, from 0."""
    level_role: Role
    level_area_id: int
    assignee_id: int | None
    assignee_name: str
    incident_id: int | None
    reopenings: int
    rating: int | None
    is_overdue: bool
    whereabouts: str
    caller_mobile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Many complaints that report one outage."""

    incident_id: int
    node_id: int
    is_whole_feeder: bool
    opened_at: datetime
    closed_at: datetime | None
    complaints: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What came of opening: a new complaint, or the one of the same key."""

    complaint: Complaint
    is_new: bool
    new_incident: Incident | None = None
    """Set where this complaint made many into one incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to a complaint."""

    kind: StepKind
    at: datetime
    by_kind: str
    """consumer, staff, client or system."""
    by_name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A photo or voice note; its content is asked for by itself."""

    media_id: int
    complaint_id: int
    kind: MediaKind
    content_type: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNote:
    """What was said in a call, as the clerk wrote it down."""

    at: datetime
    by_name: str
    text: str
    complaint_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """What a consumer is owed because the legal clock ran out."""

    number: int
    amount_paise: int
    recorded_at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What the clock did to one complaint in a sweep."""

    complaint: Complaint
    has_risen: bool
    """It went up the ladder."""
    owed_paise: int
    """Compensation that was recorded now; 0 where none was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which complaints a list shows."""

    state: str = ""
    """open, waiting, closed; empty: what is not closed."""
    class_: str = ""
    channel: str = ""
    is_overdue: bool = False
    assignee_id: int | None = None
    role: str = ""
    """Those that have risen to this role."""
    incident_id: int | None = None
    vigilance: bool = False
    """Those of the vigilance desk, and no others."""
    column: str = "due_at"
    is_downwards: bool = False
    limit: int = 51
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of a list."""

    complaint: Complaint
    consumer_number: str
    """Empty, as the names are, where it concerns no connection."""
    name_en: str
    name_hi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A day's compensation as it is paid into an account."""

    compensation_id: int
    connection_id: int
    complaint_number: str
    amount_paise: int
    recorded_at: datetime
