"""What the API answers: money in integer paise, energy in integer Wh, instants in UTC.

What the asker may not see in a row is null; which rights that needs, each field says.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, JsonValue

MASKED = "With contact:read (staff: the right to see contacts) whole, else its last digits."
MONEY = "Null without money:read (staff: the right to see money) in this place."
NEXT = "Null on the last page."


class BothNames(Schema):
    """One text in both languages."""

    en: str
    hi: str


class Me(Schema):
    """Who asks, what they may do now, and in which areas."""

    kind: Literal["staff", "client"]
    number: int
    name: str
    roles: list[str]
    rights: dict[str, list[int]] = Field(description="The areas in which each right holds.")


class Area(Schema):
    """An office or a piece of the network as it was on a day."""

    area_id: int
    parent_id: int | None
    code: str
    kind: str
    name: BothNames
    opened_on: date
    closed_on: date | None
    latitude: Decimal | None
    longitude: Decimal | None


class Areas(Schema):
    """A part of the tree, from the top down."""

    day: date
    areas: list[Area]
    next_cursor: str | None = Field(description=NEXT)


class Connection(Schema):
    """One supply to one place, with its consumer and its meter."""

    consumer_number: str
    name: BothNames
    language: str
    mobile: str = Field(description=MASKED)
    mobile_is_masked: bool
    area_id: int = Field(description="The transformer that it hangs on.")
    area_code: str
    meter_serial: str | None
    installed_on: date | None
    category: str | None
    sanctioned_load_w: int | None
    payment_mode: str | None
    supply_state: str | None
    supply_since: datetime | None
    balance_paise: int | None = Field(description=MONEY)
    balance_as_of: datetime | None = Field(description=MONEY)


class Connections(Schema):
    """A page of connections."""

    connections: list[Connection]
    next_cursor: str | None = Field(description=NEXT)


class Register(Schema):
    """The register at the end of a supply day."""

    day: date
    meter_serial: str
    register_wh: int
    source: str
    received_at: datetime


class Registers(Schema):
    """The daily registers of a month."""

    month: str
    readings: list[Register]


class Blocks(Schema):
    """The half-hours of a supply day; null where none was heard."""

    day: date
    block_minutes: int
    energies_wh: list[int | None]


class ChargeLine(Schema):
    """One line of why a day cost what it cost."""

    head: str
    text: BothNames
    amount_paise: int
    source: str


class Charge(Schema):
    """What one supply day cost; its lines add up to the total."""

    day: date
    energy_wh: int
    opening_register_wh: int
    closing_register_wh: int
    total_paise: int
    is_estimated: bool
    charged_at: datetime
    lines: list[ChargeLine]


class Charges(Schema):
    """The charged days of a month."""

    month: str
    charges: list[Charge]


class Balance(Schema):
    """What a wallet holds."""

    balance_paise: int
    as_of: datetime


class BillLine(Schema):
    """One line of a bill; a relief is negative."""

    head: str
    first: date = Field(description="The first of the days that it is for.")
    last: date
    text: BothNames
    quantity: BothNames
    rate: str
    amount_paise: int
    source: str
    funded_by: str = Field(description="Who pays a relief; empty where nobody else does.")


class BillAdjustment(Schema):
    """What moved the wallet besides days and payments; positive for the consumer."""

    what: str
    amount_paise: int


class Bill(Schema):
    """What a period cost, what was paid, and what is left, to the paisa.

    charges = deducted + true-up = sum of the lines;
    balance = previous + payments - charges + sum of the adjustments.
    """

    number: str
    kind: str
    state: str
    first: date
    last: date
    payment_mode: str
    issued_at: datetime
    due_on: date | None = Field(description="Null for prepaid.")
    energy_wh: int
    opening_register_wh: int
    closing_register_wh: int
    is_estimated: bool
    deducted_paise: int
    true_up_paise: int
    charges_paise: int
    previous_paise: int
    payments_paise: int
    adjustments: list[BillAdjustment]
    balance_paise: int
    payable_paise: int
    rounding_paise: int
    paid_paise: int = Field(description="What of it is paid since the end of the period.")
    planned_paise: int = Field(description="What of it is paid in parts by a plan now.")
    order_hashes: list[str]
    lines: list[BillLine]


class Bills(Schema):
    """A page of bills, the newest first."""

    bills: list[Bill]
    next_cursor: str | None = Field(description=NEXT)


class Receipt(Schema):
    """A recharge that was credited."""

    receipt_id: int
    gateway: str
    gateway_payment_id: str
    amount_paise: int
    captured_at: datetime
    credited_at: datetime


class Receipts(Schema):
    """A page of receipts, the newest first."""

    receipts: list[Receipt]
    next_cursor: str | None = Field(description=NEXT)


class SupplyChange(Schema):
    """One change of a supply."""

    change_id: int
    event: str
    state_before: str
    state_after: str
    at: datetime
    because: str | None = Field(description=MONEY)
    balance_paise: int | None = Field(description=MONEY)
    balance_as_of: datetime | None = Field(description=MONEY)
    policy: str


class SupplyChanges(Schema):
    """A page of changes, the newest first."""

    supply_changes: list[SupplyChange]
    next_cursor: str | None = Field(description=NEXT)


class Notice(Schema):
    """One thing that the consumer was told."""

    notice_id: int
    kind: str
    language: str
    text: str | None = Field(description=f"It names amounts. {MONEY}")
    state: str
    at: datetime
    sent_at: datetime | None


class Notices(Schema):
    """A page of notices, the newest first."""

    notices: list[Notice]
    next_cursor: str | None = Field(description=NEXT)


class Proposal(Schema):
    """What somebody proposed and somebody else decides."""

    proposal_id: UUID
    kind: str
    area_id: int
    subject_kind: str
    subject_id: str
    payload: dict[str, JsonValue]
    facts: dict[str, JsonValue]
    hash: str = Field(description="Send it back with a decision: it says what you saw.")
    why: str
    made_by: int
    made_by_name: str
    made_at: datetime
    expires_at: datetime
    state: str
    decided_by: int | None
    decided_by_name: str
    decided_at: datetime | None
    decided_why: str
    void_because: str | None


class Proposals(Schema):
    """A page of proposals, the oldest first."""

    proposals: list[Proposal]
    next_cursor: str | None = Field(description=NEXT)


class AuditRecord(Schema):
    """One change of state, as the audit trail holds it."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: int
    actor_name: str
    roles: list[str]
    channel: str
    address: str
    request_id: str
    action: str
    object_kind: str
    object_id: str
    area_id: int | None
    before: dict[str, JsonValue] | None
    after: dict[str, JsonValue] | None
    why: str
    approved_by: str
    proposal_id: str
    previous_hash: str
    hash: str


class AuditRecords(Schema):
    """A page of the audit trail, the newest first."""

    records: list[AuditRecord]
    next_cursor: str | None = Field(description=NEXT)


class ImportFault(Schema):
    """One thing wrong in a row, as a spreadsheet numbers it."""

    row: int
    column: str
    wrong: str
    value: str


class Import(Schema):
    """A file on its way in."""

    import_id: int
    kind: str
    file_name: str
    state: str
    made_by_name: str
    made_at: datetime
    ended_at: datetime | None
    rows_total: int
    rows_due: int
    rows_unchanged: int
    rows_wrong: int
    rows_taken: int
    stopped_because: str
    faults: list[ImportFault] = Field(description="The first of them; none in lists.")


class Imports(Schema):
    """A page of imports, the newest first."""

    imports: list[Import]
    next_cursor: str | None = Field(description=NEXT)
