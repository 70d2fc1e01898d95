"""Areas side by side, each full of things whose names give them away anywhere.

One discom has the divisions XA and XB; XA has two sub-divisions; another discom has XC.
In each a transformer carries one of every kind of object, and every text and number of
these objects holds the place's mark: where the mark is read, something leaked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid5

from bijlighar.bills import service as bills
from bijlighar.bills.values import BillKind
from bijlighar.connections.models import Protection
from bijlighar.connections.values import Home, ProtectionKind
from bijlighar.dashboards.models import SavedView
from bijlighar.flow.close_day import close_day
from bijlighar.flow.propose import propose
from bijlighar.flow.protect_connection import PROTECT, protect_payload
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind, Location, NewNode
from bijlighar.headend import service as headend
from bijlighar.headend.models import RelayCommand
from bijlighar.headend.values import (
    Attempt,
    ClockAction,
    ClockSeen,
    Ended,
    Outcome,
    Talk,
)
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kyc import service as kyc
from bijlighar.kyc.values import PaperKind, Purpose
from bijlighar.masters.models import FilePart, Import, RowFault, StagedRow
from bijlighar.payments.models import Payment, RechargeOrder
from bijlighar.people import service as people
from bijlighar.people.models import MachineClient
from bijlighar.people.values import SYSTEM, Change, Role
from bijlighar.readings import service as readings
from bijlighar.readings.values import (
    BillingReading,
    Blocks,
    InstantReading,
    MeterEvent,
    ReadingSource,
)
from bijlighar.supply.models import LowBalanceWarning, SupplyChange
from tests.cast import connect, hear, new_connection, with_root_key
from tests.kyc.papers import PAN, pan_card
from tests.signing_in import add_staff, viewer
from tests.web.rights.complaints import seed_complaint
from tests.web.rights.dues import seed_dues
from tests.web.rights.messages import seed_messages
from tests.web.rights.ways_in import seed_ways_in

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)
OPENED = date(2020, 4, 1)
NAMESPACE = UUID("00000000-0000-0000-0000-00000000abcd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one set of objects lies, and the mark on all of them."""

    number: int
    word: str
    hindi: str
    transformer: str
    area: str
    """The division or sub-division whose staff they are."""


PLACES = (
    Place(number=1, word="Qalpha", hindi="क्यूअल्फा", transformer="XAT1", area="XA1"),
    Place(number=2, word="Qdelta", hindi="क्यूडेल्टा", transformer="XAT2", area="XA2"),
    Place(number=3, word="Qbravo", hindi="क्यूब्रावो", transformer="XBT1", area="XB"),
    Place(number=4, word="Qcharlie", hindi="क्यूचार्ली", transformer="XCT1", area="XC"),
)

