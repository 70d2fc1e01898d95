"""Consumers, connections and their meters: the verbs and questions others may use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from psycopg.errors import UniqueViolation

from bijlighar.connections import _bulk, _facts, _find, _protections, _search
from bijlighar.connections.models import (
    Connection,
    ConnectionFact,
    ConnectionPlace,
    Consumer,
    Installation,
    Meter,
)
from bijlighar.connections.values import (
    ConsumerChange,
    Facts,
    FactsChange,
    Hit,
    Home,
    MeterAddress,
    MeterInstalled,
    NewAddress,
    NewConnection,
    NewPlace,
    PaymentMode,
    ProtectionHeld,
    ProtectionKind,
)
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import rows, statement
from bijlighar.people.values import Scope

AlreadyProtected = _protections.AlreadyProtected
NotProtected = _protections.NotProtected
UnknownConnection = _facts.UnknownConnection
WrongLoad = _facts.WrongLoad
WrongDay = _facts.WrongDay
SameFacts = _facts.SameFacts
ChangedTwice = _facts.ChangedTwice


class UnknownConsumer(BijligharError):
    """There is no connection with this consumer number."""


class AlreadyConnected(BijligharError):
    """A consumer number, meter or address is in use already; nothing was taken in."""


class WrongConnection(BijligharError):
    """What is known of a connection is not as it must be; nothing was taken in."""


class NoFacts(BijligharError):
    """A connection has no category and load on this day."""


def connect(*, new: Sequence[NewConnection]) -> tuple[Home, ...]:
    """Take connections in, all or none.

    Raises AlreadyConnected where a consumer number, meter or address is in use, and
    WrongConnection, naming the constraint, where a value is not as it must be.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                ids = [_connect_one(one) for one in new]
                _search.index(ids)
        except IntegrityError as error:
            sentence = str(error).splitlines()[0]
            if isinstance(error.__cause__, UniqueViolation):
                raise AlreadyConnected(sentence) from error
            raise WrongConnection(sentence) from error
        return homes(connection_ids=ids)


def open_places(*, new: Sequence[NewPlace]) -> tuple[int, ...]:
    """Take many connections in that have no meter yet, all or none; ids as given.

    Raises django.db.IntegrityError where a number is in use: the caller has looked before,
    and looks again.
    """
    return _bulk.open_places(new)


def change_consumers(*, changes: Sequence[ConsumerChange]) -> tuple[int, ...]:
    """Change names, mobile numbers and languages of many; their connections' ids."""
    return _bulk.change_consumers(changes)


def install_meters(*, meters: Sequence[MeterInstalled]) -> tuple[int, ...]:
    """Take many meters in, each on its connection, all or none; meters' ids as given.

    The caller keeps the initial registers (readings.store_initial). Raises
    django.db.IntegrityError where a serial, title or address is in use.
    """
    return _bulk.install_meters(meters)


def find(*, term: str, scope: Scope, contact: Scope, limit: int) -> tuple[Hit, ...]:
    """Connections of a scope by number, meter, mobile or name; whole fits first.

    Mobiles are looked up only where `contact` reaches too: that one exists is a fact.
    """
    return _find.find(term=term, scope=scope, contact=contact, limit=limit)


def index_for_search(*, connection_ids: Sequence[int]) -> None:
    """Let connections be found by what holds for them now; in the caller's transaction.

    To be called, with many at once, by every verb that changes a consumer's names, mobile
    or number, a connection's transformer, or the meter that hangs on it, and by imports
    that take connections in past `connect`. Call it after the rows are written.
    """
    _search.index(connection_ids)


def hanging_on(*, transformer_id: int, day: date) -> int:
    """How many connections hang on a transformer on a day or on any later one."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.connections", "hanging_on"),
            {"transformer": transformer_id, "day": day},
        )
        return int(rows(cursor)[0]["connections"])


def homes(*, connection_ids: Sequence[int] | None = None) -> tuple[Home, ...]:
    """Connections with consumer and present meter, by consumer number; all by default."""
    wanted = None if connection_ids is None else list(connection_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.connections", "homes"), {"ids": wanted, "number": None}
        )
        return tuple(Home(**row) for row in rows(cursor))


def home_of(*, consumer_number: str) -> Home:
    """The connection of a consumer. Raises UnknownConsumer."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.connections", "homes"),
            {"ids": None, "number": consumer_number},
        )
        found = rows(cursor)
    if not found:
        raise UnknownConsumer(f"There is no connection with the number {consumer_number}.")
    return Home(**found[0])


