"""What crosses the border of connections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PaymentMode(StrEnum):
    """How a connection pays; a dated fact, not a property of the meter."""

    PREPAID = "prepaid"
    POSTPAID = "postpaid"


class ProtectionKind(StrEnum):
    """Whom nobody may disconnect from afar. Source: security reference C8."""

    HOSPITAL = "hospital"
    LIFE_SUPPORT = "life_support"
    WATER_WORKS = "water_works"
    TELECOM = "telecom"
    POLICE = "police"
    RAILWAYS = "railways"
    JAIL = "jail"
    COLD_CHAIN = "cold_chain"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionHeld:
    """A connection that must not be disconnected, from one instant to another."""

    protection_id: int
    connection_id: int
    kind: ProtectionKind
    why: str
    starts_at: datetime
    ends_at: datetime | None
    """None: until somebody ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnection:
    """A connection as it comes in: consumer, facts, meter and installation at once."""

    consumer_number: str
    name_en: str
    name_hi: str
    mobile: str
    """E.164."""
    language: str
    """hi or en: the language the consumer chose for notices."""
    category: str
    """The tariff's code, such as LMV-1.10B."""
    sanctioned_load_w: int
    payment_mode: PaymentMode
    starts_on: date
    """The supply day from which these facts hold."""
    mode_since: date
    """Since when the payment mode holds: a grace period counts from here."""
    meter_serial: str
    system_title: bytes
    meter_host: str
    meter_port: int
    initial_register_wh: int
    """What the register showed when the meter was installed, at 00:00 of `starts_on`."""
    transformer_id: int
    """The grid node that it hangs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A connection with its consumer and its meter, as other domains need it."""

    connection_id: int
    consumer_number: str
    name_en: str
    name_hi: str
    mobile: str
    language: str
    meter_id: int
    meter_serial: str
    installed_on: date
    initial_register_wh: int
    transformer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What holds for a connection on one day."""

    connection_id: int
    category: str
    sanctioned_load_w: int
    payment_mode: PaymentMode
    mode_since: date
    splits_month_from: date
    """The day these facts replaced others; `date.min` for a connection's first facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsChange:
    """What holds otherwise for a connection from a day on; None for what stays."""

    connection_id: int
    from_day: date
    category: str | None = None
    sanctioned_load_w: int | None = None
    payment_mode: PaymentMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A connection that fits what somebody typed."""

    connection_id: int
    is_whole: bool
    """Whether a number or name fits as a whole, not only by its beginning or end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterAddress:
    """Where a meter is reached and how it names itself; empty and 0 where unknown."""

    meter_id: int
    serial: str
    system_title: bytes
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddress:
    """Where a meter is reached from now on, and the title by which it names itself."""

    serial: str
    system_title: bytes
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A connection as it comes in without a meter, which is installed later."""

    consumer_number: str
    name_en: str
    name_hi: str
    mobile: str
    """E.164."""
    language: str
    category: str
    sanctioned_load_w: int
    payment_mode: PaymentMode
    starts_on: date
    transformer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerChange:
    """What is new about a consumer; None for what stays."""

    consumer_number: str
    name_en: str | None
    name_hi: str | None
    mobile: str | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterInstalled:
    """A meter that comes in and hangs on a connection from 00:00 of a day on.

    Without title, host and port (empty and 0) only a vendor's head-end reaches it.
    """

    connection_id: int
    serial: str
    system_title: bytes
    host: str
    port: int
    installed_on: date
    initial_register_wh: int
