"""A small meter, a head-end and the line between them, for conversations in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.client import Authentication, Client, ClientSettings
from bijlighar.dlms.cosem import AccessResult, ActionResult, Attribute, ClassId, Method
from bijlighar.dlms.security import SecurityKeys
from bijlighar.dlms.server import AccessDenied, ServerClient, ServerSession

KEYS = SecurityKeys(
    encryption_key=bytes(range(16)), authentication_key=bytes(range(0xD0, 0xE0))
)
OTHER_KEYS = SecurityKeys(encryption_key=b"e" * 16, authentication_key=b"a" * 16)
METER_TITLE = b"BIJ00001"
HEAD_END_TITLE = b"HES00001"
METER_CHALLENGE = b"challenge of the meter"
HEAD_END_CHALLENGE = b"challenge of the head-end"
PASSWORD = b"wxyz1234"

MIDNIGHT = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)

WH_IMPORT = Attribute(ClassId.REGISTER, is15959.WH_IMPORT, 2)
BLOCK_LOAD = Attribute(ClassId.PROFILE_GENERIC, is15959.BLOCK_LOAD, 2)
ACTION_WITHOUT_ANSWER = is15959.REMOTE_DISCONNECT
# A method that gives its parameter back.
ECHO = Method(ClassId.DATA, is15959.VOLTAGE, 1)

CLIENTS = {
    16: ServerClient(association_obis=is15959.ASSOCIATIONS[16].association),
    32: ServerClient(
        authentication=Authentication.LLS,
        keys=KEYS,
        secret=PASSWORD,
        association_obis=is15959.ASSOCIATIONS[32].association,
    ),
    33: ServerClient(
        authentication=Authentication.LLS,
        secret=PASSWORD,
        association_obis=is15959.ASSOCIATIONS[32].association,
    ),
    48: ServerClient(
        authentication=Authentication.HLS_GMAC,
        keys=KEYS,
        association_obis=is15959.ASSOCIATIONS[48].association,
    ),
}
SETTINGS = {
    16: ClientSettings(client_sap=16),
    32: ClientSettings(
        client_sap=32,
        authentication=Authentication.LLS,
        keys=KEYS,
        secret=PASSWORD,
        system_title=HEAD_END_TITLE,
    ),
    33: ClientSettings(client_sap=33, authentication=Authentication.LLS, secret=PASSWORD),
    48: ClientSettings(
        client_sap=48,
        authentication=Authentication.HLS_GMAC,
        keys=KEYS,
        system_title=HEAD_END_TITLE,
    ),
}


def block_row(number: int) -> axdr.Data:
    """The half-hour that ends `number + 1` half-hours after midnight."""
    at = cosem_time.encode(MIDNIGHT + (number + 1) * HALF_HOUR)
    values = [axdr.long_unsigned(n) for n in (2300 + number, 150, 40 + number, 0, 50, 0)]
    return axdr.structure([axdr.octet_string(at), *values, axdr.unsigned(0)])


@dataclass
class Meter:
    """A device: one register, one block-load profile, one relay, one writable clock."""

    energy_wh: int = 123_456
    rows: list[axdr.Data] = field(default_factory=lambda: [block_row(n) for n in range(48)])
    relay_closed: bool = True
    written: list[axdr.Data] = field(default_factory=list)
    done: list[axdr.Data | None] = field(default_factory=list)
    echoed: axdr.Data | None = None

    def read(self, *, client_sap, attribute, selection):
        if attribute == WH_IMPORT:
            return axdr.double_long_unsigned(self.energy_wh)
        if attribute == BLOCK_LOAD:
            chosen = profiles.select_rows(
                self.rows, selection, captures=is15959.SINGLE_PHASE_BLOCK_LOAD
            )
            return axdr.array(chosen)
        raise AccessDenied(AccessResult.OBJECT_UNDEFINED)

    def write(self, *, client_sap, attribute, value):
        if attribute != is15959.CLOCK_TIME:
            raise AccessDenied(AccessResult.READ_WRITE_DENIED)
        self.written.append(value)

    def invoke(self, *, client_sap, method, parameter):
        if method == ECHO:
            self.done.append(parameter)
            return parameter
        if method == is15959.REMOTE_DISCONNECT:
            self.relay_closed = False
        elif method == is15959.REMOTE_RECONNECT:
            self.relay_closed = True
            return self.echoed
        else:
            raise AccessDenied(ActionResult.OBJECT_UNDEFINED)
        return None


@dataclass
class Counters:
    """Counters in memory."""

    accepted: dict[int, int] = field(default_factory=dict)
    own: int = 100

    def received(self, client_sap: int) -> int:
        return self.accepted.get(client_sap, 0)

    def accept(self, client_sap: int, counter: int) -> None:
        self.accepted[client_sap] = counter

    def next(self) -> int:
        self.own += 1
        return self.own


Tamper = Callable[[bytes], Iterable[bytes]]


def as_it_is(apdu: bytes) -> list[bytes]:
    return [apdu]


@dataclass
class Line:
    """A client and a session, and all that went between them.

    `towards_meter` and `towards_client` may turn one APDU into several, or into none.
    """

    client: Client
    server: ServerSession
    meter: Meter
    counters: Counters
    sap: int
    sent: list[bytes] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    towards_client: Tamper = as_it_is

    def run(self, exchange):
        """Carry out an exchange; bad answers are noted and the next one is listened to."""
        apdu = next(exchange)
        while True:
            answer = self.ask_meter(apdu)
            try:
                for arriving in self.towards_client(answer):
                    waiting = self._hear(exchange, arriving)
                    if waiting is not None:
                        apdu = waiting
                        break
                else:
                    raise self.refusals[-1]
            except StopIteration as end:
                return end.value

    def ask_meter(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        answer = self.server.receive(client_sap=self.sap, apdu=apdu)
        assert answer is not None
        self.received.append(answer)
        return answer

    def _hear(self, exchange, arriving: bytes) -> bytes | None:
        try:
            return exchange.send(arriving)
        except StopIteration:
            raise
        except Exception as refusal:
            if exchange.is_over:
                raise
            self.refusals.append(refusal)
            return None


def line(
    sap: int = 48,
    *,
    max_pdu: int = 1024,
    first_counter: int = 1,
    meter_does=None,
    **changes,
) -> Line:
    """A meter and a head-end that have not spoken yet.

    `changes` are to the head-end's settings, `meter_does` to what the meter knows of it.
    """
    meter, counters = Meter(), Counters()
    clients = CLIENTS | {sap: replace(CLIENTS[sap], **(meter_does or {}))}
    server = ServerSession(
        device=meter,
        system_title=METER_TITLE,
        clients=clients,
        counters=counters,
        challenge=METER_CHALLENGE,
        max_pdu=max_pdu,
    )
    client = Client(
        settings=replace(SETTINGS[sap], **changes),
        next_counter=count(first_counter).__next__,
        challenge=HEAD_END_CHALLENGE,
    )
    return Line(client=client, server=server, meter=meter, counters=counters, sap=sap)


def associated(sap: int = 48, **changes) -> Line:
    """A meter and a head-end with an open association."""
    talk = line(sap, **changes)
    talk.run(talk.client.associate())
    return talk
