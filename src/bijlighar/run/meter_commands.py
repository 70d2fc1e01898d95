"""`bijlighar meter decode`: octets of a meter's line, taken apart for an engineer."""

from __future__ import annotations

import json
import sys
from dataclasses import fields, is_dataclass
from enum import Enum

import click

from bijlighar.dlms import apdu, axdr, framing, pushed
from bijlighar.dlms.apdu.ciphered import CipheredApdu, GeneralCipheredApdu
from bijlighar.dlms.apdu.notification import DataNotification
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.errors import DecodeError, EncodeError, RefusedError
from bijlighar.dlms.hdlc import Address, Frame
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.security import KEY_SIZE, TITLE_SIZE, SecurityKeys, open_sealed
from bijlighar.dlms.security import SecurityControl as Control
from bijlighar.run.meter_key_commands import keys as key_commands
from bijlighar.run.meter_talk_commands import clock, read, relay, simulate

MAX_INPUT = 4 * 1024 * 1024


class _Octets(click.ParamType[bytes]):
    """Octets in hexadecimal, of one size."""

    name = "hex"

    def __init__(self, size: int) -> None:
        self._size = size

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        try:
            octets = bytes.fromhex(str(value))
        except ValueError:
            self.fail("is not hexadecimal", param, ctx)
        if len(octets) != self._size:
            self.fail(f"has {len(octets)} octets, not {self._size}", param, ctx)
        return octets


@click.group()
def meter() -> None:
    """Talk to one meter by hand, or read what was heard of it."""


@meter.command()
@click.argument("octets", required=False)
@click.option("--ek", type=_Octets(KEY_SIZE), help="Encryption key.")
@click.option("--ak", type=_Octets(KEY_SIZE), help="Authentication key.")
@click.option("--title", type=_Octets(TITLE_SIZE), help="Sender's system title.")
@click.option("--stuffed", is_flag=True, help="HDLC with hidden octets (7D ..).")
def decode(
    octets: str | None,
    ek: bytes | None,
    ak: bytes | None,
    title: bytes | None,
    stuffed: bool,
) -> None:
    """Show as JSON what OCTETS (hexadecimal, or on standard input) mean.

    Any framing is found out: wrapper, HDLC, M-Bus, LLC, a bare APDU, a bare value. What is
    sealed is opened where its key is given. What is not known is shown as octets, with the
    reason and the place.

    \b
    Examples:
      bijlighar meter decode C001C1000100002B0100FF0200
      bijlighar meter decode --ek 0001... --ak D0D1... --title 4D4D... C81E30...
      xxd -p capture.bin | bijlighar meter decode
    """
    text = sys.stdin.read(MAX_INPUT) if octets in (None, "-") else str(octets)
    try:
        data = bytes.fromhex("".join(text.split()))
    except ValueError:
        raise click.UsageError("the octets are not hexadecimal") from None
    keys = None
    if ek is not None:
        keys = SecurityKeys(encryption_key=ek, authentication_key=ak or bytes(KEY_SIZE))
    shown = _Shown(keys=keys, has_authentication_key=ak is not None, title=title)
    click.echo(json.dumps(shown.all_of(data, stuffed=stuffed), indent=2))


for _command in (read, relay, clock, simulate, key_commands):
    meter.add_command(_command)


class _Shown:
    """Octets as JSON values, with the keys that may open them."""

    def __init__(
        self,
        *,
        keys: SecurityKeys | None,
        has_authentication_key: bool,
        title: bytes | None,
    ) -> None:
        self._keys = keys
        self._has_authentication_key = has_authentication_key
        self._title = title

    def all_of(self, data: bytes, *, stuffed: bool) -> dict[str, object]:
        try:
            found = framing.read_any(data, stuffed=stuffed)
        except DecodeError as error:
            return {"unknown": _unknown(data, error)}
        shown: dict[str, object] = {"framing": found.framing.value}
        if found.other_frames:
            shown["frames"] = [_plain(frame) for frame in found.other_frames]
        shown["apdus"] = [self.apdu(octets) for octets in found.apdus]
        return shown

    def apdu(self, octets: bytes) -> dict[str, object]:
        try:
            read = apdu.decode(octets)
        except DecodeError as error:
            try:
                return {"value": _plain(axdr.decode(octets))}
            except DecodeError:
                return {"unknown": _unknown(octets, error)}
        shown: dict[str, object] = {"type": type(read).__name__, **_fields(read)}
        information = getattr(read, "user_information", None)
        if information:
            shown["user_information"] = self.apdu(information)
        if isinstance(read, DataNotification):
            shown["readings"] = [_reading(one) for one in pushed.readings_in(read.body)]
        if isinstance(read, CipheredApdu | GeneralCipheredApdu):
            shown["opened"] = self._opened(read)
        return shown

    def _opened(self, read: CipheredApdu | GeneralCipheredApdu) -> dict[str, object]:
        title = read.title if isinstance(read, GeneralCipheredApdu) else self._title
        if self._keys is None or title is None:
            needed = "--ek and --ak" if self._keys is None else "--title"
            return {"not_opened": f"give {needed}"}
        is_authenticated = bool(read.sealed[:1] and read.sealed[0] & Control.AUTHENTICATED)
        if is_authenticated and not self._has_authentication_key:
            return {"not_opened": "give --ak"}
        try:
            opened = open_sealed(keys=self._keys, system_title=title, sealed=read.sealed)
        except (DecodeError, EncodeError, RefusedError) as error:
            return {"not_opened": str(error)}
        return {
            "protection": opened.control.name.lower(),
            "suite": opened.suite,
            "counter": opened.counter,
            "apdu": self.apdu(opened.plain),
        }


def _unknown(octets: bytes, error: DecodeError) -> dict[str, object]:
    return {"octets": octets.hex(), "why": str(error), "offset": error.offset}


def _reading(one: pushed.PushedReading) -> dict[str, object]:
    shown: dict[str, object] = {"name": str(one.name), "value": _plain(one.value)}
    scaled = one.scaled()
    if one.scaler is not None and scaled is not None:
        shown |= {"quantity": str(scaled), "unit": one.scaler.unit}
    return shown


def _fields(held: object) -> dict[str, object]:
    assert is_dataclass(held)
    return {field.name: _plain(getattr(held, field.name)) for field in fields(held)}


def _plain(held: object) -> object:
    """Any value of an APDU as JSON can say it: octets in hexadecimal, names as text."""
    if isinstance(held, Data):
        return {held.tag.name.lower().replace("_", "-"): _content(held)}
    if isinstance(held, Obis):
        return str(held)
    if isinstance(held, bytes):
        return held.hex()
    if isinstance(held, Enum):
        return held.name.lower()
    if isinstance(held, tuple | list):
        return [_plain(element) for element in held]
    if isinstance(held, Frame | Address) or is_dataclass(held):
        return _fields(held)
    return held


def _content(held: Data) -> object:
    if held.tag is Tag.OCTET_STRING and isinstance(held.value, bytes):
        octets = held.value
        is_text = octets.isascii() and octets.decode("ascii", "replace").isprintable()
        return {"hex": octets.hex(), "text": octets.decode()} if is_text else octets.hex()
    return _plain(held.value)
