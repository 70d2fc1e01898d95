"""An engineer's conversation with one meter: who asks, with which secrets, and plain words
for what goes wrong.

A bench has no kept counter: the meter is asked for the last one that it took (the public
client may read it) and the next is used. The system title is drawn anew for each
conversation, so that no nonce repeats, whatever the head-end has sent under the same key.

Source: IS 15959 associations (requirements 3.1), Green Book 9.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from bijlighar.dlms import axdr, is15959
from bijlighar.dlms.apdu.association import AUTHENTICATION_FAILURE
from bijlighar.dlms.apdu.exceptions import ServiceError
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.client import Authentication, Client, ClientSettings
from bijlighar.dlms.cosem import Attribute, ClassId, Method, Selection
from bijlighar.dlms.errors import (
    AccessRefused,
    ActionRefused,
    AssociationRefused,
    CounterReplayed,
    DecodeError,
    FrameForged,
    RefusedError,
    ServiceRefused,
)
from bijlighar.dlms.exchange import Conversation
from bijlighar.dlms.security import SecurityKeys
from bijlighar.headend.transport import Line, MeterSilent, line_to
from bijlighar.kernel.errors import BijligharError, TemporaryError

T = TypeVar("T")

MAKER = b"BJL"
CHALLENGE_BYTES = 16
RELEASE_TIMEOUT_S = 1.0


class NoConnection(BijligharError):
    """Nobody takes the call: is the address right, the meter powered, the SIM known?"""


class NoAnswer(BijligharError):
    """Somebody takes the call and does not answer in time."""


class WrongKey(BijligharError):
    """The meter and this command do not hold the same keys."""


class WrongPassword(BijligharError):
    """The meter does not take this password."""


class NotAssociated(BijligharError):
    """The meter refuses the association for another reason than a key or password."""


class NotAllowed(BijligharError):
    """The meter is associated and refuses what was asked."""


class WrongCounter(BijligharError):
    """The meter has heard this invocation counter already."""


class NotUnderstood(BijligharError):
    """What came is no DLMS, or not what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom to call, and as whom: everything about one conversation."""

    host: str
    port: int
    client_sap: int
    authentication: Authentication
    keys: SecurityKeys | None = field(default=None, repr=False)
    secret: bytes = field(default=b"", repr=False)
    counter: int | None = None
    """The last invocation counter used; None: the meter is asked for it."""
    timeout_s: float = 10.0


class Talk:
    """An open association: ask and be answered, or be told why not."""

    def __init__(self, *, client: Client, line: Line, caller: Caller) -> None:
        self._client = client
        self._line = line
        self._caller = caller

    @property
    def meter_title(self) -> bytes | None:
        """How the meter named itself when it associated."""
        return self._client.meter_title

    async def get(self, attribute: Attribute, selection: Selection | None = None) -> Data:
        """The value of an attribute. Raises NotAllowed and the rest."""
        return await self.run(self._client.get(attribute, selection))

    async def get_if_there(self, attribute: Attribute) -> Data | None:
        """The value of an attribute; None where the meter refuses it."""
        try:
            return await self.get(attribute)
        except NotAllowed:
            return None

    async def set(self, attribute: Attribute, value: Data) -> None:
        """Write an attribute."""
        await self.run(self._client.set(attribute, value))

    async def invoke(self, method: Method, parameter: Data) -> None:
        """Carry out a method."""
        await self.run(self._client.invoke(method, parameter))

    async def associate(self) -> None:
        """Open the association. Raises WrongKey, WrongPassword, NotAssociated."""
        try:
            await self.run(self._client.associate())
        except NotAllowed as error:
            # A meter that does not take the answer to its challenge refuses an action.
            if isinstance(error.__cause__, ActionRefused):
                raise _wrong_key(error.__cause__) from error
            raise

    async def run(self, exchange: Conversation[T]) -> T:
        """One exchange, its failures in an engineer's words."""
        noting = _Noting(exchange)
        with _in_plain_words(self._caller, noting):
            return await self._line.run(noting)

    async def release(self) -> None:
        """Say goodbye; a meter that hangs up instead takes nothing back."""
        with suppress(TemporaryError, DecodeError, RefusedError):
            await self._line.run(self._client.release(), within_s=RELEASE_TIMEOUT_S)


@asynccontextmanager
async def talk_to(caller: Caller) -> AsyncIterator[Talk]:
    """An association with a meter, released at the end. Raises the errors named above."""
    known = caller.counter
    if caller.keys is not None and known is None:
        known = await _last_counter(caller)
    counters = count((known or 0) + 1)
    client = Client(
        settings=ClientSettings(
            client_sap=caller.client_sap,
            authentication=caller.authentication,
            system_title=MAKER + secrets.token_bytes(5),
            keys=caller.keys,
            secret=caller.secret,
        ),
        next_counter=lambda: next(counters),
        challenge=secrets.token_bytes(CHALLENGE_BYTES),
    )
    async with _line(caller) as line:
        talk = Talk(client=client, line=line, caller=caller)
        await talk.associate()
        yield talk
        await talk.release()


