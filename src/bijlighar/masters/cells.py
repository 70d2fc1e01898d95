"""What stands in one cell, made into the one form in which it is compared and kept.

Every function takes a text and answers a text, or raises `BadCell`: so a row that went out
by an export and comes back is the same row. Spreadsheets do much to a table on its way:
they turn numbers into 1.23E+11, days into counts of days, drop zeros, put separators in.
What can be understood for certain is taken; what cannot is refused, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import phonenumbers

from bijlighar.kernel.aadhaar_like import looks_like_aadhaar
from bijlighar.masters.values import Wrong

LONGEST_TEXT = 200
LONGEST_CODE = 40
_DIGITS = str.maketrans("०१२३४५६७८९", "0123456789")
_UNSEEN = dict.fromkeys([0x200B, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_GARBLED = re.compile("[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[ÃÂ][\x80-\xbf]|à[¤¥]")
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_LATIN = re.compile("[A-Za-z]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
_NUMBER = re.compile(r"[0-9A-Z]{6,16}")
_HEX_TITLE = re.compile(r"[0-9A-F]{16}")
_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.\-:]{0,252}[0-9A-Za-z])?")
_AMOUNT = re.compile(r"[0-9]+(,[0-9]{2,3})*(\.[0-9]+)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?)?")
_SERIAL = re.compile(r"[0-9]{5}(\.0+)?")
_EXCEL_STARTS = date(1899, 12, 30)
_EARLIEST = date(1950, 1, 1)
_INDIA: Any = phonenumbers.PhoneMetadata.metadata_for_region("IN")
_INDIAN_MOBILE = re.compile(_INDIA.mobile.national_number_pattern)
_PHONE_FILLING = re.compile(r"[\s().\-]")


class BadCell(ValueError):
    """The text in a cell is not what its column holds."""

    def __init__(self, wrong: Wrong, other: str = "") -> None:
        super().__init__(wrong.value)
        self.wrong = wrong
        self.other = other


def text(cell: str) -> str:
    """A name: composed (NFC), spaces single, nothing invisible in it."""
    plain = " ".join(cell.split())
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain.translate(_UNSEEN)).strip()
    if _GARBLED.search(plain):
        raise BadCell(Wrong.GARBLED)
    if looks_like_aadhaar(plain):
        raise BadCell(Wrong.LIKE_AADHAAR)
    if len(plain) > LONGEST_TEXT:
        raise BadCell(Wrong.TOO_LONG, str(LONGEST_TEXT))
    return plain


def devanagari(cell: str) -> str:
    """A name in Hindi. Latin letters alone are most likely an old font's (Kruti Dev)."""
    plain = text(cell)
    if _LATIN.search(plain) and not _DEVANAGARI.search(plain):
        raise BadCell(Wrong.OLD_FONT)
    return plain


def number(cell: str) -> str:
    """A consumer number as text: letters and digits, 6 to 16 of them."""
    plain = _plain(cell).upper()
    if _SCIENTIFIC.fullmatch(plain):
        raise BadCell(Wrong.SCIENTIFIC)
    plain = re.sub(r"[\s\-/]", "", plain)
    if plain.endswith(".0") and plain[:-2].isdigit():
        plain = plain[:-2]
    if not _NUMBER.fullmatch(plain):
        raise BadCell(Wrong.NO_NUMBER)
    return plain


def code(cell: str) -> str:
    """A code of the grid or a serial number: what people type, without spaces around."""
    plain = text(_plain(cell))
    if _SCIENTIFIC.fullmatch(plain):
        raise BadCell(Wrong.SCIENTIFIC)
    if len(plain) > LONGEST_CODE:
        raise BadCell(Wrong.TOO_LONG, str(LONGEST_CODE))
    if any(letter.isspace() for letter in plain):
        raise BadCell(Wrong.NO_CODE)
    return plain


