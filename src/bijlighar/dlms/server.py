"""The meter's side: one session with whoever is connected, an association per client.

`receive` takes an APDU and gives the answer. Whatever comes, it gives an answer or none and
raises nothing of its own; what is forged, replayed, malformed or less protected than agreed
gets an exception-response and changes nothing.

Source: IEC 62056-5-3 (services, protection, HLS 5); IS 15959 (associations).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bijlighar.dlms import admission, apdu, axdr, states
from bijlighar.dlms.admission import NotAdmitted
from bijlighar.dlms.apdu import action, association, blocks, get, initiate
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.blocks import GeneralBlock
from bijlighar.dlms.apdu.exceptions import ServiceError, StateError
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import REPLY_TO_HLS, ActionResult
from bijlighar.dlms.device import AccessDenied as AccessDenied
from bijlighar.dlms.device import CounterStore as CounterStore
from bijlighar.dlms.device import LogicalDevice as LogicalDevice
from bijlighar.dlms.device import ServerClient as ServerClient
from bijlighar.dlms.errors import (
    CounterExhausted,
    CounterReplayed,
    DecodeError,
    FrameForged,
    RefusedError,
    SecurityDowngraded,
    ServiceRefused,
)
from bijlighar.dlms.protection import OVERHEAD
from bijlighar.dlms.security import (
    MAX_CHALLENGE,
    MIN_CHALLENGE,
    TITLE_SIZE,
    SecurityKeys,
    challenge_number,
    check_gmac,
    gmac_challenge,
)
from bijlighar.dlms.security import Authentication as Authentication
from bijlighar.dlms.serving.exceptions import exception, exception_for
from bijlighar.dlms.serving.general import GeneralBlocks
from bijlighar.dlms.serving.guard import Guard
from bijlighar.dlms.serving.refusals import MAX_LONG
from bijlighar.dlms.serving.services import Services
from bijlighar.dlms.states import Event, State

_INITIATE = frozenset((initiate.REQUEST_TAG,))
_SERVICES = frozenset((get.REQUEST_TAG, set_.REQUEST_TAG, action.REQUEST_TAG))


@dataclass(slots=True, kw_only=True)
class _Association:
    """One client's association, once asked for."""

    state: State
    guard: Guard
    services: Services
    general: GeneralBlocks | None
    client_title: bytes
    client_challenge: bytes
    own_challenge: bytes