async def _last_counter(caller: Caller) -> int:
    """The last counter that the meter took from this client, as it tells anybody."""
    facts = is15959.ASSOCIATIONS.get(caller.client_sap)
    if facts is None or facts.counter is None:
        raise NotAllowed(
            f"No counter object is known for client {caller.client_sap}: give --counter."
        )
    public = Caller(
        host=caller.host,
        port=caller.port,
        client_sap=is15959.PUBLIC_CLIENT,
        authentication=Authentication.NONE,
        timeout_s=caller.timeout_s,
    )
    try:
        async with talk_to(public) as talk:
            held = await talk.get(Attribute(ClassId.DATA, facts.counter, 2))
            return axdr.whole(held)
    except (NotAllowed, NotAssociated, NotUnderstood, DecodeError) as error:
        raise WrongCounter(
            f"The meter does not tell its invocation counter ({error}): "
            "give the last one used with --counter."
        ) from error


@asynccontextmanager
async def _line(caller: Caller) -> AsyncIterator[Line]:
    opened = False
    try:
        async with line_to(
            host=caller.host,
            port=caller.port,
            client_sap=caller.client_sap,
            answer_timeout_s=caller.timeout_s,
            connect_timeout_s=min(caller.timeout_s, 5),
        ) as line:
            opened = True
            yield line
    except MeterSilent as error:
        if opened:
            raise
        raise NoConnection(f"{error} {NoConnection.__doc__}") from error


class _Noting(Conversation[T]):
    """An exchange that remembers the last answer that was no genuine one."""

    def __init__(self, asked: Conversation[T]) -> None:
        # The steps are the other exchange's: this one only listens.
        self._asked = asked
        self.refused: FrameForged | CounterReplayed | DecodeError | None = None

    @property
    def is_over(self) -> bool:
        return self._asked.is_over

    def send(self, value: bytes | None) -> bytes:
        try:
            return self._asked.send(value)
        except (FrameForged, CounterReplayed, DecodeError) as error:
            self.refused = error
            raise

    def close(self) -> None:
        self._asked.close()


@contextmanager
def _in_plain_words(caller: Caller, noting: _Noting[T]) -> Iterator[None]:
    try:
        yield
    except MeterSilent as error:
        raise _why_silent(caller, error, noting.refused) from error
    except (RefusedError, DecodeError) as error:
        raise in_words(caller, error) from error


def _why_silent(
    caller: Caller, error: MeterSilent, refused: BijligharError | None
) -> BijligharError:
    if refused is not None:
        return in_words(caller, refused)
    return NoAnswer(
        f"No answer from {caller.host}:{caller.port}: {error} "
        f"Does the meter know client {caller.client_sap}, and does it speak the wrapper?"
    )


def in_words(caller: Caller, error: BijligharError) -> BijligharError:
    """What an engineer is told for what a conversation raised: what, and what to do."""
    if isinstance(error, AssociationRefused):
        return _not_associated(caller, error)
    if isinstance(error, FrameForged):
        return _wrong_key(error)
    if isinstance(error, CounterReplayed):
        return WrongCounter(f"Wrong counter: {error}. Ask again, or give --counter.")
    if isinstance(error, ServiceRefused):
        return _service_refused(caller, error)
    if isinstance(error, ActionRefused):
        return NotAllowed(f"Refused: {error}. Client {caller.client_sap} may not do this.")
    if isinstance(error, AccessRefused):
        return NotAllowed(
            f"Refused: {error}. Is there such an object, and may client "
            f"{caller.client_sap} read or write it?"
        )
    return NotUnderstood(f"Not understood: {error}.")


def _not_associated(caller: Caller, error: AssociationRefused) -> BijligharError:
    if error.diagnostic != AUTHENTICATION_FAILURE:
        return NotAssociated(
            f"Refused: {error}. Try another --client, --auth, or with or without keys."
        )
    if caller.authentication is Authentication.LLS and caller.keys is None:
        return WrongPassword(
            f"Wrong password: the meter refuses client {caller.client_sap} with it."
        )
    if caller.authentication is Authentication.LLS:
        return WrongPassword(
            "Wrong password, or wrong key: the meter refuses client "
            f"{caller.client_sap} with them."
        )
    if caller.counter is not None:
        return WrongKey(
            f"Wrong key, or a --counter that the meter has passed: {error}. Without "
            "--counter the meter is asked for the last one."
        )
    if caller.keys is not None:
        return _wrong_key(error)
    return NotAssociated(f"Refused: client {caller.client_sap} needs a password or keys.")


def _service_refused(caller: Caller, error: ServiceRefused) -> BijligharError:
    if error.service_error == ServiceError.DECIPHERING_ERROR:
        return _wrong_key(error)
    if error.service_error == ServiceError.INVOCATION_COUNTER_ERROR:
        held = "" if error.counter is None else f" It has heard {error.counter}."
        return WrongCounter(f"Wrong counter: the meter wants a later one.{held}")
    return NotAllowed(
        f"Refused: {error}. Does the meter know client {caller.client_sap}, and does it "
        "want another --auth or keys?"
    )


def _wrong_key(error: BijligharError) -> WrongKey:
    return WrongKey(
        f"Wrong key: {error}. Compare encryption and authentication key with the meter's."
    )
