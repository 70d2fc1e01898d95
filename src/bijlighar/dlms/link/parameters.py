"""What two HDLC stations agree on: sizes of information and windows, in SNRM and UA.

Source: IEC 62056-46, 6.4.4.4.3.2 (parameter negotiation in SNRM and UA frames).
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.dlms.reader import Reader

DEFAULT_INFORMATION = 128
MAX_INFORMATION = 2030
MAX_WINDOW = 7

_FORMAT, _GROUP = 0x81, 0x80
_SENT, _TAKEN, _WINDOW_SENT, _WINDOW_TAKEN = 0x05, 0x06, 0x07, 0x08
_MAX_NUMBER_SIZE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """One station's limits: octets of information in a frame, frames in a row."""

    sent: int = DEFAULT_INFORMATION
    taken: int = DEFAULT_INFORMATION
    window_sent: int = 1
    window_taken: int = 1

    def __post_init__(self) -> None:
        assert 1 <= self.sent <= MAX_INFORMATION
        assert 1 <= self.taken <= MAX_INFORMATION
        assert 1 <= self.window_sent <= MAX_WINDOW
        assert 1 <= self.window_taken <= MAX_WINDOW

    def to_bytes(self) -> bytes:
        """As the information of an SNRM or UA frame."""
        values = b"".join(
            (
                _information(_SENT, self.sent),
                _information(_TAKEN, self.taken),
                bytes((_WINDOW_SENT, 4)) + self.window_sent.to_bytes(4, "big"),
                bytes((_WINDOW_TAKEN, 4)) + self.window_taken.to_bytes(4, "big"),
            )
        )
        return bytes((_FORMAT, _GROUP, len(values))) + values

    @classmethod
    def from_bytes(cls, data: bytes) -> Parameters:
        """Read the information of SNRM or UA; what it does not say is the default.

        Raises `DecodeError`. A number over what is possible here is read as the limit.
        """
        if not data:
            return cls()
        reader = Reader(data)
        reader.expect(bytes((_FORMAT, _GROUP)), "parameters of a link")
        group = Reader(data, reader.offset + 1, reader.offset + 1 + reader.octet())
        if group.end != len(data):
            raise reader.error("a group of parameters of another length")
        said: dict[int, int] = {}
        while group.remaining:
            kind, size = group.octet(), group.octet()
            if not 1 <= size <= _MAX_NUMBER_SIZE:
                raise group.error(f"a parameter of {size} octets")
            number = group.unsigned(size)
            if not number:
                raise group.error(f"parameter {kind} is nothing")
            said[kind] = number
        return cls(
            sent=min(said.get(_SENT, DEFAULT_INFORMATION), MAX_INFORMATION),
            taken=min(said.get(_TAKEN, DEFAULT_INFORMATION), MAX_INFORMATION),
            window_sent=min(said.get(_WINDOW_SENT, 1), MAX_WINDOW),
            window_taken=min(said.get(_WINDOW_TAKEN, 1), MAX_WINDOW),
        )

    def agreed_with(self, peer: Parameters) -> Parameters:
        """This station's limits where the other one has those: the lesser of each two."""
        return Parameters(
            sent=min(self.sent, peer.taken),
            taken=min(self.taken, peer.sent),
            window_sent=min(self.window_sent, peer.window_taken),
            window_taken=min(self.window_taken, peer.window_sent),
        )


def _information(kind: int, size: int) -> bytes:
    octets = 1 if size <= 0xFF else 2
    return bytes((kind, octets)) + size.to_bytes(octets, "big")
