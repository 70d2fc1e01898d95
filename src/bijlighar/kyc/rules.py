"""What may be taken as a paper's number, an account, a name; how far somebody is. Pure.

A number of the right form is no proof that the paper is genuine: that is for the office, a
code or a signature to say. What is merely old or unusual is marked and never turned away.

Sources: python-stdnum (PAN, EPIC); forms of licences: Sarathi, with many older ones;
Samagra: family 8, member 9 digits; IFSC: Reserve Bank of India, eleven characters, the
fifth a zero.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.in_ import epic, pan

from bijlighar.kernel.aadhaar_like import looks_like_aadhaar
from bijlighar.kernel.errors import BijligharError
from bijlighar.kyc.values import (
    AccountChecked,
    NumberChecked,
    PaperKind,
    PaperState,
    Standing,
    Wrong,
)

MASK_LEAVES = 4
LONGEST_NUMBER = 24
LONGEST_NAME = 100
MOST_PAPERS_A_DAY = 10
"""Of one connection: nobody needs more, and each takes work and room."""
CODE_LASTS = timedelta(minutes=15)
"""What waits for a code longer is given up: the code itself lasts five minutes."""

_PARTING = re.compile(r"[\s./_-]+")
_SAMAGRA = re.compile(r"[0-9]{8,9}")
_OLD_VOTER_ID = re.compile(r"[A-Z]{2}[0-9]{8,14}")
_LICENCE = re.compile(r"[A-Z]{2}[0-9]{2}(19|20)[0-9]{9}")
_OLD_LICENCE = re.compile(r"[A-Z][A-Z0-9]{6,19}")
_ACCOUNT = re.compile(r"[0-9]{9,18}")
_IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
_WORD = re.compile(r"[^\W\d_]+")
_TITLES = frozenset({"shri", "smt", "sri", "mr", "mrs", "ms", "kumari", "km", "dr", "late"})


class Refused(BijligharError):
    """What was shown or typed is not taken."""

    def __init__(self, wrong: Wrong) -> None:
        """For this reason, which the screen puts into words."""
        super().__init__(wrong.value)
        self.wrong = wrong


def check_number(*, kind: PaperKind, typed: str) -> NumberChecked:
    """A paper's number as somebody typed it. Raises Refused."""
    number = compact(typed)
    if not number:
        raise Refused(Wrong.EMPTY)
    if looks_like_aadhaar(typed):
        raise Refused(Wrong.LIKE_AADHAAR)
    if len(number) > LONGEST_NUMBER:
        raise Refused(Wrong.FORM)
    if kind is PaperKind.PAN:
        return _pan(number)
    if kind is PaperKind.VOTER_ID:
        return _voter_id(number)
    if kind is PaperKind.DRIVING_LICENCE:
        return _of_form(number, usual=_LICENCE, unusual=_OLD_LICENCE)
    assert kind is PaperKind.SAMAGRA, kind
    return _of_form(number, usual=_SAMAGRA, unusual=None)


def check_account(*, typed: str, again: str, ifsc: str, holder: str) -> AccountChecked:
    """A bank account as somebody typed it, twice. Raises Refused."""
    account, second = compact(typed), compact(again)
    bank = compact(ifsc)
    name = " ".join(holder.split())
    if not account:
        raise Refused(Wrong.EMPTY)
    if looks_like_aadhaar(typed):
        raise Refused(Wrong.LIKE_AADHAAR)
    if _ACCOUNT.fullmatch(account) is None or set(account) == {"0"}:
        raise Refused(Wrong.FORM)
    if account != second:
        raise Refused(Wrong.NOT_THE_SAME)
    if _IFSC.fullmatch(bank) is None:
        raise Refused(Wrong.IFSC)
    if not _WORD.search(name) or len(name) > LONGEST_NAME:
        raise Refused(Wrong.NAME)
    return AccountChecked(account=account, ifsc=bank, holder=name)


def compact(typed: str) -> str:
    """Without parting signs, in capitals, with Latin digits and letters."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    latin = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded
    )
    return _PARTING.sub("", latin)


def end_of(number: str) -> str:
    """The part of a number that may be shown: never more than a third of it."""
    return number[-min(MASK_LEAVES, len(number) // 3) :] if len(number) >= 3 else ""


def same_name(first: str, second: str) -> bool:
    """Whether two writings name one person beyond doubt.

    The same words in any order; or all words of the shorter one, where there are at least
    two. Anything else a person has to compare.
    """
    one, other = _words(first), _words(second)
    if not one or not other:
        return False
    return one == other or (len(one & other) >= 2 and (one <= other or other <= one))


def standing_of(states: Iterable[PaperState]) -> Standing:
    """How far somebody is with these papers; the order does not matter."""
    held = set(states)
    if PaperState.ACCEPTED in held:
        return Standing.DONE
    if PaperState.WAITING in held:
        return Standing.WAITING
    if PaperState.REJECTED in held:
        return Standing.REJECTED
    return Standing.NOT_STARTED


def is_given_up(*, asked_at: datetime, real_now: datetime) -> bool:
    """Whether a code is waited for no more; real times."""
    return real_now - asked_at >= CODE_LASTS


def _pan(number: str) -> NumberChecked:
    try:
        return NumberChecked(number=pan.validate(number), is_unusual=False)
    except ValidationError as error:
        raise Refused(Wrong.FORM) from error


def _voter_id(number: str) -> NumberChecked:
    """Older cards have other forms, and digits that fit no check: the office looks."""
    try:
        return NumberChecked(number=epic.validate(number), is_unusual=False)
    except InvalidChecksum:
        return NumberChecked(number=number, is_unusual=True)
    except ValidationError:
        return _of_form(number, usual=None, unusual=_OLD_VOTER_ID)


def _of_form(
    number: str, *, usual: re.Pattern[str] | None, unusual: re.Pattern[str] | None
) -> NumberChecked:
    if usual is not None and usual.fullmatch(number):
        return NumberChecked(number=number, is_unusual=False)
    has_digit = any(char.isdigit() for char in number)
    if unusual is not None and unusual.fullmatch(number) and has_digit:
        return NumberChecked(number=number, is_unusual=True)
    raise Refused(Wrong.FORM)


def _words(name: str) -> frozenset[str]:
    found = _WORD.findall(unicodedata.normalize("NFKC", name).casefold())
    return frozenset(found) - _TITLES