def homes_of_mobile(*, mobile: str) -> tuple[Home, ...]:
    """The connections with a meter whose primary number this is (E.164)."""
    ids = _search.of_mobile(mobile)
    found = homes(connection_ids=ids) if ids else ()
    return tuple(home for home in found if home.mobile == mobile)


def is_a_primary_number(*, mobile: str) -> bool:
    """Whether this number (E.164) is the primary one of any connection."""
    return bool(_search.of_mobile(mobile, most=1))


def how_many_have_mobile(*, mobile: str, most: int) -> int:
    """How many connections have this primary number (E.164), counted up to `most`."""
    return len(_search.of_mobile(mobile, most=most))


def hold(*, connection_id: int) -> None:
    """Nobody else changes this connection until the caller's transaction ends."""
    list(Connection.objects.select_for_update(no_key=True).filter(pk=connection_id))


def numbers_in_use(*, numbers: Sequence[str]) -> set[str]:
    """Which of these are consumer numbers of connections, with or without a meter."""
    held = Consumer.objects.filter(consumer_number__in=numbers)
    return set(held.values_list("consumer_number", flat=True))


def first_home() -> Home | None:
    """The connection with the lowest consumer number and a meter; None where there is none.

    One row by the index, however many there are: for examples on screens.
    """
    first = (
        Installation.objects.filter(removed_on=None)
        .order_by("connection__consumer__consumer_number")
        .values_list("connection_id", flat=True)
        .first()
    )
    return None if first is None else homes(connection_ids=[first])[0]


def connections_of(*, meter_ids: Sequence[int]) -> dict[int, int]:
    """The connection that each meter hangs on at present, where it hangs on one."""
    return dict(
        Installation.objects.filter(meter_id__in=meter_ids, removed_on=None)
        .order_by()
        .values_list("meter_id", "connection_id")
    )


def ids(*, category: str | None = None) -> tuple[int, ...]:
    """Every connection, or those that are or were of a category, in the order of ids."""
    found = Connection.objects.order_by("pk")
    if category is not None:
        facts = ConnectionFact.objects.filter(category=category)
        found = found.filter(pk__in=facts.values("connection_id"))
    return tuple(found.values_list("pk", flat=True))


def known_facts_on(*, connection_ids: Sequence[int], day: date) -> dict[int, Facts]:
    """What holds on a day for each connection for which anything does."""
    held: dict[int, list[ConnectionFact]] = {}
    for fact in ConnectionFact.objects.filter(
        connection_id__in=connection_ids, from_day__lte=day
    ).order_by("connection_id", "from_day"):
        held.setdefault(fact.connection_id, []).append(fact)
    return {connection_id: _holding(facts) for connection_id, facts in held.items()}


def facts_on(*, connection_ids: Sequence[int], day: date) -> dict[int, Facts]:
    """What holds for each connection on a day. Raises NoFacts where one has none."""
    found = known_facts_on(connection_ids=connection_ids, day=day)
    missing = set(connection_ids) - found.keys()
    if missing:
        raise NoFacts(f"No category and load on {day} for connections {sorted(missing)}.")
    return found


