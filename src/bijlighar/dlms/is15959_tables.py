"""`is15959.yaml` as values, checked: what Indian meters name, and what makes do otherwise.

Source: the file's own entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bijlighar.dlms import strict_rows
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.security import Authentication
from bijlighar.dlms.strict_rows import Row

_AUTHENTICATIONS = {kind.name.lower(): kind for kind in Authentication}
_MAX_BITS = 1024
_PARTS = (
    "standard",
    "objects",
    "associations",
    "profiles",
    "events",
    "status_word",
    "status_bits",
    "makes",
)
_OBJECT = ("name", "obis", "class", "source")
_ASSOCIATION = ("name", "sap", "number", "authentication", "is_ciphered", "source")
_PROFILE = ("name", "of", "columns", "source")
_EVENT = ("name", "occurs", "log", "source")
_BIT = ("bit", "name", "source")
_CHANGED = ("objects", "associations", "events", "status_bits")
_Facts = TypeVar("_Facts", "ObjectFacts", "AssociationFacts", "ProfileFacts", "EventFacts")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFacts:
    """An object of a meter: its logical name and interface class."""

    name: str
    obis: Obis
    class_id: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationFacts:
    """One kind of client: its association object, its counter, how it authenticates."""

    name: str = ""
    client_sap: int
    association: Obis
    security_setup: Obis | None
    counter: Obis | None
    authentication: Authentication
    is_ciphered: bool
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """The columns to expect in a profile, by the names of objects."""

    name: str
    of: str
    columns: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """An event: the code of its occurrence, of its restoration if any, and its log."""

    name: str
    occurs: int
    restored: int | None
    log: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusBit:
    """A bit of the event status word, 0 for the first; the event it follows, if any."""

    bit: int
    name: str
    event: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """All names, as the standard has them or as one make does."""

    objects: Mapping[str, ObjectFacts]
    associations: Mapping[str, AssociationFacts]
    profiles: Mapping[str, ProfileFacts]
    events: Mapping[str, EventFacts]
    status_bits: Mapping[int, StatusBit]
    status_size: int
    makes: Mapping[str, Tables] = field(default_factory=dict)


def load(text: str, *, file: str) -> Tables:
    """Read and check the tables; raises `TableError` with the line of the first fault."""
    whole = strict_rows.read(text, file=file, keys=_PARTS)
    whole.text("standard")
    word = whole.row("status_word", keys=("bits", "object", "source"))
    size = word.whole("bits", 1, _MAX_BITS)
    tables = Tables(
        objects=_named(whole.rows("objects", keys=_OBJECT), _object),
        associations=_named(whole.rows("associations", keys=_ASSOCIATION), _association),
        profiles=_named(whole.rows("profiles", keys=_PROFILE), _profile),
        events=_named(whole.rows("events", keys=_EVENT, optional=("restored",)), _event),
        status_bits=_bits(whole.rows("status_bits", keys=_BIT, optional=("event",)), size),
        status_size=size,
    )
    if word.text("object") not in tables.objects:
        raise word.refuse("the status word is no object of the table")
    _check(tables, whole)
    return replace(tables, makes=_makes(whole, tables))


def _makes(whole: Row, standard: Tables) -> dict[str, Tables]:
    makes: dict[str, Tables] = {}
    for row in whole.rows("makes", keys=("name", "note", "source"), optional=_CHANGED):
        name, source = row.text("name"), row.text("source")
        row.text("note")
        if name in makes:
            raise row.refuse(f"make `{name}` stands twice")
        made = makes[name] = _changed(row, standard, source)
        _check(made, row)
    return makes


def _changed(row: Row, standard: Tables, source: str) -> Tables:
    """The standard's tables as one make has them."""
    objects = dict(standard.objects)
    for other in row.rows("objects", keys=("name", "obis")):
        held = _known(objects, other)
        objects[held.name] = replace(held, obis=_obis(other), source=source)
    associations = dict(standard.associations)
    for other in row.rows("associations", keys=("name", "authentication")):
        client = _known(associations, other)
        how = _authentication(other)
        associations[client.name] = replace(client, authentication=how, source=source)
    events = dict(standard.events)
    keys = ("name", "occurs", "log")
    for other in row.rows("events", keys=keys, optional=("restored",)):
        event = _event(other, source)
        events[event.name] = event
    bits = row.rows("status_bits", keys=("bit",), optional=("name", "event"))
    changed = _bits(bits, standard.status_size, source)
    merged = {**standard.status_bits, **changed}
    return replace(
        standard,
        objects=objects,
        associations=associations,
        events=events,
        status_bits={at: bit for at, bit in sorted(merged.items()) if bit.name},
    )