# code, parent, kind, the place whose mark its name carries (0: none)
TREE = (
    ("XDIS", "", Kind.DISCOM, 0),
    ("XZ", "XDIS", Kind.ZONE, 0),
    ("XR", "XZ", Kind.CIRCLE, 0),
    ("XA", "XR", Kind.DIVISION, 0),
    ("XA1", "XA", Kind.SUBDIVISION, 1),
    ("XAS1", "XA1", Kind.SUBSTATION, 1),
    ("XAF1", "XAS1", Kind.FEEDER, 1),
    ("XAT1", "XAF1", Kind.TRANSFORMER, 1),
    ("XA2", "XA", Kind.SUBDIVISION, 2),
    ("XAS2", "XA2", Kind.SUBSTATION, 2),
    ("XAF2", "XAS2", Kind.FEEDER, 2),
    ("XAT2", "XAF2", Kind.TRANSFORMER, 2),
    ("XB", "XR", Kind.DIVISION, 3),
    ("XB1", "XB", Kind.SUBDIVISION, 3),
    ("XBS1", "XB1", Kind.SUBSTATION, 3),
    ("XBF1", "XBS1", Kind.FEEDER, 3),
    ("XBT1", "XBF1", Kind.TRANSFORMER, 3),
    ("YDIS", "", Kind.DISCOM, 4),
    ("YZ", "YDIS", Kind.ZONE, 4),
    ("YR", "YZ", Kind.CIRCLE, 4),
    ("XC", "YR", Kind.DIVISION, 4),
    ("XC1", "XC", Kind.SUBDIVISION, 4),
    ("XCS1", "XC1", Kind.SUBSTATION, 4),
    ("XCF1", "XCS1", Kind.FEEDER, 4),
    ("XCT1", "XCF1", Kind.TRANSFORMER, 4),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """The objects of one place, for the parameters of addresses."""

    place: Place
    home: Home
    node_id: int
    area_id: int
    staff_id: int
    grant_id: int
    checker_id: int
    proposal_id: UUID
    order_id: UUID
    paper_id: UUID
    view_id: int
    import_id: int
    client_id: str
    client_number: int
    bill_number: str
    command_id: int
    complaint_number: str
    media_id: int
    incident_id: int
    seq: int
    marks: tuple[str, ...]
    """Texts, in small letters, that only a page about this place may hold."""


def open_grid() -> dict[str, int]:
    """Both discoms' trees; ids by code."""
    words = {place.number: place for place in PLACES}
    new = []
    discom = ""
    for code, parent, kind, number in TREE:
        discom = code if kind is Kind.DISCOM else discom
        word = words[number].word if number else "Xenon"
        hindi = words[number].hindi if number else "ज़ेनन"
        new.append(
            NewNode(
                discom_code=discom,
                code=code,
                kind=kind,
                parent_code=parent,
                name_en=f"{word} {kind.value} {code}",
                name_hi=f"{hindi} {code}",
                opens_on=OPENED,
                profile="up" if kind is Kind.DISCOM else "",
                location=Location(
                    latitude=Decimal(f"25.{number}00077"),
                    longitude=Decimal(f"81.{number}00077"),
                ),
            )
        )
    return grid.open_nodes(new=new, by=SYSTEM, now=NOW)


def seed(place: Place, ids: Mapping[str, int]) -> Seeded:
    """One of every kind of object at a place."""
    home = _home(place, ids)
    area_id = ids[place.area]
    staff_id, grant_id = _staff(place, "clerk", Role.HELP_DESK_CLERK, area_id)
    maker_id, _ = _staff(place, "maker", Role.EXECUTIVE_ENGINEER, area_id)
    checker_id, _ = _staff(place, "checker", Role.APPROVER, area_id)
    order_id = _money(place, home)
    seed_dues(place.word, home)
    bill_number = _bill(home)
    command_id = _supply(place, home)
    complaint_number, media_id, incident_id = seed_complaint(place.word, home)
    proposal_id = propose(
        kind=PROTECT,
        payload=protect_payload(
            connection_id=home.connection_id, kind=ProtectionKind.HOSPITAL
        ),
        why=f"{place.word} has forty beds",
        by=viewer(maker_id, now=NOW),
        now=NOW,
    )
    secret = people.register_client(
        name=f"{place.word} billing",
        purpose=f"bills of {place.word}",
        owner_id=maker_id,
        scopes=["connections:read"],
        area_ids=[area_id],
        by=SYSTEM,
        now=NOW,
    )
    return Seeded(
        place=place,
        home=home,
        node_id=ids[place.transformer],
        area_id=area_id,
        staff_id=staff_id,
        grant_id=grant_id,
        checker_id=checker_id,
        proposal_id=proposal_id,
        order_id=order_id,
        paper_id=_paper(home),
        view_id=_view(place, staff_id),
        import_id=_import(place, maker_id, area_id),
        client_id=secret.client_id,
        client_number=MachineClient.objects.get(client_id=secret.client_id).pk,
        bill_number=bill_number,
        command_id=command_id,
        complaint_number=complaint_number,
        media_id=media_id,
        incident_id=incident_id,
        seq=_record(place, ids),
        marks=(
            place.word.lower(),
            place.hindi,
            home.consumer_number,
            f"98765{place.number}7{place.number}7{place.number}",
            str(order_id),
            str(proposal_id),
            secret.client_id.lower(),
            f"{place.number}4,321.{place.number}7",
            f"{place.number}4321{place.number}7",
            f"25.{place.number}00077",
        ),
    )


def _home(place: Place, ids: Mapping[str, int]) -> Home:
    n = place.number
    new = new_connection(
        "Asha",
        transformer_id=ids[place.transformer],
        consumer_number=f"7319{n}{n}{n}00{n}",
        name_en=f"{place.word} Devi",
        name_hi=f"{place.hindi} देवी",
        mobile=f"+9198765{n}7{n}7{n}",
        meter_serial=f"{place.word.upper()}{n}",
        system_title=f"{place.word[:7]}{n}".encode(),
        meter_port=4_100 + n,
    )
    (home,) = connect("Asha", new={"Asha": new}, opening_paise=int(f"{n}4321{n}7"))
    first = new.starts_on
    hear(
        home,
        {first + timedelta(days=day): 100_000 + 7_000 * (day + 1) for day in range(5)},
        now=NOW,
        daily_holds_from=first,
        blocks=(
            Blocks(
                meter_id=home.meter_id, day=first, first_block=0, energies_wh=(100,) * 48
            ),
        ),
        **_more_heard(home.meter_id),
    )
    _talked_to(home.meter_id)
    readings.correct(
        meter_id=home.meter_id,
        day=first,
        register_wh=107_000,
        why=place.word,
        made_by=place.word,
        now=NOW,
    )
    close_day(connection_ids=[home.connection_id], now=NOW)
    return home


def _staff(place: Place, what: str, role: Role, area_id: int) -> tuple[int, int]:
    staff_id = add_staff(f"{place.word.lower()}.{what}", (role, area_id), now=NOW)
    return staff_id, people.grants_of(staff_id=staff_id)[0].grant_id


def _paper(home: Home) -> UUID:
    for purpose in Purpose:
        kyc.consent(
            connection_id=home.connection_id,
            purpose=purpose,
            language="hi",
            channel="home",
            now=NOW,
        )
    with with_root_key():
        kyc.ask_bank(
            connection_id=home.connection_id,
            typed="30112233445",
            again="30112233445",
            ifsc="SBIN0001234",
            holder="Somebody",
            now=NOW,
            real_now=NOW,
        )
        return kyc.show_paper(
            connection_id=home.connection_id,
            kind=PaperKind.PAN,
            typed=PAN,
            content=pan_card(),
            now=NOW,
        ).paper_id


def _money(place: Place, home: Home) -> UUID:
    order_id = uuid5(NAMESPACE, place.word)
    order = RechargeOrder.objects.create(
        id=order_id,
        connection_id=home.connection_id,
        consumer_number=home.consumer_number,
        gateway="pretend",
        gateway_order_id=f"order_{place.word}",
        pay_url=f"https://pay.invalid/{place.word}",
        amount_paise=20_000,
        state="paid",
        created_at=NOW,
    )
    Payment.objects.create(
        order=order,
        connection_id=home.connection_id,
        gateway="pretend",
        gateway_payment_id=f"pay_{place.word}",
        amount_paise=20_000,
        captured_at=NOW,
        credited_at=NOW,
    )
    return order_id


def _bill(home: Home) -> str:
    issued = bills.issue(
        connection_ids=[home.connection_id],
        first=home.installed_on,
        until=home.installed_on + timedelta(days=5),
        kind=BillKind.INTERIM,
        now=NOW,
    )
    return issued.bills[0].number


def _supply(place: Place, home: Home) -> int:
    SupplyChange.objects.create(
        connection_id=home.connection_id,
        event="disconnection asked",
        state_before="on",
        state_after="disconnecting",
        at=NOW,
        because=place.word,
        policy=place.word,
    )
    LowBalanceWarning.objects.create(
        connection_id=home.connection_id,
        recharge_key=place.word,
        percent=10,
        is_told=True,
        at=NOW,
    )
    seed_messages(place.word, place.number, home)
    Protection.objects.create(
        connection_id=home.connection_id,
        kind=ProtectionKind.WATER_WORKS.value,
        why=place.word,
        starts_at=NOW,
    )
    seed_ways_in(place.word, place.number, home)
    return RelayCommand.objects.create(
        meter_id=home.meter_id,
        connection_id=home.connection_id,
        wanted="open",
        source=place.word,
        state="queued",
        requested_at=NOW,
        not_before=NOW + timedelta(days=900),
        last_error=place.word,
    ).pk


def _view(place: Place, staff_id: int) -> int:
    return SavedView.objects.create(
        staff_id=staff_id,
        page="connections",
        name=f"{place.word} view",
        query="sort=number",
        starts_at=NOW,
    ).pk


def _import(place: Place, maker_id: int, area_id: int) -> int:
    held = Import.objects.create(
        kind="consumers",
        file_name=f"{place.word}.csv",
        sha256=sha256(place.word.encode()).hexdigest(),
        encoding="utf-8",
        bytes_held=10,
        area_ids=[area_id],
        maker_id=maker_id,
        maker_name=f"{place.word} Maker",
        made_at=NOW,
        state="checked",
        moved_at=NOW,
        titles=[f"{place.word} number"],
        fields=["consumer_number"],
        examples=[[place.word]],
        rows_total=1,
        rows_read=1,
        rows_wrong=1,
        faults=1,
    )
    FilePart.objects.create(held=held, number=1, content=place.word.encode())
    StagedRow.objects.create(
        held=held, seq=1, number=2, values=[place.word], outcome="wrong"
    )
    RowFault.objects.create(
        held=held,
        row=2,
        column=f"{place.word} number",
        wrong="empty",
        value=place.word,
        other="",
    )
    return held.pk


def _record(place: Place, ids: Mapping[str, int]) -> int:
    return people.record(
        change=Change(
            action="grid.node.renamed",
            object_kind="node",
            object_id=str(ids[place.transformer]),
            place_id=ids[place.transformer],
            before={"name_en": f"Old {place.word}"},
            after={"name_en": place.word},
            why=f"{place.word} asked",
        ),
        by=SYSTEM,
        now=NOW,
    )


def today() -> date:
    """The world's day."""
    return supply_day_of(NOW)


def _more_heard(meter_id: int) -> dict[str, object]:
    """Beside registers and half-hours: an event, a billing reading, an instant."""
    event = MeterEvent(meter_id=meter_id, code=101, at=NOW, source=ReadingSource.EVENT_LOG)
    bill = BillingReading(
        meter_id=meter_id,
        billed_at=NOW,
        register_wh=100_000,
        max_demand_w=None,
        max_demand_at=None,
    )
    instant = InstantReading(
        meter_id=meter_id,
        at=NOW,
        voltage_mv=230_000,
        current_ma=1_000,
        power_w=200,
        register_wh=100_000,
        is_closed=True,
    )
    return {"events": (event,), "billing": (bill,), "instant": instant}


def _talked_to(meter_id: int) -> None:
    """The meter was asked for once, and its clock was set."""
    attempt = Attempt(
        meter_id=meter_id, talk=Talk.READ, outcome=Outcome.DONE, took_ms=90, at=NOW
    )
    clock = ClockSeen(drift_s=40, action=ClockAction.SET, is_set=True, at=NOW)
    headend.ask_now(meter_ids=[meter_id], now=NOW)
    headend.ended(ends=[Ended(attempt=attempt, clock=clock)], released=[], own=0, now=NOW)
