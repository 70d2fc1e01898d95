"""What crosses the border of complaints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

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


class DarkCause(StrEnum):
    """Why a home that says it recharged is dark: the first link that is wrong."""

    NO_RECHARGE = "no_recharge"
    PAYMENT_OPEN = "payment_open"
    """The gateway knows of no money for the recharge (yet)."""
    GATEWAY_SILENT = "gateway_silent"
    PAYMENT_FAILED = "payment_failed"
    WEBHOOK_LOST = "webhook_lost"
    """The gateway has the money, and we were not told."""
    TOO_LITTLE = "too_little"
    NOT_QUEUED = "not_queued"
    """The money is there, and nobody has told the meter to switch on."""
    COMMAND_WAITS = "command_waits"
    COMMAND_UNANSWERED = "command_unanswered"
    METER_SILENT = "meter_silent"
    TRANSFORMER_OUT = "transformer_out"
    FEEDER_OUT = "feeder_out"
    PLANNED_OUTAGE = "planned_outage"
    HOUSE = "house"
    """All is well up to the meter: what is dark lies behind it."""


class GatewaySaid(StrEnum):
    """What a gateway answers about a recharge that was never confirmed."""

    NOT_ASKED = "not_asked"
    NOTHING = "nothing"
    CAPTURED = "captured"
    REFUSED = "refused"
    SILENT = "silent"


class Link(StrEnum):
    """A link of the chain from a payment to the light."""

    PAYMENT = "payment"
    WALLET = "wallet"
    BALANCE = "balance"
    COMMAND = "command"
    METER = "meter"
    NETWORK = "network"


class Stand(StrEnum):
    """How a link of the chain is."""

    FINE = "fine"
    MENDED = "mended"
    """It was wrong and has just been put right."""
    BROKEN = "broken"
    NOT_REACHED = "not_reached"
    """Something before it is wrong: it was not looked at, or does not matter yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeSeen:
    """The last recharge that somebody started for a connection."""

    amount_paise: int
    started_at: datetime
    is_credited: bool
    has_failed: bool
    gateway_said: GatewaySaid
    was_credited_now: bool = False
    """The gateway had the money, and this diagnosis has just credited it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSeen:
    """The relay command that a connection waits for."""

    attempts: int
    requested_at: datetime
    is_shown_as_failed: bool
    was_queued_now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How many meters hang on one thing, and how many did not answer when last asked."""

    meters: int
    silent: int

    @property
    def is_out(self) -> bool:
        """Two meters or more, and none of them answers."""
        return self.meters > 1 and self.silent == self.meters


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageSeen:
    """An outage that is known and lies over a connection."""

    is_planned: bool
    is_whole_feeder: bool
    until: datetime | None
    """When supply is expected back, as far as anybody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DarkEvidence:
    """All that a diagnosis rests on, as every domain answered it."""

    recharge: RechargeSeen | None
    balance_paise: int
    needed_paise: int
    """The recharge that brings supply back; 0 where the balance is enough."""
    is_lit: bool
    """The relay is closed, as it was last read."""
    command: CommandSeen | None
    meter_is_silent: bool
    last_heard_at: datetime | None
    transformer: Answering
    feeder: Answering
    outage: OutageSeen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Where a home that recharged and is dark stands."""

    cause: DarkCause
    links: Mapping[Link, Stand]
    """In the order of the chain."""
    is_mended: bool
    """What was wrong has been put right just now: light follows in moments."""
    needs_a_person: bool
    """Somebody has to come or look: a complaint is opened."""
    amount_paise: int
    """What is missing, or what was paid; 0 where the cause has no amount."""
    until: datetime | None
    """When supply is expected back, where somebody knows."""


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
