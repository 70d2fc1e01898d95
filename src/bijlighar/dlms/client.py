"""The head-end's side of an association with one meter.

Each method gives an exchange (see `exchange`): it says what to send, is told what came
back, and ends with a result. What is remembered about the meter, its title and its
invocation counter, moves only after a frame has proved genuine.

Source: IEC 62056-5-3 (services, HLS 5); IS 15959 (associations of Indian meters).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from bijlighar.dlms import axdr, states
from bijlighar.dlms.acceptance import ClientSettings as ClientSettings
from bijlighar.dlms.acceptance import challenge_in, exception_in, title_in
from bijlighar.dlms.apdu import action, association, initiate
from bijlighar.dlms.apdu import get as get_
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.descriptor import (
    CONFIRMED_HIGH_PRIORITY,
    INVOCATIONS,
    Failure,
)
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import (
    REPLY_TO_HLS,
    AccessResult,
    ActionResult,
    Attribute,
    Method,
    Selection,
    selection_to_access,
)
from bijlighar.dlms.errors import (
    AccessRefused,
    ActionRefused,
    AssociationRefused,
    RefusedError,
    TransferRefused,
    UnexpectedAnswer,
)
from bijlighar.dlms.exchange import Conversation, Steps, ask
from bijlighar.dlms.exchange import Exchange as Exchange
from bijlighar.dlms.protection import protect, unprotect
from bijlighar.dlms.security import (
    MAX_CHALLENGE,
    MIN_CHALLENGE,
    challenge_number,
    check_gmac,
    gmac_challenge,
)
from bijlighar.dlms.security import Authentication as Authentication
from bijlighar.dlms.states import Event, State
from bijlighar.kernel.errors import BijligharError

MAX_TRANSFER = 1024 * 1024

_RESPONSE_TAG_OF = {
    get_.REQUEST_TAG: get_.RESPONSE_TAG,
    set_.REQUEST_TAG: set_.RESPONSE_TAG,
    action.REQUEST_TAG: action.RESPONSE_TAG,
}


class _Response(Protocol):
    @property
    def invoke(self) -> int: ...


_AnyResponse = TypeVar("_AnyResponse", bound=_Response)


class Client:
    """One association after another with one meter; one exchange at a time.

    `next_counter` gives invocation counters that were never used before; `challenge` is
    random, 8 to 64 octets. `known_meter_counter` is the last counter of the meter that was
    seen to be genuine, None when there is none.
    """

    def __init__(
        self,
        *,
        settings: ClientSettings,
        next_counter: Callable[[], int],
        challenge: bytes,
        known_meter_counter: int | None = None,
    ) -> None:
        assert (
            settings.authentication is not Authentication.HLS_GMAC
            or MIN_CHALLENGE <= len(challenge) <= MAX_CHALLENGE
        )
        self.settings = settings
        self.state = State.IDLE
        self.last_meter_counter = known_meter_counter
        self.meter_title: bytes | None = None
        self.conformance = 0
        self._next_counter = next_counter
        self._challenge_seed = challenge
        self._associations = 0
        self._invocations = 0
        self._meter_max_pdu = initiate.NO_LIMIT

    def associate(self) -> Conversation[None]:
        """Open the association, and with HLS prove both sides to each other."""
        return Conversation(self._associate())

    def get(
        self, attribute: Attribute, selection: Selection | None = None
    ) -> Conversation[Data]:
        """Read an attribute, or the selected rows of a profile, in blocks where needed."""
        return Conversation(self._get(attribute, selection))

    def set(self, attribute: Attribute, value: Data) -> Conversation[None]:
        """Write an attribute."""
        return Conversation(self._set(attribute, value))

    def invoke(
        self, method: Method, parameter: Data | None = None
    ) -> Conversation[Data | None]:
        """Invoke a method; the result is what it gives back, if anything."""
        return Conversation(self._invoke(method, parameter))

    def release(self) -> Conversation[None]:
        """Close the association."""
        return Conversation(self._release())

    # Associating

    def _associate(self) -> Steps[None]:
        self._move(Event.ASSOCIATION_ASKED)
        challenge = challenge_number(self._challenge_seed, self._associations)
        self._associations += 1
        request = self._associate_request(challenge)
        answer = yield from ask(
            request.to_bytes(), lambda apdu: self._hear_associated(apdu, challenge)
        )
        if isinstance(answer, RefusedError):
            self._move(Event.REFUSED)
            raise answer
        if self.settings.authentication is not Authentication.HLS_GMAC:
            self._move(Event.ACCEPTED)
            return
        self._move(Event.CHALLENGED)
        yield from self._prove(ours=challenge, theirs=answer)

    def _associate_request(self, challenge: bytes) -> association.AssociateRequest:
        settings = self.settings
        value = {
            Authentication.NONE: None,
            Authentication.LLS: settings.secret,
            Authentication.HLS_GMAC: challenge,
        }[settings.authentication]
        return association.AssociateRequest(
            ciphered=settings.keys is not None,
            client_title=settings.system_title if settings.keys is not None else None,
            mechanism=None if value is None else int(settings.authentication),
            authentication_value=value,
            user_information=self._initiate_request(),
        )

    def _initiate_request(self) -> bytes:
        request = initiate.InitiateRequest(
            conformance=initiate.SPOKEN, max_pdu=self.settings.max_pdu
        )
        return self._protected(request.to_bytes())

    def _hear_associated(self, apdu: bytes, challenge: bytes) -> bytes | RefusedError:
        """The meter's challenge (empty without HLS), or its refusal."""
        if refusal := exception_in(apdu):
            return refusal
        response = association.AssociateResponse.from_bytes(apdu)
        if response.result != association.ACCEPTED:
            return AssociationRefused(
                "the meter refuses the association",
                result=response.result,
                diagnostic=response.diagnostic,
            )
        theirs = challenge_in(response, self.settings, challenge)
        title = title_in(response, self.settings)
        information = response.user_information
        if information is None:
            raise UnexpectedAnswer("the meter agrees on nothing")
        agreed = initiate.InitiateResponse.from_bytes(
            self._unprotected(information, title, initiate.RESPONSE_TAG)
        )
        self.meter_title = title
        self.conformance = agreed.conformance
        self._meter_max_pdu = agreed.max_pdu
        return theirs

    def _prove(self, *, ours: bytes, theirs: bytes) -> Steps[None]:
        keys, title = self.settings.keys, self.meter_title
        assert keys is not None
        assert title is not None
        proof = gmac_challenge(
            keys=keys,
            system_title=self.settings.system_title,
            counter=self._next_counter(),
            challenge=theirs,
        )
        try:
            answer = yield from self._act(REPLY_TO_HLS, axdr.octet_string(proof))
            if answer is None:
                raise UnexpectedAnswer("the meter does not answer the challenge")
            check_gmac(
                keys=keys, system_title=title, challenge=ours, answer=axdr.octets(answer)
            )
        except BijligharError:
            self._move(Event.DISPROVED)
            raise
        self._move(Event.PROVED)

    # Services

    def _get(self, attribute: Attribute, selection: Selection | None) -> Steps[Data]:
        self._move(Event.SERVICE_ASKED)
        invoke = self._next_invoke()
        request = get_.GetRequest(
            invoke=invoke,
            attribute=attribute,
            selection=None if selection is None else selection_to_access(selection),
        )
        response = yield from self._ask(
            request.to_bytes(), get_.response_from_bytes, invoke
        )
        if isinstance(response, get_.GetResponse):
            if isinstance(response.outcome, Failure):
                raise AccessRefused(response.outcome.result)
            return response.outcome
        return axdr.decode((yield from self._blocks(response, invoke)))

    def _blocks(self, response: get_.AnyGetResponse, invoke: int) -> Steps[bytes]:
        pieces = bytearray()
        block = 1
        while True:
            pieces += _piece(response, block)
            if len(pieces) > MAX_TRANSFER:
                raise TransferRefused(f"an answer of over {MAX_TRANSFER} octets")
            assert isinstance(response, get_.GetResponseBlock)
            if response.last:
                return bytes(pieces)
            request = get_.GetRequestNext(invoke=invoke, block=block)
            response = yield from self._ask(
                request.to_bytes(), get_.response_from_bytes, invoke
            )
            block += 1

    def _set(self, attribute: Attribute, value: Data) -> Steps[None]:
        self._move(Event.SERVICE_ASKED)
        invoke = self._next_invoke()
        request = set_.SetRequest(invoke=invoke, attribute=attribute, value=value)
        response = yield from self._ask(request.to_bytes(), _set_response, invoke)
        if response.result is not AccessResult.SUCCESS:
            raise AccessRefused(response.result)

    def _invoke(self, method: Method, parameter: Data | None) -> Steps[Data | None]:
        self._move(Event.SERVICE_ASKED)
        return (yield from self._act(method, parameter))

    def _act(self, method: Method, parameter: Data | None) -> Steps[Data | None]:
        invoke = self._next_invoke()
        request = action.ActionRequest(invoke=invoke, method=method, parameter=parameter)
        response = yield from self._ask(request.to_bytes(), _action_response, invoke)
        if response.result is not ActionResult.SUCCESS:
            raise ActionRefused(response.result)
        if isinstance(response.outcome, Failure):
            if response.outcome.result is not AccessResult.SUCCESS:
                raise AccessRefused(response.outcome.result)
            return None
        return response.outcome

    def _release(self) -> Steps[None]:
        self._move(Event.RELEASE_ASKED)
        ciphered = self.settings.keys is not None
        request = association.ReleaseRequest(
            user_information=self._initiate_request() if ciphered else None
        )
        refusal = yield from ask(request.to_bytes(), self._hear_released)
        if refusal is not None:
            raise refusal
        self._move(Event.RELEASED)

    def _hear_released(self, apdu: bytes) -> RefusedError | None:
        """None, or why not. Many meters do not protect this answer, and need not."""
        if refusal := exception_in(apdu):
            return refusal
        response = association.ReleaseResponse.from_bytes(apdu)
        if response.user_information is not None:
            self._unprotected(
                response.user_information, self.meter_title, initiate.RESPONSE_TAG
            )
        return None

    # One request and its answer

    def _ask(
        self, plain: bytes, read: Callable[[bytes], _AnyResponse], invoke: int
    ) -> Steps[_AnyResponse]:
        def hear(apdu: bytes) -> _AnyResponse | RefusedError:
            if refusal := exception_in(apdu):
                return refusal
            response = read(self._unprotected(apdu, self.meter_title, awaited))
            if response.invoke % INVOCATIONS != invoke % INVOCATIONS:
                raise UnexpectedAnswer("an answer to another invocation")
            return response

        awaited = _RESPONSE_TAG_OF[plain[0]]
        request = self._protected(plain)
        if self._meter_max_pdu != initiate.NO_LIMIT and len(request) > self._meter_max_pdu:
            raise TransferRefused(f"the meter takes at most {self._meter_max_pdu} octets")
        answer = yield from ask(request, hear)
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    def _protected(self, plain: bytes) -> bytes:
        keys = self.settings.keys
        if keys is None:
            return plain
        return protect(
            keys=keys,
            system_title=self.settings.system_title,
            counter=self._next_counter(),
            plain=plain,
        )

    def _unprotected(self, apdu: bytes, title: bytes | None, awaited: int) -> bytes:
        keys = self.settings.keys
        if keys is None:
            return apdu
        assert title is not None
        opened = unprotect(
            keys=keys,
            system_title=title,
            apdu=apdu,
            known_counter=self.last_meter_counter,
            services=(awaited,),
        )
        self.last_meter_counter = opened.counter
        return opened.plain

    def _next_invoke(self) -> int:
        self._invocations = self._invocations % (INVOCATIONS - 1) + 1
        return CONFIRMED_HIGH_PRIORITY | self._invocations

    def _move(self, event: Event) -> None:
        self.state = states.after(self.state, event)


def _set_response(data: bytes) -> set_.SetResponse:
    response = set_.response_from_bytes(data)
    if not isinstance(response, set_.SetResponse):
        raise UnexpectedAnswer("one result expected")
    return response


def _action_response(data: bytes) -> action.ActionResponse:
    response = action.response_from_bytes(data)
    if not isinstance(response, action.ActionResponse):
        raise UnexpectedAnswer("one outcome expected")
    return response


def _piece(response: get_.AnyGetResponse, block: int) -> bytes:
    """The octets of the block with this number."""
    if not isinstance(response, get_.GetResponseBlock):
        raise UnexpectedAnswer("a block expected")
    if isinstance(response.raw, Failure):
        raise AccessRefused(response.raw.result)
    if response.block != block or not (response.raw or response.last):
        raise TransferRefused(f"block {block} expected, not {response.block} or empty")
    return response.raw