class ServerSession:
    """Serves the known `clients` of one connection, by their SAPs.

    `challenge` is random, 8 to 64 octets. `max_pdu` is the longest APDU in either
    direction, 64 at least.
    """

    def __init__(
        self,
        *,
        device: LogicalDevice,
        system_title: bytes,
        clients: Mapping[int, ServerClient],
        counters: CounterStore,
        challenge: bytes,
        max_pdu: int = 1024,
    ) -> None:
        assert len(system_title) == TITLE_SIZE
        assert MIN_CHALLENGE <= len(challenge) <= MAX_CHALLENGE
        assert admission.MIN_PDU <= max_pdu <= 0xFFFF
        self._device = device
        self._system_title = system_title
        self._clients = clients
        self._counters = counters
        self._challenge_seed = challenge
        self._max_pdu = max_pdu
        self._associations: dict[int, _Association] = {}
        self._admitted = 0

    def state_of(self, client_sap: int) -> State:
        """Where the association of a client stands."""
        held = self._associations.get(client_sap)
        return State.IDLE if held is None else held.state

    def receive(self, *, client_sap: int, apdu: bytes) -> bytes | None:
        """The answer to an APDU; None when there is nothing to say."""
        try:
            return self._answer(client_sap, apdu)
        except CounterExhausted:
            return None
        except DecodeError:
            return exception(StateError.SERVICE_UNKNOWN, ServiceError.OTHER_REASON)
        except RefusedError as refusal:
            return exception_for(refusal)

    def _answer(self, client_sap: int, received: bytes) -> bytes:
        client = self._clients.get(client_sap)
        if client is None:
            raise ServiceRefused(
                state_error=StateError.SERVICE_NOT_ALLOWED,
                service_error=ServiceError.OPERATION_NOT_POSSIBLE,
            )
        if len(received) > self._max_pdu:
            raise ServiceRefused(
                state_error=StateError.SERVICE_NOT_ALLOWED,
                service_error=ServiceError.PDU_TOO_LONG,
            )
        tag = received[:1]
        if tag == bytes((association.AARQ_TAG,)):
            return self._associate(client_sap, client, received)
        if tag == bytes((association.RLRQ_TAG,)):
            return self._release(client_sap, client, received)
        return self._serve(client_sap, client, received)

    # Opening and closing

    def _associate(self, client_sap: int, client: ServerClient, received: bytes) -> bytes:
        request = association.AssociateRequest.from_bytes(received)
        try:
            return self._admit(client_sap, client, request)
        except NotAdmitted as refusal:
            return refusal.response(ciphered=request.ciphered).to_bytes()
        except (FrameForged, SecurityDowngraded, CounterReplayed):
            unproved = NotAdmitted(association.AUTHENTICATION_FAILURE)
            return unproved.response(ciphered=request.ciphered).to_bytes()

    def _admit(
        self, client_sap: int, client: ServerClient, request: association.AssociateRequest
    ) -> bytes:
        admission.check_names(request, client, self._system_title)
        title = request.client_title or b""
        guard = Guard(
            client_sap=client_sap,
            client=client,
            client_title=title,
            own_title=self._system_title,
            counters=self._counters,
        )
        information = guard.opened_initiate(request.user_information or b"", _INITIATE)
        challenge = challenge_number(self._challenge_seed, self._admitted)
        admission.check_value(request, client, challenge)
        asked = initiate.InitiateRequest.from_bytes(information)
        agreed = admission.agree(asked, client, self._max_pdu)
        admission.hold_dedicated_key(asked, guard)
        proof_needed = client.authentication is Authentication.HLS_GMAC
        event = Event.CHALLENGED if proof_needed else Event.ACCEPTED
        asking = states.after(self.state_of(client_sap), Event.ASSOCIATION_ASKED)
        response = self._accepting(
            client,
            guard.sealed_initiate(agreed.to_bytes()),
            challenge if proof_needed else None,
        )
        general, services = self._services(
            client_sap, client, asked.max_pdu, agreed.conformance
        )
        self._associations[client_sap] = _Association(
            state=states.after(asking, event),
            guard=guard,
            services=services,
            general=general,
            client_title=title,
            client_challenge=request.authentication_value or b"",
            own_challenge=challenge,
        )
        self._admitted += 1
        return response

    def _accepting(
        self, client: ServerClient, information: bytes, challenge: bytes | None
    ) -> bytes:
        proof_needed = challenge is not None
        return association.AssociateResponse(
            ciphered=client.keys is not None,
            result=association.ACCEPTED,
            diagnostic=(
                association.AUTHENTICATION_REQUIRED
                if proof_needed
                else association.NO_DIAGNOSTIC
            ),
            server_title=None if client.keys is None else self._system_title,
            mechanism=int(client.authentication) if proof_needed else None,
            authentication_value=challenge,
            user_information=information,
        ).to_bytes()

    def _services(
        self, client_sap: int, client: ServerClient, client_max: int, conformance: int
    ) -> tuple[GeneralBlocks | None, Services]:
        """General blocks, where agreed on, carry what is too long for one APDU."""
        limit = self._max_pdu if client_max == initiate.NO_LIMIT else client_max
        limit = min(limit, self._max_pdu)
        with_general = conformance & initiate.Conformance.GENERAL_BLOCK_TRANSFER
        overhead = 0 if client.keys is None else OVERHEAD
        services = Services(
            device=self._device,
            client_sap=client_sap,
            max_response=MAX_LONG if with_general else limit - overhead,
            conformance=conformance,
        )
        return GeneralBlocks(limit) if with_general else None, services

    def _release(self, client_sap: int, client: ServerClient, received: bytes) -> bytes:
        request = association.ReleaseRequest.from_bytes(received)
        releasing = states.after(self.state_of(client_sap), Event.RELEASE_ASKED)
        held = self._associations[client_sap]
        information: bytes | None = None
        if client.keys is not None:
            if request.user_information is None:
                raise SecurityDowngraded("a plain release of a ciphered association")
            held.guard.opened_initiate(request.user_information, _INITIATE)
            agreed = initiate.InitiateResponse(
                conformance=initiate.SPOKEN, max_pdu=self._max_pdu
            )
            information = held.guard.sealed_initiate(agreed.to_bytes())
        held.state = states.after(releasing, Event.RELEASED)
        return association.ReleaseResponse(user_information=information).to_bytes()

    # Serving

    def _serve(self, client_sap: int, client: ServerClient, received: bytes) -> bytes:
        held = self._associations.get(client_sap)
        if held is None or held.state is State.IDLE:
            raise ServiceRefused(
                state_error=StateError.SERVICE_NOT_ALLOWED,
                service_error=ServiceError.OPERATION_NOT_POSSIBLE,
            )
        if held.general is None:
            return self._serve_whole(client, held, received)
        if received[:1] == bytes((blocks.GENERAL_TAG,)):
            block = GeneralBlock.from_bytes(received)
            return held.general.receive(
                block, lambda whole: self._serve_whole(client, held, whole)
            )
        held.general.forget()
        return held.general.cut(self._serve_whole(client, held, received))

    def _serve_whole(
        self, client: ServerClient, held: _Association, received: bytes
    ) -> bytes:
        if held.state is State.ASSOCIATED:
            held.guard.use_dedicated_key()
        request = apdu.decode(held.guard.opened(received, _SERVICES))
        if held.state is State.PROVING:
            return held.guard.sealed(self._hear_proof(client, held, request))
        held.state = states.after(held.state, Event.SERVICE_ASKED)
        return held.guard.sealed(held.services.serve(request))

    def _hear_proof(
        self, client: ServerClient, held: _Association, request: apdu.Apdu
    ) -> bytes:
        """Pass 3 and 4 of HLS: check the client's answer, answer the client's challenge."""
        if not isinstance(request, action.ActionRequest) or request.method != REPLY_TO_HLS:
            raise ServiceRefused(
                state_error=StateError.SERVICE_NOT_ALLOWED,
                service_error=ServiceError.OPERATION_NOT_POSSIBLE,
            )
        assert client.keys is not None
        result, outcome = ActionResult.SUCCESS, None
        try:
            check_gmac(
                keys=client.keys,
                system_title=held.client_title,
                challenge=held.own_challenge,
                answer=axdr.octets(request.parameter or axdr.null()),
            )
        except (FrameForged, DecodeError):
            result = ActionResult.OTHER_REASON
            held.state = states.after(held.state, Event.DISPROVED)
        else:
            outcome = self._proof(client.keys, held.client_challenge)
            held.state = states.after(held.state, Event.PROVED)
        return action.ActionResponse(
            invoke=request.invoke, result=result, outcome=outcome
        ).to_bytes()

    def _proof(self, keys: SecurityKeys, challenge: bytes) -> Data:
        return axdr.octet_string(
            gmac_challenge(
                keys=keys,
                system_title=self._system_title,
                counter=self._counters.next(),
                challenge=challenge,
            )
        )
