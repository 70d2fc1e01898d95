"""What goes between a client and its meter: protection, counters, sizes, general blocks.

A channel outlives associations; what an association agrees on is set anew by each. Nothing
of it moves for a frame that has not proved genuine.

Source: IEC 62056-5-3, protection of xDLMS APDUs, general block transfer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from bijlighar.dlms.acceptance import ClientSettings, exception_in
from bijlighar.dlms.apdu import action, blocks, get, initiate
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.blocks import GeneralBlock
from bijlighar.dlms.apdu.descriptor import CONFIRMED_HIGH_PRIORITY, INVOCATIONS
from bijlighar.dlms.apdu.initiate import Conformance
from bijlighar.dlms.errors import RefusedError, TransferRefused, UnexpectedAnswer
from bijlighar.dlms.exchange import Steps, ask
from bijlighar.dlms.general_transfer import Incoming, Outgoing, acknowledgement
from bijlighar.dlms.protection import OVERHEAD, Form, protect, unprotect
from bijlighar.dlms.security import SecurityKeys

_RESPONSE_TAG_OF = {
    get.REQUEST_TAG: get.RESPONSE_TAG,
    set_.REQUEST_TAG: set_.RESPONSE_TAG,
    action.REQUEST_TAG: action.RESPONSE_TAG,
}
_GENERAL_BLOCK = bytes((blocks.GENERAL_TAG,))


class _Response(Protocol):
    @property
    def invoke(self) -> int: ...


_AnyResponse = TypeVar("_AnyResponse", bound=_Response)


class Channel:
    """One client's way to one meter.

    `last_meter_counter` is the last counter of the meter that was seen to be genuine under
    its global keys; under a dedicated key counters begin anew with each association.
    """

    def __init__(
        self,
        *,
        settings: ClientSettings,
        next_counter: Callable[[], int],
        known_meter_counter: int | None,
    ) -> None:
        self.settings = settings
        self.next_counter = next_counter
        self.last_meter_counter = known_meter_counter
        self.meter_title: bytes | None = None
        self.conformance = 0
        self.meter_max_pdu = initiate.NO_LIMIT
        self._dedicated: SecurityKeys | None = None
        self._last_dedicated_counter: int | None = None
        self._invocations = 0

    def may(self, service: Conformance) -> bool:
        """Whether the meter has agreed to this service."""
        return bool(self.conformance & service)

    def begin(self, *, title: bytes | None, agreed: initiate.InitiateResponse) -> None:
        """An association is agreed on; a dedicated key waits until it is proved."""
        self.meter_title = title
        self.conformance = agreed.conformance
        self.meter_max_pdu = agreed.max_pdu

    def use_global_keys(self) -> None:
        """As before and between associations."""
        self._dedicated = None
        self._last_dedicated_counter = None

    def use_dedicated_key(self) -> None:
        """From here on, if one was given to the meter."""
        self._dedicated = self.settings.dedicated_keys

    @property
    def room(self) -> int:
        """How long a plain request may be to travel in one APDU."""
        if self.meter_max_pdu == initiate.NO_LIMIT:
            return self.settings.max_transfer
        return self.meter_max_pdu - (0 if self.settings.keys is None else OVERHEAD)

    @property
    def fits_any(self) -> bool:
        """Whether general blocks carry what is longer."""
        return self.may(Conformance.GENERAL_BLOCK_TRANSFER)

    # Opening and closing, always under the global keys

    def protected_initiate(self, plain: bytes) -> bytes:
        """An initiate APDU as user information."""
        return self._protected(plain, self.settings.keys, Form.GLOBAL)

    def opened_initiate(self, information: bytes, title: bytes | None) -> bytes:
        """The meter's initiate APDU in user information."""
        return self._opened_globally(information, title, initiate.RESPONSE_TAG, Form.GLOBAL)

    # One request and its answer

    def next_invoke(self) -> int:
        """Priority, confirmation and number of the next invocation."""
        self._invocations = self._invocations % (INVOCATIONS - 1) + 1
        return CONFIRMED_HIGH_PRIORITY | self._invocations

    def ask(
        self, plain: bytes, read: Callable[[bytes], _AnyResponse], invoke: int
    ) -> Steps[_AnyResponse]:
        """Send a request of the invocation, and read the answer to it."""

        def hear_whole(apdu: bytes) -> _AnyResponse | RefusedError:
            if refusal := exception_in(apdu):
                return refusal
            response = read(self._unprotected(apdu, awaited))
            if response.invoke % INVOCATIONS != invoke % INVOCATIONS:
                raise UnexpectedAnswer("an answer to another invocation")
            return response

        def hear(apdu: bytes) -> _AnyResponse | RefusedError | GeneralBlock:
            if self.fits_any and apdu[:1] == _GENERAL_BLOCK:
                return GeneralBlock.from_bytes(apdu)
            return hear_whole(apdu)

        awaited = _RESPONSE_TAG_OF[plain[0]]
        sent, request = yield from self._send(self._sized(self._sealed(plain)))
        answer = yield from ask(request, hear)
        if isinstance(answer, GeneralBlock):
            answer = hear_whole((yield from self._collected(answer, sent)))
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    def _sealed(self, plain: bytes) -> bytes:
        return self._protected(plain, self._dedicated or self.settings.keys, self._form)

    def _sized(self, request: bytes) -> bytes | Outgoing:
        """The request as it is, or in general blocks where it is too long."""
        limit = self.meter_max_pdu
        if limit == initiate.NO_LIMIT or len(request) <= limit:
            return request
        if not self.fits_any:
            raise TransferRefused(f"the meter takes at most {limit} octets")
        return Outgoing(request, limit)

    def _send(self, request: bytes | Outgoing) -> Steps[tuple[int, bytes]]:
        """Send all blocks but the last; how many blocks there are, and what is left."""
        if isinstance(request, bytes):
            return 0, request
        acknowledged = 0
        block = request.next(acknowledged=acknowledged)
        while not request.is_over:
            hear = partial(_hear_block, acknowledges=request.sent)
            answer = yield from ask(block.to_bytes(), hear)
            if isinstance(answer, RefusedError):
                raise answer
            acknowledged = answer.number
            block = request.next(acknowledged=acknowledged)
        return request.sent, block.to_bytes()

    def _collected(self, first: GeneralBlock, sent: int) -> Steps[bytes]:
        """Ask for block after block until the whole APDU is there."""
        incoming = Incoming(self.settings.max_transfer)
        whole, heard = incoming.take(first), first.number
        while whole is None:
            sent += 1
            confirmed = acknowledgement(number=sent, acknowledged=heard, is_last=True)
            hear = partial(_hear_block, numbered=heard + 1)
            block = yield from ask(confirmed.to_bytes(), hear)
            if isinstance(block, RefusedError):
                raise block
            whole, heard = incoming.take(block), block.number
        return whole

    # Protection

    @property
    def _form(self) -> Form:
        return _FORMS[self.settings.is_general, self._dedicated is not None]

    def _protected(self, plain: bytes, keys: SecurityKeys | None, form: Form) -> bytes:
        if keys is None:
            return plain
        return protect(
            keys=keys,
            system_title=self.settings.system_title,
            counter=self.next_counter(),
            plain=plain,
            control=self.settings.control,
            form=form,
        )

    def _unprotected(self, apdu: bytes, awaited: int) -> bytes:
        if self._dedicated is None:
            return self._opened_globally(apdu, self.meter_title, awaited, self._form)
        assert self.meter_title is not None
        opened = unprotect(
            keys=self._dedicated,
            system_title=self.meter_title,
            apdu=apdu,
            known_counter=self._last_dedicated_counter,
            services=(awaited,),
            control=self.settings.control,
            form=self._form,
        )
        self._last_dedicated_counter = opened.counter
        return opened.plain

    def _opened_globally(
        self, apdu: bytes, title: bytes | None, awaited: int, form: Form
    ) -> bytes:
        if self.settings.keys is None:
            return apdu
        assert title is not None
        opened = unprotect(
            keys=self.settings.keys,
            system_title=title,
            apdu=apdu,
            known_counter=self.last_meter_counter,
            services=(awaited,),
            control=self.settings.control,
            form=form,
        )
        self.last_meter_counter = opened.counter
        return opened.plain


_FORMS = {
    (False, False): Form.GLOBAL,
    (False, True): Form.DEDICATED,
    (True, False): Form.GENERAL_GLOBAL,
    (True, True): Form.GENERAL_DEDICATED,
}


def _hear_block(
    apdu: bytes, *, acknowledges: int | None = None, numbered: int | None = None
) -> GeneralBlock | RefusedError:
    if refusal := exception_in(apdu):
        return refusal
    block = GeneralBlock.from_bytes(apdu)
    if acknowledges is not None and block.acknowledged != acknowledges:
        raise UnexpectedAnswer(f"block {block.acknowledged} confirmed, not {acknowledges}")
    if numbered is not None and block.number != numbered:
        raise UnexpectedAnswer(f"block {block.number}, not {numbered}")
    return block
