"""An SMS centre over SMPP 3.4: one session a process, kept open, TLS where it is asked for.

The session waits for the answer to each SMS before the next. Receipts come over the same
line; those that arrive are put aside and told by `waiting_receipts`, which the worker asks.
"""

from __future__ import annotations

import socket
import ssl
from collections import deque
from dataclasses import dataclass, field
from threading import Lock

from bijlighar.notices.channels.channel import (
    TIMEOUT_S,
    Channel,
    Handed,
    Refused,
    Settings,
    Silent,
)
from bijlighar.notices.channels.smpp.pdu import (
    ANSWER,
    HEADER,
    LATER,
    OK,
    BadPdu,
    Command,
    Pdu,
    bind_body,
    message_id,
    pack,
    receipt_of,
    submit_body,
    unpack_header,
)
from bijlighar.notices.channels.wire import Wire
from bijlighar.notices.sms_length import Alphabet, sms_length
from bijlighar.notices.values import Medium, Receipt, ToSend

NAME = "smpp"
MOST_RECEIPTS = 10_000


@dataclass(slots=True, kw_only=True)
class Session:
    """The process's line to the SMS centre; one thread at a time uses it."""

    lock: Lock = field(default_factory=Lock)
    line: socket.socket | None = None
    sequence: int = 0
    receipts: deque[Receipt] = field(default_factory=lambda: deque(maxlen=MOST_RECEIPTS))

    def submit(self, body: bytes, settings: Settings) -> Pdu:
        """Send one SMS and wait for its answer. Raises Silent; the line is closed then."""
        with self.lock:
            try:
                if self.line is None:
                    self._bind(settings)
                return self._ask(Command.SUBMIT_SM, body)
            except (OSError, BadPdu) as error:
                self.close()
                raise Silent(f"The SMS centre: {type(error).__name__}") from error

    def listen(self) -> None:
        """Take in what lies on the line without waiting."""
        with self.lock:
            if self.line is None:
                return
            try:
                self.line.settimeout(0.01)
                while True:
                    self._take(self._read())
            except TimeoutError:
                pass
            except (OSError, BadPdu):
                self.close()

    def close(self) -> None:
        """Hang up."""
        if self.line is not None:
            self.line.close()
            self.line = None

    def _bind(self, settings: Settings) -> None:
        address = (settings["smpp_host"], int(settings["smpp_port"]))
        line = socket.create_connection(address, timeout=TIMEOUT_S)
        if settings["smpp_tls"]:
            line = ssl.create_default_context().wrap_socket(
                line, server_hostname=settings["smpp_host"]
            )
        self.line = line
        answer = self._ask(
            Command.BIND_TRANSCEIVER,
            bind_body(
                system_id=settings["smpp_system_id"], password=settings["smpp_password"]
            ),
        )
        if answer.status != OK:
            self.close()
            raise Silent(f"The SMS centre refuses us: {answer.status:#x}.")

    def _ask(self, command: Command, body: bytes) -> Pdu:
        assert self.line is not None
        self.sequence = self.sequence % 0x7FFF_FFFE + 1
        self.line.settimeout(TIMEOUT_S)
        self.line.sendall(
            pack(Pdu(command=command, status=OK, sequence=self.sequence, body=body))
        )
        while True:
            told = self._read()
            if told.is_answer and told.sequence == self.sequence:
                return told
            self._take(told)

    def _take(self, told: Pdu) -> None:
        """What the centre says of its own accord; each is answered."""
        assert self.line is not None
        if told.is_answer:
            return
        if told.command == Command.UNBIND:
            raise ConnectionResetError
        if told.command == Command.DELIVER_SM:
            found = receipt_of(told.body)
            if found is not None:
                self.receipts.append(
                    Receipt(channel=NAME, provider_id=found[0], is_delivered=found[1])
                )
        body = b"\x00" if told.command == Command.DELIVER_SM else b""
        self.line.sendall(
            pack(
                Pdu(
                    command=told.command | ANSWER,
                    status=OK,
                    sequence=told.sequence,
                    body=body,
                )
            )
        )

    def _read(self) -> Pdu:
        length, command, status, sequence = unpack_header(self._exactly(HEADER.size))
        return Pdu(
            command=command, status=status, sequence=sequence, body=self._exactly(length)
        )

    def _exactly(self, length: int) -> bytes:
        assert self.line is not None
        told = b""
        while len(told) < length:
            part = self.line.recv(length - len(told))
            if not part:
                raise ConnectionResetError
            told += part
            self.line.settimeout(TIMEOUT_S)  # What has begun is read to its end.
        return told


SESSION = Session()


def carry(notice: ToSend, settings: Settings, wire: Wire) -> Handed:
    """Hand one SMS to the centre."""
    answer = SESSION.submit(
        submit_body(
            sender=notice.sender,
            to=notice.mobile.removeprefix("+"),
            text=notice.text,
            entity=settings["dlt_entity"],
            template_id=notice.template_id,
            is_ucs_2=sms_length(notice.text).alphabet is Alphabet.UCS_2,
        ),
        settings,
    )
    if answer.status == OK:
        return Handed(provider_id=message_id(answer.body))
    said = f"The SMS centre answered {answer.status:#x}."
    raise Silent(said) if answer.status in LATER else Refused(said)


def waiting_receipts() -> tuple[Receipt, ...]:
    """The receipts that have come since the last time, each told once."""
    SESSION.listen()
    found = []
    while SESSION.receipts:
        found.append(SESSION.receipts.popleft())
    return tuple(found)


CHANNEL = Channel(
    name=NAME, medium=Medium.SMS, sends_once=False, has_receipts=True, carry=carry
)