def _check(tables: Tables, row: Row) -> None:
    """What one table says of another must be there, and each word mean one thing."""
    for profile in tables.profiles.values():
        for name in (profile.of, *profile.columns):
            if name not in tables.objects:
                raise row.refuse(f"profile `{profile.name}`: `{name}` is no object")
    _check_events(tables, row)
    names: dict[str, int] = {}
    for bit in tables.status_bits.values():
        if bit.event is not None and bit.event not in tables.events:
            raise row.refuse(f"bit {bit.bit}: `{bit.event}` is no event")
        if names.setdefault(bit.name, bit.bit) != bit.bit:
            raise row.refuse(f"`{bit.name}`: bit {names[bit.name]} or {bit.bit}?")


def _check_events(tables: Tables, row: Row) -> None:
    codes: dict[int, str] = {}
    for event in tables.events.values():
        if event.log not in tables.objects:
            raise row.refuse(f"event `{event.name}`: `{event.log}` is no object")
        for code in (event.occurs, event.restored):
            if code is not None and codes.setdefault(code, event.name) != event.name:
                raise row.refuse(f"code {code}: `{codes[code]}` or `{event.name}`?")
        if event.occurs == event.restored:
            raise row.refuse(f"event `{event.name}` is restored as it occurs")


def _object(row: Row) -> ObjectFacts:
    return ObjectFacts(
        name=row.text("name"),
        obis=_obis(row),
        class_id=row.whole("class", 1, 0xFFFF),
        source=row.text("source"),
    )


def _association(row: Row) -> AssociationFacts:
    number = row.whole("number", 1, 0xFF)
    is_ciphered = row.truth("is_ciphered")
    authentication = _authentication(row)
    if authentication is Authentication.HLS_GMAC and not is_ciphered:
        raise row.refuse("GMAC needs keys")
    return AssociationFacts(
        name=row.text("name"),
        client_sap=row.whole("sap", 1, 0xFFFF),
        association=Obis(0, 0, 40, 0, number, 255),
        security_setup=Obis(0, 0, 43, 0, number, 255) if is_ciphered else None,
        counter=Obis(0, 0, 43, 1, number, 255) if is_ciphered else None,
        authentication=authentication,
        is_ciphered=is_ciphered,
        source=row.text("source"),
    )


def _profile(row: Row) -> ProfileFacts:
    return ProfileFacts(
        name=row.text("name"),
        of=row.text("of"),
        columns=row.words("columns"),
        source=row.text("source"),
    )


def _event(row: Row, source: str | None = None) -> EventFacts:
    return EventFacts(
        name=row.text("name"),
        occurs=row.whole("occurs", 0, 0xFFFF),
        restored=row.whole("restored", 0, 0xFFFF) if row.has("restored") else None,
        log=row.text("log"),
        source=row.text("source") if source is None else source,
    )


def _bits(
    rows: Iterable[Row], size: int, source: str | None = None
) -> dict[int, StatusBit]:
    found: dict[int, StatusBit] = {}
    for row in rows:
        at = row.whole("bit", 0, size - 1)
        if at in found:
            raise row.refuse(f"bit {at} stands twice")
        if row.has("event") and not row.has("name"):
            raise row.refuse(f"bit {at} follows an event and has no name")
        found[at] = StatusBit(
            bit=at,
            name=row.text("name") if row.has("name") else "",
            event=row.text("event") if row.has("event") else None,
            source=row.text("source") if source is None else source,
        )
    return found


def _authentication(row: Row) -> Authentication:
    word = row.text("authentication")
    if word not in _AUTHENTICATIONS:
        raise row.refuse(f"`{word}`: one of {', '.join(_AUTHENTICATIONS)} expected")
    return _AUTHENTICATIONS[word]


def _obis(row: Row) -> Obis:
    try:
        return Obis.parse(row.text("obis"))
    except DecodeError as error:
        raise row.refuse(f"`{row.text('obis')}` is no logical name") from error


def _known(table: Mapping[str, _Facts], row: Row) -> _Facts:
    name = row.text("name")
    if name not in table:
        raise row.refuse(f"`{name}` is not in the standard's table")
    return table[name]


def _named(rows: Iterable[Row], read: Callable[[Row], _Facts]) -> dict[str, _Facts]:
    """The rows of a table by their names, each of which stands once."""
    found: dict[str, _Facts] = {}
    for row in rows:
        facts = read(row)
        if facts.name in found:
            raise row.refuse(f"`{facts.name}` stands twice")
        found[facts.name] = facts
    return found
