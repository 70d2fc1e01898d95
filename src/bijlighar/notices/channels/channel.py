"""What every channel is: by whom it is carried, and what its receipts say."""

from __future__ import annotations

import hmac
import json as json_module
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from bijlighar.kernel.errors import BijligharError, TemporaryError
from bijlighar.notices.channels.wire import Answer, Wire, WireError
from bijlighar.notices.values import Medium, Receipt, ToSend

TIMEOUT_S = 5
"""So long an operator may take to answer; a slow one is a silent one."""

Settings = Mapping[str, str]


class Silent(TemporaryError):
    """The operator did not take the notice; it is tried again, or by another channel."""


class Refused(BijligharError):
    """The operator will never take this notice; the next channel has it."""

    def __init__(self, message: str, *, gone: tuple[int, ...] = ()) -> None:
        """`gone`: ids of browsers that are not there any more."""
        super().__init__(message)
        self.gone = gone


class Forged(BijligharError):
    """A receipt does not prove that the operator sent it."""


class Unreadable(BijligharError):
    """A receipt is not as the operator's receipts are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The operator took a notice."""

    provider_id: str = ""
    is_delivered: bool = False
    """Where its answer says that it has arrived already."""
    gone: tuple[int, ...] = ()
    """Ids of browsers that are not there any more, and are not asked again."""


Carry = Callable[[ToSend, Settings, Wire], Handed]
Came: TypeAlias = Handed | Refused
CarryMany = Callable[[Sequence[ToSend], Settings, Wire], list[Came]]
ReadReceipts = Callable[[bytes, Mapping[str, str], Settings], tuple[Receipt, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to a phone."""

    name: str
    medium: Medium
    sends_once: bool
    """Whether the operator sends once what is handed over twice under one reference."""
    has_receipts: bool
    carry: Carry
    """Raises Silent or Refused."""
    carry_many: CarryMany | None = None
    """Many in one call, what came of each in their order; where the operator has that.
    Raises Silent or Refused where it took none."""
    is_set_for_many: Callable[[Settings], bool] = lambda _settings: False
    """Whether this installation's operator takes many in one call."""
    receipts: ReadReceipts | None = None
    """What a call of the operator says. Raises Forged or Unreadable."""


def post(
    wire: Wire,
    url: str,
    *,
    headers: Mapping[str, str],
    json: object = None,
    content: bytes | None = None,
) -> Answer:
    """Ask an operator over HTTP. Raises Silent where it may take it later, else Refused."""
    told = dict(headers)
    if content is None:
        content = json_module.dumps(json, ensure_ascii=False).encode()
        told["Content-Type"] = "application/json"
    try:
        answer = wire.post(url, headers=told, content=content, timeout_s=TIMEOUT_S)
    except WireError as error:
        raise Silent(f"The operator did not answer: {error}") from error
    if answer.is_success:
        return answer
    said = f"The operator answered {answer.status}."
    if answer.status in (400, 404, 410, 413, 422):
        raise Refused(said)
    # Keys that do not open are our mistake, not the notice's: it waits until they do.
    raise Silent(said)


def insist_on_signature(*, body: bytes, secret: str, told: str) -> None:
    """Raise Forged unless `told` is the HMAC-SHA256 of the body in hexadecimal digits."""
    if not secret:
        raise Forged("No secret is set with which receipts could be checked.")
    wanted = hmac.new(secret.encode(), body, sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), told.encode(errors="replace")):
        raise Forged("The signature of the receipt is wrong.")