def last_facts_from(*, connection_ids: Sequence[int]) -> dict[int, date]:
    """The day from which the last known facts of each connection hold, future ones too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select connection_id, max(from_day) from connections_connectionfact"
            " where connection_id = any(%s) group by connection_id",
            [list(connection_ids)],
        )
        return dict(cursor.fetchall())


def change_facts(*, changes: Sequence[FactsChange], now: datetime) -> tuple[Facts, ...]:
    """Let other facts hold for many connections, each from a day on, all or none.

    What is None stays as it is. Whether a category is one of a tariff order is the
    caller's to know; so is charging the days from then on again. Raises UnknownConnection,
    WrongLoad, WrongDay, SameFacts, ChangedTwice.
    """
    return _facts.change_facts(changes, now)


def meter_addresses(*, meter_ids: Sequence[int]) -> tuple[MeterAddress, ...]:
    """Where meters are reached, by id."""
    return _addresses(Meter.objects.filter(pk__in=meter_ids))


def meters_named(*, serials: Sequence[str]) -> tuple[MeterAddress, ...]:
    """The meters among these serials that are known, and where they are reached."""
    return _addresses(Meter.objects.filter(serial__in=serials))


def meters_titled(*, titles: Sequence[bytes]) -> dict[bytes, int]:
    """The ids of the meters that bear these system titles, by title."""
    found = Meter.objects.filter(system_title__in=list(titles))
    return {bytes(one.system_title or b""): one.pk for one in found.order_by("pk")}


def meter_known_as(
    *, hosts: Sequence[str], port: int, serial: str, system_title: bytes
) -> MeterAddress | None:
    """The meter that answers at one of these addresses, or has this serial or title."""
    by_address = Q(host__in=hosts, port=port)
    by_name = Q(serial=serial) | Q(system_title=system_title)
    found = _addresses(Meter.objects.filter(by_address | by_name))
    return found[0] if found else None


def give_addresses(*, addresses: Sequence[NewAddress]) -> int:
    """Say where meters without an address are reached from now on; answer of how many.

    One that has an address keeps it. Raises django.db.IntegrityError where a title or an
    address is another meter's.
    """
    with transaction.atomic():
        return sum(
            Meter.objects.filter(serial=one.serial, host="").update(
                system_title=one.system_title, host=one.host, port=one.port
            )
            for one in addresses
        )


def protect(
    *, connection_id: int, kind: ProtectionKind, why: str, now: datetime
) -> ProtectionHeld:
    """Nobody disconnects this connection from now on. Raises AlreadyProtected.

    The caller reviews the supply in the same transaction: what was queued is taken back.
    """
    return _protections.protect(connection_id=connection_id, kind=kind, why=why, now=now)


def unprotect_from(*, protection_id: int, at: datetime) -> ProtectionHeld:
    """A protection ends at an instant still to come. Raises NotProtected."""
    return _protections.unprotect_from(protection_id=protection_id, at=at)


def protections_on(
    *, connection_ids: Sequence[int], now: datetime
) -> dict[int, tuple[ProtectionHeld, ...]]:
    """The protections that hold at an instant, of each connection that has any."""
    return _protections.protections_on(connection_ids=connection_ids, now=now)


def protections_of(*, connection_id: int) -> tuple[ProtectionHeld, ...]:
    """Every protection a connection ever had, the oldest first."""
    return _protections.protections_of(connection_id=connection_id)


def _addresses(meters: QuerySet[Meter]) -> tuple[MeterAddress, ...]:
    return tuple(
        MeterAddress(
            meter_id=row.pk,
            serial=row.serial,
            system_title=bytes(row.system_title or b""),
            host=row.host,
            port=row.port or 0,
        )
        for row in meters.order_by("pk")
    )


def _holding(until_now: Sequence[ConnectionFact]) -> Facts:
    """What holds now, from a connection's facts so far in the order of time."""
    holds = until_now[-1]
    return Facts(
        connection_id=holds.connection_id,
        category=holds.category,
        sanctioned_load_w=holds.sanctioned_load_w,
        payment_mode=PaymentMode(holds.payment_mode),
        mode_since=holds.mode_since,
        splits_month_from=holds.from_day if len(until_now) > 1 else date.min,
    )


def _connect_one(new: NewConnection) -> int:
    consumer = Consumer.objects.create(
        consumer_number=new.consumer_number,
        name_en=new.name_en,
        name_hi=new.name_hi,
        mobile=new.mobile,
        language=new.language,
    )
    place = Connection.objects.create(consumer=consumer, transformer_id=new.transformer_id)
    ConnectionPlace.objects.create(
        connection=place, from_day=new.starts_on, transformer_id=new.transformer_id
    )
    ConnectionFact.objects.create(
        connection=place,
        from_day=new.starts_on,
        category=new.category,
        sanctioned_load_w=new.sanctioned_load_w,
        payment_mode=new.payment_mode.value,
        mode_since=new.mode_since,
    )
    meter = Meter.objects.create(
        serial=new.meter_serial,
        system_title=new.system_title,
        host=new.meter_host,
        port=new.meter_port,
    )
    Installation.objects.create(
        connection=place,
        meter=meter,
        installed_on=new.starts_on,
        initial_register_wh=new.initial_register_wh,
    )
    return place.pk