def mobile(cell: str) -> str:
    """A phone number in E.164, Indian where no country is named."""
    plain = _plain(cell)
    if _SCIENTIFIC.fullmatch(plain):
        raise BadCell(Wrong.SCIENTIFIC)
    plain = _PHONE_FILLING.sub("", plain.removesuffix(".0"))
    national = re.sub(r"^(\+91|0091|91(?=[0-9]{10}$)|0(?=[0-9]{10}$))", "", plain)
    if len(national) == 10 and _INDIAN_MOBILE.fullmatch(national):
        return f"+91{national}"
    try:
        parsed = phonenumbers.parse(plain, "IN")
    except phonenumbers.NumberParseException as error:
        raise BadCell(Wrong.NO_MOBILE) from error
    if not phonenumbers.is_valid_number(parsed):
        raise BadCell(Wrong.NO_MOBILE)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def day(cell: str) -> str:
    """A day: 03-04-2026, 3/4/2026, 2026-04-03, or a spreadsheet's count of days."""
    plain = _plain(cell)
    try:
        if found := _ISO_DAY.fullmatch(plain):
            held = date(*map(int, found.groups()))
        elif found := _DAY_FIRST.fullmatch(plain):
            held = date(*map(int, reversed(found.groups())))
        elif _SERIAL.fullmatch(plain):
            held = _EXCEL_STARTS + timedelta(days=int(plain[:5]))
        else:
            raise BadCell(Wrong.NO_DAY)
    except (ValueError, OverflowError) as error:
        raise BadCell(Wrong.NO_DAY) from error
    if held < _EARLIEST:
        raise BadCell(Wrong.NO_DAY)
    return held.isoformat()


@lru_cache(maxsize=4096)
def load_w(cell: str) -> str:
    """A sanctioned load in kW, with or without the unit, as whole watts."""
    plain = re.sub(r"(?i)\s*(kw|किवा|कि\.?वा\.?)$", "", _plain(cell))
    watts = _thousandths(plain, Wrong.NO_LOAD)
    if not 0 < watts <= 1_000_000_000:
        raise BadCell(Wrong.NO_LOAD)
    return str(watts)


def register_wh(cell: str) -> str:
    """A meter's register in kWh, separators allowed, as whole Wh."""
    wh = _thousandths(_plain(cell), Wrong.NO_REGISTER)
    if wh > 10**15:
        raise BadCell(Wrong.NO_REGISTER)
    return str(wh)


def title(cell: str) -> str:
    """A system title: eight bytes in hexadecimal."""
    plain = re.sub(r"[\s:\-]", "", _plain(cell)).upper()
    if not _HEX_TITLE.fullmatch(plain):
        raise BadCell(Wrong.NO_TITLE)
    return plain


def host(cell: str) -> str:
    """A meter's address in the network."""
    plain = _plain(cell).lower()
    if not _HOST.fullmatch(plain):
        raise BadCell(Wrong.NO_HOST)
    return plain


def port(cell: str) -> str:
    """A TCP port."""
    plain = _plain(cell).removesuffix(".0")
    if not plain.isdecimal() or not 0 < int(plain[:6]) < 65_536 or len(plain) > 5:
        raise BadCell(Wrong.NO_PORT)
    return str(int(plain))


def vendor(cell: str) -> str:
    """The code of a vendor whose head-end reaches a meter."""
    return code(cell).lower()


def latitude(cell: str) -> str:
    """Degrees north, at most six decimals."""
    return _degrees(cell, 90)


def longitude(cell: str) -> str:
    """Degrees east, at most six decimals."""
    return _degrees(cell, 180)


def one_of(words: Mapping[str, str], cell: str, wrong: Wrong) -> str:
    """What a word means, in either language, however it is spelt with spaces and dots."""
    held = words.get(squeezed(cell))
    if held is None:
        raise BadCell(wrong)
    return held


@lru_cache(maxsize=4096)
def squeezed(words: str) -> str:
    """Words without case, spaces and punctuation, for comparing."""
    plain = unicodedata.normalize("NFC", words.translate(_UNSEEN)).casefold()
    return "".join(
        letter
        for letter in plain
        if letter.isalnum() or unicodedata.category(letter)[0] == "M"
    )


def _plain(cell: str) -> str:
    """Without spaces around, a spreadsheet's mark of text and Devanagari digits."""
    return cell.strip().removeprefix("'").translate(_DIGITS)


def _thousandths(plain: str, wrong: Wrong) -> int:
    if not _AMOUNT.fullmatch(plain):
        raise BadCell(wrong)
    thousandths = Decimal(plain.replace(",", "")) * 1000
    if thousandths != int(thousandths):
        raise BadCell(wrong)
    return int(thousandths)


def _degrees(cell: str, most: int) -> str:
    try:
        held = Decimal(_plain(cell)).quantize(Decimal("0.000001"))
    except InvalidOperation as error:
        raise BadCell(Wrong.NO_PLACE) from error
    if not held.is_finite() or abs(held) > most:
        raise BadCell(Wrong.NO_PLACE)
    return str(held)
